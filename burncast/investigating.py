"""What a report needs to know beyond the forecast: band, funding, reasons; each left out where it cannot be."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from burncast.distributions.errors import InputError

if TYPE_CHECKING:
    from burncast.engine.scenario import Scenario
    from burncast.engine.simulate import Simulation
    from burncast.outputs.findings import Findings, MoreFunding, Request

__all__ = ["find_reasons", "investigate"]

GOALS = (0.05, 0.01)
FUNDING_TRAJECTORIES = 32_768
WHY_TRAJECTORIES = 8_192
EXPLAINED_TRAJECTORIES = 65_536
WORLD_TRAJECTORIES = 4_096
QUICK_WHY_TRAJECTORIES = 4_096
QUICKLY_LOOKED_AT = 64
MOST_DOUBLINGS = 3

Tell = Callable[[str], None]


def investigate(scenario: Scenario, request: Request, threads: int | None = None, tell: Tell | None = None) -> Findings:
    """Simulate the scenario and its variants, and ask what a report tells; ``tell`` is given a word on each stage."""
    from burncast.forecast import simulations
    from burncast.outputs.findings import Findings

    say = tell or (lambda _: None)
    say("simulating")
    runs = dict(simulations(scenario, request.trajectories, request.seed, variants=True, threads=threads))
    found: dict[str, Any] = {}
    base = runs["base"]
    if scenario.ruin is not None:
        say("looking at more funding")
        found |= _funding(scenario, base, request, threads)
    if request.why:
        say("looking for the reasons")
        found |= _band(scenario, request, threads) if scenario.ruin is not None else {}
        found |= _tornado(scenario, base, request, threads, _why_trajectories(request))
        found |= _explanation(scenario, base, request, threads)
    say("looking at the assumptions")
    found["worlds"] = _worlds(scenario, request, threads)
    behind = {
        "fundings": min(request.trajectories, FUNDING_TRAJECTORIES) if "frontier" in found else 0,
        "whys": _why_trajectories(request) if "tornado" in found else 0,
    }
    return Findings(scenario, request, runs, behind=behind, **found)


def find_reasons(
    scenario: Scenario, request: Request, threads: int | None, progress: Callable[[int, int], None]
) -> dict[str, Any]:
    """The tornado and the explanation of ruin alone, those of them that there are, as :class:`Findings` has them, in
    seconds: from fewer trajectories, and without the typical path.

    ``progress`` is called now and then with (runs done, total expected); what it raises ends the search.
    """
    from burncast.engine.explain_ruin import explain_ruin
    from burncast.outputs.result_files import main_quantity
    from burncast.solving import simulate_tracking

    main = main_quantity(scenario)
    track = () if main is None else (main,)
    base = simulate_tracking(scenario, track, request.trajectories, request.seed, threads)
    progress(0, 1)
    found: dict[str, Any] = {}
    if _is_open(base):
        with contextlib.suppress(InputError):
            found["explanation"] = explain_ruin(
                scenario,
                trajectories=request.trajectories,
                seed=request.seed,
                threads=threads,
                looked_at=QUICKLY_LOOKED_AT,
            )
    progress(0, 1)
    return found | _tornado(scenario, base, request, threads, QUICK_WHY_TRAJECTORIES, progress)


def _band(scenario: Scenario, request: Request, threads: int | None) -> dict[str, Any]:
    from burncast.engine.ruin_band import ruin_band

    if scenario.particles is not None:
        return {"no_band": "ruin.band_given"}
    band = ruin_band(scenario, request.seed, threads=threads)
    return {"no_band": "ruin.band_inseparable"} if band is None else {"band": band}


def _funding(scenario: Scenario, base: Simulation, request: Request, threads: int | None) -> dict[str, Any]:
    """The frontier, and the amount that brings ruin down to the first goal that it is above."""
    from burncast.funding import frontier
    from burncast.outputs import estimates

    count = min(request.trajectories, FUNDING_TRAJECTORIES)
    try:
        dataset = frontier(scenario, trajectories=count, seed=request.seed, threads=threads, periods=_periods(scenario))
    except InputError as error:
        key = "ruin.frontier_no_stock" if "stock" in str(error) else "ruin.frontier_no_need"
        return {"no_frontier": key}
    found: dict[str, Any] = {"frontier": dataset}
    now = float(estimates.ruin_probability(base)[-1])
    goal = next((goal for goal in GOALS if now > goal), None)
    if goal is not None:
        found["more"] = _more(scenario, dataset, goal, count, request.seed, threads)
    return found


def _periods(scenario: Scenario) -> list[int]:
    from burncast.funding import PERIODS

    return [*(period for period in PERIODS if period < scenario.periods), scenario.periods]


def _more(scenario: Scenario, frontier: Any, goal: float, count: int, seed: int, threads: int | None) -> MoreFunding:
    """The amount at which ruin by the horizon crosses the goal; where none does, the greatest that was tried."""
    import math

    from burncast.engine.root_finding import find_crossing
    from burncast.funding import with_more
    from burncast.outputs.conditions import Condition
    from burncast.outputs.figure_bands import figure_band
    from burncast.outputs.findings import MoreFunding
    from burncast.solving import simulate_tracking

    condition = Condition("", "ruin_probability", (), None, "<=", goal)
    stock = str(frontier.attrs["stock"])

    def ruined(amount: float) -> tuple[float, float, float]:
        richer = with_more(scenario, stock, amount)
        return figure_band(condition, simulate_tracking(richer, (), count, seed, threads))

    amounts = [float(amount) for amount in frontier["amount"].values]
    survived = frontier["survival"].values[:, -1]
    place = next((place for place, share in enumerate(survived) if 1.0 - share <= goal), None)
    if place is None:
        scan = [amounts[-1] * 2.0**power for power in range(MOST_DOUBLINGS + 1)]
    else:
        scan = [*amounts[max(place - 2, 0) : place], *amounts[place : place + 2]]
    crossing = find_crossing(ruined, condition.holds, scan, 2e-3)
    if crossing is None:
        return MoreFunding(scan[-1], None, None, goal, ruined(scan[-1])[1])
    low, high = (end if math.isfinite(end) else None for end in (crossing.low, crossing.high))
    return MoreFunding(crossing.place, low, high, goal, None)


def _why_trajectories(request: Request) -> int:
    return min(max(request.trajectories, 256), WHY_TRAJECTORIES)


def _tornado(
    scenario: Scenario,
    base: Simulation,
    request: Request,
    threads: int | None,
    trajectories: int,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    from burncast.outputs.result_files import main_quantity
    from burncast.sensitivity_analysis import sensitivity

    outputs: list[tuple[str, str | None]] = [("ruin_probability", None)] if _is_open(base) else []
    main = main_quantity(scenario)
    if main is not None and not next(one for one in base.tracked if one.name == main).dims:
        outputs.append((f"{main}_mean", main))
    for output, name in outputs:
        try:
            dataset = sensitivity(
                scenario,
                output,
                "tornado",
                trajectories=trajectories,
                seed=request.seed,
                threads=threads,
                progress=progress,
            )
        except InputError:
            continue
        if dataset.sizes["input"]:
            return {"tornado": dataset, "tornado_output": name}
    return {}


def _explanation(scenario: Scenario, base: Simulation, request: Request, threads: int | None) -> dict[str, Any]:
    from burncast.forecast import replay
    from burncast.rare_events import explain_ruin

    if not _is_open(base):
        return {}
    count = min(max(request.trajectories, 1_000), EXPLAINED_TRAJECTORIES)
    try:
        found = explain_ruin(scenario, seed=request.seed, trajectories=count, threads=threads)
    except InputError:
        return {}
    return {"explanation": found, "path": replay(scenario, found.typical, request.seed)}


def _is_open(base: Simulation) -> bool:
    """Whether some futures are ruined and some are not."""
    from burncast.outputs import estimates

    return base.scenario.ruin is not None and 0.0 < float(estimates.ruin_probability(base)[-1]) < 1.0


def _worlds(scenario: Scenario, request: Request, threads: int | None) -> dict[str, Any]:
    """Quantiles of every process over time, by name and labels."""
    import itertools

    from burncast.outputs import estimates
    from burncast.solving import simulate_tracking

    names = tuple(name for name, quantity in scenario.quantities.items() if quantity.kind == "process")
    if not names:
        return {}
    alone = dataclasses.replace(scenario, ruin=None)
    count = min(request.trajectories, WORLD_TRAJECTORIES)
    simulation = simulate_tracking(alone, names, count, request.seed, threads)
    worlds: dict[str, Any] = {}
    for tracked in simulation.tracked:
        values = estimates.tracked_quantiles(simulation, tracked, (0.05, 0.5, 0.95))
        flat = values.reshape(-1, *values.shape[-2:])
        labels = itertools.product(*tracked.labels)
        worlds[tracked.name] = {own: flat[place].T for place, own in enumerate(labels)}
    return worlds
