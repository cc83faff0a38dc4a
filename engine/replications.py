"""The error of an estimate from independent replications.

Evenly spread trajectories depend on each other, so the binomial formula does not hold for them: it would tell the error
that independent ones have. A run by such a method is R independent replications of fewer trajectories each, and what
their estimates differ by is the error, whatever the method gains or loses.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["ruin_shares", "standard_error"]


def ruin_shares(first_passages: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of trajectories ruined by the end of each period, float64[R, T + 1], of int64[R, T + 2]."""
    ruined = np.cumsum(first_passages[:, :-1], axis=1)
    return np.asarray(ruined / first_passages.sum(axis=1, keepdims=True), dtype=np.float64)


def standard_error(estimates: NDArray[np.float64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Standard error of the mean over R replications, float64[…], of their estimates float64[R, …].

    ``sizes`` int64[R], how many trajectories each has, are the weights of the mean.
    """
    weights = (sizes / sizes.sum()).reshape(-1, *(1,) * (estimates.ndim - 1))
    mean = (weights * estimates).sum(axis=0)
    squares = (weights**2 * (estimates - mean) ** 2).sum(axis=0)
    return np.asarray(np.sqrt(squares * len(sizes) / (len(sizes) - 1)))
