"""The exponential law.

exponential(mean): P(X > x) = exp(−x/mean), x > 0; exponential(rate) has mean 1/rate. The sd equals the mean.
Twin: ``scipy.stats.expon(scale=mean)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from burncast.distributions.law import FloatArray, Law, positive
from burncast.distributions.portable import exp, expm1, log, log1p

__all__ = ["Exponential", "exponential_from_rate"]


@dataclass(frozen=True)
class Exponential(Law):
    """Exponential with mean ``scale``."""

    scale: float

    def __post_init__(self) -> None:
        positive(self.scale, "mean")

    def _support(self) -> tuple[float, float]:
        return 0.0, np.inf

    def _moments(self) -> tuple[float, float]:
        return self.scale, self.scale

    def _cdf(self, x: FloatArray) -> FloatArray:
        return -expm1(-np.maximum(x, 0.0) / self.scale)

    def _sf(self, x: FloatArray) -> FloatArray:
        return exp(-np.maximum(x, 0.0) / self.scale)

    def _density(self, x: FloatArray) -> FloatArray:
        return np.where(x >= 0, exp(-np.maximum(x, 0.0) / self.scale) / self.scale, 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        return -self.scale * log1p(-p)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return np.maximum(-self.scale * log(q), 0.0)


def exponential_from_rate(rate: float) -> Exponential:
    """The waiting time for events that come ``rate`` times per unit of time."""
    positive(rate, "rate")
    return Exponential(1 / rate)
