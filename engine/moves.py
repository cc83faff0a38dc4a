"""Moves in normal space that leave N(0, I) invariant: preconditioned Crank–Nicolson steps.

z′ = √(1 − s²)·z + s·ξ with ξ standard normal is reversible with respect to the standard normal law in any dimension, so
that a move is accepted by the condition alone (Cotter, Roberts, Stuart and White 2013, "MCMC methods for functions").
The randomness of jumps has no coordinates: it is kept or drawn anew as a whole, which is reversible too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.intrinsics import lane_loop
from burncast.engine.kernel_cache import borrowing, outermost
from burncast.engine.philox import philox
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
    key: np.uint64,
    words: NDArray[np.uint32],
) -> None:
    """Propose a step of ``size`` (0 … 1) for every trajectory, from normals to new normals of the same shapes.

    ``key`` makes the draws of one step, addressed by (trajectory, row, period); ``words`` uint32[4, N] is scratch.
    """
    keep = np.sqrt(1.0 - size * size)
    for row in range(inputs.shape[0]):
        _four_words(words, key, row, 0xFFFFFFFF)
        _wide_step(new_inputs[row], inputs[row], words[0], words[1], keep, size)
    for stream in range(shocks.shape[0]):
        for period in range(0, shocks.shape[1], 4):
            _four_words(words, key, stream, period)
            for ahead in range(min(4, shocks.shape[1] - period)):
                out, z = new_shocks[stream, period + ahead], shocks[stream, period + ahead]
                _step(out, z, words[ahead], np.float32(keep), np.float32(size))


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
    keep: float,
    size: float,
) -> None:
    lane_loop()
    for i in range(len(out)):
        j = np.uint64(i)
        out[j] = keep * z[j] + size * normal_from_words(np.uint64(high[j]), np.uint64(low[j]))


@borrowing
def _step(
    out: NDArray[np.float32], z: NDArray[np.float32], words: NDArray[np.uint32], keep: np.float32, size: np.float32
) -> None:
    lane_loop()
    for i in range(len(out)):
        j = np.uint64(i)
        out[j] = keep * z[j] + size * normal_from_word(words[j])
