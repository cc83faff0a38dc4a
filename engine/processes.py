"""The processes: each law as states and shocks of the graph, exact over a period whatever its length.

Rates and volatilities are per year, ``dt`` is the period in years, z a fresh standard normal. Each function returns the
process's value at t and its value at 0 (None where it has none).

Sources: Glasserman 2003, *Monte Carlo Methods in Financial Engineering*, §3.1–3.5 (exact steps of gbm and
Ornstein–Uhlenbeck, compound Poisson); Cont and Tankov 2004, §2.5 (compound Poisson); Hamilton 1989 (Markov regimes).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from burncast.distributions.discrete import discrete
from burncast.distributions.errors import FormulaError, nearest_name
from burncast.distributions.law import Law
from burncast.distributions.lognormal import Lognormal
from burncast.distributions.normal import Normal
from burncast.engine import constants
from burncast.engine.counting import poisson_count
from burncast.engine.expressions import Call, Expression, Number, Sequence, Text, render
from burncast.engine.functions import PROCESSES, bind
from burncast.engine.graph import Graph, Node, Rate, State
from burncast.engine.scope import Scope

__all__ = ["ProcessValue", "draw_of_law", "lower_process"]


@dataclass(frozen=True, slots=True)
class ProcessValue:
    """A process's value at t, and at 0."""

    value: Node
    opening: Node | None


def lower_process(scope: Scope, call: Call, states: tuple[str, ...] | None) -> ProcessValue:
    """The nodes of a call of one of :data:`~burncast.engine.functions.PROCESSES`."""
    bound = bind(PROCESSES[call.function], call)
    if call.function == "markov":
        return _markov(scope, bound, states)
    if call.function == "iid":
        law = constants.law(bound["distribution"])
        return ProcessValue(draw_of_law(scope, law, scope.normal()), None)
    if call.function == "jumps":
        return _jumps(scope, bound)
    arguments = {name: scope.lower(argument) for name, argument in bound.items()}
    return _DIFFUSIONS[call.function](scope, arguments)


def draw_of_law(scope: Scope, law: Law, z: Node) -> Node:
    """A value of ``law`` at the quantile of the standard normal ``z``."""
    graph = scope.graph
    if isinstance(law, Normal):
        return _affine(graph, z, graph.constant(law.scale), graph.constant(law.location))
    if isinstance(law, Lognormal):
        return graph.apply("exp", _affine(graph, z, graph.constant(law.sigma), graph.constant(law.mu)))
    return graph.apply("transport", z, payload=law, rate=Rate.SETUP)


def _affine(graph: Graph, z: Node, slope: Node, level: Node) -> Node:
    return graph.apply("add", graph.apply("multiply", z, slope), level)


def _gbm(scope: Scope, arguments: dict[str, Node]) -> ProcessValue:
    """x·exp((drift − volatility²/2)·dt + volatility·√dt·z)."""
    graph, dt = scope.graph, scope.scenario.dt
    start = arguments["start"]
    drift, volatility = (arguments.get(name, scope.number(0.0)) for name in ("drift", "volatility"))
    z, state = _carried(scope, graph.union(start, drift, volatility), start)
    variance = graph.apply("multiply", graph.apply("multiply", volatility, volatility), scope.number(0.5))
    trend = graph.apply("multiply", graph.apply("subtract", drift, variance), scope.number(dt))
    spread = graph.apply("multiply", volatility, scope.number(math.sqrt(dt)))
    growth = graph.apply("exp", _affine(graph, z, spread, trend))
    return _ending(scope, state, graph.apply("multiply", state.read, growth), start)


