"""Why ruin: how the trajectories that are ruined differ from all.

Plain random draws, so that every trajectory named here can be replayed. For ruin that they hardly meet see
:mod:`burncast.engine.rare_ruin`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.errors import InputError
from burncast.engine.boxes import find_box
from burncast.engine.compiler import compile_scenario
from burncast.engine.normals import drawn_normals
from burncast.engine.outcomes import run_outcomes
from burncast.engine.particle_files import refuse_particles
from burncast.engine.rare_ruin import until
from burncast.engine.replay import explain_failure
from burncast.engine.scenario import Scenario
from burncast.engine.simulate import check_seed_and_threads

__all__ = ["InputShift", "RuinBox", "RuinExplanation", "explain_ruin"]

PROBABILITIES = (0.05, 0.5, 0.95)
LEAST_RUINED = 50
MOST_LOOKED_AT = 2_000


@dataclass(frozen=True, slots=True)
class InputShift:
    """An uncertain input, or one element of it: ``shift`` is how far its mean on ruined trajectories is from its mean
    on all, in its standard deviations; ``all`` and ``ruined`` are its 5, 50 and 95 % quantiles.
    """

    name: str
    shift: float
    all: tuple[float, float, float]
    ruined: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class RuinBox:
    """``rules``: input → (low, high); of the trajectories inside, a share ``density`` is ruined, and a share
    ``coverage`` of all ruined ones is inside.
    """

    rules: dict[str, tuple[float, float]]
    coverage: float
    density: float


@dataclass(frozen=True, slots=True)
class RuinExplanation:
    """What sets ruined trajectories apart, the most telling first.

    ``processes`` are the shifts of the sums of shocks until ``by``, in their standard deviations, by stream;
    ``typical`` is the number of the ruined trajectory whose normals are nearest to the mean of all ruined ones, ruined
    in period ``typical_ruin``: ``burncast.replay(scenario, typical, seed)``. Standard errors of the shifts are
    ``shift_se`` of inputs and ``process_shift_se``, of the fewer trajectories that were looked at for processes.
    """

    by: int
    probability: float
    ruined: int
    inputs: tuple[InputShift, ...]
    processes: dict[str, float]
    box: RuinBox
    typical: int
    typical_ruin: int
    shift_se: float
    process_shift_se: float
    trajectories: int
    seed: int


def explain_ruin(
    scenario: Scenario, by: int | None = None, *, trajectories: int = 65_536, seed: int = 0, threads: int | None = None
) -> RuinExplanation:
    """Explain ruin by the end of period ``by`` (None: the horizon) from so many trajectories.

    Raises InputError where fewer than 50 of them are ruined, or all.
    """
    last = scenario.periods if by is None else by
    if scenario.ruin is None:
        raise InputError("ruin is to be explained in a scenario that has no [ruin]")
    if not 1 <= last <= scenario.periods:
        raise InputError(f"by is {last}; expected a period from 1 to {scenario.periods}")
    if not 1_000 <= trajectories <= 1 << 24:
        raise InputError(f"trajectories is {trajectories:,}; expected a number from 1,000 to 2^24")
    check_seed_and_threads(seed, threads)
    names = tuple(name for name, quantity in scenario.quantities.items() if quantity.kind == "input")
    program, opening = compile_scenario(scenario, ()), until(compile_scenario(scenario, names), 1)
    refuse_particles(program, "its ruin cannot be explained by single inputs")
    elements = [
        (f"{item.name}[{','.join(label)}]" if item.dims else item.name, item.first_element + place)
        for item in opening.tracked
        for place, label in enumerate(_labels(item.labels))
    ]
    outcomes = run_outcomes(
        program,
        trajectories,
        seed,
        threads=threads,
        explain=lambda number: explain_failure(scenario, seed, number),
    )
    drawn = run_outcomes(opening, trajectories, seed, [(element, 1) for _, element in elements], threads=threads).values
    is_ruined = outcomes.passage <= last
    ruined = np.flatnonzero(is_ruined)
    if not LEAST_RUINED <= len(ruined) < trajectories:
        few = "all" if len(ruined) == trajectories else f"only {len(ruined)}"
        raise InputError(f"{few} of {trajectories:,} trajectories are ruined by period {last}: nothing to tell apart")
    chosen = [place for place in range(len(elements)) if np.ptp(drawn[:, place]) > 0.0]
    labels = [elements[place][0] for place in chosen]
    values = drawn[:, chosen]
    shifts = [_shift(name, values[:, place], is_ruined) for place, name in enumerate(labels)]
    box = find_box(values, is_ruined)
    normals = drawn_normals(program, seed, ruined[:MOST_LOOKED_AT].astype(np.uint64))
    sums = normals.shocks[:, :last].astype(np.float64).sum(axis=1) / math.sqrt(last)
    processes = dict(zip(program.shock_names, sums.mean(axis=1).tolist(), strict=True))
    points = np.concatenate([normals.inputs, sums])
    distance = ((points - points.mean(axis=1, keepdims=True)) ** 2).sum(axis=0)
    typical = int(ruined[int(np.argmin(distance))])
    return RuinExplanation(
        by=last,
        probability=len(ruined) / trajectories,
        ruined=len(ruined),
        inputs=tuple(sorted(shifts, key=lambda one: -abs(one.shift))),
        processes=dict(sorted(processes.items(), key=lambda one: -abs(one[1]))),
        box=RuinBox({labels[column]: rule for column, rule in box.rules.items()}, box.coverage, box.density),
        typical=typical,
        typical_ruin=int(outcomes.passage[typical]),
        shift_se=1.0 / math.sqrt(len(ruined)),
        process_shift_se=1.0 / math.sqrt(sums.shape[1]),
        trajectories=trajectories,
        seed=seed,
    )


def _labels(labels: tuple[tuple[str, ...], ...]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for dimension in labels:
        found = [(*before, label) for before in found for label in dimension]
    return found


def _shift(name: str, values: NDArray[np.float64], ruined: NDArray[np.bool_]) -> InputShift:
    low, middle, high = np.quantile(values, PROBABILITIES).tolist()
    below, centre, above = np.quantile(values[ruined], PROBABILITIES).tolist()
    shift = float((values[ruined].mean() - values.mean()) / values.std())
    return InputShift(name, shift, (low, middle, high), (below, centre, above))
