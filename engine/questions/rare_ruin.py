"""The probability of ruin where it is too small to be met by drawing: down to about 1e-9.

Subset simulation (:mod:`burncast.engine.conditioning`) with the margin of ruin as the score. A pilot run finds the
levels and the sizes of steps; independent replications along its plan are free of bias. Their mean is the estimate, and
what they differ by its standard error.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.errors import InputError, SimulationError
from burncast.distributions.notebook_view import Cell, Shown, View
from burncast.engine.compiler import compile_scenario
from burncast.engine.conditioning import Conditioned, condition_on
from burncast.engine.language.scenario_model import Scenario
from burncast.engine.normal_space.condition import Exceedance, Score
from burncast.engine.normal_space.given import GivenOutcomes
from burncast.engine.program import Program
from burncast.engine.questions.margins import towards_ruin
from burncast.engine.simulate import check_seed_and_threads, processors

__all__ = ["RareRuin", "rare_ruin", "until"]

STUDENT_975 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 10: 2.262, 12: 2.201, 16: 2.131}
"""Quantile of Student's law for a number of replications; between them, that of the fewer."""


@dataclass(frozen=True, slots=True)
class RareRuin(Shown):
    """The probability of ruin by the end of period ``by``.

    ``standard_error`` comes from independent ``replications``; ``interval`` covers 95 %, by Student's law for the
    logarithm. ``effective_sample_size`` is how many ruined trajectories of plain Monte Carlo would tell as much, and
    ``plain_trajectories`` how many would have to be drawn to meet them; ``trajectories`` is how many were run.
    """

    by: int
    probability: float
    standard_error: float
    interval: tuple[float, float]
    effective_sample_size: float
    plain_trajectories: float
    trajectories: int
    replications: tuple[float, ...]
    levels: int
    seed: int

    def _view(self) -> View:
        low, high = self.interval
        rows: list[list[Cell]] = [
            ["probability", f"{self.probability:.3g} ± {self.standard_error:.2g}"],
            ["95 % interval", f"{low:.3g} to {high:.3g}"],
            ["trajectories run", self.trajectories],
            ["plain ones for the same", float(self.plain_trajectories)],
        ]
        remark = f"{len(self.replications)} replications over {self.levels} levels, seed {self.seed}"
        return View(f"Ruin by the end of period {self.by}", ["", ""], rows, remarks=[remark])


def rare_ruin(
    scenario: Scenario,
    by: int | None = None,
    *,
    seed: int = 0,
    particles: int = 4096,
    replications: int = 8,
    moves: int = 8,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RareRuin:
    """Estimate the probability of ruin by the end of period ``by`` (None: the horizon).

    ``particles`` trajectories go through the levels in each of the ``replications``, ``moves`` steps at each level;
    ``threads`` never changes the result. ``progress`` is called with (replications done, total), the pilot run being
    one of them. Raises InputError for a request that cannot be met, and SimulationError where no trajectory came near
    ruin, or something became NaN or infinite on the way there.
    """
    last = scenario.periods if by is None else by
    if not 1 <= last <= scenario.periods:
        raise InputError(f"by is {last}; expected a period from 1 to {scenario.periods}")
    for name, value, least, most in (
        ("particles", particles, 256, 1 << 20),
        ("replications", replications, 2, 1000),
        ("moves", moves, 1, 1000),
    ):
        if not least <= value <= most:
            raise InputError(f"{name} is {value:,}; expected a number from {least:,} to {most:,}")
    check_seed_and_threads(seed, threads)
    program = until(compile_scenario(towards_ruin(scenario)), last)
    condition = Exceedance(nearness(last), math.inf)

    pilot = condition_on(program, condition, seed, particles=particles // 2, moves=moves, least_need=-math.inf)
    if pilot.log_probability == -math.inf:
        raise _too_far(last, particles)

    def one(replication: int) -> Conditioned:
        return condition_on(
            program,
            condition,
            seed,
            particles=particles,
            moves=moves,
            replication=replication + 1,
            least_need=-math.inf,
            plan=pilot.plan,
        )

    workers, found = min(threads or processors(), replications), []
    with ThreadPoolExecutor(workers, thread_name_prefix="burncast") as pool:
        for conditioned in pool.map(one, range(replications)):
            found.append(conditioned)
            if progress is not None:
                progress(1 + len(found), 1 + replications)
    estimates = [math.exp(run.log_probability) for run in found]
    if max(estimates) == 0.0:
        raise _too_far(last, particles)
    run = sum(len(one.normals) * (1 + moves * len(one.plan)) for one in (pilot, *found))
    return _summary(last, estimates, run, len(pilot.plan), seed)


def until(program: Program, last: int) -> Program:
    """The first ``last`` periods of a program."""
    return dataclasses.replace(program, periods=last, scalars=np.ascontiguousarray(program.scalars[: last + 1]))


def nearness(last: int) -> Score:
    """The score: infinite for a trajectory ruined by period ``last``, else the greatest margin over time."""

    def score(outcomes: GivenOutcomes) -> NDArray[np.float64]:
        if outcomes.failed.any():
            message = "a quantity became NaN or infinite on the way to ruin: its arithmetic fails in the tails"
            raise SimulationError(message, quantity="ruin", trajectory=0, period=last)
        return np.where(outcomes.passage <= last, math.inf, outcomes.need)

    return score


def _too_far(last: int, particles: int) -> SimulationError:
    message = f"no trajectory was ruined by period {last}: it is impossible, or too far for {particles:,} particles"
    return SimulationError(message, quantity="ruin", trajectory=0, period=last)


def _summary(by: int, estimates: list[float], run: int, levels: int, seed: int) -> RareRuin:
    count = len(estimates)
    probability = math.fsum(estimates) / count
    error = math.sqrt(math.fsum((one - probability) ** 2 for one in estimates) / (count - 1) / count)
    relative = error / probability
    wide = math.exp(STUDENT_975[max(size for size in STUDENT_975 if size <= count)] * relative)
    effective = (1.0 - probability) / relative**2 if relative > 0.0 else math.inf
    return RareRuin(
        by=by,
        probability=probability,
        standard_error=error,
        interval=(probability / wide, min(1.0, probability * wide)),
        effective_sample_size=effective,
        plain_trajectories=effective / probability,
        trajectories=run,
        replications=tuple(estimates),
        levels=levels,
        seed=seed,
    )
