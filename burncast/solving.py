"""The verb ``solve``: what one input would have to be for a condition to hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from burncast.distributions.errors import InputError

if TYPE_CHECKING:
    from burncast.engine.questions.solution import Solution
    from burncast.engine.scenario import Quantity, Scenario, ScenarioSource
    from burncast.engine.simulate import Simulation
    from burncast.outputs.results.conditions import Condition

__all__ = ["simulate_tracking", "solve"]

TOLERANCE = 1e-3
SAMPLE = 4096

Progress = Callable[[int, int], None]


def solve(
    scenario: ScenarioSource,
    find: str,
    so_that: str,
    *,
    between: tuple[float, float] | None = None,
    trajectories: int = 100_000,
    seed: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Solution:
    """The value of the input ``find`` from which on ``so_that`` holds, the input being certain and all else as drawn.

    Every value tried is simulated, on the same random numbers: policies that react to cash react.

    Parameters
    ----------
    find
        ``inputs.opening_cash``, or an element of an input, ``inputs.price.plus``.
    so_that
        A condition with ``<=``, ``<``, ``>=`` or ``>``: ``ruin_probability[24] <= 0.05``, ``runway[0.05] >= 18``,
        ``funding_need[0.9] < 3bn``, ``cash_mean[36] > 0``.
    between
        The range to look in, by default from a tenth to ten times the input's median.

    Raises InputError where the condition holds everywhere in the range, or nowhere.

    >>> import burncast
    >>> found = burncast.solve({
    ...     "scenario": {"periods": 12},
    ...     "inputs": {"opening": 10, "burn": "uniform(0.5, 1.5)"},
    ...     "stocks": {"cash": {"start": "opening", "next": "cash - burn"}},
    ...     "ruin": {"when": "cash < 0"},
    ... }, "inputs.opening", "ruin_probability <= 0.25", trajectories=20_000)
    >>> round(found.value, 0), found.bound
    (15.0, 'at least')
    """
    from burncast.engine.inputs.pinning import fixed, named_input
    from burncast.engine.questions.root_finding import find_crossing, scan_points
    from burncast.engine.questions.solution import Solution
    from burncast.engine.scenario import load
    from burncast.outputs.results.figure_bands import figure_band

    loaded = load(scenario)
    quantity, labels = named_input(loaded, find)
    condition, track = _condition(so_that, loaded)
    low, high = _range(loaded, quantity, labels, between, seed)
    scan = scan_points(low, high)
    known: dict[float, tuple[float, float, float]] = {}

    def band(value: float) -> tuple[float, float, float]:
        if value not in known:
            simulation = simulate_tracking(fixed(loaded, quantity, labels, value), track, trajectories, seed, threads)
            known[value] = figure_band(condition, simulation)
            if progress is not None:
                progress(len(known), max(len(scan) + 24, len(known)))
        return known[value]

    crossing = find_crossing(band, condition.holds, scan, TOLERANCE)
    if crossing is None:
        always = condition.holds(band(low)[1])
        raise InputError(
            f"{so_that!r} holds {'everywhere' if always else 'nowhere'} between {low:g} and {high:g}: the figure goes "
            f"from {band(low)[1]:.4g} to {band(high)[1]:.4g}; look elsewhere with --between"
        )
    notes = []
    if crossing.changes > 1:
        notes.append(f"the condition begins or ceases to hold {crossing.changes} times in the range; this is the first")
    return Solution(
        input=find,
        so_that=so_that,
        value=crossing.place,
        low=crossing.low if abs(crossing.low) != float("inf") else None,
        high=crossing.high if abs(crossing.high) != float("inf") else None,
        bound="at least" if crossing.upwards else "at most",
        figure=band(crossing.place)[1],
        scan=tuple((place, band(place)[1]) for place in scan),
        unit=quantity.unit or "",
        trajectories=trajectories,
        seed=seed,
        notes=tuple(notes),
    )


def simulate_tracking(
    scenario: Scenario, track: tuple[str, ...], trajectories: int, seed: int, threads: int | None
) -> Simulation:
    """A finished simulation that tracks these quantities and no others."""
    import dataclasses

    from burncast.engine.simulate import run

    return run(dataclasses.replace(scenario, track=track, variants={}), trajectories, seed, threads=threads)


def _condition(text: str, scenario: Scenario) -> tuple[Condition, tuple[str, ...]]:
    """The condition, and what must be tracked for it: any quantity may be asked for."""
    from burncast.engine.compiler import compile_scenario
    from burncast.outputs.results.conditions import check_condition, parse_condition

    condition = parse_condition(text)
    if condition.sign in ("==", "!="):
        raise InputError(f"{text!r} compares by {condition.sign}; expected <=, <, >= or >")
    name = condition.name.removesuffix("_mean")
    asked = (name,) if name != condition.name and name in scenario.quantities else ()
    track = asked or scenario.track
    check_condition(condition, scenario, compile_scenario(scenario, track).tracked)
    return condition, asked


def _range(
    scenario: Scenario,
    quantity: Quantity,
    labels: tuple[str, ...],
    between: tuple[float, float] | None,
    seed: int,
) -> tuple[float, float]:
    import math

    import numpy as np

    from burncast.engine.compiler import compile_scenario
    from burncast.engine.normal_space.outcomes import run_outcomes

    if between is not None:
        low, high = between
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise InputError(f"the range from {low:g} to {high:g} is none; expected two numbers, the lower one first")
        return low, high
    program = compile_scenario(scenario, (quantity.name,))
    tracked = program.tracked[0]
    element = 0
    for label, known in zip(labels, tracked.labels if labels else (), strict=True):
        element = element * len(known) + known.index(label)
    drawn = run_outcomes(program, SAMPLE, seed, [(element, program.periods)]).values
    middle = float(np.median(drawn))
    if middle == 0.0:
        raise InputError(f"{quantity.name} is 0 in the middle; say where to look with --between LOW HIGH")
    return min(middle / 10, middle * 10), max(middle / 10, middle * 10)
