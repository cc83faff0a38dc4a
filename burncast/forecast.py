"""The verbs of the Python interface: simulate a scenario, replay one of its trajectories."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

    from burncast.engine.scenario import Scenario, ScenarioSource
    from burncast.engine.simulate import Simulation
    from burncast.stopping import Until

__all__ = ["replay", "simulate", "simulations"]

Progress = Callable[[int, int], None]


def simulate(
    scenario: ScenarioSource,
    trajectories: int = 1_000_000,
    seed: int = 0,
    *,
    threads: int | None = None,
    method: str = "random",
    control_variates: bool | Sequence[str] = False,
    quantiles: Sequence[float] | None = None,
    keep_paths: int = 0,
    until_se: float | str | None = None,
    until_figure: str = "ruin_probability",
    variants: bool = False,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Run a scenario and return its forecast, as laid out in :mod:`burncast.outputs.results.dataset`.

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
        How trajectories are spread: ``random``, ``sobol``, ``lhs``, ``antithetic`` or ``library``; the middle three are
        16 independent replications, from which the standard error comes (see the guide to sampling).
    control_variates
        Correct probabilities of ruin and means by what is known of the draws: those of all inputs and processes
        (``True``), or of the quantities named, and tell their standard errors by what is left. Quantiles stay as they
        are.
    quantiles
        Probabilities strictly between 0 and 1, by default 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.99.
    keep_paths
        Keep the tracked quantities of the first so many trajectories as ``paths_<name>``.
    until_se
        Run only as many trajectories (65,536, doubled until enough, ``trajectories`` at most) as bring the standard
        error of ``until_figure`` down to this: a number, or a share of the figure such as ``"1%"``. The attribute
        ``stopped`` says why the run ended, ``reached`` whether the figure became that precise.
    until_figure
        ``ruin_probability[24]`` (without an index, by the horizon), ``runway[0.5]``, ``funding_need[0.9]`` or
        ``cash_mean[36]``.
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
    from burncast.outputs.results.dataset import QUANTILES, check_quantiles, stack, to_dataset
    from burncast.stopping import parse_until

    loaded = load(scenario)
    probabilities = check_quantiles(QUANTILES if quantiles is None else quantiles)
    options = {
        "threads": threads,
        "method": method,
        "control_variates": control_variates,
        "keep_paths": keep_paths,
        "progress": progress,
    }
    until = parse_until(until_se, until_figure)
    runs = simulations(loaded, trajectories, seed, variants=variants, until=until, **options)
    datasets = {name: to_dataset(simulation, probabilities) for name, simulation in runs}
    return stack(datasets) if variants else datasets["base"]


def simulations(
    scenario: Scenario,
    trajectories: int,
    seed: int,
    *,
    variants: bool = False,
    until: Until | None = None,
    **options: Any,
) -> Iterator[tuple[str, Simulation]]:
    """The finished simulation of the scenario, called ``base``, and of each variant, by name, one after the other.

    ``options`` are those of :func:`burncast.engine.simulate.run`; ``until`` says how precisely which figure is wanted
    of each.
    """
    from burncast.engine.compiler import compile_scenario
    from burncast.stopping import run_until

    scenarios = {"base": scenario, **scenario.variants} if variants else {"base": scenario}
    programs = {name: compile_scenario(entry) for name, entry in scenarios.items()}
    if until is not None:
        for name, entry in scenarios.items():
            until.check(entry, programs[name])
    for name, entry in scenarios.items():
        yield name, run_until(until, entry, programs[name], trajectories, seed, **options)


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
    from burncast.engine.scenario import load
    from burncast.engine.trajectories.replay import replay as replay_trajectory
    from burncast.outputs.results.dataset import replay_to_dataset

    loaded = load(scenario)
    replayed = replay_trajectory(loaded, trajectory, seed, method=method, trajectories=trajectories)
    return replay_to_dataset(loaded, replayed, trajectory, seed, method)
