"""Quantiles from the bins of log-linear histograms, of many rows at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from burncast.engine.statistics.bins import BINS, bin_starts, bin_widths

__all__ = ["Pages", "quantiles_of_pages"]

NEGATIVE, NOT_FINITE = 2048, 2047

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class Pages(NamedTuple):
    """The histograms of some rows: ``rows`` int64[pages], ascending, says whose page it is, counted from 0; ``tops``
    int64[pages] are the top 12 bits of the values in it, ``counts`` [pages, 256] its bins.
    """

    rows: Integers
    tops: Integers
    counts: NDArray[np.unsignedinteger]


def quantiles_of_pages(
    pages: Pages, low: Floats, high: Floats, whole: NDArray[np.bool_], probabilities: Floats
) -> Floats:
    """Quantiles by linear interpolation between order statistics (Hyndman and Fan 1996, type 7), f64[rows, q].

    ``low`` and ``high`` f64[rows] are the exact extremes of the rows, ``probabilities`` f64[q] in [0, 1]. An order
    statistic is placed in its bin by its rank among the values there; the first and the last are the extremes. Where
    all values of a row are ``whole`` bool[rows] numbers, so is an order statistic: a bin below 512 holds only one. NaN
    where a row has no values, or a NaN.
    """
    result = np.full((len(low), len(probabilities)), np.nan)
    if not np.all((probabilities >= 0.0) & (probabilities <= 1.0)):
        raise ValueError(f"probabilities must lie in [0, 1], not {probabilities}")
    totals = pages.counts.sum(axis=1, dtype=np.int64)
    unordered = ((pages.tops & NOT_FINITE) == NOT_FINITE) & (totals > pages.counts[:, 0])
    number = np.bincount(pages.rows, totals, len(low)).astype(np.int64)
    number[pages.rows[unordered]] = 0
    known = np.flatnonzero(number)
    if len(known) == 0:
        return result

    is_negative = pages.tops >= NEGATIVE
    place = pages.rows * (2 * NEGATIVE) + np.where(is_negative, 2 * NEGATIVE - 1 - pages.tops, NEGATIVE + pages.tops)
    order = np.argsort(place, kind="stable")
    after = np.cumsum(totals[order])
    first = np.searchsorted(pages.rows[order], known)
    before = np.where(first > 0, after[first - 1], 0)

    position = probabilities * (number[known, None] - 1)
    below = np.floor(position)
    ranks = np.concatenate([below, np.ceil(position)], axis=1).astype(np.int64)
    met = np.searchsorted(after, before[:, None] + ranks, side="right")
    page = order[met]
    inside = before[:, None] + ranks - (after[met] - totals[page])
    keys, share = _bins(pages, page.reshape(-1), inside.reshape(-1))
    values = _placed(
        keys.reshape(ranks.shape),
        share.reshape(ranks.shape),
        low[known, None],
        high[known, None],
        whole[known, None],
    )
    values = np.where(
        ranks == 0, low[known, None], np.where(ranks == number[known, None] - 1, high[known, None], values)
    )
    least, greatest = np.split(values, 2, axis=1)
    weight = position - below
    with np.errstate(invalid="ignore"):
        between = (1.0 - weight) * least + weight * greatest
    inner = np.clip(between, low[known, None], high[known, None])
    result[known] = np.where(least == greatest, least, inner)
    return result


def _bins(pages: Pages, page: Integers, inside: Integers) -> tuple[Integers, Floats]:
    """The keys of the bins in which the values of rank ``inside`` lie among those of their pages, and the share of the
    bin's values below each.
    """
    met, place = np.unique(page, return_inverse=True)
    counts = pages.counts[met].astype(np.int64)
    is_negative = pages.tops[met] >= NEGATIVE
    counts[is_negative] = counts[is_negative, ::-1]
    found, after = counts.reshape(-1), np.cumsum(counts)
    before = after[BINS - 1 :: BINS] - counts.sum(axis=1)
    rank = before[place] + inside
    where = np.searchsorted(after, rank, side="right")
    share = (rank - (after[where] - found[where]) + 0.5) / found[where]
    inner = where - BINS * place
    return pages.tops[page] << 8 | np.where(is_negative[place], BINS - 1 - inner, inner), share


def _placed(keys: Integers, share: Floats, low: Floats, high: Floats, whole: NDArray[np.bool_]) -> Floats:
    """Values at these shares of their bins, within the extremes."""
    negative = keys >> 8 >= NEGATIVE
    start, width = bin_starts(keys), bin_widths(keys)
    finite = (keys >> 8) & NOT_FINITE != NOT_FINITE
    magnitude = np.abs(start) + np.where(finite & (np.abs(start) > 0.0), width, 0.0) * np.where(
        negative, 1.0 - share, share
    )
    counted = np.where(finite & (width <= 1.0), np.ceil(np.abs(start)), np.floor(magnitude))
    magnitude = np.where(whole, counted, magnitude)
    return np.asarray(np.clip(np.where(negative, -magnitude, magnitude), low, high))
