"""The figures of a run as plain data: one function feeds the JSON, the tables and the comparison."""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import TYPE_CHECKING, Any

from burncast.outputs.results import estimates
from burncast.outputs.words.amounts import zero_count_bound

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from burncast.engine.simulate import Simulation

__all__ = [
    "FundingNeed",
    "HorizonFigure",
    "RuinProbability",
    "RunwayQuantile",
    "Stopping",
    "Summary",
    "as_plain",
    "ruin_figure",
    "summarise",
]

RUIN_PERIODS = (6, 12, 18, 24, 36)
RUNWAY_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
CONFIDENCES = (0.5, 0.8, 0.9, 0.95, 0.99)


@dataclasses.dataclass(frozen=True, slots=True)
class RuinProbability:
    """Probability of being ruined by the end of ``period``.

    ``bound_95`` is the exact one-sided 95 % bound where no trajectory (an upper bound) or every one (a lower bound) was
    ruined, and None otherwise.
    """

    period: int
    date: str | None
    probability: float
    standard_error: float
    bound_95: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class RunwayQuantile:
    """With probability ``quantile`` ruin comes within ``periods``; None where that is not before the horizon."""

    quantile: float
    periods: int | None
    date: str | None
    censored: bool


@dataclasses.dataclass(frozen=True, slots=True)
class FundingNeed:
    """The funding that prevents ruin within the horizon with probability ``confidence``, in the currency."""

    confidence: float
    amount: float


@dataclasses.dataclass(frozen=True, slots=True)
class HorizonFigure:
    """A tracked quantity (one element of it) at the last period."""

    name: str
    element: tuple[str, ...]
    unit: str | None
    mean: float
    p5: float
    p50: float
    p95: float


@dataclasses.dataclass(frozen=True, slots=True)
class Stopping:
    """Why a run stopped that was to reach a standard error of a figure; ``goal`` is how it was asked for."""

    figure: str
    goal: str
    estimate: float
    standard_error: float
    reached: bool
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Summary:
    """Everything ``burncast run`` tells about one scenario; ``ruin``, ``runway`` and ``need`` may be empty.

    ``control_variates`` are the quantities whose draws correct the probabilities of ruin and the means.
    """

    title: str
    file: str | None
    sha256: str
    currency: str | None
    step: str
    periods: int
    start: str | None
    ruin_probability: tuple[RuinProbability, ...]
    runway: tuple[RunwayQuantile, ...]
    funding_need: tuple[FundingNeed, ...]
    horizon: tuple[HorizonFigure, ...]
    trajectories: int
    independent: int
    stopping: Stopping | None
    control_variates: tuple[str, ...]
    seed: int
    method: str
    stream_version: int
    seconds: float
    trajectories_per_second: float
    notes: tuple[str, ...]


def summarise(simulation: Simulation) -> Summary:
    """The figures of a finished simulation."""
    scenario = simulation.scenario
    dates = _dates(simulation)
    has_ruin = scenario.ruin is not None
    has_need = scenario.ruin is not None and scenario.ruin.need is not None
    return Summary(
        title=scenario.title,
        file=scenario.file,
        sha256=scenario.sha256,
        currency=scenario.currency,
        step=scenario.step,
        periods=scenario.periods,
        start=scenario.start.isoformat() if scenario.start is not None else None,
        ruin_probability=_ruin(simulation, dates) if has_ruin else (),
        runway=_runway(simulation, dates) if has_ruin else (),
        funding_need=_need(simulation) if has_need else (),
        horizon=_horizon(simulation),
        trajectories=simulation.trajectories,
        independent=simulation.independent,
        stopping=_stopping(simulation),
        control_variates=() if simulation.controlled is None else simulation.controlled.quantities,
        seed=simulation.seed,
        method=simulation.method,
        stream_version=simulation.stream_version,
        seconds=simulation.seconds,
        trajectories_per_second=simulation.trajectories / max(simulation.seconds, 1e-9),
        notes=tuple(simulation.notes),
    )


def ruin_figure(
    period: int, dates: Sequence[datetime.date], probability: float, standard_error: float, independent: int
) -> RuinProbability:
    """The probability of ruin by ``period`` that ``independent`` draws gave; ``dates`` may be empty."""
    date = dates[period].isoformat() if dates else None
    bound = zero_count_bound(independent)
    known = {0.0: bound, 1.0: 1.0 - bound} if standard_error == 0.0 else {}
    return RuinProbability(period, date, probability, standard_error, known.get(probability))


def as_plain(value: Any) -> Any:
    """``value`` as what JSON can hold: dictionaries, lists, numbers, text; None for what is not finite."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): as_plain(entry) for key, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [as_plain(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _stopping(simulation: Simulation) -> Stopping | None:
    known = simulation.precision
    if known is None:
        return None
    return Stopping(known.figure, known.goal, known.estimate, known.standard_error, known.reached, known.reason)


def _dates(simulation: Simulation) -> list[datetime.date]:
    return simulation.scenario.dates() if simulation.scenario.start is not None else []


def _ruin(simulation: Simulation, dates: list[datetime.date]) -> tuple[RuinProbability, ...]:
    probability = estimates.ruin_probability(simulation)
    error = estimates.ruin_probability_se(simulation)
    horizon = simulation.scenario.periods
    return tuple(
        ruin_figure(period, dates, float(probability[period]), float(error[period]), simulation.independent)
        for period in (*(period for period in RUIN_PERIODS if period < horizon), horizon)
    )


def _runway(simulation: Simulation, dates: list[datetime.date]) -> tuple[RunwayQuantile, ...]:
    figures = []
    for quantile, value in zip(RUNWAY_QUANTILES, estimates.runway(simulation, RUNWAY_QUANTILES), strict=True):
        periods = int(value) if math.isfinite(value) else None
        date = dates[periods].isoformat() if dates and periods is not None else None
        figures.append(RunwayQuantile(quantile, periods, date, censored=periods is None))
    return tuple(figures)


def _need(simulation: Simulation) -> tuple[FundingNeed, ...]:
    amounts = estimates.funding_need(simulation, CONFIDENCES)
    return tuple(
        FundingNeed(confidence, float(amount)) for confidence, amount in zip(CONFIDENCES, amounts, strict=True)
    )


def _horizon(simulation: Simulation) -> tuple[HorizonFigure, ...]:
    scenario = simulation.scenario
    figures = []
    for tracked in simulation.tracked:
        quantiles = estimates.tracked_quantiles(simulation, tracked, (0.05, 0.5, 0.95), scenario.periods)
        means = estimates.tracked_mean(simulation, tracked, scenario.periods)
        unit = scenario.quantities[tracked.name].unit
        elements = itertools.product(*(scenario.dimensions[dimension] for dimension in tracked.dims))
        for labels, mean, (low, middle, high) in zip(
            elements, means.ravel().tolist(), quantiles.reshape(-1, 3).tolist(), strict=True
        ):
            figures.append(HorizonFigure(tracked.name, labels, unit, mean, low, middle, high))
    return tuple(figures)
