"""Log-linear histograms of float64 values, and the kernel that fills them.

The key of a value is the top 20 bits of its IEEE 754 form: sign, exponent and 8 bits of mantissa, so that a bin is at
most 2⁻⁸ of its value wide and no range has to be known in advance (the layout of HdrHistogram; DDSketch, Masson, Rim
and Lee 2019, chooses logarithms instead). The 256 bins that share sign and exponent are a *page*, allocated when first
met: ``directory[row, key >> 8]`` says where it starts in ``pages``, 0 where there is none. Every key is valid, NaN
and infinities included.

Beside its bins a row keeps its extremes, and sums of deviations from its first value, which are exact for constants
and lose nothing where the mean is large against the spread. Sums and extremes run in 8 strands: value i of a block
goes to strand i mod 8, through one fixed tree, so that the loops vectorise and the bits never depend on how.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from burncast.engine.kernel_cache import borrowing, kernel
from burncast.engine.lanes import LANES

__all__ = [
    "BATCH",
    "BINS",
    "COUNT",
    "DIRECTORY",
    "HIGH",
    "LOW",
    "MOMENTS",
    "SHIFT",
    "SQUARE",
    "STRANDS",
    "SUM",
    "ChunkArrays",
    "add_pages",
    "bin_starts",
    "bin_widths",
    "record",
    "record_first_passage",
    "settle",
]

BINS = 256
"""Bins of a page: the values of one sign and one binary exponent."""

DIRECTORY = 4096
"""Pages a row can have: 2 signs × 2048 exponents."""

BATCH = 8
"""Blocks whose keys wait for each other, row by row, so that a row's bins are fetched into the cache once for many."""

STRANDS = 8
SUM, SQUARE, LOW, HIGH, COUNT, SHIFT, MOMENTS = 0, 8, 16, 24, 32, 33, 40
"""Where ``moments`` has Σ(x − k), Σ(x − k)², least and greatest (8 strands each), n, and k, the row's first value."""

GROUPS = 8
WIDTH = LANES // GROUPS
U1, U2, U3, U4, U5, U6, U7, U8, U16, U24 = (np.uint64(n) for n in (1, 2, 3, 4, 5, 6, 7, 8, 16, 24))
W = np.uint64(WIDTH)
S0, S1, S2, S3 = (np.uint64(n * WIDTH) for n in range(4))
KEY_SHIFT, PAGE_SHIFT, BIN_MASK = np.uint64(44), np.uint64(8), np.uint64(255)


class ChunkArrays(NamedTuple):
    """What the kernels write.

    Attributes: ``directory`` uint32[rows, 4096]; ``pages`` uint32[pool * 256], page 0 for strays; ``owners``
    int64[pool], ``row * 4096 + (key >> 8)`` of a page; ``used`` int64[2 + rows], the next free page, the number of
    values lost because the pool was full, and the number of keys waiting in each row of ``pending``
    uint32[rows, BATCH * LANES]; ``moments`` float64[rows, 40]; ``scratch`` float64[2, LANES]; ``first_passage``
    int64[T + 2], the last for never.
    """

    directory: NDArray[np.uint32]
    pages: NDArray[np.uint32]
    owners: NDArray[np.int64]
    used: NDArray[np.int64]
    moments: NDArray[np.float64]
    pending: NDArray[np.uint32]
    scratch: NDArray[np.float64]
    first_passage: NDArray[np.int64]


@borrowing
def record(values: NDArray[np.float64], active: int, row: int, chunk: ChunkArrays) -> None:
    """Take the first ``active`` (1 to LANES) of ``values`` float64[LANES] into ``row``; :func:`settle` must follow."""
    r = np.uint64(row)
    moments, used, scratch = chunk.moments, chunk.used, chunk.scratch
    if moments[r, COUNT] == 0.0:
        shift = values[0] + 0.0
        moments[r, SHIFT] = shift
        for i in range(LOW, HIGH + STRANDS):
            moments[r, i] = shift
    moments[r, COUNT] += active
    waiting = used[U2 + r]
    if active == LANES:
        _measure(values, r, waiting, moments, chunk.pending, scratch[1])
    else:
        for i in range(active):
            scratch[0, i] = values[i]
        for i in range(active, LANES):
            scratch[0, i] = moments[r, SHIFT]
        _measure(scratch[0], r, waiting, moments, chunk.pending, scratch[1])
    waiting += active
    used[U2 + r] = waiting
    if waiting > (BATCH - 1) * LANES:
        _count(r, chunk.directory, chunk.pages, chunk.owners, used, chunk.pending)


@kernel
def settle(chunk: ChunkArrays) -> None:
    """Count the keys that still wait, at the end of the chunk."""
    for row in range(len(chunk.directory)):
        if chunk.used[2 + row] > 0:
            _count(np.uint64(row), chunk.directory, chunk.pages, chunk.owners, chunk.used, chunk.pending)


@kernel
def record_first_passage(passage: NDArray[np.int64], active: int, chunk: ChunkArrays) -> None:
    """Count the first ``active`` of ``passage``: periods of ruin 0 … T, or T + 1 for never."""
    for i in range(active):
        chunk.first_passage[passage[i]] += 1


