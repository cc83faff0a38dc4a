"""The numbers by which a call states a law, once the law has moved (:mod:`burncast.engine.inputs.motion`).

A scaling multiplies ends, percentiles and scales and leaves shapes as they were; a shift adds to places alone; a slide
moves places between its ends. A beta law keeps a + b in a slide, and its mean slides. A truncated law keeps its ends,
and what is truncated moves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from burncast.distributions.families import FAMILIES
from burncast.engine.inputs.motion import Motion
from burncast.engine.language import constants
from burncast.engine.language.expressions import Call, Expression, Number, Sequence

__all__ = ["UnmovedError", "argument_names", "is_of_counts", "moved_call", "rounded"]

Arguments = dict[str, Expression]

_PLACES = frozenset({"low", "mode", "high", "mean", "location", "loc", "values", "sample", "edges"})
_SPREADS = frozenset({"sd", "scale", "bandwidth"})
_ALSO_SCALED = {
    "inverse_gaussian": "shape",
    "bernoulli": "p",
    "poisson": "rate",
    "binomial": "probability",
}
"""Arguments that a scaling multiplies, beside those that bear a name of ``_PLACES`` or ``_SPREADS``."""

_FROM_ZERO = frozenset(
    {
        *("lognormal", "gamma", "weibull", "exponential", "pareto", "loglogistic", "inverse_gaussian", "burr"),
        *("frechet", "bernoulli", "poisson", "binomial", "negative_binomial", "beta_binomial", "zero_inflated"),
        *("hurdle", "beta", "johnson_sb"),
    }
)
"""Families that begin where they begin: their own numbers cannot shift them."""

_DEFAULTS = {
    "student_t": {"mean": 0.0, "scale": 1.0},
    "gpareto": {"low": 0.0},
    "johnson_su": {"location": 0.0, "scale": 1.0},
    "scipy": {"loc": 0.0, "scale": 1.0},
}
"""What a call may leave unsaid and has to say once it has moved."""

_DIGITS = 6
"""Significant digits of a number that a motion makes."""


class UnmovedError(Exception):
    """A call cannot say by its own numbers where its law went."""


def argument_names(call: Call) -> list[str]:
    """What the arguments of a call of a family are called, the unnamed ones first; laws have numbers, from 1."""
    family = FAMILIES[call.function]
    inner = {"none": 0, "one": 1, "many": sum(isinstance(item, Call | Number) for item in call.arguments)}[family.laws]
    order = [str(place + 1) for place in range(inner)] + list(family.forms[0].names if family.forms else ())
    order += [str(place + 1) for place in range(len(order), len(call.arguments))]
    return order[: len(call.arguments)] + [name for name, _ in call.keywords]


def is_of_counts(call: Call) -> bool:
    """Whether a family gives whole numbers, however it is stated."""
    return call.function in ("poisson", "binomial", "negative_binomial", "beta_binomial") or (
        call.function == "scipy" and constants.law(call).discrete
    )


def rounded(value: float) -> Number:
    """A number as a motion writes it."""
    return Number(float(f"{value:.{_DIGITS}g}"))


def moved_call(call: Call, motion: Motion, by: float) -> Call:
    """A call after a motion; UnmovedError where its numbers cannot say so."""
    if call.function not in FAMILIES or call.function == "sip":
        raise UnmovedError
    names = argument_names(call)
    given = dict(zip(names, (*call.arguments, *(value for _, value in call.keywords)), strict=True))
    if call.function == "truncate" and isinstance(call.arguments[0], Call):
        return Call("truncate", (moved_call(call.arguments[0], motion, by), *call.arguments[1:]), call.keywords)
    if motion.kind == "shift" and call.function in _FROM_ZERO:
        raise UnmovedError
    if call.function == "scipy" and (motion.kind == "slide" or is_of_counts(call)):
        raise UnmovedError
    if motion.kind != "slide" and not any(map(_is_percentile, given)):
        for name, default in _DEFAULTS.get(call.function, {}).items():
            if name != "scale" or "sd" not in given:
                given.setdefault(name, Number(default))
    statement = _Statement(call.function, given, motion, by)
    changed = _SPECIAL.get(call.function, _nothing)(statement)
    for name, value in given.items():
        if name not in changed:
            changed[name] = statement.moved(name, value)
    unnamed = tuple(changed[name] for name in names[: len(call.arguments)])
    keywords = tuple((name, value) for name, value in changed.items() if name not in names[: len(call.arguments)])
    return Call(call.function, unnamed, keywords)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A family's arguments by name, and how the law that they state moves."""

    function: str
    given: Arguments
    motion: Motion
    by: float

    def number(self, name: str) -> float:
        """One of the arguments."""
        return constants.number(self.given[name])

    def kept(self, *names: str) -> Arguments:
        """Those of these arguments that are given."""
        return {name: self.given[name] for name in names if name in self.given}

    def moved(self, name: str, value: Expression) -> Expression:
        """An argument after the motion, by what its name means."""
        motion, by = self.motion, self.by
        if isinstance(value, Call) and value.function in FAMILIES:
            return moved_call(value, motion, by)
        is_law = FAMILIES[self.function].laws != "none" and name.isdigit() and self.function != "scipy"
        if is_law or name in _PLACES or _is_percentile(name):
            return _each(value, lambda place: motion.of(place, by))
        if name in _SPREADS or _ALSO_SCALED.get(self.function) == name:
            return self._spread(name, value)
        if self.function == "lognormal" and name == "mu":
            return _each(value, lambda level: level + math.log(by))
        if self.function == "exponential" and name == "rate":
            return _each(value, lambda rate: rate / by)
        return value

    def _spread(self, name: str, value: Expression) -> Expression:
        motion, by = self.motion, self.by
        if motion.kind == "shift":
            return value
        if motion.kind == "scale":
            return _each(value, lambda size: size * by)
        if self.function == "bernoulli":
            return _each(value, lambda place: motion.of(place, by))
        if name != "sd" or "mean" not in self.given:
            raise UnmovedError
        before = self.number("mean")
        room = [(place - motion.low) * (motion.high - place) for place in (before, motion.of(before, by))]
        return _each(value, lambda size: size * math.sqrt(room[1] / room[0]))


