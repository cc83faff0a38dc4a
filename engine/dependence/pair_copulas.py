"""Copulas of two normals through their conditional law, as nodes: what a vine is made of.

For each family ``drawn(graph, parameters, p, given)`` is the normal below which, given the other, lies probability
Φ(p); ``probability(graph, parameters, z, given)`` is that p again. The copulas are exchangeable, so that it does not
matter which of the two is given. Source: Joe 2014, *Dependence Modeling with Copulas*, chapter 4; for Gumbel's copula,
with x = −log u of the given one, w = x·e^κ solves w + (θ − 1)·log w = x + (θ − 1)·log x − log t, and y^θ = w^θ − x^θ.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from burncast.distributions import copula_tables as tables
from burncast.distributions.correlation import t_copula_tables, t_quantile_table
from burncast.engine.dependence.copulas import asinh, looked_up
from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node

__all__ = ["PAIRS", "ConditionalLaw"]

Parameters = tuple[float, ...]
Inversion = Callable[[Graph, Parameters, Node, Node], Node]

_STEPS = 6
"""Newton's steps for Gumbel's copula: the fifth is right to 4e-6, the sixth to 2e-10."""


class ConditionalLaw(NamedTuple):
    """The conditional law of one of two normals given the other."""

    drawn: Inversion
    probability: Inversion


def _alone(graph: Graph, parameters: Parameters, node: Node, given: Node) -> Node:  # noqa: ARG001
    return node


def _gaussian_drawn(graph: Graph, parameters: Parameters, p: Node, given: Node) -> Node:
    rho = parameters[0]
    return _sum(graph, _scaled(graph, p, math.sqrt(1 - rho * rho)), _scaled(graph, given, rho))


def _gaussian_probability(graph: Graph, parameters: Parameters, z: Node, given: Node) -> Node:
    rho = parameters[0]
    return _scaled(graph, _sum(graph, z, _scaled(graph, given, -rho)), 1 / math.sqrt(1 - rho * rho))


def _student_drawn(graph: Graph, parameters: Parameters, p: Node, given: Node) -> Node:
    rho, df = parameters
    sine, cosine = _hyperbolic(graph, looked_up(graph, given, t_quantile_table(df)))
    own, _ = _hyperbolic(graph, looked_up(graph, p, t_quantile_table(df + 1)))
    spread = _scaled(graph, graph.apply("multiply", cosine, own), math.sqrt(1 - rho * rho))
    ratio = _sum(graph, spread, _scaled(graph, sine, rho))
    return looked_up(graph, asinh(graph, ratio), t_copula_tables(df)[1])


def _student_probability(graph: Graph, parameters: Parameters, z: Node, given: Node) -> Node:
    rho, df = parameters
    sine, cosine = _hyperbolic(graph, looked_up(graph, given, t_quantile_table(df)))
    own, _ = _hyperbolic(graph, looked_up(graph, z, t_quantile_table(df)))
    apart = _scaled(graph, _sum(graph, own, _scaled(graph, sine, -rho)), 1 / math.sqrt(1 - rho * rho))
    return looked_up(graph, asinh(graph, graph.apply("divide", apart, cosine)), t_copula_tables(df + 1)[1])


def _clayton_drawn(graph: Graph, parameters: Parameters, p: Node, given: Node) -> Node:
    theta = parameters[0]
    lifted = looked_up(graph, given, tables.exponential(theta))
    place = _sum(graph, looked_up(graph, p, tables.clayton_ratio(theta / (1 + theta))), lifted)
    return looked_up(graph, asinh(graph, place), tables.clayton_normal(theta))


def _clayton_probability(graph: Graph, parameters: Parameters, z: Node, given: Node) -> Node:
    theta = parameters[0]
    lifted = looked_up(graph, given, tables.exponential(-theta))
    place = _sum(graph, looked_up(graph, z, tables.clayton_ratio(theta)), lifted)
    return looked_up(graph, asinh(graph, place), tables.clayton_normal(theta / (1 + theta)))


def _frank_drawn(graph: Graph, parameters: Parameters, p: Node, given: Node) -> Node:
    theta = parameters[0]
    if theta == 0.0:
        return p
    odds = _sum(graph, looked_up(graph, p, tables.logit()), _scaled(graph, graph.apply("normal_cdf", given), theta))
    return looked_up(graph, odds, tables.frank_normal(theta))


def _frank_probability(graph: Graph, parameters: Parameters, z: Node, given: Node) -> Node:
    theta = parameters[0]
    if theta == 0.0:
        return z
    shift = _scaled(graph, graph.apply("normal_cdf", given), -theta)
    odds = _sum(graph, looked_up(graph, z, tables.frank_logit(theta)), shift)
    return looked_up(graph, odds, tables.normal_of_logit())


def _gumbel_drawn(graph: Graph, parameters: Parameters, p: Node, given: Node) -> Node:
    """y from Newton's method on x·(e^κ − 1) + (θ − 1)·κ = −log t, which is convex, from the least upper bound on."""
    theta = parameters[0]
    if theta == 1.0:
        return p
    one = graph.constant(1.0)
    x, e = looked_up(graph, given, tables.exponential()), looked_up(graph, p, tables.exponential())
    slow = graph.constant(theta - 1)
    straight = graph.apply("divide", e, _sum(graph, x, slow))
    curved = graph.apply("log", _sum(graph, graph.apply("divide", e, x), one))
    root = graph.apply("minimum", straight, curved)
    for _ in range(_STEPS):
        grown = graph.apply("multiply", x, graph.apply("exp", root))
        excess = _sum(graph, graph.apply("subtract", grown, x), graph.apply("multiply", root, slow))
        step = graph.apply("divide", graph.apply("subtract", excess, e), _sum(graph, grown, slow))
        root = graph.apply("maximum", graph.apply("subtract", root, step), graph.constant(0.0))
    lost = graph.apply("subtract", one, graph.apply("exp", _scaled(graph, root, -theta)))
    tail = _sum(graph, root, _scaled(graph, graph.apply("log", lost), 1 / theta))
    scaled = _sum(graph, looked_up(graph, given, tables.log_exponential()), tail)
    return looked_up(graph, scaled, tables.normal_of_log_exponential())


