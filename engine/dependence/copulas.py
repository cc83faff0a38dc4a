"""Normals with a copula, from independent standard normals: one for each member, and what all of them share.

Every function takes the members' own normals and gives normals that have the copula, each growing in its own. Members
are mixed in their order: redrawing the last ones gives them anew conditionally on the first (Rosenblatt 1952, "Remarks
on a multivariate transformation") where nothing hidden is shared.

==========  ==============================================================================================
Gaussian    L·ε with L the Cholesky factor
Student t   the same, times a hidden √(df/χ²), back to normal margins (Demarta and McNeil 2005, "The t copula
            and related copulas")
Clayton     conditional inversion: u_k^−θ − 1 = S·(t_k^(−θ/(1 + (k − 1)θ)) − 1) with S = 1 + Σ (u_i^−θ − 1)
            over the earlier ones (Cook and Johnson 1981)
Gumbel      hidden positive stable frailty V: u_k = ψ(E_k/V) (Marshall and Olkin 1988, "Families of
            multivariate distributions"), V from two hidden normals (Kanter 1975)
Frank       of two: conditional inversion (Genest 1987); of more: u_1, and the frailty of the logarithmic series
            law, geometric given u_1 (Kemp 1981, "Efficient generation of logarithmically distributed
            pseudo-random variables")
==========  ==============================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from burncast.distributions import copula_tables as tables
from burncast.distributions.correlation import cholesky_factor, t_copula_tables
from burncast.distributions.law import FloatArray
from burncast.distributions.transport import Table
from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node, Rate
from burncast.engine.graph.origins import equals

__all__ = ["asinh", "clayton", "frank", "gaussian", "gumbel", "looked_up", "student", "weighted"]

Hidden = Callable[[str], Node]
"""A hidden normal that all members share, by the suffix of its stream's name."""


def gaussian(graph: Graph, normals: Sequence[Node], matrix: FloatArray) -> list[Node]:
    """Normals with the correlation ``matrix``."""
    factor = cholesky_factor(matrix)
    return [weighted(graph, normals, factor[row]) for row in range(len(normals))]


def student(graph: Graph, normals: Sequence[Node], matrix: FloatArray, df: float, hidden: Hidden) -> list[Node]:
    """Normals with the t copula of ``matrix`` and ``df`` degrees of freedom."""
    radius_table, normalise_table = t_copula_tables(df)
    correlated = gaussian(graph, normals, matrix)
    radius = looked_up(graph, hidden(""), radius_table)
    per_root_df = graph.constant(df**-0.5)
    mixed = []
    for node in correlated:
        ratio = graph.apply("multiply", graph.apply("multiply", node, radius), per_root_df)
        mixed.append(looked_up(graph, asinh(graph, ratio), normalise_table))
    return mixed


def clayton(graph: Graph, normals: Sequence[Node], theta: float) -> list[Node]:
    """Normals with Clayton's copula."""
    mixed = [normals[0]]
    shared = graph.constant(0.0)  # log S
    for place in range(1, len(normals)):
        power = theta / (1 + (place - 1) * theta)
        shared = graph.apply("add", shared, looked_up(graph, normals[place - 1], tables.exponential(power)))
        own = looked_up(graph, normals[place], tables.clayton_ratio(theta / (1 + place * theta)))
        place_of = asinh(graph, graph.apply("add", own, shared))
        mixed.append(looked_up(graph, place_of, tables.clayton_normal(theta)))
    return mixed


def gumbel(graph: Graph, normals: Sequence[Node], theta: float, hidden: Hidden) -> list[Node]:
    """Normals with Gumbel's copula: log(−log u) = (log E − log V)/θ."""
    if theta == 1.0:
        return list(normals)
    alpha = 1 / theta
    angle = looked_up(graph, hidden(""), tables.gumbel_frailty(theta))
    size = looked_up(graph, hidden("#2"), tables.log_exponential())
    spread = graph.apply("multiply", size, graph.constant(1 - alpha))
    shared = graph.apply("subtract", spread, angle)  # −α·log V
    mixed = []
    for node in normals:
        own = graph.apply("multiply", looked_up(graph, node, tables.log_exponential()), graph.constant(alpha))
        mixed.append(looked_up(graph, graph.apply("add", own, shared), tables.normal_of_log_exponential()))
    return mixed


def frank(graph: Graph, normals: Sequence[Node], theta: float, hidden: Hidden) -> list[Node]:
    """Normals with Frank's copula."""
    if theta == 0.0:
        return list(normals)
    first, *others = normals
    if len(others) == 1:
        given = graph.apply("multiply", graph.apply("normal_cdf", first), graph.constant(theta))
        odds = graph.apply("add", looked_up(graph, others[0], tables.logit()), given)
        return [first, looked_up(graph, odds, tables.frank_normal(theta))]
    waiting = looked_up(graph, hidden(""), tables.log_exponential())
    ratio = graph.apply("exp", graph.apply("subtract", waiting, looked_up(graph, first, tables.frank_odds(theta))))
    frailty = graph.apply("log", graph.apply("add", graph.apply("floor", ratio), graph.constant(1.0)))
    mixed = [first]
    for node in others:
        own = graph.apply("subtract", looked_up(graph, node, tables.log_exponential()), frailty)
        mixed.append(looked_up(graph, own, tables.frank_frailty_normal(theta)))
    return mixed


def weighted(graph: Graph, nodes: Sequence[Node], weights: Sequence[float | Node] | FloatArray) -> Node:
    """The sum of ``nodes`` times ``weights``."""
    total = graph.constant(0.0)
    for node, weight in zip(nodes, weights, strict=True):
        factor = weight if isinstance(weight, Node) else graph.constant(weight)
        if not factor.holds(equals(0.0)):
            total = graph.apply("add", graph.apply("multiply", node, factor), total)
    return total


def looked_up(graph: Graph, node: Node, table: Table) -> Node:
    """The value of a table at ``node``."""
    return graph.apply("transport", node, payload=table, rate=Rate.SETUP)


def asinh(graph: Graph, node: Node) -> Node:
    """The inverse hyperbolic sine."""
    size = graph.apply("absolute", node)
    root = graph.apply("sqrt", graph.apply("add", graph.apply("multiply", size, size), graph.constant(1.0)))
    value = graph.apply("log", graph.apply("add", size, root))
    negative = graph.apply("less", node, graph.constant(0.0))
    return graph.apply("where", negative, graph.apply("negate", value), value)
