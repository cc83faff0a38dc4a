"""The AI lab in burncast, as anyone would run it: the packaged example, compiled to a program, run on threads.

Beyond the statistics of the comparison it keeps, for every tracked quantity and month, a log-linear histogram from
which quantiles are read, and it checks every quantity of every month for NaN and infinity. That work is left in.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.ai_lab_statistics import PERIODS, TRACKED, Statistics
from burncast.engine.compiler import compile_scenario
from burncast.engine.scenario import load
from burncast.engine.simulate import run_program
from burncast.engine.tally import Tally

__all__ = ["EXAMPLE", "prepare", "statistics_of"]

EXAMPLE = "openai-2024"


def prepare(variant: str, threads: int) -> Callable[[int, int], Statistics]:  # noqa: ARG001
    """(trajectories, seed) ↦ statistics."""
    scenario = load(EXAMPLE)
    program = compile_scenario(scenario)

    def run(trajectories: int, seed: int) -> Statistics:
        return statistics_of(run_program(program, trajectories, seed, scenario=scenario, threads=threads))

    run(1, 0)
    return run


def statistics_of(tally: Tally) -> Statistics:
    """The statistics that both implementations have, of a run that tracks what the example tracks."""
    rows = [[element * (PERIODS + 1) + month for month in range(1, PERIODS + 1)] for element in range(len(TRACKED))]
    need = len(TRACKED) * (PERIODS + 1)
    return Statistics(
        first_passage=tally.first_passage,
        mean=np.array([[tally.mean(row) for row in quantity] for quantity in rows]),
        variance=np.array([[tally.sd(row) ** 2 for row in quantity] for quantity in rows]),
        need=np.array([tally.mean(need), tally.sd(need) ** 2]),
    )
