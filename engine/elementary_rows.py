"""Whole rows through the elementary functions.

Each loop is a function of its own: there its constants stay in vector registers, where inside the machine they would be
fetched again for every vector. What the ends of the range and special values need is done for rows that have any:
both ways come to the same bits. ``out`` and the operands are float64[LANES], shocks float32[LANES].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.elementary import exp, log, normal_cdf, power, usual_exp, usual_power
from burncast.engine.intrinsics import fma, lane_loop
from burncast.engine.kernel_cache import borrowing
from burncast.engine.lanes import LANES

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
    lane_loop()
    for j in range(LANES):
        out[j] = normal_cdf(x[j])


@borrowing
def power_row(out: Row, x: Row, y: Row) -> None:
    """x to the power y; special cases are looked at in rows that have one."""
    lane_loop()
    special = NOTHING
    for j in range(LANES):
        usual = (x[j] > 0.0) & (x[j] < np.inf) & (abs(y[j]) < np.inf)
        special |= NOTHING if usual else SOMETHING
    if special == NOTHING:
        for j in range(LANES):
            out[j] = usual_power(x[j], y[j])
    else:
        for j in range(LANES):
            out[j] = power(x[j], y[j])
