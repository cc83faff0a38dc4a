"""Instructions that look something up: transport tables, piecewise-linear functions, thresholds, and jumps.

A table lies in the flat array ``tables`` at the offset that its line of ``table_index`` gives (see
:mod:`burncast.engine.graph.program_data`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.draws.addresses import MOST_JUMPS
from burncast.engine.numerics.elementary import exp, fma, normal_cdf
from burncast.engine.numerics.intrinsics import lane_loop
from burncast.engine.numerics.kernel_cache import borrowing, inlined
from burncast.engine.numerics.lanes import LANES
from burncast.engine.streams import fill_listed

__all__ = ["interpolate", "jumps", "lookup", "transport"]

Floats = NDArray[np.float64]

SMOOTH, STEPS = 0, 1
"""Kinds of tables; the third are pieces."""

ABREAST = 8
"""Lanes that have a jump are taken in groups of so many: what does not fill a vector would go one by one."""

FEW = 64
"""Up to so many steps are compared one after the other, all lanes at once."""


@borrowing
def transport(out: Floats, z: Floats, tables: Floats, entry: NDArray[np.int64]) -> None:
    """A whole row through a smooth table."""
    lane_loop()
    offset, pieces = entry[1], entry[2]
    for j in range(LANES):
        out[j] = smooth_at(z[j], tables, offset, pieces)


@inlined
def smooth_at(z: float, tables: Floats, offset: int, pieces: int) -> float:
    """Cubic pieces on a uniform grid, four coefficients each; ``z`` beyond the grid counts as its end."""
    last = np.float64(pieces)
    u = (z - tables[offset]) * tables[offset + 1]
    u = u if u > 0.0 else 0.0
    u = u if u < last else last
    piece = min(int(u), pieces - 1)
    t = u - np.float64(piece)
    at = np.uint64(offset + 2 + 4 * piece)
    first, second = tables[at], tables[at + np.uint64(1)]
    third, fourth = tables[at + np.uint64(2)], tables[at + np.uint64(3)]
    return fma(t, fma(t, fma(t, fourth, third), second), first)


@borrowing
def lookup(out: Floats, z: Floats, tables: Floats, entry: NDArray[np.int64], places: NDArray[np.int64]) -> None:
    """A whole row through a table of steps or pieces; ``places`` int64[LANES] is scratch."""
    lane_loop()
    kind, offset, length = entry[0], entry[1], entry[2]
    if kind == STEPS and length <= FEW:
        values = offset + length - 1
        for j in range(LANES):
            out[j] = tables[values]
        for step in range(length - 1):
            edge, value = tables[offset + step], tables[values + step + 1]
            for j in range(LANES):
                out[j] = value if edge <= z[j] else out[j]
        return
    thresholds = length - 1 if kind == STEPS else length
    _find(places, z, tables, offset, thresholds)
    if kind == STEPS:
        for j in range(LANES):
            out[j] = tables[np.uint64(offset + thresholds + places[j])]
    else:
        for j in range(LANES):
            out[j] = piece_at(z[j], tables, offset, length, places[j])


@borrowing
def _find(places: NDArray[np.int64], z: Floats, tables: Floats, offset: int, length: int) -> None:
    """How many of ``length`` ascending thresholds from ``offset`` on are ≤ z, all lanes at once."""
    lane_loop()
    for j in range(LANES):
        places[j] = 0
    step = 1
    while 2 * step <= length:
        step *= 2
    while step > 0:
        for j in range(LANES):
            further = places[j] + step
            inside = further if further < length else length
            reached = (tables[np.uint64(offset + inside - 1)] <= z[j]) & (further <= length)
            places[j] = further if reached else places[j]
        step >>= 1


@inlined
def value_at(z: float, tables: Floats, entry: NDArray[np.int64]) -> float:
    """One value of a transport table of any kind."""
    kind, offset, length = entry[0], entry[1], entry[2]
    if kind == SMOOTH:
        return smooth_at(z, tables, offset, length)
    if kind == STEPS:
        return float(tables[offset + length - 1 + position(z, tables, offset, length - 1)])
    return piece_at(z, tables, offset, length, position(z, tables, offset, length))


@inlined
def piece_at(z: float, tables: Floats, offset: int, length: int, place: int) -> float:
    """A cubic piece of ``length``, after the threshold ``place`` − 1."""
    piece = max(place - 1, 0)
    at = np.uint64(offset + length + 4 * piece)
    d = max(z - tables[np.uint64(offset + piece)], 0.0)
    first, second = tables[at], tables[at + np.uint64(1)]
    third, fourth = tables[at + np.uint64(2)], tables[at + np.uint64(3)]
    return fma(d, fma(d, fma(d, fourth, third), second), first)


@inlined
def position(x: float, tables: Floats, offset: int, length: int) -> int:
    """How many of ``length`` ascending thresholds from ``offset`` on are ≤ x."""
    low, high = 0, length
    while low < high:
        middle = (low + high) >> 1
        if tables[offset + middle] <= x:
            low = middle + 1
        else:
            high = middle
    return low


@borrowing
def interpolate(out: Floats, x: Floats, tables: Floats, entry: NDArray[np.int64]) -> None:
    """Straight pieces between knots, held beyond both ends; a table of knots, ordinates and slopes (one fewer)."""
    lane_loop()
    knots, length = entry[1], entry[2]
    ordinates, slopes = knots + length, knots + 2 * length
    for j in range(LANES):
        out[j] = tables[ordinates]
    for piece in range(length - 1):
        knot, ordinate, slope = tables[knots + piece], tables[ordinates + piece], tables[slopes + piece]
        for j in range(LANES):
            inside = fma(slope, x[j] - knot, ordinate)
            out[j] = inside if x[j] >= knot else out[j]
    for j in range(LANES):
        held = tables[slopes - 1] if x[j] >= tables[ordinates - 1] else out[j]
        out[j] = held if x[j] == x[j] else x[j]


@borrowing
def jumps(
    out: Floats,
    counts: Floats,
    decay: Floats,
    tables: Floats,
    sizes: NDArray[np.int64],
    streams: NDArray[np.uint32],
    normals: NDArray[np.float32],
    worth: Floats,
    listed: NDArray[np.int64],
    period: int,
    seed: np.uint64,
    addresses: NDArray[np.uint64],
) -> None:
    """What this period's ``counts`` jumps are worth at its end: Σ size·exp(−decay·age), ages uniform over the period.

    ``streams`` holds the stream of sizes and, unless jumps are permanent, that of ages; jump k draws from sub-stream k
    of each, at the trajectory ``addresses`` uint64[LANES] of the lanes that have it. NaN where there are more than
    ``MOST_JUMPS``. ``normals`` float32[2, LANES], ``worth`` float64[LANES] and ``listed`` int64[LANES], all of it
    lanes, are scratch.
    """
    jumping = _list_jumping(out, counts, worth.view(np.int64), listed)
    jump = 0
    while jumping > 0:
        filled = (jumping + ABREAST - 1) // ABREAST * ABREAST
        fill_listed(normals[0], listed, filled, streams[0], seed, addresses, period, jump)
        if sizes[0] == SMOOTH:
            _smooth_sizes(worth, normals[0], filled, tables, sizes[1], sizes[2])
        else:
            for place in range(jumping):
                worth[place] = value_at(np.float64(normals[0, place]), tables, sizes)
        if len(streams) == 2:
            fill_listed(normals[1], listed, filled, streams[1], seed, addresses, period, jump)
            _decay(worth, normals[1], filled, decay, listed)
        jump += 1
        still = 0
        for place in range(jumping):
            j = listed[place]
            out[j] += worth[place]
            listed[still] = j
            still += 1 if counts[j] > jump else 0
        jumping = still


@borrowing
def _list_jumping(out: Floats, counts: Floats, jumps_here: NDArray[np.int64], listed: NDArray[np.int64]) -> int:
    """List the lanes that jump; ``out`` becomes 0, or NaN where there are too many. ``jumps_here`` is scratch."""
    lane_loop()
    for j in range(LANES):
        out[j] = 0.0 if counts[j] <= MOST_JUMPS else np.nan
        jumps_here[j] = np.int64(1) if (counts[j] > 0.0) & (counts[j] <= MOST_JUMPS) else np.int64(0)
    jumping = 0
    for j in range(LANES):
        listed[np.uint64(jumping)] = j
        jumping += jumps_here[j]
    return jumping


@borrowing
def _smooth_sizes(
    worth: Floats, normals: NDArray[np.float32], count: int, tables: Floats, offset: int, pieces: int
) -> None:
    lane_loop()
    for place in range(count):
        worth[place] = smooth_at(np.float64(normals[place]), tables, offset, pieces)


@borrowing
def _decay(worth: Floats, normals: NDArray[np.float32], count: int, decay: Floats, listed: NDArray[np.int64]) -> None:
    lane_loop()
    for place in range(count):
        age = normal_cdf(np.float64(normals[place]))
        worth[place] *= exp(-decay[np.uint64(listed[place])] * age)
