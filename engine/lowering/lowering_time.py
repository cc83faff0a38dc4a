"""The functions of formulas that follow the calendar: pulses, steps, ramps, seasons."""

from __future__ import annotations

import datetime
import math

import numpy as np

from burncast.distributions.errors import FormulaError
from burncast.engine.graph.nodes import Node
from burncast.engine.language import constants
from burncast.engine.language.expressions import Expression, Number, Sequence, Text
from burncast.engine.lowering.scope import Bound, Lowerings, Scope

__all__ = ["TIME"]


def _moment(scope: Scope, expression: Expression) -> Node:
    """A period: a number, any expression, or a date such as "2024-03"."""
    return (
        scope.number(_period_of(scope, expression.value)) if isinstance(expression, Text) else scope.lower(expression)
    )


def _period_of(scope: Scope, text: str) -> float:
    scenario = scope.scenario
    if scenario.start is None:
        raise FormulaError(f"{text!r} is a date", expected="a period number, or `start` in [scenario]")
    try:
        date = datetime.date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError:
        raise FormulaError(f"{text!r} is not a date", expected='a month such as "2024-03" or a day') from None
    for period, end in enumerate(scenario.dates()):
        if date <= end and period > 0:
            return float(period)
    return float(scenario.periods + 1)


def _after(scope: Scope, bound: Bound) -> Node:
    return scope.graph.apply("less_equal", _moment(scope, bound["start"]), scope.periods())


def _step(scope: Scope, bound: Bound) -> Node:
    return scope.graph.apply("multiply", scope.lower(bound["height"]), _after(scope, bound))


def _pulse(scope: Scope, bound: Bound) -> Node:
    graph = scope.graph
    start, width = _moment(scope, bound["start"]), scope.lower(bound.get("width", Number(1.0)))
    begun = graph.apply("less_equal", start, scope.periods())
    over = graph.apply("less", scope.periods(), graph.apply("add", start, width))
    return graph.apply("minimum", begun, over)


def _ramp(scope: Scope, bound: Bound) -> Node:
    graph = scope.graph
    start = _moment(scope, bound["start"])
    end = _moment(scope, bound["end"]) if "end" in bound else scope.number(float(graph.periods))
    run = graph.apply("subtract", graph.apply("minimum", scope.periods(), end), start)
    return graph.apply("multiply", scope.lower(bound["slope"]), graph.apply("maximum", run, scope.number(0.0)))


def _seasonal(scope: Scope, bound: Bound) -> Node:
    graph, scenario = scope.graph, scope.scenario
    months = np.array([date.month for date in scenario.dates()]) if scenario.start else np.arange(graph.periods + 1)
    if isinstance(bound["amplitude"], Sequence):
        factors = constants.numbers(bound["amplitude"])
        if len(factors) != 12:
            raise FormulaError(f"seasonal() has {len(factors)} factors", expected="12, one per calendar month")
        return graph.path(np.array(factors)[(months - 1) % 12])
    peak = constants.number(bound.get("peak", Number(1.0)))
    wave = np.array([math.cos(angle) for angle in 2.0 * math.pi * (months - peak) / 12.0])
    swing = graph.apply("multiply", scope.lower(bound["amplitude"]), graph.path(wave))
    return graph.apply("add", swing, scope.number(1.0))


TIME: Lowerings = {
    "pulse": _pulse,
    "step": _step,
    "ramp": _ramp,
    "after": _after,
    "seasonal": _seasonal,
}
"""By function name: bound arguments to node."""
