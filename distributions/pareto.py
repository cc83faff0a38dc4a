"""The Pareto law of type I.

pareto(alpha, low): P(X > x) = (low/x)^alpha, x ≥ low. Mean alpha·low/(alpha − 1) where alpha > 1, sd low·√(alpha/(alpha
− 2))/ (alpha − 1) where alpha > 2. pareto(mean, sd): alpha = 1 + √(1 + (mean/sd)²). Twin: ``scipy.stats.pareto(alpha,
scale=low)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from burncast.distributions.law import FloatArray, Parametric, positive
from burncast.distributions.moments import moments_that_exist
from burncast.distributions.portable import exp, expm1, log, log1p

__all__ = ["Pareto", "pareto_from_moments"]


@dataclass(frozen=True)
class Pareto(Parametric):
    """Pareto above ``low`` with tail index ``alpha``."""

    alpha: float
    low: float

    above_zero = frozenset({"alpha", "low"})

    @property
    def tail_indices(self) -> tuple[float, float]:
        """The upper tail falls like x^−alpha."""
        return np.inf, self.alpha

    def _support(self) -> tuple[float, float]:
        return self.low, np.inf

    def _moments(self) -> tuple[float, float]:
        mean = self.alpha * self.low / (self.alpha - 1) if self.alpha > 1 else np.inf
        sd = self.low * float(np.sqrt(self.alpha / (self.alpha - 2))) / (self.alpha - 1) if self.alpha > 2 else np.inf
        return moments_that_exist(self.tail_indices, mean, sd)

    def _cdf(self, x: FloatArray) -> FloatArray:
        return -expm1(-self.alpha * self._log_ratio(x))

    def _sf(self, x: FloatArray) -> FloatArray:
        return exp(-self.alpha * self._log_ratio(x))

    def _density(self, x: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):
            return np.where(x >= self.low, self.alpha * self._sf(x) / np.maximum(x, self.low), 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):
            return self.low * exp(-log1p(-p) / self.alpha)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):
            return self.low * exp(-log(q) / self.alpha)

    def _log_ratio(self, x: FloatArray) -> FloatArray:
        above = np.maximum(x - self.low, 0.0) / self.low
        return log1p(above)


def pareto_from_moments(mean: float, sd: float) -> Pareto:
    """The Pareto law of the given mean and standard deviation, both above 0 (its alpha is then above 2)."""
    positive(mean, "mean")
    positive(sd, "sd")
    alpha = 1 + float(np.sqrt(1 + (mean / sd) ** 2))
    return Pareto(alpha, mean * (alpha - 1) / alpha)
