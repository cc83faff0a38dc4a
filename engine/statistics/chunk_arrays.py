"""What the kernels write while a chunk runs: the layout of its histograms and moments."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from burncast.engine.statistics.bins import BINS

__all__ = [
    "BATCH",
    "COUNT",
    "EXPONENTS",
    "HIGH",
    "LOW",
    "MOMENTS",
    "PARTS",
    "SHIFT",
    "SQUARE",
    "STRANDS",
    "SUM",
    "WINDOW",
    "ChunkArrays",
]

EXPONENTS = 32
"""Pages of a window for each sign. The first ones hold no exponent: one is for zeros, one for what is elsewhere."""

WINDOW = 2 * EXPONENTS * BINS
"""Bins of a window: those of positive numbers, then those of negative ones."""

BATCH = 16
"""Blocks whose places wait for each other."""

STRANDS = 8
SUM, SQUARE, LOW, HIGH, COUNT, SHIFT, PARTS, MOMENTS = 0, 8, 16, 24, 32, 33, 34, 40
"""Where a row of moments has Σ(x − k), Σ(x − k)², least and greatest (8 strands each), n, k, the row's first value,
and whether it has seen parts of whole numbers: 0 as long as every value was whole."""


class ChunkArrays(NamedTuple):
    """What the kernels write.

    Attributes: ``window`` uint32[rows, WINDOW], ``base`` uint64[rows], the exponent field that the window's first page
    would have (0: not placed yet), ``occupied`` uint64[rows], one bit for each page of it that may not be empty;
    ``pending`` uint16[rows, BATCH * LANES], ``waiting`` int64[rows], how many of them count. ``directory`` uint32[rows,
    4096], where a page starts in ``pages`` uint32[pool * 256], 0 where there is none; ``owners`` int64[pool]; ``used``
    int64[2], the next free page and the number of values lost because the pool was full. ``moments`` float64[rows, 40];
    ``scratch`` float64[2, LANES]; ``first_passage`` int64[T + 2], the last for never.
    """

    window: NDArray[np.uint32]
    base: NDArray[np.uint64]
    occupied: NDArray[np.uint64]
    pending: NDArray[np.uint16]
    waiting: NDArray[np.int64]
    directory: NDArray[np.uint32]
    pages: NDArray[np.uint32]
    owners: NDArray[np.int64]
    used: NDArray[np.int64]
    moments: NDArray[np.float64]
    scratch: NDArray[np.float64]
    first_passage: NDArray[np.int64]
