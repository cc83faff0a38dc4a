"""The bins of log-linear histograms of float64 values, and how pages of them add up.

The key of a value is the top 20 bits of its IEEE 754 form: sign, exponent and 8 bits of mantissa, so that a bin is at
most 2⁻⁸ of its value wide and no range has to be known in advance (the layout of HdrHistogram; DDSketch, Masson, Rim
and Lee 2019, chooses logarithms instead). The 256 bins that share sign and exponent are a *page*; the *owner* of a page
is ``row * 4096 + (key >> 8)``. Every key is valid, NaN and infinities included.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.kernel_cache import kernel

__all__ = ["BINS", "DIRECTORY", "KEY_SHIFT", "add_pages", "bin_starts", "bin_widths"]

BINS = 256
"""Bins of a page: the values of one sign and one binary exponent."""

DIRECTORY = 4096
"""Pages a row can have: 2 signs × 2048 exponents."""

KEY_SHIFT = np.uint64(44)
"""Bits of a value that its key leaves out."""


@kernel
def add_pages(
    owners: NDArray[np.int64],
    places: NDArray[np.int64],
    pages: NDArray[np.unsignedinteger],
    directory: NDArray[np.uint32],
    totals: NDArray[np.unsignedinteger],
    used: int,
) -> int:
    """Add those ``pages`` [n, 256] that stand at ``places`` to those of the same ``owners`` in ``totals`` [room, 256].

    Empty ones are passed over. ``directory`` uint32[rows * 4096] says which page of ``totals`` an owner has, 0 where
    none; new ones are taken from ``used`` on. Returns the next free page.
    """
    for i in range(len(owners)):
        page = pages[places[i]]
        occupied = page[0]
        for j in range(BINS):
            occupied |= page[j]
        if occupied == 0:
            continue
        place = directory[owners[i]]
        if place == 0:
            place = np.uint32(used)
            directory[owners[i]] = place
            used += 1
        for j in range(BINS):
            totals[place, j] += page[j]
    return used


def bin_starts(keys: NDArray[np.int64]) -> NDArray[np.float64]:
    """The edge nearest zero of the bins with these 20-bit keys; it belongs to the bin."""
    return (keys.astype(np.uint64) << KEY_SHIFT).view(np.float64)


def bin_widths(keys: NDArray[np.int64]) -> NDArray[np.float64]:
    """The width of the bins with these 20-bit keys, all finite."""
    exponents = np.maximum((keys >> 8) & 2047, 1)
    widths: NDArray[np.float64] = np.ldexp(1.0, (exponents - 1023 - 8).astype(np.int32))
    return widths
