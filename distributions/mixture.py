"""Mixtures: a law drawn at random from several, with given weights.

mixture(law, law, …, weights): P(X ≤ x) = Σ wᵢ·Fᵢ(x), equal weights where none are given. Components may be any laws,
also discrete ones (a cost that is 0 with probability 0.3) and mixtures, which are opened up; a mixture of discrete laws
is discrete.

The quantile has no closed form. It lies between the smallest and the largest of the components' quantiles, and is found
there by Newton's method on the logarithm of the tail (the lower tail below the median, the upper above), which the
tails of a mixture make nearly straight, safeguarded by bisection; points of positive probability are found by look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from burncast.distributions.discrete import Discrete, check_weights, discrete
from burncast.distributions.errors import LawError
from burncast.distributions.inversion import solve_tail
from burncast.distributions.law import FloatArray, Law

__all__ = ["Mixture", "mixture"]


@dataclass(frozen=True)
class Mixture(Law):
    """Two or more ``components`` with ``weights`` that sum to 1; build it with :func:`mixture`."""

    components: tuple[Law, ...]
    weights: tuple[float, ...]

    @property
    def inverted(self) -> bool:
        """Always: the quantile has no closed form."""
        return True

    def atoms(self) -> tuple[FloatArray, FloatArray]:
        """The points of the discrete components; their probabilities sum to less than 1."""
        return self._points[0].copy(), self._points[1].copy()

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """Those of the components, their ends, and the points of positive probability."""
        ends = (end for law in self.components for end in law.support if np.isfinite(end))
        inner = (point for law in self.components for point in law.breakpoints)
        return tuple(sorted({*ends, *inner, *self._points[0].tolist()}))

    @property
    def tail_indices(self) -> tuple[float, float]:
        """Those of the heaviest component on each side."""
        lower, upper = zip(*(law.tail_indices for law in self.components), strict=True)
        return min(lower), min(upper)

    def _support(self) -> tuple[float, float]:
        lows, highs = zip(*(law.support for law in self.components), strict=True)
        return min(lows), max(highs)

    def _moments(self) -> tuple[float, float]:
        weights = np.array(self.weights)
        means, sds = (np.array(column) for column in zip(*((law.mean, law.sd) for law in self.components), strict=True))
        with np.errstate(invalid="ignore"):
            mean = float(np.sum(weights * means))
        if not np.isfinite(mean):
            return mean, np.nan if np.isnan(mean) else np.inf
        return mean, float(np.sqrt(np.sum(weights * (sds**2 + (means - mean) ** 2))))

    def _cdf(self, x: FloatArray) -> FloatArray:
        return self._sum(lambda law: law.cdf(x))

    def _sf(self, x: FloatArray) -> FloatArray:
        return self._sum(lambda law: law.sf(x))

    def _density(self, x: FloatArray) -> FloatArray:
        return self._sum(lambda law: law.density(x))

    def _quantile(self, p: FloatArray) -> FloatArray:
        least = np.minimum.reduce([law.quantile(p) for law in self.components])
        most = np.maximum.reduce([law.quantile(p) for law in self.components])
        for law, weight in zip(self.components, self.weights, strict=True):
            most = np.minimum(most, np.where(p < weight, law.quantile(np.minimum(p / weight, 1.0)), np.inf))
        points, before, _ = self._at_points
        if len(points):
            place = np.minimum(np.searchsorted(self.cdf(points), p, side="left"), len(points) - 1)
            found = (p > before[place]) & (p <= self.cdf(points)[place])
            least, most = np.where(found, points[place], least), np.where(found, points[place], most)
        return solve_tail(self._cdf, self._density, p, least, most, rising=True)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        least = np.minimum.reduce([law.quantile_upper(q) for law in self.components])
        most = np.maximum.reduce([law.quantile_upper(q) for law in self.components])
        for law, weight in zip(self.components, self.weights, strict=True):
            least = np.maximum(least, np.where(q < weight, law.quantile_upper(np.minimum(q / weight, 1.0)), -np.inf))
        points, _, before = self._at_points
        if len(points):
            place = np.minimum(np.searchsorted(-self.sf(points), -q, side="left"), len(points) - 1)
            found = (q < before[place]) & (q >= self.sf(points)[place])
            least, most = np.where(found, points[place], least), np.where(found, points[place], most)
        return solve_tail(self._sf, self._density, q, least, most, rising=False)

    def _sum(self, function: Callable[[Law], FloatArray]) -> FloatArray:
        parts = [w * function(law) for law, w in zip(self.components, self.weights, strict=True)]
        return np.asarray(np.sum(parts, axis=0), dtype=np.float64)

    @cached_property
    def _points(self) -> tuple[FloatArray, FloatArray]:
        atoms = [law.atoms() for law in self.components]
        points, place = np.unique(np.concatenate([points for points, _ in atoms]), return_inverse=True)
        masses = np.concatenate([w * mass for (_, mass), w in zip(atoms, self.weights, strict=True)])
        return points, np.bincount(place, weights=masses, minlength=len(points)).astype(np.float64)

    @cached_property
    def _at_points(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The points of positive probability, P(X < point) and P(X ≥ point)."""
        points, masses = self._points
        return points, self.cdf(points) - masses, self.sf(points) + masses


def mixture(laws: Sequence[Law], weights: Sequence[float] | None = None) -> Law:
    """A draw from ``laws``, each in proportion to its weight; components of weight 0 are dropped.

    >>> from burncast.distributions.normal import Normal
    >>> float(mixture([Normal(-3.0, 1.0), Normal(3.0, 1.0)]).cdf(0.0))
    0.5
    """
    if not laws:
        raise LawError("a mixture of no laws", expected="mixture(law, law, …, weights=[…])")
    given = np.ones(len(laws)) if weights is None else np.array(weights, dtype=np.float64)
    if len(given) != len(laws):
        raise LawError(
            f"{len(given)} weights for {len(laws)} laws", argument="weights", expected="one weight for each law"
        )
    check_weights(given)
    opened = [part for law, share in zip(laws, given / given.sum(), strict=True) for part in _opened(law, float(share))]
    parts = [(law, share) for law, share in opened if share > 0]
    points = [part for part in parts if isinstance(part[0], Discrete)]
    others = [part for part in parts if not isinstance(part[0], Discrete)]
    if len(points) > 1:
        values = [value for law, _ in points for value in law.atoms()[0].tolist()]
        masses = [mass * share for law, share in points for mass in law.atoms()[1].tolist()]
        points = [(discrete(values, masses), sum(share for _, share in points))]
    merged = others + points
    if len(merged) == 1:
        return merged[0][0]
    return Mixture(tuple(law for law, _ in merged), tuple(share for _, share in merged))


def _opened(law: Law, share: float) -> list[tuple[Law, float]]:
    if isinstance(law, Mixture):
        return [(part, share * weight) for part, weight in zip(law.components, law.weights, strict=True)]
    return [(law, share)]
