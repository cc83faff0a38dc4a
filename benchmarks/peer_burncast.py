"""The model in burncast, as anyone would run it: the scenario file, compiled to a program, run on threads.

Beyond what all implementations compute it keeps, for the cash of every month, a log-linear histogram, the extremes and
the sum of squares, and it checks every quantity for NaN and infinity. That is extra work, and is left in.
"""

from __future__ import annotations

import numpy as np

from benchmarks.model import MODEL_FILE, NEED_BINS, NEED_WIDTH, PERIODS, Outcome
from benchmarks.peer import Run
from burncast.engine.compiler import compile_scenario
from burncast.engine.scenario import load
from burncast.engine.simulate import run_program
from burncast.engine.tally import Tally

__all__ = ["cash_errors", "prepare"]

NEED_ROW = PERIODS + 1
BINS_OF_PAGE = np.arange(256, dtype=np.int64)


def prepare(variant: str, threads: int) -> Run:  # noqa: ARG001
    scenario = load(MODEL_FILE)
    program = compile_scenario(scenario)

    def run(trajectories: int, seed: int) -> Outcome:
        return outcome_of(run_program(program, trajectories, seed, scenario=scenario, threads=threads))

    run(1, 0)
    return run


def cash_errors(trajectories: int, seed: int) -> list[float]:
    """The standard deviation of the cash at the end of months 1 … 36, from a run of its own."""
    scenario = load(MODEL_FILE)
    tally = run_program(compile_scenario(scenario), trajectories, seed, scenario=scenario)
    return [tally.sd(period) for period in range(1, PERIODS + 1)]


def outcome_of(tally: Tally) -> Outcome:
    """The statistics that the other implementations have; the tally's own bins lie within the wider ones."""
    need = np.zeros(NEED_BINS, np.int64)
    for top in tally.tops(NEED_ROW):
        starts = ((np.int64(top) * 256 + BINS_OF_PAGE).astype(np.uint64) << np.uint64(44)).view(np.float64)
        places = np.minimum(starts / NEED_WIDTH, NEED_BINS - 1).astype(np.int64)
        np.add.at(need, places, tally.page(NEED_ROW, top).astype(np.int64))
    return Outcome(
        first_passage=tally.first_passage,
        mean_cash=np.array([tally.mean(period) for period in range(1, PERIODS + 1)]),
        need=need,
    )
