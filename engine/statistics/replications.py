"""The error of an estimate from independent replications.

Evenly spread trajectories depend on each other, so the binomial formula does not hold for them: it would tell the error
that independent ones have. A run by such a method is R independent replications of fewer trajectories each, and what
their estimates differ by is the error, whatever the method gains or loses.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.draws.design import REPLICATIONS
from burncast.engine.statistics.bins import BINS, DIRECTORY, KEY_SHIFT
from burncast.engine.statistics.chunk_arrays import COUNT, SHIFT, STRANDS, SUM
from burncast.engine.statistics.exact_sums import FRACTION_BITS, fixed_point
from burncast.engine.statistics.order_statistics import Pages, quantiles_of_pages

__all__ = ["ReplicationSums", "need_keys", "ruin_shares", "standard_error"]


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


def need_keys(needs: NDArray[np.float64], first: int) -> NDArray[np.uint64]:
    """The bin and the replication of each need (≥ 0) of the trajectories from ``first`` on, in one number."""
    replication = np.arange(first, first + len(needs), dtype=np.uint64) % np.uint64(REPLICATIONS)
    return (needs.view(np.uint64) >> KEY_SHIFT) * np.uint64(REPLICATIONS) + replication


class ReplicationSums:
    """What tells the errors of means and of quantiles of the need, added up exactly.

    Of every row of a tally its sums over the trajectories t with the same t mod STRANDS, as chunks have them: a strand
    is made of two whole replications. Of the need a histogram for each replication. ``sizes`` int64[STRANDS] are the
    trajectories of the strands.
    """

    def __init__(self, rows: int) -> None:
        self.sizes: NDArray[np.int64] = np.zeros(STRANDS, np.int64)
        self._totals: list[list[int] | None] = [[0] * STRANDS for _ in range(rows)]
        self._keys: NDArray[np.uint64] = np.empty(0, np.uint64)
        self._counts: NDArray[np.int64] = np.empty(0, np.int64)

    def add_needs(self, keys: NDArray[np.uint64], counts: NDArray[np.int64]) -> None:
        """Add so many of each of these :func:`need_keys`."""
        together, place = np.unique(np.concatenate([self._keys, keys]), return_inverse=True)
        total = np.zeros(len(together), np.int64)
        np.add.at(total, place, np.concatenate([self._counts, counts]))
        self._keys, self._counts = together, total

    def need_se(self, probability: float, low: float, high: float) -> float:
        """The standard error of a quantile of the need, whose least and greatest value are given."""
        owners = (self._keys % np.uint64(REPLICATIONS)).astype(np.int64)
        keys = (self._keys // np.uint64(REPLICATIONS)).astype(np.int64)
        held, page = np.unique(owners * DIRECTORY + keys // BINS, return_inverse=True)
        counts = np.zeros((len(held), BINS), np.uint64)
        counts[page, keys % BINS] = self._counts.astype(np.uint64)
        quantiles = quantiles_of_pages(
            Pages(held // DIRECTORY, held % DIRECTORY, counts),
            np.full(REPLICATIONS, low),
            np.full(REPLICATIONS, high),
            np.zeros(REPLICATIONS, np.bool_),
            np.array([probability]),
        )
        sizes = np.bincount(owners, self._counts, REPLICATIONS)
        return float(standard_error(quantiles[:, 0], sizes))

    def add(self, moments: NDArray[np.float64], trajectories: int) -> None:
        """Add a chunk that begins with strand 0: its ``moments`` float64[rows, MOMENTS] of so many trajectories."""
        sizes = (trajectories - np.arange(STRANDS) + STRANDS - 1) // STRANDS
        self.sizes += sizes
        counts = sizes.tolist()
        for row in np.flatnonzero(moments[:, COUNT]).tolist():
            totals = self._totals[row]
            if totals is None:
                continue
            try:
                shift = fixed_point(float(moments[row, SHIFT]))
                sums = [fixed_point(part) for part in moments[row, SUM : SUM + STRANDS].tolist()]
            except (OverflowError, ValueError):
                self._totals[row] = None
                continue
            self._totals[row] = [
                total + part + count * shift for total, part, count in zip(totals, sums, counts, strict=True)
            ]

    def mean_se(self, row: int) -> float:
        """The standard error of the mean of a row; NaN where a sum was not finite."""
        totals = self._totals[row]
        if totals is None or not self.sizes.all():
            return float("nan")
        means = [total / (count << FRACTION_BITS) for total, count in zip(totals, self.sizes.tolist(), strict=True)]
        return float(standard_error(np.array(means), self.sizes))
