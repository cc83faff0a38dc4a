"""Quantiles from the bins of a log-linear histogram."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from burncast.engine.bins import BINS, bin_starts, bin_widths

__all__ = ["quantiles_of_bins"]

NEGATIVE, NOT_FINITE = 2048, 2047


def quantiles_of_bins(
    tops: NDArray[np.int64],
    counts: NDArray[np.int64],
    low: float,
    high: float,
    probabilities: ArrayLike,
    *,
    whole: bool,
) -> NDArray[np.float64]:
    """Quantiles by linear interpolation between order statistics (Hyndman and Fan 1996, type 7).

    ``tops`` int64[pages] are the top 12 bits of values in a page, ``counts`` int64[pages, 256] its bins; ``low`` and
    ``high`` the exact extremes. An order statistic is placed in its bin by its rank among the values there;
    the first and the last are the extremes. Where all values are ``whole`` numbers, so is an order statistic: a bin
    below 512 holds only one.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    if not np.all((p >= 0.0) & (p <= 1.0)):
        raise ValueError(f"probabilities must lie in [0, 1], not {p}")
    keys = ((tops[:, None] << 8) | np.arange(BINS)).reshape(-1)
    found = counts.reshape(-1)
    keys, found = keys[found > 0], found[found > 0]
    total = int(found.sum())
    if total == 0 or np.any(((keys >> 8) & NOT_FINITE == NOT_FINITE) & (keys & 255 != 0)):
        return np.full(p.shape, np.nan)
    ascending = np.argsort(np.where(keys >> 8 >= NEGATIVE, -keys, keys), kind="stable")
    keys, found = keys[ascending], found[ascending]
    after = np.cumsum(found)

    position = p * (total - 1)
    below = np.floor(position)
    least = _order_statistics(below.astype(np.int64), keys, found, after, low, high, whole)
    greatest = _order_statistics(np.ceil(position).astype(np.int64), keys, found, after, low, high, whole)
    weight = position - below
    with np.errstate(invalid="ignore"):
        between = (1.0 - weight) * least + weight * greatest
    return np.asarray(np.where(least == greatest, least, np.clip(between, low, high)))


def _order_statistics(
    ranks: NDArray[np.int64],
    keys: NDArray[np.int64],
    found: NDArray[np.int64],
    after: NDArray[np.int64],
    low: float,
    high: float,
    whole: bool,
) -> NDArray[np.float64]:
    """The values of these ranks (0 the least), in ascending bins ``keys`` of ``found`` values, ``after`` cumulated."""
    bins = np.searchsorted(after, ranks, side="right")
    key = keys[bins]
    share = (ranks - (after[bins] - found[bins]) + 0.5) / found[bins]
    negative = key >> 8 >= NEGATIVE
    start, width = bin_starts(key), bin_widths(key)
    finite = (key >> 8) & NOT_FINITE != NOT_FINITE
    magnitude = np.abs(start) + np.where(finite & (np.abs(start) > 0.0), width, 0.0) * np.where(
        negative, 1.0 - share, share
    )
    if whole:
        magnitude = np.where(finite & (width <= 1.0), np.ceil(np.abs(start)), np.floor(magnitude))
    inner = np.clip(np.where(negative, -magnitude, magnitude), low, high)
    return np.asarray(np.where(ranks == 0, low, np.where(ranks == after[-1] - 1, high, inner)))
