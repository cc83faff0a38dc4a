"""The functions and processes of the scenario language: their parameters, and how a call is matched with them.

Each entry is a signature as an analyst writes it; a parameter with ``=`` may be left out. What a function computes
stands in :mod:`burncast.engine.lowering.lowering_functions`, what a process does in
:mod:`burncast.engine.lowering.processes`.
"""

from __future__ import annotations

from dataclasses import dataclass

from burncast.distributions.errors import FormulaError, nearest_name
from burncast.engine.language.expressions import Call, Expression

__all__ = ["FUNCTIONS", "PROCESSES", "Signature", "bind"]


@dataclass(frozen=True, slots=True)
class Signature:
    """``parameters`` in order, each required or not; ``variadic`` functions take at least ``least`` positional ones."""

    text: str
    meaning: str
    parameters: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()
    variadic: bool = False
    least: int = 0

    @staticmethod
    def of(text: str, meaning: str) -> Signature:
        """Read a signature such as ``"lag(x, periods, initial=)"`` or ``"min(a, b, ...)"``."""
        inside = text[text.index("(") + 1 : text.rindex(")")]
        names = [part.strip() for part in inside.split(",")] if inside else []
        if "..." in names:
            return Signature(text, meaning, variadic=True, least=names.index("..."))
        parameters = tuple(name.rstrip("=") for name in names)
        return Signature(text, meaning, parameters, frozenset(n for n in names if not n.endswith("=")))


def _table(*rows: tuple[str, str]) -> dict[str, Signature]:
    return {text[: text.index("(")]: Signature.of(text, meaning) for text, meaning in rows}


FUNCTIONS = _table(
    ("min(a, b, ...)", "the least of its arguments"),
    ("max(a, b, ...)", "the greatest of its arguments"),
    ("abs(x)", "absolute value"),
    ("exp(x)", "e to the power x"),
    ("log(x)", "natural logarithm"),
    ("sqrt(x)", "square root"),
    ("pow(x, y)", "x to the power y, as x ** y"),
    ("floor(x)", "the greatest whole number that is at most x"),
    ("ceil(x)", "the least whole number that is at least x"),
    ("round(x)", "the nearest whole number, halves upward"),
    ("clip(x, low, high)", "x, but at least low and at most high"),
    ("where(condition, then, otherwise)", "then where the condition holds, else otherwise"),
    ("choose(state, first, second, ...)", "the argument at the position of a regime's state, the first for state 0"),
    ("logistic(x)", "1 / (1 + exp(-x))"),
    ("normal_cdf(x)", "standard normal distribution function"),
    ("interp(x, xs, ys)", "straight lines through the points (xs, ys), held beyond both ends"),
    ("lag(x, periods, initial=)", "x that many periods ago; before that initial, or x's first value (DELAY FIXED)"),
    ("delay(x, mean, order=)", "x after an exponential delay of that mean, in periods (DELAY1, DELAY3)"),
    ("smooth(x, mean)", "exponential smoothing with that mean age, in periods (SMOOTH)"),
    ("trailing_sum(x, periods)", "sum of x over this and the preceding periods, as many as given"),
    ("trailing_mean(x, periods)", "mean of x over this and the preceding periods, as many as there are"),
    ("cumulative(x)", "sum of x from the first period to this one"),
    ("pulse(start, width=)", "1 from period start for width (1) periods, else 0 (PULSE)"),
    ("step(height, start)", "height from period start on, before it 0 (STEP)"),
    ("ramp(slope, start, end=)", "rises by slope a period from start to end (RAMP)"),
    ("after(start)", "1 from a period or a date on, before it 0"),
    ("seasonal(amplitude, peak=)", "1 + amplitude * cos around a calendar month, or a list of 12 monthly factors"),
    ("per_period(x)", "a balance as an amount per period: x itself, its unit divided by the step"),
    ("sum(x, over=)", "sum over one dimension, or over all"),
    ("mean(x, over=)", "mean over one dimension, or over all"),
    ("chance(probability)", "1 with that probability in each period, else 0"),
    ("poisson(rate)", "a Poisson count with that mean in each period"),
    ("binomial(trials, probability)", "a binomial count in each period"),
    ("limited_mean(law, cap)", "E[min(X, cap)] of a lognormal, pareto or exponential X"),
)
"""Functions of formulas."""

PROCESSES = _table(
    ("gbm(start, drift=, volatility=)", "geometric Brownian motion, E[S_t] = start * exp(drift * t)"),
    ("ou(start, mean, half_life=, speed=, volatility=)", "Ornstein-Uhlenbeck process"),
    ("log_ou(start, mean, half_life=, speed=, volatility=)", "exp of an Ornstein-Uhlenbeck process around log(mean)"),
    ("random_walk(start, drift=, volatility=)", "Brownian motion with drift"),
    ("ar1(start, mean, phi, sd)", "first-order autoregression, per period"),
    ("jumps(rate, size, decay=, start=)", "compound Poisson jumps; what is left of earlier ones decays"),
    ("markov(transition, start=)", "state of a Markov chain, transition probabilities per period"),
    ("iid(distribution)", "a fresh draw every period"),
)  # fmt: skip
"""Processes."""


def bind(signature: Signature, call: Call) -> dict[str, Expression]:
    """Match a call's arguments with the parameters; positional ones of a variadic function are keyed "0", "1", …."""
    keywords = dict(call.keywords)
    if signature.variadic:
        if keywords:
            raise FormulaError(f"{call.function}() takes no keyword {next(iter(keywords))!r}", expected=signature.text)
        if len(call.arguments) < signature.least:
            raise FormulaError(f"{call.function}() has {len(call.arguments)} arguments", expected=signature.text)
        return {str(position): argument for position, argument in enumerate(call.arguments)}
    if len(call.arguments) > len(signature.parameters):
        raise FormulaError(f"{call.function}() has {len(call.arguments)} arguments", expected=signature.text)
    bound = dict(zip(signature.parameters, call.arguments, strict=False))
    for name, value in keywords.items():
        if name not in signature.parameters:
            nearest = nearest_name(name, signature.parameters)
            raise FormulaError(f"{call.function}() has no parameter {name!r}", expected=signature.text, nearest=nearest)
        if name in bound:
            raise FormulaError(f"{call.function}() has {name!r} twice", expected=signature.text)
        bound[name] = value
    for name in signature.parameters:
        if name in signature.required and name not in bound:
            raise FormulaError(f"{call.function}() lacks {name!r}", expected=signature.text)
    return bound
