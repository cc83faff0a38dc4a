"""The inverse Gaussian law: when a Brownian motion with drift first reaches a level.

inverse_gaussian(mean, shape): density √(shape/(2πx³))·exp(−shape·(x − mean)²/(2·mean²·x)), x > 0; sd √(mean³/shape).
inverse_gaussian(mean, sd): shape = mean³/sd². A motion with drift v and volatility s that has a way d to go arrives
after a time of mean d/v and shape (d/s)². Source: Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions,
vol. 1, 2nd ed., Wiley 1994, ch. 15; the tails are written with the scaled complementary error function, so that nothing
overflows. Twin: ``scipy.stats.invgauss(mean/shape, scale=shape)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from burncast.distributions.inversion import invert
from burncast.distributions.law import FloatArray, Law, positive
from burncast.distributions.portable import exp

__all__ = ["InverseGaussian", "inverse_gaussian_from_moments"]


@dataclass(frozen=True)
class InverseGaussian(Law):
    """Inverse Gaussian with mean ``location`` and ``shape``."""

    location: float
    shape: float

    def __post_init__(self) -> None:
        positive(self.location, "mean")
        positive(self.shape, "shape")

    def _support(self) -> tuple[float, float]:
        return 0.0, np.inf

    def _moments(self) -> tuple[float, float]:
        return self.location, self.location * math.sqrt(self.location / self.shape)

    def _cdf(self, x: FloatArray) -> FloatArray:
        return self._tails(x)[0]

    def _sf(self, x: FloatArray) -> FloatArray:
        return self._tails(x)[1]

    def _density(self, x: FloatArray) -> FloatArray:
        inside = (x > 0) & np.isfinite(x)
        y = np.where(inside, x, self.location)
        with np.errstate(over="ignore", divide="ignore"):
            score = (y / self.location - 1) * np.sqrt(self.shape / y)
            return np.where(inside, np.nan_to_num(np.sqrt(self.shape / y) / y * exp(-0.5 * score**2)), 0.0) / _ROOT

    def _quantile(self, p: FloatArray) -> FloatArray:
        return invert(self._cdf, self._density, p, self.support, self.location, rising=True)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return invert(self._sf, self._density, q, self.support, self.location, rising=False)

    def _tails(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        inside = (x > 0) & np.isfinite(x)
        y = np.where(inside, x, self.location)
        with np.errstate(over="ignore"):
            root = np.sqrt(self.shape / y)
        a, b = root * (y / self.location - 1) / math.sqrt(2), root * (y / self.location + 1) / math.sqrt(2)
        with np.errstate(over="ignore", invalid="ignore"):
            size = exp(-a * a) / 2
            below = np.nan_to_num(size * (special.erfcx(-np.minimum(a, 0.0)) + special.erfcx(b)))
            above = np.nan_to_num(size * (special.erfcx(np.maximum(a, 0.0)) - special.erfcx(b)))
        cdf = np.where(a < 0, below, 1 - above)
        sf = np.where(a < 0, 1 - below, above)
        return np.where(inside, cdf, np.where(x > 0, 1.0, 0.0)), np.where(inside, sf, np.where(x > 0, 0.0, 1.0))


_ROOT = math.sqrt(2 * math.pi)


def inverse_gaussian_from_moments(mean: float, sd: float) -> InverseGaussian:
    """The inverse Gaussian law of the given mean and standard deviation, both above 0."""
    positive(mean, "mean")
    positive(sd, "sd")
    return InverseGaussian(mean, mean * (mean / sd) ** 2)
