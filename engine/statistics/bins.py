"""The bins of log-linear histograms of float64 values.

The key of a value is the top 20 bits of its IEEE 754 form: sign, exponent and 8 bits of mantissa, so that a bin is at
most 2⁻⁸ of its value wide and no range has to be known in advance (the layout of HdrHistogram; DDSketch, Masson, Rim
and Lee 2019, chooses logarithms instead). The 256 bins that share sign and exponent are a *page*; the *owner* of a page
is ``row * 4096 + (key >> 8)``. Every key is valid, NaN and infinities included.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["BINS", "DIRECTORY", "KEY_SHIFT", "bin_starts", "bin_widths"]

BINS = 256
"""Bins of a page: the values of one sign and one binary exponent."""

DIRECTORY = 4096
"""Pages a row can have: 2 signs × 2048 exponents."""

KEY_SHIFT = np.uint64(44)
"""Bits of a value that its key leaves out."""


def bin_starts(keys: NDArray[np.int64]) -> NDArray[np.float64]:
    """The edge nearest zero of the bins with these 20-bit keys; it belongs to the bin."""
    return (keys.astype(np.uint64) << KEY_SHIFT).view(np.float64)


def bin_widths(keys: NDArray[np.int64]) -> NDArray[np.float64]:
    """The width of the bins with these 20-bit keys, all finite."""
    exponents = np.maximum((keys >> 8) & 2047, 1)
    widths: NDArray[np.float64] = np.ldexp(1.0, (exponents - 1023 - 8).astype(np.int32))
    return widths
