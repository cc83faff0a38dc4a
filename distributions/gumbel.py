"""The Gumbel law: the largest of many light-tailed quantities.

gumbel(location, scale): P(X ≤ x) = exp(−exp(−(x − location)/scale)) on the whole line. Mean location + γ·scale (γ =
0.5772…, Euler's constant), sd π·scale/√6; gumbel(mean, sd) states them instead. Source: Coles, An Introduction to
Statistical Modeling of Extreme Values, Springer 2001, §3.1. Twin: ``scipy.stats.gumbel_r(location, scale)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from burncast.distributions.law import FloatArray, Parametric, positive, real
from burncast.distributions.portable import exp, expm1, log, log1p

__all__ = ["Gumbel", "gumbel_from_moments"]


@dataclass(frozen=True)
class Gumbel(Parametric):
    """Gumbel about ``location`` (the mode), stretched by ``scale``."""

    location: float
    scale: float

    above_zero = frozenset({"scale"})

    def _support(self) -> tuple[float, float]:
        return -np.inf, np.inf

    def _moments(self) -> tuple[float, float]:
        return self.location + float(np.euler_gamma) * self.scale, math.pi / math.sqrt(6.0) * self.scale

    def _cdf(self, x: FloatArray) -> FloatArray:
        return exp(-exp(-self._score(x)))

    def _sf(self, x: FloatArray) -> FloatArray:
        return -expm1(-exp(-self._score(x)))

    def _density(self, x: FloatArray) -> FloatArray:
        u = self._score(x)
        with np.errstate(over="ignore", invalid="ignore"):
            return np.where(np.isfinite(u), exp(-u - exp(-u)), 0.0) / self.scale

    def _quantile(self, p: FloatArray) -> FloatArray:
        return self.location - self.scale * log(-log(p))

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return self.location - self.scale * log(-log1p(-q))

    def _score(self, x: FloatArray) -> FloatArray:
        return (x - self.location) / self.scale


def gumbel_from_moments(mean: float, sd: float) -> Gumbel:
    """The Gumbel law of the given mean and standard deviation."""
    real(mean, "mean")
    positive(sd, "sd")
    scale = math.sqrt(6.0) / math.pi * sd
    return Gumbel(mean - float(np.euler_gamma) * scale, scale)
