"""The expressions of the scenario language: parsed against a whitelist into a tree of its own, and written back.

Nothing that is parsed here can reach Python: there are no attributes, no imports, no calls of anything but the
language's own functions, and the size of an expression is bounded (:data:`MAX_LENGTH` characters, :data:`MAX_DEPTH`
levels, :data:`MAX_NODES` nodes), so that reading one always ends at once.
"""

from __future__ import annotations

from burncast.engine.language.expression_nodes import (
    TIME_NAMES,
    Binary,
    BinaryOperator,
    Call,
    Compare,
    CompareOperator,
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
    UnaryOperator,
    children,
    names,
    replace_children,
    walk,
)
from burncast.engine.language.expression_parser import parse
from burncast.engine.language.expression_text import render
from burncast.engine.language.expression_tokens import MAX_DEPTH, MAX_LENGTH, MAX_NODES, ExpressionError, is_name

__all__ = [
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_NODES",
    "TIME_NAMES",
    "Binary",
    "BinaryOperator",
    "Call",
    "Compare",
    "CompareOperator",
    "Conditional",
    "Expression",
    "ExpressionError",
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
    "is_name",
    "names",
    "parse",
    "render",
    "replace_children",
    "walk",
]