def _gumbel_probability(graph: Graph, parameters: Parameters, z: Node, given: Node) -> Node:
    theta = parameters[0]
    if theta == 1.0:
        return z
    one = graph.constant(1.0)
    x = looked_up(graph, given, tables.exponential())
    own = looked_up(graph, z, tables.log_exponential())
    apart = _scaled(graph, graph.apply("subtract", own, looked_up(graph, given, tables.log_exponential())), theta)
    size = graph.apply("negate", graph.apply("absolute", apart))
    bent = graph.apply("log", _sum(graph, graph.apply("exp", size), one))
    root = _scaled(graph, _sum(graph, graph.apply("maximum", apart, graph.constant(0.0)), bent), 1 / theta)
    grown = graph.apply("subtract", graph.apply("multiply", x, graph.apply("exp", root)), x)
    left = _sum(graph, grown, _scaled(graph, root, theta - 1))
    return looked_up(graph, graph.apply("log", left), tables.normal_of_log_exponential())


def _sum(graph: Graph, first: Node, second: Node) -> Node:
    return graph.apply("add", first, second)


def _scaled(graph: Graph, node: Node, factor: float) -> Node:
    return graph.apply("multiply", node, graph.constant(factor))


def _hyperbolic(graph: Graph, node: Node) -> tuple[Node, Node]:
    """Hyperbolic sine and cosine."""
    grown = graph.apply("exp", node)
    shrunk = graph.apply("divide", graph.constant(1.0), grown)
    sine = graph.apply("subtract", grown, shrunk)
    return _scaled(graph, sine, 0.5), _scaled(graph, _sum(graph, grown, shrunk), 0.5)


PAIRS: dict[str, ConditionalLaw] = {
    "independence": ConditionalLaw(_alone, _alone),
    "gaussian": ConditionalLaw(_gaussian_drawn, _gaussian_probability),
    "student": ConditionalLaw(_student_drawn, _student_probability),
    "clayton": ConditionalLaw(_clayton_drawn, _clayton_probability),
    "gumbel": ConditionalLaw(_gumbel_drawn, _gumbel_probability),
    "frank": ConditionalLaw(_frank_drawn, _frank_probability),
}
"""The conditional laws by family; rotations are the caller's."""
