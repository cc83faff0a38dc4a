"""A sample smoothed with a normal kernel.

smoothed(sample=[…], bandwidth=, weights=[…]): one observation drawn at random plus a normal error of standard deviation
``bandwidth``; where none is given, 0.9·min(sd, interquartile range/1.34)·n^(−1/5), which is near the best for a single
bump (Silverman, Density Estimation, Chapman & Hall 1986, eq. 3.31; n is (Σw)²/Σw² of weights). Support: the whole line;
truncate it, or smooth the logarithms, where the quantity has an end. Mean that of the sample, variance that of the
sample (divisor n) plus bandwidth². Twin: ``scipy.stats.gaussian_kde`` with this bandwidth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from burncast.distributions.empirical import empirical
from burncast.distributions.errors import LawError
from burncast.distributions.inversion import invert
from burncast.distributions.law import FloatArray, Law, positive
from burncast.distributions.portable import exp

__all__ = ["Smoothed", "smoothed"]

MOST_POINTS = 5_000
AT_ONCE = 1 << 22
"""Pairs of a point and an observation that are held in memory."""


@dataclass(frozen=True)
class Smoothed(Law):
    """Normal bumps of width ``bandwidth`` about ``centres`` with ``weights`` that sum to 1; build it with
    :func:`smoothed`."""

    centres: tuple[float, ...]
    weights: tuple[float, ...]
    bandwidth: float

    @property
    def inverted(self) -> bool:
        """Always: the quantile has no closed form."""
        return True

    def _support(self) -> tuple[float, float]:
        return -np.inf, np.inf

    def _moments(self) -> tuple[float, float]:
        weights, centres = self._columns
        mean = float(np.sum(weights * centres))
        return mean, math.sqrt(float(np.sum(weights * (centres - mean) ** 2)) + self.bandwidth**2)

    def _cdf(self, x: FloatArray) -> FloatArray:
        return self._sum(x, special.ndtr)

    def _sf(self, x: FloatArray) -> FloatArray:
        return self._sum(x, lambda score: special.ndtr(-score))

    def _density(self, x: FloatArray) -> FloatArray:
        return self._sum(x, lambda score: exp(-0.5 * score * score)) / (math.sqrt(2 * math.pi) * self.bandwidth)

    def _quantile(self, p: FloatArray) -> FloatArray:
        return invert(self._cdf, self._density, p, self.support, self.mean, self.sd, rising=True)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return invert(self._sf, self._density, q, self.support, self.mean, self.sd, rising=False)

    def _sum(self, x: FloatArray, function: Callable[[FloatArray], ArrayLike]) -> FloatArray:
        weights, centres = self._columns
        flat = np.ravel(x)
        parts = [np.empty(0)]
        rows = max(1, AT_ONCE // len(centres))
        with np.errstate(over="ignore"):
            for start in range(0, len(flat), rows):
                score = (flat[start : start + rows, None] - centres) / self.bandwidth
                parts.append(np.sum(np.asarray(function(score)) * weights, axis=1))
        return np.concatenate(parts).reshape(np.shape(x))

    @cached_property
    def _columns(self) -> tuple[FloatArray, FloatArray]:
        return np.array(self.weights), np.array(self.centres)


def smoothed(
    sample: Sequence[float], bandwidth: float | None = None, weights: Sequence[float] | None = None
) -> Smoothed:
    """The law of a draw from ``sample`` plus a normal error.

    >>> smoothed([1.0, 3.0], bandwidth=1.0).mean
    2.0
    """
    drawn = empirical(sample, weights)
    if len(drawn.values) > MOST_POINTS:
        raise LawError(
            f"the sample has {len(drawn.values):,} different values",
            argument="sample",
            expected=f"at most {MOST_POINTS:,}, or empirical()",
        )
    if bandwidth is None:
        given = np.ones(len(sample)) if weights is None else np.array(weights, dtype=np.float64)
        size = float(given.sum() ** 2 / np.sum(given**2))
        low, high = drawn.quantile([0.25, 0.75])
        spread = min(drawn.sd, float(high - low) / 1.34) or drawn.sd
        if not spread > 0:
            raise LawError("all observations are equal", argument="bandwidth", expected="a bandwidth above 0")
        bandwidth = 0.9 * spread * math.pow(size, -0.2)
    positive(bandwidth, "bandwidth")
    points, probabilities = drawn.atoms()
    return Smoothed(tuple(points.tolist()), tuple(probabilities.tolist()), float(bandwidth))
