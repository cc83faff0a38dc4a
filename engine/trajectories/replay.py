"""One trajectory again, with every quantity in view: to understand a path, or to find where one went wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.errors import InputError, SimulationError
from burncast.engine.compiler import compile_scenario
from burncast.engine.draws.addresses import MOST_JUMPS
from burncast.engine.instructions.normals import Normals, drawn_normals, renamed, with_normals
from burncast.engine.instructions.workspace import code_of, workspace_for
from burncast.engine.language.dependencies import resolve
from burncast.engine.language.expressions import Call, names
from burncast.engine.language.scenario_model import Quantity, Scenario
from burncast.engine.numerics.kernels import run_blocks
from burncast.engine.numerics.lanes import LANES
from burncast.engine.program import Program, Tracked
from burncast.engine.reference import run_reference
from burncast.engine.statistics.chunk_tally import ChunkTally
from burncast.engine.trajectories.library_trials import library_trials
from burncast.engine.trajectories.sampling import REPLICATIONS, Sampler, sampler_for

__all__ = ["explain_failure", "replay"]

Floats = NDArray[np.float64]


def replay(
    scenario: Scenario,
    trajectory: int,
    seed: int = 0,
    *,
    method: str = "random",
    trajectories: int | None = None,
) -> dict[str, tuple[Tracked, Floats]]:
    """Every quantity of trajectory ``trajectory`` over time: shape (elements, T + 1), NaN at 0 where it has no opening.

    The values are those of the run with the same seed and ``method``, whatever its number of ``trajectories``; only a
    Latin hypercube depends on it.
    """
    if not 0 <= trajectory < 1 << 48:
        raise InputError(f"trajectory is {trajectory}; expected a number from 0 to 2^48 - 1")
    if trajectories is not None and not trajectory < trajectories:
        raise InputError(f"trajectory is {trajectory}; expected one of the run's, 0 to {trajectories - 1:,}")
    if trajectories is None and method == "lhs":
        raise InputError("trajectories is missing: the points of a Latin hypercube depend on how many the run had")
    count = max(trajectory + 1, 4 * REPLICATIONS) if trajectories is None else trajectories
    library = library_trials(scenario, trajectory + 1) if method == "library" else None
    sampler = sampler_for(compile_scenario(scenario), method, seed, count, library=library)
    return _replay(scenario, trajectory, seed, sampler)


def explain_failure(scenario: Scenario, seed: int, trajectory: int, sampler: Sampler | None = None) -> SimulationError:
    """The error for a trajectory in which something became NaN or infinite: what did so first, and when."""
    found: list[tuple[int, int, str, Floats]] = []
    replayed = _replay(scenario, trajectory, seed, sampler)
    for order, (name, (item, values)) in enumerate(_in_order(scenario, replayed).items()):
        for period in range(item.first_period, values.shape[1]):
            if not np.all(np.isfinite(values[:, period])):
                found.append((period, order, name, values[:, period]))
                break
    if not found:
        normals = None if sampler is None else sampler.trajectory(trajectory)
        reference = run_reference(compile_scenario(scenario), seed, np.array([trajectory], dtype=np.uint64), normals)
        period = int(reference.failure[0])
        return SimulationError(
            f"ruin.when or ruin.need became NaN or infinite in trajectory {trajectory}, period {period}",
            quantity="ruin",
            trajectory=trajectory,
            period=period,
        )
    period, _, name, values = min(found, key=lambda one: one[:2])
    value = next(value for value in values if not np.isfinite(value))
    quantity = scenario.quantities[name]
    place = ":".join(str(part) for part in (quantity.location.file, quantity.location.line) if part is not None)
    return SimulationError(
        f"{place + ': ' if place else ''}{quantity.location.key} became {value} in trajectory {trajectory}, "
        f"period {period}{_reason(quantity)}"
        f"; see the path with burncast.replay(scenario, trajectory={trajectory}, seed={seed}{_points(sampler)})",
        quantity=name,
        trajectory=trajectory,
        period=period,
    )


def _replay(
    scenario: Scenario, trajectory: int, seed: int, sampler: Sampler | None
) -> dict[str, tuple[Tracked, Floats]]:
    program = compile_scenario(scenario, tuple(scenario.quantities))
    elements = sum(item.elements for item in program.tracked)
    paths = np.full((1, elements, program.periods + 1), np.nan)
    space = workspace_for(program, paths, trajectory)
    chunk = ChunkTally.empty(program.tally_rows, program.periods).arrays
    first, count = trajectory - trajectory % LANES, LANES
    if sampler is not None:
        first, count = trajectory, 1
        space = with_normals(space, _normals(sampler, trajectory, program))
    run_blocks(code_of(program), space, chunk, np.uint64(seed), np.uint64(first), count, np.zeros(1, dtype=np.int64))
    return {
        item.name: (item, paths[0, item.first_element : item.first_element + item.elements]) for item in program.tracked
    }


def _normals(sampler: Sampler, trajectory: int, program: Program) -> Normals:
    """A trajectory's normals; streams of quantities that the run did without are drawn at random."""
    normals = renamed(sampler.trajectory(trajectory), sampler.program, program)
    drawn = drawn_normals(program, sampler.seed, np.array([trajectory], dtype=np.uint64))
    for streams, known, rows, more in (
        (program.draw_names, sampler.program.draw_names, normals.inputs, drawn.inputs),
        (program.shock_names, sampler.program.shock_names, normals.shocks, drawn.shocks),
    ):
        missing = [row for row, name in enumerate(streams) if name not in known]
        rows[missing] = more[missing]
    return normals


def _points(sampler: Sampler | None) -> str:
    """What a call of replay needs to be told of the points of a run."""
    if sampler is None or sampler.method == "random":
        return ""
    return f", method={sampler.method!r}" + f", trajectories={sampler.trajectories}" * (sampler.method == "lhs")


def _reason(quantity: Quantity) -> str:
    if quantity.kind != "process" or not isinstance(quantity.value, Call) or quantity.value.function != "jumps":
        return ""
    return f": a rate or a size that is not finite, or more than {MOST_JUMPS:,} jumps in that period"


def _in_order(scenario: Scenario, replayed: dict[str, tuple[Tracked, Floats]]) -> dict[str, tuple[Tracked, Floats]]:
    """Quantities that the run depends on, in the order in which a period computes them, stocks last."""
    dependencies = resolve(scenario)
    asked = [] if scenario.ruin is None else [part for part in (scenario.ruin.when, scenario.ruin.need) if part]
    waiting = [*scenario.track, *(name for part in asked for name in names(part))]
    live: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in live:
            live.add(name)
            waiting.extend(dependencies.uses[name])
    order = sorted(
        (name for name in dependencies.order if name in live),
        key=lambda name: scenario.quantities[name].kind == "stock",
    )
    return {name: replayed[name] for name in order}
