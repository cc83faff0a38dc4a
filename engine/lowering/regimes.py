"""The process ``markov``: a regime that changes by transition probabilities per period (Hamilton 1989).

The next state is the inverse of the current row's cumulative probabilities at Φ(z). Where all of them are constants
they become a table; else they are computed, once per trajectory where they depend on inputs alone. Rows of constants
are checked while the scenario is compiled; where expressions come to something that is no probability, or do not add up
to 1, the state becomes NaN, which ends the run and names the process.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import reduce
from itertools import accumulate

import numpy as np
from scipy import special

from burncast.distributions.discrete import discrete
from burncast.distributions.errors import FormulaError, nearest_name
from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node, Rate
from burncast.engine.graph.origins import equals
from burncast.engine.language import constants
from burncast.engine.language.expressions import Expression, Number, Sequence, Text, render
from burncast.engine.lowering.process_values import ProcessValue, carried, ending, is_zero
from burncast.engine.lowering.scope import Scope

__all__ = ["lower_markov"]

_ROUNDING = 1e-9
"""How far from 1 the sum of probabilities may be."""


def lower_markov(scope: Scope, bound: dict[str, Expression], states: tuple[str, ...] | None) -> ProcessValue:
    """The state's number, 0 … count − 1, at t and at 0."""
    graph = scope.graph
    rows = _rows(bound["transition"])
    count = len(rows)
    for number, row in enumerate(rows):
        if len(row.items) != count:
            raise FormulaError(
                f"row {number} of transition has {len(row.items)} entries", expected=f"{count}, one per state"
            )
        _check_constants(row, f"row {number} of transition")
    if states is not None and len(states) != count:
        raise FormulaError(f"transition has {count} states, states names {len(states)}", expected="one name per state")
    opening = _opening(scope, bound.get("start", Number(0.0)), states, count)
    if all(constants.is_constant(row) for row in rows):
        z, state = carried(scope, opening.dims, opening)
        cumulative = np.cumsum(np.array([constants.numbers(row) for row in rows]), axis=1)[:, :-1]
        thresholds = special.ndtri(np.clip(cumulative, 0.0, 1.0))
        payload = tuple(tuple(float(edge) for edge in row) for row in thresholds)
        return ending(scope, state, graph.apply("markov", state.read, z, payload=payload, rate=Rate.STEP), opening)
    edges = [_edges(scope, row) for row in rows]
    if _never_leaves(edges, opening):
        return ProcessValue(opening, opening)
    z, state = carried(scope, graph.union(opening, *(edge for row in edges for edge in row)), opening)
    current = [_of_state(graph, state.read, column) for column in zip(*edges, strict=True)]
    return ending(scope, state, _position(graph, current, z), opening)


def _never_leaves(edges: list[list[Node]], opening: Node) -> bool:
    """Whether the chain starts in a known state that it is known not to leave."""
    if opening.values is None or opening.values.size > 1:
        return False
    state = int(opening.values.item())
    below, above = edges[state][:state], edges[state][state:]
    return all(is_zero(edge) for edge in below) and all(edge.holds(equals(1.0)) for edge in above)


def _rows(transition: Expression) -> list[Sequence]:
    rows = transition.items if isinstance(transition, Sequence) else ()
    found = [row for row in rows if isinstance(row, Sequence)]
    if not found or len(found) < len(rows):
        raise FormulaError("transition is not a matrix", expected="a list of rows, [[0.97, 0.03], [0.10, 0.90]]")
    return found


def _opening(scope: Scope, start: Expression, states: tuple[str, ...] | None, count: int) -> Node:
    if not isinstance(start, Sequence):
        return scope.number(_state_number(start, states, count))
    if len(start.items) != count:
        raise FormulaError(f"start has {len(start.items)} probabilities", expected=f"{count}, one per state")
    _check_constants(start, "start")
    at_setup = replace(scope, once=True)
    if constants.is_constant(start):
        law = discrete([float(state) for state in range(count)], constants.numbers(start))
        return scope.graph.apply("transport", at_setup.normal((), "#start"), payload=law, rate=Rate.SETUP)
    edges = _edges(scope, start)
    return _position(scope.graph, edges, at_setup.normal(scope.graph.union(*edges), "#start"))


def _state_number(start: Expression, states: tuple[str, ...] | None, count: int) -> float:
    if isinstance(start, Text):
        if states is None or start.value not in states:
            nearest = nearest_name(start.value, states or ())
            raise FormulaError(f"start is {start.value!r}", expected="one of the names in states", nearest=nearest)
        return float(states.index(start.value))
    number = constants.number(start)
    if not 0 <= number < count or number != int(number):
        raise FormulaError(f"start is {render(start)}", expected=f"a state from 0 to {count - 1}, or probabilities")
    return number


def _check_constants(row: Sequence, what: str) -> None:
    if constants.is_constant(row):
        values = constants.numbers(row)
        if any(not 0.0 <= value <= 1.0 for value in values) or abs(sum(values) - 1.0) > _ROUNDING:
            raise FormulaError(f"{what} adds up to {sum(values):g}", expected="probabilities that add up to 1")


def _edges(scope: Scope, row: Sequence) -> list[Node]:
    """Cumulative probabilities of all but the last state; NaN where the row holds no probabilities."""
    graph = scope.graph
    chances = [scope.lower(item) for item in row.items]
    *edges, total = accumulate(chances, lambda sum_so_far, chance: graph.apply("add", sum_so_far, chance))
    off = graph.apply("absolute", graph.apply("subtract", total, scope.number(1.0)))
    least = reduce(lambda one, other: graph.apply("minimum", one, other), chances)
    sound = graph.apply(
        "minimum",
        graph.apply("less_equal", off, scope.number(_ROUNDING)),
        graph.apply("less_equal", scope.number(0.0), least),
    )
    return [graph.apply("where", sound, edge, scope.number(math.nan)) for edge in edges]


def _of_state(graph: Graph, state: Node, values: tuple[Node, ...]) -> Node:
    """The value at the place of the state."""
    node = values[-1]
    for number in range(len(values) - 2, -1, -1):
        node = graph.apply("where", graph.apply("equal", state, graph.constant(float(number))), values[number], node)
    return node


def _position(graph: Graph, edges: list[Node], z: Node) -> Node:
    """How many of the cumulative probabilities lie at or below Φ(z)."""
    share = graph.apply("normal_cdf", z)
    reached = [graph.apply("less_equal", edge, share) for edge in edges]
    return reduce(lambda one, other: graph.apply("add", one, other), reached, graph.constant(0.0))
