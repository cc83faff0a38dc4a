"""The model in numba, written by hand for this one model as numba's documentation teaches.

A scalar loop over trajectories and months with ``np.random.standard_normal`` (Mersenne Twister and a polar method, a
state of its own for each thread) and ``math.exp``, with fast-math, in ``prange`` over chunks.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import numba
import numpy as np
from numpy.typing import NDArray

from benchmarks.model import DT, NEED_BINS, NEED_WIDTH, PERIODS, Outcome, model_numbers
from benchmarks.peer import Run

__all__ = ["prepare"]

CHUNK = 16_384


def prepare(variant: str, threads: int) -> Run:  # noqa: ARG001
    numba.set_num_threads(threads)
    m = model_numbers()
    single = np.array([m.walk_start, m.walk_trend, m.walk_spread, m.users, m.cash, m.hours_per_query, m.energy_share])
    tables = (m.gbm_start, m.gbm_trend, m.gbm_spread, m.ou_start, m.ou_phi, m.ou_pull, m.ou_spread, single)

    def run(trajectories: int, seed: int) -> Outcome:
        passage, total, need = chunks(trajectories, seed, *tables)
        return Outcome(passage.sum(axis=0), total.sum(axis=0) / trajectories, need.sum(axis=0))

    run(2, 0)
    return run


def chunks_python(
    trajectories: int,
    seed: int,
    gbm_start: Any,
    gbm_trend: Any,
    gbm_spread: Any,
    ou_start: Any,
    ou_phi: Any,
    ou_pull: Any,
    ou_spread: Any,
    single: Any,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    count = (trajectories + CHUNK - 1) // CHUNK
    passages = np.zeros((count, PERIODS + 2), np.int64)
    totals = np.zeros((count, PERIODS))
    needs = np.zeros((count, NEED_BINS), np.int64)
    walk_start, walk_trend, walk_spread, users_start, cash_start, hours_per_query, energy_share = single
    for chunk in numba.prange(count):
        np.random.seed((seed & 1023) * 1_000_003 + chunk)
        for _ in range(min(CHUNK, trajectories - chunk * CHUNK)):
            price, usage, gpu_price, wages = gbm_start
            energy, utilisation, growth = ou_start
            churn, users, cash, need, passage = walk_start, users_start, cash_start, 0.0, PERIODS + 1
            for period in range(1, PERIODS + 1):
                price *= math.exp(gbm_trend[0] + gbm_spread[0] * np.random.standard_normal())
                usage *= math.exp(gbm_trend[1] + gbm_spread[1] * np.random.standard_normal())
                gpu_price *= math.exp(gbm_trend[2] + gbm_spread[2] * np.random.standard_normal())
                wages *= math.exp(gbm_trend[3] + gbm_spread[3] * np.random.standard_normal())
                energy = energy * ou_phi[0] + ou_pull[0] + ou_spread[0] * np.random.standard_normal()
                utilisation = utilisation * ou_phi[1] + ou_pull[1] + ou_spread[1] * np.random.standard_normal()
                growth = growth * ou_phi[2] + ou_pull[2] + ou_spread[2] * np.random.standard_normal()
                churn += walk_trend + walk_spread * np.random.standard_normal()
                hours = users * usage * hours_per_query / math.exp(utilisation)
                share = 1.0 - energy_share + energy_share * math.exp(energy)
                burn = hours * gpu_price * share + wages - users * price
                users *= 1.0 + (growth - churn) * DT
                cash -= burn
                totals[chunk, period - 1] += cash
                need = max(need, -cash)
                if cash < 0.0 and passage > PERIODS:
                    passage = period
            passages[chunk, passage] += 1
            needs[chunk, min(int(need / NEED_WIDTH), NEED_BINS - 1)] += 1
    return passages, totals, needs


chunks = cast(Callable[..., Any], numba.njit(parallel=True, fastmath=True)(chunks_python))
