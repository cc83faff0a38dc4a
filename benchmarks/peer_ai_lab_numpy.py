"""The AI lab in NumPy, in blocks that stay in the cache: the fastest of four block sizes and of SFC64 and PCG64."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from benchmarks.ai_lab_inputs import read_figures
from benchmarks.ai_lab_numpy import check_turned_off, run_block
from benchmarks.ai_lab_statistics import Statistics
from benchmarks.peer import parts

__all__ = ["prepare"]

BLOCKS = (4_096, 8_192, 16_384, 32_768)
GENERATORS = (np.random.SFC64, np.random.PCG64)
TRIAL = 32_768


def prepare(variant: str, threads: int) -> Callable[[int, int], Statistics]:  # noqa: ARG001
    """(trajectories, seed) ↦ statistics."""
    figures = read_figures()
    check_turned_off(figures)

    def with_settings(size: int, generator: Any, workers: int) -> Callable[[int, int], Statistics]:
        def run(trajectories: int, seed: int) -> Statistics:
            def block(part: tuple[int, int]) -> Statistics:
                index, count = part
                return run_block(figures, np.random.Generator(generator(np.random.SeedSequence((seed, index)))), count)

            with ThreadPoolExecutor(workers) as pool:
                return Statistics.merged(pool.map(block, parts(trajectories, size)))

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
