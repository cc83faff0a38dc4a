"""Whether rows of a sample follow one another like independent draws, as a fit of a law assumes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from burncast.calibration.sample import Array

__all__ = ["serial_statement"]

_FEWEST = 8


def serial_statement(dates: NDArray[np.datetime64], values: Array) -> str | None:
    """What a reader should know where neighbours in time are alike: the rank correlation of each row with the next.

    None where the rows look independent (p above 1 %, Spearman's test), are few, or where several share a date.
    """
    order = np.argsort(dates, kind="stable")
    if (
        len(values) < _FEWEST
        or len(np.unique(dates)) < len(dates)
        or np.ptp(values[1:]) == 0
        or np.ptp(values[:-1]) == 0
    ):
        return None
    found = stats.spearmanr(values[order][:-1], values[order][1:])
    if not found.pvalue < 0.01 or found.statistic <= 0:
        return None
    return (
        f"neighbouring dates are alike (rank correlation {found.statistic:.2f}): the rows hold less than as many "
        "independent ones, errors are too small and p-values too low; a process describes such values"
    )
