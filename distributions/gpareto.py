"""The generalised Pareto law: what lies beyond a high threshold.

gpareto(shape, scale, low=0): P(X > x) = (1 + shape·(x − low)/scale)^(−1/shape), x > low; shape 0 is the exponential
law, shape > 0 has a heavy tail of index 1/shape, shape < 0 the upper end low − scale/shape. Mean low +
scale/(1 − shape) where shape < 1, sd scale/((1 − shape)·√(1 − 2·shape)) where shape < 1/2. gpareto(mean, sd, low=0):
with m = mean − low, shape = (1 − (m/sd)²)/2 and scale = m·(1 − shape). Source: Coles, An Introduction to Statistical
Modeling of Extreme Values, Springer 2001, §4.2. Twin: ``scipy.stats.genpareto(shape, low, scale)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray, Parametric, positive, real
from burncast.distributions.moments import moments_that_exist
from burncast.distributions.portable import exp, expm1, log, log1p
from burncast.distributions.stretching import shrunk, stretched, stretched_end

__all__ = ["GeneralisedPareto", "gpareto_from_moments"]


@dataclass(frozen=True)
class GeneralisedPareto(Parametric):
    """Generalised Pareto with tail ``shape``, stretched by ``scale``, above ``low``."""

    shape: float
    scale: float
    low: float = 0.0

    above_zero = frozenset({"scale"})

    @property
    def tail_indices(self) -> tuple[float, float]:
        """The upper tail falls like x^(−1/shape) where the shape is above 0."""
        return np.inf, 1 / self.shape if self.shape > 0 else np.inf

    def _support(self) -> tuple[float, float]:
        return self.low, (self.low + self.scale * stretched_end(self.shape) if self.shape < 0 else np.inf)

    def _moments(self) -> tuple[float, float]:
        rest = 1 - self.shape
        mean = self.low + self.scale / rest if rest > 0 else np.inf
        sd = self.scale / (rest * math.sqrt(1 - 2 * self.shape)) if self.shape < 0.5 else np.inf
        return moments_that_exist(self.tail_indices, mean, sd)

    def _cdf(self, x: FloatArray) -> FloatArray:
        return -expm1(-self._hazard(x))

    def _sf(self, x: FloatArray) -> FloatArray:
        return exp(-self._hazard(x))

    def _density(self, x: FloatArray) -> FloatArray:
        hazard = self._hazard(x)
        with np.errstate(invalid="ignore"):
            density = exp(-(1 + self.shape) * hazard) / self.scale
        return np.where((x >= self.low) & np.isfinite(hazard), density, 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        return self.low + self.scale * stretched(-log1p(-p), self.shape)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return self.low + self.scale * stretched(-log(q), self.shape)

    def _hazard(self, x: FloatArray) -> FloatArray:
        return shrunk(np.maximum(x - self.low, 0.0) / self.scale, self.shape)


def gpareto_from_moments(mean: float, sd: float, low: float = 0.0) -> GeneralisedPareto:
    """The generalised Pareto law above ``low`` of the given mean and standard deviation."""
    real(mean, "mean")
    positive(sd, "sd")
    real(low, "low")
    if mean <= low:
        raise LawError(f"mean is {mean:g}", argument="mean", expected=f"a number above low = {low:g}")
    ratio = (mean - low) / sd
    shape = (1 - ratio * ratio) / 2
    return GeneralisedPareto(shape, (mean - low) * (1 - shape), low)