def _random_walk(scope: Scope, arguments: dict[str, Node]) -> ProcessValue:
    """x + drift·dt + volatility·√dt·z."""
    graph, dt = scope.graph, scope.scenario.dt
    start = arguments["start"]
    drift, volatility = (arguments.get(name, scope.number(0.0)) for name in ("drift", "volatility"))
    z, state = _carried(scope, graph.union(start, drift, volatility), start)
    trend = graph.apply("add", state.read, graph.apply("multiply", drift, scope.number(dt)))
    spread = graph.apply("multiply", volatility, scope.number(math.sqrt(dt)))
    return _ending(scope, state, _affine(graph, z, spread, trend), start)


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
    z, state = _carried(scope, graph.union(start, mean, phi, sd), start)
    pull = graph.apply("multiply", mean, graph.apply("subtract", scope.number(1.0), phi))
    expected = graph.apply("add", graph.apply("multiply", state.read, phi), pull)
    return _ending(scope, state, _affine(graph, z, sd, expected), start)


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
    size = bound["size"]
    law = discrete([constants.number(size)]) if isinstance(size, Number) else constants.law(size)
    rate = graph.apply("multiply", scope.lower(bound["rate"]), scope.number(dt))
    decay = graph.apply("multiply", scope.lower(bound.get("decay", Number(0.0))), scope.number(dt))
    start = scope.lower(bound.get("start", Number(0.0)))
    z, state = _carried(scope, graph.union(rate, decay, start), start)
    dims = state.read.dims
    count = poisson_count(graph, z, rate)
    permanent = decay.known and not np.any(decay.values)
    sizes = scope.stream_names(dims, "#size")
    ages = () if permanent else scope.stream_names(dims, "#age")
    age_rate = graph.broadcast(decay, dims)
    fresh = graph.apply("jumps", count, age_rate, payload=(law, sizes, ages), rate=Rate.STEP)
    kept = graph.apply("exp", graph.apply("negate", decay))
    left = graph.apply("multiply", state.read, kept)
    return _ending(scope, state, graph.apply("add", left, fresh), start)


def _markov(scope: Scope, bound: dict[str, Expression], states: tuple[str, ...] | None) -> ProcessValue:
    """The next state is the inverse of the current row's cumulative probabilities at Φ(z)."""
    graph = scope.graph
    rows = bound["transition"]
    if not isinstance(rows, Sequence):
        raise FormulaError("transition is not a matrix", expected="a list of rows, [[0.97, 0.03], [0.10, 0.90]]")
    matrix = [constants.numbers(row) for row in rows.items]
    count = len(matrix)
    for number, row in enumerate(matrix):
        if len(row) != count:
            raise FormulaError(f"row {number} of transition has {len(row)} entries", expected=f"{count}, one per state")
        _check_probabilities(row, f"row {number} of transition")
    if states is not None and len(states) != count:
        raise FormulaError(f"transition has {count} states, states names {len(states)}", expected="one name per state")
    start = bound.get("start", Number(0.0))
    if isinstance(start, Sequence):
        chances = constants.numbers(start)
        _check_probabilities(chances, "start")
        if len(chances) != count:
            raise FormulaError(f"start has {len(chances)} probabilities", expected=f"{count}, one per state")
        law = discrete([float(state) for state in range(count)], chances)
        at_setup = replace(scope, once=True)
        opening = graph.apply("transport", at_setup.normal((), "#start"), payload=law, rate=Rate.SETUP)
    else:
        opening = scope.number(_state_number(start, states, count))
    z, state = _carried(scope, opening.dims, opening)
    cumulative = np.cumsum(np.array(matrix), axis=1)[:, :-1]
    thresholds = special.ndtri(np.clip(cumulative, 0.0, 1.0))
    payload = tuple(tuple(float(edge) for edge in row) for row in thresholds)
    return _ending(scope, state, graph.apply("markov", state.read, z, payload=payload, rate=Rate.STEP), opening)


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


def _check_probabilities(values: list[float], what: str) -> None:
    if any(not 0.0 <= value <= 1.0 for value in values) or abs(sum(values) - 1.0) > 1e-9:
        raise FormulaError(f"{what} adds up to {sum(values):g}", expected="probabilities that add up to 1")


def _carried(scope: Scope, dims: tuple[str, ...], start: Node) -> tuple[Node, State]:
    """The shock and the state of a process over ``dims`` and the dimensions declared for it."""
    z = scope.normal(dims)
    state = scope.graph.state(scope.owner, z.dims)
    state.start = start
    return z, state


def _ending(scope: Scope, state: State, value: Node, start: Node) -> ProcessValue:
    state.next = scope.graph.broadcast(value, state.dims)
    return ProcessValue(state.next, scope.graph.broadcast(start, state.dims))
