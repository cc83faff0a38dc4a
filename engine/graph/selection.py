"""From the graph to the machine's instructions: which opcode computes a node, from which rows, scalars and shocks.

A product that is used once and added to something is fused with it; so is a shock that is scaled, shifted and, for
geometric Brownian motion, exponentiated. What is known in advance stays a scalar operand where the machine has such an
instruction, and is otherwise filled into a row. Values that do not change with time keep to themselves: they are
computed once, in setup, and never fused into a step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from burncast.distributions.law import Law
from burncast.distributions.transport import Table, transport
from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node
from burncast.engine.graph.origins import Origin

__all__ = ["VIEWS", "Operation", "Selection", "base_of", "select_operations", "strides_of", "view_of"]

VIEWS = frozenset({"select", "broadcast"})
"""Nodes that are another node's rows, seen differently: they need no instruction."""

_UNARY = frozenset({"negate", "absolute", "sqrt", "floor", "exp", "log", "normal_cdf"})
_COMMUTATIVE = frozenset({"add", "multiply", "minimum", "maximum", "equal", "not_equal"})
_ROWS_ONLY = {
    "interp": "interp r",
    "power": "power rr",
    "modulo": "modulo rr",
    "poisson": "poisson rr",
    "binomial": "binomial rrr",
    "markov": "markov rr",
    "jumps": "jumps rr",
    "window": "window r",
    "total": "total r",
}


@dataclass(frozen=True, eq=False, slots=True)
class Operation:
    """One instruction before registers: ``rows`` and ``scalars`` are its operands, ``shock`` the shock that it reads.

    Result rows are laid out over ``node.dims``.
    """

    opcode: str
    node: Node
    rows: tuple[Node, ...] = ()
    scalars: tuple[Node, ...] = ()
    shock: Node | None = None


