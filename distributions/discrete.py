"""A law on finitely many points.

discrete(values, weights): P(X = values[i]) = weights[i]/sum(weights); equal weights where none are given. Its quantile
is the smallest value whose cumulative probability reaches p, NumPy's ``inverted_cdf``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray, Law

__all__ = ["Discrete", "check_weights", "constant", "discrete"]


@dataclass(frozen=True)
class Discrete(Law):
    """Points ``values``, strictly ascending, with positive ``weights``; build it with :func:`discrete`."""

    values: tuple[float, ...]
    weights: tuple[float, ...]

    @property
    def discrete(self) -> bool:
        """Always: all the probability sits on the points."""
        return True

    def atoms(self) -> tuple[FloatArray, FloatArray]:
        """The points and their probabilities."""
        weights = np.array(self.weights)
        return self._points.copy(), weights / weights.sum()

    def _support(self) -> tuple[float, float]:
        return self.values[0], self.values[-1]

    def _moments(self) -> tuple[float, float]:
        points, probabilities = self.atoms()
        mean = float(np.sum(probabilities * points))
        return mean, float(np.sqrt(np.sum(probabilities * (points - mean) ** 2)))

    def _cdf(self, x: FloatArray) -> FloatArray:
        return self._cumulative[np.searchsorted(self._points, x, side="right")]

    def _sf(self, x: FloatArray) -> FloatArray:
        return self._remaining[np.searchsorted(self._points, x, side="right")]

    def _density(self, x: FloatArray) -> FloatArray:
        return np.zeros_like(x)

    def _quantile(self, p: FloatArray) -> FloatArray:
        place = np.searchsorted(self._cumulative[1:], p, side="left")
        return self._points[np.minimum(place, len(self.values) - 1)]

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        place = np.searchsorted(-self._remaining[1:], -q, side="left")
        return self._points[np.minimum(place, len(self.values) - 1)]

    @cached_property
    def _points(self) -> FloatArray:
        return np.array(self.values)

    @cached_property
    def _cumulative(self) -> FloatArray:
        sums = np.concatenate([[0.0], np.cumsum(self.weights)])
        return np.asarray(sums / sums[-1])

    @cached_property
    def _remaining(self) -> FloatArray:
        sums = np.concatenate([np.cumsum(self.weights[::-1])[::-1], [0.0]])
        return np.asarray(sums / sums[0])


def discrete(values: Sequence[float], weights: Sequence[float] | None = None) -> Discrete:
    """The law of a draw from ``values`` in proportion to ``weights``: equal values are merged, zero weights dropped.

    >>> discrete([3.0, 1.0, 3.0]).values
    (1.0, 3.0)
    """
    points = np.array(values, dtype=np.float64)
    masses = np.ones(len(points)) if weights is None else np.array(weights, dtype=np.float64)
    if points.ndim != 1 or not len(points):
        raise LawError("there are no values", argument="values", expected="a list of numbers")
    if not np.all(np.isfinite(points)):
        raise LawError("a value is not finite", argument="values", expected="finite numbers")
    if masses.shape != points.shape:
        raise LawError(
            f"{len(masses)} weights for {len(points)} values", argument="weights", expected="one weight for each value"
        )
    check_weights(masses)
    merged, place = np.unique(points, return_inverse=True)
    total = np.bincount(place, weights=masses)
    kept = total > 0
    return Discrete(tuple(merged[kept].tolist()), tuple(total[kept].tolist()))


def constant(value: float) -> Discrete:
    """The law of a number that is known."""
    return discrete([value])


def check_weights(weights: FloatArray) -> None:
    """Refuse weights that are negative, not finite, or all zero."""
    if not np.all(np.isfinite(weights)) or np.any(weights < 0):
        worst = weights[~(np.isfinite(weights) & (weights >= 0))][0]
        raise LawError(f"a weight is {worst:g}", argument="weights", expected="weights of 0 or more")
    if not np.any(weights > 0):
        raise LawError("every weight is 0", argument="weights", expected="at least one weight above 0")
