"""The inputs of a scenario as things to turn: what each one is, within which range, and how it is written once moved.

An input that is a number has its value as its centre, an input that is a law its median, or its mean where some values
have a probability of their own (:mod:`burncast.engine.inputs.moved_laws`). What follows from other inputs, is computed
from draws or is known by date is turned as a multiple of what it would be (:mod:`burncast.engine.inputs.multiples`):
its centre is the factor, 1 where it stands.
"""

from __future__ import annotations

import functools
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from burncast.distributions.errors import BurncastError, InputError, nearest_name
from burncast.distributions.law import Law
from burncast.engine.inputs.law_pictures import LawPicture, picture_of_law, scaled
from burncast.engine.inputs.moved_laws import centre_of, law_of, moved_law
from burncast.engine.inputs.multiples import SCHEDULE, Basis, basis_of, multiple_of, multiplied
from burncast.engine.inputs.ranges_to_offer import WIDE, range_of_law, range_of_number
from burncast.engine.inputs.stated_numbers import number_at, stated_numbers, with_number
from burncast.engine.language import constants
from burncast.engine.language.expressions import (
    Call,
    Expression,
    Known,
    Number,
    Text,
    names,
    parse,
    render,
    walk,
)
from burncast.engine.language.scenario_model import ByElement, Quantity, Scenario
from burncast.engine.reading.schedules import names_files

__all__ = ["Adjustable", "adjustable", "adjustables", "moved", "with_argument"]

_LONG_NUMBER = re.compile(r"(?<![\w.])(?:\d{7,}|\d+(?:\.\d+)?e[+-]\d+)(?![\w.])")


@dataclass(frozen=True, slots=True)
class Adjustable:
    """An input, or one element of it, as it stands.

    ``key`` is the name with the labels of its element, ``price.plus``; ``text`` the value as it is written, or
    ``schedule`` for a table of dates. ``centre`` lies between ``low`` and ``high``, the range to offer; of a multiple
    it is the factor, and ``basis`` and ``uses`` say what it is a multiple of: the inputs that it follows from.
    ``arguments`` are the numbers of a law by name, in the order in which they are written. ``path`` has the values of
    what is known for all periods 0 … T, ``dates`` those of a table of dates as it is written. ``expression`` is the
    value with its files read; of a multiple, ``whole`` and ``whole_text`` are without the factor.
    """

    key: str
    name: str
    labels: tuple[str, ...]
    kind: Literal["number", "law", "multiple"]
    text: str
    unit: str | None
    source: str | None
    note: str | None
    decision: tuple[float, float] | None
    centre: float
    low: float
    high: float
    logarithmic: bool
    arguments: tuple[tuple[str, float], ...]
    picture: LawPicture | None
    basis: Basis | None
    uses: tuple[str, ...]
    path: tuple[float, ...] | None = field(repr=False)
    dates: tuple[tuple[str, float], ...] = field(repr=False)
    expression: Expression = field(repr=False)
    whole: Expression = field(repr=False)
    whole_text: str = field(repr=False)

    def times(self, expression: Expression) -> float | None:
        """How many times what it would be an expression is; None where it is no multiple of that."""
        if self.kind != "multiple":
            return None
        if expression == self.whole:
            return 1.0
        factor, whole = multiple_of(expression)
        return factor if whole == self.whole else None


def adjustables(scenario: Scenario) -> tuple[Adjustable, ...]:
    """Every input of ``scenario`` in its order, an input with a table by element as many as it has elements."""
    written = _inputs_of(scenario.text)
    found = tuple(
        _with_dates(_of(quantity, labels, expression, _text(entry, labels, expression)), entry)
        for quantity in scenario.quantities.values()
        if quantity.kind == "input"
        for entry in [written.get(quantity.name)]
        for labels, expression in _elements(quantity)
    )
    return found if scenario.particles is None else tuple(_learnt(one) for one in found)


