"""Standard errors from the curvature of a log-likelihood: the observed information of Fisher.

Central differences with steps of a twentieth of a standard error, so that neither rounding nor the fourth derivative
matters. Source: Efron and Hinkley 1978, *Biometrika* 65, 457–482.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "covariance_from", "observed_information"]

Array: TypeAlias = NDArray[np.float64]
_STEP = 0.05


def observed_information(log_likelihood: Callable[[Array], float], at: Array) -> Array:
    """The negative matrix of second derivatives at a maximum, f64[p, p]; nan where the function is not finite."""
    size = len(at)
    steps = np.full(size, 1e-3)
    best = log_likelihood(at)
    for _ in range(3):
        for j in range(size):
            move = np.zeros(size)
            move[j] = steps[j]
            curvature = (2 * best - log_likelihood(at + move) - log_likelihood(at - move)) / steps[j] ** 2
            if curvature > 0:
                steps[j] = float(np.clip(_STEP / np.sqrt(curvature), steps[j] / 30, 30 * steps[j]))
    information = np.empty((size, size))
    for i in range(size):
        for j in range(i + 1):
            total = 0.0
            for sign_i, sign_j in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
                move = np.zeros(size)
                move[i] += sign_i * steps[i]
                move[j] += sign_j * steps[j]
                total += sign_i * sign_j * log_likelihood(at + move)
            information[i, j] = information[j, i] = -total / (4 * steps[i] * steps[j])
    return information


def covariance_from(information: Array) -> Array:
    """The inverse of the information, or all nan where it is not positive definite (a parameter is not identified)."""
    try:
        np.linalg.cholesky(information)
        return np.asarray(np.linalg.inv(information))
    except np.linalg.LinAlgError:
        return np.full_like(information, np.nan)
