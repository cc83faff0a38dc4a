"""The logarithmic score of a family on values that it was not fitted to.

The rows are dealt into ten folds (one row each where there are fewer than twenty); each fold is scored by the fit to
all others. The score is the mean log density (or log probability) of a row that was left out: higher is better, and a
difference of 0.1 means ten per cent more density on average. −inf says that a left-out value was impossible under the
fit. Source: Stone, JRSS B 36 (1974) 111–147; Gneiting & Raftery, JASA 102 (2007) 359–378.
"""

from __future__ import annotations

import numpy as np

from burncast.calibration.censored_likelihood import log_likelihood_of_rows, rows_of
from burncast.calibration.maximum_likelihood import Parametrisation, fit_rows
from burncast.calibration.sample import Array, Sample

__all__ = ["cross_validated_log_score"]

_FOLDS = 10


def cross_validated_log_score(scheme: Parametrisation, sample: Sample, best: Array, seed: int) -> tuple[float, float]:
    """The mean log score of the rows and its standard error; nan where a fold leaves nothing to fit."""
    n = len(sample)
    folds = min(n, n if n < 2 * _FOLDS else _FOLDS)
    if folds < 2:
        return np.nan, np.nan
    fold = np.random.default_rng([seed, 1]).permutation(n) % folds
    left_out = np.arange(folds)[:, None] == fold
    weights = np.where(left_out, 0.0, sample.weights)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        at, values = fit_rows(scheme, rows_of(sample, weights), np.repeat(best[None], folds, axis=0))
        terms = log_likelihood_of_rows(scheme.candidate.family, scheme.theta(at), rows_of(sample))
    scores = terms[fold, np.arange(n)]
    scores = np.where(np.isfinite(values[fold]), scores, np.nan)
    mean = float(np.average(scores, weights=sample.weights))
    if not np.isfinite(mean):
        return mean, np.nan
    variance = float(np.average((scores - mean) ** 2, weights=sample.weights))
    return mean, float(np.sqrt(variance / max(sample.size - 1, 1)))