@dataclass(slots=True)
class Selection:
    """Operations by node, chosen on demand; ``uses`` counts who reads a node."""

    graph: Graph
    uses: Counter[Node]
    roots: frozenset[Node]
    _chosen: dict[Node, Operation]

    def operation(self, node: Node) -> Operation:
        """The operation that computes ``node`` (which is no view, state or shock read by others)."""
        chosen = self._chosen.get(node)
        if chosen is None:
            chosen = self._chosen[node] = self._choose(node)
        return chosen

    def _choose(self, node: Node) -> Operation:
        op, arguments = node.op, node.arguments
        if node.known:
            return Operation("fill s", node, (), (node,))
        if op == "shock":
            return Operation("widen z", node, shock=node)
        if op == "draw":
            return Operation("draw", node)
        if op in _UNARY:
            return Operation(f"{op} r", node, arguments)
        if op == "transport":
            law = node.payload.value if isinstance(node.payload, Origin) else node.payload
            table = transport(law) if isinstance(law, Law) else law
            return Operation("transport r" if isinstance(table, Table) else "lookup r", node, arguments)
        if op in _ROWS_ONLY:
            return Operation(_ROWS_ONLY[op], node, arguments)
        if op == "lag":
            return Operation("lag r", node, arguments[:1])
        if op == "where":
            kinds = "".join("s" if argument.known else "r" for argument in arguments[1:])
            rows = (arguments[0], *(argument for argument in arguments[1:] if not argument.known))
            return Operation(
                f"where r{kinds}", node, rows, tuple(argument for argument in arguments[1:] if argument.known)
            )
        if op == "multiply":
            fused = self._geometric(node)
            if fused is not None:
                return fused
            shock = self._shock_of(node)
            if shock is not None and arguments[1].known:
                return Operation("fma szs", node, (), (arguments[1], self.graph.constant(0.0)), shock)
        if op in ("add", "subtract"):
            fused = self._fused(node)
            if fused is not None:
                return fused
        return self._binary(node)

    def _binary(self, node: Node) -> Operation:
        first, second = node.arguments
        op = node.op
        if first.known and op in _COMMUTATIVE:
            first, second = second, first
        if second.known and op in ("divide", "subtract"):
            return Operation(f"{op} rr", node, (first, second))
        if second.known:
            return Operation(f"{op} rs", node, (first,), (second,))
        if first.known:
            return Operation(f"{op} sr", node, (second,), (first,))
        return Operation(f"{op} rr", node, (first, second))

    def _fusible(self, inner: Node, op: str, outer: Node) -> bool:
        return (
            inner.op == op
            and not inner.known
            and inner.rate == outer.rate
            and inner.dims == outer.dims
            and self.uses[inner] == 1
            and inner not in self.roots
        )

    def _fused(self, node: Node) -> Operation | None:
        """x·y + w, x·y − w or w − x·y in one rounding."""
        first, second = node.arguments
        products = [argument for argument in (first, second) if self._fusible(argument, "multiply", node)]
        products.sort(key=lambda product: self._shock_of(product) is None)
        for product in products:
            if self._geometric(product) is not None:
                continue
            rest = second if product is first else first
            x, y = product.arguments
            if node.op == "subtract":
                return Operation("fms rrr" if product is first else "fnma rrr", node, (x, y, rest))
            shock = self._shock_of(product)
            if shock is not None:
                return self._with_shock(node, shock, y if x is shock else x, rest)
            kinds = f"{'s' if y.known else 'r'}{'s' if rest.known else 'r'}"
            rows = tuple(operand for operand in (x, y, rest) if not operand.known)
            scalars = tuple(operand for operand in (y, rest) if operand.known)
            return Operation(f"fma r{kinds}", node, rows, scalars)
        return None

    def _shock_of(self, product: Node) -> Node | None:
        return next((part for part in product.arguments if part.op == "shock" and part.dims == product.dims), None)

    def _with_shock(self, node: Node, shock: Node, slope: Node, rest: Node) -> Operation:
        """shock·slope + rest."""
        if slope.known:
            if rest.known:
                return Operation("fma szs", node, (), (slope, rest), shock)
            return Operation("fma szr", node, (rest,), (slope,), shock)
        return Operation("fma rzr", node, (slope, rest), (), shock)

    def _geometric(self, node: Node) -> Operation | None:
        """x·exp(shock·slope + level)."""
        for place, growth in enumerate(node.arguments):
            if not self._fusible(growth, "exp", node):
                continue
            exponent = growth.arguments[0]
            if not self._fusible(exponent, "add", growth):
                continue
            inner = self._fused(exponent)
            if inner is None or inner.shock is None:
                continue
            x = node.arguments[1 - place]
            if x.known:
                continue
            if inner.opcode == "fma szs":
                return Operation("gbm rszs", node, (x,), inner.scalars, inner.shock)
            slope = inner.rows[0] if inner.opcode == "fma rzr" else inner.scalars[0]
            return Operation("gbm rrzr", node, (x, slope, inner.rows[-1]), (), inner.shock)
        return None


def select_operations(graph: Graph, roots: Iterable[Node]) -> Selection:
    """Prepare the selection of everything that ``roots`` need."""
    roots = frozenset(roots)
    uses: Counter[Node] = Counter()
    seen: set[Node] = set()
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        for argument in node.arguments:
            uses[argument] += 1
            waiting.append(argument)
    for node in roots:
        uses[node] += 1
    return Selection(graph, uses, roots, {})


def strides_of(sizes: dict[str, int], dims: tuple[str, ...]) -> dict[str, int]:
    """Rows between neighbours along each dimension, the last one fastest."""
    strides: dict[str, int] = {}
    step = 1
    for dim in reversed(dims):
        strides[dim] = step
        step *= sizes[dim]
    return strides


def base_of(node: Node) -> Node:
    """The node whose rows ``node`` shows."""
    while node.op in VIEWS and not node.known:
        node = node.arguments[0]
    return node


def view_of(graph: Graph, node: Node) -> tuple[Node, int, dict[str, int]]:
    """The node whose rows ``node`` shows, the first of them, and the step along each dimension."""
    if node.op not in VIEWS or node.known:
        return node, 0, strides_of(graph.sizes, node.dims)
    base, offset, strides = view_of(graph, node.arguments[0])
    if node.op == "select":
        chosen = dict(node.payload) if isinstance(node.payload, tuple) else {}
        # A value that is only repeated along a dimension has no step there: every element is the same row.
        offset += int(np.sum([strides.get(dim, 0) * place for dim, place in chosen.items()], dtype=np.int64))
        strides = {dim: step for dim, step in strides.items() if dim not in chosen}
    return base, offset, strides
