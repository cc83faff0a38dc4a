"""The function ``limited_mean(law, cap)``: E[min(X, cap)] in closed form, whatever the parameters of the law depend on.

E[min(X, c)] is the integral of P(X > x) from 0 to c. Source: Klugman, Panjer and Willmot 2012, *Loss Models*,
appendix A, where it is called the limited expected value. Constant laws are checked while the scenario is compiled; a
parameter that is an expression and is not above 0 makes the result NaN, which ends the run and names the quantity.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

from burncast.distributions.errors import FormulaError
from burncast.distributions.exponential import Exponential
from burncast.distributions.families import FAMILIES
from burncast.distributions.lognormal import Lognormal
from burncast.distributions.pareto import Pareto
from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node
from burncast.engine.language import constants
from burncast.engine.language.expressions import Call, Expression, render
from burncast.engine.lowering.scope import Bound, Scope

__all__ = ["limited_mean"]

_NEAR_ONE = 1e-8
"""Below this distance of a Pareto index from 1 its logarithmic limit is closer than the power law's rounding."""

Parameters: TypeAlias = dict[str, Node]


def limited_mean(scope: Scope, bound: Bound) -> Node:
    """The node of E[min(X, cap)]."""
    written = bound["law"]
    cap = scope.lower(bound["cap"])
    if isinstance(written, Call) and written.function in _CLOSED_FORMS and not constants.is_constant(written):
        return _with_expressions(scope, written, cap)
    graph, number, law = scope.graph, scope.number, constants.law(written)
    if isinstance(law, Lognormal):
        return _lognormal(graph, number(law.mu), number(law.sigma), number(law.mean), cap)
    if isinstance(law, Exponential):
        return _exponential(graph, number(law.mean), cap)
    if isinstance(law, Pareto):
        return _pareto(graph, number(law.alpha), number(law.low), cap)
    raise FormulaError(
        f"limited_mean() of {render(written)}", argument="law", expected="a lognormal, pareto or exponential law"
    )


def _with_expressions(scope: Scope, call: Call, cap: Node) -> Node:
    """The same for a law whose parameters are expressions, by parameters or by mean and sd."""
    stated = FAMILIES[call.function].stated(call.arguments, dict(call.keywords))
    if stated is None:
        raise FormulaError(
            f"limited_mean() of {render(call)}", argument="law", expected="percentiles that are constants"
        )
    return _CLOSED_FORMS[call.function](scope.graph, _parameters(scope, stated), cap)


def _parameters(scope: Scope, stated: dict[str, Expression]) -> Parameters:
    """Parameters as nodes; NaN where one is not above 0, as all but mu must be."""
    graph = scope.graph
    nodes = {name: scope.lower(expression) for name, expression in stated.items()}
    return {
        name: node
        if name == "mu"
        else graph.apply("where", graph.apply("less", scope.number(0.0), node), node, scope.number(math.nan))
        for name, node in nodes.items()
    }


def _of_lognormal(graph: Graph, given: Parameters, cap: Node) -> Node:
    half = graph.constant(0.5)
    if "mean" in given:
        mean = given["mean"]
        ratio = graph.apply("divide", given["sd"], mean)
        variance = graph.apply("log", graph.apply("add", graph.apply("multiply", ratio, ratio), graph.constant(1.0)))
        mu = graph.apply("subtract", graph.apply("log", mean), graph.apply("multiply", variance, half))
        return _lognormal(graph, mu, graph.apply("sqrt", variance), mean, cap)
    mu, sigma = given["mu"], given["sigma"]
    variance = graph.apply("multiply", sigma, sigma)
    mean = graph.apply("exp", graph.apply("add", graph.apply("multiply", variance, half), mu))
    return _lognormal(graph, mu, sigma, mean, cap)


def _of_exponential(graph: Graph, given: Parameters, cap: Node) -> Node:
    mean = given["mean"] if "mean" in given else graph.apply("divide", graph.constant(1.0), given["rate"])
    return _exponential(graph, mean, cap)


def _of_pareto(graph: Graph, given: Parameters, cap: Node) -> Node:
    if "alpha" in given:
        return _pareto(graph, given["alpha"], given["low"], cap)
    one = graph.constant(1.0)
    ratio = graph.apply("divide", given["mean"], given["sd"])
    above_one = graph.apply("sqrt", graph.apply("add", graph.apply("multiply", ratio, ratio), one))
    alpha = graph.apply("add", above_one, one)
    return _pareto(graph, alpha, graph.apply("divide", graph.apply("multiply", given["mean"], above_one), alpha), cap)


def _lognormal(graph: Graph, mu: Node, sigma: Node, mean: Node, cap: Node) -> Node:
    """mean·Φ(u − sigma) + cap·Φ(−u) with u = (log cap − mu)/sigma."""
    score = graph.apply("divide", graph.apply("subtract", graph.apply("log", cap), mu), sigma)
    below = graph.apply("normal_cdf", graph.apply("subtract", score, sigma))
    above = graph.apply("normal_cdf", graph.apply("negate", score))
    return graph.apply("add", graph.apply("multiply", cap, above), graph.apply("multiply", below, mean))


def _exponential(graph: Graph, mean: Node, cap: Node) -> Node:
    """mean·(1 − exp(−cap/mean))."""
    one = graph.constant(1.0)
    slope = graph.apply("divide", graph.constant(-1.0), mean)
    survival = graph.apply("exp", graph.apply("multiply", cap, slope))
    return graph.apply("multiply", graph.apply("subtract", one, survival), mean)


def _pareto(graph: Graph, alpha: Node, low: Node, cap: Node) -> Node:
    """low + low·((c/low)^(1 − alpha) − 1)/(1 − alpha) with c the cap, at least low; the logarithm where alpha is 1."""
    one = graph.constant(1.0)
    ratio = graph.apply("divide", graph.apply("maximum", cap, low), low)
    exponent = graph.apply("subtract", one, alpha)
    near_one = graph.apply("less", graph.apply("absolute", exponent), graph.constant(_NEAR_ONE))
    tail = graph.apply("subtract", graph.apply("power", ratio, exponent), one)
    beyond = graph.apply(
        "where",
        near_one,
        graph.apply("multiply", graph.apply("log", ratio), low),
        graph.apply("multiply", tail, graph.apply("divide", low, exponent)),
    )
    return graph.apply("minimum", cap, graph.apply("add", beyond, low))


_CLOSED_FORMS: dict[str, Callable[[Graph, Parameters, Node], Node]] = {
    "lognormal": _of_lognormal,
    "exponential": _of_exponential,
    "pareto": _of_pareto,
}
