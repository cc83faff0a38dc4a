"""Metalog laws from percentiles, by linear least squares in the coefficients.

Stated percentiles are met by :func:`metalog_from_percentiles`; :func:`nearest_metalog` follows a distribution that is
known at some points, with as few terms as come near enough. The values, carried to the unbounded line where the law has
ends, are linear in the coefficients (Keelin, "The Metalog Distributions", Decision Analysis 13(4), 2016). A fit whose
quantile function does not rise is refused, and the nearest number of terms that makes a law is named.
"""

from __future__ import annotations

import numpy as np

from burncast.distributions.elicitation import Percentile, check_percentiles
from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray
from burncast.distributions.least_squares import linear_least_squares
from burncast.distributions.metalog import LEAST_TERMS, MOST_TERMS, Metalog, basis, falls_at, metalog, to_line

__all__ = ["metalog_from_percentiles", "nearest_metalog"]


def metalog_from_percentiles(
    percentiles: tuple[Percentile, ...], terms: float | None = None, low: float = -np.inf, high: float = np.inf
) -> Metalog:
    """The metalog law with so many ``terms``, by default as many as percentiles."""
    ordered = check_percentiles("metalog", percentiles, (low, high))
    if terms is None and len(ordered) > MOST_TERMS:
        raise LawError(
            f"{len(ordered)} percentiles", argument="terms", expected=f"terms of at most {MOST_TERMS}, fitted to them"
        )
    count = len(ordered) if terms is None else int(np.nan_to_num(terms, posinf=0.0, neginf=0.0))
    most = min(len(ordered), MOST_TERMS)
    if (terms is not None and count != terms) or not LEAST_TERMS <= count <= most:
        expected = f"{LEAST_TERMS} to {most} terms" if most >= LEAST_TERMS else "two percentiles or more"
        raise LawError(
            f"{count if terms is None else f'{terms:g}'} terms for {len(ordered)} percentiles",
            argument="terms",
            expected=expected,
        )
    p = np.array([one.probability for one in ordered])
    line = to_line(np.array([one.value for one in ordered]), low, high)
    coefficients = _fitted(p, line, count)
    place = falls_at(coefficients)
    if place is not None:
        others = sorted(range(LEAST_TERMS, most + 1), key=lambda other: (abs(other - count), other))
        nearest = next((other for other in others if falls_at(_fitted(p, line, other)) is None), None)
        raise LawError(
            f"{count} terms make no law of these percentiles: the quantile function falls near probability {place:.3g}",
            argument="terms",
            expected=f"terms={nearest}, the nearest number that fits a law" if nearest else "other percentiles",
        )
    return metalog(coefficients, low, high)


def nearest_metalog(
    p: FloatArray, values: FloatArray, near: float, low: float = -np.inf, high: float = np.inf
) -> tuple[Metalog, float] | None:
    """The metalog law between these ends that is nearest to quantiles ``values`` at ``p``, which both ascend.

    It has the fewest terms with which it is at most ``near`` from them, or those with which it is nearest; the largest
    difference in probability comes with it. None where no number of terms makes a law.
    """
    line = to_line(values, low, high)
    best: tuple[Metalog, float] | None = None
    for count in range(LEAST_TERMS, min(len(p), MOST_TERMS) + 1):
        coefficients = _fitted(p, line, count)
        if not np.all(np.isfinite(coefficients)) or falls_at(coefficients) is not None:
            continue
        law = metalog(coefficients, low, high)
        misfit = float(np.max(np.abs(law.cdf(values) - p)))
        if best is None or misfit < best[1]:
            best = law, misfit
        if misfit <= near:
            break
    return best


def _fitted(p: FloatArray, line: FloatArray, terms: int) -> list[float]:
    found: list[float] = linear_least_squares(basis(p, terms), line).tolist()
    return found
