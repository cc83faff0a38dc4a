"""How good forecasts were, once what they were about is known: proper scores, of which less is better, and calibration.

A forecast is a sample of trajectories, the last axis of an array; what came out stands beside it, and leading axes
broadcast. A score is proper where nobody gains by forecasting anything but what they believe: Gneiting and Raftery
(2007), "Strictly proper scoring rules, prediction, and estimation", Journal of the American Statistical Association
102, 359–378, from which the forms below are taken unless another source is named.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom

__all__ = [
    "Reliability",
    "brier_score",
    "covered",
    "crps",
    "log_score",
    "pinball_loss",
    "pit",
    "probability_log_score",
    "reliability",
]

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


def crps(sample: ArrayLike, observed: ArrayLike) -> Floats:
    """Continuous ranked probability score E|X − y| − E|X − X'|/2 of samples ``[..., N]``, in the unit of ``observed``.

    The second mean is over pairs of different members, so that the score does not depend on N on average (Ferro 2014,
    "Fair scores for ensemble forecasts", Quarterly Journal of the Royal Meteorological Society 140, 1917–1923). A
    sample of one is a point, whose score is its absolute error.

    >>> float(crps([1.0, 3.0], 2.0))
    0.0
    >>> float(crps([1.0], 2.5))
    1.5
    """
    members = np.sort(np.asarray(sample, float), axis=-1)
    count = members.shape[-1]
    error = np.abs(members - np.asarray(observed, float)[..., None]).mean(axis=-1)
    if count == 1:
        return np.asarray(error)
    weights = 2.0 * np.arange(count) - (count - 1)
    return np.asarray(error - (members * weights).sum(axis=-1) / (count * (count - 1)))


def log_score(sample: ArrayLike, observed: ArrayLike) -> Floats:
    """Minus the log density at ``observed``, estimated from samples ``[..., N]``.

    The estimate puts a kernel on each member, of Silverman's width (1986, *Density Estimation*, eq. 3.31, brought to
    this kernel by its canonical bandwidth). The kernel is exp(−log²(1 + |u|)/2)/6.95, whose tails are heavy: under a
    normal one a single value far from all members would decide the mean score of thousands (Hall 1987, "On
    Kullback–Leibler loss and density estimation", Annals of Statistics 15, 1491–1519). Far beyond all members it says
    little of the forecast. A point forecast has no density: its score is infinite (−∞ where it was right).
    """
    members = np.asarray(sample, float)
    truth = np.asarray(observed, float)[..., None]
    count = members.shape[-1]
    quartiles = np.quantile(members, [0.25, 0.75], axis=-1)
    sd = members.std(axis=-1, ddof=1) if count > 1 else np.zeros(members.shape[:-1])
    spread = (quartiles[1] - quartiles[0]) / 1.34
    width = np.asarray(_CANONICAL * 0.9 * np.where(spread > 0.0, np.minimum(sd, spread), sd) * count**-0.2)[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        kernels = np.exp(-0.5 * np.log1p(np.abs(members - truth) / width) ** 2) / _MASS
        density = np.log(kernels.mean(axis=-1)) - np.log(width[..., 0])
    point = np.where((members == truth).all(axis=-1), np.inf, -np.inf)
    return np.asarray(-np.where(width[..., 0] > 0.0, density, point))


_MASS = math.sqrt(8.0 * math.pi * math.e) * 0.8413447460685429
"""The integral of the kernel: √(8πe)·Φ(1)."""
_CANONICAL = 0.1525
"""Its canonical bandwidth over that of the normal kernel: both are (R/μ₂²)^(1/5), here 0.1184/0.7764."""


def pinball_loss(quantile: ArrayLike, observed: ArrayLike, probability: ArrayLike) -> Floats:
    """The loss whose expectation the true quantile at ``probability`` makes least, in the unit of ``observed``.

    >>> pinball_loss(10.0, [12.0, 8.0], 0.75).tolist()
    [1.5, 0.5]
    """
    error = np.asarray(observed, float) - np.asarray(quantile, float)
    share = np.asarray(probability, float)
    return np.asarray(np.where(error >= 0.0, share * error, (share - 1.0) * error))


def brier_score(probability: ArrayLike, happened: ArrayLike) -> Floats:
    """Squared error of the probability of an event (Brier 1950): 0 best, 1 worst, 0.25 for always saying one half."""
    return np.asarray((np.asarray(probability, float) - np.asarray(happened, float)) ** 2)


def probability_log_score(probability: ArrayLike, happened: ArrayLike) -> Floats:
    """Minus the log of the probability that was given to what happened; infinite where that was called impossible."""
    said = np.asarray(probability, float)
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(np.where(np.asarray(happened, bool), said, 1.0 - said)))


def pit(sample: ArrayLike, observed: ArrayLike) -> Floats:
    """Probability integral transform: the share of samples ``[..., N]`` below ``observed``, ties counted half.

    Where forecasts are calibrated it is uniform on 0 to 1, up to 1/(N + 1): half an observation is added on either
    side, so that it is never 0 or 1.
    """
    members = np.asarray(sample, float)
    truth = np.asarray(observed, float)[..., None]
    below = (members < truth).sum(axis=-1) + 0.5 * (members == truth).sum(axis=-1)
    return np.asarray((below + 0.5) / (members.shape[-1] + 1))


def covered(sample: ArrayLike, observed: ArrayLike, levels: Sequence[float]) -> Truths:
    """Whether the central bands that hold ``levels`` of the samples ``[..., N]`` hold ``observed``; shape [..., L]."""
    members = np.asarray(sample, float)
    truth = np.asarray(observed, float)
    held = []
    for level in levels:
        low, high = np.quantile(members, [0.5 - 0.5 * level, 0.5 + 0.5 * level], axis=-1)
        held.append((low <= truth) & (truth <= high))
    return np.stack(held, axis=-1)


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often an event happened where it was said to happen so often: float64[B] each, in rising order.

    ``said`` the mean probability of the bin, ``happened`` the share of its ``count`` forecasts that came true, ``low``
    and ``high`` what that share would be within, nine times in ten, were the probabilities right and the outcomes
    independent (Bröcker and Smith 2007, "Increasing the reliability of reliability diagrams").
    """

    said: Floats
    happened: Floats
    low: Floats
    high: Floats
    count: NDArray[np.int64]


def reliability(probability: ArrayLike, happened: ArrayLike, bins: int = 10) -> Reliability:
    """The reliability curve of forecasts ``probability[n]``, in at most ``bins`` bins of equal numbers of forecasts.

    Equal probabilities are never split between bins.
    """
    order = np.argsort(np.asarray(probability, float), kind="stable")
    said, came = np.asarray(probability, float)[order], np.asarray(happened, float)[order]
    edges = np.linspace(0, said.size, bins, endpoint=False).round().astype(int)
    starts = np.unique(np.searchsorted(said, said[edges])) if said.size else np.empty(0, np.int64)
    count = np.diff(starts, append=said.size)
    mean, share = (np.add.reduceat(values, starts) / count if said.size else said for values in (said, came))
    low, high = (np.asarray(binom.ppf(q, count, np.clip(mean, 0.0, 1.0)) / np.maximum(count, 1)) for q in (0.05, 0.95))
    return Reliability(mean, share, low, high, count)
