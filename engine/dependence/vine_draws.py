"""Normals with a vine copula, from one independent standard normal for each: the inverse Rosenblatt transform.

The recursion is that of Dißmann, Brechmann, Czado and Kurowicka 2013, "Selecting and estimating regular vine copulae",
algorithm 2.2, in natural order as in vinecopulib.
"""

from __future__ import annotations

from collections.abc import Sequence

from burncast.distributions.vine import PairCopula, Vine
from burncast.engine.dependence.pair_copulas import PAIRS
from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node

__all__ = ["vine_draws"]


def vine_draws(graph: Graph, normals: Sequence[Node], vine: Vine) -> list[Node]:
    """Normals with the copula of ``vine``, in the order of ``normals``."""
    last, trees = len(vine.order) - 1, len(vine.partners)
    # Of variable v: own[t][v] is its conditional normal given its partners in the first t trees; partner[t][v] is that
    # of its partner in tree t given itself and its partners in the trees before.
    own: list[dict[int, Node]] = [{} for _ in range(trees + 1)]
    partner: list[dict[int, Node]] = [{} for _ in range(trees + 1)]
    own[0][last] = normals[vine.order[last]]
    for variable in range(last - 1, -1, -1):
        deepest = min(trees, last - variable)
        own[deepest][variable] = normals[vine.order[variable]]
        for tree in range(deepest - 1, -1, -1):
            column = vine.nearest(tree, variable)
            direct = column + 1 == vine.partners[tree][variable]
            given = own[tree][column] if direct else partner[tree][column]
            pair = vine.pairs[tree][variable]
            law, (first, second) = PAIRS[pair.family], _signs(pair)
            turned = _times(graph, second, given)
            drawn = law.drawn(graph, pair.parameters, _times(graph, first, own[tree + 1][variable]), turned)
            own[tree][variable] = _times(graph, first, drawn)
            back = law.probability(graph, pair.parameters, turned, drawn)
            partner[tree + 1][variable] = _times(graph, second, back)
    placed = {vine.order[variable]: own[0][variable] for variable in range(last + 1)}
    return [placed[place] for place in range(last + 1)]


def _signs(pair: PairCopula) -> tuple[int, int]:
    """Which of the two are turned round: 90° the first, 270° the second, 180° both."""
    return -1 if pair.rotation in (90, 180) else 1, -1 if pair.rotation in (180, 270) else 1


def _times(graph: Graph, sign: int, node: Node) -> Node:
    return node if sign > 0 else graph.apply("negate", node)
