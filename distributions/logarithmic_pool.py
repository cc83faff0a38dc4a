"""The logarithmic opinion pool: a law whose density is the weighted geometric mean of several densities.

density ∝ ∏ fᵢ(x)^wᵢ, Σwᵢ = 1. Unlike a mixture it has one opinion where the experts agree and none where one of them
sees nothing; normal laws give a normal law whose precision is the weighted mean of theirs. Support: what all share.
Source: Genest & Zidek, Statistical Science 1(1), 1986, §3.

The product is summed by Gauss–Legendre quadrature over cells between the quantiles of every expert, an eighth of a
standard normal deviation apart, from below for the lower tail and from above for the upper.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.errors import LawError
from burncast.distributions.inversion import solve_tail
from burncast.distributions.law import FloatArray, Law
from burncast.distributions.moments import moments_that_exist
from burncast.distributions.portable import exp, log

__all__ = ["LogarithmicPool"]

REACH, STEP = 37.0, 0.125
NODES = 12


@dataclass(frozen=True)
class LogarithmicPool(Law):
    """The geometric mean of ``components``, continuous laws, with ``weights`` that sum to 1."""

    components: tuple[Law, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if any(len(law.atoms()[0]) for law in self.components):
            raise LawError(
                "a logarithmic pool of a law with points of positive probability", argument="kind", expected='"linear"'
            )
        low, high = self.support
        if not low < high or not len(self._cells) > 1:
            raise LawError("the laws have no values in common", argument="kind", expected='"linear"')

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """Those of the components that lie inside."""
        low, high = self.support
        return tuple(sorted({point for law in self.components for point in law.breakpoints if low < point < high}))

    @property
    def tail_indices(self) -> tuple[float, float]:
        """The weighted means of the components'."""
        lower, upper = zip(*(law.tail_indices for law in self.components), strict=True)
        return (
            sum(weight * index for weight, index in zip(self.weights, lower, strict=True)),
            sum(weight * index for weight, index in zip(self.weights, upper, strict=True)),
        )

    @property
    def inverted(self) -> bool:
        """Always: the quantile has no closed form."""
        return True

    def _support(self) -> tuple[float, float]:
        lows, highs = zip(*(law.support for law in self.components), strict=True)
        return max(lows), min(highs)

    def _moments(self) -> tuple[float, float]:
        x, weights = _nodes(self._cells[:-1], self._cells[1:])
        masses = weights * self._height(x) / self._total
        with np.errstate(over="ignore", invalid="ignore"):
            mean = float(np.sum(masses * x))
            sd = math.sqrt(float(np.sum(masses * (x - mean) ** 2)))
        return moments_that_exist(self.tail_indices, mean, sd)

    def _cdf(self, x: FloatArray) -> FloatArray:
        cell, inside = self._cell(x)
        share = (self._below[cell] + self._between(self._cells[cell], inside)) / self._total
        return np.where(x >= self._cells[-1], 1.0, np.where(x <= self._cells[0], 0.0, np.clip(share, 0.0, 1.0)))

    def _sf(self, x: FloatArray) -> FloatArray:
        cell, inside = self._cell(x)
        share = (self._above[cell + 1] + self._between(inside, self._cells[cell + 1])) / self._total
        return np.where(x >= self._cells[-1], 0.0, np.where(x <= self._cells[0], 1.0, np.clip(share, 0.0, 1.0)))

    def _density(self, x: FloatArray) -> FloatArray:
        inside = (x >= self._cells[0]) & (x <= self._cells[-1])
        return np.where(inside, self._height(np.where(inside, x, self._cells[1])) / self._total, 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        cell = np.clip(np.searchsorted(self._below / self._total, p, side="left") - 1, 0, len(self._cells) - 2)
        return self._solved(p, cell, rising=True)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        cell = np.clip(np.searchsorted(-self._above / self._total, -q, side="left") - 1, 0, len(self._cells) - 2)
        return self._solved(q, cell, rising=False)

    def _solved(self, target: FloatArray, cell: NDArray[np.int64], *, rising: bool) -> FloatArray:
        least, most = np.array(self._cells[cell]), np.array(self._cells[cell + 1])
        low, high = self.support
        ends = ((0.0, low), (1.0, high)) if rising else ((1.0, low), (0.0, high))
        for probability, end in ends:
            least[target == probability] = most[target == probability] = end
        return solve_tail(self._cdf if rising else self._sf, self._density, target, least, most, rising=rising)

    def _height(self, x: FloatArray) -> FloatArray:
        """The density up to its factor."""
        with np.errstate(invalid="ignore", over="ignore"):
            return np.nan_to_num(exp(self._log_height(x) - self._peak), posinf=0.0)

    def _log_height(self, x: FloatArray) -> FloatArray:
        parts = [w * log(law.density(x)) for law, w in zip(self.components, self.weights, strict=True)]
        return np.asarray(np.sum(parts, axis=0))

    def _between(self, start: FloatArray, end: FloatArray) -> FloatArray:
        x, weights = _nodes(start, end)
        return np.asarray(np.sum(weights * self._height(x), axis=-1))

    def _cell(self, x: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
        x = np.clip(x, self._cells[0], self._cells[-1])
        return np.clip(np.searchsorted(self._cells, x, side="right") - 1, 0, len(self._cells) - 2), x

    @cached_property
    def _cells(self) -> FloatArray:
        low, high = self.support
        z = np.arange(-REACH, REACH + STEP / 2, STEP)
        ends = [end for law in self.components for end in (*law.support, *law.breakpoints)]
        edges = np.unique(np.concatenate([*(law.from_normal(z)[0] for law in self.components), np.array(ends)]))
        return np.asarray(edges[np.isfinite(edges) & (edges >= low) & (edges <= high)])

    @cached_property
    def _peak(self) -> float:
        height = self._log_height(_nodes(self._cells[:-1], self._cells[1:])[0])
        return float(np.max(height[np.isfinite(height)], initial=-1e300))

    @cached_property
    def _masses(self) -> FloatArray:
        return self._between(self._cells[:-1], self._cells[1:])

    @cached_property
    def _below(self) -> FloatArray:
        return np.concatenate([[0.0], np.cumsum(self._masses)])

    @cached_property
    def _above(self) -> FloatArray:
        return np.concatenate([np.cumsum(self._masses[::-1])[::-1], [0.0]])

    @cached_property
    def _total(self) -> float:
        return float(self._below[-1])


def _nodes(start: FloatArray, end: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights between ``start`` and ``end``, along a new last axis."""
    half = ((end - start) / 2)[..., None]
    return start[..., None] + half * (1 + _X), half * _WEIGHTS


def _gauss_legendre(count: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights on [−1, 1], by Newton's method on the recurrence of the Legendre polynomials."""
    x = np.array([-math.cos(math.pi * (k + 0.75) / (count + 0.5)) for k in range(count)])
    for _ in range(8):
        before, value = np.ones(count), x.copy()
        for degree in range(2, count + 1):
            before, value = value, ((2 * degree - 1) * x * value - (degree - 1) * before) / degree
        slope = count * (x * value - before) / (x * x - 1)
        x = x - value / slope
    return x, 2 / ((1 - x * x) * slope * slope)


_X, _WEIGHTS = _gauss_legendre(NODES)
