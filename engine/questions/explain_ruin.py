"""Why ruin: how the trajectories that are ruined differ from all.

Plain random draws, so that every trajectory named here can be replayed. For ruin that they hardly meet see
:mod:`burncast.engine.questions.rare_ruin`.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.errors import InputError
from burncast.distributions.notebook_view import Cell, Shown, View
from burncast.engine.compiler import compile_scenario
from burncast.engine.language.expressions import Call, Name
from burncast.engine.language.scenario_model import Scenario
from burncast.engine.normal_space.outcomes import run_outcomes
from burncast.engine.program import Program
from burncast.engine.questions.boxes import find_box
from burncast.engine.questions.rare_ruin import until
from burncast.engine.reading.particle_files import refuse_particles
from burncast.engine.simulate import check_seed_and_threads
from burncast.engine.trajectories.replay import explain_failure
from burncast.engine.trajectories.sampling import PIECE, sampler_for

__all__ = ["InputShift", "RuinBox", "RuinExplanation", "draws", "explain_ruin"]

PROBABILITIES = (0.05, 0.5, 0.95)
LEAST_RUINED = 50
MOST_LOOKED_AT = 2_000
_SUM = " until now"


@dataclass(frozen=True, slots=True)
class InputShift:
    """An uncertain input or what a process is on average until then, or one element of it: ``shift`` is how far its
    mean on ruined trajectories is from its mean on all, in its standard deviations; ``all`` and ``ruined`` are its 5,
    50 and 95 % quantiles.
    """

    name: str
    shift: float
    all: tuple[float, float, float]
    ruined: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class RuinBox:
    """``rules``: input or process → (low, high); of the trajectories inside, a share ``density`` is ruined, and a share
    ``coverage`` of all ruined ones is inside.
    """

    rules: dict[str, tuple[float, float]]
    coverage: float
    density: float


@dataclass(frozen=True, slots=True)
class RuinExplanation(Shown):
    """What sets ruined trajectories apart, the most telling first.

    ``levels`` are those of processes, each by its mean over the periods 1 … ``by``; ``processes`` are the shifts of the
    sums of shocks until ``by``, in their standard deviations, by stream, draws inside formulas among them. ``box`` is
    made of inputs, ``box_of_all`` of inputs and levels.
    ``typical`` is the number of the ruined trajectory whose normals are nearest to the mean of all ruined ones, ruined
    in period ``typical_ruin``: ``burncast.replay(scenario, typical, seed)``. Standard errors of the shifts are
    ``shift_se`` of inputs and ``process_shift_se``, of the fewer trajectories that were looked at for processes.
    """

    by: int
    probability: float
    ruined: int
    inputs: tuple[InputShift, ...]
    levels: tuple[InputShift, ...]
    processes: dict[str, float]
    box: RuinBox
    box_of_all: RuinBox
    typical: int
    typical_ruin: int
    shift_se: float
    process_shift_se: float
    trajectories: int
    seed: int

    def _view(self) -> View:
        known = sorted((*self.inputs, *self.levels), key=lambda one: -abs(one.shift))
        rows: list[list[Cell]] = [[one.name, f"{one.shift:+.2f}", one.all[1], one.ruined[1]] for one in known]
        where = [f"{low:.4g} < {name} < {high:.4g}" for name, (low, high) in self.box.rules.items()]
        box = f"Where {' and '.join(where)}, {100 * self.box.density:.0f} % are ruined." if where else ""
        typical = f"The most typical one is number {self.typical:,}, ruined in period {self.typical_ruin}."
        columns = ["quantity", "shift of the mean (sd)", "all: median", "ruined: median"]
        title = f"{self.ruined:,} of {self.trajectories:,} trajectories ruined by the end of period {self.by}"
        return View(title, columns, rows, remarks=[box, typical])


def explain_ruin(
    scenario: Scenario,
    by: int | None = None,
    *,
    trajectories: int = 65_536,
    seed: int = 0,
    threads: int | None = None,
) -> RuinExplanation:
    """Explain ruin by the end of period ``by`` (None: the horizon) from so many trajectories.

    Of ruined ones, the first 2,000 are searched for the most typical and for the shifts of shocks.

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
    world = until(_with_sums(scenario), last)
    refuse_particles(program, "its ruin cannot be explained by single inputs")
    outcomes = run_outcomes(
        program,
        trajectories,
        seed,
        threads=threads,
        explain=lambda number: explain_failure(scenario, seed, number),
    )
    is_ruined = outcomes.passage <= last
    ruined = np.flatnonzero(is_ruined)
    if not LEAST_RUINED <= len(ruined) < trajectories:
        if len(ruined) == trajectories:
            raise InputError(
                f"all of {trajectories:,} trajectories are ruined by period {last}: nothing sets them apart"
            )
        raise InputError(
            f"only {len(ruined)} of {trajectories:,} trajectories are ruined by period {last}, and {LEAST_RUINED} are "
            "needed to say what they have in common; try a later period or more trajectories"
        )
    drawn = _varying(opening, 1, trajectories, seed, threads)
    sums_until = _varying(world, last, trajectories, seed, threads)
    levels = {name.replace(_SUM, ""): values / last for name, values in sums_until.items()}
    inputs, sums = _normals_until(program, last, seed, ruined[:MOST_LOOKED_AT])
    processes = dict(zip(program.shock_names, sums.mean(axis=1).tolist(), strict=True))
    points = np.concatenate([inputs, sums])
    distance = ((points - points.mean(axis=1, keepdims=True)) ** 2).sum(axis=0)
    typical = int(ruined[int(np.argmin(distance))])
    return RuinExplanation(
        by=last,
        probability=len(ruined) / trajectories,
        ruined=len(ruined),
        inputs=_shifts(drawn, is_ruined),
        levels=_shifts(levels, is_ruined),
        processes=dict(sorted(processes.items(), key=lambda one: -abs(one[1]))),
        box=_box(drawn, is_ruined),
        box_of_all=_box(drawn | levels, is_ruined),
        typical=typical,
        typical_ruin=int(outcomes.passage[typical]),
        shift_se=1.0 / math.sqrt(len(ruined)),
        process_shift_se=1.0 / math.sqrt(sums.shape[1]),
        trajectories=trajectories,
        seed=seed,
    )


