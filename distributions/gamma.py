"""The gamma law.

gamma(shape, scale): density x^(shape−1)·exp(−x/scale)/(Γ(shape)·scale^shape), x > 0. gamma(mean, sd): shape =
(mean/sd)², scale = sd²/mean. Twin: ``scipy.stats.gamma(shape, scale=scale)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from burncast.distributions.law import FloatArray, Parametric, positive
from burncast.distributions.portable import exp

__all__ = ["Gamma", "gamma_from_moments"]


@dataclass(frozen=True)
class Gamma(Parametric):
    """Gamma with the given ``shape`` and ``scale``: mean shape·scale, sd √shape·scale."""

    shape: float
    scale: float

    above_zero = frozenset({"shape", "scale"})

    def _support(self) -> tuple[float, float]:
        return 0.0, np.inf

    def _moments(self) -> tuple[float, float]:
        return self.shape * self.scale, float(np.sqrt(self.shape)) * self.scale

    def _cdf(self, x: FloatArray) -> ArrayLike:
        return special.gammainc(self.shape, np.maximum(x, 0.0) / self.scale)

    def _sf(self, x: FloatArray) -> ArrayLike:
        return special.gammaincc(self.shape, np.maximum(x, 0.0) / self.scale)

    def _density(self, x: FloatArray) -> ArrayLike:
        u = np.maximum(x, 0.0) / self.scale
        with np.errstate(divide="ignore"):
            power = special.xlogy(self.shape - 1, u) - u - special.gammaln(self.shape)
            return np.where(x >= 0, exp(power) / self.scale, 0.0)

    def _quantile(self, p: FloatArray) -> ArrayLike:
        return self.scale * special.gammaincinv(self.shape, p)

    def _quantile_upper(self, q: FloatArray) -> ArrayLike:
        return self.scale * special.gammainccinv(self.shape, q)


def gamma_from_moments(mean: float, sd: float) -> Gamma:
    """The gamma law of the given mean and standard deviation, both above 0."""
    positive(mean, "mean")
    positive(sd, "sd")
    return Gamma((mean / sd) ** 2, sd * sd / mean)
