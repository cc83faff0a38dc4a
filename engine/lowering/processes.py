"""The processes: each law as states and shocks of the graph, exact over a period whatever its length.

Rates and volatilities are per year, ``dt`` is the period in years, z a fresh standard normal. Each function returns the
process's value at t and its value at 0 (None where it has none).

Sources: Glasserman 2003, *Monte Carlo Methods in Financial Engineering*, §3.1–3.5 (exact steps of gbm and
Ornstein–Uhlenbeck, compound Poisson); Cont and Tankov 2004, §2.5 (compound Poisson).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from burncast.distributions.discrete import discrete
from burncast.distributions.errors import FormulaError
from burncast.distributions.families import FAMILIES
from burncast.distributions.law import Law
from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node, Rate
from burncast.engine.graph.origins import Origin, form_of_law
from burncast.engine.language import constants
from burncast.engine.language.expressions import Binary, Call, Expression, Number
from burncast.engine.language.functions import FUNCTIONS, PROCESSES, bind
from burncast.engine.lowering.counting import poisson_count
from burncast.engine.lowering.process_values import ProcessValue, carried, ending, is_zero
from burncast.engine.lowering.regimes import lower_markov
from burncast.engine.lowering.scope import Scope

__all__ = ["draw_of_law", "lower_process"]


def lower_process(scope: Scope, call: Call, states: tuple[str, ...] | None) -> ProcessValue:
    """The nodes of a call of one of :data:`~burncast.engine.language.functions.PROCESSES`."""
    bound = bind(PROCESSES[call.function], call)
    if call.function == "markov":
        return lower_markov(scope, bound, states)
    if call.function == "iid":
        law = constants.law(bound["distribution"])
        return ProcessValue(draw_of_law(scope, law, scope.normal()), None)
    if call.function == "jumps":
        return _jumps(scope, bound)
    arguments = {name: scope.lower(argument) for name, argument in bound.items()}
    return _DIFFUSIONS[call.function](scope, arguments)


def draw_of_law(scope: Scope, law: Law | Origin, z: Node) -> Node:
    """A value of ``law`` at the quantile of the standard normal ``z``."""
    graph = scope.graph
    form = form_of_law(law) if isinstance(law, Law) else law.ask(form_of_law)
    if form == "normal":
        return _affine(graph, z, graph.parameter(law, "scale"), graph.parameter(law, "location"))
    if form == "lognormal":
        return graph.apply("exp", _affine(graph, z, graph.parameter(law, "sigma"), graph.parameter(law, "mu")))
    return graph.apply("transport", z, payload=law, rate=Rate.SETUP)


def _affine(graph: Graph, z: Node, slope: Node, level: Node) -> Node:
    """slope·z + level; z is finite, so that a slope of 0 leaves the level."""
    if is_zero(slope):
        return level
    return graph.apply("add", graph.apply("multiply", z, slope), level)


def _gbm(scope: Scope, arguments: dict[str, Node]) -> ProcessValue:
    """x·exp((drift − volatility²/2)·dt + volatility·√dt·z)."""
    graph, dt = scope.graph, scope.scenario.dt
    start = arguments["start"]
    drift, volatility = (arguments.get(name, scope.number(0.0)) for name in ("drift", "volatility"))
    z, state = carried(scope, graph.union(start, drift, volatility), start)
    variance = graph.apply("multiply", graph.apply("multiply", volatility, volatility), scope.number(0.5))
    trend = graph.apply("multiply", graph.apply("subtract", drift, variance), scope.number(dt))
    spread = graph.apply("multiply", volatility, scope.number(math.sqrt(dt)))
    growth = graph.apply("exp", _affine(graph, z, spread, trend))
    return ending(scope, state, graph.apply("multiply", state.read, growth), start)


def _random_walk(scope: Scope, arguments: dict[str, Node]) -> ProcessValue:
    """x + drift·dt + volatility·√dt·z."""
    graph, dt = scope.graph, scope.scenario.dt
    start = arguments["start"]
    drift, volatility = (arguments.get(name, scope.number(0.0)) for name in ("drift", "volatility"))
    z, state = carried(scope, graph.union(start, drift, volatility), start)
    trend = graph.apply("add", state.read, graph.apply("multiply", drift, scope.number(dt)))
    spread = graph.apply("multiply", volatility, scope.number(math.sqrt(dt)))
    return ending(scope, state, _affine(graph, z, spread, trend), start)


def _ar1(scope: Scope, arguments: dict[str, Node]) -> ProcessValue:
    """mean + phi·(x − mean) + sd·z, per period."""
    start, mean, phi, sd = (arguments[name] for name in ("start", "mean", "phi", "sd"))
    return _reverting(scope, start, mean, phi, sd)


def _ou(scope: Scope, arguments: dict[str, Node]) -> ProcessValue:
    """Exact step of dx = speed·(mean − x)·dt + volatility·dW."""
    phi, sd = _decay(scope, arguments)
    return _reverting(scope, arguments["start"], arguments["mean"], phi, sd)


def _log_ou(scope: Scope, arguments: dict[str, Node]) -> ProcessValue:
    """exp of an Ornstein–Uhlenbeck process around log(mean)."""
    graph = scope.graph
    phi, sd = _decay(scope, arguments)
    start, mean = (graph.apply("log", arguments[name]) for name in ("start", "mean"))
    inner = _reverting(scope, start, mean, phi, sd)
    opening = arguments["start"] if inner.opening is start else graph.broadcast(arguments["start"], inner.value.dims)
    return ProcessValue(graph.apply("exp", inner.value), opening)


def _decay(scope: Scope, arguments: dict[str, Node]) -> tuple[Node, Node]:
    """What is left of a deviation after one period, and the standard deviation of the period's innovation."""
    graph, dt = scope.graph, scope.scenario.dt
    if ("half_life" in arguments) == ("speed" in arguments):
        raise FormulaError(
            "mean reversion must be stated once", expected="either half_life= (years) or speed= (1/year)"
        )
    if "speed" in arguments:
        speed = arguments["speed"]
    else:
        speed = graph.apply("divide", scope.number(math.log(2.0)), arguments["half_life"])
    volatility = arguments.get("volatility", scope.number(0.0))
    phi = graph.apply("exp", graph.apply("multiply", speed, scope.number(-dt)))
    lost = graph.apply("subtract", scope.number(1.0), graph.apply("multiply", phi, phi))
    variance = graph.apply("divide", lost, graph.apply("multiply", speed, scope.number(2.0)))
    return phi, graph.apply("multiply", volatility, graph.apply("sqrt", variance))


