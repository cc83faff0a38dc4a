"""Every assumption of a scenario as plain rows: what the report, the workbook of results and the template all show.

A row is one number, one law or one formula: an entry with elements has a row for each value that it states. Values are
as the scenario writes them; the figures of a law are those of the law before correlation.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from burncast.distributions.errors import BurncastError
from burncast.distributions.law import Law
from burncast.engine.documents.document import Document
from burncast.engine.documents.merging import KIND_OF_SECTION, normalised
from burncast.engine.language.constants import constant, is_constant
from burncast.engine.language.expressions import Expression, Index, Name, render
from burncast.engine.scenario import ByElement, Correlation, Quantity, Scenario, Value

__all__ = ["AssumptionRow", "Partner", "Sort", "assumption_rows", "law_of", "partners_of", "values_by_element"]

Sort: TypeAlias = Literal[
    "setting", "number", "decision", "law", "derived", "process", "schedule", "formula", "opening", "next"
]
"""What a row holds: a setting of the scenario; of an input a number, a number that is chosen, a law, or what is worked
out from other inputs; a process; one date of a path known in advance; a formula; a stock's opening value or what it
becomes.
"""

_SETTINGS = ("title", "description", "start", "periods", "step", "currency")
_RULES: dict[str, Sort] = {"processes": "process", "formulas": "formula"}


@dataclass(frozen=True, slots=True)
class AssumptionRow:
    """One assumption.

    ``variant`` is the variant that overrides with it, ``""`` for the base; ``section`` the section of the scenario file
    (``scenario`` for settings); ``element`` the labels, joined by commas (of a schedule: the date), ``""`` where one
    value stands for all. ``value`` is a number, or the text of an expression. ``unit``, ``lowest`` and ``highest`` (the
    range of a decision), ``source``, ``note`` and ``moves_with`` (what it is correlated with) are those of the entry.
    ``p5``, ``median`` and ``p95`` are the law's.
    """

    variant: str
    section: str
    name: str
    element: str
    sort: Sort
    value: float | int | str | datetime.date
    unit: str | None = None
    lowest: float | None = None
    highest: float | None = None
    source: str | None = None
    note: str | None = None
    moves_with: str | None = None
    p5: float | None = None
    median: float | None = None
    p95: float | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """What a quantity is correlated with: the other member as text, the correlation, its coefficient if it has one.

    ``labels`` are those of the quantity's own element, none where it has none.
    """

    labels: tuple[str, ...]
    member: str
    correlation: Correlation
    rho: float | None


def assumption_rows(scenario: Scenario) -> list[AssumptionRow]:
    """The rows of the base in the order of its sections, then those that each variant overrides."""
    document = normalised(Document(tomllib.loads(scenario.text), None, ""))
    rows = list(_rows(document.data, scenario, ""))
    for name, overrides in document.data.get("variants", {}).items():
        rows += _rows(overrides, scenario.variants[name], name)
    return rows


def values_by_element(value: Value) -> dict[tuple[str, ...], Expression]:
    """Labels → expression; no labels where there is one for all."""
    return dict(value.values) if isinstance(value, ByElement) else {(): value}


def law_of(expression: Expression) -> Law | None:
    """The law that an expression is, None where it is none or depends on other quantities."""
    found = _constant(expression)
    return found if isinstance(found, Law) else None


def partners_of(scenario: Scenario, name: str) -> list[Partner]:
    """What a quantity is correlated with: each other member, once for each place of the quantity in a correlation.

    Two members of a Gaussian copula whose coefficient is 0 do not move together.
    """
    return [
        Partner(_labels(own), render(member), correlation, _rho(correlation, place, other))
        for correlation in scenario.correlations
        if not correlation.is_independence
        for place, own in enumerate(correlation.between)
        if own.name == name
        for other, member in enumerate(correlation.between)
        if other != place and not (correlation.copula == "gaussian" and _rho(correlation, place, other) == 0.0)
    ]


def _labels(member: Index | Name) -> tuple[str, ...]:
    return member.labels if isinstance(member, Index) else ()


def _rho(correlation: Correlation, place: int, other: int) -> float | None:
    return correlation.matrix[place][other] if correlation.matrix else None


def _rows(data: Mapping[str, Any], scenario: Scenario, variant: str) -> Iterator[AssumptionRow]:
    about = data.get("scenario", {})
    for name in _SETTINGS:
        if name in about:
            yield AssumptionRow(variant, "scenario", name, "", "setting", about[name])
    for section in KIND_OF_SECTION:
        for name, entry in data.get(section, {}).items():
            quantity = scenario.quantities[name]
            for key in ("value", "schedule", "start", "next"):
                if key in entry:
                    yield from _entry_rows(scenario, quantity, entry[key], variant, section, key)


def _entry_rows(
    scenario: Scenario, quantity: Quantity, written: Any, variant: str, section: str, key: str
) -> Iterator[AssumptionRow]:
    expressions = values_by_element(quantity.next if key == "next" and quantity.next is not None else quantity.value)
    lowest, highest = quantity.decision or (None, None)
    partners = partners_of(scenario, quantity.name)
    for labels, value in _leaves(written):
        own = [partner for partner in partners if all(map(str.__eq__, partner.labels, labels))]
        moves_with = "; ".join(dict.fromkeys(map(_said, own)))
        expression = next(one for own, one in expressions.items() if own[: len(labels)] == labels or not own)
        law = law_of(expression) if key == "value" else None
        yield AssumptionRow(
            variant,
            section,
            quantity.name,
            ", ".join(labels),
            _sort(quantity, section, key, expression),
            value,
            quantity.unit,
            lowest,
            highest,
            quantity.source,
            quantity.note,
            moves_with or None,
            *(_figures(law) if law is not None else ()),
        )


def _leaves(written: Any, labels: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float | str]]:
    """The labels and the value of everything that a table by element states."""
    if isinstance(written, Mapping):
        for label, inner in written.items():
            yield from _leaves(inner, (*labels, label))
    else:
        yield labels, written


def _sort(quantity: Quantity, section: str, key: str, expression: Expression) -> Sort:
    if key == "schedule":
        return "schedule"
    if section == "stocks":
        return "next" if key == "next" else "opening"
    if section in _RULES:
        return _RULES[section]
    if quantity.decision is not None:
        return "decision"
    found = _constant(expression)
    return "law" if isinstance(found, Law) else "derived" if found is None else "number"


def _constant(expression: Expression) -> Any:
    try:
        return constant(expression) if is_constant(expression) else None
    except BurncastError:
        return None


def _figures(law: Law) -> tuple[float, float, float]:
    low, median = (float(value) for value in law.quantile([0.05, 0.5]))
    return low, median, float(law.quantile_upper(0.05))


def _said(partner: Partner) -> str:
    correlation = partner.correlation
    if correlation.theta is not None:
        return f"{partner.member} ({correlation.copula}, theta {correlation.theta:.3g})"
    if partner.rho is None:
        return f"{partner.member} ({correlation.copula})"
    freedom = f", t, df {correlation.df:g}" if correlation.df is not None else ""
    return f"{partner.member} (rho {partner.rho:.3g}{freedom})"
