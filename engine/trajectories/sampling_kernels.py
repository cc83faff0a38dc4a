"""Kernels that spread trajectories evenly: coordinates of Sobol points or of a Latin hypercube, bridged into shocks.

Trajectory t is point t // REPLICATIONS of replication t mod REPLICATIONS, so that a block of lanes holds a few points
of each. Coordinates count the inputs first, then the first of every stream of shocks, then the second of every stream.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.draws.design import REPLICATIONS, Design
from burncast.engine.draws.philox import philox
from burncast.engine.numerics.intrinsics import lane_loop
from burncast.engine.numerics.kernel_cache import borrowing, inlined, outermost
from burncast.engine.numerics.lanes import LANES
from burncast.engine.streams import fill_input_normals, fill_shocks, normal_from_word, normal_from_words

__all__ = ["fill_drawn", "fill_even"]

POINTS = LANES // REPLICATIONS
LOW = np.uint64(0xFFFFFFFF)
SHIFT = np.uint64(32)


@outermost
def fill_even(
    design: Design,
    seed: np.uint64,
    first: np.uint64,
    blocks: int,
    inputs: NDArray[np.float64],
    shocks: NDArray[np.float32],
    words: NDArray[np.uint32],
    lower: NDArray[np.uint32],
    coordinates: NDArray[np.float32],
    path: NDArray[np.float32],
) -> None:
    """Normals of ``blocks`` blocks of trajectories from ``first`` (a multiple of LANES) on.

    ``inputs`` float64[draws, blocks·LANES] and ``shocks`` float32[streams, T, blocks·LANES] are written; ``words`` and
    ``lower`` uint32[LANES], ``coordinates`` float32[LANES] and ``path`` float32[T + 1, LANES] are scratch.
    """
    periods, streams, known = len(design.places), len(design.shocks), len(design.inputs)
    for block in range(blocks):
        column = block * LANES
        trajectory = first + np.uint64(column)
        for k in range(known):
            row = design.inputs[k]
            _words(words, lower, design, k, trajectory, seed, design.draws[row], 0)
            _wide(inputs[row, column : column + LANES], words, lower)
        for stream in range(streams):
            for j in range(LANES):
                path[0, j] = np.float32(0.0)
            for k in range(periods):
                _words(
                    words, lower, design, known + k * streams + stream, trajectory, seed, design.shocks[stream], k + 1
                )
                _narrow(coordinates, words)
                place, weights = design.places[k], design.weights[k]
                _place(path[place[0]], path[place[1]], path[place[2]], coordinates, weights)
            for period in range(periods):
                _increment(shocks[stream, period, column : column + LANES], path[period], path[period + 1])


@outermost
def fill_drawn(
    design: Design,
    seed: np.uint64,
    first: np.uint64,
    blocks: int,
    inputs: NDArray[np.float64],
    shocks: NDArray[np.float32],
    words: NDArray[np.uint32],
    drawn: NDArray[np.float32],
    four_pq: NDArray[np.float32],
    apart: int,
) -> None:
    """The same for random draws. With ``apart`` = REPLICATIONS they are mirrored pairs: points 2i and 2i + 1 of a
    replication have opposite normals; with 0 they are what the streams give.

    ``words`` uint32[4 * LANES], ``drawn`` float32[streams * 4 * LANES] and ``four_pq`` float32[4 * LANES] are scratch.
    """
    periods = len(design.places)
    for block in range(blocks):
        column = block * LANES
        trajectory = first + np.uint64(column)
        for k in range(len(design.inputs)):
            row = design.inputs[k]
            out = inputs[row, column : column + LANES]
            fill_input_normals(out, words, design.draws[row], seed, trajectory)
            if apart != 0:
                _mirror(out, apart)
        for quarter in range(periods // 4 + 1):
            fill_shocks(drawn, four_pq, design.shocks, seed, trajectory, quarter)
            for stream in range(len(design.shocks)):
                for period in range(max(4 * quarter, 1), min(4 * quarter + 3, periods) + 1):
                    start = (4 * stream + (period & 3)) * LANES
                    z = shocks[stream, period - 1, column : column + LANES]
                    _copy(z, drawn[start : start + LANES])
                    if apart != 0:
                        _mirror(z, apart)


@borrowing
def _copy(out: NDArray[np.float32], values: NDArray[np.float32]) -> None:
    lane_loop()
    for i in range(LANES):
        j = np.uint64(i)
        out[j] = values[j]


@borrowing
def _mirror(values: NDArray[np.floating], apart: int) -> None:
    for j in range(LANES):
        if j & apart:
            values[j] = -values[j - apart]


@borrowing
def _words(
    words: NDArray[np.uint32],
    lower: NDArray[np.uint32],
    design: Design,
    coordinate: int,
    trajectory: np.uint64,
    seed: np.uint64,
    stream: int,
    period: int,
) -> None:
    """Uniform words of one coordinate, ``lower`` the 32 bits below them."""
    if len(design.vectors) == 0:
        _latin(words, lower, design.keys[coordinate], design.sizes, design.scales, trajectory, period == 0)
    elif coordinate < len(design.vectors):
        _sobol(words, design.vectors[coordinate], design.shifts[coordinate], trajectory)
        if period == 0:
            for j in range(LANES):
                lower[j] = _mixed(np.uint32(words[j] + design.keys[coordinate, j % REPLICATIONS]))
    else:
        _drawn(words, lower, trajectory, seed, stream, period)


@borrowing
def _sobol(
    words: NDArray[np.uint32], vectors: NDArray[np.uint32], shifts: NDArray[np.uint32], trajectory: np.uint64
) -> None:
    lane_loop()
    index = trajectory // np.uint64(LANES)
    for r in range(REPLICATIONS):
        words[np.uint64(r)] = shifts[np.uint64(r)]
    bit = 0
    while (POINTS >> bit) > 1:
        bit += 1
    while index > 0 and bit < 32:
        if index & np.uint64(1):
            for r in range(REPLICATIONS):
                words[np.uint64(r)] ^= vectors[np.uint64(bit), np.uint64(r)]
        index >>= np.uint64(1)
        bit += 1
    filled, place = np.uint64(REPLICATIONS), np.uint64(0)
    while filled < np.uint64(LANES):
        for i in range(filled // np.uint64(REPLICATIONS)):
            row = np.uint64(i) * np.uint64(REPLICATIONS)
            for r in range(REPLICATIONS):
                j = row + np.uint64(r)
                words[filled + j] = words[j] ^ vectors[place, np.uint64(r)]
        filled += filled
        place += np.uint64(1)


@borrowing
def _latin(
    words: NDArray[np.uint32],
    lower: NDArray[np.uint32],
    keys: NDArray[np.uint32],
    sizes: NDArray[np.int64],
    scales: NDArray[np.float64],
    trajectory: np.uint64,
    is_wide: bool,
) -> None:
    """One value in each of as many equal strata as a replication has points, at random within it."""
    for j in range(LANES):
        r = j % REPLICATIONS
        size = np.uint64(sizes[r])
        index = np.uint64((trajectory + np.uint64(j)) // np.uint64(REPLICATIONS))
        index = index if index < size else np.uint64(0)
        stratum = np.uint64(_permuted(np.uint32(index), np.uint32(size), keys[r]))
        within = np.uint64(_mixed(np.uint32(_mixed(np.uint32(index) ^ keys[r]) + np.uint32(0x9E3779B9))))
        if is_wide:
            place = (stratum << SHIFT) | within
            words[j] = np.uint32(place // size)
            lower[j] = np.uint32(((place % size) << SHIFT) // size)
        else:
            words[j] = np.uint32(np.uint64((np.float64(stratum) + np.float64(within) * 2.0**-32) * scales[r]))


@borrowing
def _drawn(
    words: NDArray[np.uint32],
    lower: NDArray[np.uint32],
    trajectory: np.uint64,
    seed: np.uint64,
    stream: int,
    period: int,
) -> None:
    """The words that a stream gives: of one period, or both words of an input (period 0)."""
    k0, k1 = seed & LOW, seed >> SHIFT
    counter = np.uint64(period) >> np.uint64(2)
    which = period & 3
    for j in range(LANES):
        address = trajectory + np.uint64(j)
        first, second, third, fourth = philox((address & LOW,), address >> SHIFT, counter, np.uint64(stream), k0, k1)
        pair = first if which == 0 else second
        other = third if which == 2 else fourth
        words[j] = np.uint32(pair if which < 2 else other)
        lower[j] = np.uint32(second)


@inlined
def _permuted(index: np.uint32, size: np.uint32, key: np.uint32) -> np.uint32:
    """Place ``index`` of a permutation of 0 … size − 1 (Kensler 2013, "Correlated multi-jittered sampling")."""
    w = np.uint32(size - np.uint32(1))
    for shift in (1, 2, 4, 8, 16):
        w = np.uint32(w | (w >> np.uint32(shift)))
    i = index
    while True:
        i = np.uint32((i ^ key) * np.uint32(0xE170893D))
        i = np.uint32(i ^ (key >> np.uint32(16)))
        i = np.uint32(i ^ ((i & w) >> np.uint32(4)))
        i = np.uint32(i ^ (key >> np.uint32(8)))
        i = np.uint32(i * np.uint32(0x0929EB3F))
        i = np.uint32(i ^ (key >> np.uint32(23)))
        i = np.uint32(i ^ ((i & w) >> np.uint32(1)))
        i = np.uint32(i * np.uint32(np.uint32(1) | (key >> np.uint32(27))))
        i = np.uint32(i * np.uint32(0x6935FA69))
        i = np.uint32(i ^ ((i & w) >> np.uint32(11)))
        i = np.uint32(i * np.uint32(0x74DCB303))
        i = np.uint32(i ^ ((i & w) >> np.uint32(2)))
        i = np.uint32(i * np.uint32(0x9E501CC3))
        i = np.uint32(i ^ ((i & w) >> np.uint32(2)))
        i = np.uint32(i * np.uint32(0xC860A3DF))
        i = np.uint32(i & w)
        i = np.uint32(i ^ (i >> np.uint32(5)))
        if i < size:
            break
    return np.uint32((np.uint64(i) + np.uint64(key)) % np.uint64(size))


@inlined
def _mixed(word: np.uint32) -> np.uint32:
    """A hash of 32 bits (Wellons 2018, lowbias32)."""
    x = np.uint32(word ^ (word >> np.uint32(16)))
    x = np.uint32(x * np.uint32(0x7FEB352D))
    x = np.uint32(x ^ (x >> np.uint32(15)))
    x = np.uint32(x * np.uint32(0x846CA68B))
    return np.uint32(x ^ (x >> np.uint32(16)))


@borrowing
def _wide(out: NDArray[np.float64], words: NDArray[np.uint32], lower: NDArray[np.uint32]) -> None:
    lane_loop()
    for i in range(LANES):
        j = np.uint64(i)
        out[j] = normal_from_words(np.uint64(words[j]), np.uint64(lower[j]))


@borrowing
def _narrow(out: NDArray[np.float32], words: NDArray[np.uint32]) -> None:
    lane_loop()
    for i in range(LANES):
        j = np.uint64(i)
        out[j] = normal_from_word(words[j])


@borrowing
def _place(
    out: NDArray[np.float32],
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    x: NDArray[np.float32],
    weights: NDArray[np.float32],
) -> None:
    lane_loop()
    first, second, spread = weights[0], weights[1], weights[2]
    for i in range(LANES):
        j = np.uint64(i)
        out[j] = first * left[j] + (second * right[j] + spread * x[j])


@borrowing
def _increment(out: NDArray[np.float32], before: NDArray[np.float32], after: NDArray[np.float32]) -> None:
    lane_loop()
    for i in range(LANES):
        j = np.uint64(i)
        out[j] = after[j] - before[j]
