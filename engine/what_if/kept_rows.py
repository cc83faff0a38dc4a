"""Which rows are kept from one run to the next, and which are computed again, so that the least time is spent.

A row that is kept comes from main memory, which takes as long as two or three cheap instructions. So a row may rather
be computed again from others that are at hand or kept. An instruction that runs again needs all that it reads, each of
it kept or computed again itself: with what is saved as the weight of every instruction and every row, the cheapest
choice is a closure of greatest weight, found as a cut of least capacity (Picard 1976, "Maximal closure of a graph and
applications to combinatorial problems", Management Science 22).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from burncast.engine.what_if.reach import Flow, Step

__all__ = ["cost_of", "rows_to_keep"]

_COSTS = {
    **{"fill": 0.2, "total": 0.1, "exp": 0.8, "divide": 0.8, "modulo": 0.8, "sqrt": 1.2, "gbm": 1.0, "lag": 0.9},
    **{"log": 1.7, "window": 1.5, "markov": 2.0, "record": 3.0, "normal_cdf": 3.1, "power": 3.8, "interp": 4.0},
    **{"lookup": 4.0, "transport": 5.8, "draw": 6.8, "jumps": 10.0, "poisson": 19.0, "binomial": 50.0},
}
"""Nanoseconds for one trajectory, as measured on one machine; what is not here takes _USUAL (``total``: a term)."""

_USUAL, _SHOCK, _KEPT = 0.35, 1.4, 1.0
"""A usual instruction, a normal that is drawn every period, and a row from memory."""


def rows_to_keep(flow: Flow, again: Collection[int], periods: int) -> tuple[set[int], set[int]]:
    """The steps that run again, ``again`` among them, and those whose rows are kept, over ``periods`` periods."""
    wanted = {source for place in again for source in flow.sources[place]}.difference(again)
    above = _above(flow, wanted, again)
    # The nodes: 0 the source, 1 the sink, for each step above one for having its row and one for computing it again,
    # and one for each stream of shocks.
    having = {place: 2 + number for number, place in enumerate(above)}
    computing = {place: having[place] + len(above) for place in above}
    drawn = {flow.steps[place].shock for place in again}
    streams = sorted({flow.steps[place].shock for place in above} - drawn - {-1})
    drawing = {stream: 2 + 2 * len(above) + number for number, stream in enumerate(streams)}
    arcs: list[tuple[int, int, int]] = []
    for place in above:
        step, times = flow.steps[place], _times(flow, place, periods)
        saved = _whole(times * (_KEPT - _cost(step)))
        if place in wanted:
            arcs.append((0, having[place], _ENDLESS))
        arcs.append((having[place], 1, _whole(times * _KEPT)))
        if saved > 0:
            arcs += [(0, computing[place], saved), (computing[place], having[place], _ENDLESS)]
            arcs += [(computing[place], having[source], _ENDLESS) for source in flow.sources[place] if source in having]
            if step.shock in drawing:
                arcs.append((computing[place], drawing[step.shock], _ENDLESS))
    arcs += [(node, 1, _whole(periods * _SHOCK)) for node in drawing.values()]
    on_this_side = _least_cut(arcs, 2 + 2 * len(above) + len(streams))
    computed = {place for place in above if computing[place] in on_this_side}
    had = {place for place in above if having[place] in on_this_side}
    return computed.union(again), had - computed


def cost_of(flow: Flow, again: Iterable[int], kept: Iterable[int], periods: int) -> float:
    """Nanoseconds for one trajectory of a program of the steps ``again`` that recalls the rows of ``kept``."""
    again = list(again)
    streams = {flow.steps[place].shock for place in again} - {-1}
    return (
        sum(_times(flow, place, periods) * _cost(flow.steps[place]) for place in again)
        + sum(_times(flow, place, periods) * _KEPT for place in kept)
        + periods * _SHOCK * len(streams)
    )


_ENDLESS = 1 << 29


def _above(flow: Flow, wanted: Iterable[int], again: Collection[int]) -> list[int]:
    """The steps from which ``wanted`` follow, themselves among them, but for those that run ``again`` in any case."""
    found: set[int] = set()
    waiting = list(wanted)
    while waiting:
        place = waiting.pop()
        if place not in found and place not in again:
            found.add(place)
            waiting += flow.sources[place]
    return sorted(found)


def _times(flow: Flow, place: int, periods: int) -> float:
    return 1.0 if place in flow.blocks[0] else periods / 2.0


def _cost(step: Step) -> float:
    operation = step.name.partition(" ")[0]
    return _COSTS.get(operation, _USUAL) * (len(step.reads) if operation == "total" else 1)


def _whole(nanoseconds: float) -> int:
    return min(round(10.0 * nanoseconds), _ENDLESS - 1)


def _least_cut(arcs: list[tuple[int, int, int]], nodes: int) -> set[int]:
    """The nodes on the side of the first one of a least cut between it and the second."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    tails, heads, capacities = np.array(arcs, np.int32).reshape(-1, 3).T
    network = csr_array((capacities, (tails, heads)), shape=(nodes, nodes))
    left = csr_array(network - maximum_flow(network, 0, 1).flow)
    left.eliminate_zeros()
    return set(breadth_first_order(left, 0, return_predecessors=False).tolist())
