"""The Weibull law.

weibull(shape, scale): P(X > x) = exp(−(x/scale)^shape), x > 0. weibull(mean, sd): the shape k solves
(sd/mean)² = Γ(1 + 2/k)/Γ(1 + 1/k)² − 1, and scale = mean/Γ(1 + 1/k). Twin: ``scipy.stats.weibull_min(shape,
scale=scale)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray, Parametric, positive
from burncast.distributions.portable import exp, expm1, log, log1p, power

__all__ = ["Weibull", "weibull_from_moments"]

LEAST_SHAPE, GREATEST_SHAPE = 0.02, 1e6


@dataclass(frozen=True)
class Weibull(Parametric):
    """Weibull with the given ``shape`` and ``scale``; shape 1 is the exponential law."""

    shape: float
    scale: float

    above_zero = frozenset({"shape", "scale"})

    def _support(self) -> tuple[float, float]:
        return 0.0, np.inf

    def _moments(self) -> tuple[float, float]:
        with np.errstate(over="ignore"):
            mean = self.scale * float(exp(special.gammaln(1 + 1 / self.shape)))
            return mean, mean * float(np.sqrt(_squared_variation(self.shape)))

    def _cdf(self, x: FloatArray) -> FloatArray:
        return -expm1(-self._hazard(x))

    def _sf(self, x: FloatArray) -> FloatArray:
        return exp(-self._hazard(x))

    def _density(self, x: FloatArray) -> FloatArray:
        u = np.maximum(x, 0.0) / self.scale
        with np.errstate(over="ignore"):
            exponent = special.xlogy(self.shape - 1, u) - power(u, self.shape)
            return np.where(x >= 0, self.shape / self.scale * exp(exponent), 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        return self.scale * power(-log1p(-p), 1 / self.shape)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return self.scale * power(-log(q), 1 / self.shape)

    def _hazard(self, x: FloatArray) -> FloatArray:
        return power(np.maximum(x, 0.0) / self.scale, self.shape)


def weibull_from_moments(mean: float, sd: float) -> Weibull:
    """The Weibull law of the given mean and standard deviation, both above 0."""
    positive(mean, "mean")
    positive(sd, "sd")
    wanted = (sd / mean) ** 2
    low, high = float(log(LEAST_SHAPE)), float(log(GREATEST_SHAPE))
    if not _squared_variation(GREATEST_SHAPE) < wanted < _squared_variation(LEAST_SHAPE):
        raise LawError(f"no Weibull law is that spread out or that narrow: sd is {sd:g}, mean {mean:g}", argument="sd")
    for _ in range(100):
        middle = (low + high) / 2
        if _squared_variation(float(exp(middle))) > wanted:
            low = middle
        else:
            high = middle
    shape = float(exp(high))
    return Weibull(shape, mean / float(exp(special.gammaln(1 + 1 / shape))))


def _squared_variation(shape: float) -> float:
    """(sd/mean)² of the law with this shape: falls as the shape grows."""
    return float(expm1(special.gammaln(1 + 2 / shape) - 2 * special.gammaln(1 + 1 / shape)))
