"""What a scenario says of a quantity, as text."""

from __future__ import annotations

from burncast.engine.expressions import Call, Expression, render
from burncast.engine.scenario import ByElement, Quantity, Value

__all__ = ["expression_text", "value_text"]


def value_text(quantity: Quantity) -> str:
    """Its value, or its start and what it becomes."""
    said = _expressions(quantity.value)
    return f"{said} → {_expressions(quantity.next)}" if quantity.next is not None else said


def expression_text(expression: Expression) -> str:
    """An expression as a scenario may say it; an interval as ``2 to 8``."""
    match expression:
        case Call(function="interval", arguments=(low, high), keywords=()):
            return f"{render(low)} to {render(high)}"
    return render(expression)


def _expressions(value: Value) -> str:
    if isinstance(value, ByElement):
        return "; ".join(f"{', '.join(labels)}: {expression_text(one)}" for labels, one in value.values.items())
    return expression_text(value)
