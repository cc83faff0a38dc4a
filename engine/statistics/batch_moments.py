"""The kernel of control variates: sums over batches of trajectories, and the products of these sums.

A batch is a strand of a block (:mod:`burncast.engine.statistics.block_moments`), so that the tally has its sums
already. Every product and sum is taken in a fixed order without fused operations, so that the bits are the same on any
machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.numerics.intrinsics import lane_loop
from burncast.engine.numerics.kernel_cache import borrowing, outermost
from burncast.engine.numerics.lanes import LANES
from burncast.engine.statistics.batch_sums import BATCH, BatchArrays, BatchSums
from burncast.engine.statistics.chunk_arrays import COUNT, SHIFT, STRANDS, SUM

__all__ = ["add_block"]

PAIR = 16


@outermost
def add_block(
    inputs: NDArray[np.float64],
    shocks: NDArray[np.float32],
    input_rows: NDArray[np.int64],
    shock_rows: NDArray[np.int64],
    weights: NDArray[np.float64],
    passages: NDArray[np.int64],
    moments: NDArray[np.float64],
    shift: NDArray[np.float64],
    scratch: BatchArrays,
    sums: BatchSums,
) -> None:
    """Add the batches of one block of lanes to ``sums``.

    ``inputs`` float64[draws, LANES] and ``shocks`` float32[streams, T, LANES] are the normals, of which ``input_rows``
    and ``shock_rows`` are controls; ``weights`` float64[2, T] make two controls of every stream of shocks. ``passages``
    int64[LANES] are the first passages; ``moments`` float64[rows, MOMENTS] those of the chunk after this block. Outputs
    are ruin by the end of each period, T + 1, then the rows' values less ``shift`` float64[rows].
    """
    known, periods = len(input_rows), shocks.shape[1] + 1
    for c in range(known):
        _copy(scratch.linear[c], inputs[input_rows[c]])
    for c in range(len(shock_rows)):
        total, weighted = scratch.linear[known + 2 * c], scratch.linear[known + 2 * c + 1]
        for j in range(LANES):
            total[j] = 0.0
            weighted[j] = 0.0
        for period in range(periods - 1):
            _weigh(total, weighted, shocks[shock_rows[c], period], weights[0, period], weights[1, period])
    for c in range(len(scratch.linear)):
        _sum_control(scratch.x, scratch.linear[c], c, len(scratch.linear))
    for strand in range(STRANDS):
        for period in range(periods):
            scratch.y[strand, period] = 0.0
    for j in range(LANES):
        if passages[j] < periods:
            scratch.y[j % STRANDS, passages[j]] += 1.0
    for strand in range(STRANDS):
        y = scratch.y[strand]
        for period in range(1, periods):
            y[period] += y[period - 1]
        for r in range(len(shift)):
            total_now = moments[r, SUM + strand]
            moved = BATCH * (moments[r, SHIFT] - shift[r]) if moments[r, COUNT] > 0.0 else 0.0
            y[periods + r] = (total_now - scratch.before[r, strand]) + moved
            scratch.before[r, strand] = total_now
    for i in range(scratch.x.shape[1]):
        for strand in range(STRANDS):
            value = scratch.x[strand, i]
            sums.x[i] += value
            _add_scaled(sums.xx[i, i:], scratch.x[strand, i:], value)
            _add_scaled(sums.xy[i], scratch.y[strand], value)
    for strand in range(STRANDS):
        _add_squares(sums.y, sums.yy, scratch.y[strand])


@borrowing
def _copy(out: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    lane_loop()
    for i in range(LANES):
        j = np.uint64(i)
        out[j] = values[j]


@borrowing
def _weigh(
    total: NDArray[np.float64], weighted: NDArray[np.float64], shocks: NDArray[np.float32], first: float, second: float
) -> None:
    lane_loop()
    for i in range(LANES):
        j = np.uint64(i)
        z = np.float64(shocks[j])
        total[j] += first * z
        weighted[j] += second * z


@borrowing
def _sum_control(x: NDArray[np.float64], values: NDArray[np.float64], c: int, count: int) -> None:
    """Sums of a control and of its squares less 1, mirrored pairs first: their sums are 0 to the last bit."""
    for strand in range(STRANDS):
        total, square = 0.0, 0.0
        for start in range(0, LANES, 2 * PAIR):
            for j in range(start + strand, start + PAIR, STRANDS):
                a, b = values[j], values[j + PAIR]
                total += a + b
                square += (a * a - 1.0) + (b * b - 1.0)
        x[strand, c] = total
        x[strand, count + c] = square


@borrowing
def _add_scaled(out: NDArray[np.float64], values: NDArray[np.float64], scale: float) -> None:
    lane_loop()
    for i in range(len(values)):
        j = np.uint64(i)
        out[j] += scale * values[j]


@borrowing
def _add_squares(total: NDArray[np.float64], squares: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    lane_loop()
    for i in range(len(values)):
        j = np.uint64(i)
        total[j] += values[j]
        squares[j] += values[j] * values[j]
