"""From text to the language's own tree: tokens first, then Python's ``ast``, then a whitelist.

The tokens are checked before ``ast`` sees them, because a parser that is handed thousands of nested brackets, a number
of thousands of digits or letters that only look like others has already lost.
"""

from __future__ import annotations

import ast
import keyword
import math
import re
from collections.abc import Iterator

from burncast.distributions.errors import InputError
from burncast.engine.expression_nodes import (
    Binary,
    BinaryOperator,
    Call,
    Compare,
    CompareOperator,
    Conditional,
    Expression,
    Index,
    Logical,
    Name,
    Number,
    Sequence,
    Text,
    Unary,
    UnaryOperator,
)

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "MAX_NODES", "ExpressionError", "parse"]

MAX_LENGTH = 10_000
MAX_DEPTH = 60
MAX_NODES = 2_000
_MAX_DIGITS = 40

_NUMBER = r"(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?"
_TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\n]+)
    |(?P<number>{_NUMBER})(?P<tail>[A-Za-z_]*)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)(?P<prefixed>["'])?
    |(?P<text>"[^"\\\x00-\x1f]*"|'[^'\\\x00-\x1f]*')
    |(?P<operator>\*\*|//|<=|>=|==|!=|[-+*/%<>=(),\[\]])""",
    re.VERBOSE | re.ASCII,
)
_INTERVAL = re.compile(rf"\s*([+-]?{_NUMBER})\s+to\s+([+-]?{_NUMBER})\s*", re.ASCII)
_LANGUAGE_WORDS = frozenset({"and", "or", "not", "if", "else"})
_PYTHON_WORDS = frozenset(keyword.kwlist) - _LANGUAGE_WORDS
_REFUSED = {
    ".": "'.' stands only inside a number: attributes cannot be reached",
    ":": "':' is not part of the language: no slices, no assignments, no lambdas",
    "{": "braces are not part of the language",
    "}": "braces are not part of the language",
    "\\": "a backslash is not part of the language",
    "#": "comments belong outside the quotes",
    "^": "'^' is not part of the language: a power is written **",
    "&": "'&' is not part of the language: write 'and'",
    "|": "'|' is not part of the language: write 'or'",
    "!": "'!' is not part of the language: write 'not'",
    "$": "currencies belong into 'unit'",
    '"': "a quote is not closed",
    "'": "a quote is not closed",
}
_UNARY: dict[type[ast.unaryop], UnaryOperator] = {ast.USub: "-", ast.UAdd: "+", ast.Not: "not"}
_BINARY: dict[type[ast.operator], BinaryOperator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
_COMPARE: dict[type[ast.cmpop], CompareOperator] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


class ExpressionError(InputError):
    """An expression that cannot be read: ``message``, and ``position`` in characters from 0 where one is known."""

    def __init__(self, message: str, position: int | None = None) -> None:
        self.message, self.position = message, position
        super().__init__(message if position is None else f"{message} (at character {position + 1})")

    def __reduce__(self) -> tuple[type[ExpressionError], tuple[str, int | None]]:
        return type(self), (self.message, self.position)


def parse(text: str) -> Expression:
    """Read one expression; ``"2 to 8"`` as a whole means ``interval(2, 8)``.

    Raises :class:`ExpressionError` for whatever is not in the whitelist or too large, and nothing else, for any string.

    >>> parse("2 * users")
    Binary(op='*', left=Number(value=2.0), right=Name(name='users'))
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text):,} characters, more than {MAX_LENGTH:,}")
    if interval := _INTERVAL.fullmatch(text):
        return Call(
            "interval", tuple(_literal(end, interval.start(i)) for i, end in enumerate(interval.groups(), 1)), ()
        )
    line = "".join(_checked_tokens(text))
    if not line.strip():
        raise ExpressionError("the expression is empty")
    try:
        tree = ast.parse(line.strip(), mode="eval")
    except SyntaxError as error:
        raise ExpressionError(_syntax_message(error), _position_of_error(line, error)) from None
    except (RecursionError, MemoryError, ValueError):
        raise ExpressionError("the expression is nested too deeply") from None
    return _Reader(line).read(tree.body, 1)


def _checked_tokens(text: str) -> Iterator[str]:
    """The tokens of ``text`` with line ends as spaces, so that positions stay; refuses what no expression contains."""
    position, depth, signs, tokens, last_was_text = 0, 0, 0, 0, False
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ExpressionError(_refusal(text[position]), position)
        kind, token = match.lastgroup, match.group()
        if match["space"]:
            yield " " * len(token)
            position = match.end()
            continue
        tokens += 1
        if tokens > 4 * MAX_NODES:
            raise ExpressionError("the expression is too long: split it into several formulas", position)
        if match["number"]:
            _check_number(match["number"], match["tail"], position)
        elif match["word"]:
            _check_word(match["word"], match["prefixed"], position)
        elif match["text"] and last_was_text:
            raise ExpressionError("two quoted words stand side by side", position)
        depth += (token in "([") - (token in ")]") if kind == "operator" else 0
        signs = signs + 1 if token in ("-", "+", "not", "**", "else") or token in "([" else 0
        if depth > MAX_DEPTH or signs > MAX_DEPTH:
            raise ExpressionError(f"the expression is nested more than {MAX_DEPTH} levels deep", position)
        last_was_text = match["text"] is not None
        yield token
        position = match.end()


def _check_number(digits: str, tail: str, position: int) -> None:
    if tail:
        raise ExpressionError(
            f"{digits + tail!r} is neither a number nor a name; write {digits}, or {digits} * …", position
        )
    _literal(digits, position)


def _check_word(word: str, quote: str | None, position: int) -> None:
    if quote:
        raise ExpressionError(f"a quoted word takes no prefix such as {word!r}", position)
    if word in ("True", "False"):
        raise ExpressionError(f"{word!r} is not part of the language: write {int(word == 'True')}", position)
    if word in _PYTHON_WORDS:
        raise ExpressionError(f"{word!r} is not part of the language", position)
    if word.startswith("__"):
        raise ExpressionError(f"{word!r}: names cannot begin with two underscores", position)


def _refusal(character: str) -> str:
    if character in _REFUSED:
        return _REFUSED[character]
    if not character.isascii() and character.isprintable():
        return f"{character!r} is not a plain ASCII letter, digit or sign"
    return f"{character!r} is not part of the language"


def _literal(digits: str, position: int) -> Number:
    if len(digits) > _MAX_DIGITS:
        raise ExpressionError(f"a number of {len(digits)} characters; use at most {_MAX_DIGITS}", position)
    try:
        value = float(digits)
    except ValueError:
        raise ExpressionError(f"{digits!r} is not a number", position) from None
    if not math.isfinite(value):
        raise ExpressionError(f"{digits} is too large for a number", position)
    return Number(value)


def _syntax_message(error: SyntaxError) -> str:
    reason = error.msg or "invalid syntax"
    if "was never closed" in reason or "unmatched" in reason or "does not match" in reason:
        return reason
    if "Perhaps you forgot a comma" in reason:
        return "an operator or a comma is missing"
    if "instead of '='" in reason or "cannot assign" in reason or "assign to" in reason:
        return "'=' names an argument only inside a call; to compare, write =="
    if "expected 'else'" in reason:
        return "an 'if' needs its 'else': a if condition else b"
    if "keyword" in reason:
        return reason
    return "the expression cannot be read here"


def _position_of_error(line: str, error: SyntaxError) -> int | None:
    if error.offset is None:
        return None
    indent = len(line) - len(line.lstrip())
    return min(indent + max(error.offset - 1, 0), len(line))


class _Reader:
    """Turns a Python syntax tree into the language's own, counting nodes and levels."""

    def __init__(self, line: str) -> None:
        self.nodes = 0
        self.line = line
        self.indent = len(line) - len(line.lstrip())

    def refuse(self, node: ast.expr, message: str) -> ExpressionError:
        before = self.line.strip().encode()[: node.col_offset].decode(errors="ignore")
        return ExpressionError(message, self.indent + len(before))

    def read(self, node: ast.expr, depth: int) -> Expression:
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise self.refuse(
                node, f"the expression is more than {MAX_DEPTH} levels deep: split it into several formulas"
            )
        if self.nodes > MAX_NODES:
            raise self.refuse(node, f"the expression has more than {MAX_NODES:,} parts: split it into several formulas")
        below = depth + 1
        match node:
            case ast.Constant(value=str() as word):
                return Text(word)
            case ast.Constant():
                return self.number(node, 1.0)
            case ast.Name(id=name):
                return Name(name)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as constant):
                return self.number(constant, -1.0)
            case ast.UnaryOp(op=ast.UAdd(), operand=ast.Constant() as constant):
                return self.number(constant, 1.0)
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
                return Unary(_UNARY[type(op)], self.read(operand, below))
            case ast.BinOp(op=op, left=left, right=right) if type(op) in _BINARY:
                return Binary(_BINARY[type(op)], self.read(left, below), self.read(right, below))
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self.comparison([left, *comparators], ops, node, below)
            case ast.BoolOp(op=op, values=values):
                return Logical(
                    "and" if isinstance(op, ast.And) else "or", tuple(self.read(value, below) for value in values)
                )
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return Conditional(self.read(test, below), self.read(body, below), self.read(orelse, below))
            case ast.Subscript():
                return self.index(node)
            case ast.List(elts=items):
                return Sequence(tuple(self.read(item, below) for item in items))
            case ast.Call():
                return self.call(node, below)
            case ast.Tuple():
                raise self.refuse(node, "a list is written in square brackets")
            case ast.Starred():
                raise self.refuse(node, "starred arguments are not part of the language")
            case _:
                raise self.refuse(node, "this is not part of the language")

    def number(self, node: ast.Constant, sign: float) -> Expression:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.refuse(node, "a number is expected here")
        return Number(sign * float(value))

    def comparison(self, operands: list[ast.expr], ops: list[ast.cmpop], node: ast.expr, depth: int) -> Expression:
        if any(type(op) not in _COMPARE for op in ops):
            raise self.refuse(node, "compare with <, <=, >, >=, == or !=")
        inner = depth if len(ops) == 1 else depth + 1
        read = [self.read(operand, inner) for operand in operands]
        pairs = zip(ops, read, read[1:], strict=False)
        compared = tuple(Compare(_COMPARE[type(op)], left, right) for op, left, right in pairs)
        self.nodes += len(compared) if len(compared) > 1 else 0
        return compared[0] if len(compared) == 1 else Logical("and", compared)

    def index(self, node: ast.Subscript) -> Expression:
        if not isinstance(node.value, ast.Name):
            raise self.refuse(node, "only a quantity's name can be indexed")
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        labels = [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
        if not labels or len(labels) < len(items):
            raise self.refuse(node, 'an element is chosen by its label in quotes, as in users["free"]')
        return Index(node.value.id, tuple(labels))

    def call(self, node: ast.Call, depth: int) -> Expression:
        if not isinstance(node.func, ast.Name):
            raise self.refuse(node, "only a function's name can be called")
        arguments = tuple(self.read(argument, depth) for argument in node.args)
        keywords: dict[str, Expression] = {}
        for named in node.keywords:
            if named.arg is None:
                raise self.refuse(node, "starred arguments are not part of the language")
            if named.arg in keywords:
                raise self.refuse(node, f"the argument {named.arg!r} is given twice")
            keywords[named.arg] = self.read(named.value, depth)
        return Call(node.func.id, arguments, tuple(keywords.items()))
