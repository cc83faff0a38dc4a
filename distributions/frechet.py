"""The Fréchet law: the largest of many heavy-tailed quantities.

frechet(alpha, scale): P(X ≤ x) = exp(−(x/scale)^−alpha), x > 0. Mean scale·Γ(1 − 1/alpha) where alpha > 1;
frechet(mean, sd) solves (sd/mean)² = Γ(1 − 2/alpha)/Γ(1 − 1/alpha)² − 1 for alpha > 2. Source: Coles, An Introduction
to Statistical Modeling of Extreme Values, Springer 2001, §3.1. Twin: ``scipy.stats.invweibull(alpha, scale=scale)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from burncast.distributions.gev import log_gamma_excess
from burncast.distributions.inversion import falling_root
from burncast.distributions.law import FloatArray, Parametric, positive
from burncast.distributions.moments import moments_that_exist
from burncast.distributions.portable import exp, expm1, log, log1p

__all__ = ["Frechet", "frechet_from_moments"]


@dataclass(frozen=True)
class Frechet(Parametric):
    """Fréchet with tail index ``alpha``, stretched by ``scale``."""

    alpha: float
    scale: float

    above_zero = frozenset({"alpha", "scale"})

    @property
    def tail_indices(self) -> tuple[float, float]:
        """The upper tail falls like x^−alpha."""
        return np.inf, self.alpha

    def _support(self) -> tuple[float, float]:
        return 0.0, np.inf

    def _moments(self) -> tuple[float, float]:
        mean = self.scale * math.gamma(1 - 1 / self.alpha) if self.alpha > 1 else np.inf
        sd = mean * math.sqrt(_squared_variation(self.alpha)) if self.alpha > 2 else np.inf
        return moments_that_exist(self.tail_indices, mean, sd)

    def _cdf(self, x: FloatArray) -> FloatArray:
        return exp(-self._hazard(x))

    def _sf(self, x: FloatArray) -> FloatArray:
        return -expm1(-self._hazard(x))

    def _density(self, x: FloatArray) -> FloatArray:
        inside = (x > 0) & np.isfinite(x)
        u = np.where(inside, x, self.scale) / self.scale
        with np.errstate(over="ignore", invalid="ignore"):
            power = exp(-(self.alpha + 1) * log(u) - exp(-self.alpha * log(u)))
        return np.where(inside, self.alpha / self.scale * np.nan_to_num(power), 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):
            return self.scale * exp(-log(-log(p)) / self.alpha)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):
            return self.scale * exp(-log(-log1p(-q)) / self.alpha)

    def _hazard(self, x: FloatArray) -> FloatArray:
        return exp(-self.alpha * log(np.maximum(x, 0.0) / self.scale))


def frechet_from_moments(mean: float, sd: float) -> Frechet:
    """The Fréchet law of the given mean and standard deviation, both above 0 (its alpha is then above 2)."""
    positive(mean, "mean")
    positive(sd, "sd")
    beyond = falling_root(lambda beyond: _squared_variation(2 + beyond), (sd / mean) ** 2, (1e-12, 1e7), "Fréchet")
    alpha = 2 + beyond
    return Frechet(alpha, mean / math.gamma(1 - 1 / alpha))


def _squared_variation(alpha: float) -> float:
    """(sd/mean)² of the law with this tail index: falls as the index grows."""
    return math.expm1(log_gamma_excess(1 / alpha))
