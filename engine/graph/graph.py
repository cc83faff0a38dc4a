"""The graph between a scenario and its program: what is computed, from what, and how often it changes.

A :class:`Graph` interns nodes, so that equal subexpressions are one node, and folds what is known in advance with the
same elementary functions as the machine uses, so that folding never changes a bit. Where numbers of the scenario may
move, what follows from them is known too, but is the same node only where it follows from the same numbers in the same
way (:mod:`burncast.engine.graph.origins`).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.law import Law
from burncast.engine.graph.nodes import Node, Rate, State
from burncast.engine.graph.origins import Origin, equals, form_of_law, has_no_zeros, is_steady
from burncast.engine.instructions.operations import FOLDABLE

__all__ = ["Graph"]

Floats = NDArray[np.float64]
Answer = TypeVar("Answer", bound=Hashable)

_SLOW = frozenset({"exp", "log", "power", "normal_cdf"})


@dataclass(eq=False)
class Graph:
    """Builds and interns nodes over the dimensions ``sizes`` (in their declared order) and ``periods`` periods.

    Where it ``follows`` what may move: ``inputs`` are the numbers and laws of the scenario that may, by key;
    ``origins`` everything that follows from them, each after its sources; ``compared`` nodes, with whether they were
    the same.
    """

    sizes: dict[str, int]
    periods: int
    states: list[State] = field(default_factory=list)
    follows: bool = False
    inputs: dict[str, Origin] = field(default_factory=dict)
    origins: list[Origin] = field(default_factory=list)
    compared: list[tuple[Node, Node, bool]] = field(default_factory=list)
    _nodes: dict[Hashable, Node] = field(default_factory=dict)
    _laws: dict[Hashable, Origin] = field(default_factory=dict)
    _elements: dict[tuple[str, ...], int] = field(default_factory=dict)

    def elements(self, dims: tuple[str, ...]) -> int:
        """Number of rows that a value over ``dims`` has."""
        count = self._elements.get(dims)
        if count is None:
            count = self._elements[dims] = math.prod(self.sizes[dim] for dim in dims)
        return count

    def union(self, *nodes: Node) -> tuple[str, ...]:
        """Dimensions of an elementwise result, in declared order."""
        different = {node.dims for node in nodes}
        if len(different) == 1 and len(nodes[0].dims) < 2:
            return nodes[0].dims
        return tuple(dim for dim in self.sizes if any(dim in dims for dims in different))

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

    def input(self, key: str, value: Floats | Law) -> Origin | None:
        """The origin of a number or a law that the scenario states as a whole; None where nothing is followed."""
        if not self.follows:
            return None
        if key not in self.inputs:
            self.inputs[key] = Origin(value)
            self.origins.append(self.inputs[key])
        return self.inputs[key]

    def moving(self, origin: Origin) -> Node:
        """The node of a number of the scenario that may move."""
        return self._of_origin(origin, lambda: origin, ())

    def parameter(self, law: Law | Origin, name: str) -> Node:
        """A parameter of a law."""
        if isinstance(law, Law):
            return self.constant(getattr(law, name))
        return self._of_origin(
            (law, name),
            lambda: self._remembered_origin(lambda known: np.array([[getattr(known, name)]], np.float64), (law,)),
            (),
        )

    def law(self, what: Hashable, compute: Callable[[Floats], Law], node: Node) -> Law | Origin:
        """The law that ``compute`` makes of a known node; one that may move where the node may."""
        if node.origin is None:
            return compute(_of(node))
        key = ("law", what, node.origin)
        if key not in self._laws:
            self._laws[key] = Origin(compute(node.origin.value), compute, (node.origin,))
            self._laws[key].ask(form_of_law)
            self.origins.append(self._laws[key])
        return self._laws[key]

    def derived(self, what: Hashable, compute: Callable[..., Floats], nodes: tuple[Node, ...]) -> Node:
        """What ``compute`` makes of known nodes over the same dimensions; ``what`` tells it from everything else."""
        return self._worked_out(what, compute, nodes, nodes[0].dims, None)

    def same(self, one: Node, other: Node) -> bool:
        """Whether two nodes have the same value for certain."""
        if one is other or one.origin is other.origin or not (one.known and other.known):
            return one is other
        if one.dims != other.dims:
            return False
        is_same = np.array_equal(_of(one), _of(other))
        self.compared.append((one, other, is_same))
        return is_same

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
            if node.known:
                node = self._known_total(node, dim, kept)
            else:
                node = self._intern("total", (node,), kept, node.rate, dim)
        return node

    def select(self, node: Node, labels: dict[str, int]) -> Node:
        """The part of ``node`` at the given positions of some of its dimensions."""
        if not labels:
            return node
        kept = tuple(dim for dim in node.dims if dim not in labels)
        if node.known:
            shape, elements = self._shape(node), self.elements(kept)
            where = tuple(labels.get(dim, slice(None)) for dim in node.dims)
            return self._worked_out(
                ("select", tuple(sorted(labels.items()))),
                lambda values: values.reshape(shape)[where].reshape(elements, -1),
                (node,),
                kept,
                node.rate,
            )
        return self._intern("select", (node,), kept, node.rate, tuple(sorted(labels.items())))

    def stack(self, parts: tuple[Node, ...], dims: tuple[str, ...]) -> Node:
        """One value over ``dims`` from a scalar node per element."""
        if all(part.known for part in parts):
            return self._worked_out("stack", _stacked, parts, dims, None)
        return self._intern("stack", parts, dims, _combined(part.rate for part in parts))

    def broadcast(self, node: Node, dims: tuple[str, ...]) -> Node:
        """``node`` over more dimensions, repeated along the new ones."""
        if node.dims == dims:
            return node
        if node.known:
            return self._worked_out(
                "broadcast", lambda values: self.spread(values, node.dims, dims), (node,), dims, node.rate
            )
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
        def compute(*values: Floats) -> Floats:
            operands = [self.spread(known, node.dims, dims) for known, node in zip(values, arguments, strict=True)]
            columns = max((operand.shape[1] for operand in operands), default=1)
            if columns > 1:
                operands = [np.broadcast_to(operand, (operand.shape[0], columns)) for operand in operands]
            if op in _SLOW:
                return _remembered(op, columns, *(operand.tobytes() for operand in operands))
            with np.errstate(all="ignore"):
                return FOLDABLE[op](*operands) if payload is None else FOLDABLE[op](*operands, payload)

        return self._worked_out((op, payload), compute, arguments, dims, None)

    def _worked_out(
        self,
        what: Hashable,
        compute: Callable[..., Floats],
        nodes: tuple[Node, ...],
        dims: tuple[str, ...],
        rate: Rate | None,
    ) -> Node:
        """A known value from known ones; without a ``rate`` it is constant where it does not change in time."""
        if all(node.origin is None for node in nodes):
            values = compute(*(_of(node) for node in nodes))
            if rate is not None:
                return self._known("constant" if rate is Rate.CONST else "path", values, dims, rate)
            return self.constant(values, dims) if values.shape[1] == 1 else self.path(values, dims)
        sources = tuple(_of(node) if node.origin is None else node.origin for node in nodes)
        key = (what, tuple(node.serial for node in nodes), rate)
        return self._of_origin(key, lambda: self._remembered_origin(compute, sources, settles=rate is None), dims)

    def _remembered_origin(
        self, compute: Callable[..., Floats], sources: tuple[Origin | Floats, ...], *, settles: bool = False
    ) -> Origin:
        origin = Origin(compute(*(_worth(source) for source in sources)), compute, sources)
        self.origins.append(origin)
        if not settles or origin.value.shape[1] == 1 or not origin.ask(is_steady):
            return origin
        first = Origin(origin.value[:, :1], lambda values: values[:, :1], (origin,))
        self.origins.append(first)
        return first

    def _of_origin(self, key: Hashable, make: Callable[[], Origin], dims: tuple[str, ...]) -> Node:
        """The node of a value that may move, by what it was made from and how."""
        node = self._nodes.get(("moving", key, dims))
        if node is None:
            origin = make()
            is_constant = origin.value.shape[1] == 1
            op, rate = ("constant", Rate.CONST) if is_constant else ("path", Rate.PERIOD)
            node = Node(op, (), dims, rate, None, origin.value, len(self._nodes) + 1, origin)
            self._nodes["moving", key, dims] = node
        return node

    def _known_total(self, node: Node, dim: str, kept: tuple[str, ...]) -> Node:
        shape, axis, elements = self._shape(node), node.dims.index(dim), self.elements(kept)

        def compute(values: Floats) -> Floats:
            return _ordered_sum(values.reshape(shape), axis).reshape(elements, -1)

        return self._worked_out(("total", dim), compute, (node,), kept, node.rate)

    def _shape(self, node: Node) -> tuple[int, ...]:
        return (*(self.sizes[dim] for dim in node.dims), -1)

    def _simplify(self, op: str, arguments: tuple[Node, ...], dims: tuple[str, ...]) -> Node | None:
        """Identities that hold to the last bit for every operand, NaN and infinity included (signed zeros aside)."""
        if op == "divide" and arguments[1].known:
            return self.apply("multiply", arguments[0], self.apply("divide", self.constant(1.0), arguments[1]))
        if op == "subtract" and arguments[1].known:
            return self.apply("add", arguments[0], self.apply("negate", arguments[1]))
        if op in ("add", "multiply"):
            neutral = 0.0 if op == "add" else 1.0
            for node, other in (arguments, arguments[::-1]):
                if node.known and other.dims == dims and node.holds(equals(neutral)):
                    return other
            first, second = arguments
            if first.known or (not second.known and second.serial < first.serial):
                return self._intern(op, (second, first), dims, _combined((first.rate, second.rate, Rate.SETUP)))
        if op == "where" and arguments[0].rate is Rate.CONST and not arguments[0].dims:
            chosen = arguments[1] if arguments[0].holds(has_no_zeros) else arguments[2]
            return self.broadcast(chosen, dims)
        return None


def _of(node: Node) -> Floats:
    """The values of a known node, to work others out from."""
    assert node.known_values is not None
    return node.known_values


def _worth(source: Origin | Floats) -> Floats:
    value: Floats = source.value if isinstance(source, Origin) else source
    return value


def _stacked(*parts: Floats) -> Floats:
    """One row after the other."""
    columns = max(part.shape[1] for part in parts)
    return np.concatenate([np.broadcast_to(part, (1, columns)) for part in parts])


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
