"""Expressions as nodes: names, arithmetic, comparisons and calls, with dimensions broadcast."""

from __future__ import annotations

import numpy as np

from burncast.distributions.errors import FormulaError, nearest_name
from burncast.distributions.families import FAMILIES
from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node
from burncast.engine.graph.origins import equals, is_true_or_false
from burncast.engine.language import constants
from burncast.engine.language.expressions import (
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
    render,
)
from burncast.engine.language.functions import FUNCTIONS, PROCESSES, bind
from burncast.engine.lowering.lowering_functions import LOWERINGS, power
from burncast.engine.lowering.processes import draw_of_law
from burncast.engine.lowering.scope import Scope

__all__ = ["is_truth", "lower", "truth"]

_BINARY = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "modulo"}
_COMPARE = {"<": "less", "<=": "less_equal", "==": "equal", "!=": "not_equal"}


def lower(scope: Scope, expression: Expression) -> Node:
    """The node of ``expression`` as ``scope`` reads it."""
    graph = scope.graph
    match expression:
        case Number(value=value):
            origin = None if scope.input is None else graph.input(scope.input, np.array([[value]]))
            return graph.constant(value) if origin is None else graph.moving(origin)
        case Known(values=values):
            return graph.path(np.array(values))
        case Name(name=name):
            return _name(scope, name)
        case Index():
            return _index(scope, expression)
        case Unary(op="not", operand=operand):
            return graph.apply("subtract", scope.number(1.0), truth(graph, lower(scope, operand)))
        case Unary(op=op, operand=operand):
            node = lower(scope, operand)
            return graph.apply("negate", node) if op == "-" else node
        case Binary():
            return _binary(scope, expression)
        case Compare():
            return _compare(scope, expression)
        case Logical(op=op, operands=operands):
            first, *others = (truth(graph, lower(scope, operand)) for operand in operands)
            for other in others:
                first = graph.apply("minimum" if op == "and" else "maximum", first, other)
            return first
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            chosen = lower(scope, condition), lower(scope, then), lower(scope, otherwise)
            return graph.apply("where", *chosen)
        case Call():
            return _call(scope, expression)
        case Text(value=value):
            raise FormulaError(f"the word {value!r} stands where a number is needed")
        case Sequence():
            raise FormulaError(f"the list {render(expression)} stands where a number is needed")


def is_truth(node: Node) -> bool:
    """Whether a node can only be 0 or 1."""
    if node.known:
        return node.holds(is_true_or_false)
    if node.op in ("minimum", "maximum"):
        return all(is_truth(argument) for argument in node.arguments)
    if node.op == "subtract":
        first, second = node.arguments
        return first.holds(equals(1.0)) and is_truth(second)
    return node.op in ("less", "less_equal", "equal", "not_equal")


def truth(graph: Graph, node: Node) -> Node:
    """1 where ``node`` is not 0, else 0."""
    return node if is_truth(node) else graph.apply("not_equal", node, graph.constant(0.0))


def _name(scope: Scope, name: str) -> Node:
    match name:
        case "period":
            return scope.periods()
        case "periods":
            return scope.number(float(scope.graph.periods))
        case "dt":
            return scope.number(scope.scenario.dt)
        case "time":
            return scope.graph.apply("multiply", scope.periods(), scope.number(scope.scenario.dt))
    node = scope.lookup(name)
    own = dict(zip(scope.element_dims, scope.element, strict=True))
    dimensions = scope.scenario.dimensions
    return scope.graph.select(node, {dim: dimensions[dim].index(own[dim]) for dim in node.dims if dim in own})


def _index(scope: Scope, expression: Index) -> Node:
    node = scope.lookup(expression.name)
    if not node.dims:
        raise FormulaError(f"{expression.name} has no elements", expected=f"{expression.name} without brackets")
    dimensions = scope.scenario.dimensions
    positions: dict[str, int] = {}
    for place, label in enumerate(expression.labels):
        if len(expression.labels) == len(node.dims):
            candidates: tuple[str, ...] = (node.dims[place],)
        else:
            candidates = tuple(dim for dim in node.dims if dim not in positions)
        for dim in candidates:
            if label in dimensions[dim]:
                positions[dim] = dimensions[dim].index(label)
                break
        else:
            known = [name for dim in candidates for name in dimensions[dim]]
            raise FormulaError(
                f"{expression.name} has no element {label!r}",
                expected=f"one of {', '.join(known)}",
                nearest=nearest_name(label, known),
            )
    return scope.graph.select(node, positions)


def _binary(scope: Scope, expression: Binary) -> Node:
    graph = scope.graph
    left = lower(scope, expression.left)
    right = lower(scope if scope.input is None else scope.inside(), expression.right)
    if expression.op == "//":
        return graph.apply("floor", graph.apply("divide", left, right))
    if expression.op == "**":
        return power(graph, left, right)
    return graph.apply(_BINARY[expression.op], left, right)


def _compare(scope: Scope, expression: Compare) -> Node:
    left, right = expression.left, expression.right
    for word, other in ((left, right), (right, left)):
        if isinstance(word, Text):
            number = scope.number(float(_state(scope, word.value, other)))
            if word is left:
                left_node, right_node = number, lower(scope, right)
            else:
                left_node, right_node = lower(scope, left), number
            break
    else:
        left_node, right_node = lower(scope, left), lower(scope, right)
    if expression.op in (">", ">="):
        left_node, right_node = right_node, left_node
    return scope.graph.apply(_COMPARE[expression.op.replace(">", "<")], left_node, right_node)


def _state(scope: Scope, word: str, other: Expression) -> int:
    name = other.name if isinstance(other, (Name, Index)) else None
    quantity = scope.scenario.quantities.get(name) if name else None
    if quantity is None or not quantity.states:
        raise FormulaError(
            f"{word!r} is compared with {render(other)}", expected="a regime process that names its states"
        )
    if word not in quantity.states:
        raise FormulaError(
            f"{name} has no state {word!r}",
            expected=f"one of {', '.join(quantity.states)}",
            nearest=nearest_name(word, quantity.states),
        )
    return quantity.states.index(word)


def _call(scope: Scope, call: Call) -> Node:
    if call.function in FUNCTIONS and not (scope.once and call.function in FAMILIES):
        return LOWERINGS[call.function](scope, bind(FUNCTIONS[call.function], call))
    if call.function in FAMILIES:
        if not scope.once:
            raise FormulaError(
                f"{call.function}() is a distribution", expected=f"an input, or a process iid({call.function}(...))"
            )
        law = constants.law(call)
        origin = None if scope.input is None else scope.graph.input(scope.input, law)
        return draw_of_law(scope, origin or law, scope.normal())
    if call.function in PROCESSES:
        raise FormulaError(f"{call.function}() is a process", expected="an entry of its own in [processes]")
    likely, others = (FAMILIES, PROCESSES) if scope.once else (PROCESSES, FAMILIES)
    nearest = nearest_name(call.function, [*FUNCTIONS, *likely]) or nearest_name(call.function, others)
    raise FormulaError(
        f"there is no function {call.function!r}",
        expected="a function of the language",
        nearest=nearest,
    )
