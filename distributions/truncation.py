"""Truncation: a law on the condition that it lies in an interval, ends included.

truncate(law, low, high): P(X ≤ x | low ≤ X ≤ high). Either end may be left out. Truncated mixtures are mixtures of
truncated laws, and truncated discrete laws are discrete, so :class:`Truncation` itself wraps continuous laws alone.
Probabilities are taken from the tail in which the interval lies, so an interval far out keeps its accuracy; within it,
cdf and sf have the absolute accuracy of the law's own tail divided by the mass of the interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from burncast.distributions.discrete import Discrete, discrete
from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray, Law
from burncast.distributions.mixture import Mixture, mixture
from burncast.distributions.moments import moments_by_quadrature

__all__ = ["Truncation", "truncate"]


@dataclass(frozen=True)
class Truncation(Law):
    """A continuous ``law`` within [``low``, ``high``], an interval inside its support; build it with
    :func:`truncate`."""

    law: Law
    low: float
    high: float

    @property
    def mass(self) -> float:
        """The probability that the law itself gives the interval."""
        if self._in_upper_tail:
            return self._sf_low - self._sf_high
        return self._cdf_high - self._cdf_low if self._in_lower_tail else 1 - self._cdf_low - self._sf_high

    @property
    def inverted(self) -> bool:
        """As the law."""
        return self.law.inverted

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """Those of the law that lie inside."""
        return tuple(point for point in self.law.breakpoints if self.low < point < self.high)

    @property
    def tail_indices(self) -> tuple[float, float]:
        """Those of the law, on a side that is not cut."""
        lower, upper = self.law.tail_indices
        return (np.inf if np.isfinite(self.low) else lower), (np.inf if np.isfinite(self.high) else upper)

    def _support(self) -> tuple[float, float]:
        return self.low, self.high

    def _moments(self) -> tuple[float, float]:
        return moments_by_quadrature(self)

    def _cdf(self, x: FloatArray) -> FloatArray:
        x = np.clip(x, self.low, self.high)
        part = self._sf_low - self.law.sf(x) if self._in_upper_tail else self.law.cdf(x) - self._cdf_low
        return np.clip(part / self.mass, 0.0, 1.0)

    def _sf(self, x: FloatArray) -> FloatArray:
        x = np.clip(x, self.low, self.high)
        part = self._cdf_high - self.law.cdf(x) if self._in_lower_tail else self.law.sf(x) - self._sf_high
        return np.clip(part / self.mass, 0.0, 1.0)

    def _density(self, x: FloatArray) -> FloatArray:
        return np.where((x >= self.low) & (x <= self.high), self.law.density(x) / self.mass, 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        below = self._cdf_low + p * self.mass
        above = self._sf_low - p * self.mass if self._in_upper_tail else self._sf_high + (1 - p) * self.mass
        return self._inverted(below, above)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        below = self._cdf_high - q * self.mass if self._in_lower_tail else self._cdf_low + (1 - q) * self.mass
        return self._inverted(below, self._sf_high + q * self.mass)

    def _inverted(self, below: FloatArray, above: FloatArray) -> FloatArray:
        left = below <= above
        from_low = self.law.quantile(np.where(left, below, 0.5))
        from_high = self.law.quantile_upper(np.where(left, 0.5, above))
        x = np.where(left, from_low, from_high)
        return np.clip(x, self.low, self.high)

    @cached_property
    def _cdf_low(self) -> float:
        return float(self.law.cdf(self.low))

    @cached_property
    def _cdf_high(self) -> float:
        return float(self.law.cdf(self.high))

    @cached_property
    def _sf_low(self) -> float:
        return float(self.law.sf(self.low))

    @cached_property
    def _sf_high(self) -> float:
        return float(self.law.sf(self.high))

    @property
    def _in_upper_tail(self) -> bool:
        return self._sf_low <= 0.5

    @property
    def _in_lower_tail(self) -> bool:
        return self._cdf_high <= 0.5


def truncate(law: Law, low: float = -np.inf, high: float = np.inf) -> Law:
    """``law`` on the condition that low ≤ X ≤ high.

    >>> from burncast.distributions.uniform import Uniform
    >>> truncate(Uniform(0.0, 10.0), low=4.0).mean
    7.0
    """
    if np.isnan(low) or np.isnan(high) or low > high:
        raise LawError(f"low is {low:g} and high is {high:g}", argument="low", expected="low < high")
    cut = _cut(law, low, high)
    if cut is None:
        least, most = law.support
        raise LawError(
            f"nothing of the law lies between low = {low:g} and high = {high:g}",
            argument="low" if low > least else "high",
            expected=f"an interval that overlaps [{least:g}, {most:g}]",
        )
    return cut[0]


def _cut(law: Law, low: float, high: float) -> tuple[Law, float] | None:
    """The truncated law and the mass of the interval; None where there is no mass."""
    if isinstance(law, Discrete):
        points, probabilities = law.atoms()
        kept = (points >= low) & (points <= high)
        if not kept.any():
            return None
        return discrete(points[kept].tolist(), np.array(law.weights)[kept].tolist()), float(probabilities[kept].sum())
    if isinstance(law, Mixture):
        parts = [(_cut(one, low, high), weight) for one, weight in zip(law.components, law.weights, strict=True)]
        kept_parts = [(cut[0], weight * cut[1]) for cut, weight in parts if cut is not None]
        if not kept_parts:
            return None
        masses = [mass for _, mass in kept_parts]
        return mixture([one for one, _ in kept_parts], masses), sum(masses)
    least, most = law.support
    if low <= least and high >= most:
        return law, 1.0
    inner = law.law if isinstance(law, Truncation) else law
    cut = Truncation(inner, max(low, least), min(high, most))
    if not cut.low < cut.high or not cut.mass > 0:
        return None
    return cut, cut.mass / (law.mass if isinstance(law, Truncation) else 1.0)
