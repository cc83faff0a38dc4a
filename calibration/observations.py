"""Observed figures of a company: what was published on quantities of a scenario, by whom, and how sure it is.

A row, of a CSV file or of ``[[observations]]`` in TOML, states one figure:

=============================  =====================================================================================
column                         holds
=============================  =====================================================================================
``variable``                   a quantity of the scenario, or an element of one: ``users["plus"]``
``aggregate``                  ``value``, ``sum``, ``mean``, or ``change`` (from the end of the period before to the end
                               of the last one; in per cent where the unit is ``%``)
``period``                     see :mod:`burncast.calibration.period_spans`; empty for an input
``low``, ``central``,          what is said of it, see :mod:`burncast.calibration.measurement`; ``540e6 ± 10e6`` in one
``high``, or ``value``, ``sd`` cell is a value and its sd, and ``± 5 %`` is relative
``unit``                       checked against the quantity's, and converted
``source``                     who says so
``weight``                     how much a source counts among those that state the same figure (1)
``note``, ``id``               for readers
=============================  =====================================================================================

Sources that state the same figure, the same aggregate of a variable over the same period, are all kept: one of them is
right, and each may be it, by its weight.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from burncast.calibration.figures import AGGREGATES, Aggregate, Figure, Observations
from burncast.calibration.observation_rows import ObservationSource, Row, observation_rows
from burncast.calibration.period_spans import Span, SpanError, read_span
from burncast.calibration.statements import read_statement
from burncast.distributions.errors import DataError, Problem, nearest_name
from burncast.engine.compiler import compile_scenario
from burncast.engine.language.expressions import ExpressionError, Index, Name, parse
from burncast.engine.language.unit_registry import UnitTextError, unit_registry
from burncast.engine.program import Program
from burncast.engine.scenario import Scenario

__all__ = ["read_observations"]

COLUMNS = (
    *("variable", "aggregate", "period", "low", "central", "high", "value", "sd"),
    *("unit", "source", "weight", "note", "id"),
)
_PER_CENT = frozenset({"%", "percent", "per cent"})


def read_observations(source: ObservationSource, scenario: Scenario) -> Observations:
    """Read observations of a scenario's quantities; raises :class:`DataError` with every problem."""
    reading = _Reading(scenario)
    rows = observation_rows(source)
    named = [reading.variable(row) for row in rows]
    reading.compile(tuple(dict.fromkeys(one.name for one in named if one is not None)))
    figures: dict[tuple[Any, ...], Figure] = {}
    stated: dict[tuple[Any, ...], Row] = {}
    for row, variable in zip(rows, named, strict=True):
        if variable is None or (figure := reading.figure(row, variable)) is None:
            continue
        key = (figure.name, figure.labels, figure.aggregate, figure.first, figure.last, figure.is_relative)
        same = (*key, figure.statements[0].measurement, figure.statements[0].source)
        if same in stated:
            where = f"row {stated[same].line}" if stated[same].line else "an earlier row"
            reading.problems.append(row.problem("variable", f"the same source says the same in {where}"))
            continue
        stated[same] = row
        known = figures.get(key)
        figures[key] = figure if known is None else _joined(known, figure)
    if reading.problems:
        raise DataError(reading.problems)
    if not figures:
        raise DataError([Problem("holds no observations", rows[0].file if rows else None, expected="one row or more")])
    return Observations(tuple(figures.values()), reading.observed(), rows[0].file)


def _joined(one: Figure, other: Figure) -> Figure:
    return dataclasses.replace(one, statements=one.statements + other.statements)


