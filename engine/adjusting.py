"""The inputs of a scenario as things to turn: what each one is, within which range, and how it is written once moved.

An input that is a number has its value as its centre, an input that is a law its median, or its mean where some values
have a probability of their own (:mod:`burncast.engine.moved_laws`). What follows from other inputs, or is computed from
draws, has no centre: it can be written anew, but not be moved.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from burncast.distributions.errors import BurncastError, InputError, nearest_name
from burncast.distributions.families import FAMILIES
from burncast.distributions.law import Law
from burncast.engine import constants
from burncast.engine.expression_nodes import children, replace_children
from burncast.engine.expressions import Binary, Call, Expression, Number, Sequence, Text, names, parse, render, walk
from burncast.engine.moved_arguments import argument_names
from burncast.engine.moved_laws import centre_of, law_of, motion_of, moved_law
from burncast.engine.scenario_model import ByElement, Quantity, Scenario
from burncast.engine.schedules import names_files

__all__ = ["Adjustable", "LawPicture", "adjustable", "adjustables", "moved", "with_argument"]

POINTS = 60
"""Places of a picture, at most."""

MOST_LISTED = 40
"""Numbers of a law that are listed one by one."""

WIDE = 5.0
"""A slider goes to this multiple of where a thing stands."""

SHOWN = (0.05, 0.5, 0.95)
_LONG_NUMBER = re.compile(r"(?<![\w.])(?:\d{7,}|\d+(?:\.\d+)?e[+-]\d+)(?![\w.])")
Place = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LawPicture:
    """A law to draw: its density ``y`` at ``x``, or the probability of each value where ``is_discrete``; ``quantiles``
    by probability. ``is_logarithmic``: ``x`` is spread by its logarithm, and ``y`` is the density of that.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    quantiles: tuple[tuple[float, float], ...]
    is_discrete: bool
    is_logarithmic: bool


@dataclass(frozen=True, slots=True)
class Adjustable:
    """An input, or one element of it, as it stands.

    ``key`` is the name with the labels of its element, ``price.plus``; ``text`` the value as it is written. ``centre``
    lies between ``low`` and ``high``, the range to offer; all three are None where ``kind`` is ``"expression"``, and
    ``fixed_because`` then says why. ``arguments`` are the numbers of a law by name, in the order in which they are
    written. ``expression`` is the value with its files read.
    """

    key: str
    name: str
    labels: tuple[str, ...]
    kind: Literal["number", "law", "expression"]
    text: str
    unit: str | None
    source: str | None
    note: str | None
    decision: tuple[float, float] | None
    centre: float | None
    low: float | None
    high: float | None
    logarithmic: bool
    arguments: tuple[tuple[str, float], ...]
    picture: LawPicture | None
    fixed_because: str | None
    expression: Expression = field(repr=False)


def adjustables(scenario: Scenario) -> tuple[Adjustable, ...]:
    """Every input of ``scenario`` in its order, an input with a table by element as many as it has elements."""
    written = tomllib.loads(scenario.text).get("inputs", {})
    found = tuple(
        _of(quantity, labels, expression, _text(written.get(quantity.name), labels, expression))
        for quantity in scenario.quantities.values()
        if quantity.kind == "input"
        for labels, expression in _elements(quantity)
    )
    return found if scenario.particles is None else tuple(_learnt(one) for one in found)


def adjustable(quantity: Quantity, labels: tuple[str, ...], expression: Expression, text: str) -> Adjustable:
    """An input with this value, written so, in the place of the one it has."""
    return _of(quantity, labels, expression, text)


