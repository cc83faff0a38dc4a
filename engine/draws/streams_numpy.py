"""The draws of :mod:`burncast.engine.streams` on NumPy arrays, the same bits, written apart from it.

Whole arrays of any trajectories at once, in any order: this is the oracle of the kernels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from burncast.engine.numerics import elementary_numpy as elementary
from burncast.engine.numerics.coefficients import (
    C_DOUBLE,
    C_SINGLE,
    LOG_SINGLE,
    QUANTILE,
    QUANTILE_SINGLE,
    W0_DOUBLE,
    W0_SINGLE,
)

__all__ = ["input_normals", "normals_from_words", "philox", "shocks", "wide_normals_from_words"]

_LOW = np.uint64(0xFFFFFFFF)
_HALF_WORD = np.uint64(32)


def shocks(seed: int, stream: int, trajectories: ArrayLike, period: int, sub: int = 0) -> NDArray[np.float32]:
    """The normals of one period of one stream, float32, one for each of ``trajectories``."""
    words = _words(seed, stream, trajectories, period // 4 + (sub << 16))
    return normals_from_words(words[period % 4].astype(np.uint32))


def input_normals(seed: int, stream: int, trajectories: ArrayLike) -> NDArray[np.float64]:
    """The normals of one input, float64, one for each of ``trajectories``."""
    high, low, _, _ = _words(seed, stream, trajectories, 0)
    return wide_normals_from_words(high, low)


def philox(counter: tuple[ArrayLike, ...], key: tuple[int, int]) -> tuple[NDArray[np.uint64], ...]:
    """Philox4x32-10: four words (below 2³², as uint64) from four counter words and two key words."""
    c0, c1, c2, c3 = np.broadcast_arrays(*(np.asarray(word, np.uint64) for word in counter))
    for n in range(10):
        first, second = c0 * np.uint64(0xD2511F53), c2 * np.uint64(0xCD9E8D57)
        round_key = [np.uint64((k + n * step) % 2**32) for k, step in zip(key, (0x9E3779B9, 0xBB67AE85), strict=True)]
        c0, c1, c2, c3 = (
            (second >> _HALF_WORD) ^ c1 ^ round_key[0],
            second & _LOW,
            (first >> _HALF_WORD) ^ c3 ^ round_key[1],
            first & _LOW,
        )
    return c0, c1, c2, c3


def normals_from_words(words: NDArray[np.uint32]) -> NDArray[np.float32]:
    """Quantiles of (u + ½)·2⁻³² for 32-bit words u."""
    positive = words >= 2**31
    tail = np.where(positive, ~words, words).astype(np.float32) + np.float32(0.5)
    size = np.float32(2.0**31) - tail
    bits = (tail * (size + np.float32(2.0**31))).view(np.int32)
    root = np.float32(0.5**0.5).view(np.int32)
    above = bits - (root + np.int32(62 << 23))
    mantissa = ((above & np.int32(2**23 - 1)) + root).view(np.float32)
    exponent = (above >> 23).astype(np.float32)
    log_part = elementary.polynomial(LOG_SINGLE, mantissa - np.float32(1.0))
    shifted = elementary.fma_single(exponent, np.float32(-np.log(2.0)), log_part)
    variable = shifted / (shifted + np.float32(W0_SINGLE + C_SINGLE))
    result = size * elementary.polynomial(QUANTILE_SINGLE, variable)
    return np.where(positive, result, -result).astype(np.float32)


def wide_normals_from_words(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Quantiles of (u + ½)·2⁻⁵³ for the 53 high bits u of two words."""
    u = ((high << _HALF_WORD | low) >> np.uint64(11)).astype(np.int64)
    positive = u >= 2**52
    tail = (np.where(positive, 2**53 - 1 - u, u).astype(np.float64) + 0.5) * 2.0**-52
    size = 1.0 - tail
    w = -elementary.log(tail * (1.0 + size))
    result = size * elementary.polynomial(QUANTILE, (w - W0_DOUBLE) / (w + C_DOUBLE))
    return np.where(positive, result, -result)


def _words(seed: int, stream: int, trajectories: ArrayLike, third: int) -> tuple[NDArray[np.uint64], ...]:
    trajectory = np.asarray(trajectories, np.uint64)
    return philox(
        (trajectory & _LOW, trajectory >> _HALF_WORD, third, stream), (int(seed) & 0xFFFFFFFF, int(seed) >> 32)
    )
