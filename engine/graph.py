"""The graph between a scenario and its program: what is computed, from what, and how often it changes.

A :class:`Node` is one value with a shape (a run of rows, one per element of its dimensions) and a *rate*:

========  ===========================================  ==================================================
rate      what it depends on                           where it is computed
========  ===========================================  ==================================================
CONST     nothing                                      here, while the graph is built
PERIOD    the period alone                             here, for every period: it becomes a table
SETUP     the trajectory's inputs                      once per trajectory
STEP      shocks and states                            every period
========  ===========================================  ==================================================

A :class:`Graph` interns nodes, so that equal subexpressions are one node, and folds what is known in advance with the
same elementary functions as the machine uses, so that folding never changes a bit.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from burncast.engine.operations import FOLDABLE

__all__ = ["Graph", "Node", "Rate", "State"]

Floats = NDArray[np.float64]

_SLOW = frozenset({"exp", "log", "power", "normal_cdf"})


class Rate(IntEnum):
    """How often a node's value changes; the order is from never to every period."""

    CONST = 0
    PERIOD = 1
    SETUP = 2
    STEP = 3


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """One value of the graph.

    ``values`` is set where the value is known in advance: shape (elements, 1) for CONST, (elements, T + 1) for PERIOD.
    ``payload`` carries what an operation needs besides its operands (a table, a stream name, a length).
    """

    op: str
    arguments: tuple[Node, ...]
    dims: tuple[str, ...]
    rate: Rate
    payload: Hashable = None
    values: Floats | None = None
    serial: int = 0

    @property
    def known(self) -> bool:
        """Whether the value is known in advance, for every trajectory."""
        return self.values is not None


@dataclass(eq=False, slots=True)
class State:
    """A value carried from period to period: ``read`` is its value at t − 1; ``next`` becomes its value at t."""

    name: str
    dims: tuple[str, ...]
    read: Node
    start: Node | None = None
    next: Node | None = None