def adjustable(
    quantity: Quantity, labels: tuple[str, ...], expression: Expression, text: str, present: Adjustable | None = None
) -> Adjustable:
    """An input with this value, written so, in the place of the one it has, ``present``: a multiple of that keeps its
    picture, scaled.
    """
    factor = None if present is None else present.times(expression)
    if present is None or factor is None:
        return _of(quantity, labels, expression, text, factored=True)
    return replace(
        present,
        text=text,
        centre=factor,
        picture=None if present.picture is None else scaled(present.picture, factor / present.centre),
        path=None if present.path is None else tuple(factor / present.centre * value for value in present.path),
        expression=expression,
    )


def moved(one: Adjustable, centre: float) -> str:
    """The text of ``one`` with its middle at ``centre``: the number, the law moved as a whole, or the multiple.

    A law of amounts above 0 is scaled, one between ends stays between them, any other is shifted. InputError where it
    cannot be moved there.

    >>> from burncast.engine.scenario import load
    >>> scenario = load({"scenario": {"periods": 1}, "inputs": {"growth": "2 to 8"}})
    >>> moved(adjustables(scenario)[0], 8.0)
    '4 to 16'
    """
    if not math.isfinite(centre):
        raise InputError(f"{one.key}: {centre} is no place; expected a finite number")
    if one.kind == "number":
        return _written(Number(float(f"{centre:.12g}")))
    if one.kind == "multiple":
        try:
            return multiplied(one.whole_text, centre)
        except InputError as error:
            raise InputError(f"{one.key}: {error}") from None
    try:
        after = moved_law(one.expression, float(centre), one.unit, _in_file(one.text))
    except InputError as error:
        raise InputError(f"{one.key}: {error}") from None
    return _as_written(one, after)


def with_argument(one: Adjustable, name: str, value: float) -> str:
    """The text of ``one`` with another value of one of its ``arguments``; InputError where that is no law."""
    known = [listed for listed, _ in one.arguments]
    if name not in known:
        nearest = nearest_name(name, known)
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        expected = f"expected one of {', '.join(known)}" if known else "it has none"
        raise InputError(f"{one.key} has no number {name!r}; {expected}{hint}")
    if not math.isfinite(value):
        raise InputError(f"{one.key}: {name} is {value}; expected a finite number")
    after = with_number(one.expression, dict(stated_numbers(one.expression))[name], Number(float(value)))
    try:
        law_of(after)
    except BurncastError as error:
        raise InputError(f"{one.key}: {error}") from None
    return _as_written(one, after)


def _of(
    quantity: Quantity, labels: tuple[str, ...], expression: Expression, text: str, *, factored: bool = False
) -> Adjustable:
    """An input as it stands; ``factored``: a factor before it is one that it was given here."""
    value = _number_or_law(expression)
    kind: Literal["number", "law", "multiple"]
    picture = path = basis = None
    whole, whole_text = expression, text
    uses: tuple[str, ...] = ()
    arguments: tuple[tuple[str, float], ...] = ()
    if isinstance(value, float):
        kind, centre = "number", value
        low, high, logarithmic = range_of_number(centre, quantity)
    elif value is not None:
        kind, centre = "law", centre_of(value)
        low, high, logarithmic = range_of_law(expression, value, centre, quantity.unit)
        if _in_file(text) is None:
            arguments = tuple(
                (name, constants.number(number_at(expression, place))) for name, place in stated_numbers(expression)
            )
        picture = picture_of_law(value)
    else:
        kind, centre, low, high, logarithmic = "multiple", 1.0, 1.0 / WIDE, WIDE, True
        if factored:
            centre, whole = multiple_of(expression)
            written = multiple_of(parse(text))
            whole_text = render(written[1]) if written[0] == centre else text
        basis, uses = basis_of(expression), tuple(sorted(names(expression)))
        path = tuple(centre * value for value in whole.values) if isinstance(whole, Known) else None
    return Adjustable(
        key=".".join((quantity.name, *labels)),
        name=quantity.name,
        labels=labels,
        kind=kind,
        text=text,
        unit=quantity.unit,
        source=quantity.source,
        note=quantity.note,
        decision=quantity.decision,
        centre=centre,
        low=low,
        high=high,
        logarithmic=logarithmic,
        arguments=arguments,
        picture=picture,
        basis=basis,
        uses=uses,
        path=path,
        dates=(),
        expression=expression,
        whole=whole,
        whole_text=whole_text,
    )


