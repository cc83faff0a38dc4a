"""Observations that contradict each other: figures that an input mixes, and sources of one figure."""

from __future__ import annotations

import itertools
import math

from burncast.distributions.law import Law
from burncast.distributions.mixture import Mixture
from burncast.outputs.assumptions.rows import law_of, values_by_element
from burncast.outputs.report.blocks import Block, Heading, Teller, Text, TextTable
from burncast.outputs.words.scenario_text import worded

__all__ = ["apart", "tell_contradictions"]

FEWEST_ERRORS = 1.96
"""From how many standard errors on two figures contradict each other."""


def tell_contradictions(teller: Teller) -> list[Block]:
    """Nothing where nothing contradicts."""
    words, blocks = teller.words, list[Block]()
    rows = [row for quantity in teller.found.scenario.quantities.values() for row in _rows(teller, quantity.name)]
    if rows:
        columns = words.texts_of("assumptions.contradictions_columns")
        caption = words.text("assumptions.contradictions")
        lead = Text(words.text("assumptions.contradictions_lead"), "quiet")
        blocks += [lead, TextTable(caption, columns, rows, 4, stacking=True, titled=True)]
    if teller.found.observed:
        columns = words.texts_of("assumptions.observed_columns")
        told = [_observed(teller, one) for one in teller.found.observed]
        lead = Text(words.text("assumptions.observed_lead"), "quiet")
        blocks += [lead, TextTable(words.text("assumptions.observed_caption"), columns, told, 5, stacking=True)]
    return [Heading(words.text("assumptions.contradictions")), *blocks] if blocks else []


def apart(one: Law, other: Law) -> float:
    """How far the medians of two laws are from each other, in standard errors of both together.

    >>> from burncast.distributions.normal import Normal
    >>> apart(Normal(540.0, 3.0), Normal(500.0, 4.0))
    8.0
    """
    error = math.hypot(_error(one), _error(other))
    difference = abs(_middle(one) - _middle(other))
    return round(difference / error, 9) if error > 0.0 else (math.inf if difference else 0.0)


def _middle(law: Law) -> float:
    return float(law.quantile(0.5))


def _error(law: Law) -> float:
    """Half of the interval that holds what a normal law has within a standard deviation."""
    low, high = (float(end) for end in law.quantile([0.15865525393145707, 0.8413447460685429]))
    return 0.5 * (high - low)


def _rows(teller: Teller, name: str) -> list[list[str]]:
    """A row for each two figures of an input (or element of one) that cannot both be right, the weightiest first."""
    quantity, rows = teller.found.scenario.quantities[name], []
    if quantity.kind != "input":
        return []
    for labels, expression in values_by_element(quantity.value).items():
        law = law_of(expression)
        if not isinstance(law, Mixture):
            continue
        parts = sorted(zip(law.weights, law.components, strict=True), key=lambda part: -part[0])
        sure = [part for part in parts if not part[1].discrete and part[1].sd > 0.0]
        called = worded(name) + (f" ({', '.join(labels)})" if labels else "")
        called += f", {quantity.unit}" if quantity.unit else ""
        rows += [
            [called, _figure(teller, *one), _figure(teller, *other), _difference(teller, one[1], other[1])]
            for one, other in itertools.combinations(sure, 2)
            if apart(one[1], other[1]) >= FEWEST_ERRORS
        ]
    return rows


def _figure(teller: Teller, weight: float, law: Law) -> str:
    words = teller.words
    value, error = words.amount(_middle(law)), words.amount(_error(law), 2)
    return words.text("assumptions.contradictions_figure", value=value, error=error, weight=words.share(weight, 2))


def _difference(teller: Teller, one: Law, other: Law) -> str:
    words, middles = teller.words, sorted((_middle(one), _middle(other)))
    errors = words.number(f"{apart(one, other):.2g}")
    if middles[0] <= 0.0:
        return words.text("assumptions.contradictions_difference_alone", errors=errors)
    ratio = words.number(f"{middles[1] / middles[0]:.3g}")
    return words.text("assumptions.contradictions_difference", errors=errors, ratio=ratio)


def _observed(teller: Teller, row: dict[str, object]) -> list[str]:
    words, distance = teller.words, row["distance"]
    far = "–" if not isinstance(distance, float) else words.number(f"{distance:+.1f}").replace("-", "−")
    if row["strains"]:
        far = words.text("assumptions.observed_strains", distance=far)
    return [str(row["figure"]), str(row["said"]), far, words.share(float(str(row["share"])), 2), str(row["source"])]