def _reverting(scope: Scope, start: Node, mean: Node, phi: Node, sd: Node) -> ProcessValue:
    graph = scope.graph
    z, state = carried(scope, graph.union(start, mean, phi, sd), start)
    if is_zero(sd) and graph.same(start, mean):
        return ending(scope, state, state.read, start)
    pull = graph.apply("multiply", mean, graph.apply("subtract", scope.number(1.0), phi))
    expected = graph.apply("add", graph.apply("multiply", state.read, phi), pull)
    return ending(scope, state, _affine(graph, z, sd, expected), start)


_DIFFUSIONS: dict[str, Callable[[Scope, dict[str, Node]], ProcessValue]] = {
    "gbm": _gbm,
    "random_walk": _random_walk,
    "ar1": _ar1,
    "ou": _ou,
    "log_ou": _log_ou,
}


def _jumps(scope: Scope, bound: dict[str, Expression]) -> ProcessValue:
    """x·exp(−decay·dt) + Σ size·exp(−decay·age): Poisson arrivals, uniform over the period, of independent sizes."""
    graph, dt = scope.graph, scope.scenario.dt
    law, scale = _size_of_jumps(scope, bound["size"])
    rate = graph.apply("multiply", scope.lower(bound["rate"]), scope.number(dt))
    decay = graph.apply("multiply", scope.lower(bound.get("decay", Number(0.0))), scope.number(dt))
    start = scope.lower(bound.get("start", Number(0.0)))
    z, state = carried(scope, graph.union(rate, decay, start, *scale), start)
    dims = state.read.dims
    if is_zero(rate) and is_zero(start):
        return ending(scope, state, state.read, start)
    count = poisson_count(graph, z, rate)
    permanent = is_zero(decay)
    sizes = scope.stream_names(dims, "#size")
    ages = () if permanent else scope.stream_names(dims, "#age")
    age_rate = graph.broadcast(decay, dims)
    fresh = graph.apply("jumps", count, age_rate, payload=(law, sizes, ages), rate=Rate.STEP)
    for factor in scale:
        fresh = graph.apply("multiply", fresh, factor)
    kept = graph.apply("exp", graph.apply("negate", decay))
    left = graph.apply("multiply", state.read, kept)
    return ending(scope, state, graph.apply("add", left, fresh), start)


def _size_of_jumps(scope: Scope, size: Expression) -> tuple[Law, list[Node]]:
    """The law of a jump, and what the jumps of a period are multiplied by: a law, an expression, or one times one."""
    if isinstance(size, Number):
        return discrete([size.value]), []
    if isinstance(size, Binary) and size.op == "*":
        # A name that is a function too is the law only where the other side is none.
        for law, factor in sorted(((size.left, size.right), (size.right, size.left)), key=lambda pair: _draws(pair[0])):
            if _is_law(law):
                return constants.law(law), [scope.lower(factor)]
    return (constants.law(size), []) if _is_law(size) else (discrete([1.0]), [scope.lower(size)])


def _draws(expression: Expression) -> bool:
    return isinstance(expression, Call) and expression.function in FUNCTIONS


def _is_law(expression: Expression) -> bool:
    return isinstance(expression, Call) and expression.function in FAMILIES
