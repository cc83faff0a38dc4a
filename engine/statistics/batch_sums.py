"""The layout of what control variates sum over batches of trajectories
(:mod:`burncast.engine.statistics.batch_moments`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from burncast.engine.numerics.lanes import LANES
from burncast.engine.statistics.chunk_arrays import STRANDS

__all__ = ["BATCH", "BatchArrays", "BatchSums"]

BATCH = LANES // STRANDS
"""Trajectories of a batch: every eighth of a block of lanes. Mirrored pairs, 16 lanes apart, are whole."""


class BatchArrays(NamedTuple):
    """Scratch: ``linear`` float64[c, LANES]; of a block's batches ``x`` float64[STRANDS, 2 c] and ``y`` float64[
    STRANDS, outputs]; and ``before`` float64[rows, STRANDS], the sums of the tally before the block.
    """

    linear: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    before: NDArray[np.float64]


class BatchSums(NamedTuple):
    """Sums over batches, of controls x and outputs y: ``x`` float64[2 c] of x, ``y`` float64[outputs] of y, ``xx`` of
    xxᵀ (its upper half), ``xy`` of xyᵀ, and ``yy`` float64[outputs] of y².
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    xx: NDArray[np.float64]
    xy: NDArray[np.float64]
    yy: NDArray[np.float64]
