"""Whole rows through the elementary functions.

Each loop is a function of its own: there its constants stay in vector registers, where inside the machine they would be
fetched again for every vector; what takes many steps goes in two passes, short enough for a processor to have several
vectors under way. What the ends of the range and special values need is done for rows that have any:
both ways come to the same bits. ``out`` and the operands are float64[LANES], shocks float32[LANES].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.numerics.elementary import (
    cdf_of_scaled_tail,
    exp,
    log,
    log_two_doubles,
    power,
    power_of_logarithm,
    scaled_tail,
    usual_exp,
)
from burncast.engine.numerics.intrinsics import fma, lane_loop
from burncast.engine.numerics.kernel_cache import borrowing
from burncast.engine.numerics.lanes import LANES

__all__ = ["exp_row", "gbm_row", "gbm_row_of_known", "log_row", "normal_cdf_row", "power_row"]

Row = NDArray[np.float64]

USUAL = 708.0
"""Up to this distance from 0, eˣ is a normal number."""

NOTHING, SOMETHING = np.uint64(0), np.uint64(1)


@borrowing
def exp_row(out: Row, x: Row) -> None:
    """e to the power x."""
    lane_loop()
    special = NOTHING
    for j in range(LANES):
        out[j] = usual_exp(x[j])
        special |= NOTHING if abs(x[j]) <= USUAL else SOMETHING
    if special != NOTHING:
        for j in range(LANES):
            out[j] = exp(x[j])


@borrowing
def gbm_row(out: Row, x: Row, slope: Row, level: Row, z: NDArray[np.float32]) -> None:
    """x·exp(z·slope + level)."""
    lane_loop()
    special = NOTHING
    for j in range(LANES):
        growth = fma(np.float64(z[j]), slope[j], level[j])
        out[j] = x[j] * usual_exp(growth)
        special |= NOTHING if abs(growth) <= USUAL else SOMETHING
    if special != NOTHING:
        for j in range(LANES):
            out[j] = x[j] * exp(fma(np.float64(z[j]), slope[j], level[j]))


@borrowing
def gbm_row_of_known(out: Row, x: Row, slope: float, level: float, z: NDArray[np.float32]) -> None:
    """x·exp(z·slope + level) of numbers that are the same for all trajectories."""
    lane_loop()
    special = NOTHING
    for j in range(LANES):
        growth = fma(np.float64(z[j]), slope, level)
        out[j] = x[j] * usual_exp(growth)
        special |= NOTHING if abs(growth) <= USUAL else SOMETHING
    if special != NOTHING:
        for j in range(LANES):
            out[j] = x[j] * exp(fma(np.float64(z[j]), slope, level))


@borrowing
def log_row(out: Row, x: Row) -> None:
    """Natural logarithms."""
    lane_loop()
    for j in range(LANES):
        out[j] = log(x[j])


@borrowing
def normal_cdf_row(out: Row, x: Row) -> None:
    """Φ(x)."""
    _scaled_tails(out, x)
    _cdfs(out, x)


@borrowing
def _scaled_tails(out: Row, x: Row) -> None:
    lane_loop()
    for j in range(LANES):
        out[j] = scaled_tail(x[j])


@borrowing
def _cdfs(out: Row, x: Row) -> None:
    lane_loop()
    for j in range(LANES):
        out[j] = cdf_of_scaled_tail(x[j], out[j])


@borrowing
def power_row(out: Row, x: Row, y: Row, scratch: Row) -> None:
    """x to the power y; special cases are looked at in rows that have one. ``scratch`` is written."""
    lane_loop()
    special = NOTHING
    for j in range(LANES):
        usual = (x[j] > 0.0) & (x[j] < np.inf) & (abs(y[j]) < np.inf)
        special |= NOTHING if usual else SOMETHING
    if special == NOTHING:
        _logarithms(out, scratch, x)
        _powers(out, scratch, y)
    else:
        for j in range(LANES):
            out[j] = power(x[j], y[j])


@borrowing
def _logarithms(high: Row, low: Row, x: Row) -> None:
    lane_loop()
    for j in range(LANES):
        high[j], low[j] = log_two_doubles(x[j])


@borrowing
def _powers(out: Row, low: Row, y: Row) -> None:
    """Powers of numbers whose logarithms are ``out`` + ``low``."""
    lane_loop()
    for j in range(LANES):
        out[j] = power_of_logarithm(out[j], low[j], y[j])
