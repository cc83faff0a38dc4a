"""What a finished simulation says, as arrays: ruin probability, runway, funding need, tracked quantities.

Everything is read from the tally's sufficient statistics. The dataset, the summary and the conditions of ``--fail-if``
all stand on these functions, so a number is the same wherever it is shown.

Shapes: T is the number of periods, q the number of probabilities asked for, and ``dims`` the lengths of a tracked
quantity's dimensions (nothing for a scalar).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from burncast.engine.statistics.replications import ruin_shares, standard_error

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from burncast.engine.program import Tracked
    from burncast.engine.simulate import Simulation

__all__ = [
    "funding_need",
    "ruin_probability",
    "ruin_probability_se",
    "runway",
    "tracked_mean",
    "tracked_mean_se",
    "tracked_quantiles",
    "tracked_rows",
    "tracked_sd",
]


def ruin_probability(simulation: Simulation) -> NDArray[np.float64]:
    """Share of trajectories ruined by the end of each period, f64[T+1]; with control variates, what they make of it."""
    if simulation.controlled is not None:
        return simulation.controlled.ruin
    ruined = np.cumsum(simulation.tally.first_passage[:-1])
    return np.asarray(ruined / simulation.trajectories, dtype=np.float64)


def ruin_probability_se(simulation: Simulation) -> NDArray[np.float64]:
    """Standard error of :func:`ruin_probability`, f64[T+1].

    Binomial, sqrt(p (1 − p) / n), where trajectories are independent; from replications where a method spreads them;
    from what control variates leave over where there are any.
    """
    if simulation.controlled is not None:
        return simulation.controlled.ruin_se
    if simulation.replications is not None:
        return standard_error(ruin_shares(simulation.replications), simulation.replications.sum(axis=1))
    probability = ruin_probability(simulation)
    return np.asarray(np.sqrt(probability * (1.0 - probability) / simulation.trajectories), dtype=np.float64)


def runway(simulation: Simulation, probabilities: Sequence[float]) -> NDArray[np.float64]:
    """Quantiles of the period of ruin, f64[q]; inf where the quantile lies beyond the horizon (censored).

    The quantile at p is the first period by whose end at least a share p of the trajectories is ruined.
    """
    ruined = np.cumsum(simulation.tally.first_passage[:-1])
    # The slack keeps 0.07 × 100 = 7.000000000000001 from asking for an eighth trajectory.
    wanted = np.maximum(np.ceil(np.asarray(probabilities) * simulation.trajectories * (1.0 - 1e-12)), 1.0)
    first = np.searchsorted(ruined, wanted, side="left").astype(np.float64)
    return np.where(first < ruined.size, first, np.inf)


def funding_need(simulation: Simulation, probabilities: Sequence[float]) -> NDArray[np.float64]:
    """Quantiles of the greatest hole over time, floored at 0, f64[q], in the scenario's currency."""
    periods = simulation.scenario.periods
    row = sum(tracked.elements for tracked in simulation.tracked) * (periods + 1)
    return _quantiles(simulation, row, probabilities)


def tracked_quantiles(
    simulation: Simulation, tracked: Tracked, probabilities: Sequence[float], period: int | None = None
) -> NDArray[np.float64]:
    """Quantiles of a tracked quantity, f64[dims…, T+1, q]; NaN where it has no value (a formula at period 0).

    With a ``period``, those of that period alone, f64[dims…, q].
    """
    rows = tracked_rows(simulation, tracked, period)
    values = np.full((rows.size, len(probabilities)), np.nan)
    known = rows.ravel() >= 0
    values[known] = simulation.tally.quantiles(rows.ravel()[known], probabilities)
    return values.reshape(*rows.shape, len(probabilities))


def tracked_mean(simulation: Simulation, tracked: Tracked, period: int | None = None) -> NDArray[np.float64]:
    """Mean of a tracked quantity, f64[dims…, T+1], or f64[dims…] at one ``period``; NaN where it has no value."""
    rows = tracked_rows(simulation, tracked, period)
    if simulation.controlled is not None:
        return np.where(rows >= 0, simulation.controlled.means[rows], np.nan)
    return _of_rows(rows, simulation.tally.mean)


def tracked_mean_se(simulation: Simulation, tracked: Tracked) -> NDArray[np.float64]:
    """Monte Carlo standard error of :func:`tracked_mean`, f64[dims…, T+1]; NaN where there is no value.

    The standard deviation by √n where trajectories are independent; from replications where a method spreads them;
    from what control variates leave over where there are any.
    """
    rows = tracked_rows(simulation, tracked, None)
    if simulation.controlled is not None:
        return np.where(rows >= 0, simulation.controlled.means_se[rows], np.nan)
    return _of_rows(rows, (simulation.spread or simulation.tally).mean_se)


def tracked_sd(simulation: Simulation, tracked: Tracked) -> NDArray[np.float64]:
    """Sample standard deviation over trajectories, f64[dims…, T+1]; NaN where there are fewer than two values."""
    return _of_rows(tracked_rows(simulation, tracked, None), simulation.tally.sd)


def tracked_rows(simulation: Simulation, tracked: Tracked, period: int | None) -> NDArray[np.int64]:
    """The tally's rows of a tracked quantity, i64[dims…, T+1] or i64[dims…]; −1 where no value exists."""
    scenario = simulation.scenario
    shape = tuple(len(scenario.dimensions[dimension]) for dimension in tracked.dims)
    rows = np.arange(tracked.elements * (scenario.periods + 1), dtype=np.int64).reshape(*shape, scenario.periods + 1)
    rows += tracked.first_element * (scenario.periods + 1)
    rows[..., : tracked.first_period] = -1
    return rows if period is None else rows[..., period]


def _of_rows(rows: NDArray[np.int64], figure: Callable[[int], float]) -> NDArray[np.float64]:
    """A figure of each row of the tally; NaN where the number of the row is negative."""
    found = [figure(row) if row >= 0 else np.nan for row in rows.ravel().tolist()]
    return np.asarray(found, dtype=np.float64).reshape(rows.shape)


def _quantiles(simulation: Simulation, row: int, probabilities: Sequence[float]) -> NDArray[np.float64]:
    return np.asarray(simulation.tally.quantile(row, probabilities), dtype=np.float64)
