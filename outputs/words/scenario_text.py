"""What a scenario says of a quantity, as text."""

from __future__ import annotations

import itertools

from burncast.engine.expressions import Call, Expression, Known, Number, render
from burncast.engine.scenario import ByElement, Quantity, Value

__all__ = ["expression_text", "value_text"]

MOST_IN_TURN = 8


def value_text(quantity: Quantity) -> str:
    """Its value, or its start and what it becomes."""
    said = _expressions(quantity.value)
    return f"{said} → {_expressions(quantity.next)}" if quantity.next is not None else said


def expression_text(expression: Expression) -> str:
    """An expression as a scenario may say it; an interval as ``2 to 8``, what is known by date as its values in turn.

    >>> expression_text(Known((20.0, 20.0, 20.0, 25.0, 25.0)))
    '20 → 25'
    """
    match expression:
        case Known(values=values):
            return " → ".join(_in_turn(values))
        case Call(function="interval", arguments=(low, high), keywords=()):
            return f"{render(low)} to {render(high)}"
    return render(expression)


def _in_turn(values: tuple[float, ...]) -> list[str]:
    """The values from period 1 on that differ from the one before; of many, the first and the last."""
    known = [render(Number(value)) for value, _ in itertools.groupby(values[1:])]
    return known if len(known) <= MOST_IN_TURN else [*known[: MOST_IN_TURN - 2], "…", known[-1]]


def _expressions(value: Value) -> str:
    if isinstance(value, ByElement):
        return "; ".join(f"{', '.join(labels)}: {expression_text(one)}" for labels, one in value.values.items())
    return expression_text(value)
