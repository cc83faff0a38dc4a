"""Log-linear histograms of float64 values, and the kernel that fills them (see :mod:`burncast.engine.statistics.bins`).

Nearly all values of a row lie within a few dozen powers of two of the greatest ones. A row therefore has a *window*:
bins in one piece for both signs of 31 exponents, so that a value's place is a difference and counting it is one
increment. Where the window lies is decided by the first block that is not all zeros. What falls outside, a few values
in 10⁷, is counted in pages that are taken from a pool when first met. Neither choice can be seen in the result.

A block's places wait in ``pending``, 16 bits each, until a batch of them is counted at once: a row's bins are then
fetched into the cache once for many blocks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.numerics.intrinsics import lane_loop
from burncast.engine.numerics.kernel_cache import borrowing, kernel, outermost
from burncast.engine.numerics.lanes import LANES
from burncast.engine.statistics.bins import BINS, DIRECTORY, KEY_SHIFT
from burncast.engine.statistics.block_moments import begin_moments, measure
from burncast.engine.statistics.chunk_arrays import BATCH, COUNT, EXPONENTS, SHIFT, WINDOW, ChunkArrays

__all__ = ["record", "record_first_passage", "settle"]

ABOVE = 6
"""Exponents that a window keeps free above the greatest of the first block."""

GREATEST = 2046
"""The exponent field of the greatest finite numbers."""

HIGHEST = GREATEST + 1 - EXPONENTS

U1 = np.uint64(1)
ZEROS_MET, ELSEWHERE_MET = np.uint64(1), np.uint64(1 << EXPONENTS)
SIGN_SHIFT, MAGNITUDE = np.uint64(50), np.uint64(0x7FFFF)
WITHOUT_SIGN = np.int64(0x7FFFFFFFFFFFFFFF)
PAGE, PAGE_SHIFT, BIN_MASK = np.uint64(BINS), np.uint64(8), np.uint64(BINS - 1)
NEGATIVE, ELSEWHERE = np.uint64(WINDOW // 2), np.uint64(WINDOW // 2)
SPAN = np.uint64((EXPONENTS - 1) * BINS)


@borrowing
def record(values: NDArray[np.float64], active: int, row: int, chunk: ChunkArrays) -> None:
    """Take the first ``active`` (1 to LANES) of ``values`` float64[LANES] into ``row``; :func:`settle` must follow."""
    r = np.uint64(row)
    moments, block = chunk.moments[r], values
    if moments[COUNT] == 0.0:
        begin_moments(values[0], moments)
    moments[COUNT] += active
    if active < LANES:
        block = chunk.scratch[0]
        for i in range(active):
            block[i] = values[i]
        for i in range(active, LANES):
            block[i] = moments[SHIFT]
    measure(block, moments, chunk.scratch[1])
    if chunk.base[r] == 0:
        chunk.base[r] = _base(block)
    waiting = chunk.waiting[r]
    places = chunk.pending[r, waiting : waiting + LANES]
    met = _place(block, chunk.base[r], places)
    chunk.occupied[r] |= met
    if met & ELSEWHERE_MET != 0:
        _count_elsewhere(block, active, places, r, chunk)
    waiting += active
    if waiting > (BATCH - 1) * LANES:
        _count(chunk.window[r], chunk.pending[r], waiting)
        waiting = 0
    chunk.waiting[r] = waiting


@outermost
def settle(chunk: ChunkArrays) -> None:
    """Count what still waits, at the end of the chunk, and bring zeros together in the first bin."""
    for row in range(len(chunk.window)):
        window = chunk.window[row]
        _count(window, chunk.pending[row], chunk.waiting[row])
        chunk.waiting[row] = 0
        occupied = chunk.occupied[row]
        if occupied & ZEROS_MET != 0:
            for i in range(1, BINS):
                window[0] += window[i]
                window[i] = 0
        if occupied & ELSEWHERE_MET != 0:
            for i in range(BINS):
                window[ELSEWHERE + np.uint64(i)] = 0
            chunk.occupied[row] = occupied ^ ELSEWHERE_MET


@kernel
def record_first_passage(passage: NDArray[np.int64], active: int, chunk: ChunkArrays) -> None:
    """Count the first ``active`` of ``passage``: periods of ruin 0 … T, or T + 1 for never."""
    for i in range(active):
        chunk.first_passage[passage[i]] += 1


@borrowing
def _base(values: NDArray[np.float64]) -> np.uint64:
    """Where a window for these values lies; 0 where they are all zeros, and it can wait."""
    greatest = _greatest_field(values)
    if greatest == 0:
        return np.uint64(0)
    base = greatest + ABOVE - EXPONENTS
    base = base if base > 1 else np.int64(1)
    return np.uint64(base) if base < HIGHEST else np.uint64(HIGHEST)


@borrowing
def _greatest_field(values: NDArray[np.float64]) -> np.int64:
    """One more than the greatest exponent field of the finite values that are not 0; 0 where there are none."""
    lane_loop()
    greatest = np.int64(0)
    for i in range(LANES):
        j = np.uint64(i)
        bits = np.float64(values[j]).view(np.int64) & WITHOUT_SIGN
        field = (bits >> np.int64(52)) + np.int64(1)
        field = field if (bits != 0) & (field <= GREATEST + 1) else np.int64(0)
        greatest = field if field > greatest else greatest
    return greatest


@borrowing
def _place(values: NDArray[np.float64], base: np.uint64, places: NDArray[np.uint16]) -> np.uint64:
    """The place of every value in the window, and one bit for each page that is met.

    Zeros are spread over the first page and what is elsewhere over the first of negative numbers, lane by lane:
    increments of one bin wait for each other.
    """
    lane_loop()
    low = base << PAGE_SHIFT
    span = SPAN if base != 0 else np.uint64(0)
    met = np.uint64(0)
    for i in range(LANES):
        j = np.uint64(i)
        bits = np.float64(values[j]).view(np.uint64)
        offset = ((bits >> KEY_SHIFT) & MAGNITUDE) - low
        inside = offset | ((bits >> SIGN_SHIFT) & NEGATIVE)
        spread = j & BIN_MASK
        outside = spread if values[j] == 0.0 else spread | ELSEWHERE
        place = inside if offset - PAGE < span else outside
        places[j] = np.uint16(place)
        met |= U1 << (place >> PAGE_SHIFT)
    return met


@borrowing
def _count(window: NDArray[np.uint32], places: NDArray[np.uint16], waiting: int) -> None:
    """Increment the bins at the first ``waiting`` of ``places``; where all are the same, at once."""
    if waiting == 0:
        return
    first = places[0]
    if places[waiting - 1] == first and places[waiting >> 1] == first:
        different = np.uint16(0)
        for i in range(waiting):
            different |= places[np.uint64(i)] ^ first
        if different == 0:
            window[np.uint64(first)] += np.uint32(waiting)
            return
    for i in range(waiting):
        window[np.uint64(places[np.uint64(i)])] += np.uint32(1)


@borrowing
def _count_elsewhere(
    values: NDArray[np.float64], active: int, places: NDArray[np.uint16], row: np.uint64, chunk: ChunkArrays
) -> None:
    """Count the values outside the window in pages of their own; as lost where the pool is full."""
    for i in range(active):
        if np.uint64(places[i]) >> PAGE_SHIFT != EXPONENTS:
            continue
        key = np.float64(values[i]).view(np.uint64) >> KEY_SHIFT
        start = chunk.directory[row, key >> PAGE_SHIFT]
        if start == 0:
            if chunk.used[0] == len(chunk.owners):
                chunk.used[1] += 1
                continue
            start = np.uint32(chunk.used[0] * BINS)
            chunk.directory[row, key >> PAGE_SHIFT] = start
            chunk.owners[chunk.used[0]] = np.int64(row) * DIRECTORY + np.int64(key >> PAGE_SHIFT)
            chunk.used[0] += 1
        chunk.pages[np.uint64(start) + (key & BIN_MASK)] += np.uint32(1)
