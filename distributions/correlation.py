"""Correlation between normals: repair of an invalid matrix, its factor, and what a Student-t copula needs.

*Repair.* The nearest correlation matrix in the Frobenius norm, by alternating projections with Dykstra's correction
(Higham, IMA J. Numer. Anal. 22, 2002, algorithm 3.3).

*Student-t copula* (Demarta & McNeil, Int. Stat. Rev. 73, 2005). With y correlated standard normals and one further
independent normal w shared by the group, t = y·√(df/χ²), where χ² is the chi-squared quantile (df degrees of freedom)
of Φ(w), is multivariate Student t, and z = Φ⁻¹(T_df(t)) is standard normal again, with the t copula. Both maps are
tables.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray, positive
from burncast.distributions.portable import exp, log, log1p, sinh
from burncast.distributions.symmetric import eigenvectors, product
from burncast.distributions.transport import Table, tabulate

__all__ = ["check_correlation", "cholesky_factor", "nearest_correlation", "t_copula_tables", "t_quantile_table"]

MOST_PROJECTIONS = 10_000
CONVERGED = 1e-13
LEAST_DF = 1.0


def check_correlation(matrix: ArrayLike) -> FloatArray:
    """The matrix as floats, refused unless it is square, symmetric, of unit diagonal and within [−1, 1]."""
    given = np.asarray(matrix, dtype=np.float64)
    if given.ndim != 2 or given.shape[0] != given.shape[1]:
        raise LawError("the correlation matrix is not square", argument="matrix", expected="as many rows as columns")
    for row, column in np.argwhere(~(np.abs(given) <= 1)):
        message = f"the correlation of {row + 1} with {column + 1} is {given[row, column]:g}"
        raise LawError(message, argument="matrix", expected="numbers from −1 to 1")
    for row, column in np.argwhere(given != given.T):
        message = f"entry {row + 1}, {column + 1} is {given[row, column]:g} and entry {column + 1}, {row + 1} is "
        raise LawError(message + f"{given[column, row]:g}", argument="matrix", expected="a symmetric matrix")
    if np.any(np.diag(given) != 1):
        raise LawError("the diagonal is not 1", argument="matrix", expected="1 along the diagonal")
    return given


def nearest_correlation(matrix: ArrayLike) -> tuple[FloatArray, float]:
    """The nearest positive semidefinite matrix of unit diagonal, and its Frobenius distance from ``matrix`` [k, k].

    A matrix that is valid already comes back unchanged, with distance 0.
    """
    given = check_correlation(matrix)
    size = len(given)
    if np.all(np.diag(_factor(given + CONVERGED * size * np.eye(size), 0.0)) > 0):
        return given.copy(), 0.0
    nearest, correction, vectors = given.copy(), np.zeros_like(given), np.eye(size)
    for _ in range(MOST_PROJECTIONS):
        shifted = nearest - correction
        projected, vectors = _semidefinite(shifted, vectors)
        correction = projected - shifted
        following = projected.copy()
        np.fill_diagonal(following, 1.0)
        change = float(np.max(np.abs(following - nearest)))
        nearest = following
        if change < CONVERGED:
            break
    valid, _ = _semidefinite(nearest, np.eye(size))
    deviations = np.sqrt(np.diag(valid))
    valid = np.clip((valid + valid.T) / (2 * np.outer(deviations, deviations)), -1.0, 1.0)
    np.fill_diagonal(valid, 1.0)
    return valid, float(np.sqrt(np.sum((valid - given) ** 2)))


def cholesky_factor(matrix: ArrayLike) -> FloatArray:
    """Lower-triangular L with L·Lᵀ = ``matrix`` [k, k], positive semidefinite: a singular matrix has zero columns.

    >>> cholesky_factor([[1.0, 1.0], [1.0, 1.0]]).tolist()
    [[1.0, 0.0], [1.0, 0.0]]
    """
    return _factor(matrix, 1e-12 * len(np.asarray(matrix)))


@lru_cache(maxsize=64)
def t_copula_tables(df: float, z_limit: float = 8.5) -> tuple[Table, Table]:
    """The tables (stretch, normalise) of the t copula with ``df`` degrees of freedom.

    ``stretch``: w → √(df/χ²), for the shared normal w, falling in w. ``normalise``: s → z, where s = asinh(t/√df), that
    is sign(t)·log(v + √(v² + 1)) with v = |t|/√df: on this scale the map is smooth and nearly straight however heavy
    the tails are.
    """
    positive(df, "df")
    if df < LEAST_DF:
        raise LawError(f"df is {df:g}", argument="df", expected="at least 1 degree of freedom")
    most = math.asinh(-float(special.stdtrit(df, float(special.ndtr(-z_limit)))) / math.sqrt(df))

    def stretch(w: FloatArray) -> tuple[FloatArray, FloatArray]:
        tail = np.asarray(special.ndtr(-np.abs(w)))
        lower, upper = special.gammaincinv(df / 2, tail), special.gammainccinv(df / 2, tail)
        half = np.asarray(np.where(w <= 0, lower, upper), dtype=np.float64)
        density = exp(special.xlogy(df / 2 - 1, half) - half - special.gammaln(df / 2))
        value = np.sqrt(df / 2 / half)
        return value, -value / (2 * half) * exp(-0.5 * w * w) / np.sqrt(2 * np.pi) / density

    def normalise(s: FloatArray) -> tuple[FloatArray, FloatArray]:
        ratio = sinh(s)
        tail = np.asarray(special.stdtr(df, -np.sqrt(df) * np.abs(ratio)), dtype=np.float64)
        z = np.where(s == 0, 0.0, np.copysign(special.ndtri(tail), s))
        density = exp(-df / 2 * log1p(ratio * ratio) - special.betaln(df / 2, 0.5))
        return z, density / (exp(-0.5 * z * z) / np.sqrt(2 * np.pi))

    return tabulate(stretch, -z_limit, z_limit, scale=1.0), tabulate(normalise, -most, most, scale=1.0)


@lru_cache(maxsize=64)
def t_quantile_table(df: float, z_limit: float = 8.5) -> Table:
    """The inverse of ``normalise``: z → asinh(t/√df), with t the quantile of Student's law at Φ(z)."""
    positive(df, "df")

    def quantile(z: FloatArray) -> tuple[FloatArray, FloatArray]:
        ratio = np.asarray(special.stdtrit(df, special.ndtr(-np.abs(z)))) / -np.sqrt(df)
        s = np.copysign(log(ratio + np.sqrt(1 + ratio * ratio)), z)
        density = exp(-df / 2 * log1p(ratio * ratio) - special.betaln(df / 2, 0.5))
        return s, exp(-0.5 * z * z) / np.sqrt(2 * np.pi) / density

    return tabulate(quantile, -z_limit, z_limit, scale=1.0)


def _factor(matrix: ArrayLike, least_pivot: float) -> FloatArray:
    """The Cholesky factor, without the columns whose pivot is ``least_pivot`` or less."""
    remaining = np.array(matrix, dtype=np.float64)
    factor = np.zeros_like(remaining)
    for k in range(len(remaining)):
        pivot = remaining[k, k]
        if pivot > least_pivot:
            factor[k:, k] = remaining[k:, k] / np.sqrt(pivot)
            remaining[k:, k:] -= np.outer(factor[k:, k], factor[k:, k])
    return factor


def _semidefinite(matrix: FloatArray, vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The nearest positive semidefinite matrix, and the eigenvectors, for which ``vectors`` are a guess."""
    values, vectors = eigenvectors(matrix, vectors)
    return product(vectors * np.maximum(values, 0.0), vectors.T), vectors
