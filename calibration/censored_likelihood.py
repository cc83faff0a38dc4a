"""The likelihood of censored, truncated and weighted rows, for many fits at once.

A row that was observed exactly counts with its density, one known to lie in [low, high] with the probability of that
interval, both divided by the probability of the window in which it would have been recorded; a weight multiplies the
logarithm. For counts the ends of intervals are included. Source: Meeker & Escobar, Statistical Methods for Reliability
Data, Wiley 1998, ch. 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.fitted_families import FittedFamily
from burncast.calibration.sample import Array, Sample

__all__ = ["Rows", "interval_probability", "log_likelihood", "log_likelihood_of_rows", "rows_of"]

_LEAST = 1e-300


@dataclass(frozen=True)
class Rows:
    """What was observed, f64[fits, n] or f64[1, n] where all fits share it, and the weights of the rows."""

    low: Array
    high: Array
    weights: Array
    truncated_below: Array
    truncated_above: Array
    all_exact: bool
    truncated: bool

    def of(self, fits: slice | NDArray[np.int64] | NDArray[np.bool_]) -> Rows:
        """The rows of some of the fits."""

        def part(values: Array) -> Array:
            return values if len(values) == 1 else values[fits]

        return Rows(
            part(self.low),
            part(self.high),
            part(self.weights),
            self.truncated_below,
            self.truncated_above,
            self.all_exact,
            self.truncated,
        )


def rows_of(sample: Sample, weights: Array | None = None) -> Rows:
    """The rows of one sample, shared by as many fits as ``weights`` f64[fits, n] has lines."""
    return Rows(
        sample.low[None],
        sample.high[None],
        sample.weights[None] if weights is None else weights,
        sample.truncated_below[None],
        sample.truncated_above[None],
        bool(sample.exact.all()),
        sample.truncated,
    )


def log_likelihood(family: FittedFamily, theta: tuple[Array, ...], rows: Rows) -> Array:
    """The weighted log-likelihood of each fit, f64[fits], for parameters f64[fits, 1]."""
    terms = log_likelihood_of_rows(family, theta, rows)
    with np.errstate(invalid="ignore"):
        weighted = np.where(rows.weights > 0, rows.weights * terms, 0.0)
    return np.asarray(weighted.sum(axis=-1))


def log_likelihood_of_rows(family: FittedFamily, theta: tuple[Array, ...], rows: Rows) -> Array:
    """The log-likelihood of each row without its weight, f64[fits, n]."""
    if rows.all_exact:
        terms = family.log_density(rows.low, *theta)
    else:
        exact = rows.low == rows.high
        within = interval_probability(family, theta, rows.low, rows.high)
        at = np.where(exact, rows.low, 1.0)
        density = np.where(exact, family.log_density(at, *theta), 0.0)
        terms = np.where(exact, density, np.log(np.maximum(within, _LEAST)))
    if rows.truncated:
        window = interval_probability(family, theta, rows.truncated_below, rows.truncated_above)
        terms = terms - np.log(np.maximum(window, _LEAST))
    return np.asarray(terms)


def interval_probability(family: FittedFamily, theta: tuple[Array, ...], low: Array, high: Array) -> Array:
    """P(low ≤ X ≤ high), from the tail in which the interval lies; an end may be infinite."""
    least = np.where(np.isfinite(low), low, 0.0) - (1.0 if family.discrete else 0.0)
    most = np.where(np.isfinite(high), high, 0.0)
    below_low = np.where(np.isfinite(low), family.cdf(least, *theta), 0.0)
    above_low = np.where(np.isfinite(low), family.sf(least, *theta), 1.0)
    below_high = np.where(np.isfinite(high), family.cdf(most, *theta), 1.0)
    above_high = np.where(np.isfinite(high), family.sf(most, *theta), 0.0)
    upper = below_low > 0.5
    return np.maximum(np.where(upper, above_low - above_high, below_high - below_low), 0.0)
