"""Johnson's unbounded law: the hyperbolic sine of a normal variable, with any skewness and heavy tails.

johnson_su(gamma, delta, location, scale): X = location + scale·sinh((Z − gamma)/delta), Z standard normal; delta > 0
small means heavy tails (all moments exist), gamma < 0 skews to the right. With w = exp(1/delta²): mean = location −
scale·√w·sinh(gamma/delta), variance = scale²·(w − 1)·(w·cosh(2·gamma/delta) + 1)/2. Source: Johnson, Kotz &
Balakrishnan, Continuous Univariate Distributions, vol. 1, 2nd ed., Wiley 1994, §12.4.3.
Twin: ``scipy.stats.johnsonsu(gamma, delta, location, scale)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from burncast.distributions.law import FloatArray, Parametric
from burncast.distributions.portable import exp, expm1, log1p, sinh

__all__ = ["JohnsonSU"]


@dataclass(frozen=True)
class JohnsonSU(Parametric):
    """Johnson SU with skewness parameter ``gamma`` and tail parameter ``delta``."""

    gamma: float
    delta: float
    location: float = 0.0
    scale: float = 1.0

    above_zero = frozenset({"delta", "scale"})

    def _support(self) -> tuple[float, float]:
        return -np.inf, np.inf

    def _moments(self) -> tuple[float, float]:
        with np.errstate(over="ignore", invalid="ignore"):
            squared = 1 / np.float64(self.delta) ** 2
            ratio = self.gamma / self.delta
            mean = self.location - self.scale * float(exp(squared / 2) * sinh(ratio))
            cosh = (exp(2 * ratio) + exp(-2 * ratio)) / 2
            return mean, self.scale * math.sqrt(float(expm1(squared) * (exp(squared) * cosh + 1) / 2))

    def _cdf(self, x: FloatArray) -> FloatArray:
        return np.asarray(special.ndtr(self._score(x)))

    def _sf(self, x: FloatArray) -> FloatArray:
        return np.asarray(special.ndtr(-self._score(x)))

    def _density(self, x: FloatArray) -> FloatArray:
        u, z = (x - self.location) / self.scale, self._score(x)
        with np.errstate(over="ignore"):
            return exp(-0.5 * z * z) * self.delta / (math.sqrt(2 * math.pi) * self.scale * np.sqrt(1 + u * u))

    def _quantile(self, p: FloatArray) -> FloatArray:
        return self._value(np.asarray(special.ndtri(p)))

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return self._value(-np.asarray(special.ndtri(q)))

    def _value(self, z: FloatArray) -> FloatArray:
        with np.errstate(over="ignore", invalid="ignore"):
            stretched = sinh((z - self.gamma) / self.delta)
            return self.location + self.scale * np.where(np.isinf(z), z, stretched)

    def _score(self, x: FloatArray) -> FloatArray:
        return self.gamma + self.delta * arcsinh((x - self.location) / self.scale)


def arcsinh(x: FloatArray) -> FloatArray:
    """The inverse of the hyperbolic sine, the same bits on every processor."""
    size = np.minimum(np.abs(x), 1e150)
    inverse = log1p(size + size * size / (1 + np.sqrt(1 + size * size)))
    return np.copysign(np.where(np.isinf(x), np.inf, inverse), x)
