"""The figure that a condition compares, with its 95 % Monte Carlo interval.

Probabilities have Wilson's score interval (1927), which is sound at zero too; quantiles the order statistics at
p ± 1.96 √(p(1 − p)/n); means ± 1.96 standard errors.
"""

from __future__ import annotations

import math

from burncast.engine.simulate import Simulation
from burncast.outputs.results import estimates
from burncast.outputs.results.conditions import Condition, evaluate
from burncast.outputs.results.variables import mean_name

__all__ = ["figure_band", "probability_band", "worth"]

Z = 1.959963984540054


def figure_band(condition: Condition, simulation: Simulation) -> tuple[float, float, float]:
    """(low, figure, high) of a checked condition."""
    value = evaluate(condition, simulation)
    count = simulation.trajectories
    if condition.name == "ruin_probability":
        if simulation.replications is None:
            return probability_band(value, count)
        period = simulation.scenario.periods if condition.at is None else int(condition.at)
        error = float(estimates.ruin_probability_se(simulation)[period])
        return probability_band(value, worth(value, error, simulation.independent))
    if condition.name in ("runway", "funding_need"):
        probability = condition.at if condition.at is not None else 0.5
        half = Z * math.sqrt(probability * (1 - probability) / count)
        ends = [max(probability - half, 1e-12), min(probability + half, 1 - 1e-12)]
        read = estimates.runway if condition.name == "runway" else estimates.funding_need
        low, high = (float(end) for end in read(simulation, ends))
        return min(low, value), value, max(high, value)
    tracked = next(one for one in simulation.tracked if mean_name(one.name) == condition.name)
    period = simulation.scenario.periods if condition.at is None else int(condition.at)
    element = 0
    for label, labels in zip(condition.labels, tracked.labels, strict=True):
        element = element * len(labels) + labels.index(label)
    row = (tracked.first_element + element) * (simulation.scenario.periods + 1) + period
    half = Z * simulation.tally.mean_se(row)
    return value - half, value, value + half


def worth(share: float, error: float, independent: int) -> float:
    """How many independent trajectories a share with this standard error is worth; ``independent`` where that is 0.

    >>> round(worth(0.5, 0.05, 16))
    100
    """
    return share * (1.0 - share) / error**2 if error > 0.0 else independent


def probability_band(value: float, count: float) -> tuple[float, float, float]:
    """(low, share, high) of a share of so many independent trajectories."""
    centre = (value + Z * Z / (2 * count)) / (1 + Z * Z / count)
    half = Z / (1 + Z * Z / count) * math.sqrt(value * (1 - value) / count + Z * Z / (4 * count * count))
    return max(min(centre - half, value), 0.0), value, min(max(centre + half, value), 1.0)
