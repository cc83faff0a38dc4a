"""The Burr law of type XII, also called Singh–Maddala: power tails on both sides of its middle.

burr(c, k, scale): P(X > x) = (1 + (x/scale)^c)^−k, x > 0. E[X^r] = scale^r·k·B(k − r/c, 1 + r/c) where r < c·k; k = 1
is the log-logistic law. Source: Kleiber & Kotz, Statistical Size Distributions in Economics and Actuarial Sciences,
Wiley 2003, §6.2. Twin: ``scipy.stats.burr12(c, k, scale=scale)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from burncast.distributions.law import FloatArray, Parametric
from burncast.distributions.moments import moments_that_exist
from burncast.distributions.portable import exp, expm1, log, log1p

__all__ = ["Burr"]


@dataclass(frozen=True)
class Burr(Parametric):
    """Burr XII with shapes ``c`` (near 0) and ``k`` (the upper tail has index c·k), stretched by ``scale``."""

    c: float
    k: float
    scale: float

    above_zero = frozenset({"c", "k", "scale"})

    @property
    def tail_indices(self) -> tuple[float, float]:
        """The upper tail falls like x^(−c·k)."""
        return np.inf, self.c * self.k

    def _support(self) -> tuple[float, float]:
        return 0.0, np.inf

    def _moments(self) -> tuple[float, float]:
        index, step = self.c * self.k, 1 / self.c
        if index <= 1:
            return moments_that_exist(self.tail_indices, np.inf, np.inf)
        first = math.log(self.k) + float(special.betaln(self.k - step, 1 + step))
        with np.errstate(over="ignore"):
            mean = self.scale * float(exp(first))
        if index <= 2:
            return moments_that_exist(self.tail_indices, mean, np.inf)
        second = math.log(self.k) + float(special.betaln(self.k - 2 * step, 1 + 2 * step))
        with np.errstate(over="ignore"):
            return mean, mean * float(np.sqrt(np.maximum(expm1(second - 2 * first), 0.0)))

    def _cdf(self, x: FloatArray) -> FloatArray:
        return -expm1(-self._hazard(x))

    def _sf(self, x: FloatArray) -> FloatArray:
        return exp(-self._hazard(x))

    def _density(self, x: FloatArray) -> FloatArray:
        u = np.where(np.isfinite(x), np.maximum(x, 0.0), 0.0) / self.scale
        power = special.xlogy(self.c - 1, u) - (self.k + 1) * _softplus(self.c * log(u))
        with np.errstate(over="ignore"):
            return np.where((x >= 0) & np.isfinite(x), self.c * self.k / self.scale * exp(power), 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        return self._from_hazard(-log1p(-p))

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return self._from_hazard(-log(q))

    def _hazard(self, x: FloatArray) -> FloatArray:
        return self.k * _softplus(self.c * log(np.maximum(x, 0.0) / self.scale))

    def _from_hazard(self, hazard: FloatArray) -> FloatArray:
        """scale·(exp(h/k) − 1)^(1/c), where exp(h/k) may be too large for a number."""
        h = hazard / self.k
        with np.errstate(over="ignore", invalid="ignore"):
            large = np.where(np.isinf(h), np.inf, h + log1p(-exp(-h)))
            return self.scale * exp(np.where(h < 1, log(expm1(np.minimum(h, 1.0))), large) / self.c)


def _softplus(y: FloatArray) -> FloatArray:
    """log(1 + exp(y))."""
    return np.maximum(y, 0.0) + log1p(exp(-np.abs(y)))
