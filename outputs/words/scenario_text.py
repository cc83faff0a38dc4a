"""What a scenario says of a quantity, as text."""

from __future__ import annotations

import itertools
import re

from burncast.engine.language.expressions import Call, Expression, Known, Number, render
from burncast.engine.scenario import ByElement, Quantity, Value

__all__ = ["begun", "expression_text", "value_text", "worded"]

MOST_IN_TURN = 8
_GREAT = re.compile(r'(?<![\w."])\d{6,}(?![\w."])')


def worded(name: str) -> str:
    """The name of a quantity or of one of its elements as words.

    >>> worded('opening_users["free"]')
    'opening users (free)'
    """
    return name.replace("_", " ").replace("[", " (").replace("]", ")").replace('"', "")


def begun(words: str) -> str:
    """Words as they begin a sentence."""
    return words[:1].upper() + words[1:]


def value_text(quantity: Quantity) -> str:
    """Its value, or its start and what it becomes."""
    said = _expressions(quantity.value)
    return f"{said} → {_expressions(quantity.next)}" if quantity.next is not None else said


def expression_text(expression: Expression) -> str:
    """An expression as a scenario may say it: an interval as ``2 to 8``, what is known by date as its values in turn,
    400000000 as ``400e6``.

    >>> expression_text(Known((20.0, 20.0, 20.0, 25.0, 25.0)))
    '20 → 25'
    """
    match expression:
        case Known(values=values):
            return _readable(" → ".join(_in_turn(values)))
        case Call(function="interval", arguments=(low, high), keywords=()):
            return _readable(f"{render(low)} to {render(high)}")
    return _readable(render(expression))


def _readable(text: str) -> str:
    """The text with its great round numbers in powers of a thousand.

    >>> _readable("uniform(1500000, 2e7) + 694444")
    'uniform(1.5e6, 2e7) + 694444'
    """
    return _GREAT.sub(lambda found: min(found[0], _in_thousands(int(found[0])), key=len), text)


def _in_thousands(number: int) -> str:
    power = (len(str(number)) - 1) // 3 * 3
    before, after = divmod(number, 10**power)
    return f"{before}.{after:0{power}d}".rstrip("0").rstrip(".") + f"e{power}"


def _in_turn(values: tuple[float, ...]) -> list[str]:
    """The values from period 1 on that differ from the one before; of many, the first and the last."""
    known = [render(Number(value)) for value, _ in itertools.groupby(values[1:])]
    return known if len(known) <= MOST_IN_TURN else [*known[: MOST_IN_TURN - 2], "…", known[-1]]


def _expressions(value: Value) -> str:
    if isinstance(value, ByElement):
        return "; ".join(f"{', '.join(labels)}: {expression_text(one)}" for labels, one in value.values.items())
    return expression_text(value)
