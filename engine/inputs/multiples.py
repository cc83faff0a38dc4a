"""An input as a multiple of what it would be: how one is turned that is no number and no law.

What follows from other inputs, what is computed from draws, and what is known by date has no middle that could be put
elsewhere; but all of it can be half as much, or twice. Written, it is ``1.2 * (visits / visits_per_user)``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from burncast.distributions.errors import InputError
from burncast.distributions.families import FAMILIES
from burncast.engine.language.expressions import (
    Binary,
    Call,
    Expression,
    Index,
    Name,
    Number,
    names,
    parse,
    render,
    walk,
)

__all__ = ["SCHEDULE", "Basis", "basis_of", "multiple_of", "multiplied", "scaled_schedule"]

Basis: TypeAlias = Literal["inputs", "draws", "dates", "posterior"]
"""What stands behind an input that is turned as a multiple: other inputs, draws in arithmetic, values by date or
period, or a posterior.
"""

SCHEDULE = "schedule"
"""How the table of an input by date is called where it is multiplied: ``1.2 * schedule``."""


def basis_of(expression: Expression) -> Basis:
    """What an expression that is neither number nor law is made of.

    >>> basis_of(parse("2 * growth")), basis_of(parse("max(normal(0, 1), 0)")), basis_of(parse("0.1 * period"))
    ('inputs', 'draws', 'dates')
    """
    if names(expression):
        return "inputs"
    draws = any(isinstance(node, Call) and node.function in FAMILIES for node in walk(expression))
    return "draws" if draws else "dates"


def multiple_of(expression: Expression) -> tuple[float, Expression]:
    """The factor before an expression, 1 where there is none, and the expression without it.

    >>> multiple_of(parse("1.2 * (visits / 3)"))[0], multiple_of(parse("1.2 * visits / 3"))[0]
    (1.2, 1.0)
    """
    match expression:
        case Binary(op="*", left=Number(value=factor), right=rest) if factor >= 0.0:
            return factor, rest
    return 1.0, expression


def multiplied(text: str, factor: float) -> str:
    """The text of an expression times a factor, which is rounded to twelve digits.

    >>> multiplied("visits / 3", 1.2), multiplied("visits", 0.5), multiplied("2 to 8", 3.0), multiplied("visits", 1.0)
    ('1.2 * (visits / 3)', '0.5 * visits', '3 * interval(2, 8)', 'visits')
    """
    if not (math.isfinite(factor) and factor >= 0.0):
        raise InputError(f"{factor:g} is no multiple; expected 0 or a number above, such as 1.2 for a fifth more")
    written = f"{factor:.12g}"
    if written == "1":
        return text
    whole = parse(text)
    if isinstance(whole, Call) and not text.startswith(whole.function):
        text = render(whole)  # ``2 to 8`` stands alone or not at all
    return f"{written} * {text if isinstance(whole, Name | Index | Call) else f'({text})'}"


def scaled_schedule(schedule: Mapping[str, Any], factor: float) -> dict[str, int | float]:
    """The values of a table of dates times a factor, rounded to twelve digits; whole numbers are written as such.

    >>> scaled_schedule({"2023-06": 20, "2024-01": 25}, 1.1)
    {'2023-06': 22, '2024-01': 27.5}
    """
    scaled = {date: float(f"{value * factor:.12g}") for date, value in schedule.items()}
    return {date: int(value) if value.is_integer() else value for date, value in scaled.items()}
