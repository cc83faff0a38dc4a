"""How far a sample lies from a fitted law: Kolmogorov–Smirnov, Cramér–von Mises and Anderson–Darling.

Every row becomes an interval of the unit line, through the fitted distribution function in its own window of recording:
a single point for an exact value, [F(low), F(high)] for a censored one and for a count (whose probability is spread
evenly over its step). Under the law these rows are uniform on average, and what is known only as an interval counts as
uniform within it, so that censoring takes evidence away and adds none. The distances from the uniform law are

    KS = sup |Fₙ(u) − u|,  CvM = n ∫ (Fₙ − u)² du,  AD = n ∫ (Fₙ − u)²/(u(1 − u)) du.

What they would be under the law is found by a parametric bootstrap that fits again in every replicate
(:mod:`burncast.calibration.parametric_bootstrap`), for a law that was fitted lies closer to its sample than the true
one. Source: D'Agostino & Stephens, Goodness-of-Fit Techniques, Dekker 1986, ch. 4; Stute, Gonzáles Manteiga & Presedo
Quindimil, Metrika 40 (1993) 243–256, on the bootstrap.
"""

from __future__ import annotations

import numpy as np

from burncast.calibration.censored_likelihood import Rows
from burncast.calibration.fitted_families import FittedFamily
from burncast.calibration.sample import Array

__all__ = ["STATISTICS", "distances", "uniform_intervals"]

STATISTICS = ("KS", "CvM", "AD")

_GRID = 512
_NARROW = 1e-9


def uniform_intervals(family: FittedFamily, theta: tuple[Array, ...], rows: Rows) -> tuple[Array, Array]:
    """The rows on the unit line: lower and upper ends f64[fits, n]."""
    least = np.where(np.isfinite(rows.low), rows.low, 0.0) - (1.0 if family.discrete else 0.0)
    most = np.where(np.isfinite(rows.high), rows.high, 0.0)
    upper = np.where(np.isfinite(rows.high), family.cdf(most, *theta), 1.0)
    if rows.all_exact and not family.discrete:
        lower = upper
    else:
        lower = np.where(np.isfinite(rows.low), family.cdf(least, *theta), 0.0)
    if rows.truncated:
        start = np.where(np.isfinite(rows.truncated_below), family.cdf(rows.truncated_below, *theta), 0.0)
        end = np.where(np.isfinite(rows.truncated_above), family.cdf(rows.truncated_above, *theta), 1.0)
        width = np.maximum(end - start, 1e-300)
        lower, upper = (lower - start) / width, (upper - start) / width
    lower, upper = np.clip(lower, 0.0, 1.0), np.clip(upper, 0.0, 1.0)
    return np.minimum(lower, upper), upper


def distances(lower: Array, upper: Array, weights: Array) -> Array:
    """KS, CvM and AD of each fit, f64[fits, 3], for intervals and weights f64[fits, n] (weights may be shared)."""
    weights = np.broadcast_to(weights, upper.shape)
    if np.array_equal(lower, upper) and np.ptp(weights) == 0:
        return _of_points(upper)
    return _of_intervals(lower, upper, weights)


def _of_points(u: Array) -> Array:
    """The classical formulas for n points."""
    n = u.shape[1]
    u = np.clip(np.sort(u, axis=1), 1e-15, 1 - 1e-15)
    i = np.arange(1, n + 1)
    ks = np.maximum((i / n - u).max(axis=1), (u - (i - 1) / n).max(axis=1))
    cvm = 1 / (12 * n) + np.sum((u - (2 * i - 1) / (2 * n)) ** 2, axis=1)
    ad = -n - np.mean((2 * i - 1) * (np.log(u) + np.log1p(-u[:, ::-1])), axis=1)
    return np.stack([ks, cvm, ad], axis=1)


def _of_intervals(lower: Array, upper: Array, weights: Array) -> Array:
    """The integrals by the midpoint rule on cells of equal width, Fₙ being a sum of ramps and steps."""
    fits = len(upper)
    total = weights.sum(axis=1)
    wide = upper - lower > _NARROW
    steepness = np.where(wide, weights / np.where(wide, upper - lower, 1.0), 0.0)
    row = np.arange(fits)[:, None] * (_GRID + 1)

    def summed(at: Array, amounts: Array) -> Array:
        """Σ of the amounts at points below each midpoint."""
        cell = np.clip(np.ceil(at * _GRID - 0.5), 0, _GRID).astype(np.int64)
        flat = np.bincount((row + cell).ravel(), amounts.ravel(), minlength=fits * (_GRID + 1))
        return np.asarray(np.cumsum(flat.reshape(fits, _GRID + 1), axis=1)[:, :_GRID], dtype=np.float64)

    u = (np.arange(_GRID) + 0.5) / _GRID
    ramps = u * summed(lower, steepness) - summed(lower, steepness * lower)
    ramps -= u * summed(upper, steepness) - summed(upper, steepness * upper)
    steps = summed(upper, np.where(wide, 0.0, weights))
    gap = (ramps + steps) / total[:, None] - u
    effective = total[:, None] * gap**2
    return np.stack([np.abs(gap).max(axis=1), effective.mean(axis=1), (effective / (u * (1 - u))).mean(axis=1)], axis=1)