def moved(one: Adjustable, centre: float) -> str:
    """The text of ``one`` with its middle at ``centre``: the number, or the law moved as a whole.

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
    if one.kind == "expression":
        raise InputError(f"{one.key} cannot be moved: {one.fixed_because}")
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
    after = _replaced(one.expression, dict(_places(one.expression))[name], Number(float(value)))
    try:
        law_of(after)
    except BurncastError as error:
        raise InputError(f"{one.key}: {error}") from None
    return _as_written(one, after)


def _of(quantity: Quantity, labels: tuple[str, ...], expression: Expression, text: str) -> Adjustable:
    kind, law, reason = _kind(expression)
    centre = low = high = picture = None
    logarithmic = False
    arguments: tuple[tuple[str, float], ...] = ()
    if kind == "number":
        centre = constants.number(expression)
        low, high, logarithmic = _range_of_number(centre, quantity)
    elif law is not None:
        centre = centre_of(law)
        low, high, logarithmic = _range_of_law(expression, law, centre, quantity.unit)
        if _in_file(text) is None:
            arguments = tuple((name, constants.number(_at(expression, place))) for name, place in _places(expression))
        picture = _picture(law)
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
        fixed_because=reason,
        expression=expression,
    )


def _learnt(one: Adjustable) -> Adjustable:
    """An input of a scenario that begins with a posterior: a law is what was learnt, a number may be chosen."""
    if one.kind == "number":
        return one
    reason = one.fixed_because or "the posterior says what is known of it"
    return replace(one, kind="expression", fixed_because=reason, centre=None, low=None, high=None, arguments=())


def _kind(expression: Expression) -> tuple[Literal["number", "law", "expression"], Law | None, str | None]:
    used = sorted(names(expression))
    if used:
        return "expression", None, f"it follows from {', '.join(used)}"
    try:
        law = law_of(expression)
        if law is not None:
            if math.isfinite(centre_of(law)):
                return "law", law, None
            return "expression", None, "its law has no mean"
        if constants.is_constant(expression):
            constants.number(expression)
            return "number", None, None
    except BurncastError as error:
        return "expression", None, str(error)
    return "expression", None, "it is computed from draws"


def _range_of_number(value: float, quantity: Quantity) -> tuple[float, float, bool]:
    if quantity.decision is not None:
        return (*quantity.decision, False)
    if value > 0.0:
        high = WIDE * value
        is_share = value < 1.0 < high and quantity.unit is None
        return value / WIDE, 1.0 if is_share else high, True
    return (3.0 * value, -value, False) if value < 0.0 else (0.0, 1.0, False)


def _range_of_law(expression: Expression, law: Law, centre: float, unit: str | None) -> tuple[float, float, bool]:
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


def _picture(law: Law) -> LawPicture:
    """The density from the first to the last half per cent; one that runs to infinity at an end is cut off."""
    quantiles = tuple((p, float(law.quantile(p) if p <= 0.5 else law.quantile_upper(1.0 - p))) for p in SHOWN)
    low, high = float(law.quantile(0.005)), float(law.quantile_upper(0.005))
    if law.discrete or not low < high:
        points, masses = law.atoms()
        shown = np.flatnonzero((points >= low) & (points <= high))
        shown = shown[np.linspace(0, len(shown) - 1, min(len(shown), POINTS)).astype(np.int64)]
        return LawPicture(tuple(points[shown].tolist()), tuple(masses[shown].tolist()), quantiles, True, False)
    logarithmic = low > 0.0 and high > 100.0 * low
    grid = np.geomspace(low, high, POINTS) if logarithmic else np.linspace(low, high, POINTS)
    density = np.nan_to_num(law.density(grid) * (grid if logarithmic else 1.0), posinf=np.inf)
    finite = density[np.isfinite(density)]
    typical = float(np.quantile(finite, 0.75)) if finite.size else 1.0
    top = min(float(finite.max()), 6.0 * typical) if finite.size and typical > 0.0 else float(finite.max(initial=1.0))
    return LawPicture(tuple(grid.tolist()), tuple(np.minimum(density, top).tolist()), quantiles, False, logarithmic)


def _elements(quantity: Quantity) -> Iterator[tuple[tuple[str, ...], Expression]]:
    if isinstance(quantity.value, ByElement):
        yield from quantity.value.values.items()
    else:
        yield (), quantity.value


def _text(entry: Any, labels: tuple[str, ...], expression: Expression) -> str:
    """The value as it stands in the scenario's text."""
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


def _places(expression: Expression) -> list[tuple[str, Place]]:
    """The numbers by which a law is stated: what each is called, and where it stands among the children of children.

    An argument has its parameter's name, one of several in a list or of a law in a law a longer one: ``weights.2``,
    ``1.mean``.
    """
    found = list(_named_places(expression, "", ()))
    return found if len(found) <= MOST_LISTED else [one for one in found if "." not in one[0]]


def _named_places(expression: Expression, before: str, place: Place) -> Iterator[tuple[str, Place]]:
    if isinstance(expression, Call) and expression.function in FAMILIES:
        parts = argument_names(expression)
    elif isinstance(expression, Sequence):
        parts = [str(number + 1) for number in range(len(expression.items))]
    elif isinstance(expression, Text):
        return
    elif _is_number(expression):
        yield before, place
        return
    else:  # a law with a factor or a summand
        parts = {"*": ["factor", ""], "+": ["", "added"]}[expression.op] if isinstance(expression, Binary) else []
    for number, (name, part) in enumerate(zip(parts, children(expression), strict=True)):
        yield from _named_places(part, f"{before}.{name}".strip("."), (*place, number))


def _is_number(expression: Expression) -> bool:
    try:
        return isinstance(constants.constant(expression), float)
    except BurncastError:
        return False


def _at(expression: Expression, place: Place) -> Expression:
    for number in place:
        expression = children(expression)[number]
    return expression


def _replaced(expression: Expression, place: Place, new: Expression) -> Expression:
    if not place:
        return new
    parts = list(children(expression))
    parts[place[0]] = _replaced(parts[place[0]], place[1:], new)
    return replace_children(expression, tuple(parts))