def _is_percentile(name: str) -> bool:
    return name[0] == "p" and name[1:2].isdigit()


def _nothing(_: _Statement) -> Arguments:
    return {}


def _of_beta(one: _Statement) -> Arguments:
    """a and b with the same sum; the ends stay in a slide, and are said in a scaling."""
    if one.motion.kind == "scale":
        ends = {"low": Number(0.0), "high": Number(1.0), **one.kept("low", "high")}
        return one.kept("a", "b") | {name: _each(end, lambda place: place * one.by) for name, end in ends.items()}
    if "a" not in one.given:
        return one.kept("low", "high")
    total = one.number("a") + one.number("b")
    share = Motion("slide", 0.0, 1.0).of(one.number("a") / total, one.by)
    return one.kept("low", "high") | {"a": rounded(total * share), "b": rounded(total * (1.0 - share))}


def _of_johnson_sb(one: _Statement) -> Arguments:
    if one.motion.kind == "scale":
        return _of_beta(one)
    if "gamma" not in one.given:
        return one.kept("low", "high")
    delta = one.number("delta")
    return one.kept("low", "high") | {"gamma": _each(one.given["gamma"], lambda gamma: gamma - delta * one.by)}


def _of_metalog(one: _Statement) -> Arguments:
    """The first coefficient is where the middle lies: of the value, of its logarithm, or of its logit."""
    kept = one.kept("low", "high") if one.motion.kind == "slide" else {}
    written = one.given.get("coefficients")
    if not isinstance(written, Sequence):
        return kept
    first, *others = constants.numbers(written)
    below, above = "low" in one.given, "high" in one.given
    if one.motion.kind == "slide":
        first += one.by
    elif one.motion.kind == "shift":
        first += 0.0 if below or above else one.by
    elif not below and not above:
        first, others = one.by * first, [one.by * other for other in others]
    elif below != above:
        first += math.log(one.by) if below else -math.log(one.by)
    return kept | {"coefficients": Sequence(tuple(rounded(value) for value in (first, *others)))}


def _of_negative_binomial(one: _Statement) -> Arguments:
    """The dispersion stays."""
    if "successes" in one.given:
        successes, probability = one.number("successes"), one.number("probability")
        mean = one.by * successes * (1.0 - probability) / probability
        return one.kept("successes") | {"probability": rounded(successes / (successes + mean))}
    if "sd" not in one.given:
        return {}
    mean, sd = one.number("mean"), one.number("sd")
    excess = (sd * sd - mean) / (mean * mean)
    after = one.by * mean
    return {"mean": rounded(after), "sd": rounded(math.sqrt(after + excess * after * after))}


def _of_beta_binomial(one: _Statement) -> Arguments:
    """The sum of a and b stays."""
    if "a" in one.given:
        total = one.number("a") + one.number("b")
        share = one.by * one.number("a") / total
        return one.kept("trials") | {"a": rounded(total * share), "b": rounded(total * (1.0 - share))}
    mean = one.number("mean")
    after = one.by * mean
    room = max(after * (1.0 - after), 0.0) / (mean * (1.0 - mean))
    return one.kept("trials") | {"mean": rounded(after), "sd": rounded(one.number("sd") * math.sqrt(room))}


def _of_zeros(one: _Statement) -> Arguments:
    """How often there is nothing at all stays."""
    return one.kept("p")


_SPECIAL: Mapping[str, Callable[[_Statement], Arguments]] = {
    "beta": _of_beta,
    "johnson_sb": _of_johnson_sb,
    "metalog": _of_metalog,
    "negative_binomial": _of_negative_binomial,
    "beta_binomial": _of_beta_binomial,
    "zero_inflated": _of_zeros,
    "hurdle": _of_zeros,
}


def _each(value: Expression, change: Callable[[float], float]) -> Expression:
    if isinstance(value, Sequence):
        return Sequence(tuple(rounded(change(one)) for one in constants.numbers(value)))
    return rounded(change(constants.number(value)))
