"""What a report tells of more funding: what amounts buy, and the one that brings ruin down to a goal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from burncast.distributions.errors import InputError

if TYPE_CHECKING:
    from burncast.engine.scenario import Scenario
    from burncast.outputs.report.findings import MoreFunding, Request
    from burncast.outputs.report.runs import Run

__all__ = ["FUNDING_TRAJECTORIES", "more_funding"]

GOALS = (0.05, 0.01)
FUNDING_TRAJECTORIES = 32_768
MOST_DOUBLINGS = 3


def more_funding(scenario: Scenario, base: Run, request: Request, threads: int | None) -> dict[str, Any]:
    """The frontier, and the amount that brings ruin down to the first goal that it is above and futures can tell."""
    from burncast.funding import PERIODS, frontier, money_stock
    from burncast.outputs.words.amounts import zero_count_bound

    count = min(request.trajectories, FUNDING_TRAJECTORIES)
    periods = [*(period for period in PERIODS if period < scenario.periods), scenario.periods]
    try:
        stock = money_stock(scenario)
    except InputError:
        return {"no_frontier": "ruin.frontier_no_stock"}
    try:
        dataset = frontier(
            scenario, stock=stock, trajectories=count, seed=request.seed, threads=threads, periods=periods
        )
    except InputError:
        return {"no_frontier": "ruin.frontier_unneeded" if base.needs else "ruin.frontier_no_need"}
    found: dict[str, Any] = {"frontier": dataset}
    now = float(base.probability[-1])
    goal = next((goal for goal in GOALS if now > goal > zero_count_bound(count)), None)
    if goal is not None:
        found["more"] = _more(base, dataset, goal, count, request.seed, threads)
    return found


def _more(base: Run, frontier: Any, goal: float, count: int, seed: int, threads: int | None) -> MoreFunding:
    """The amount at which ruin by the horizon crosses the goal; where none does, the greatest that was tried."""
    from burncast.engine.questions.root_finding import find_crossing
    from burncast.funding import with_more
    from burncast.outputs.report.findings import MoreFunding
    from burncast.outputs.results.conditions import Condition
    from burncast.outputs.results.figure_bands import figure_band, probability_band, worth
    from burncast.solving import simulate_tracking

    condition = Condition("", "ruin_probability", (), None, "<=", goal)
    scenario, stock = base.scenario, str(frontier.attrs["stock"])

    amounts = [float(amount) for amount in frontier["amount"].values]
    survived, errors = (frontier[name].values[:, -1].tolist() for name in ("survival", "survival_se"))
    known = {
        amount: probability_band(1.0 - share, worth(share, error, min(count, base.independent)))
        for amount, share, error in zip(amounts, survived, errors, strict=True)
    }

    def ruined(amount: float) -> tuple[float, float, float]:
        if amount not in known:
            richer = with_more(scenario, stock, amount)
            known[amount] = figure_band(condition, simulate_tracking(richer, (), count, seed, threads))
        return known[amount]

    place = next((place for place, share in enumerate(survived) if 1.0 - share <= goal), None)
    if place is None:
        scan = [amounts[-1] * 2.0**power for power in range(MOST_DOUBLINGS + 1)]
    else:
        beyond = (place + 2 - len(amounts)) * (amounts[-1] - amounts[-2])
        scan = [*amounts[max(place - 2, 0) : place + 2], *([amounts[-1] + beyond] if beyond > 0.0 else [])]
    crossing = find_crossing(ruined, condition.holds, scan, 2e-3, 1e-2)
    if crossing is None:
        return MoreFunding(scan[-1], None, None, goal, ruined(scan[-1])[1])
    low, high = (end if math.isfinite(end) else None for end in (crossing.low, crossing.high))
    return MoreFunding(crossing.place, low, high, goal, None)
