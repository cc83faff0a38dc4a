"""The uniform law.

uniform(low, high): density 1/(high − low). uniform(mean, sd): low, high = mean ∓ √3·sd.
Twin: ``scipy.stats.uniform(low, high − low)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from burncast.distributions.law import FloatArray, Law, ordered, positive, real

__all__ = ["Uniform", "uniform_from_moments"]


@dataclass(frozen=True)
class Uniform(Law):
    """Uniform between ``low`` and ``high``."""

    low: float
    high: float

    def __post_init__(self) -> None:
        ordered(self.low, self.high)

    def _support(self) -> tuple[float, float]:
        return self.low, self.high

    def _moments(self) -> tuple[float, float]:
        width = self.high - self.low
        return self.low + width / 2, width / float(np.sqrt(12))

    def _cdf(self, x: FloatArray) -> FloatArray:
        return np.clip((x - self.low) / (self.high - self.low), 0.0, 1.0)

    def _sf(self, x: FloatArray) -> FloatArray:
        return np.clip((self.high - x) / (self.high - self.low), 0.0, 1.0)

    def _density(self, x: FloatArray) -> FloatArray:
        return np.where((x >= self.low) & (x <= self.high), 1 / (self.high - self.low), 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        return np.minimum(self.low + (self.high - self.low) * p, self.high)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return np.maximum(self.high - (self.high - self.low) * q, self.low)


def uniform_from_moments(mean: float, sd: float) -> Uniform:
    """The uniform law of the given mean and standard deviation."""
    real(mean, "mean")
    positive(sd, "sd")
    return Uniform(mean - float(np.sqrt(3)) * sd, mean + float(np.sqrt(3)) * sd)