def draws(scenario: Scenario, found: RuinExplanation) -> dict[str, float]:
    """The shifts of shocks that are no process's: of draws inside formulas."""
    return {
        name: shift
        for name, shift in found.processes.items()
        if getattr(scenario.quantities.get(name.partition("[")[0]), "kind", None) != "process"
    }


def _normals_until(
    program: Program, last: int, seed: int, trajectories: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What these trajectories (ascending) draw: their inputs, float64[draws, n], and the sums of the shocks of the
    first ``last`` periods in standard deviations, float64[shock streams, n].
    """
    sampler = sampler_for(program, "random", seed, int(trajectories[-1]) + 1, in_memory=True)
    assert sampler is not None  # it is asked for in memory
    inputs, sums = [], []
    for first in range(0, sampler.trajectories, PIECE):
        here = trajectories[np.searchsorted(trajectories, first) : np.searchsorted(trajectories, first + PIECE)] - first
        if len(here):
            normals = sampler.normals(first, PIECE).columns(here)
            inputs.append(normals.inputs)
            sums.append(normals.shocks[:, :last].astype(np.float64).sum(axis=1) / math.sqrt(last))
    return np.concatenate(inputs, axis=1), np.concatenate(sums, axis=1)


def _with_sums(scenario: Scenario) -> Program:
    """The program with the sum of every process until now as a tracked formula; all is drawn as without them."""
    sums = {
        f"{name}{_SUM}": dataclasses.replace(
            process, name=f"{name}{_SUM}", kind="formula", value=Call("cumulative", (Name(name),), ()), states=None
        )
        for name, process in scenario.quantities.items()
        if process.kind == "process"
    }
    both = dataclasses.replace(scenario, quantities={**scenario.quantities, **sums}, variants={})
    return compile_scenario(both, tuple(sums))


def _varying(
    program: Program, period: int, trajectories: int, seed: int, threads: int | None
) -> dict[str, NDArray[np.float64]]:
    """Label → values float64[trajectories] of every tracked element at the period that is not the same in all."""
    elements = {
        f"{item.name}[{','.join(label)}]" if item.dims else item.name: item.first_element + place
        for item in program.tracked
        for place, label in enumerate(_labels(item.labels))
    }
    values = run_outcomes(
        program, trajectories, seed, [(element, period) for element in elements.values()], threads=threads
    ).values
    return {label: column for label, column in zip(elements, values.T, strict=True) if np.ptp(column) > 0.0}


def _box(values: dict[str, NDArray[np.float64]], ruined: NDArray[np.bool_]) -> RuinBox:
    labels = list(values)
    box = find_box(np.stack(list(values.values()), axis=1) if values else np.empty((len(ruined), 0)), ruined)
    return RuinBox({labels[column]: rule for column, rule in box.rules.items()}, box.coverage, box.density)


def _shifts(values: dict[str, NDArray[np.float64]], ruined: NDArray[np.bool_]) -> tuple[InputShift, ...]:
    shifts = [_shift(name, column, ruined) for name, column in values.items()]
    return tuple(sorted(shifts, key=lambda one: -abs(one.shift)))


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