@dataclass(eq=False)
class Graph:
    """Builds and interns nodes over the dimensions ``sizes`` (in their declared order) and ``periods`` periods."""

    sizes: dict[str, int]
    periods: int
    states: list[State] = field(default_factory=list)
    _nodes: dict[Hashable, Node] = field(default_factory=dict)

    def elements(self, dims: tuple[str, ...]) -> int:
        """Number of rows that a value over ``dims`` has."""
        return math.prod(self.sizes[dim] for dim in dims)

    def union(self, *nodes: Node) -> tuple[str, ...]:
        """Dimensions of an elementwise result, in declared order."""
        return tuple(dim for dim in self.sizes if any(dim in node.dims for node in nodes))

    def constant(self, value: float | Floats, dims: tuple[str, ...] = ()) -> Node:
        """A constant: one number, or one per element of ``dims``."""
        values = np.array(value, dtype=np.float64).reshape(self.elements(dims), 1)
        return self._known("constant", values, dims, Rate.CONST)

    def path(self, values: Floats, dims: tuple[str, ...] = ()) -> Node:
        """A value known for every period: shape (elements, T + 1)."""
        table = np.array(values, dtype=np.float64).reshape(self.elements(dims), self.periods + 1)
        if np.array_equal(table, np.repeat(table[:, :1], table.shape[1], axis=1)):
            return self.constant(table[:, 0], dims)
        return self._known("path", table, dims, Rate.PERIOD)

    def draw(self, names: tuple[str, ...], dims: tuple[str, ...] = ()) -> Node:
        """A standard normal drawn once per trajectory, one stream name per element."""
        return self._intern("draw", (), dims, Rate.SETUP, names)

    def shock(self, names: tuple[str, ...], dims: tuple[str, ...] = ()) -> Node:
        """A standard normal drawn every period, one stream name per element."""
        return self._intern("shock", (), dims, Rate.STEP, names)

    def state(self, name: str, dims: tuple[str, ...] = ()) -> State:
        """A new state; its ``start`` and ``next`` are filled in by the caller."""
        state = State(name, dims, self._intern("state", (), dims, Rate.STEP, (name, len(self.states))))
        self.states.append(state)
        return state

    def apply(self, op: str, *arguments: Node, payload: Hashable = None, rate: Rate = Rate.CONST) -> Node:
        """An elementwise operation, folded where its operands are known; ``rate`` is the least rate of the result."""
        dims = self.union(*arguments)
        if op in FOLDABLE and rate <= Rate.PERIOD and all(node.known for node in arguments):
            return self._fold(op, arguments, dims, payload)
        simpler = self._simplify(op, arguments, dims)
        if simpler is not None:
            return simpler
        return self._intern(
            op, arguments, dims, _combined((rate, Rate.SETUP, *(node.rate for node in arguments))), payload
        )

    def total(self, node: Node, dims: tuple[str, ...]) -> Node:
        """Sum of ``node`` over ``dims``."""
        for dim in dims:
            kept = tuple(d for d in node.dims if d != dim)
            if node.values is not None:
                shape = (*(self.sizes[d] for d in node.dims), -1)
                summed = _ordered_sum(node.values.reshape(shape), node.dims.index(dim))
                node = self._known(node.op, summed.reshape(self.elements(kept), -1), kept, node.rate)
            else:
                node = self._intern("total", (node,), kept, node.rate, dim)
        return node

    def select(self, node: Node, labels: dict[str, int]) -> Node:
        """The part of ``node`` at the given positions of some of its dimensions."""
        kept = tuple(dim for dim in node.dims if dim not in labels)
        if node.values is not None:
            shape = (*(self.sizes[dim] for dim in node.dims), -1)
            where = tuple(labels.get(dim, slice(None)) for dim in node.dims)
            return self._known(
                node.op, node.values.reshape(shape)[where].reshape(self.elements(kept), -1), kept, node.rate
            )
        if not labels:
            return node
        return self._intern("select", (node,), kept, node.rate, tuple(sorted(labels.items())))

    def stack(self, parts: tuple[Node, ...], dims: tuple[str, ...]) -> Node:
        """One value over ``dims`` from a scalar node per element."""
        if all(part.values is not None for part in parts):
            columns = max(part.values.shape[1] for part in parts if part.values is not None)
            rows = [np.broadcast_to(part.values, (1, columns)) for part in parts if part.values is not None]
            table = np.concatenate(rows)
            return self.constant(table, dims) if columns == 1 else self.path(table, dims)
        return self._intern("stack", parts, dims, _combined(part.rate for part in parts))

    def broadcast(self, node: Node, dims: tuple[str, ...]) -> Node:
        """``node`` over more dimensions, repeated along the new ones."""
        if node.dims == dims:
            return node
        if node.values is not None:
            values = self.spread(node.values, node.dims, dims)
            return self._known(node.op, values, dims, node.rate)
        return self._intern("broadcast", (node,), dims, node.rate)

    def spread(self, values: Floats, dims: tuple[str, ...], onto: tuple[str, ...]) -> Floats:
        """Rows of ``values`` over ``dims`` repeated onto the dimensions ``onto``."""
        if dims == onto:
            return values
        shape = [self.sizes[dim] if dim in dims else 1 for dim in onto]
        full = [self.sizes[dim] for dim in onto]
        columns = values.shape[1]
        spread: Floats = np.broadcast_to(values.reshape(*shape, columns), (*full, columns)).reshape(-1, columns)
        return spread

    def _intern(
        self, op: str, arguments: tuple[Node, ...], dims: tuple[str, ...], rate: Rate, payload: Hashable = None
    ) -> Node:
        key = (op, tuple(node.serial for node in arguments), dims, payload)
        node = self._nodes.get(key)
        if node is None:
            node = Node(op, arguments, dims, rate, payload, None, len(self._nodes) + 1)
            self._nodes[key] = node
        return node

    def _known(self, op: str, values: Floats, dims: tuple[str, ...], rate: Rate) -> Node:
        key = (op, values.tobytes(), dims)
        node = self._nodes.get(key)
        if node is None:
            values = np.ascontiguousarray(values)
            values.flags.writeable = False
            node = Node(op, (), dims, rate, None, values, len(self._nodes) + 1)
            self._nodes[key] = node
        return node

    def _fold(self, op: str, arguments: tuple[Node, ...], dims: tuple[str, ...], payload: Hashable) -> Node:
        operands = [self.spread(node.values, node.dims, dims) for node in arguments if node.values is not None]
        columns = max((operand.shape[1] for operand in operands), default=1)
        if columns > 1:
            operands = [np.broadcast_to(operand, (operand.shape[0], columns)) for operand in operands]
        if op in _SLOW:
            values = _remembered(op, columns, *(operand.tobytes() for operand in operands))
        else:
            with np.errstate(all="ignore"):
                values = FOLDABLE[op](*operands) if payload is None else FOLDABLE[op](*operands, payload)
        return self.constant(values, dims) if columns == 1 else self.path(values, dims)

    def _simplify(self, op: str, arguments: tuple[Node, ...], dims: tuple[str, ...]) -> Node | None:
        """Identities that hold to the last bit for every operand, NaN and infinity included (signed zeros aside)."""
        if op == "divide" and arguments[1].known:
            return self.apply("multiply", arguments[0], self.apply("divide", self.constant(1.0), arguments[1]))
        if op == "subtract" and arguments[1].known:
            return self.apply("add", arguments[0], self.apply("negate", arguments[1]))
        if op in ("add", "multiply"):
            neutral = 0.0 if op == "add" else 1.0
            for node, other in (arguments, arguments[::-1]):
                if node.known and other.dims == dims and bool(np.all(node.values == neutral)):
                    return other
            first, second = arguments
            if first.known or (not second.known and second.serial < first.serial):
                return self._intern(op, (second, first), dims, _combined((first.rate, second.rate, Rate.SETUP)))
        if op == "where" and arguments[0].rate is Rate.CONST and not arguments[0].dims:
            chosen = arguments[1] if bool(np.all(arguments[0].values != 0.0)) else arguments[2]
            return self.broadcast(chosen, dims)
        return None


@functools.lru_cache(maxsize=1024)
def _remembered(op: str, columns: int, *operands: bytes) -> Floats:
    """The same for a function that takes long without hardware for it: a changed scenario has most of its constants."""
    with np.errstate(all="ignore"):
        values: Floats = FOLDABLE[op](*(np.frombuffer(operand).reshape(-1, columns) for operand in operands))
    values.flags.writeable = False
    return values


def _combined(rates: Iterable[Rate]) -> Rate:
    """The rate of what depends on all of ``rates``: inputs times a path change with both trajectory and period."""
    rates = set(rates)
    return Rate.STEP if {Rate.SETUP, Rate.PERIOD} <= rates else max(rates)


def _ordered_sum(values: Floats, axis: int) -> Floats:
    """Sum along ``axis`` from the first element to the last, the order that the machine uses."""
    total: Floats = np.take(values, 0, axis=axis)
    for index in range(1, values.shape[axis]):
        total = total + np.take(values, index, axis=axis)
    return total
