"""The model in JAX on the processor: a jitted ``lax.scan`` over months, arrays over trajectories, float32.

float32 is JAX's own default and its fastest. Compilation is not timed. Of both random number generators, threefry (the
default) and rbg, and of several block sizes the fastest is taken. Blocks are handed to as many threads as the run may
use; XLA's own pool has one thread per processor that the process may use.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from benchmarks.model import DT, NEED_BINS, NEED_WIDTH, PERIODS, Outcome, model_numbers
from benchmarks.peer import Run, UnavailableError, in_threads

__all__ = ["prepare"]

BLOCKS = (4_096, 16_384, 65_536, 262_144)
GENERATORS = ("threefry2x32", "rbg")
TRIAL = 262_144


def prepare(variant: str, threads: int) -> Run:  # noqa: ARG001
    os.environ["JAX_PLATFORMS"] = "cpu"
    try:
        import jax
    except ImportError:
        raise UnavailableError("jax is not installed (pip install jax)") from None

    def with_settings(size: int, generator: str, workers: int) -> Run:
        def run(trajectories: int, seed: int) -> Outcome:
            base = jax.random.key(seed, impl=generator)

            def work(index: int, count: int) -> Outcome:
                passage, cash, need = compiled_block(count)(jax.random.fold_in(base, index))
                return Outcome(np.asarray(passage, np.int64), np.asarray(cash, np.float64), np.asarray(need, np.int64))

            return in_threads(work, trajectories, size, workers)

        run(size, 0)
        return run

    def seconds(run: Run) -> float:
        times = []
        for seed in range(2):
            begun = time.perf_counter()
            run(TRIAL, seed)
            times.append(time.perf_counter() - begun)
        return min(times)

    return min((with_settings(*settings, threads) for settings in itertools.product(BLOCKS, GENERATORS)), key=seconds)


@cache
def compiled_block(size: int) -> Callable[[Any], Any]:
    """key ↦ (first passages, mean cash by month, histogram of the need) of ``size`` trajectories."""
    import jax
    import jax.numpy as jnp

    m = model_numbers()
    spread, trend = (jnp.asarray(x, jnp.float32)[:, None] for x in (m.gbm_spread, m.gbm_trend))
    phi, pull, sd = (jnp.asarray(x, jnp.float32)[:, None] for x in (m.ou_phi, m.ou_pull, m.ou_spread))

    def month(state: Any, step: Any) -> Any:
        motions, reverting, churn, users, cash, need, passage = state
        key, period = step
        z = jax.random.normal(key, (8, size))
        motions = motions * jnp.exp(z[:4] * spread + trend)
        reverting = reverting * phi + pull + z[4:7] * sd
        churn = churn + m.walk_trend + z[7] * m.walk_spread
        price, usage, gpu_price, wages = motions
        energy, utilisation = jnp.exp(reverting[:2])
        hours = users * usage * m.hours_per_query / utilisation
        burn = hours * gpu_price * (1.0 - m.energy_share + m.energy_share * energy) + wages - users * price
        users = users * (1.0 + (reverting[2] - churn) * DT)
        cash = cash - burn
        need = jnp.maximum(need, -cash)
        passage = jnp.where((cash < 0.0) & (passage > PERIODS), period, passage)
        return (motions, reverting, churn, users, cash, need, passage), cash.mean()

    def block(key: Any) -> Any:
        start = (
            jnp.broadcast_to(jnp.asarray(m.gbm_start, jnp.float32)[:, None], (4, size)),
            jnp.broadcast_to(jnp.asarray(m.ou_start, jnp.float32)[:, None], (3, size)),
            jnp.full(size, m.walk_start, jnp.float32),
            jnp.full(size, m.users, jnp.float32),
            jnp.full(size, m.cash, jnp.float32),
            jnp.zeros(size, jnp.float32),
            jnp.full(size, PERIODS + 1, jnp.int32),
        )
        steps = (jax.random.split(key, PERIODS), jnp.arange(1, PERIODS + 1, dtype=jnp.int32))
        state, mean_cash = jax.lax.scan(month, start, steps)
        place = jnp.minimum(state[5] / NEED_WIDTH, NEED_BINS - 1).astype(jnp.int32)
        return jnp.bincount(state[6], length=PERIODS + 2), mean_cash, jnp.bincount(place, length=NEED_BINS)

    return jax.jit(block)
