"""A law drawn by hand: straight lines through points of its distribution function.

piecewise(values=[…], probabilities=[…]): P(X ≤ values[i]) = probabilities[i], linear between, so that the density is
constant there; the values rise, the probabilities go from 0 to 1 and may stay level over a gap. piecewise(edges=[…],
chips=[…]): each interval between neighbouring edges has its share of the chips, as on a roulette board (O'Hagan et al.,
Uncertain Judgements, Wiley 2006, §6.4). Support: the first to the last value that carry probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray, Law

__all__ = ["Piecewise", "check_chips", "piecewise", "piecewise_from_chips"]


@dataclass(frozen=True)
class Piecewise(Law):
    """Uniform between neighbouring ``edges``, with ``masses`` that sum to 1; build it with :func:`piecewise`."""

    edges: tuple[float, ...]
    masses: tuple[float, ...]

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """The inner edges, where the density jumps."""
        return self.edges[1:-1]

    def _support(self) -> tuple[float, float]:
        return self.edges[0], self.edges[-1]

    def _moments(self) -> tuple[float, float]:
        masses, middles, widths = np.array(self.masses), (self._x[1:] + self._x[:-1]) / 2, np.diff(self._x)
        mean = float(np.sum(masses * middles))
        return mean, float(np.sqrt(np.sum(masses * ((middles - mean) ** 2 + widths**2 / 12))))

    def _cdf(self, x: FloatArray) -> FloatArray:
        cell, x = self._cell(x)
        return np.asarray(np.minimum(self._below[cell] + self._steepness[cell] * (x - self._x[cell]), 1.0))

    def _sf(self, x: FloatArray) -> FloatArray:
        cell, x = self._cell(x)
        return np.asarray(np.minimum(self._above[cell + 1] + self._steepness[cell] * (self._x[cell + 1] - x), 1.0))

    def _density(self, x: FloatArray) -> FloatArray:
        cell, inside = self._cell(x)
        return np.where(inside == x, self._steepness[cell], 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        cell = np.clip(np.searchsorted(self._below, p, side="left") - 1, 0, len(self.masses) - 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.nan_to_num((p - self._below[cell]) / self._steepness[cell], posinf=0.0)
        return np.clip(self._x[cell] + step, self._x[cell], self._x[cell + 1])

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        cell = np.clip(np.searchsorted(-self._above, -q, side="left") - 1, 0, len(self.masses) - 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.nan_to_num((q - self._above[cell + 1]) / self._steepness[cell], posinf=0.0)
        return np.clip(self._x[cell + 1] - step, self._x[cell], self._x[cell + 1])

    def _cell(self, x: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
        x = np.clip(x, self._x[0], self._x[-1])
        return np.clip(np.searchsorted(self._x, x, side="right") - 1, 0, len(self.masses) - 1), x

    @cached_property
    def _x(self) -> FloatArray:
        return np.array(self.edges)

    @cached_property
    def _steepness(self) -> FloatArray:
        return np.array(self.masses) / np.diff(self._x)

    @cached_property
    def _below(self) -> FloatArray:
        sums = np.concatenate([[0.0], np.cumsum(self.masses)])
        return np.asarray(sums / sums[-1])

    @cached_property
    def _above(self) -> FloatArray:
        sums = np.concatenate([np.cumsum(self.masses[::-1])[::-1], [0.0]])
        return np.asarray(sums / sums[0])


def piecewise(values: Sequence[float], probabilities: Sequence[float]) -> Piecewise:
    """Straight lines through P(X ≤ values[i]) = probabilities[i].

    >>> float(piecewise([0.0, 10.0, 30.0], [0.0, 0.5, 1.0]).quantile(0.75))
    20.0
    """
    edges, levels = np.array(values, dtype=np.float64), np.array(probabilities, dtype=np.float64)
    if len(edges) != len(levels):
        raise LawError(
            f"{len(levels)} probabilities for {len(edges)} values",
            argument="probabilities",
            expected="one probability for each value",
        )
    _check_rising(edges, "values")
    if not np.all(np.isfinite(levels)) or np.any(np.diff(levels) < 0):
        raise LawError("the probabilities fall", argument="probabilities", expected="numbers that rise from 0 to 1")
    if levels[0] != 0 or levels[-1] != 1:
        raise LawError(
            f"the probabilities go from {levels[0]:g} to {levels[-1]:g}", argument="probabilities", expected="0 to 1"
        )
    return _trimmed(edges, np.diff(levels))


def piecewise_from_chips(edges: Sequence[float], chips: Sequence[float]) -> Piecewise:
    """A histogram: ``chips[i]`` lie between ``edges[i]`` and ``edges[i + 1]``.

    >>> piecewise_from_chips([0.0, 10.0, 30.0], [3.0, 1.0]).masses
    (0.75, 0.25)
    """
    check_chips(edges, chips)
    masses = np.array(chips, dtype=np.float64)
    return _trimmed(np.array(edges, dtype=np.float64), masses / masses.sum())


def check_chips(edges: Sequence[float], chips: Sequence[float]) -> None:
    """Refuse edges that do not rise, and chips that are not one number of 0 or more between each two of them."""
    _check_rising(np.array(edges, dtype=np.float64), "edges")
    if len(chips) != len(edges) - 1:
        raise LawError(
            f"{len(chips)} chips for {len(edges)} edges", argument="chips", expected="one number between each two edges"
        )
    if not np.all(np.isfinite(chips)) or min(chips) < 0 or not max(chips) > 0:
        raise LawError("a number of chips is below 0, or all are 0", argument="chips", expected="numbers of 0 or more")


def _check_rising(values: FloatArray, argument: str) -> None:
    if len(values) < 2:
        raise LawError(f"there are {len(values)} {argument}", argument=argument, expected="two or more")
    if not np.all(np.isfinite(values)) or np.any(np.diff(values) <= 0):
        raise LawError(f"the {argument} do not rise", argument=argument, expected="finite numbers, each above the last")


def _trimmed(edges: FloatArray, masses: FloatArray) -> Piecewise:
    kept = np.flatnonzero(masses > 0)
    first, last = int(kept[0]), int(kept[-1]) + 1
    return Piecewise(tuple(edges[first : last + 1].tolist()), tuple(masses[first:last].tolist()))
