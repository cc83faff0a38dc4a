"""Families between two ends, to be fitted: beta and Johnson SB between known ends, and those whose ends are found."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import special

from burncast.calibration.families_on_the_line import mean_and_sd, normal_log_density
from burncast.calibration.fitted_families import Coordinate, FittedFamily
from burncast.calibration.sample import Array

__all__ = ["FAMILIES_BETWEEN_ENDS"]


def _between(constants: Mapping[str, float]) -> tuple[float, float]:
    return constants["low"], constants["high"]


def _anywhere(_constants: Mapping[str, float]) -> tuple[float, float]:
    return -math.inf, math.inf


def _place(x: Array, low: Array, high: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """The place between the ends, from below and from above, and whether it lies strictly inside."""
    inside = (x > low) & (x < high)
    share, rest = (x - low) / (high - low), (high - x) / (high - low)
    return np.where(inside, share, 0.5), np.where(inside, rest, 0.5), inside


def _beta_density(x: Array, a: Array, b: Array, low: Array, high: Array) -> Array:
    share, rest, inside = _place(x, low, high)
    log = (a - 1) * np.log(share) + (b - 1) * np.log(rest) - special.betaln(a, b) - np.log(high - low)
    return np.where(inside, log, -np.inf)


def _beta_cdf(x: Array, a: Array, b: Array, low: Array, high: Array) -> Array:
    return np.asarray(special.betainc(a, b, np.clip((x - low) / (high - low), 0.0, 1.0)))


def _beta_sf(x: Array, a: Array, b: Array, low: Array, high: Array) -> Array:
    return np.asarray(special.betainc(b, a, np.clip((high - x) / (high - low), 0.0, 1.0)))


def _beta_starts(x: Array, w: Array, low: float, high: float) -> list[tuple[float, ...]]:
    mean, sd = (float(one) for one in mean_and_sd((x - low) / (high - low), w))
    size = max(mean * (1 - mean) / max(sd * sd, 1e-12) - 1, 0.05)
    return [(mean * size, (1 - mean) * size)]


def _score(x: Array, gamma: Array, delta: Array, low: Array, high: Array) -> Array:
    with np.errstate(divide="ignore"):
        share, rest = np.clip(x - low, 0.0, None), np.clip(high - x, 0.0, None)
        return np.asarray(gamma + delta * (np.log(share) - np.log(rest)))


def _johnson_sb_density(x: Array, gamma: Array, delta: Array, low: Array, high: Array) -> Array:
    share, rest, inside = _place(x, low, high)
    score = gamma + delta * np.log(share / rest)
    log = np.log(delta / (high - low)) - np.log(share * rest) + normal_log_density(score)
    return np.where(inside, log, -np.inf)


def _johnson_sb_starts(x: Array, w: Array, low: float, high: float) -> list[tuple[float, ...]]:
    mean, sd = (float(one) for one in mean_and_sd(np.log((x - low) / (high - x)), w))
    return [(-mean / max(sd, 1e-9), 1 / max(sd, 1e-9))]


def _uniform_density(x: Array, low: Array, high: Array) -> Array:
    return np.where((x >= low) & (x <= high), -np.log(high - low), -np.inf)


def _uniform_closed(x: Array, w: Array) -> tuple[Array, ...]:
    """The extremes, a hair apart from the data so that rounding leaves no value outside."""
    low, high = np.min(np.where(w > 0, x, np.inf), axis=-1), np.max(np.where(w > 0, x, -np.inf), axis=-1)
    hair = 1e-12 * (np.abs(low) + np.abs(high))
    return low - hair, high + hair


def _triangular_density(x: Array, low: Array, mode: Array, high: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.log(x - low) - np.log(mode - low)
        right = np.log(high - x) - np.log(high - mode)
        log = np.where(x <= mode, left, right) + np.log(2 / (high - low))
    return np.where((x >= low) & (x <= high), log, -np.inf)


def _triangular_cdf(x: Array, low: Array, mode: Array, high: Array) -> Array:
    x = np.clip(x, low, high)
    left = (x - low) ** 2 / ((high - low) * (mode - low))
    return np.where(x <= mode, left, 1 - (high - x) ** 2 / ((high - low) * (high - mode)))


def _pert_shapes(low: Array, mode: Array, high: Array, peak: Array) -> tuple[Array, Array]:
    share = (mode - low) / (high - low)
    return 1 + peak * share, 1 + peak * (1 - share)


def _pert_density(x: Array, low: Array, mode: Array, high: Array, peak: Array) -> Array:
    return _beta_density(x, *_pert_shapes(low, mode, high, peak), low, high)


def _pert_cdf(x: Array, low: Array, mode: Array, high: Array, peak: Array) -> Array:
    return _beta_cdf(x, *_pert_shapes(low, mode, high, peak), low, high)


def _pert_sf(x: Array, low: Array, mode: Array, high: Array, peak: Array) -> Array:
    return _beta_sf(x, *_pert_shapes(low, mode, high, peak), low, high)


def _three_starts(x: Array, _w: Array, *_constants: float) -> list[tuple[float, ...]]:
    low, high = float(np.min(x)), float(np.max(x))
    margin = (high - low or abs(low) or 1.0) / len(x)
    middle = float(np.median(x))
    return [(low - margin, mode, high + margin) for mode in (middle, (low + middle) / 2, (high + middle) / 2)]


_ENDS = Coordinate("low", "location"), Coordinate("high", "location")

FAMILIES_BETWEEN_ENDS = (
    FittedFamily(
        "beta",
        (Coordinate("a", "positive", 1e-3, 1e6), Coordinate("b", "positive", 1e-3, 1e6)),
        _beta_density,
        _beta_cdf,
        _beta_sf,
        _beta_starts,
        {"low": 0.0, "high": 1.0},
        _between,
    ),
    FittedFamily(
        "johnson_sb",
        (Coordinate("gamma", "real"), Coordinate("delta", "positive")),
        _johnson_sb_density,
        lambda x, *theta: special.ndtr(_score(x, *theta)),
        lambda x, *theta: special.ndtr(-_score(x, *theta)),
        _johnson_sb_starts,
        {"low": 0.0, "high": 1.0},
        _between,
    ),
    FittedFamily(
        "uniform",
        _ENDS,
        _uniform_density,
        lambda x, low, high: np.clip((x - low) / (high - low), 0.0, 1.0),
        lambda x, low, high: np.clip((high - x) / (high - low), 0.0, 1.0),
        lambda x, w: [tuple(float(one) for one in _uniform_closed(x, w))],
        {},
        _anywhere,
        closed=_uniform_closed,
        ends=("low", "high"),
    ),
    FittedFamily(
        "triangular",
        (_ENDS[0], Coordinate("mode", "location"), _ENDS[1]),
        _triangular_density,
        _triangular_cdf,
        lambda x, low, mode, high: _triangular_cdf(-x, -high, -mode, -low),
        _three_starts,
        {},
        _anywhere,
        ends=("low", "high"),
    ),
    FittedFamily(
        "pert",
        (_ENDS[0], Coordinate("mode", "location"), _ENDS[1]),
        _pert_density,
        _pert_cdf,
        _pert_sf,
        _three_starts,
        {"peak": 4.0},
        _anywhere,
        ends=("low", "high"),
    ),
)
