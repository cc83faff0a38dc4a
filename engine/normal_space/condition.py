"""What trajectories are put under: a condition as a family of log-weights, from none to the one that is meant.

:mod:`burncast.engine.conditioning` goes through it level by level.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.portable import exp
from burncast.engine.normal_space.given import GivenOutcomes
from burncast.engine.normal_space.informed_moves import Residuals

__all__ = ["Condition", "Exceedance", "Likelihood", "Score"]

Floats = NDArray[np.float64]
Score = Callable[[GivenOutcomes], Floats]


class Condition(Protocol):
    """A family of log-weights on trajectories, from none at ``first`` to the one that is meant at ``last``."""

    @property
    def first(self) -> float:
        """The level at which every weight is 1."""
        ...

    @property
    def last(self) -> float:
        """The level that is meant."""
        ...

    def log_weight(self, values: Floats, level: float) -> Floats:
        """Log-weights float64[N] at a level; −inf excludes."""
        ...

    def values(self, outcomes: GivenOutcomes) -> Floats:
        """What weights depend on, float64[N], from outcomes."""
        ...

    def following(self, values: Floats, level: float) -> float:
        """The next level for particles with these values, greater than ``level`` and at most ``last``."""
        ...


@dataclass(frozen=True, slots=True)
class Exceedance:
    """{score ≥ threshold}, through levels that a share of the particles reaches."""

    score: Score
    threshold: float
    share: float = 0.25

    @property
    def first(self) -> float:
        """No level at all."""
        return -math.inf

    @property
    def last(self) -> float:
        """The threshold."""
        return self.threshold

    def values(self, outcomes: GivenOutcomes) -> Floats:
        """The scores."""
        return self.score(outcomes)

    def log_weight(self, values: Floats, level: float) -> Floats:
        """0 where the level is reached."""
        return np.where(values >= level, 0.0, -math.inf)

    def following(self, values: Floats, level: float) -> float:
        """The greatest level that the share reaches, or the next score above where many are equal."""
        reached = float(np.sort(values)[int((1.0 - self.share) * len(values))])
        if reached <= level:
            above = values[values > level]
            reached = float(above.min()) if len(above) else self.threshold
        return min(reached, self.threshold)


@dataclass(frozen=True, slots=True)
class Likelihood:
    """A log-likelihood, tempered: its power grows as fast as half of the particles keep their say.

    ``residuals`` are where moves learn from which directions it informs; they need not be exact.
    """

    log_likelihood: Score
    residuals: Residuals | None = None
    share: float = 0.5
    first: float = 0.0
    last: float = 1.0

    def values(self, outcomes: GivenOutcomes) -> Floats:
        """The log-likelihoods; −inf where a trajectory failed."""
        return np.where(outcomes.failed, -math.inf, self.log_likelihood(outcomes))

    def log_weight(self, values: Floats, level: float) -> Floats:
        """The power of the likelihood; nothing is excluded at level 0."""
        return np.zeros(len(values)) if level == 0.0 else level * values

    def following(self, values: Floats, level: float) -> float:
        """By bisection, the power at which the effective sample size is ``share`` of the particles."""
        low, high = level, self.last
        if values.max() == -math.inf:
            return high
        if _effective(values, high - level) >= self.share * len(values):
            return high
        for _ in range(60):
            middle = 0.5 * (low + high)
            if _effective(values, middle - level) >= self.share * len(values):
                low = middle
            else:
                high = middle
        return high


def _effective(values: Floats, power: float) -> float:
    """Effective sample size of weights exp(power·values)."""
    scaled = power * values
    weights = exp(scaled - scaled.max())
    return float(weights.sum() ** 2 / (weights**2).sum())
