"""A forecast as plain arrays, straight from a tally: what a page draws many times a second.

The figures are those of a run's dataset. Intervals are of 95 %: for a quantile between the order statistics at the ends
of the interval for its share (Woodruff 1952, "Confidence intervals for medians and other position measures"). Of a
scenario that begins with a posterior, errors and intervals are those of as many draws as its particles are worth.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.engine.language.expressions import Compare, Expression, Name, Number, Unary
from burncast.engine.language.scenario_model import Scenario
from burncast.engine.program import Tracked
from burncast.engine.statistics.replications import ruin_shares, standard_error
from burncast.engine.tally import Tally

__all__ = ["CONFIDENCES", "FAN", "SHARES", "Figure", "Forecast", "forecast_of", "money_of"]

Floats = NDArray[np.float64]

FAN = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of the money at each period."""

CONFIDENCES = (0.5, 0.8, 0.9, 0.95, 0.99)
"""Shares of the trajectories that a funding need covers."""

SHARES = (0.05, 0.1, 0.25, 0.5)
"""Shares of the trajectories that are ruined by a runway."""

_WIDTH = 1.96
_SLACK = 1.0 - 1e-12


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure between the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What ``trajectories`` trajectories say, run in ``seconds``; arrays over the periods 0 … T.

    ``ruin`` is the share ruined by the end of each period and ``ruin_se`` its standard error, both None without a
    question of ruin; ``survival`` the share never ruined. ``runway`` gives by share the periods until so many are
    ruined (inf: not within T), ``need`` by confidence the greatest hole (empty where the scenario asks for none).
    ``money`` names the quantity of ``fan``, its quantiles by probability, and of ``mean``: what decides ruin, or the
    first that is tracked; None where there is none of one element. ``dates`` are the last days of the periods (empty
    without a start).
    """

    trajectories: int
    seconds: float
    money: str | None
    fan: dict[float, Floats]
    mean: Floats | None
    ruin: Floats | None
    ruin_se: Floats | None
    survival: Figure | None
    runway: dict[float, Figure]
    need: dict[float, Figure]
    dates: tuple[datetime.date, ...]


def money_of(scenario: Scenario) -> str | None:
    """The quantity whose sign decides ruin, as in ``cash < 0``; else the first tracked one of a single element.

    >>> from burncast.engine.scenario import load
    >>> money_of(load("chatgpt-2023"))
    'cash'
    """
    if scenario.ruin is not None:
        name = _signed(scenario.ruin.when) or _named(scenario.ruin.need)
        if name is not None and _is_single(scenario, name):
            return name
    return next((name for name in scenario.track if _is_single(scenario, name)), None)


def forecast_of(
    scenario: Scenario,
    tally: Tally,
    tracked: Sequence[Tracked],
    seconds: float,
    replications: NDArray[np.int64] | None = None,
) -> Forecast:
    """The forecast of a scenario in a tally of at least one trajectory, whose first quantity is the money, if any.

    Where trajectories begin with particles, first passages by replication tell the errors of ruin, and intervals count
    how many independent draws the particles are worth.
    """
    periods, n = scenario.periods, tally.trajectories
    independent = n if scenario.particles is None else min(n, scenario.particles.effective)
    money = tracked[0] if tracked else None
    fan: dict[float, Floats] = {}
    mean = None
    if money is not None:
        first = money.first_element * (periods + 1)
        rows = np.arange(first + money.first_period, first + periods + 1)
        values = np.full((periods + 1, len(FAN)), np.nan)
        values[money.first_period :] = tally.quantiles(rows, FAN)
        fan = {p: values[:, place] for place, p in enumerate(FAN)}
        mean = np.full(periods + 1, np.nan)
        mean[money.first_period :] = [tally.mean(int(row)) for row in rows]
    ruin = error = survival = None
    runway: dict[float, Figure] = {}
    need: dict[float, Figure] = {}
    if scenario.ruin is not None:
        ruined = np.cumsum(tally.first_passage[:-1])
        ruin = np.asarray(ruined / n, dtype=np.float64)
        error = np.sqrt(ruin * (1.0 - ruin) / n)
        if replications is not None:
            error = standard_error(ruin_shares(replications), replications.sum(axis=1))
        survival = _share(1.0 - float(ruin[-1]), independent)
        runway = {p: Figure(*(_runway(ruined, n, share) for share in _with_ends(p, independent))) for p in SHARES}
        if scenario.ruin.need is not None:
            need = _needs(tally, independent)
    return Forecast(
        trajectories=n,
        seconds=seconds,
        money=None if money is None else money.name,
        fan=fan,
        mean=mean,
        ruin=ruin,
        ruin_se=error,
        survival=survival,
        runway=runway,
        need=need,
        dates=tuple(scenario.dates()),
    )


def _needs(tally: Tally, n: int) -> dict[float, Figure]:
    asked = [_with_ends(p, n) for p in CONFIDENCES]
    found = tally.quantiles(np.array([tally.rows - 1]), np.array(asked).ravel())[0].tolist()
    return {p: Figure(*found[3 * place : 3 * place + 3]) for place, p in enumerate(CONFIDENCES)}


def _with_ends(p: float, n: int) -> tuple[float, float, float]:
    """A share of n trajectories and the ends of its interval, within 0 and 1."""
    error = _WIDTH * math.sqrt(p * (1.0 - p) / n)
    return p, max(p - error, 0.0), min(p + error, 1.0)


def _share(p: float, n: int) -> Figure:
    """A share of n draws and its interval (Wilson 1927), which is none of length 0 where all or none are counted."""
    square = _WIDTH**2 / n
    centre = (p + square / 2.0) / (1.0 + square)
    half = math.sqrt(p * (1.0 - p) * square + square**2 / 4.0) / (1.0 + square)
    return Figure(p, max(centre - half, 0.0), min(centre + half, 1.0))


def _runway(ruined: NDArray[np.int64], n: int, share: float) -> float:
    """The first period by whose end that share is ruined; inf where none is."""
    wanted = max(math.ceil(share * n * _SLACK), 1)
    first = int(np.searchsorted(ruined, wanted, side="left"))
    return float(first) if first < len(ruined) else math.inf


def _signed(when: Expression) -> str | None:
    """The name in a comparison of a name with a number, on either side."""
    if not isinstance(when, Compare):
        return None
    for name, number in ((when.left, when.right), (when.right, when.left)):
        if isinstance(name, Name) and isinstance(number, Number | Unary):
            return name.name
    return None


def _named(need: Expression | None) -> str | None:
    return need.operand.name if isinstance(need, Unary) and isinstance(need.operand, Name) else None


def _is_single(scenario: Scenario, name: str) -> bool:
    """Whether a quantity is known to have one element."""
    quantity = scenario.quantities.get(name)
    return quantity is not None and not quantity.over
