"""The syntax tree of the scenario language: a dozen frozen node types and nothing else.

The tree has no reference to Python's own ``ast``: what the whitelist of
:mod:`burncast.engine.language.expression_parser` does not know never becomes a node.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = [
    "TIME_NAMES",
    "Binary",
    "BinaryOperator",
    "Call",
    "Compare",
    "CompareOperator",
    "Conditional",
    "Expression",
    "Index",
    "Known",
    "Logical",
    "Name",
    "Number",
    "Sequence",
    "Text",
    "Unary",
    "UnaryOperator",
    "children",
    "names",
    "replace_children",
    "walk",
]

TIME_NAMES = frozenset({"dt", "period", "time", "periods"})
"""Names that every expression may use: years per period, the period 1..T, ``period * dt``, and T."""

UnaryOperator: TypeAlias = Literal["-", "+", "not"]
BinaryOperator: TypeAlias = Literal["+", "-", "*", "/", "//", "%", "**"]
CompareOperator: TypeAlias = Literal["<", "<=", ">", ">=", "==", "!="]


@dataclass(frozen=True, slots=True)
class Number:
    """A finite constant; integers are read as floats, and the sign of a literal belongs to it."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted word: the state of a regime, the name of a file or of a column."""

    value: str


@dataclass(frozen=True, slots=True)
class Name:
    """A quantity, or one of :data:`TIME_NAMES`."""

    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """One element of a quantity: ``users["free"]``, ``price["plus", "eu"]``."""

    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """A sign or a negation."""

    op: UnaryOperator
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic of two operands."""

    op: BinaryOperator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison, 1 where true and 0 where false. Chains are read as a :class:`Logical` ``and``."""

    op: CompareOperator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Logical:
    """``and`` or ``or`` of two or more operands."""

    op: Literal["and", "or"]
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Conditional:
    """``then if condition else otherwise``."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A function, distribution or process with its arguments; whether it exists is not the parser's question."""

    function: str
    arguments: tuple[Expression, ...]
    keywords: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list in square brackets: weights, a sample, the rows of a matrix."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A path known in advance, one value for each of the periods 0..T: what a schedule or a series resolves to."""

    values: tuple[float, ...]


Expression: TypeAlias = (
    Number | Text | Name | Index | Unary | Binary | Compare | Logical | Conditional | Call | Sequence | Known
)


def children(expression: Expression) -> tuple[Expression, ...]:
    """The direct operands of a node, in the order in which they are written."""
    match expression:
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case Logical(operands=operands):
            return operands
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return (then, condition, otherwise)
        case Call(arguments=arguments, keywords=keywords):
            return arguments + tuple(value for _, value in keywords)
        case Sequence(items=items):
            return items
        case _:
            return ()


def replace_children(expression: Expression, new: tuple[Expression, ...]) -> Expression:
    """The same node over other operands, given in the order of :func:`children`."""
    match expression:
        case Unary(op=unary):
            return Unary(unary, new[0])
        case Binary(op=binary):
            return Binary(binary, new[0], new[1])
        case Compare(op=compare):
            return Compare(compare, new[0], new[1])
        case Logical(op=logical):
            return Logical(logical, new)
        case Conditional():
            return Conditional(new[1], new[0], new[2])
        case Call(function=function, arguments=arguments, keywords=keywords):
            named = zip((key for key, _ in keywords), new[len(arguments) :], strict=True)
            return Call(function, new[: len(arguments)], tuple(named))
        case Sequence():
            return Sequence(new)
        case _:
            return expression


def walk(expression: Expression) -> Iterator[Expression]:
    """Every node of the tree, the root first, left to right."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def names(expression: Expression) -> frozenset[str]:
    """The quantities that an expression uses, without :data:`TIME_NAMES`.

    >>> from burncast.engine.language.expressions import parse
    >>> sorted(names(parse('users["free"] * price * dt')))
    ['price', 'users']
    """
    return frozenset(node.name for node in walk(expression) if isinstance(node, (Name, Index))) - TIME_NAMES
