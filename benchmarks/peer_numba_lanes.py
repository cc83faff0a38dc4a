"""The model in numba, written by hand on burncast's own shocks and exponential: a program without its machine.

Blocks of lanes as in :mod:`burncast.engine.machine`, but a month is a few straight loops over the lanes: no
instructions, no rows between them, no checks, no histograms of the cash. The same operations in the same order, so the
same bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numba
import numpy as np

from benchmarks.model import NEED_BINS, NEED_WIDTH, PERIODS, Outcome, model_numbers
from benchmarks.peer import Run, in_threads
from burncast.engine.numerics.elementary import exp, fma
from burncast.engine.numerics.intrinsics import lane_loop
from burncast.engine.numerics.lanes import CHUNK, LANES
from burncast.engine.streams import fill_shocks, stream_id

__all__ = ["prepare"]

SHOCKS = ("price", "usage", "gpu_price", "wages", "energy", "utilisation", "growth", "churn")
ROWS = 12
MONTH = np.float64(1.0 / 12.0)


def prepare(variant: str, threads: int) -> Run:  # noqa: ARG001
    m = model_numbers()
    streams = np.array([stream_id(name) for name in SHOCKS], np.uint32)
    opening = np.array([*m.gbm_start, *m.ou_start, m.walk_start, m.users, m.cash, 0.0, PERIODS + 1.0])
    numbers = np.array(
        [
            *np.column_stack([m.gbm_trend, m.gbm_spread]).ravel(),
            *np.column_stack([m.ou_phi, m.ou_pull, m.ou_spread]).ravel(),
            *(m.walk_trend, m.walk_spread, m.hours_per_query, m.energy_share),
        ]
    )

    def work(index: int, count: int, seed: int) -> Outcome:
        passage, total = np.zeros(PERIODS + 2, np.int64), np.zeros(PERIODS)
        need = np.zeros(NEED_BINS, np.int64)
        run_chunk(opening, numbers, streams, np.uint64(seed), np.uint64(index * CHUNK), count, passage, total, need)
        return Outcome(passage, total / count, need)

    def run(trajectories: int, seed: int) -> Outcome:
        return in_threads(lambda index, count: work(index, count, seed), trajectories, CHUNK, threads)

    run(LANES, 0)
    return run


def _run_chunk(
    opening: Any, numbers: Any, streams: Any, seed: Any, first: Any, count: int, passage: Any, total: Any, need: Any
) -> None:
    rows = np.empty((ROWS, LANES))
    drawn = np.empty(len(streams) * 4 * LANES, np.float32)
    normals = drawn.reshape((len(streams), 4, LANES))
    four_pq = np.empty(4 * LANES, np.float32)
    totals = np.zeros((PERIODS, LANES))
    for begin in range(0, count, LANES):
        active = min(LANES, count - begin)
        for row in range(ROWS):
            rows[row, :] = opening[row]
        for period in range(1, PERIODS + 1):
            if period == 1 or period & 3 == 0:
                fill_shocks(drawn, four_pq, streams, seed, first + np.uint64(begin), period >> 2)
            q = period & 3
            motion(rows[0], normals[0, q], numbers[0], numbers[1])
            motion(rows[1], normals[1, q], numbers[2], numbers[3])
            motion(rows[2], normals[2, q], numbers[4], numbers[5])
            motion(rows[3], normals[3, q], numbers[6], numbers[7])
            month(
                rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6], rows[7], rows[8], rows[9], rows[10],
                rows[11], normals[4, q], normals[5, q], normals[6, q], normals[7, q], numbers[8:], np.float64(period),
            )  # fmt: skip
            add(totals[period - 1], rows[9], active)
        for i in range(active):
            passage[int(rows[11, i])] += 1
            need[min(int(rows[10, i] / NEED_WIDTH), NEED_BINS - 1)] += 1
    for period in range(PERIODS):
        total[period] = totals[period].sum()


def _add(total: Any, values: Any, active: int) -> None:
    lane_loop()
    for i in range(active):
        total[np.uint64(i)] += values[np.uint64(i)]


def _motion(x: Any, z: Any, trend: float, spread: float) -> None:
    lane_loop()
    for i in range(LANES):
        j = np.uint64(i)
        x[j] = x[j] * exp(fma(np.float64(z[j]), spread, trend))


def _month(
    price: Any, usage: Any, gpu_price: Any, wages: Any, energy: Any, utilisation: Any, growth: Any, churn: Any,
    users: Any, cash: Any, need: Any, passage: Any, z4: Any, z5: Any, z6: Any, z7: Any, numbers: Any, now: float,
) -> None:  # fmt: skip
    lane_loop()
    phi4, pull4, sd4, phi5, pull5, sd5 = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]
    phi6, pull6, sd6, trend, spread = numbers[6], numbers[7], numbers[8], numbers[9], numbers[10]
    hours_per_query, share = numbers[11], numbers[12]
    for i in range(LANES):
        j = np.uint64(i)
        e = fma(np.float64(z4[j]), sd4, fma(energy[j], phi4, pull4))
        u = fma(np.float64(z5[j]), sd5, fma(utilisation[j], phi5, pull5))
        g = fma(np.float64(z6[j]), sd6, fma(growth[j], phi6, pull6))
        c = fma(np.float64(z7[j]), spread, churn[j] + trend)
        revenue = users[j] * price[j]
        hours = usage[j] * users[j] * hours_per_query / exp(u)
        burn = fma(gpu_price[j] * hours, fma(exp(e), share, 1.0 - share), wages[j]) - revenue
        left = cash[j] - burn
        energy[j], utilisation[j], growth[j], churn[j] = e, u, g, c
        users[j] = users[j] * fma(g - c, MONTH, 1.0)
        cash[j] = left
        need[j] = -left if -left > need[j] else need[j]
        reached = now if left < 0.0 else PERIODS + 1.0
        passage[j] = reached if reached < passage[j] else passage[j]


Compiled = Callable[..., None]
motion = cast(Compiled, numba.njit(nogil=True, error_model="numpy")(_motion))
add = cast(Compiled, numba.njit(nogil=True, error_model="numpy")(_add))
month = cast(Compiled, numba.njit(nogil=True, error_model="numpy")(_month))
run_chunk = cast(Compiled, numba.njit(nogil=True, error_model="numpy")(_run_chunk))
