"""What a sample alone says of its distribution function: steps at the values, for pictures of a fit.

Complete rows give the weighted empirical distribution function, rows censored on one side the product-limit estimate
(Kaplan & Meier, JASA 53 (1958) 457–481; with delayed entry where rows are truncated from below), and intervals the
estimate of Turnbull (JRSS B 38 (1976) 290–295), which puts its mass where intervals begin and end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.sample import Array, Sample

__all__ = ["empirical_cdf"]

_ROUNDS = 300
_MOST_CELLS = 400


def empirical_cdf(sample: Sample) -> tuple[Array, Array] | None:
    """Ascending values f64[m] and the distribution function at each; None where the rows do not tell one.

    Rows that are recorded in a window which is the same for all tell the law within that window.
    """
    right, left = np.isinf(sample.high), np.isinf(sample.low)
    one_window = (
        np.ptp(np.nan_to_num(sample.truncated_below)) == 0 and np.ptp(np.nan_to_num(sample.truncated_above)) == 0
    )
    if not one_window and np.isfinite(sample.truncated_above).any():
        return None
    if np.all(sample.exact | right):
        entry = np.full(len(sample), -np.inf) if one_window else sample.truncated_below
        return _product_limit(np.where(right, sample.low, sample.high), sample.exact, entry, sample.weights)
    if not one_window:
        return None
    if np.all(sample.exact | left):
        never = np.full(len(sample), -np.inf)
        values, below = _product_limit(-np.where(left, sample.high, sample.low), sample.exact, never, sample.weights)
        return -values[::-1], 1 - np.concatenate([[0.0], below[:-1]])[::-1]
    return _turnbull(sample)


def _product_limit(times: Array, seen: NDArray[np.bool_], entry: Array, weights: Array) -> tuple[Array, Array]:
    values = np.unique(times[seen])
    order, late = np.argsort(times), np.argsort(entry)
    gone = np.concatenate([[0.0], np.cumsum(weights[order])])
    come = np.concatenate([[0.0], np.cumsum(weights[late])])
    at_risk = come[np.searchsorted(entry[late], values, side="left")]
    at_risk = at_risk - gone[np.searchsorted(times[order], values, side="left")]
    events = np.zeros(len(values))
    np.add.at(events, np.searchsorted(values, times[seen]), weights[seen])
    survival = np.cumprod(1 - np.clip(events / np.maximum(at_risk, 1e-300), 0.0, 1.0))
    return values, 1 - survival


def _turnbull(sample: Sample) -> tuple[Array, Array] | None:
    edges = np.unique(np.concatenate([sample.low, sample.high]))
    edges = edges[np.isfinite(edges)]
    if len(edges) > _MOST_CELLS:
        edges = np.quantile(edges, np.linspace(0, 1, _MOST_CELLS))
    cells = np.concatenate([[-np.inf], edges, [np.inf]])
    # Cell j is the open interval (cells[j], cells[j+1]); exact values belong to the cell that ends with them.
    first = np.searchsorted(edges, sample.low, side="right")
    last = np.searchsorted(edges, sample.high, side="left")
    number = np.arange(len(cells) - 1)
    inside = (number >= np.minimum(first, last)[:, None]) & (number <= last[:, None])
    mass = np.full(len(number), 1 / len(number))
    for _ in range(_ROUNDS):
        share = inside * mass
        mass = sample.weights @ (share / np.maximum(share.sum(axis=1, keepdims=True), 1e-300)) / sample.size
    return edges, np.cumsum(mass)[: len(edges)]
