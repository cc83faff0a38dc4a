"""What spreading trajectories evenly gains: variance times time of every method, against plain Monte Carlo.

A method's variance is that of its estimates over independent seeds, about the exact value where there is one. The
variance of plain Monte Carlo is known from its own formula. Two figures of two problems:

* a geometric Brownian motion (drift 0.05, volatility 0.5) that is ruined if it is below 0.6 at the end of a month: the
  probability within 36 months by quadrature (tests/oracles/gaussian_walk.py), and the mean of the price, exp(0.15);
* the packaged scenario ``chatgpt-2023``: 53 draws, 15 shocks a month, jumps, chances and regimes.
"""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from burncast.engine.sampling import METHODS
from burncast.engine.scenario import Scenario, load
from burncast.engine.simulate import Simulation, run

__all__ = ["run_sampling"]

BARRIER = {
    "scenario": {"title": "GBM below 0.6 at a month's end", "periods": 36},
    "processes": {"price": "gbm(start=1, drift=0.05, volatility=0.5)"},
    "stocks": {"value": {"start": 1, "next": "price"}},
    "ruin": {"when": "value < 0.6"},
    "outputs": {"track": ["value"]},
}
BARRIER_EXACT = (0.58193656, math.exp(0.15))
TRACKED = {"GBM barrier": "value", "chatgpt-2023": "cash"}


def run_sampling(console: Console, *, trajectories: int, seeds: int) -> list[dict[str, Any]]:
    """Print the table; its figures as records."""
    table = Table(title=f"sampling: {trajectories:,} trajectories, {seeds} seeds, 1 thread")
    for column in ("problem", "figure", "method", "CPU s", "estimate", "standard error", "variance", "at equal time"):
        table.add_column(column, justify="left" if column in ("problem", "figure", "method") else "right")
    records: list[dict[str, Any]] = []
    for problem, scenario, exact in (
        ("GBM barrier", load(BARRIER), BARRIER_EXACT),
        ("chatgpt-2023", load("chatgpt-2023"), (None, None)),
    ):
        for method in METHODS:
            run(scenario, 4096, threads=1, method=method)
        estimates, errors, seconds = measure(scenario, TRACKED[problem], trajectories, seeds)
        for figure, name in enumerate(("P(ruin)", f"mean {TRACKED[problem]}")):
            for method in METHODS:
                found, known = estimates[method][:, figure], exact[figure]
                variance = np.mean((found - known) ** 2) if known is not None else np.var(found, ddof=1)
                if method == "random":
                    variance = np.mean(errors[:, figure] ** 2)
                    plain = (variance, seconds[method])
                ratio = plain[0] / variance
                equal = ratio * plain[1] / seconds[method]
                record = {"problem": problem, "figure": name, "method": method, "seconds": seconds[method]}
                records.append({**record, "estimate": found.mean(), "variance": variance, "gain": equal})
                table.add_row(
                    problem,
                    name,
                    method,
                    f"{seconds[method]:.3f}",
                    f"{found.mean():.6g}",
                    f"{math.sqrt(variance):.2g}",
                    f"{ratio:.3g} times less",
                    f"{equal:.3g} times less",
                )
    console.print(table)
    return records


def measure(
    scenario: Scenario, tracked: str, trajectories: int, seeds: int
) -> tuple[dict[str, np.ndarray], np.ndarray, dict[str, float]]:
    """Estimates by method [seeds, 2], the errors of plain Monte Carlo [seeds, 2], and the least time of each method."""
    estimates = {method: np.empty((seeds, 2)) for method in METHODS}
    errors, seconds = np.empty((seeds, 2)), dict.fromkeys(METHODS, math.inf)
    for seed in range(seeds):
        for method in METHODS:
            begun = time.process_time()
            found = run(scenario, trajectories, seed, threads=1, method=method)
            seconds[method] = min(seconds[method], time.process_time() - begun)
            row = last_row(found, tracked)
            share = found.tally.first_passage[:-1].sum() / trajectories
            estimates[method][seed] = share, found.tally.mean(row)
            if method == "random":
                errors[seed] = math.sqrt(share * (1 - share) / trajectories), found.tally.mean_se(row)
    return estimates, errors, seconds


def last_row(found: Simulation, name: str) -> int:
    """The tally's row of a tracked quantity at the horizon."""
    tracked = next(item for item in found.tracked if item.name == name)
    return tracked.first_element * (found.scenario.periods + 1) + found.scenario.periods
