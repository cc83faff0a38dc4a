"""The verb ``frontier``: how much more money at the start buys how much more probability of survival."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from burncast.distributions.errors import InputError, nearest_name

if TYPE_CHECKING:
    import xarray as xr

    from burncast.engine.scenario import Scenario, ScenarioSource

__all__ = ["frontier", "money_stock", "with_more"]

PERIODS = (12, 24, 36)
STEPS = 8
CONFIDENCE = 0.95

Progress = Callable[[int, int], None]


def frontier(
    scenario: ScenarioSource,
    *,
    amounts: Sequence[float] | None = None,
    periods: Sequence[int] | None = None,
    stock: str | None = None,
    trajectories: int = 100_000,
    seed: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Probability of survival by extra opening funding, on the same random numbers.

    Parameters
    ----------
    amounts
        What is added to the opening value of ``stock``; by default nine amounts, from 0 to a round number above the
        funding need at 95 %.
    periods
        Survival to the end of which periods; by default 12, 24 and 36, as far as the scenario goes, or its horizon.
    stock
        The stock that the money is in, by default the first one in the condition of ruin.

    Returns a dataset with ``survival`` and ``survival_se`` along ``amount`` and ``period``. The company is simulated
    with each amount: policies that react to cash react, so that survival need not grow as fast as the need would say.

    >>> import burncast
    >>> found = burncast.frontier({
    ...     "scenario": {"periods": 12},
    ...     "inputs": {"burn": "uniform(0.5, 1.5)"},
    ...     "stocks": {"cash": {"start": 9, "next": "cash - burn"}},
    ...     "ruin": {"when": "cash < 0", "need": "-cash"},
    ... }, amounts=[0, 3, 9], trajectories=20_000)
    >>> found["survival"].sel(period=12).values.round(1).tolist()
    [0.2, 0.5, 1.0]
    """
    import numpy as np
    import xarray as xr

    from burncast.engine.draws.addresses import STREAM_VERSION
    from burncast.engine.scenario import load
    from burncast.outputs.files.store import CREATED_BY
    from burncast.outputs.results import estimates
    from burncast.outputs.results.accessor import register_accessor
    from burncast.solving import simulate_tracking

    register_accessor()
    loaded = load(scenario)
    if loaded.ruin is None:
        raise InputError("the scenario has no [ruin]: there is nothing to survive")
    name = money_stock(loaded, stock)
    asked = _periods(loaded, periods)
    if amounts is None:
        amounts = _amounts(loaded, trajectories, seed, threads)
    wrong = [amount for amount in amounts if not math.isfinite(amount)]
    if wrong or not amounts:
        raise InputError(f"amounts are one or more finite numbers, not {wrong[0] if wrong else 'none'}")
    columns, errors = [], []
    for place, amount in enumerate(amounts):
        richer = with_more(loaded, name, amount)
        simulation = simulate_tracking(richer, (), trajectories, seed, threads)
        columns.append(estimates.ruin_probability(simulation)[asked])
        errors.append(estimates.ruin_probability_se(simulation)[asked])
        if progress is not None:
            progress(place + 1, len(amounts))
    return xr.Dataset(
        {
            "survival": (("amount", "period"), 1.0 - np.stack(columns)),
            "survival_se": (("amount", "period"), np.stack(errors)),
        },
        {"amount": np.array(amounts, dtype=np.float64), "period": np.array(asked, dtype=np.int64)},
        {
            "created_by": CREATED_BY,
            "title": loaded.title,
            "sha256": loaded.sha256,
            "stock": name,
            "currency": loaded.currency or "",
            "step": loaded.step,
            "trajectories": trajectories,
            "seed": seed,
            "stream_version": STREAM_VERSION,
        },
    )


def money_stock(scenario: Scenario, name: str | None = None) -> str:
    """The stock of this name, else the first in the condition of ruin; raises InputError where money cannot go."""
    from burncast.engine.language.expressions import walk
    from burncast.engine.scenario import ByElement

    stocks = [one for one, quantity in scenario.quantities.items() if quantity.kind == "stock"]
    if name is None and scenario.ruin is not None:
        named = (getattr(node, "name", None) for node in walk(scenario.ruin.when))
        name = next((one for one in named if one in stocks), None)
        if name is None:
            raise InputError(
                f"ruin.when names no stock that money could go to; say which with --stock: {', '.join(stocks)}"
            )
    if name is None or name not in stocks:
        nearest = nearest_name(str(name), stocks)
        hint = f"did you mean {nearest!r}?" if nearest else f"expected one of {', '.join(stocks)}"
        raise InputError(f"{name!r} is no stock of the scenario; {hint}")
    quantity = scenario.quantities[name]
    if quantity.over or isinstance(quantity.value, ByElement):
        raise InputError(f"{name} has elements; money can only be added to a stock that is one number")
    return name


def _periods(scenario: Scenario, periods: Sequence[int] | None) -> list[int]:
    if periods is None:
        return [period for period in PERIODS if period <= scenario.periods] or [scenario.periods]
    for period in periods:
        if not 1 <= period <= scenario.periods:
            raise InputError(f"period {period} is not between 1 and {scenario.periods}")
    return sorted(set(periods))


def _amounts(scenario: Scenario, trajectories: int, seed: int, threads: int | None) -> list[float]:
    from burncast.outputs.results import estimates
    from burncast.solving import simulate_tracking

    if scenario.ruin is None or scenario.ruin.need is None:
        raise InputError("the scenario has no ruin.need to say how much might be needed; give --amounts")
    simulation = simulate_tracking(scenario, (), trajectories, seed, threads)
    need = float(estimates.funding_need(simulation, [CONFIDENCE])[0])
    if not need > 0.0:
        raise InputError(f"nothing more is needed to survive with {CONFIDENCE:.0%} probability; give --amounts")
    step = _round_up(need / STEPS)
    return [step * place for place in range(STEPS + 1)]


def _round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 and 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= value * (1 - 1e-12)) * power


def with_more(scenario: Scenario, stock: str, amount: float) -> Scenario:
    """The scenario with so much added to the opening value of a stock that is one number."""
    from burncast.engine.language.expressions import Binary, Number
    from burncast.engine.scenario import ByElement

    quantity = scenario.quantities[stock]
    if isinstance(quantity.value, ByElement) or amount == 0.0:
        return scenario
    start = Binary("+", quantity.value, Number(float(amount)))
    return dataclasses.replace(
        scenario, quantities={**scenario.quantities, stock: dataclasses.replace(quantity, value=start)}
    )
