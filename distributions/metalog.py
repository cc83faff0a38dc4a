"""The metalog law: a quantile function with as many terms as one has things to say about it.

metalog(coefficients=[a₁, …, aₙ]): with c = y − ½ and L = log(y/(1 − y)) the quantile function is M(y) = a₁ + a₂L + a₃cL
+ a₄c + a₅c² + a₆c²L + a₇c³ + …; 2 to 16 terms. With ``low`` the quantile is low + exp(M), with ``high`` high − exp(−M),
with both (low + high·exp(M))/(1 + exp(M)). metalog(p10=…, p50=…, p90=…, terms=, low=, high=) finds the coefficients
from percentiles: exactly where there are as many as terms (the default), else by least squares in M.

The coefficients make a law only where M rises, dM/dL > 0 for every y, which is checked on a grid and between its points
at every minimum. For three terms that is |a₃|/a₂ < 1.66711. Support: the whole line, or within the ends; it ends also
where the factor of L vanishes at y = 0 or 1. Moments are summed. Source: Keelin, "The Metalog Distributions", Decision
Analysis 13(4), 2016.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray, Law
from burncast.distributions.moments import moments_by_quadrature
from burncast.distributions.portable import exp, log, log1p

__all__ = ["LEAST_TERMS", "MOST_TERMS", "Metalog", "basis", "falls_at", "metalog", "to_line"]

LEAST_TERMS, MOST_TERMS = 2, 16
FARTHEST = 700.0
"""Logit of the smallest probability that is told from 0."""


@dataclass(frozen=True)
class Metalog(Law):
    """Metalog with ``coefficients`` a₁ …, between ``low`` and ``high``; build it with :func:`metalog`."""

    coefficients: tuple[float, ...]
    low: float = -np.inf
    high: float = np.inf

    @property
    def tail_indices(self) -> tuple[float, float]:
        """A law with one end has a power tail on the other side, of index 1 over the factor of L there."""
        below, above = np.isfinite(self.low), np.isfinite(self.high)
        first, last = self._factor(-0.5), self._factor(0.5)
        return (
            1 / first if above and not below and first > 0 else np.inf,
            1 / last if below and not above and last > 0 else np.inf,
        )

    def _support(self) -> tuple[float, float]:
        ends = self._from_line(np.array(self._ends))
        return float(ends[0]), float(ends[1])

    def _moments(self) -> tuple[float, float]:
        return moments_by_quadrature(self)

    def _cdf(self, x: FloatArray) -> FloatArray:
        return np.asarray(special.expit(self._logit(x)))

    def _sf(self, x: FloatArray) -> FloatArray:
        return np.asarray(special.expit(-self._logit(x)))

    def _density(self, x: FloatArray) -> FloatArray:
        least, most = self.support
        inside = (x > least) & (x < most)
        y = np.where(inside, x, np.asarray(self._from_line(np.array([self.coefficients[0]])))[0])
        logit = self._logit(y)
        tail = special.expit(-np.abs(logit))
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            density = tail * (1 - tail) / self._slope(logit) / self._stretch(y)
        return np.where(inside, np.nan_to_num(density, posinf=np.inf), 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        return self._from_line(np.where(p > 0, self._line(_logit_of(p)), self._ends[0]))

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return self._from_line(np.where(q > 0, self._line(-_logit_of(q)), self._ends[1]))

    def _line(self, logit: FloatArray) -> FloatArray:
        """M at the y of this logit."""
        logit = np.clip(logit, -750.0, 750.0)
        centre = _centre(logit)
        return _polynomial(self._plain, centre) + _polynomial(self._steep, centre) * logit

    def _slope(self, logit: FloatArray) -> FloatArray:
        """dM/dL."""
        tail, centre = special.expit(-np.abs(logit)), _centre(logit)
        bent = _polynomial(_derivative(self._steep), centre) * logit + _polynomial(_derivative(self._plain), centre)
        return np.asarray(_polynomial(self._steep, centre) + tail * (1 - tail) * bent)

    def _logit(self, x: FloatArray) -> FloatArray:
        """The L at which the quantile is x: Newton's method, kept inside a shrinking bracket."""
        goal = to_line(np.clip(x, self.low, self.high), self.low, self.high)
        low, high = np.full_like(goal, -FARTHEST), np.full_like(goal, FARTHEST)
        ends = self._line(np.array([-FARTHEST, FARTHEST]))
        logit = np.zeros_like(goal)
        for count in range(200):
            miss = goal - self._line(logit)
            low, high = np.where(miss >= 0, logit, low), np.where(miss <= 0, logit, high)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                following = logit + miss / self._slope(logit)
            inside = (following > low) & (following < high) & (count % 4 < 3)
            following = np.where(inside, following, (low + high) / 2)
            settled = np.abs(following - logit) <= 2e-16 * np.maximum(np.abs(logit), 1.0)
            logit = np.where(miss == 0, logit, following)
            if np.all(settled | (miss == 0)):
                break
        return np.where(goal <= ends[0], -np.inf, np.where(goal >= ends[1], np.inf, logit))

    def _from_line(self, m: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):
            if np.isfinite(self.low) and np.isfinite(self.high):
                below = self.low + (self.high - self.low) * special.expit(m)
                above = self.high - (self.high - self.low) * special.expit(-m)
                return np.asarray(np.where(m < 0, below, above))
            if np.isfinite(self.low):
                return self.low + exp(m)
            return self.high - exp(-m) if np.isfinite(self.high) else m

    def _stretch(self, x: FloatArray) -> FloatArray:
        """dx/dM."""
        if np.isfinite(self.low) and np.isfinite(self.high):
            return (x - self.low) * ((self.high - x) / (self.high - self.low))
        if np.isfinite(self.low):
            return x - self.low
        return self.high - x if np.isfinite(self.high) else np.ones_like(x)

    @cached_property
    def _plain(self) -> tuple[float, ...]:
        return _split(self.coefficients)[0]

    @cached_property
    def _steep(self) -> tuple[float, ...]:
        return _split(self.coefficients)[1]

    def _factor(self, centre: float) -> float:
        """The factor of L at y = centre + ½."""
        return float(_polynomial(self._steep, np.array([centre]))[0])

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """M at y = 0 and 1."""
        plain = _polynomial(self._plain, np.array([-0.5, 0.5]))
        return (
            -np.inf if self._factor(-0.5) > 0 else float(plain[0]),
            np.inf if self._factor(0.5) > 0 else float(plain[1]),
        )


