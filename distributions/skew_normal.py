"""The skew-normal law.

skew_normal(location, scale, shape): density 2·φ(u)·Φ(shape·u)/scale, u = (x − location)/scale, on the whole line;
shape 0 is the normal law, shape → ±∞ the half-normal. With d = shape/√(1 + shape²): mean location + scale·d·√(2/π), sd
scale·√(1 − 2d²/π). skew_normal(mean, sd, skewness), |skewness| < 0.9952, inverts these. Source: Azzalini, The
Skew-Normal and Related Families, Cambridge 2014, §2.1. Twin: ``scipy.stats.skewnorm(shape, location, scale)``.

P(X > x) on the side of the long tail is Φ(−u) + 2T(u, shape), T being Owen's function. On the side of the short tail
that would cancel; there 2·∫φ(t)·Φ(shape·t)dt is summed by exp–sinh quadrature (Takahasi & Mori, Publ. RIMS 9, 1974).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from burncast.distributions.errors import LawError
from burncast.distributions.inversion import invert
from burncast.distributions.law import FloatArray, Parametric, positive, real
from burncast.distributions.portable import exp, sinh

__all__ = ["SkewNormal", "skew_normal_from_moments"]

_GRID = np.arange(-4.4, 4.4 + 1 / 32, 1 / 16)
_NODES = exp(np.pi / 2 * sinh(_GRID))
_WEIGHTS = np.pi / 2 * np.sqrt(1 + sinh(_GRID) ** 2) / 16 * _NODES


@dataclass(frozen=True)
class SkewNormal(Parametric):
    """Skew-normal about ``location``, stretched by ``scale``, skewed by ``shape``."""

    location: float
    scale: float
    shape: float

    above_zero = frozenset({"scale"})

    def _support(self) -> tuple[float, float]:
        return -np.inf, np.inf

    def _moments(self) -> tuple[float, float]:
        share = self.shape / math.hypot(1.0, self.shape)
        return (
            self.location + self.scale * share * math.sqrt(2 / math.pi),
            self.scale * math.sqrt(1 - 2 * share * share / math.pi),
        )

    def _cdf(self, x: FloatArray) -> FloatArray:
        return _below(self._score(x), self.shape)

    def _sf(self, x: FloatArray) -> FloatArray:
        return _below(-self._score(x), -self.shape)

    def _density(self, x: FloatArray) -> FloatArray:
        u = self._score(x)
        return 2 * exp(-0.5 * u * u) / math.sqrt(2 * math.pi) * special.ndtr(self.shape * u) / self.scale

    def _quantile(self, p: FloatArray) -> FloatArray:
        return invert(self._cdf, self._density, p, self.support, self.mean, self.scale, rising=True)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return invert(self._sf, self._density, q, self.support, self.mean, self.scale, rising=False)

    def _score(self, x: FloatArray) -> FloatArray:
        return np.asarray(np.clip((x - self.location) / self.scale, -1e100, 1e100))


def skew_normal_from_moments(mean: float, sd: float, skewness: float) -> SkewNormal:
    """The skew-normal law of the given mean, standard deviation and skewness."""
    real(mean, "mean")
    positive(sd, "sd")
    real(skewness, "skewness")
    most = (4 - math.pi) / 2 / (math.pi / 2 - 1) ** 1.5
    if not abs(skewness) < most:
        raise LawError(
            f"skewness is {skewness:g}", argument="skewness", expected=f"a skewness between -{most:.4f} and {most:.4f}"
        )
    ratio = (2 * abs(skewness) / (4 - math.pi)) ** (2 / 3)
    square = math.pi / 2 * ratio / (1 + ratio)
    share = math.copysign(math.sqrt(square), skewness)
    scale = sd / math.sqrt(1 - 2 * square / math.pi)
    return SkewNormal(mean - scale * share * math.sqrt(2 / math.pi), scale, share / math.sqrt(1 - square))


def _below(u: FloatArray, shape: float) -> FloatArray:
    """P(X ≤ u) of the standard law, accurate where it is tiny."""
    if shape <= 0:
        lower = special.ndtr(u) + 2 * special.owens_t(u, -shape)
        return np.asarray(np.where(u < 0, lower, 1 - _beyond(np.maximum(u, 0.0), -shape)))
    return np.asarray(
        np.where(
            u > 0, special.ndtr(u) - 2 * special.owens_t(np.maximum(u, 0.0), shape), _beyond(np.maximum(-u, 0.0), shape)
        )
    )


def _beyond(h: FloatArray, shape: float) -> FloatArray:
    """2·∫φ(t)·Φ(−shape·t)dt from h ≥ 0 on, for shape ≥ 0: the short tail."""
    k = math.hypot(1.0, shape)
    reach = np.atleast_1d(h)[..., None]
    w = _NODES / (1 + k * reach)
    with np.errstate(over="ignore", under="ignore"):
        inner = exp(-k * reach * w - 0.5 * w * w) * special.erfcx(shape * (reach + w / k) / math.sqrt(2))
        whole = np.sum(inner * _WEIGHTS, axis=-1) / ((1 + k * reach[..., 0]) * k)
        return np.reshape(whole * exp(-0.5 * (k * reach[..., 0]) ** 2) / math.sqrt(2 * math.pi), np.shape(h))