@dataclass(slots=True)
class _Reading:
    scenario: Scenario
    problems: list[Problem] = dataclasses.field(default_factory=list)
    program: Program | None = None

    def compile(self, names: tuple[str, ...]) -> None:
        """The program of what is observed alone: neither ruin nor a posterior is part of it."""
        bare = dataclasses.replace(self.scenario, ruin=None, particles=None, variants={})
        self.program = compile_scenario(bare, names)

    def observed(self) -> Program:
        """That program."""
        assert self.program is not None
        return self.program

    def variable(self, row: Row) -> Index | Name | None:
        """The quantity, or element of one, that a row is about; unknown columns are found here too."""
        for column in row.cells:
            if column not in COLUMNS:
                nearest = nearest_name(column, COLUMNS)
                expected = None if nearest else f"one of {', '.join(COLUMNS)}"
                problem = Problem(f"there is no column {column!r}", row.file, 1 if row.line else None, None, expected)
                problem = dataclasses.replace(problem, nearest=nearest)
                if problem not in self.problems:
                    self.problems.append(problem)
        text = row.text("variable")
        quantities = self.scenario.quantities
        if not text:
            self.problems.append(row.problem("variable", "is missing", 'a quantity, as cash or users["plus"]'))
            return None
        try:
            found = parse(text)
        except ExpressionError as error:
            self.problems.append(row.problem("variable", f"{text!r} names no quantity: {error}"))
            return None
        if not isinstance(found, Index | Name):
            expected = 'a quantity, as cash or users["plus"]; give a formula of its own to what is computed from them'
            self.problems.append(row.problem("variable", f"{text!r} names no quantity", expected))
            return None
        if found.name not in quantities:
            nearest = nearest_name(found.name, quantities)
            expected = None if nearest else f"one of {', '.join(list(quantities)[:12])}, …"
            message = f"the scenario has no quantity {found.name!r}"
            self.problems.append(row.problem("variable", message, expected, nearest))
            return None
        return found

    def figure(self, row: Row, variable: Index | Name) -> Figure | None:
        """The figure that a row states; None where something is wrong with it."""
        before = len(self.problems)
        labels = variable.labels if isinstance(variable, Index) else ()
        element = self._element(row, variable.name, labels)
        aggregate = row.text("aggregate") or "value"
        if aggregate not in AGGREGATES:
            nearest = nearest_name(aggregate, AGGREGATES)
            self.problems.append(row.problem("aggregate", f"is {aggregate!r}", " or ".join(AGGREGATES), nearest))
        span = self._span(row, variable.name, aggregate)
        is_relative = aggregate == "change" and row.text("unit") in _PER_CENT
        factor = 1.0 if is_relative else self._factor(row, variable.name, aggregate)
        statement = read_statement(row, factor, self.problems)
        if len(self.problems) > before or statement is None or span is None or element is None:
            return None
        kind = cast(Aggregate, aggregate)
        period = row.text("period")
        return Figure(variable.name, labels, kind, period, span.first, span.last, is_relative, element, (statement,))

    def _element(self, row: Row, name: str, labels: tuple[str, ...]) -> int | None:
        tracked = next(item for item in self.observed().tracked if item.name == name)
        shown = ", ".join(f"one of {', '.join(known)}" for known in tracked.labels)
        if len(labels) != len(tracked.dims):
            said = f"{name} has elements" if len(labels) < len(tracked.dims) else f"{name} has no such elements"
            expected = f"{name}[…] with {shown}" if tracked.dims else f"{name} alone"
            self.problems.append(row.problem("variable", said, expected))
            return None
        for label, known in zip(labels, tracked.labels, strict=True):
            if label not in known:
                message = f"{name} has no element {label!r}"
                nearest = nearest_name(label, known)
                self.problems.append(row.problem("variable", message, None if nearest else shown, nearest))
                return None
        places = [known.index(label) for label, known in zip(labels, tracked.labels, strict=True)]
        shape = [len(known) for known in tracked.labels]
        return tracked.first_element + (int(np.ravel_multi_index(places, shape)) if shape else 0)

    def _span(self, row: Row, name: str, aggregate: str) -> Span | None:
        text, kind = row.text("period"), self.scenario.quantities[name].kind
        if kind == "input":
            if aggregate != "value":
                message = f"{name} is an input, which has one value"
                self.problems.append(row.problem("aggregate", message, "value"))
            return Span(1, 1, True)
        if not text:
            self.problems.append(
                row.problem("period", "is missing", "when it was so: 2023-06, 2024, 2023-06 to 2024-05")
            )
            return None
        try:
            span = read_span(text, self.scenario)
        except SpanError as error:
            self.problems.append(row.problem("period", error.message, error.expected))
            return None
        step = self.scenario.step
        if aggregate == "value" and span.first != span.last:
            message = f"{text!r} is {span.last - span.first + 1} {step}s, and a value is of one"
            self.problems.append(row.problem("period", message, f"a {step}, or the aggregate sum, mean or change"))
        elif not span.is_whole and aggregate != "value":
            message = f"{text!r} does not begin and end with the scenario's {step}s"
            self.problems.append(row.problem("period", message, f"whole {step}s"))
        least = (0 if kind == "stock" else 1) + (1 if aggregate == "change" else 0)
        if span.first < least:
            what = "no change is known" if aggregate == "change" else f"a {kind} has no value"
            message = f"{text!r} is period {span.first}, in which {what}"
            self.problems.append(row.problem("period", message, f"period {least} or later"))
        return span

    def _factor(self, row: Row, name: str, aggregate: str) -> float:
        """How many of the quantity's units one of the stated units is."""
        stated, own = row.text("unit"), self.scenario.quantities[name].unit
        if not stated:
            return 1.0
        words = {*self.scenario.extra_units, *([self.scenario.currency] if self.scenario.currency else [])}
        registry = unit_registry(tuple(sorted(words)))
        try:
            unit = registry.read(stated)
        except UnitTextError as error:
            expected = None if error.nearest else "a unit such as USD or USD/month"
            self.problems.append(row.problem("unit", error.message, expected, error.nearest))
            return 1.0
        if own is None:
            return 1.0
        mine = registry.read(own)
        summed = mine.times(registry.read(self.scenario.step)) if aggregate == "sum" else mine
        for fitting in dict.fromkeys((summed, mine)):
            if registry.system.same_dimensions(unit, fitting):
                return registry.system.ratio(unit, fitting)
        what = f"the sum of {name} is" if aggregate == "sum" else f"{name} is"
        self.problems.append(row.problem("unit", f"is {stated!r}, and {what} {summed.phrase()}", str(summed)))
        return 1.0
