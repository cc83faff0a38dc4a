"""Ruin and runway from the counts of first passages.

``first_passage`` is int64[T + 2]: how many trajectories were ruined first in period 0 … T and, last, how many never.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["ruin_probability", "ruin_probability_se", "runway_quantiles"]


def ruin_probability(first_passage: NDArray[np.int64]) -> NDArray[np.float64]:
    """The share ruined by the end of periods 0 … T: float64[T + 1]; NaN of no trajectories."""
    trajectories = int(first_passage.sum())
    if trajectories == 0:
        return np.full(len(first_passage) - 1, np.nan)
    return np.cumsum(first_passage[:-1]) / trajectories


def ruin_probability_se(first_passage: NDArray[np.int64]) -> NDArray[np.float64]:
    """The Monte Carlo standard error √(p(1 − p)/n) of :func:`ruin_probability`: float64[T + 1]."""
    probability = ruin_probability(first_passage)
    return np.sqrt(probability * (1.0 - probability) / max(int(first_passage.sum()), 1))


def runway_quantiles(first_passage: NDArray[np.int64], probabilities: ArrayLike) -> NDArray[np.float64]:
    """The first period by whose end a share p is ruined, for each p; inf where too few ever are.

    The inverse of the distribution function, so that a runway is always a whole number of periods.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    trajectories = int(first_passage.sum())
    if trajectories == 0:
        return np.full(p.shape, np.nan)
    periods = np.append(np.arange(len(first_passage) - 1, dtype=np.float64), np.inf)
    needed = np.maximum(np.ceil(p * trajectories * (1.0 - 2.0**-52)), 1.0)
    return periods[np.searchsorted(np.cumsum(first_passage), needed)]
