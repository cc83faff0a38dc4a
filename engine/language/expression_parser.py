"""From text to the language's own tree: checked tokens, then Python's ``ast``, then a whitelist."""

from __future__ import annotations

import ast

from burncast.engine.language.expression_nodes import (
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
from burncast.engine.language.expression_tokens import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_NODES,
    ExpressionError,
    checked_tokens,
    interval_ends,
)

__all__ = ["parse"]

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


def parse(text: str) -> Expression:
    """Read one expression; ``"2 to 8"`` as a whole means ``interval(2, 8)``.

    Raises :class:`ExpressionError` for whatever is not in the whitelist or too large, and nothing else, for any string.

    >>> parse("2 * users")
    Binary(op='*', left=Number(value=2.0), right=Name(name='users'))
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text):,} characters, more than {MAX_LENGTH:,}")
    if (ends := interval_ends(text)) is not None:
        return Call("interval", (Number(ends[0]), Number(ends[1])), ())
    line = "".join(checked_tokens(text))
    if not line.strip():
        raise ExpressionError("the expression is empty")
    try:
        tree = ast.parse(line.strip(), mode="eval")
    except SyntaxError as error:
        raise ExpressionError(_syntax_message(error), _position_of_error(line, error)) from None
    except (RecursionError, MemoryError, ValueError):
        raise ExpressionError("the expression is nested too deeply") from None
    return _Reader(line).read(tree.body, 1)


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
