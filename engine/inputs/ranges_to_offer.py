"""From where to where an input is offered to be moved, and whether by its logarithm: (low, high, logarithmic)."""

from __future__ import annotations

from burncast.distributions.law import Law
from burncast.engine.inputs.moved_laws import motion_of
from burncast.engine.language.expressions import Expression
from burncast.engine.language.scenario_model import Quantity

__all__ = ["WIDE", "range_of_law", "range_of_number"]

WIDE = 5.0
"""A range goes to this multiple of where a thing stands."""


def range_of_number(value: float, quantity: Quantity) -> tuple[float, float, bool]:
    """That of a number: a decision's own, multiples of what is above 0, a share at most 1."""
    if quantity.decision is not None:
        return (*quantity.decision, False)
    if value > 0.0:
        high = WIDE * value
        is_share = value < 1.0 < high and quantity.unit is None
        return value / WIDE, 1.0 if is_share else high, True
    return (3.0 * value, -value, False) if value < 0.0 else (0.0, 1.0, False)


def range_of_law(expression: Expression, law: Law, centre: float, unit: str | None) -> tuple[float, float, bool]:
    """That of a law with its middle at ``centre``, as it is moved: scaled, slid between its ends, or shifted."""
    motion = motion_of(expression, law, unit)
    first, last = float(law.quantile(0.05)), float(law.quantile_upper(0.05))
    if motion.kind == "scale":
        if not centre > 0.0:
            return centre, centre, False
        low = min(centre / WIDE, first) if first > 0.0 else centre / WIDE
        return max(low, centre / WIDE**2), max(WIDE * centre, last), True
    if motion.kind == "slide":
        width = motion.high - motion.low
        if motion.low == 0.0 and centre < 0.1 * width:
            return centre / WIDE, WIDE * centre, True
        return (
            min(motion.low + 0.01 * width, centre),
            max(motion.high - 0.01 * width, centre),
            False,
        )
    span = 2.0 * (last - first) or abs(centre) or 1.0
    return centre - span, centre + span, False
