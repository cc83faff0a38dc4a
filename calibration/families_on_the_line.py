"""Families on the whole line, to be fitted: normal, Student's t, Gumbel, generalised extreme value, skew-normal, SU."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import special

from burncast.calibration.fitted_families import Coordinate, FittedFamily
from burncast.calibration.sample import Array

__all__ = ["FAMILIES_ON_THE_LINE", "mean_and_sd", "normal_log_density"]

_LOG_ROOT_TWO_PI = 0.5 * math.log(2 * math.pi)
_EULER = 0.5772156649015329


def mean_and_sd(x: Array, w: Array) -> tuple[Array, Array]:
    """Weighted mean and standard deviation (with n, not n − 1) along the last axis."""
    total = np.sum(w, axis=-1)
    mean = np.sum(w * x, axis=-1) / total
    return mean, np.sqrt(np.sum(w * (x - mean[..., None]) ** 2, axis=-1) / total)


def normal_log_density(z: Array) -> Array:
    """The log density of the standard normal."""
    return -0.5 * z * z - _LOG_ROOT_TWO_PI


def _everywhere(_constants: Mapping[str, float]) -> tuple[float, float]:
    return -math.inf, math.inf


def _moments(x: Array, w: Array) -> tuple[float, float]:
    mean, sd = mean_and_sd(x, w)
    return float(mean), max(float(sd), 1e-12 * (abs(float(mean)) + 1e-300))


def _student_t_density(x: Array, df: Array, mean: Array, scale: Array) -> Array:
    z = (x - mean) / scale
    whole = special.gammaln((df + 1) / 2) - special.gammaln(df / 2) - 0.5 * np.log(df * np.pi) - np.log(scale)
    return np.asarray(whole - (df + 1) / 2 * np.log1p(z * z / df))


def _gev_exponent(x: Array, location: Array, scale: Array, shape: Array) -> tuple[Array, NDArray[np.bool_]]:
    """log(1 + shape·z)/shape, z for shape 0, and whether the value lies inside the support."""
    z = (x - location) / scale
    inside = 1 + shape * z > 0
    t = np.where(inside, shape * z, 0.0)
    series = z * (1 - t / 2 + t * t / 3)
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = np.log1p(t) / shape
    return np.where(np.abs(t) < 1e-5, series, exact), inside


def _gev_density(x: Array, location: Array, scale: Array, shape: Array) -> Array:
    y, inside = _gev_exponent(x, location, scale, shape)
    with np.errstate(over="ignore"):
        return np.where(inside, -np.log(scale) - (1 + shape) * y - np.exp(-y), -np.inf)


def _gev_tail(x: Array, location: Array, scale: Array, shape: Array) -> Array:
    """exp(−y) = −log cdf: infinite below the support, 0 above it."""
    y, inside = _gev_exponent(x, location, scale, shape)
    with np.errstate(over="ignore"):
        return np.where(inside, np.exp(-y), np.where(shape > 0, np.inf, 0.0))


def _johnson_score(x: Array, gamma: Array, delta: Array, location: Array, scale: Array) -> Array:
    return np.asarray(gamma + delta * np.arcsinh((x - location) / scale))


def _johnson_density(x: Array, gamma: Array, delta: Array, location: Array, scale: Array) -> Array:
    u = (x - location) / scale
    score = _johnson_score(x, gamma, delta, location, scale)
    return np.asarray(np.log(delta / scale) - 0.5 * np.log1p(u * u) + normal_log_density(score))


def _skew_density(x: Array, location: Array, scale: Array, shape: Array) -> Array:
    u = (x - location) / scale
    return np.asarray(math.log(2) - np.log(scale) + normal_log_density(u) + special.log_ndtr(shape * u))


def _skew_cdf(x: Array, location: Array, scale: Array, shape: Array) -> Array:
    u = (x - location) / scale
    return np.clip(special.ndtr(u) - 2 * special.owens_t(u, shape), 0.0, 1.0)


def _student_t_starts(x: Array, w: Array) -> list[tuple[float, ...]]:
    middle = float(np.median(x))
    spread = float(np.median(np.abs(x - middle))) * 1.4826 or _moments(x, w)[1]
    return [(3.0, middle, 0.8 * spread), (30.0, *_moments(x, w)), (1.5, middle, 0.6 * spread)]


def _gumbel_starts(x: Array, w: Array) -> list[tuple[float, ...]]:
    mean, sd = _moments(x, w)
    scale = sd * math.sqrt(6) / math.pi
    return [(mean - _EULER * scale, scale)]


def _gev_starts(x: Array, w: Array) -> list[tuple[float, ...]]:
    (location, scale) = _gumbel_starts(x, w)[0]
    return [(location, scale, 0.05), (location, 0.8 * scale, 0.3), (location, 1.3 * scale, -0.25)]


def _skew_starts(x: Array, w: Array) -> list[tuple[float, ...]]:
    mean, sd = _moments(x, w)
    return [(mean - sd, 1.4 * sd, 2.5), (mean + sd, 1.4 * sd, -2.5), (mean, sd, 0.1)]


def _johnson_starts(x: Array, w: Array) -> list[tuple[float, ...]]:
    middle, (_, sd) = float(np.median(x)), _moments(x, w)
    return [(0.0, 1.5, middle, 1.2 * sd), (-1.0, 1.5, middle - sd, sd), (1.0, 1.5, middle + sd, sd)]


FAMILIES_ON_THE_LINE = (
    FittedFamily(
        "normal",
        (Coordinate("mean", "location"), Coordinate("sd", "positive")),
        lambda x, mean, sd: normal_log_density((x - mean) / sd) - np.log(sd),
        lambda x, mean, sd: special.ndtr((x - mean) / sd),
        lambda x, mean, sd: special.ndtr((mean - x) / sd),
        lambda x, w: [_moments(x, w)],
        {},
        _everywhere,
        closed=mean_and_sd,
    ),
    FittedFamily(
        "student_t",
        (Coordinate("df", "positive", 0.5, 200.0), Coordinate("mean", "location"), Coordinate("scale", "positive")),
        _student_t_density,
        lambda x, df, mean, scale: special.stdtr(df, (x - mean) / scale),
        lambda x, df, mean, scale: special.stdtr(df, (mean - x) / scale),
        _student_t_starts,
        {},
        _everywhere,
    ),
    FittedFamily(
        "gumbel",
        (Coordinate("location", "location"), Coordinate("scale", "positive")),
        lambda x, location, scale: _gev_density(x, location, scale, np.zeros(())),
        lambda x, location, scale: np.exp(-_gev_tail(x, location, scale, np.zeros(()))),
        lambda x, location, scale: -np.expm1(-_gev_tail(x, location, scale, np.zeros(()))),
        _gumbel_starts,
        {},
        _everywhere,
    ),
    FittedFamily(
        "gev",
        (Coordinate("location", "location"), Coordinate("scale", "positive"), Coordinate("shape", "real", -0.5, 2.0)),
        _gev_density,
        lambda x, location, scale, shape: np.exp(-_gev_tail(x, location, scale, shape)),
        lambda x, location, scale, shape: -np.expm1(-_gev_tail(x, location, scale, shape)),
        _gev_starts,
        {},
        _everywhere,
    ),
    FittedFamily(
        "skew_normal",
        (Coordinate("location", "location"), Coordinate("scale", "positive"), Coordinate("shape", "real", -30.0, 30.0)),
        _skew_density,
        _skew_cdf,
        lambda x, location, scale, shape: _skew_cdf(-x, -location, scale, -shape),
        _skew_starts,
        {},
        _everywhere,
    ),
    FittedFamily(
        "johnson_su",
        (
            Coordinate("gamma", "real", -20.0, 20.0),
            Coordinate("delta", "positive", 0.2, 20.0),
            Coordinate("location", "location"),
            Coordinate("scale", "positive"),
        ),
        _johnson_density,
        lambda x, *theta: special.ndtr(_johnson_score(x, *theta)),
        lambda x, *theta: special.ndtr(-_johnson_score(x, *theta)),
        _johnson_starts,
        {},
        _everywhere,
    ),
)
