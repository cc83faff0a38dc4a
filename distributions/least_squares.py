"""Small nonlinear least squares by Levenberg–Marquardt, for fits of two to four parameters, and linear ones.

Nocedal & Wright, Numerical Optimization, 2nd ed., §10.3; the Jacobian is by central differences, and by one-sided ones
where there are as many residuals as parameters, because a root does not depend on its accuracy. A residual that is not
finite marks a point that cannot be (a parameter outside its range), and the step to it is shortened.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from burncast.distributions.law import FloatArray
from burncast.distributions.symmetric import product

__all__ = ["least_squares", "linear_least_squares"]

MOST_ITERATIONS = 200
CENTRAL, ONE_SIDED = 1e-6, 1e-8


def least_squares(residuals: Callable[[FloatArray], FloatArray], start: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The parameters near ``start`` that minimise the sum of squares, and the residuals there."""
    theta, damping = start, 1e-4
    current = residuals(theta)
    for _ in range(MOST_ITERATIONS):
        if np.max(np.abs(current)) < 2e-14 or not np.all(np.isfinite(current)):
            break
        jacobian = _jacobian(residuals, theta, current)
        if not np.all(np.isfinite(jacobian)):
            break
        normal, gradient = product(jacobian.T, jacobian), np.sum(jacobian * current[:, None], axis=0)
        scale = np.diag(normal) + 1e-30
        improved = False
        while damping < 1e12:
            step = -_solution(normal + np.diag(damping * scale), gradient)
            trial = residuals(theta + step)
            if np.all(np.isfinite(trial)) and np.sum(trial**2) < np.sum(current**2):
                improved = True
                break
            damping *= 8
        if not improved:
            break
        theta, current, damping = theta + step, trial, max(damping / 20, 1e-15)
        if np.all(np.abs(step) <= 1e-15 * (1 + np.abs(theta))):
            break
    return theta, current


def linear_least_squares(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """The x[k] with the least sum of squares of ``matrix``[n, k]·x − ``right``[n], of full rank, n ≥ k.

    Gram–Schmidt with every column made orthogonal twice (Giraud, Langou & Rozložník, Numer. Math. 101, 2005).
    """
    count = matrix.shape[1]
    columns: list[FloatArray] = []
    triangle = np.zeros((count, count))
    for k in range(count):
        column = matrix[:, k].copy()
        for _ in range(2):
            for place, earlier in enumerate(columns):
                share = float(np.sum(earlier * column))
                triangle[place, k] += share
                column = column - share * earlier
        triangle[k, k] = float(np.sqrt(np.sum(column * column)))
        columns.append(column / triangle[k, k])
    x = np.zeros(count)
    for k in range(count - 1, -1, -1):
        x[k] = (np.sum(columns[k] * right) - np.sum(triangle[k, k + 1 :] * x[k + 1 :])) / triangle[k, k]
    return x


def _jacobian(residuals: Callable[[FloatArray], FloatArray], theta: FloatArray, current: FloatArray) -> FloatArray:
    square = len(current) == len(theta)
    columns = []
    for index in range(len(theta)):
        nudge = np.zeros(len(theta))
        nudge[index] = (ONE_SIDED if square else CENTRAL) * (1 + abs(theta[index]))
        if square:
            columns.append((residuals(theta + nudge) - current) / nudge[index])
        else:
            columns.append((residuals(theta + nudge) - residuals(theta - nudge)) / (2 * nudge[index]))
    return np.stack(columns, axis=1)


def _solution(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """The solution of a positive definite system, by elimination: nan or infinite where a pivot is lost."""
    rows = np.column_stack([matrix, right])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for k in range(len(rows)):
            rows[k] /= rows[k, k]
            others = np.arange(len(rows)) != k
            rows[others] -= np.outer(rows[others, k], rows[k])
    return rows[:, -1]
