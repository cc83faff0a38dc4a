"""Do two implementations compute the same? Largest differences of their statistics, in standard errors.

For counts of n independent trajectories the standard error is the binomial one, for means that of the sample standard
deviation of the reference. Two independent runs differ by √2 as much, which is in the figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.model import Outcome

__all__ = ["LARGEST", "LIMIT", "Agreement", "compare"]

LIMIT = 4.0
"""Standard errors beyond which two implementations are said to disagree."""

LARGEST = 5.0
"""The same for the largest of some 300 differences."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Differences in standard errors, and the share of trajectories that were counted elsewhere.

    ``ruin`` and ``cash`` are of the probability of ruin and the mean cash at the horizon, ``largest`` is over all
    cumulative first passages, all months' mean cash and the distribution function of the need at every bin.
    ``counts_apart`` is 0 where the first passages and the histogram of the need are equal.
    """

    ruin: float
    cash: float
    largest: float
    counts_apart: float

    @property
    def holds(self) -> bool:
        return max(abs(self.ruin), abs(self.cash)) <= LIMIT and self.largest <= LARGEST

    @property
    def same_counts(self) -> bool:
        return self.counts_apart == 0.0


def compare(outcome: Outcome, reference: Outcome, cash_sd: NDArray[np.float64]) -> Agreement:
    """``cash_sd`` float64[36]: standard deviations of the cash in the model."""
    n = int(reference.first_passage.sum())
    ruin = _counts_apart(outcome.first_passage.cumsum()[:-1], reference.first_passage.cumsum()[:-1], n)
    need = _counts_apart(outcome.need.cumsum()[:-1], reference.need.cumsum()[:-1], n)
    cash = (outcome.mean_cash - reference.mean_cash) / (cash_sd * np.sqrt(2.0 / n))
    moved = max(
        int(np.abs(ours - theirs).sum())
        for ours, theirs in ((outcome.first_passage, reference.first_passage), (outcome.need, reference.need))
    )
    return Agreement(
        ruin=float(ruin[-1]),
        cash=float(cash[-1]),
        largest=float(max(np.abs(x).max() for x in (ruin, need, cash))),
        counts_apart=moved / (2.0 * n),
    )


def _counts_apart(ours: NDArray[np.int64], theirs: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    p = (ours + theirs + 1.0) / (2.0 * n + 2.0)
    apart: NDArray[np.float64] = (ours - theirs) / n / np.sqrt(2.0 * p * (1.0 - p) / n)
    return apart
