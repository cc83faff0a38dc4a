"""Sums and extremes of a block of lanes, in an order that never changes.

A row keeps sums of deviations from its first value, which are exact for constants and lose nothing where the mean is
large against the spread. Sums and extremes run in 8 strands: value i of a block goes to strand i mod 8, through one
fixed tree, so that the loops vectorise and the bits never depend on how.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.numerics.intrinsics import floor, lane_loop
from burncast.engine.numerics.kernel_cache import borrowing
from burncast.engine.numerics.lanes import LANES
from burncast.engine.statistics.chunk_arrays import HIGH, LOW, PARTS, SHIFT, STRANDS

__all__ = ["begin_moments", "measure"]

GROUPS = 8
WIDTH = LANES // GROUPS
U2, U3, U4, U5, U6, U7, U8, U16, U24 = (np.uint64(n) for n in (2, 3, 4, 5, 6, 7, 8, 16, 24))
W = np.uint64(WIDTH)
S0, S1, S2, S3 = (np.uint64(n * WIDTH) for n in range(4))


@borrowing
def begin_moments(first: float, moments: NDArray[np.float64]) -> None:
    """Make ``moments`` float64[MOMENTS] ready for a row whose first value this is."""
    shift = first + 0.0
    moments[SHIFT] = shift
    for i in range(LOW, HIGH + STRANDS):
        moments[i] = shift


@borrowing
def measure(values: NDArray[np.float64], moments: NDArray[np.float64], tree: NDArray[np.float64]) -> None:
    """Add the block ``values`` float64[LANES] to ``moments`` float64[MOMENTS]; ``tree`` float64[LANES] is scratch."""
    lane_loop()
    shift = moments[SHIFT]
    for i in range(WIDTH):
        j = np.uint64(i)
        x0, x1, x2, x3 = (
            values[j],
            values[j + W],
            values[j + W * U2],
            values[j + W * U3],
        )
        x4, x5, x6, x7 = (
            values[j + W * U4],
            values[j + W * U5],
            values[j + W * U6],
            values[j + W * U7],
        )
        d0, d1, d2, d3 = x0 - shift, x1 - shift, x2 - shift, x3 - shift
        d4, d5, d6, d7 = x4 - shift, x5 - shift, x6 - shift, x7 - shift
        tree[j + S0] = ((d0 + d1) + (d2 + d3)) + ((d4 + d5) + (d6 + d7))
        tree[j + S1] = ((d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3)) + ((d4 * d4 + d5 * d5) + (d6 * d6 + d7 * d7))
        tree[j + S2] = _least(_least(_least(x0, x1), _least(x2, x3)), _least(_least(x4, x5), _least(x6, x7)))
        tree[j + S3] = _most(_most(_most(x0, x1), _most(x2, x3)), _most(_most(x4, x5), _most(x6, x7)))
    for i in range(STRANDS):
        j = np.uint64(i)
        for k in range(1, WIDTH // STRANDS):
            m = j + U8 * np.uint64(k)
            tree[j + S0] += tree[m + S0]
            tree[j + S1] += tree[m + S1]
            tree[j + S2] = _least(tree[j + S2], tree[m + S2])
            tree[j + S3] = _most(tree[j + S3], tree[m + S3])
    for i in range(STRANDS):
        j = np.uint64(i)
        moments[j] += tree[j + S0]
        moments[j + U8] += tree[j + S1]
        moments[j + U16] = _least(moments[j + U16], tree[j + S2])
        moments[j + U24] = _most(moments[j + U24], tree[j + S3])
    if moments[PARTS] == 0.0:
        parts = np.uint64(0)
        for i in range(LANES):
            j = np.uint64(i)
            parts |= U2 if floor(values[j]) != values[j] else np.uint64(0)
        moments[PARTS] = np.float64(parts)


@borrowing
def _least(a: float, b: float) -> float:
    return a if a < b else b


@borrowing
def _most(a: float, b: float) -> float:
    return a if a > b else b
