"""The log-logistic law: its logarithm is logistic.

loglogistic(shape, scale): P(X > x) = 1/(1 + (x/scale)^shape), x > 0; scale is the median. With b = π/shape the mean is
scale·b/sin b, where shape > 1, and (sd/mean)² = tan(b)/b − 1, where shape > 2. loglogistic(mean, sd) solves the latter
for b. Source: Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions, vol. 2, 2nd ed., Wiley 1995, §23.11.
Twin: ``scipy.stats.fisk(shape, scale=scale)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from burncast.distributions.inversion import falling_root
from burncast.distributions.law import FloatArray, Parametric, positive
from burncast.distributions.moments import moments_that_exist
from burncast.distributions.portable import exp, log, log1p

__all__ = ["Loglogistic", "loglogistic_from_moments"]


@dataclass(frozen=True)
class Loglogistic(Parametric):
    """Log-logistic with the given ``shape`` and median ``scale``."""

    shape: float
    scale: float

    above_zero = frozenset({"shape", "scale"})

    @property
    def tail_indices(self) -> tuple[float, float]:
        """The upper tail falls like x^−shape."""
        return np.inf, self.shape

    def _support(self) -> tuple[float, float]:
        return 0.0, np.inf

    def _moments(self) -> tuple[float, float]:
        angle = math.pi / self.shape
        mean = self.scale * angle / math.sin(angle) if self.shape > 1 else np.inf
        sd = mean * math.sqrt(_squared_variation(angle)) if self.shape > 2 else np.inf
        return moments_that_exist(self.tail_indices, mean, sd)

    def _cdf(self, x: FloatArray) -> FloatArray:
        return np.asarray(special.expit(self._score(x)))

    def _sf(self, x: FloatArray) -> FloatArray:
        return np.asarray(special.expit(-self._score(x)))

    def _density(self, x: FloatArray) -> FloatArray:
        u = np.maximum(x, 0.0) / self.scale
        score = self._score(x)
        softened = np.maximum(score, 0.0) + log1p(exp(-np.abs(score)))
        with np.errstate(over="ignore", invalid="ignore"):
            power = exp(special.xlogy(self.shape - 1, u) - 2 * softened)
        return np.where((x >= 0) & np.isfinite(x), self.shape / self.scale * power, 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):
            return self.scale * exp((log(p) - log1p(-p)) / self.shape)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):
            return self.scale * exp((log1p(-q) - log(q)) / self.shape)

    def _score(self, x: FloatArray) -> FloatArray:
        return self.shape * log(np.maximum(x, 0.0) / self.scale)


def loglogistic_from_moments(mean: float, sd: float) -> Loglogistic:
    """The log-logistic law of the given mean and standard deviation, both above 0 (its shape is then above 2)."""
    positive(mean, "mean")
    positive(sd, "sd")
    rest = falling_root(
        lambda rest: _squared_variation(math.pi / 2 - rest),
        (sd / mean) ** 2,
        (1e-300, math.pi / 2 - 1e-6),
        "log-logistic",
    )
    angle = math.pi / 2 - rest
    return Loglogistic(math.pi / angle, mean * math.sin(angle) / angle)


def _squared_variation(angle: float) -> float:
    """tan(b)/b − 1, from its series b²/3 + 2b⁴/15 + 17b⁶/315 where b is small."""
    if angle < 0.01:
        square = angle * angle
        return square * (1 / 3 + square * (2 / 15 + square * 17 / 315))
    return math.tan(angle) / angle - 1
