"""Expressions as text: the canonical form, with no more parentheses than needed."""

from __future__ import annotations

from burncast.engine.language.expression_nodes import (
    Binary,
    Call,
    Compare,
    Conditional,
    Expression,
    Index,
    Known,
    Logical,
    Name,
    Number,
    Sequence,
    Text,
    Unary,
)

__all__ = ["render"]

_CONDITIONAL, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(10)
_BINARY = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "//": _PRODUCT, "%": _PRODUCT, "**": _POWER}


def render(expression: Expression) -> str:
    """Canonical text of an expression: ``parse(render(x)) == x`` for whatever ``parse`` returned.

    A :class:`~burncast.engine.language.expression_nodes.Known` path has no text of its own; it is shown as
    ``known(...)``.

    >>> from burncast.engine.language.expressions import parse
    >>> render(parse("((a+b))*2.0"))
    '(a + b) * 2'
    """
    return _render(expression, _CONDITIONAL)


def _render(expression: Expression, required: int) -> str:
    text, strength = _with_strength(expression)
    return text if strength >= required else f"({text})"


def _with_strength(expression: Expression) -> tuple[str, int]:
    match expression:
        case Number(value=value):
            return _number(value), _SIGN if str(value).startswith("-") else _ATOM
        case Text(value=word):
            return _quoted(word), _ATOM
        case Name(name=name):
            return name, _ATOM
        case Index(name=name, labels=labels):
            return f"{name}[{', '.join(_quoted(label) for label in labels)}]", _ATOM
        case Unary(op="not", operand=operand):
            return f"not {_render(operand, _NOT)}", _NOT
        case Unary(op=sign, operand=Number() as operand):
            return f"{sign}({_number(operand.value)})", _SIGN
        case Unary(op=sign, operand=operand):
            return sign + _render(operand, _SIGN), _SIGN
        case Binary(op="**", left=left, right=right):
            return f"{_render(left, _ATOM)} ** {_render(right, _POWER)}", _POWER
        case Binary(op=op, left=left, right=right):
            strength = _BINARY[op]
            return f"{_render(left, strength)} {op} {_render(right, strength + 1)}", strength
        case Compare(op=op, left=left, right=right):
            return f"{_render(left, _SUM)} {op} {_render(right, _SUM)}", _COMPARE
        case Logical(op=op, operands=operands):
            strength = _AND if op == "and" else _OR
            return f" {op} ".join(_render(operand, strength + 1) for operand in operands), strength
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            parts = (_render(then, _OR), _render(condition, _OR), _render(otherwise, _CONDITIONAL))
            return "{} if {} else {}".format(*parts), _CONDITIONAL
        case Call(function=function, arguments=arguments, keywords=keywords):
            written = [render(argument) for argument in arguments]
            written += [f"{key}={render(value)}" for key, value in keywords]
            return f"{function}({', '.join(written)})", _ATOM
        case Sequence(items=items):
            return f"[{', '.join(render(item) for item in items)}]", _ATOM
        case Known(values=values):
            return f"known({', '.join(_number(value) for value in values)})", _ATOM


def _number(value: float) -> str:
    text = repr(value)
    return text.removesuffix(".0")


def _quoted(word: str) -> str:
    return f"'{word}'" if '"' in word else f'"{word}"'
