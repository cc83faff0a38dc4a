"""The lognormal law: its logarithm is normal.

lognormal(mu, sigma): log X is normal with mean mu and standard deviation sigma. lognormal(mean, sd): the moments of X
itself, sigma² = log(1 + (sd/mean)²), mu = log(mean) − sigma²/2. Support: x > 0.
Twin: ``scipy.stats.lognorm(sigma, scale=exp(mu))``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from burncast.distributions.law import FloatArray, Parametric, positive
from burncast.distributions.portable import exp, expm1, log, log1p

__all__ = ["Lognormal", "lognormal_from_moments"]


@dataclass(frozen=True)
class Lognormal(Parametric):
    """Lognormal whose logarithm has mean ``mu`` and standard deviation ``sigma``."""

    mu: float
    sigma: float

    above_zero = frozenset({"sigma"})

    def _support(self) -> tuple[float, float]:
        return 0.0, np.inf

    def _moments(self) -> tuple[float, float]:
        with np.errstate(over="ignore"):
            mean = exp(self.mu + self.sigma**2 / 2)
            return float(mean), float(mean * np.sqrt(expm1(self.sigma**2)))

    def _cdf(self, x: FloatArray) -> FloatArray:
        return special.ndtr(self._score(x))

    def _sf(self, x: FloatArray) -> FloatArray:
        return special.ndtr(-self._score(x))

    def _density(self, x: FloatArray) -> FloatArray:
        u = self._score(x)
        safe = np.where(x > 0, x, 1.0)
        return np.where(x > 0, exp(-0.5 * u * u) / (np.sqrt(2 * np.pi) * self.sigma * safe), 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        return exp(self.mu + self.sigma * special.ndtri(p))

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return exp(self.mu - self.sigma * special.ndtri(q))

    def _from_normal(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        with np.errstate(over="ignore"):
            x = exp(self.mu + self.sigma * z)
            return x, self.sigma * x

    def _score(self, x: FloatArray) -> FloatArray:
        return (log(np.maximum(x, 0.0)) - self.mu) / self.sigma


def lognormal_from_moments(mean: float, sd: float) -> Lognormal:
    """The lognormal whose own mean and standard deviation are ``mean`` and ``sd``, both above 0."""
    positive(mean, "mean")
    positive(sd, "sd")
    variance = float(log1p((sd / mean) ** 2))
    return Lognormal(float(log(mean)) - variance / 2, float(np.sqrt(variance)))
