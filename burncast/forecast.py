"""The verbs of the Python interface: simulate a scenario, replay one of its trajectories."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from burncast.distributions.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from burncast.engine.scenario import Scenario, ScenarioSource
    from burncast.engine.simulate import Simulation

__all__ = ["replay", "simulate", "simulations"]

Progress = Callable[[int, int], None]


def simulate(
    scenario: ScenarioSource,
    trajectories: int = 1_000_000,
    seed: int = 0,
    *,
    threads: int | None = None,
    method: str = "random",
    quantiles: Sequence[float] | None = None,
    keep_paths: int = 0,
    until_se: float | None = None,
    variants: bool = False,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Run a scenario and return its forecast, as laid out in :mod:`burncast.outputs.dataset`.

    Parameters
    ----------
    scenario
        What :func:`burncast.load` returned, or anything that it reads.
    trajectories
        How many futures are drawn. The first n of them are the same however many are run.
    seed
        0 to 2⁶⁴ − 1. The result depends on scenario, seed, trajectories and method alone, to the last bit.
    threads
        Threads to compute on; all processors where None.
    method
        How trajectories are spread: ``random``, ``sobol``, ``lhs`` or ``antithetic``; all but the first are 16
        independent replications, from which the standard error comes (see the guide to sampling).
    quantiles
        Probabilities strictly between 0 and 1, by default 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.99.
    keep_paths
        Keep the tracked quantities of the first so many trajectories as ``paths_<name>``.
    until_se
        Run only as many trajectories (65,536, doubled until enough, ``trajectories`` at most) as bring the standard
        error of the ruin probability at the horizon down to this.
    variants
        Run the scenario's variants too, on the same random numbers, along a leading dimension ``variant``.
    progress
        Called with (trajectories done, total) now and then.

    Raises InputError (ScenarioError, with every problem) for what the caller can mend, SimulationError where a
    quantity becomes NaN or infinite, InterruptedRunError on Ctrl-C.

    >>> import burncast
    >>> result = burncast.simulate({
    ...     "scenario": {"periods": 12},
    ...     "inputs": {"burn": "normal(mean=1, sd=0.2)"},
    ...     "stocks": {"cash": {"start": 6.5, "next": "cash - burn"}},
    ...     "ruin": {"when": "cash < 0", "need": "-cash"},
    ... }, trajectories=10_000, seed=7)
    >>> result["runway"].sel(quantile=0.5).item()
    7.0
    """
    from burncast.engine.scenario import load
    from burncast.outputs.dataset import QUANTILES, check_quantiles, stack, to_dataset

    loaded = load(scenario)
    probabilities = check_quantiles(QUANTILES if quantiles is None else quantiles)
    if until_se is not None and not until_se > 0:
        raise InputError(f"until_se is a standard error greater than 0, not {until_se}")
    if until_se is not None and loaded.ruin is None:
        raise InputError("until_se is about the probability of ruin, and the scenario has no [ruin]")
    options = {"threads": threads, "method": method, "keep_paths": keep_paths, "progress": progress}
    runs = simulations(loaded, trajectories, seed, variants=variants, until_se=until_se, **options)
    datasets = {name: to_dataset(simulation, probabilities) for name, simulation in runs}
    return stack(datasets) if variants else datasets["base"]


def simulations(
    scenario: Scenario,
    trajectories: int,
    seed: int,
    *,
    variants: bool = False,
    until_se: float | None = None,
    **options: Any,
) -> Iterator[tuple[str, Simulation]]:
    """The finished simulation of the scenario, called ``base``, and of each variant, by name, one after the other.

    ``options`` are those of :func:`burncast.engine.simulate.run`.
    """
    from burncast.engine.simulate import run

    scenarios = {"base": scenario, **scenario.variants} if variants else {"base": scenario}
    for name, entry in scenarios.items():
        if until_se is None:
            yield name, run(entry, trajectories, seed, **options)
        else:
            yield name, _run_until(entry, trajectories, seed, until_se, options)


def replay(
    scenario: ScenarioSource,
    trajectory: int,
    seed: int = 0,
    *,
    method: str = "random",
    trajectories: int | None = None,
) -> xr.Dataset:
    """Every quantity of one trajectory over time, as a dataset over ``period`` and the quantities' dimensions.

    Trajectory i is the one that :func:`simulate` drew as its i-th (from 0) with the same seed and ``method``, to the
    last bit. ``trajectories`` is how many that run had; only ``method="lhs"`` asks for it. Quantities on which nothing
    in the run depended are drawn at random. Formulas have no value at period 0 (NaN).
    """
    from burncast.engine.replay import replay as replay_trajectory
    from burncast.engine.scenario import load
    from burncast.outputs.dataset import replay_to_dataset

    loaded = load(scenario)
    replayed = replay_trajectory(loaded, trajectory, seed, method=method, trajectories=trajectories)
    return replay_to_dataset(loaded, replayed, trajectory, seed, method)


def _run_until(scenario: Scenario, most: int, seed: int, until_se: float, options: dict[str, Any]) -> Simulation:
    """Runs of doubling size, so that all together cost at most twice the last.

    The stopping rule adds one ruined and one surviving trajectory (Agresti and Coull 1998): without ruin so far the
    usual standard error would be 0 and stop at once.
    """
    from burncast.engine.lanes import CHUNK
    from burncast.engine.simulate import run
    from burncast.outputs.estimates import ruin_probability_se

    trajectories = min(CHUNK, most)
    while True:
        simulation = run(scenario, trajectories, seed, **options)
        share = (float(simulation.tally.first_passage[:-1].sum()) + 1.0) / (trajectories + 2.0)
        error = math.sqrt(share * (1.0 - share) / trajectories)
        if simulation.replications is not None:
            error = max(float(ruin_probability_se(simulation)[-1]), 1.0 / trajectories)
        if trajectories >= most or error <= until_se:
            return simulation
        trajectories = min(2 * trajectories, most)
