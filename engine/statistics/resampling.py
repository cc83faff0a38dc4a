"""Confidence intervals of ratios of means by the bootstrap, over blocks of trajectories.

Trajectories are independent, so sums over blocks of them are too: resampling the blocks (Efron and Tibshirani 1993, *An
Introduction to the Bootstrap*, ch. 13: percentile intervals) costs next to nothing, however many trajectories there
are.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCKS", "Estimate", "block_sums", "estimate"]

BLOCKS = 256
RESAMPLES = 1000

Floats = NDArray[np.float64]
Estimate = tuple[Floats, Floats, Floats]
"""The estimates, and the lower and upper ends of their intervals."""


def block_sums(values: Floats, blocks: int = BLOCKS) -> Floats:
    """Sums of consecutive trajectories, f64[blocks]; ``values`` f64[n], n ≥ blocks."""
    edges = np.arange(blocks) * len(values) // blocks
    return np.add.reduceat(values, edges)


def estimate(sums: Floats, statistic: Callable[[Floats], Floats], seed: int, level: float = 0.95) -> Estimate:
    """``statistic`` of the means of columns, with intervals at ``level``.

    ``sums`` is f64[blocks, columns], the first column the trajectories in each block; ``statistic`` takes means
    f64[…, columns − 1] to f64[…, k]. The result does not depend on anything but the sums and the seed.
    """
    blocks, columns = sums.shape
    rng = np.random.Generator(np.random.PCG64(seed))
    chosen = rng.integers(0, blocks, size=(RESAMPLES, blocks))
    drawn = np.stack([sums[:, column][chosen].sum(axis=1) for column in range(columns)], axis=1)
    total = sums.sum(axis=0)
    found = statistic(total[1:] / total[0])
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = statistic(drawn[:, 1:] / drawn[:, :1])
    known = np.isfinite(spread).any(axis=0)
    ends = np.full((2, spread.shape[1]), np.nan)
    ends[:, known] = np.nanquantile(spread[:, known], [(1.0 - level) / 2.0, (1.0 + level) / 2.0], axis=0)
    return found, ends[0], ends[1]
