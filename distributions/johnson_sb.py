"""Johnson's bounded law: a normal variable squeezed between two ends.

johnson_sb(gamma, delta, low=0, high=1): log((X − low)/(high − X)) = (Z − gamma)/delta, Z standard normal; on [0, 1] it
is the logit-normal law with mean −gamma/delta and standard deviation 1/delta of the logit. delta below 1/√2 may have
two modes. Its moments have no closed form and are summed. Source: Johnson, Kotz & Balakrishnan, Continuous Univariate
Distributions, vol. 1, 2nd ed., Wiley 1994, §12.4.3. Twin: ``scipy.stats.johnsonsb(gamma, delta, low, high − low)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from burncast.distributions.law import FloatArray, Law, ordered, positive, real
from burncast.distributions.moments import moments_by_quadrature
from burncast.distributions.portable import exp, log

__all__ = ["JohnsonSB"]


@dataclass(frozen=True)
class JohnsonSB(Law):
    """Johnson SB with parameters ``gamma`` and ``delta`` between ``low`` and ``high``."""

    gamma: float
    delta: float
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        real(self.gamma, "gamma")
        positive(self.delta, "delta")
        ordered(self.low, self.high)

    def _support(self) -> tuple[float, float]:
        return self.low, self.high

    def _moments(self) -> tuple[float, float]:
        return moments_by_quadrature(self)

    def _cdf(self, x: FloatArray) -> FloatArray:
        return np.asarray(special.ndtr(self._score(x)))

    def _sf(self, x: FloatArray) -> FloatArray:
        return np.asarray(special.ndtr(-self._score(x)))

    def _density(self, x: FloatArray) -> FloatArray:
        inside = (x > self.low) & (x < self.high)
        y = np.where(inside, x, (self.low + self.high) / 2)
        share = (y - self.low) * ((self.high - y) / (self.high - self.low))
        z = self._score(y)
        return np.where(inside, exp(-0.5 * z * z) * self.delta / math.sqrt(2 * math.pi) / share, 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        return self._value(np.asarray(special.ndtri(p)))

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return self._value(-np.asarray(special.ndtri(q)))

    def _value(self, z: FloatArray) -> FloatArray:
        logit = (z - self.gamma) / self.delta
        width = self.high - self.low
        below = self.low + width * special.expit(logit)
        return np.asarray(np.where(logit < 0, below, self.high - width * special.expit(-logit)))

    def _score(self, x: FloatArray) -> FloatArray:
        x = np.clip(x, self.low, self.high)
        return self.gamma + self.delta * (log(x - self.low) - log(self.high - x))