@kernel
def add_pages(
    owners: NDArray[np.int64],
    pages: NDArray[np.unsignedinteger],
    directory: NDArray[np.uint32],
    totals: NDArray[np.unsignedinteger],
    used: int,
) -> int:
    """Add the ``pages`` [n, 256] that are not empty to those of the same ``owners`` in ``totals`` [room, 256].

    ``directory`` uint32[rows * 4096] says which page of ``totals`` an owner has, 0 where none; new ones are taken from
    ``used`` on. Returns the next free page.
    """
    for i in range(len(owners)):
        occupied = pages[i, 0]
        for j in range(BINS):
            occupied |= pages[i, j]
        if occupied == 0:
            continue
        place = directory[owners[i]]
        if place == 0:
            place = np.uint32(used)
            directory[owners[i]] = place
            used += 1
        for j in range(BINS):
            totals[place, j] += pages[i, j]
    return used


def bin_starts(keys: NDArray[np.int64]) -> NDArray[np.float64]:
    """The edge nearest zero of the bins with these 20-bit keys; it belongs to the bin."""
    return (keys.astype(np.uint64) << KEY_SHIFT).view(np.float64)


def bin_widths(keys: NDArray[np.int64]) -> NDArray[np.float64]:
    """The width of the bins with these 20-bit keys, all finite."""
    exponents = np.maximum((keys >> 8) & 2047, 1)
    widths: NDArray[np.float64] = np.ldexp(1.0, (exponents - 1023 - 8).astype(np.int32))
    return widths


@borrowing
def _measure(
    values: NDArray[np.float64],
    row: np.uint64,
    waiting: int,
    moments: NDArray[np.float64],
    pending: NDArray[np.uint32],
    tree: NDArray[np.float64],
) -> None:
    """Keys, sums and extremes of a block. Signed indices would not vectorise."""
    shift = moments[row, SHIFT]
    place = np.uint64(waiting)
    for i in range(LANES):
        j = np.uint64(i)
        pending[row, place + j] = np.uint32(np.float64(values[j] + 0.0).view(np.uint64) >> KEY_SHIFT)  # −0.0 to 0.0
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
        moments[row, j] += tree[j + S0]
        moments[row, j + U8] += tree[j + S1]
        moments[row, j + U16] = _least(moments[row, j + U16], tree[j + S2])
        moments[row, j + U24] = _most(moments[row, j + U24], tree[j + S3])


@borrowing
def _least(a: float, b: float) -> float:
    return a if a < b else b


@borrowing
def _most(a: float, b: float) -> float:
    return a if a > b else b


@borrowing
def _count(
    row: np.uint64,
    directory: NDArray[np.uint32],
    pages: NDArray[np.uint32],
    owners: NDArray[np.int64],
    used: NDArray[np.int64],
    pending: NDArray[np.uint32],
) -> None:
    """Increment the bins of the keys that wait in ``row``.

    The loop does not ask whether a page exists: what has none lands in the first page, which is looked at afterwards.
    A batch that falls into one bin is counted at once: increments of one address wait for each other.
    """
    waiting = used[U2 + row]
    used[U2 + row] = 0
    first = np.uint64(pending[row, 0])
    if pending[row, np.uint64(waiting - 1)] == first and pending[row, np.uint64(waiting >> 1)] == first:
        different = np.uint64(0)
        for i in range(waiting):
            different |= np.uint64(pending[row, np.uint64(i)]) ^ first
        start = directory[row, first >> PAGE_SHIFT]
        if different == 0 and start != 0:
            pages[np.uint64(start) + (first & BIN_MASK)] += np.uint32(waiting)
            return
    for i in range(waiting):
        key = np.uint64(pending[row, np.uint64(i)])
        start = directory[row, key >> PAGE_SHIFT]
        pages[np.uint64(start) + (key & BIN_MASK)] += np.uint32(1)
    stray = np.uint32(0)
    for i in range(BINS):
        stray |= pages[i]
    if stray != 0:
        _count_strays(row, waiting, directory, pages, owners, used, pending)


@borrowing
def _count_strays(
    row: np.uint64,
    waiting: int,
    directory: NDArray[np.uint32],
    pages: NDArray[np.uint32],
    owners: NDArray[np.int64],
    used: NDArray[np.int64],
    pending: NDArray[np.uint32],
) -> None:
    """Make the missing pages and count what fell into the first one there; count it as lost where the pool is full."""
    for i in range(BINS):
        pages[i] = 0
    settled = np.uint32(used[0] * BINS)
    for i in range(waiting):
        key = np.uint64(pending[row, np.uint64(i)])
        start = directory[row, key >> PAGE_SHIFT]
        if start == 0:
            if used[0] == len(owners):
                used[1] += 1
                continue
            start = np.uint32(used[0] * BINS)
            directory[row, key >> PAGE_SHIFT] = start
            owners[used[0]] = np.int64(row) * DIRECTORY + np.int64(key >> PAGE_SHIFT)
            used[0] += 1
        if start >= settled:
            pages[np.uint64(start) + (key & BIN_MASK)] += np.uint32(1)