def _with_dates(one: Adjustable, entry: Any) -> Adjustable:
    """An input that is a table of dates with what stands in it."""
    if not (isinstance(entry, Mapping) and SCHEDULE in entry):
        return one
    return replace(one, dates=tuple((date, float(value)) for date, value in entry[SCHEDULE].items()))


def _learnt(one: Adjustable) -> Adjustable:
    """An input of a scenario that begins with a posterior: a number may be chosen, what was learnt is multiplied."""
    if one.kind != "law":
        return one
    return replace(
        one, kind="multiple", basis="posterior", centre=1.0, low=1.0 / WIDE, high=WIDE, logarithmic=True, arguments=()
    )


def _number_or_law(expression: Expression) -> float | Law | None:
    """What an expression is as a whole: a number, a law with a middle to move it by, or neither."""
    if names(expression):
        return None
    try:
        law = law_of(expression)
        if law is not None:
            return law if math.isfinite(centre_of(law)) else None
        if constants.is_constant(expression):
            return constants.number(expression)
    except BurncastError:
        return None
    return None


@functools.lru_cache(maxsize=32)
def _inputs_of(text: str) -> Mapping[str, Any]:
    inputs: Mapping[str, Any] = tomllib.loads(text).get("inputs", {})
    return inputs


def _elements(quantity: Quantity) -> Iterator[tuple[tuple[str, ...], Expression]]:
    if isinstance(quantity.value, ByElement):
        yield from quantity.value.values.items()
    else:
        yield (), quantity.value


def _text(entry: Any, labels: tuple[str, ...], expression: Expression) -> str:
    """The value as it stands in the scenario's text."""
    if isinstance(entry, Mapping) and "schedule" in entry:
        return SCHEDULE
    value = entry.get("value") if isinstance(entry, Mapping) and "value" in entry else entry
    for label in labels:
        value = value.get(label) if isinstance(value, Mapping) else value
    if isinstance(value, str):
        return value.strip()
    return _written(Number(float(value))) if isinstance(value, int | float) else _written(expression)


def _as_written(one: Adjustable, after: Expression) -> str:
    """The text of a law in the place of another: an interval stays one."""
    match after:
        case Call(function="interval", arguments=(Number(value=low), Number(value=high))) if "interval" not in one.text:
            return f"{_written(Number(low))} to {_written(Number(high))}"
    return _written(after)


def _written(expression: Expression) -> str:
    """As :func:`render`, a long number with an exponent where that is shorter: 1.3e9."""
    return _LONG_NUMBER.sub(_shorter, render(expression))


def _shorter(found: re.Match[str]) -> str:
    mantissa, _, exponent = f"{float(found[0]):.16e}".partition("e")
    for digits in range(17):
        mantissa = f"{float(found[0]):.{digits}e}".partition("e")[0]
        text = f"{mantissa}e{int(exponent)}"
        if float(text) == float(found[0]):
            return min(text, found[0], key=len)
    return found[0]


def _in_file(text: str) -> Expression | None:
    """The expression as it is written, where it names a file."""
    if not names_files(text):
        return None
    expression = parse(text)
    named = any(isinstance(node, Text) for call in _calls(expression) for node in call.arguments)
    return expression if named else None


def _calls(expression: Expression) -> list[Call]:
    return [
        node
        for node in walk(expression)
        if isinstance(node, Call) and node.function in ("sip", "empirical", "smoothed")
    ]
