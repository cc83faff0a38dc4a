"""What spreading trajectories evenly, or controlling them, gains: variance times time against plain Monte Carlo.

A method's variance is that of its estimates over independent seeds, about the exact value where there is one. The
variances of plain Monte Carlo and of control variates, one more way here, are known from their own formulas, which
tests hold to what seeds differ by. Two figures of two problems:

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

from burncast.engine.scenario import Scenario, load
from burncast.engine.simulate import run
from burncast.engine.trajectories.sampling import METHODS
from burncast.outputs.results.conditions import evaluate, parse_figure
from burncast.outputs.results.standard_errors import standard_error
from burncast.outputs.results.variables import mean_name

__all__ = ["run_sampling"]

WAYS: dict[str, dict[str, Any]] = {
    **{method: {"method": method} for method in METHODS},
    "control variates": {"control_variates": True},
}
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
        for options in WAYS.values():
            run(scenario, trajectories, threads=1, **options)
        estimates, errors, seconds = measure(scenario, TRACKED[problem], trajectories, seeds)
        for figure, name in enumerate(("P(ruin)", f"mean {TRACKED[problem]}")):
            for method in WAYS:
                found, known = estimates[method][:, figure], exact[figure]
                variance = np.mean((found - known) ** 2) if known is not None else np.var(found, ddof=1)
                if method in errors:
                    variance = np.mean(errors[method][:, figure] ** 2)
                if method == "random":
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
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, float]]:
    """Estimates by method [seeds, 2], errors where they are known [seeds, 2], and the least time of each method."""
    estimates = {method: np.empty((seeds, 2)) for method in WAYS}
    errors = {method: np.empty((seeds, 2)) for method in ("random", "control variates")}
    seconds = dict.fromkeys(WAYS, math.inf)
    figures = parse_figure("ruin_probability"), parse_figure(mean_name(tracked))
    for seed in range(seeds):
        for method, options in WAYS.items():
            begun = time.process_time()
            found = run(scenario, trajectories, seed, threads=1, **options)
            seconds[method] = min(seconds[method], time.process_time() - begun)
            estimates[method][seed] = [evaluate(figure, found) for figure in figures]
            if method in errors:
                errors[method][seed] = [standard_error(figure, found) for figure in figures]
    return estimates, errors, seconds
