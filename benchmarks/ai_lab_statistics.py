"""What every implementation of the AI lab hands back, and whether two of them agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LARGEST", "PERIODS", "TRACKED", "Difference", "Statistics", "differences"]

PERIODS = 36

TRACKED = (
    "cash",
    "credits",
    "burn",
    "loss",
    "total_revenue",
    "compute_bill",
    "staff",
    "free_users",
    "subscribers[plus]",
    "subscribers[team]",
    "headcount",
    "valuation",
    "months_of_cash",
)
"""The quantities that the example tracks, element by element."""

LARGEST = 5.0
"""Standard errors that the largest of some 500 differences between two correct implementations does not exceed."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Statistics:
    """``first_passage`` int64[38]: trajectories ruined first at the end of month 0 … 36, or never. ``mean`` and
    ``variance`` float64[13, 36]: of the quantities of :data:`TRACKED` in months 1 … 36. ``need``: mean and variance of
    the funding need, float64[2].
    """

    first_passage: NDArray[np.int64]
    mean: Floats
    variance: Floats
    need: Floats

    @property
    def trajectories(self) -> int:
        return int(self.first_passage.sum())

    @property
    def ruin_probability(self) -> Floats:
        """Ruined by the end of months 0 … 36."""
        return np.cumsum(self.first_passage[:-1]) / self.trajectories

    def as_lists(self) -> dict[str, list[float]]:
        """For a pipe; floats survive it exactly."""
        return {name: getattr(self, name).ravel().tolist() for name in self.__slots__}

    @staticmethod
    def from_lists(lists: dict[str, list[float]]) -> Statistics:
        mean, variance = (np.array(lists[name]).reshape(len(TRACKED), PERIODS) for name in ("mean", "variance"))
        return Statistics(np.array(lists["first_passage"], np.int64), mean, variance, np.array(lists["need"]))

    @staticmethod
    def merged(parts: Iterable[Statistics]) -> Statistics:
        """Of all trajectories together."""
        parts = list(parts)
        shares = np.array([part.trajectories for part in parts], np.float64)
        shares /= shares.sum()

        def pooled(means: Floats, variances: Floats) -> tuple[Floats, Floats]:
            mean = np.tensordot(shares, means, 1)
            return mean, np.tensordot(shares, variances + (means - mean) ** 2, 1)

        mean, variance = pooled(np.array([part.mean for part in parts]), np.array([part.variance for part in parts]))
        needs = np.array([part.need for part in parts])
        need = np.array(pooled(needs[:, 0], needs[:, 1]))
        return Statistics(np.sum([part.first_passage for part in parts], axis=0), mean, variance, need)


@dataclass(frozen=True, slots=True)
class Difference:
    """One statistic in two implementations; ``errors``: their difference in standard errors of that difference."""

    what: str
    month: int
    ours: float
    theirs: float
    errors: float

    def __str__(self) -> str:
        return f"{self.what}, month {self.month}: {self.ours:.6g} and {self.theirs:.6g}, {self.errors:+.1f} s.e."


def differences(ours: Statistics, theirs: Statistics) -> list[Difference]:
    """Of the probability of ruin and of every mean in every month, and of the mean need; the largest first.

    Values without spread may differ by rounding, and no more.
    """
    n, m = ours.trajectories, theirs.trajectories
    found = []

    def add(what: str, month: int, a: float, b: float, variance: float) -> None:
        error = float(np.sqrt(variance))
        apart = 0.0 if np.isclose(a, b, rtol=1e-9, atol=0.0) else (a - b) / error if error > 0.0 else np.inf
        found.append(Difference(what, month, float(a), float(b), float(apart)))

    for month in range(1, PERIODS + 1):
        a, b = ours.ruin_probability[month], theirs.ruin_probability[month]
        p = (a * n + b * m + 1.0) / (n + m + 2.0)
        add("probability of ruin", month, a, b, p * (1.0 - p) * (1.0 / n + 1.0 / m))
        for row, name in enumerate(TRACKED):
            spread = ours.variance[row, month - 1] / n + theirs.variance[row, month - 1] / m
            add(name, month, ours.mean[row, month - 1], theirs.mean[row, month - 1], spread)
    add("funding need", PERIODS, ours.need[0], theirs.need[0], ours.need[1] / n + theirs.need[1] / m)
    return sorted(found, key=lambda difference: -abs(difference.errors))
