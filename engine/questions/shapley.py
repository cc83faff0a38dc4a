"""Shapley effects: shares of variance for sources that depend on each other, adding up to one.

Where sources are dependent, "what knowing X_i would explain" overlaps, and Sobol indices no longer add up. The Shapley
effect of i is its marginal contribution to val(u) = Var(E[Y | X_u]), averaged over all orders in which sources become
known (Song, Nelson and Staum 2016, "Shapley effects for global sensitivity analysis: theory and computation"). With
what is left, H(u) = E[Var(Y | X_u)] = V − val(u), a step from u to u ∪ {i} contributes H(u) − H(u ∪ {i}), and
H(u) = E[(Y − Y′)²] / 2 for two outputs that share X_u, the rest of Y′ drawn anew given X_u.

Up to :data:`MOST_EXACT` sources all subsets are visited; beyond, random orders, each on trajectories of its own and
followed by its reverse (Castro, Gómez and Tejada 2009, "Polynomial calculation of the Shapley value based on
sampling").
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.engine.statistics.resampling import BLOCKS, Estimate, block_sums, estimate

__all__ = ["MOST_EXACT", "ShapleyEffects", "runs_of_shapley", "shapley_effects"]

MOST_EXACT = 7

Floats = NDArray[np.float64]
Redrawing = Callable[[Sequence[str], Collection[str], int, int], Floats]
"""(order, redrawn, first, n) → the output f64[n] of trajectories from ``first`` on, the sources ``redrawn`` drawn anew
given all others; these are the first of ``order``."""


@dataclass(frozen=True, slots=True)
class ShapleyEffects:
    """Mean and variance of the output and the effects, which add up to 1, in the order of ``names``."""

    names: tuple[str, ...]
    mean: float
    variance: float
    effects: Estimate


def shapley_effects(
    redrawing: Redrawing, names: Sequence[str], trajectories: int, seed: int, lanes: int
) -> ShapleyEffects:
    """The effects of the sources ``names`` from ``trajectories`` trajectories of each subset or order visited.

    ``lanes`` is the number of trajectories that cost no more than one.
    """
    if len(names) <= MOST_EXACT:
        return _over_subsets(redrawing, tuple(names), trajectories, seed)
    return _over_orders(redrawing, tuple(names), trajectories, seed, lanes)


def runs_of_shapley(sources: int, trajectories: int, lanes: int) -> int:
    """How often the output is computed for so many sources."""
    if sources <= MOST_EXACT:
        return 1 + 2 * ((1 << sources) - 1)
    return 2 * _pairs(trajectories, lanes) * (sources + 1)


def _pairs(trajectories: int, lanes: int) -> int:
    return max(8, trajectories // (2 * lanes))


def _over_subsets(redrawing: Redrawing, names: tuple[str, ...], trajectories: int, seed: int) -> ShapleyEffects:
    count = len(names)
    blocks = min(BLOCKS, trajectories)
    contributions = {name: np.zeros(blocks) for name in names}
    plain = redrawing(names, (), 0, trajectories)
    for size in range(count):
        for known in itertools.combinations(names, size):
            rest = tuple(name for name in names if name not in known)
            order = (*known, *rest)
            both = (redrawing(order, (), 0, trajectories), redrawing(order, rest, 0, trajectories))
            left = block_sums(_half_square(*both), blocks)
            for name in rest:
                contributions[name] += left / (count * math.comb(count - 1, size))
            for name in known:
                contributions[name] -= left / (count * math.comb(count - 1, size - 1))
    sizes = block_sums(np.ones(trajectories), blocks)
    return _effects(names, np.stack([sizes, *contributions.values()], axis=1), float(plain.mean()), seed)


def _over_orders(
    redrawing: Redrawing, names: tuple[str, ...], trajectories: int, seed: int, lanes: int
) -> ShapleyEffects:
    rng = np.random.Generator(np.random.PCG64(seed))
    pairs = _pairs(trajectories, lanes)
    rows, total = [], 0.0
    for pair in range(pairs):
        forward = [names[place] for place in rng.permutation(len(names))]
        row = dict.fromkeys(names, 0.0)
        for half, order in enumerate((forward, forward[::-1])):
            first = (2 * pair + half) * lanes
            plain = redrawing(order, (), first, lanes)
            total += float(plain.sum())
            before = float(_half_square(plain, redrawing(order, order, first, lanes)).sum())
            for place, name in enumerate(order):
                rest = order[place + 1 :]
                after = float(_half_square(plain, redrawing(order, rest, first, lanes)).sum()) if rest else 0.0
                row[name] += before - after
                before = after
        rows.append([2.0 * lanes, *row.values()])
    return _effects(names, np.array(rows), total / (2 * pairs * lanes), seed)


def _effects(names: tuple[str, ...], sums: Floats, mean: float, seed: int) -> ShapleyEffects:
    variance = float(sums[:, 1:].sum() / sums[:, 0].sum())
    return ShapleyEffects(names, mean, variance, estimate(sums, _normalised, seed))


def _normalised(means: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(means / means.sum(axis=-1, keepdims=True))


def _half_square(one: Floats, other: Floats) -> Floats:
    return 0.5 * (one - other) * (one - other)
