"""Moves in normal space that leave N(0, I) invariant: preconditioned Crank–Nicolson steps.

z′ = √(1 − s²)·z + s·ξ with ξ standard normal is reversible with respect to the standard normal law in any dimension, so
that a move is accepted by the condition alone (Cotter, Roberts, Stuart and White 2013, "MCMC methods for functions").
So is a step of some coordinates only, chosen at random: a large step of few finds what a small step of all does not,
such as another regime or a month in which a round fails (Au and Beck 2001 move coordinates one by one). The randomness
of jumps has no coordinates: it is kept or drawn anew as a whole, which is reversible too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.draws.philox import philox
from burncast.engine.numerics.intrinsics import lane_loop
from burncast.engine.numerics.kernel_cache import borrowing, outermost
from burncast.engine.streams import normal_from_word, normal_from_words

__all__ = ["crank_nicolson"]

LOW = np.uint64(0xFFFFFFFF)
SHIFT = np.uint64(32)


@outermost
def crank_nicolson(
    inputs: NDArray[np.float64],
    shocks: NDArray[np.float32],
    new_inputs: NDArray[np.float64],
    new_shocks: NDArray[np.float32],
    size: float,
    share: float,
    key: np.uint64,
    words: NDArray[np.uint32],
) -> None:
    """Propose a step of ``size`` (0 … 1) for every trajectory, from normals to new normals of the same shapes.

    Each coordinate takes part with probability ``share``, for each trajectory on its own. ``key`` makes the draws of
    one step, addressed by (trajectory, row, period); ``words`` uint32[4, N] is scratch.
    """
    keep, limit = np.sqrt(1.0 - size * size), np.uint32(min(share * 2.0**32, 2.0**32 - 1.0))
    for row in range(inputs.shape[0]):
        _four_words(words, key, row, 0xFFFFFFFF)
        _wide_step(new_inputs[row], inputs[row], words[0], words[1], words[2], keep, size, limit)
    for stream in range(shocks.shape[0]):
        for period in range(0, shocks.shape[1], 4):
            _four_words(words, key, stream, period)
            for ahead in range(min(4, shocks.shape[1] - period)):
                out, z = new_shocks[stream, period + ahead], shocks[stream, period + ahead]
                _step(out, z, words[ahead], np.float32(keep), np.float32(size), limit)


@borrowing
def _four_words(words: NDArray[np.uint32], key: np.uint64, row: int, period: int) -> None:
    lane_loop()
    k0, k1 = key & LOW, key >> SHIFT
    second, third = np.uint64(row), np.uint64(period)
    for i in range(words.shape[1]):
        j = np.uint64(i)
        a, b, c, d = philox((j,), second, third, np.uint64(0), k0, k1)
        words[np.uint64(0), j] = np.uint32(a)
        words[np.uint64(1), j] = np.uint32(b)
        words[np.uint64(2), j] = np.uint32(c)
        words[np.uint64(3), j] = np.uint32(d)


@borrowing
def _wide_step(
    out: NDArray[np.float64],
    z: NDArray[np.float64],
    high: NDArray[np.uint32],
    low: NDArray[np.uint32],
    chance: NDArray[np.uint32],
    keep: float,
    size: float,
    limit: np.uint32,
) -> None:
    lane_loop()
    for i in range(len(out)):
        j = np.uint64(i)
        moved = keep * z[j] + size * normal_from_words(np.uint64(high[j]), np.uint64(low[j]))
        out[j] = moved if chance[j] <= limit else z[j]


@borrowing
def _step(
    out: NDArray[np.float32],
    z: NDArray[np.float32],
    words: NDArray[np.uint32],
    keep: np.float32,
    size: np.float32,
    limit: np.uint32,
) -> None:
    """Whether a coordinate takes part is told by a hash of its word, which leaves the word's law alone."""
    lane_loop()
    for i in range(len(out)):
        j = np.uint64(i)
        moved = np.float32(keep * z[j] + size * normal_from_word(words[j]))
        x = np.uint32(words[j] ^ (words[j] >> np.uint32(16)))
        x = np.uint32(x * np.uint32(0x7FEB352D))
        x = np.uint32(x ^ (x >> np.uint32(15)))
        x = np.uint32(x * np.uint32(0x846CA68B))
        x = np.uint32(x ^ (x >> np.uint32(16)))
        out[j] = moved if x <= limit else z[j]
