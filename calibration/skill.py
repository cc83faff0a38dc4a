"""Whether one forecast was better than another, and how sure that is.

The mean difference of two scores is compared with its standard error (Diebold and Mariano 1995, "Comparing predictive
accuracy", Journal of Business and Economic Statistics 13, 253–263). Differences are dependent: those of one company
over time, and, where one company alone is forecast, those of forecasts that overlap. With several companies the
standard error is the one of their sums (clusters); with one, that of Newey and West with the horizon's overlap, with
the correction of Harvey, Leybourne and Newbold (1997) for short samples. Common shocks to all companies in one quarter
are in neither: few origins cannot show them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student_t

__all__ = ["Skill", "skill"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Skill:
    """How much better a forecast was, with its 95 % interval, nan where that cannot be told.

    ``value`` is 1 − score / reference: 1 is perfect, 0 no better than the reference, below 0 worse. For the log score,
    which has no zero, it is reference − score: the log of how much more probable the forecast called what came.
    """

    value: float
    low: float
    high: float
    count: int


def skill(
    score: ArrayLike, reference: ArrayLike, clusters: Sequence[object], overlap: int = 1, relative: bool = True
) -> Skill:
    """The skill of forecasts with ``score[n]`` over those with ``reference[n]`` of the same n things, in time's order.

    ``clusters[n]`` says which company a forecast is about; ``overlap`` is the horizon in steps between forecasts. The
    interval is that of the mean difference, in units of the reference's mean score where ``relative``.
    """
    theirs = np.asarray(reference, float)
    difference = theirs - np.asarray(score, float)
    count = difference.size
    unit = float(theirs.mean()) if relative and count else 1.0
    if count == 0 or unit == 0.0 or not np.isfinite(difference).all():
        value = float(difference.mean()) / unit if count and unit else math.nan
        return Skill(value, math.nan, math.nan, count)
    gain = float(difference.mean())
    error, freedom = _standard_error(difference, clusters, overlap)
    half = float(student_t.ppf(0.975, freedom)) * error if freedom >= 1 else math.nan
    low, high = sorted(((gain - half) / unit, (gain + half) / unit))
    return Skill(gain / unit, low, high, count)


def _standard_error(difference: Floats, clusters: Sequence[object], overlap: int) -> tuple[float, int]:
    """Of the mean difference, with the degrees of freedom it was estimated from."""
    places: dict[object, int] = {}
    owner = np.array([places.setdefault(cluster, len(places)) for cluster in clusters])
    count, centred = difference.size, difference - difference.mean()
    if len(places) > 1:
        sums = np.bincount(owner, weights=centred)
        groups = len(places)
        return math.sqrt(groups / (groups - 1) * float((sums**2).sum())) / count, groups - 1
    if count < 2:
        return math.nan, 0
    lags = min(overlap - 1, count - 2)
    covariances = [float((centred[lag:] * centred[: count - lag]).sum()) / count for lag in range(lags + 1)]
    weights = [1.0, *(2.0 * (1.0 - lag / (lags + 1)) for lag in range(1, lags + 1))]
    variance = sum(weight * value for weight, value in zip(weights, covariances, strict=True)) / count
    steps = lags + 1
    correction = (count + 1 - 2 * steps + steps * (steps - 1) / count) / count
    return math.sqrt(max(variance, 0.0) / max(correction, 1.0 / count)), count - 1
