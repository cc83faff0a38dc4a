"""Constant expressions: numbers, lists of numbers, and distributions, worked out while a scenario is compiled."""

from __future__ import annotations

import functools
import math
from typing import TypeAlias

from burncast.distributions.errors import FormulaError, LawError
from burncast.distributions.families import FAMILIES, make_law
from burncast.distributions.law import Law
from burncast.engine.language.expressions import (
    Binary,
    Call,
    Expression,
    Index,
    Known,
    Name,
    Number,
    Sequence,
    Text,
    Unary,
    render,
    walk,
)
from burncast.engine.language.functions import FUNCTIONS

__all__ = ["Constant", "constant", "is_constant", "law", "number", "numbers"]

Constant: TypeAlias = float | str | list[float] | Law

_FUNCTIONS = {"exp": math.exp, "log": math.log, "sqrt": math.sqrt}


def is_constant(expression: Expression) -> bool:
    """Whether an expression names no quantity and calls nothing but distributions and what :func:`constant` works out.

    >>> from burncast.engine.language.expressions import parse
    >>> is_constant(parse("lognormal(mu=log(12) / 2, sigma=1)")), is_constant(parse("[1 - dt, dt]"))
    (True, False)
    """
    return not any(
        isinstance(node, (Name, Index, Known))
        or (isinstance(node, Call) and node.function not in _FUNCTIONS and not _only_a_law(node.function))
        for node in walk(expression)
    )


def constant(expression: Expression) -> Constant:
    """The value of an expression of literals; anything else is a :class:`FormulaError`."""
    match expression:
        case Number(value=value) | Text(value=value):
            return value
        case Sequence(items=items):
            return [number(item) for item in items]
        case Unary(op="-", operand=operand):
            return -number(operand)
        case Unary(op="+", operand=operand):
            return number(operand)
        case Binary(op=op, left=left, right=right):
            return _arithmetic(op, number(left), number(right), expression)
        case Call(function=function) if function in FAMILIES:
            return law(expression)
        case Call(function=function, arguments=(argument,), keywords=()) if function in _FUNCTIONS:
            try:
                return _FUNCTIONS[function](number(argument))
            except (ValueError, OverflowError):
                raise FormulaError(f"{render(expression)} is not a number") from None
    raise FormulaError(f"{render(expression)} is not a constant", expected="numbers only: no other quantities")


def number(expression: Expression) -> float:
    """The value of a constant expression that must be one number."""
    value = constant(expression)
    if isinstance(value, float):
        return value
    raise FormulaError(f"{render(expression)} is not a number", expected="a number")


def numbers(expression: Expression) -> list[float]:
    """The value of a constant expression that must be a list of numbers."""
    if not isinstance(expression, Sequence):
        raise FormulaError(f"{render(expression)} is not a list", expected="a list of numbers such as [0, 1, 2]")
    return [number(item) for item in expression.items]


@functools.lru_cache(maxsize=1024)
def law(expression: Expression) -> Law:
    """The law that a call of a family with constant arguments states."""
    if not isinstance(expression, Call) or expression.function not in FAMILIES:
        raise FormulaError(
            f"{render(expression)} is not a distribution", expected="a distribution such as normal(0, 1)"
        )
    arguments = [constant(argument) for argument in expression.arguments]
    keywords = {name: constant(value) for name, value in expression.keywords}
    try:
        return make_law(expression.function, arguments, keywords)
    except LawError as error:
        where = f"{expression.function}(): " if not str(error.message).startswith(expression.function) else ""
        raise LawError(
            where + error.message, argument=error.argument, expected=error.expected, nearest=error.nearest
        ) from None


def _only_a_law(name: str) -> bool:
    """Whether a name is a family of laws and not also that of a function that draws every period."""
    return name in FAMILIES and name not in FUNCTIONS


def _arithmetic(op: str, left: float, right: float, expression: Expression) -> float:
    try:
        match op:
            case "+":
                value = left + right
            case "-":
                value = left - right
            case "*":
                value = left * right
            case "/":
                value = left / right
            case "**":
                value = math.pow(left, right)
            case "//":
                value = left // right
            case _:
                value = left % right
    except (ArithmeticError, ValueError):
        raise FormulaError(f"{render(expression)} is not a number") from None
    return value
