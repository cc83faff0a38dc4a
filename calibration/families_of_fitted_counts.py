"""Families of counts, to be fitted: Bernoulli, Poisson, binomial, negative binomial and beta-binomial."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from scipy import special

from burncast.calibration.families_on_the_line import mean_and_sd
from burncast.calibration.fitted_families import Coordinate, FittedFamily
from burncast.calibration.sample import Array

__all__ = ["FAMILIES_OF_FITTED_COUNTS"]

_MOST_TRIALS = 10_000


def _from_zero(_constants: Mapping[str, float]) -> tuple[float, float]:
    return 0.0, math.inf


def _one_at_most(_constants: Mapping[str, float]) -> tuple[float, float]:
    return 0.0, 1.0


def _up_to_trials(constants: Mapping[str, float]) -> tuple[float, float]:
    return 0.0, constants["trials"]


def _mean(x: Array, w: Array) -> Array:
    return np.asarray(np.sum(w * x, axis=-1) / np.sum(w, axis=-1))


def _inside(x: Array, low: float, high: Array | float, kernel: Callable[[Array], Array], outside: float) -> Array:
    found = (x >= low) & (x <= high)
    return np.where(found, kernel(np.where(found, x, low)), outside)


def _bernoulli_density(x: Array, p: Array) -> Array:
    with np.errstate(divide="ignore"):
        log = np.where(x == 1, np.log(p), np.log1p(-p))
    return np.where((x == 0) | (x == 1), log, -np.inf)


def _poisson_density(x: Array, rate: Array) -> Array:
    def kernel(k: Array) -> Array:
        return np.asarray(special.xlogy(k, rate) - rate - special.gammaln(k + 1))

    return _inside(x, 0, np.inf, kernel, -np.inf)


def _binomial_density(x: Array, probability: Array, trials: Array) -> Array:
    def kernel(k: Array) -> Array:
        log = special.xlogy(k, probability) + special.xlog1py(trials - k, -probability)
        return np.asarray(log - special.betaln(k + 1, trials - k + 1) - np.log(trials + 1))

    return _inside(x, 0, trials, kernel, -np.inf)


def _binomial_cdf(x: Array, probability: Array, trials: Array) -> Array:
    def kernel(k: Array) -> Array:
        return np.asarray(special.betainc(np.maximum(trials - k, 1e-300), k + 1, 1 - probability))

    return np.where(x < 0, 0.0, _inside(x, 0, trials - 1, kernel, 1.0))


def _negative_binomial_density(x: Array, mean: Array, dispersion: Array) -> Array:
    def kernel(k: Array) -> Array:
        total = mean + dispersion
        counted = -special.betaln(dispersion, k + 1) - np.log(k + dispersion)
        return np.asarray(counted - dispersion * np.log1p(mean / dispersion) + special.xlogy(k, mean / total))

    return _inside(x, 0, np.inf, kernel, -np.inf)


def _negative_binomial_cdf(x: Array, mean: Array, dispersion: Array) -> Array:
    share = dispersion / (mean + dispersion)
    return _inside(x, 0, np.inf, lambda k: np.asarray(special.betainc(dispersion, k + 1, share)), 0.0)


def _negative_binomial_sf(x: Array, mean: Array, dispersion: Array) -> Array:
    share = mean / (mean + dispersion)
    return _inside(x, 0, np.inf, lambda k: np.asarray(special.betainc(k + 1, dispersion, share)), 1.0)


def _negative_binomial_starts(x: Array, w: Array) -> list[tuple[float, ...]]:
    mean, sd = (float(one) for one in mean_and_sd(x, w))
    return [(max(mean, 1e-6), mean * mean / max(sd * sd - mean, 0.01 * mean + 1e-9) + 1e-3)]


def _beta_binomial_density(x: Array, a: Array, b: Array, trials: Array) -> Array:
    def kernel(k: Array) -> Array:
        ways = -special.betaln(k + 1, trials - k + 1) - np.log(trials + 1)
        return np.asarray(ways + special.betaln(k + a, trials - k + b) - special.betaln(a, b))

    return _inside(x, 0, trials, kernel, -np.inf)


def _beta_binomial_cdf(x: Array, a: Array, b: Array, trials: Array) -> Array:
    """Sums of the probabilities of 0 … trials."""
    most = int(np.max(trials))
    counts = np.arange(most + 1.0)
    a, b, trials = (np.asarray(one, dtype=np.float64) for one in (a, b, trials))
    below = np.cumsum(np.exp(_beta_binomial_density(counts, a, b, trials)), axis=-1)
    shape = np.broadcast_shapes(x.shape, a.shape)
    table = np.broadcast_to(below, (*shape[:-1], most + 1))
    at = np.broadcast_to(np.clip(np.floor(x), 0, most), shape).astype(np.int64)
    picked = np.take_along_axis(table, at, axis=-1) if table.ndim == at.ndim else table[at]
    return np.where(x < 0, 0.0, np.minimum(picked, 1.0))


def _beta_binomial_starts(x: Array, w: Array, trials: float) -> list[tuple[float, ...]]:
    mean, sd = (float(one) for one in mean_and_sd(x / trials, w))
    mean = min(max(mean, 0.5 / trials / len(x)), 1 - 0.5 / trials / len(x))
    more = max(sd * sd * trials / (mean * (1 - mean)) - 1, 0.05) / max(trials - 1, 1)
    size = max(1 / more - 1, 0.2)
    return [(mean * size, (1 - mean) * size)]


def _proportion(x: Array, w: Array, trials: float = 1.0) -> list[tuple[float, ...]]:
    n = float(np.sum(w)) * trials
    return [((float(np.sum(w * x)) + 0.5) / (n + 1),)]


FAMILIES_OF_FITTED_COUNTS = (
    FittedFamily(
        "bernoulli",
        (Coordinate("p", "share"),),
        _bernoulli_density,
        lambda x, p: np.where(x < 0, 0.0, np.where(x < 1, 1 - p, 1.0)),
        lambda x, p: np.where(x < 0, 1.0, np.where(x < 1, p, 0.0)),
        _proportion,
        {},
        _one_at_most,
        closed=lambda x, w: (_mean(x, w),),
        discrete=True,
    ),
    FittedFamily(
        "poisson",
        (Coordinate("rate", "positive"),),
        _poisson_density,
        lambda x, rate: _inside(x, 0, np.inf, lambda k: special.gammaincc(k + 1, rate), 0.0),
        lambda x, rate: _inside(x, 0, np.inf, lambda k: special.gammainc(k + 1, rate), 1.0),
        lambda x, w: [(max(float(_mean(x, w)), 0.5 / len(x)),)],
        {},
        _from_zero,
        closed=lambda x, w: (_mean(x, w),),
        discrete=True,
    ),
    FittedFamily(
        "binomial",
        (Coordinate("probability", "share"),),
        _binomial_density,
        _binomial_cdf,
        lambda x, probability, trials: 1 - _binomial_cdf(x, probability, trials),
        _proportion,
        {"trials": None},
        _up_to_trials,
        discrete=True,
    ),
    FittedFamily(
        "negative_binomial",
        (Coordinate("mean", "positive"), Coordinate("dispersion", "positive", 1e-3, 1e5)),
        _negative_binomial_density,
        _negative_binomial_cdf,
        _negative_binomial_sf,
        _negative_binomial_starts,
        {},
        _from_zero,
        discrete=True,
    ),
    FittedFamily(
        "beta_binomial",
        (Coordinate("a", "positive", 1e-3, 1e5), Coordinate("b", "positive", 1e-3, 1e5)),
        _beta_binomial_density,
        _beta_binomial_cdf,
        lambda x, *theta: 1 - _beta_binomial_cdf(x, *theta),
        _beta_binomial_starts,
        {"trials": None},
        _up_to_trials,
        discrete=True,
    ),
)
