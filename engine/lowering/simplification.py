"""A lowered graph with less to do every period, before operations are chosen.

What a constant switches off goes: zero times what changes with time, if that is checked or cannot fail, a choice
between equals, a power of zero. What a chance is compared with is moved to normal space where it is known, so that Φ is
not computed. In chains of products and of sums, what does not change with time is brought together and computed once:
s·a/b·2 becomes s·(2·a/b) where only s changes. So is the reciprocal of a divisor, unless the quotient decides something
(a comparison, a floor).

Chains end at quantities that have a name, so that each of them follows from the others in the same way whatever is
tracked. Last bits may differ from the order in which a formula was written; every reading of the program has the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from scipy import special

from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node, Rate, State
from burncast.engine.graph.origins import equals, has_no_zeros, is_finite, is_finite_after_opening
from burncast.engine.instructions.operations import COMPARISONS, FOLDABLE
from burncast.engine.lowering.lowering import Lowered
from burncast.engine.lowering.lowering_expressions import is_truth

__all__ = ["live_part", "simplified"]

Floats = NDArray[np.float64]

_TAME = COMPARISONS.keys() | {
    *("shock", "draw", "state", "add", "subtract", "multiply", "negate", "absolute", "minimum", "maximum", "where"),
    *("exp", "floor", "normal_cdf", "interp", "total", "stack", "select", "broadcast", "lag", "window", "transport"),
}
"""Operations that are finite wherever their operands are, but for overflow."""

_DECIDING = frozenset({*COMPARISONS, "floor", "modulo"})


def simplified(lowered: Lowered, roots: Iterable[Node]) -> Lowered:
    """The same answers from fewer operations; ``roots`` are the nodes that are asked for.

    A stock that turns out never to change becomes its start for whoever reads it, and what follows from that goes too.
    """
    wanted = list(roots)
    constant: dict[Node, Node] = {}
    while True:
        work = _Simplification(lowered, wanted, constant)
        work.run()
        found = work.steady_states()
        if not found:
            return work.result()
        constant |= found


def live_part(graph: Graph, roots: Iterable[Node]) -> tuple[set[Node], list[State]]:
    """Nodes and states that ``roots`` depend on, from one period to the next."""
    by_read = {state.read: state for state in graph.states}
    live: set[Node] = set()
    states: set[int] = set()
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if node in live:
            continue
        live.add(node)
        waiting.extend(node.arguments)
        state = by_read.get(node)
        if state is not None:
            states.add(graph.states.index(state))
            waiting.extend(part for part in (state.next, state.start) if part is not None)
    return live, [graph.states[place] for place in sorted(states)]


@dataclass(frozen=True, slots=True)
class _Chain:
    """An operation that may be regrouped, its inverse and its neutral number."""

    op: str
    inverse: str
    neutral: float


_PRODUCT, _SUM = _Chain("multiply", "divide", 1.0), _Chain("add", "subtract", 0.0)
_CHAINS = {"multiply": _PRODUCT, "divide": _PRODUCT, "add": _SUM, "subtract": _SUM}


@dataclass(slots=True)
class _Simplification:
    lowered: Lowered
    roots: list[Node]
    steady: dict[Node, Node]
    states: list[State] = field(default_factory=list)
    named: set[Node] = field(default_factory=set)
    uses: Counter[Node] = field(default_factory=Counter)
    readers: dict[Node, Node] = field(default_factory=dict)
    decisive: set[Node] = field(default_factory=set)
    new: dict[Node, Node] = field(default_factory=dict)
    checked: set[Node] = field(default_factory=set)

    @property
    def graph(self) -> Graph:
        return self.lowered.graph

    def run(self) -> None:
        """Rewrite everything that is live, operands before what uses them."""
        live, self.states = live_part(self.graph, self.roots)
        self.named = {*self.roots, *self.lowered.values.values()}
        for node in live:
            for argument in node.arguments:
                self.uses[argument] += 1
                self.readers[argument] = node
                if node.op in _DECIDING:
                    self.decisive.add(argument)
        for state in self.states:
            self.uses.update(part for part in (state.start, state.next) if part is not None)
        for node in sorted(live, key=lambda node: node.serial):
            self.new[node] = self._rewritten(node)
            if node in self.named:
                if _fails(self.new[node]) and not node.known:
                    self.new[node] = node  # what is known in advance is not checked
                if self.uses[node] > 1 or node in self.roots:
                    self.checked.add(self.new[node])

    def steady_states(self) -> dict[Node, Node]:
        """What is read of each state that never changes, and its start."""
        return {
            state.read: state.start
            for state in self.states
            if state.start is not None
            and state.next is not None
            and state.read not in self.steady
            and self._is_steady(state.read, self.new[state.next], self.new[state.start])
        }

    def _is_steady(self, read: Node, following: Node, start: Node) -> bool:
        return following is read or (following.known and start.known and self.graph.same(following, start))

    def result(self) -> Lowered:
        """The lowered graph with every node replaced."""
        lowered, new = self.lowered, self.new
        for state in self.states:
            if state.start is not None and state.next is not None:
                state.start, state.next = new[state.start], new[state.next]
        asked = (lowered.ruin, lowered.need, lowered.opening_ruin, lowered.opening_need)
        ruin, need, opening_ruin, opening_need = (None if node is None else new.get(node, node) for node in asked)
        return replace(
            lowered,
            values={name: new.get(node, node) for name, node in lowered.values.items()},
            openings={name: new.get(node, node) for name, node in lowered.openings.items()},
            ruin=ruin,
            need=need,
            opening_ruin=opening_ruin,
            opening_need=opening_need,
        )

    def _rewritten(self, node: Node) -> Node:
        if node in self.steady:
            return self.new[self.steady[node]]
        if not node.arguments:
            return node
        plain = self._rebuilt(node, tuple(self.new[argument] for argument in node.arguments))
        if node.op in _CHAINS and plain.op in _CHAINS and plain.rate is Rate.STEP and not self._is_inner(node):
            return self._regrouped(node, plain)
        return plain

    def _rebuilt(self, node: Node, arguments: tuple[Node, ...]) -> Node:
        """``node`` of other operands."""
        graph, op = self.graph, node.op
        if op == "total":
            parts = arguments[0].arguments
            if arguments[0].op == "stack" and not node.dims and self.uses[node.arguments[0]] == 1:
                return reduce(lambda sum_so_far, part: graph.apply("add", sum_so_far, part), parts)
            return graph.total(arguments[0], (str(node.payload),))
        if op == "select":
            return graph.select(arguments[0], dict(node.payload) if isinstance(node.payload, tuple) else {})
        if op == "stack":
            return graph.stack(arguments, node.dims)
        if op == "broadcast":
            return graph.broadcast(arguments[0], node.dims)
        simpler = self._simpler(op, arguments)
        if simpler is not None:
            return graph.broadcast(simpler, node.dims)
        if arguments == node.arguments:
            return node
        least = Rate.CONST if op in FOLDABLE else node.rate
        return graph.broadcast(graph.apply(op, *arguments, payload=node.payload, rate=least), node.dims)

    def _simpler(self, op: str, arguments: tuple[Node, ...]) -> Node | None:
        """A node with the same value, over the same dimensions or fewer."""
        graph = self.graph
        first, second = arguments[0], arguments[-1]
        if op == "multiply":
            for node, other in ((first, second), (second, first)):
                if _is_all(node, 0.0) and other.rate is Rate.STEP and self._is_tame(other):
                    return graph.constant(0.0)
        elif op == "power" and _is_all(second, 0.0):
            return graph.constant(1.0)
        elif op == "where":
            if graph.same(arguments[1], second) and self._is_tame(first):
                return second
            if _is_all(arguments[1], 1.0) and _is_all(second, 0.0) and is_truth(first):
                return first
        elif op in ("minimum", "maximum"):
            neutral = 1.0 if op == "minimum" else 0.0
            for node, other in ((first, second), (second, first)):
                if _is_all(node, neutral) and is_truth(other):
                    return other
        elif op in ("less", "less_equal"):
            for place, (share, chance) in enumerate(((first, second), (second, first))):
                bound = self._normal_bound(chance) if share.op == "normal_cdf" else None
                if bound is not None:
                    pair = (share.arguments[0], bound)
                    return graph.apply(op, *(pair if place == 0 else pair[::-1]))
        return None

    def _normal_bound(self, chance: Node) -> Node | None:
        """The standard normal quantile of a chance that is known, or chosen from known ones."""
        graph = self.graph
        if chance.known:
            return graph.derived("clipped normal quantile", _clipped_quantile, (chance,))
        if chance.op != "where":
            return None
        then, otherwise = (self._normal_bound(option) for option in chance.arguments[1:])
        if then is None or otherwise is None:
            return None
        return graph.apply("where", chance.arguments[0], then, otherwise)

    def _is_tame(self, node: Node) -> bool:
        """Whether something else would notice that ``node`` is not finite, or it cannot be but by overflow."""
        if node.known:
            return node.holds(is_finite)
        return node in self.checked or (node.op in _TAME and all(self._is_tame(part) for part in node.arguments))

    def _is_inner(self, node: Node) -> bool:
        """Whether ``node`` is part of a longer chain."""
        if self.uses[node] != 1 or node in self.named or node not in self.readers:
            return False
        return _CHAINS.get(self.readers[node].op) == _CHAINS[node.op]

    def _regrouped(self, root: Node, plain: Node) -> Node:
        """The chain that ends at ``root`` with what does not change with time in one piece, or ``plain``."""
        kind = _CHAINS[root.op]
        cost, terms = 0, []
        waiting = [(root, False)]
        while waiting:
            node, inverse = waiting.pop()
            if node is root or (_CHAINS.get(node.op) is kind and self._is_inner(node)):
                cost += self._cost(plain if node is root else self.new[node])
                first, second = node.arguments
                waiting += [(second, inverse != (node.op == kind.inverse)), (first, inverse)]
            else:
                terms.append((self.new[node], inverse))
        divides = kind is _PRODUCT and any(inverse for _, inverse in terms)
        if root in self.decisive if divides else sum(node.rate is not Rate.STEP for node, _ in terms) < 2:
            return plain
        once, period, step = (
            [term for term in terms if term[0].rate in rates]
            for rates in ((Rate.CONST, Rate.SETUP), (Rate.PERIOD,), (Rate.STEP,))
        )
        if all(node.known for node, _ in once):
            once, period = [], once + period
        for group in (once, period):
            if group:
                node = self._joined(kind, group)[-1]
                if not self._is_exact(kind, node, terms):
                    return plain
                step.append((node, False))
        made = self._joined(kind, step)
        if sum(self._cost(part) for part in made) >= cost:
            return plain
        return self.graph.broadcast(made[-1], root.dims)

    @staticmethod
    def _is_exact(kind: _Chain, node: Node, terms: list[tuple[Node, bool]]) -> bool:
        """Whether what was known did not overflow, nor vanish, when it was brought together."""
        if not node.known:
            return True
        had_zeros = any(term.known and not term.holds(has_no_zeros) for term, _ in terms)
        return node.holds(is_finite) and (kind is _SUM or had_zeros or node.holds(has_no_zeros))

    def _joined(self, kind: _Chain, terms: list[tuple[Node, bool]]) -> list[Node]:
        """Product or sum of ``terms``, those with fewer rows first: what is computed on the way, the result last."""
        made: list[Node] = []
        sides: list[Node] = []
        terms = sorted(terms, key=lambda term: self.graph.elements(term[0].dims))
        for inverse in (False, True):
            side = [node for node, is_inverse in terms if is_inverse == inverse] or [self.graph.constant(kind.neutral)]
            steps = list(accumulate(side, lambda one, other: self.graph.apply(kind.op, one, other)))
            made += steps[1:]
            sides.append(steps[-1])
        if any(inverse for _, inverse in terms):
            made.append(self.graph.apply(kind.inverse, *sides))
        return made or [sides[0]]

    def _cost(self, node: Node) -> int:
        """What a link of a chain costs every period."""
        if node.rate is not Rate.STEP or node.op not in _CHAINS:
            return 0
        return (4 if node.op == "divide" else 1) * self.graph.elements(node.dims)


def _fails(node: Node) -> bool:
    """Whether a value that is known is not finite in some period."""
    return node.known and not node.holds(is_finite_after_opening)


def _is_all(node: Node, number: float) -> bool:
    return node.holds(equals(number))


def _clipped_quantile(chance: Floats) -> Floats:
    return np.asarray(special.ndtri(np.clip(chance, 0.0, 1.0)), dtype=np.float64)
