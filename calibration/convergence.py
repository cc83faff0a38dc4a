"""Whether independent runs of a sampler tell the same, and how many independent draws they are worth.

The rank-normalised split R-hat is that of Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), "Rank-normalization,
folding, and localization: an improved R-hat for assessing convergence of MCMC", Bayesian Analysis 16: near 1 where all
runs have the same law; above 1.01, or 1.05 for rough work, they do not yet. Here a run's halves are not early and late
draws but other families of particles: those that descend from the same particle share a half.

The effective sample size follows from families too: what they differ by tells the variance of a mean (Lee and Whiteley
2018, "Variance estimation in the particle filter", Biometrika 105); moves that made relatives unlike each other count.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from burncast.engine.draws.streams_numpy import wide_normals_from_words

__all__ = ["effective_sample_size", "split_r_hat"]

Floats = NDArray[np.float64]


def split_r_hat(draws: Floats) -> float:
    """The rank-normalised split R-hat of float64[runs, n] draws: the greater of that of the draws and of their folds.

    1 where nothing varies.
    """
    half = draws.shape[1] // 2
    halves = np.concatenate([draws[:, :half], draws[:, draws.shape[1] - half :]])
    folded = np.abs(halves - np.median(halves))
    return max(_r_hat(_rank_normalised(halves)), _r_hat(_rank_normalised(folded)))


def effective_sample_size(values: Floats, families: NDArray[np.int64]) -> float:
    """How many independent draws the mean of ``values`` float64[runs, n] is worth.

    ``families`` int64[runs, n] says which of its run's first particles each one descends from. At most the number of
    particles; all of them where nothing varies.
    """
    mean = math.fsum(values.ravel()) / values.size
    variance = math.fsum((values.ravel() - mean) ** 2) / values.size
    if not variance > 0.0:
        return float(values.size)
    squares: list[float] = []
    for of_run, deviations in zip(families, values - mean, strict=True):
        _, place = np.unique(of_run, return_inverse=True)
        totals = np.zeros(int(place.max()) + 1)
        np.add.at(totals, place, deviations)
        squares.extend((totals * totals).tolist())
    found = len(squares)
    variance_of_mean = math.fsum(squares) / values.size**2 * (found / (found - 1) if found > 1 else math.inf)
    return min(float(values.size), variance / variance_of_mean) if variance_of_mean > 0.0 else float(values.size)


def _rank_normalised(draws: Floats) -> Floats:
    """Normal scores of the ranks, Blom's (r − 3/8)/(n + 1/4); equal draws share their mean rank."""
    _, place, counts = np.unique(draws.ravel(), return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - 0.5 * (counts - 1))[place]
    return _normal_quantile((ranks - 0.375) / (draws.size + 0.25)).reshape(draws.shape)


def _normal_quantile(probability: Floats) -> Floats:
    """To some 1e-15: the nearest of the 2⁵³ uniforms that inputs are drawn from."""
    u = np.floor(probability * 2.0**53).astype(np.uint64)
    return wide_normals_from_words(u >> np.uint64(21), (u << np.uint64(11)) & np.uint64(0xFFFFFFFF))


def _r_hat(scores: Floats) -> float:
    count = scores.shape[1]
    within = float(np.mean(np.var(scores, axis=1, ddof=1)))
    between = count * float(np.var(np.mean(scores, axis=1), ddof=1))
    if np.ptp(scores) == 0.0:
        return 1.0
    if not within > 0.0:
        return math.inf
    return math.sqrt(((count - 1) / count * within + between / count) / within)
