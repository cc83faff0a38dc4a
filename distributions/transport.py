"""Transport maps: tables that carry a standard normal z to a value x of a law.

A smooth law becomes a :class:`Table`: cubic Hermite pieces between the nodes of a uniform grid in z, with the exact
slopes dx/dz = φ(z)/f(x), bounded by three secants so that each piece is monotone (Fritsch & Carlson, SIAM J. Numer.
Anal. 17, 1980). The grid is doubled until the error at the midpoints, where it is largest, is at most 1e-8 relative to
|x| + scale; scale is the smaller of the distances from the median to the points one standard normal deviation to its
left and right. A single kink of the density (a triangular law's mode) is put on a node.

A mixture (which may have several kinks, gaps, points of positive probability beside a density, modes far apart),
another law without a quantile function of its own, and a law that 4,096 cells do not follow become :class:`Pieces` on
an adaptive grid, within the same bound but for pieces of less than 4e-8 of the probability. A discrete law becomes
:class:`Steps`, which are exact.

What is guaranteed of all three: monotone, within the law's support, and ends held beyond ``z_limit``. Below the scale
of the law (the lower tail of a gamma law with a small shape) the error is absolute. ``error`` is the largest that was
measured at the midpoints, in the units of the bound; or a twelfth of that on the grid of half as many cells, where
halving was seen to divide it by about sixteen, as theory has it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray, Law
from burncast.distributions.pieces import Pieces, adaptive_pieces, z_of

__all__ = ["Pieces", "Steps", "Table", "evaluate", "tabulate", "transport"]

TOLERANCE = 1e-8
FIRST_CELLS = 64
MOST_CELLS = 1 << 12


@dataclass(frozen=True, eq=False)
class Table:
    """Cubic Hermite pieces: ``values[n]`` and ``slopes[n]`` (dx/dz) at z_low, z_low + step, …; z is clamped."""

    z_low: float
    step: float
    values: FloatArray
    slopes: FloatArray
    error: float


@dataclass(frozen=True, eq=False)
class Steps:
    """x = values[number of thresholds ≤ z]: ``thresholds[k−1]`` ascending in z, ``values[k]`` ascending."""

    thresholds: FloatArray
    values: FloatArray


@lru_cache(maxsize=256)
def transport(law: Law, z_limit: float = 8.5) -> Table | Pieces | Steps:
    """The transport map of ``law``, for z between −``z_limit`` and ``z_limit`` (beyond, the ends hold)."""
    if law.discrete:
        return _steps(law)
    kinks = _kinks(law, z_limit)
    low, high = -z_limit, z_limit
    x, _ = law.from_normal(np.array([-1.0, 0.0, 1.0, low, high]))
    if not np.all(np.isfinite(x)):
        raise LawError("draws of this law overflow", expected="a lighter tail, or truncate(..., low=, high=)")
    below, above = x[1] - x[0], x[2] - x[1]
    scale = float(max(min(below, above), 1e-3 * max(below, above)))
    if len(kinks) <= 1 and not law.inverted:
        table = tabulate(law.from_normal, low, high, scale=scale, node=kinks[0] if kinks else None)
        if table.error <= TOLERANCE:
            return table
    return adaptive_pieces(law, z_limit, scale, TOLERANCE / 4)


def tabulate(
    function: Callable[[FloatArray], tuple[FloatArray, FloatArray]],
    low: float,
    high: float,
    *,
    scale: float,
    node: float | None = None,
) -> Table:
    """Tabulate a monotone function and its slope over [low, high] to ``TOLERANCE``; ``node`` lies on the grid if given.

    With ``node`` the grid is widened by at most two of its first, coarse cells. ``error`` tells whether it was reached.
    """
    step = (high - low) / FIRST_CELLS
    cells = FIRST_CELLS
    if node is not None:
        low = node - step * math.ceil((node - low) / step)
        cells = math.ceil((high - low) / step)
    z = low + step * np.arange(cells + 1, dtype=np.float64)
    x, slope = function(z)
    before = math.inf
    while True:
        limited = _limited(x, slope, step)
        middle, middle_slope = function(low + step * (np.arange(cells, dtype=np.float64) + 0.5))
        between = (x[:-1] + x[1:]) / 2 + step / 8 * (limited[:-1] - limited[1:])
        error = float(np.max(np.abs(between - middle) / (np.abs(middle) + scale))) if scale else 0.0
        doublings = math.log2(MOST_CELLS / cells)
        if error <= TOLERANCE / 2 or doublings < 1 or (cells >= 256 and error > TOLERANCE * 24**doublings):
            break
        x, slope = _interleaved(x, middle), _interleaved(slope, middle_slope)
        cells, step = 2 * cells, step / 2
        if 10 * error < before < 22 * error and error / 12 <= TOLERANCE / 2:
            limited, error = _limited(x, slope, step), error / 12
            break
        before = error
    x.setflags(write=False)
    limited.setflags(write=False)
    return Table(float(low), float(step), x, limited, error)


def evaluate(table: Table | Pieces | Steps, z: ArrayLike) -> FloatArray:
    """The value of the table at ``z``, shape kept."""
    z = np.asarray(z, dtype=np.float64)
    if isinstance(table, Steps):
        return table.values[np.searchsorted(table.thresholds, z, side="right")]
    if isinstance(table, Pieces):
        place = np.maximum(np.searchsorted(table.z, z, side="right") - 1, 0)
        d = np.maximum(z, table.z[0]) - table.z[place]
        c0, c1, c2, c3 = np.moveaxis(table.coefficients[place], -1, 0)
        return np.asarray(c0 + d * (c1 + d * (c2 + d * c3)))
    last = len(table.values) - 1
    where = np.clip((z - table.z_low) / table.step, 0.0, float(last))
    cell = np.minimum(where.astype(np.int64), last - 1)
    t = where - cell
    left, right = table.values[cell], table.values[cell + 1]
    rise = right - left
    start, end = table.step * table.slopes[cell], table.step * table.slopes[cell + 1]
    bend, twist = 3 * rise - 2 * start - end, start + end - 2 * rise
    return np.asarray(left + t * (start + t * (bend + t * twist)))


def _steps(law: Law) -> Steps:
    values, _ = law.atoms()
    thresholds = z_of(law.cdf(values[:-1]), law.sf(values[:-1]))
    for array in (thresholds, values):
        array.setflags(write=False)
    return Steps(thresholds, values)


def _kinks(law: Law, z_limit: float) -> list[float]:
    points = np.asarray(law.breakpoints)
    z = z_of(law.cdf(points), law.sf(points))
    return [float(one) for one in np.unique(z) if abs(one) < z_limit]


def _limited(x: FloatArray, slope: FloatArray, step: float) -> FloatArray:
    secant = np.abs(np.diff(x)) / step
    bound = 3 * np.concatenate([secant[:1], np.minimum(secant[:-1], secant[1:]), secant[-1:]])
    return np.clip(np.where(np.isnan(slope), 0.0, slope), -bound, bound)


def _interleaved(nodes: FloatArray, middles: FloatArray) -> FloatArray:
    both = np.empty(len(nodes) + len(middles))
    both[::2], both[1::2] = nodes, middles
    return both
