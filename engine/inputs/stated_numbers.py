"""The numbers by which a law is stated: what each is called, where it stands, and another one in its place."""

from __future__ import annotations

from collections.abc import Iterator

from burncast.distributions.errors import BurncastError
from burncast.distributions.families import FAMILIES
from burncast.engine.inputs.moved_arguments import argument_names
from burncast.engine.language import constants
from burncast.engine.language.expression_nodes import children, replace_children
from burncast.engine.language.expressions import Binary, Call, Expression, Sequence, Text

__all__ = ["Place", "number_at", "stated_numbers", "with_number"]

MOST_LISTED = 40
"""Numbers of a law that are listed one by one."""

Place = tuple[int, ...]
"""Which of the children, which of its children, and so on."""


def stated_numbers(expression: Expression) -> list[tuple[str, Place]]:
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


def number_at(expression: Expression, place: Place) -> Expression:
    """What stands at a place."""
    for number in place:
        expression = children(expression)[number]
    return expression


def with_number(expression: Expression, place: Place, new: Expression) -> Expression:
    """The expression with ``new`` at a place."""
    if not place:
        return new
    parts = list(children(expression))
    parts[place[0]] = with_number(parts[place[0]], place[1:], new)
    return replace_children(expression, tuple(parts))
