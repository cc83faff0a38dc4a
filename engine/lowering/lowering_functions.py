"""The functions of formulas as nodes: what each of :data:`burncast.engine.language.functions.FUNCTIONS` computes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from scipy import special

from burncast.distributions.errors import FormulaError
from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node, Rate
from burncast.engine.graph.origins import equals, is_probability
from burncast.engine.language import constants
from burncast.engine.language.expressions import Name, Text, render
from burncast.engine.lowering.counting import poisson_count
from burncast.engine.lowering.lowering_limited_mean import limited_mean
from burncast.engine.lowering.lowering_memory import MEMORY
from burncast.engine.lowering.lowering_time import TIME
from burncast.engine.lowering.scope import Bound, Lowerings, Scope

__all__ = ["LOWERINGS", "power"]


def power(graph: Graph, base: Node, exponent: Node) -> Node:
    """base ** exponent; small whole exponents are products, one half is a square root."""
    if not exponent.dims and exponent.rate is Rate.CONST and not base.known:
        value = next((one for one in (0.5, 1.0, 2.0, 3.0, 4.0, -1.0) if exponent.holds(equals(one))), None)
        if value == 0.5:
            return graph.apply("sqrt", base)
        if value == -1.0:
            return graph.apply("divide", graph.constant(1.0), base)
        if value is not None:
            square = graph.apply("multiply", base, base) if value > 1.0 else base
            if value == 3.0:
                return graph.apply("multiply", square, base)
            return graph.apply("multiply", square, square) if value == 4.0 else square
    return graph.apply("power", base, exponent)


def _elementwise(op: str) -> Callable[[Scope, Bound], Node]:
    return lambda scope, bound: scope.graph.apply(op, *(scope.lower(argument) for argument in bound.values()))


def _chained(op: str) -> Callable[[Scope, Bound], Node]:
    def lowering(scope: Scope, bound: Bound) -> Node:
        node, *others = (scope.lower(argument) for argument in bound.values())
        for other in others:
            node = scope.graph.apply(op, node, other)
        return node

    return lowering


def _ceil(scope: Scope, bound: Bound) -> Node:
    graph = scope.graph
    return graph.apply("negate", graph.apply("floor", graph.apply("negate", scope.lower(bound["x"]))))


def _round(scope: Scope, bound: Bound) -> Node:
    return scope.graph.apply("floor", scope.graph.apply("add", scope.lower(bound["x"]), scope.number(0.5)))


def _clip(scope: Scope, bound: Bound) -> Node:
    x, low, high = (scope.lower(bound[name]) for name in ("x", "low", "high"))
    return scope.graph.apply("minimum", scope.graph.apply("maximum", x, low), high)


def _logistic(scope: Scope, bound: Bound) -> Node:
    graph, one = scope.graph, scope.number(1.0)
    decay = graph.apply("exp", graph.apply("negate", scope.lower(bound["x"])))
    return graph.apply("divide", one, graph.apply("add", decay, one))


def _choose(scope: Scope, bound: Bound) -> Node:
    graph = scope.graph
    state, *options = (scope.lower(argument) for argument in bound.values())
    node = options[-1]
    for number in range(len(options) - 2, -1, -1):
        node = graph.apply("where", graph.apply("equal", state, scope.number(float(number))), options[number], node)
    return node


def _interp(scope: Scope, bound: Bound) -> Node:
    xs, ys = (constants.numbers(bound[name]) for name in ("xs", "ys"))
    if len(xs) != len(ys) or len(xs) < 2:
        raise FormulaError(
            f"interp() has {len(xs)} xs and {len(ys)} ys", expected="two or more points, one y for each x"
        )
    if any(not left < right for left, right in pairwise(xs)):
        raise FormulaError("interp() has xs out of order", expected="xs that rise from each to the next")
    return scope.graph.apply("interp", scope.lower(bound["x"]), payload=(tuple(xs), tuple(ys)))


def _sum(scope: Scope, bound: Bound) -> Node:
    node = scope.lower(bound["x"])
    return scope.graph.total(node, _summed(bound, node))


def _mean(scope: Scope, bound: Bound) -> Node:
    node = scope.lower(bound["x"])
    dims = _summed(bound, node)
    return scope.graph.apply("divide", scope.graph.total(node, dims), scope.number(float(scope.graph.elements(dims))))


def _summed(bound: Bound, node: Node) -> tuple[str, ...]:
    over = bound.get("over")
    if over is None:
        return node.dims
    name = over.value if isinstance(over, Text) else over.name if isinstance(over, Name) else None
    if name not in node.dims:
        raise FormulaError(
            f"sum or mean over {render(over)}, but the value has no such dimension",
            expected=f"one of {', '.join(node.dims)}" if node.dims else "a value with dimensions",
        )
    return (name,)


def _chance(scope: Scope, bound: Bound) -> Node:
    scope.require_memory("chance")
    graph = scope.graph
    probability = scope.lower(bound["probability"])
    z = scope.normal(probability.dims)
    if probability.known:
        if not probability.holds(is_probability):
            raise FormulaError("chance() of a number outside 0 to 1", expected="a probability")
        return graph.apply("less", z, graph.derived("normal quantile", special.ndtri, (probability,)))
    return graph.apply("less", graph.apply("normal_cdf", z), probability)


def _poisson(scope: Scope, bound: Bound) -> Node:
    scope.require_memory("poisson")
    rate = scope.lower(bound["rate"])
    return poisson_count(scope.graph, scope.normal(rate.dims), rate)


def _binomial(scope: Scope, bound: Bound) -> Node:
    scope.require_memory("binomial")
    trials, probability = scope.lower(bound["trials"]), scope.lower(bound["probability"])
    z = scope.normal(scope.graph.union(trials, probability))
    return scope.graph.apply("binomial", z, trials, probability, rate=Rate.STEP)


LOWERINGS: Lowerings = {
    **MEMORY,
    **TIME,
    "min": _chained("minimum"),
    "max": _chained("maximum"),
    "abs": _elementwise("absolute"),
    "exp": _elementwise("exp"),
    "log": _elementwise("log"),
    "sqrt": _elementwise("sqrt"),
    "pow": lambda scope, bound: power(scope.graph, scope.lower(bound["x"]), scope.lower(bound["y"])),
    "floor": _elementwise("floor"),
    "ceil": _ceil,
    "round": _round,
    "clip": _clip,
    "where": _elementwise("where"),
    "choose": _choose,
    "logistic": _logistic,
    "normal_cdf": _elementwise("normal_cdf"),
    "interp": _interp,
    "per_period": lambda scope, bound: scope.lower(bound["x"]),
    "sum": _sum,
    "mean": _mean,
    "chance": _chance,
    "poisson": _poisson,
    "binomial": _binomial,
    "limited_mean": limited_mean,
}
"""By function name: bound arguments to node."""
