"""The generalised extreme value law: Gumbel, Fréchet and reversed Weibull in one.

gev(location, scale, shape): P(X ≤ x) = exp(−(1 + shape·u)^(−1/shape)), u = (x − location)/scale, where 1 + shape·u > 0;
shape 0 is the Gumbel law, shape > 0 has a heavy upper tail of index 1/shape and a lower end, shape < 0 an upper end.
gev(shape, mean, sd), shape < 1/2: mean = location + scale·(Γ(1 − shape) − 1)/shape, variance = scale²·(Γ(1 − 2·shape) −
Γ(1 − shape)²)/shape². Source: Coles, An Introduction to Statistical Modeling of Extreme Values, Springer 2001, §3.1.
Twin: ``scipy.stats.genextreme(-shape, location, scale)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray, Parametric, positive, real
from burncast.distributions.moments import moments_that_exist
from burncast.distributions.portable import exp, expm1, log, log1p
from burncast.distributions.stretching import shrunk, stretched, stretched_end

__all__ = ["Gev", "gev_from_moments", "log_gamma_excess"]


@dataclass(frozen=True)
class Gev(Parametric):
    """Generalised extreme value law about ``location``, stretched by ``scale``, with tail ``shape``."""

    location: float
    scale: float
    shape: float

    above_zero = frozenset({"scale"})

    def __post_init__(self) -> None:
        super().__post_init__()
        if abs(self.shape) > 100:
            raise LawError(f"shape is {self.shape:g}", argument="shape", expected="a number between -100 and 100")

    @property
    def tail_indices(self) -> tuple[float, float]:
        """The upper tail falls like x^(−1/shape) where the shape is above 0."""
        return np.inf, 1 / self.shape if self.shape > 0 else np.inf

    def _support(self) -> tuple[float, float]:
        end = self.location + self.scale * stretched_end(self.shape)
        return (end if self.shape > 0 else -np.inf), (end if self.shape < 0 else np.inf)

    def _moments(self) -> tuple[float, float]:
        if self.shape >= 1:
            return moments_that_exist(self.tail_indices, np.inf, np.inf)
        centre, spread = _standard_moments(self.shape)
        return moments_that_exist(self.tail_indices, self.location + self.scale * centre, self.scale * spread)

    def _cdf(self, x: FloatArray) -> FloatArray:
        return exp(-exp(-self._score(x)))

    def _sf(self, x: FloatArray) -> FloatArray:
        return -expm1(-exp(-self._score(x)))

    def _density(self, x: FloatArray) -> FloatArray:
        y = self._score(x)
        with np.errstate(over="ignore", invalid="ignore"):
            return np.where(np.isfinite(y), exp(-(1 + self.shape) * y - exp(-y)), 0.0) / self.scale

    def _quantile(self, p: FloatArray) -> FloatArray:
        return self.location + self.scale * stretched(-log(-log(p)), self.shape)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return self.location + self.scale * stretched(-log(-log1p(-q)), self.shape)

    def _score(self, x: FloatArray) -> FloatArray:
        return shrunk((x - self.location) / self.scale, self.shape)


def gev_from_moments(shape: float, mean: float, sd: float) -> Gev:
    """The generalised extreme value law of this ``shape``, mean and standard deviation."""
    real(shape, "shape")
    real(mean, "mean")
    positive(sd, "sd")
    if not -100 < shape < 0.5:
        raise LawError(f"shape is {shape:g}", argument="shape", expected="a shape below 0.5, where the sd is finite")
    centre, spread = _standard_moments(shape)
    scale = sd / spread
    return Gev(mean - scale * centre, scale, shape)


def log_gamma_excess(x: float) -> float:
    """log Γ(1 − 2x) − 2·log Γ(1 − x) for x < 1/2, with full relative accuracy: near π²x²/6 where x is small."""
    if abs(x) < _SMALL:
        return x * x * _series(lambda k: 2.0**k - 2, x, 2)
    return math.lgamma(1 - 2 * x) - 2 * math.lgamma(1 - x)


_SMALL = 0.1


def _standard_moments(shape: float) -> tuple[float, float]:
    """Mean and sd for location 0 and scale 1; the sd is infinite where the shape is 1/2 or more."""
    if abs(shape) < _SMALL:
        slope = float(np.euler_gamma) + shape * _series(lambda _: 1.0, shape, 2)
        mean = slope * (math.expm1(shape * slope) / (shape * slope) if shape else 1.0)
        excess = _series(lambda k: 2.0**k - 2, shape, 2)
        relative = excess * (math.expm1(shape * shape * excess) / (shape * shape * excess) if shape * shape else 1.0)
        return mean, (1 + shape * mean) * math.sqrt(relative)
    factor = math.gamma(1 - shape)
    if shape >= 0.5:
        return (factor - 1) / shape, np.inf
    return (factor - 1) / shape, factor / abs(shape) * math.sqrt(math.expm1(log_gamma_excess(shape)))


def _series(weight: Callable[[int], float], x: float, first: int) -> float:
    """Σ weight(k)·ζ(k)·x^(k − first)/k from k = ``first`` on: of log Γ(1 − x) = γx + Σ ζ(k)·x^k/k."""
    return sum(weight(k) * float(special.zeta(k, 1)) * x ** (k - first) / k for k in range(first + 28, first - 1, -1))
