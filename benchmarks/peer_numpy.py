"""The model in NumPy, as a good user would write it: arrays over trajectories, in blocks that stay in the cache.

Everything is written in place with ``out=``, all shocks of a month are drawn in one call into one array, and what has
the same form runs as one operation over several rows. Variants: ``float64``, ``mixed`` (float32 shocks, float64
arithmetic, as in burncast) and ``float32`` throughout. Bit generator (SFC64 or PCG64) and block size are chosen by
measurement. Each block has a generator of its own, so blocks may run on threads: the ufuncs and the generators release
the interpreter's lock.
"""

from __future__ import annotations

import itertools
import threading
import time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.model import DT, NEED_BINS, NEED_WIDTH, PERIODS, Numbers, Outcome, model_numbers
from benchmarks.peer import Run, in_threads

__all__ = ["prepare"]

BLOCKS = (1_024, 2_048, 4_096, 8_192, 16_384, 32_768)
GENERATORS = (np.random.SFC64, np.random.PCG64)
KINDS = {
    "float64": (np.float64, np.float64),
    "mixed": (np.float32, np.float64),
    "float32": (np.float32, np.float32),
}
TRIAL = 32_768

Array = NDArray[Any]


class Buffers(NamedTuple):
    """Arrays of one thread, written again and again: shocks [8, n], states, and space for intermediate values."""

    z: Array
    motions: Array  # [4, n]: price, usage, gpu_price, wages
    reverting: Array  # [3, n]: log energy, log utilisation, growth
    churn: Array
    users: Array
    cash: Array
    need: Array
    passage: NDArray[np.int64]
    four: Array  # [4, n]
    three: Array  # [3, n]
    flow: Array
    ruined: NDArray[np.bool_]


def prepare(variant: str, threads: int) -> Run:
    shocks, arithmetic = KINDS[variant]
    numbers = model_numbers()

    def with_settings(size: int, generator: Any, workers: int) -> Run:
        local = threading.local()

        def run(trajectories: int, seed: int) -> Outcome:
            def block(index: int, count: int) -> Outcome:
                if getattr(local, "size", None) != count:
                    local.size, local.buffers = count, make_buffers(count, shocks, arithmetic)
                rng = np.random.Generator(generator(np.random.SeedSequence((seed, index))))
                return run_block(numbers, rng, local.buffers)

            return in_threads(block, trajectories, size, workers)

        return run

    def seconds(settings: tuple[int, Any]) -> float:
        trial, times = with_settings(*settings, 1), []
        for seed in range(3):
            begun = time.perf_counter()
            trial(TRIAL, seed)
            times.append(time.perf_counter() - begun)
        return min(times)

    size, generator = min(itertools.product(BLOCKS, GENERATORS), key=seconds)
    return with_settings(size, generator, threads)


def make_buffers(count: int, shocks: Any, arithmetic: Any) -> Buffers:
    rows = [np.empty((k, count), arithmetic) for k in (4, 3, 4, 3)]
    flat = [np.empty(count, arithmetic) for _ in range(5)]
    return Buffers(
        z=np.empty((8, count), shocks),
        motions=rows[0],
        reverting=rows[1],
        churn=flat[0],
        users=flat[1],
        cash=flat[2],
        need=flat[3],
        passage=np.empty(count, np.int64),
        four=rows[2],
        three=rows[3],
        flow=flat[4],
        ruined=np.empty(count, np.bool_),
    )


def run_block(numbers: Numbers, rng: np.random.Generator, buffers: Buffers) -> Outcome:
    z, motions, reverting, churn, users, cash, need, passage, four, three, flow, ruined = buffers
    kind = cash.dtype.type
    trend, spread = (x.astype(kind)[:, None] for x in (numbers.gbm_trend, numbers.gbm_spread))
    phi, pull, sd = (x.astype(kind)[:, None] for x in (numbers.ou_phi, numbers.ou_pull, numbers.ou_spread))
    walk_trend, walk_spread, dt, one = (kind(x) for x in (numbers.walk_trend, numbers.walk_spread, DT, 1.0))
    hours_per_query, energy_share = kind(numbers.hours_per_query), kind(numbers.energy_share)
    motions[:] = numbers.gbm_start[:, None]
    reverting[:] = numbers.ou_start[:, None]
    churn[:], users[:], cash[:] = numbers.walk_start, numbers.users, numbers.cash
    need[:], passage[:] = 0.0, PERIODS + 1
    price, usage, gpu_price, wages = motions
    energy, utilisation = three[:2]
    mean_cash = np.empty(PERIODS)
    for period in range(1, PERIODS + 1):
        rng.standard_normal(out=z, dtype=z.dtype)
        np.multiply(z[:4], spread, out=four)
        four += trend
        np.exp(four, out=four)
        motions *= four
        np.multiply(z[4:7], sd, out=three)
        three += pull
        reverting *= phi
        reverting += three
        np.multiply(z[7], walk_spread, out=flow)
        flow += walk_trend
        churn += flow

        np.exp(reverting[:2], out=three[:2])
        np.multiply(users, usage, out=flow)
        flow *= hours_per_query
        flow /= utilisation
        flow *= gpu_price
        energy *= energy_share
        energy += one - energy_share
        flow *= energy
        flow += wages
        cash -= flow
        np.multiply(users, price, out=flow)
        cash += flow
        np.subtract(reverting[2], churn, out=flow)
        flow *= dt
        flow += one
        users *= flow

        mean_cash[period - 1] = cash.mean(dtype=np.float64)
        np.less(cash, 0.0, out=ruined)
        np.minimum(passage, period, out=passage, where=ruined)
        np.negative(cash, out=flow)
        np.maximum(need, flow, out=need)
    need /= kind(NEED_WIDTH)
    np.minimum(need, kind(NEED_BINS - 1), out=need)
    return Outcome(
        first_passage=np.bincount(passage, minlength=PERIODS + 2),
        mean_cash=mean_cash,
        need=np.bincount(need.astype(np.int64), minlength=NEED_BINS),
    )