def metalog(coefficients: Sequence[float], low: float = -np.inf, high: float = np.inf) -> Metalog:
    """The metalog law of these coefficients.

    >>> float(metalog([10.0, 2.0]).quantile(0.5))
    10.0
    """
    if not LEAST_TERMS <= len(coefficients) <= MOST_TERMS:
        raise LawError(
            f"there are {len(coefficients)} coefficients",
            argument="coefficients",
            expected=f"{LEAST_TERMS} to {MOST_TERMS} of them",
        )
    if not np.all(np.isfinite(coefficients)):
        raise LawError("a coefficient is not finite", argument="coefficients", expected="finite numbers")
    if np.isnan(low) or np.isnan(high) or not low < high:
        raise LawError(f"low is {low:g} and high is {high:g}", argument="low", expected="low < high")
    place = falls_at(coefficients)
    if place is not None:
        rising = [count for count in range(len(coefficients) - 1, 1, -1) if falls_at(coefficients[:count]) is None]
        raise LawError(
            f"no law has these coefficients: the quantile function falls near probability {place:.3g}",
            argument="coefficients",
            expected=f"a quantile function that rises; with the first {rising[0]} of them it does" if rising else None,
        )
    return Metalog(tuple(float(one) for one in coefficients), float(low), float(high))


def basis(p: FloatArray, terms: int) -> FloatArray:
    """What the coefficients of so many terms are multiplied with at probabilities ``p``: [len(p), terms]."""
    logit = _logit_of(p)
    powers = [np.ones_like(logit)]
    for _ in range(MOST_TERMS // 2):
        powers.append(powers[-1] * _centre(logit))
    return np.stack([powers[power] * (logit if steep else 1.0) for steep, power in _TERMS[:terms]], axis=1)


def to_line(x: FloatArray, low: float, high: float) -> FloatArray:
    """The values of M that stand for ``x`` between these ends."""
    if np.isfinite(low) and np.isfinite(high):
        return log(x - low) - log(high - x)
    if np.isfinite(low):
        return log(x - low)
    return -log(high - x) if np.isfinite(high) else x


def falls_at(coefficients: Sequence[float]) -> float | None:
    """A probability at which the quantile function does not rise; None where it rises everywhere."""
    law = Metalog(tuple(float(one) for one in coefficients))
    slope: Callable[[FloatArray], FloatArray] = law._slope
    if min(law._factor(-0.5), law._factor(0.5)) < 0:
        return 0.0 if law._factor(-0.5) < 0 else 1.0
    grid = np.linspace(-40.0, 40.0, 3201)
    height = slope(grid)
    inner = np.flatnonzero((height[1:-1] <= height[:-2]) & (height[1:-1] <= height[2:])) + 1
    left, right = grid[inner - 1], grid[inner + 1]
    for _ in range(60):
        third = (right - left) / 3
        lower = slope(left + third) < slope(right - third)
        left, right = np.where(lower, left, left + third), np.where(lower, right - third, right)
    grid = np.concatenate([grid, (left + right) / 2])
    height = slope(grid)
    worst = int(np.argmin(height))
    return None if height[worst] > 0 else float(special.expit(grid[worst]))


_LATER = tuple((k % 2 == 0, (k - 1) // 2) for k in range(5, MOST_TERMS + 1))
_TERMS = ((False, 0), (True, 0), (True, 1), (False, 1), *_LATER)
"""Of every term, whether it is multiplied by L, and its power of c."""


def _split(coefficients: Sequence[float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The polynomials in c beside 1 and beside L, lowest power first."""
    plain, steep = [0.0] * (MOST_TERMS // 2), [0.0] * (MOST_TERMS // 2)
    for (is_steep, power), one in zip(_TERMS, coefficients, strict=False):
        (steep if is_steep else plain)[power] = float(one)
    return tuple(plain), tuple(steep)


def _polynomial(coefficients: tuple[float, ...], c: FloatArray) -> FloatArray:
    value = np.zeros_like(c)
    for one in reversed(coefficients):
        value = value * c + one
    return value


def _derivative(coefficients: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(power * one for power, one in enumerate(coefficients))[1:]


def _logit_of(p: FloatArray) -> FloatArray:
    return log(p) - log1p(-p)


def _centre(logit: FloatArray) -> FloatArray:
    """c = y − ½."""
    return np.copysign(0.5 - special.expit(-np.abs(logit)), logit)
