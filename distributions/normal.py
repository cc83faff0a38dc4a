"""The normal law.

normal(mean, sd): density exp(−u²/2)/(sd√2π), u = (x − mean)/sd. Support: the real line. Twin: ``scipy.stats.norm(mean,
sd)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from burncast.distributions.law import FloatArray, Law, positive, real
from burncast.distributions.portable import exp

__all__ = ["Normal"]


@dataclass(frozen=True)
class Normal(Law):
    """Normal with mean ``location`` and standard deviation ``scale``.

    >>> float(Normal(10.0, 2.0).cdf(10.0))
    0.5
    """

    location: float
    scale: float

    def __post_init__(self) -> None:
        real(self.location, "mean")
        positive(self.scale, "sd")

    def _support(self) -> tuple[float, float]:
        return -np.inf, np.inf

    def _moments(self) -> tuple[float, float]:
        return self.location, self.scale

    def _cdf(self, x: FloatArray) -> FloatArray:
        return special.ndtr(self._score(x))

    def _sf(self, x: FloatArray) -> FloatArray:
        return special.ndtr(-self._score(x))

    def _density(self, x: FloatArray) -> FloatArray:
        u = self._score(x)
        return np.asarray(exp(-0.5 * u * u) / (np.sqrt(2 * np.pi) * self.scale))

    def _quantile(self, p: FloatArray) -> FloatArray:
        return self.location + self.scale * special.ndtri(p)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return self.location - self.scale * special.ndtri(q)

    def _from_normal(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        return self.location + self.scale * z, np.full_like(z, self.scale)

    def _score(self, x: FloatArray) -> FloatArray:
        return (x - self.location) / self.scale
