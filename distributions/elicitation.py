"""Laws from percentiles: "5 % below 20, 95 % below 60".

As many percentiles as unknown parameters are met exactly (to about 1e-12 in normal score). More are met as well as the
family can: the parameters minimise the sum of squared differences between stated and fitted probabilities (O'Hagan et
al., Uncertain Judgements, Wiley 2006, §6.4). Percentiles that no law of the family can have are refused, and the one at
fault is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import special

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray, Law
from burncast.distributions.least_squares import least_squares
from burncast.distributions.lognormal import Lognormal
from burncast.distributions.normal import Normal
from burncast.distributions.portable import exp, log

__all__ = ["Elicitation", "Percentile", "elicit", "interval"]

EXACT = 1e-9


def _anywhere(given: Mapping[str, float]) -> tuple[float, float]:
    del given
    return -np.inf, np.inf


@dataclass(frozen=True, slots=True)
class Percentile:
    """A statement that X lies below ``value`` with ``probability``; ``name`` is how it was written, as in p5."""

    name: str
    probability: float
    value: float


@dataclass(frozen=True, slots=True)
class Elicitation:
    """How a family is fitted to percentiles.

    ``free``: the parameters, in order, that percentiles may determine; any of them may be given instead. ``positive``:
    those of them that are above 0. ``constants``: parameters that must be given or have defaults in ``build``.
    ``start(p, x, given)``: a first guess of every free parameter. ``support(given)``: the ends within which the values
    must lie.
    """

    free: tuple[str, ...]
    build: Callable[..., Law]
    start: Callable[[FloatArray, FloatArray, Mapping[str, float]], Mapping[str, float]]
    positive: frozenset[str] = frozenset()
    constants: tuple[str, ...] = ()
    support: Callable[[Mapping[str, float]], tuple[float, float]] = _anywhere


def elicit(
    family: str, elicitation: Elicitation, percentiles: tuple[Percentile, ...], given: Mapping[str, float]
) -> Law:
    """The law of the family with the ``given`` parameters and these ``percentiles``, exactly or as nearly as can be."""
    ordered = sorted(percentiles, key=lambda one: one.probability)
    unknown = [name for name in elicitation.free if name not in given]
    _check(family, elicitation, ordered, unknown, given)
    p: FloatArray = np.array([one.probability for one in ordered])
    x: FloatArray = np.array([one.value for one in ordered])
    exact = len(ordered) == len(unknown)
    scores = np.asarray(special.ndtri(p), dtype=np.float64)

    def law_of(theta: FloatArray) -> Law:
        values = {
            name: float(exp(value) if name in elicitation.positive else value)
            for name, value in zip(unknown, theta, strict=True)
        }
        return elicitation.build(**given, **values)

    def residuals(theta: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):
            try:
                law = law_of(theta)
            except LawError:
                return np.full(len(p), np.inf)
            cdf = law.cdf(x)
            if not exact:
                return cdf - p
            return np.asarray(
                np.where(cdf <= 0.5, special.ndtri(cdf), -special.ndtri(law.sf(x))) - scores, dtype=np.float64
            )

    guess = elicitation.start(p, x, given)
    start = np.array([float(log(guess[name])) if name in elicitation.positive else guess[name] for name in unknown])
    theta, left = least_squares(residuals, start)
    if not np.all(np.isfinite(left)) or (exact and np.max(np.abs(left)) > EXACT):
        stated = ", ".join(f"{name} = {value:g}" for name, value in given.items())
        wanted = ", ".join(f"{one.name} = {one.value:g}" for one in ordered)
        raise LawError(
            f"no {family} law{' with ' + stated if stated else ''} has {wanted}",
            argument=ordered[int(np.argmax(np.abs(np.nan_to_num(left, nan=np.inf))))].name,
            expected="percentiles that fit the family, or another family",
        )
    return law_of(theta)


def interval(low: float, high: float) -> Law:
    """The law whose central 90 % reach from ``low`` to ``high``: lognormal if both are positive, else normal.

    >>> float(interval(2.0, 8.0).quantile(0.5))
    4.0
    """
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise LawError(f"the interval {low:g} to {high:g} is empty", argument="low", expected="low < high, both finite")
    reach = 2 * float(special.ndtri(0.95))
    if low > 0:
        return Lognormal(float(log(low) + log(high)) / 2, float(log(high) - log(low)) / reach)
    return Normal((low + high) / 2, (high - low) / reach)


def _check(
    family: str, elicitation: Elicitation, ordered: list[Percentile], unknown: list[str], given: Mapping[str, float]
) -> None:
    for one in ordered:
        if not 0 < one.probability < 1:
            raise LawError(
                f"{one.name} is no percentile", argument=one.name, expected="one between 0 and 100, exclusive"
            )
        if not np.isfinite(one.value):
            raise LawError(f"{one.name} is {one.value:g}", argument=one.name, expected="a finite number")
    if not unknown:
        raise LawError(
            f"{', '.join(elicitation.free)} are all given", argument=ordered[0].name, expected="no percentiles"
        )
    if len(ordered) < len(unknown):
        raise LawError(
            f"{len(ordered)} percentile{'s' if len(ordered) > 1 else ''} cannot determine {' and '.join(unknown)}",
            argument=ordered[0].name,
            expected=f"at least {len(unknown)} percentiles",
        )
    least, most = elicitation.support(given)
    for one in ordered:
        if not least < one.value < most:
            raise LawError(
                f"{one.name} = {one.value:g} is outside the support of {family}",
                argument=one.name,
                expected=f"a value above {least:g}" + (f" and below {most:g}" if np.isfinite(most) else ""),
            )
    for left, right in pairwise(ordered):
        if left.probability == right.probability:
            raise LawError(f"{left.name} and {right.name} are the same percentile", argument=right.name, expected="one")
        if not left.value < right.value:
            raise LawError(
                f"{left.name} = {left.value:g} is not below {right.name} = {right.value:g}",
                argument=left.name,
                expected="values that rise with the percentile",
            )
