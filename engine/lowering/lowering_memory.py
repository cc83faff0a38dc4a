"""The functions of formulas that remember: lags, delays, smoothing, trailing windows, running totals."""

from __future__ import annotations

from burncast.distributions.errors import FormulaError
from burncast.engine.graph.nodes import Node, Rate
from burncast.engine.language import constants
from burncast.engine.language.expressions import Expression, Name, Number, render
from burncast.engine.lowering.scope import Bound, Lowerings, Scope

__all__ = ["MEMORY"]


def _periods(expression: Expression, function: str) -> int:
    count = constants.number(expression)
    if not 1 <= count <= 1200 or count != int(count):
        raise FormulaError(
            f"{function}() looks back {render(expression)} periods", expected="a whole number from 1 to 1200"
        )
    return int(count)


def _lag(scope: Scope, bound: Bound) -> Node:
    scope.require_memory("lag")
    length = _periods(bound["periods"], "lag")
    x = scope.lower(bound["x"])
    arguments: tuple[Node, ...] = (x,)
    if "initial" in bound:
        arguments = (x, scope.lower(bound["initial"]))
    elif isinstance(bound["x"], Name) and (opening := scope.opening(bound["x"].name)) is not None:
        arguments = (x, opening)
    if len(arguments) == 2 and arguments[1].rate is Rate.STEP:
        raise FormulaError("lag() has an initial value that changes", expected="a number or an input")
    dims = scope.graph.union(*arguments)
    return scope.graph.apply(
        "lag", *(scope.graph.broadcast(node, dims) for node in arguments), payload=length, rate=Rate.STEP
    )


def _trailing_sum(scope: Scope, bound: Bound) -> Node:
    scope.require_memory("trailing_sum")
    length = _periods(bound["periods"], "trailing_sum")
    return scope.graph.apply("window", scope.lower(bound["x"]), payload=length, rate=Rate.STEP)


def _trailing_mean(scope: Scope, bound: Bound) -> Node:
    graph = scope.graph
    length = scope.number(float(_periods(bound["periods"], "trailing_mean")))
    seen = graph.apply("maximum", graph.apply("minimum", scope.periods(), length), scope.number(1.0))
    return graph.apply("divide", _trailing_sum(scope, bound), seen)


def _cumulative(scope: Scope, bound: Bound) -> Node:
    scope.require_memory("cumulative")
    x = scope.lower(bound["x"])
    state = scope.graph.state(f"{scope.owner}/cumulative", x.dims)
    state.start = scope.number(0.0)
    state.next = scope.graph.broadcast(scope.graph.apply("add", state.read, x), x.dims)
    return state.next


def _smooth(scope: Scope, bound: Bound) -> Node:
    """s + (x − s)/mean, from the first value of x on."""
    scope.require_memory("smooth")
    graph = scope.graph
    x, mean = scope.lower(bound["x"]), scope.lower(bound["mean"])
    dims = graph.union(x, mean)
    state = graph.state(f"{scope.owner}/smooth", dims)
    state.start = scope.number(0.0)
    closer = graph.apply("add", state.read, graph.apply("divide", graph.apply("subtract", x, state.read), mean))
    state.next = graph.broadcast(graph.apply("where", _first_period(scope), x, closer), dims)
    return state.next


def _delay(scope: Scope, bound: Bound) -> Node:
    """A chain of ``order`` levels, each emptied at order/mean of its content a period, that starts in equilibrium."""
    scope.require_memory("delay")
    graph = scope.graph
    order = _periods(bound.get("order", Number(1.0)), "delay")
    flow, mean = scope.lower(bound["x"]), scope.lower(bound["mean"])
    dims = graph.union(flow, mean)
    stay = graph.apply("divide", mean, scope.number(float(order)))
    for stage in range(order):
        state = graph.state(f"{scope.owner}/delay{stage}", dims)
        state.start = scope.number(0.0)
        first = _first_period(scope)
        level = graph.apply("where", first, graph.apply("multiply", flow, stay), state.read)
        outflow = graph.apply("divide", level, stay)
        remains = graph.apply("subtract", graph.apply("add", level, flow), outflow)
        state.next = graph.broadcast(remains, dims)
        flow = outflow
    return flow


def _first_period(scope: Scope) -> Node:
    return scope.graph.apply("equal", scope.periods(), scope.number(1.0))


MEMORY: Lowerings = {
    "lag": _lag,
    "delay": _delay,
    "smooth": _smooth,
    "trailing_sum": _trailing_sum,
    "trailing_mean": _trailing_mean,
    "cumulative": _cumulative,
}
"""By function name: bound arguments to node."""
