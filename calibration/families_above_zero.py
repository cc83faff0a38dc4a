"""Families of positive values, to be fitted: lognormal, gamma, Weibull, log-logistic, and heavier tails."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import special

from burncast.calibration.families_on_the_line import mean_and_sd, normal_log_density
from burncast.calibration.fitted_families import Coordinate, FittedFamily
from burncast.calibration.sample import Array

__all__ = ["FAMILIES_ABOVE_ZERO"]

_EULER = 0.5772156649015329


def _above_zero(_constants: Mapping[str, float]) -> tuple[float, float]:
    return 0.0, math.inf


def _above_low(constants: Mapping[str, float]) -> tuple[float, float]:
    return constants["low"], math.inf


def _positive(kernel: Callable[..., Array], outside: float) -> Callable[..., Array]:
    """The kernel for x > 0, and ``outside`` elsewhere."""

    def guarded(x: Array, *theta: Array) -> Array:
        inside = x > 0
        return np.where(inside, kernel(np.where(inside, x, 1.0), *theta), outside)

    return guarded


def _log_moments(x: Array, w: Array) -> tuple[float, float]:
    mean, sd = mean_and_sd(np.log(x), w)
    return float(mean), max(float(sd), 1e-9)


def _lognormal_density(x: Array, mu: Array, sigma: Array) -> Array:
    logarithm = np.log(x)
    return np.asarray(normal_log_density((logarithm - mu) / sigma) - np.log(sigma) - logarithm)


def _gamma_density(x: Array, shape: Array, scale: Array) -> Array:
    return np.asarray((shape - 1) * np.log(x) - x / scale - special.gammaln(shape) - shape * np.log(scale))


def _gamma_starts(x: Array, w: Array) -> list[tuple[float, ...]]:
    mean = float(np.average(x, weights=w))
    s = max(math.log(mean) - _log_moments(x, w)[0], 1e-9)
    shape = (3 - s + math.sqrt((s - 3) ** 2 + 24 * s)) / (12 * s)
    return [(shape, mean / shape)]


def _weibull_density(x: Array, shape: Array, scale: Array) -> Array:
    ratio = np.log(x / scale)
    with np.errstate(over="ignore"):
        return np.asarray(np.log(shape / x) + shape * ratio - np.exp(shape * ratio))


def _weibull_exponent(x: Array, shape: Array, scale: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(shape * np.log(x / scale)))


def _weibull_starts(x: Array, w: Array) -> list[tuple[float, ...]]:
    mean, sd = _log_moments(x, w)
    shape = math.pi / math.sqrt(6) / sd
    return [(shape, math.exp(mean + _EULER / shape))]


def _loglogistic_density(x: Array, shape: Array, scale: Array) -> Array:
    z = shape * np.log(x / scale)
    return np.asarray(np.log(shape / x) + z - 2 * np.logaddexp(0.0, z))


def _loglogistic_starts(x: Array, w: Array) -> list[tuple[float, ...]]:
    mean, sd = _log_moments(x, w)
    return [(math.pi / math.sqrt(3) / sd, math.exp(mean))]


def _frechet_density(x: Array, alpha: Array, scale: Array) -> Array:
    z = alpha * np.log(x / scale)
    with np.errstate(over="ignore"):
        return np.asarray(np.log(alpha / x) - z - np.exp(-z))


def _frechet_exponent(x: Array, alpha: Array, scale: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(-alpha * np.log(x / scale)))


def _frechet_starts(x: Array, w: Array) -> list[tuple[float, ...]]:
    mean, sd = _log_moments(x, w)
    alpha = math.pi / math.sqrt(6) / sd
    return [(alpha, math.exp(mean - _EULER / alpha))]


def _inverse_gaussian_density(x: Array, mean: Array, shape: Array) -> Array:
    constant = 0.5 * np.log(shape / (2 * np.pi)) - 1.5 * np.log(x)
    return np.asarray(constant - shape * (x - mean) ** 2 / (2 * mean * mean * x))


def _inverse_gaussian_below(x: Array, mean: Array, shape: Array) -> Array:
    root = np.sqrt(shape / x)
    reflected = 2 * shape / mean + special.log_ndtr(-root * (x / mean + 1))
    return np.clip(special.ndtr(root * (x / mean - 1)) + np.exp(np.minimum(reflected, 0.0)), 0.0, 1.0)


def _inverse_gaussian_above(x: Array, mean: Array, shape: Array) -> Array:
    root = np.sqrt(shape / x)
    reflected = 2 * shape / mean + special.log_ndtr(-root * (x / mean + 1))
    return np.clip(special.ndtr(-root * (x / mean - 1)) - np.exp(np.minimum(reflected, 0.0)), 0.0, 1.0)


def _inverse_gaussian_closed(x: Array, w: Array) -> tuple[Array, ...]:
    total = np.sum(w, axis=-1)
    mean = np.sum(w * x, axis=-1) / total
    with np.errstate(divide="ignore"):
        return mean, total / np.sum(w * (1 / x - 1 / mean[..., None]), axis=-1)


def _inverse_gaussian_starts(x: Array, w: Array) -> list[tuple[float, ...]]:
    mean, shape = (float(one) for one in _inverse_gaussian_closed(x, w))
    return [(mean, min(shape, 1e9 * mean))]


def _burr_density(x: Array, c: Array, k: Array, scale: Array) -> Array:
    z = c * np.log(x / scale)
    return np.asarray(np.log(c * k / x) + z - (k + 1) * np.logaddexp(0.0, z))


def _burr_exponent(x: Array, c: Array, k: Array, scale: Array) -> Array:
    """−log P(X > x)."""
    return np.asarray(k * np.logaddexp(0.0, c * np.log(x / scale)))


def _burr_starts(x: Array, w: Array) -> list[tuple[float, ...]]:
    shape, median = _loglogistic_starts(x, w)[0]
    weibull, scale = _weibull_starts(x, w)[0]
    return [(shape, 1.0, median), (weibull, 8.0, scale * 8 ** (1 / weibull)), (2 * shape, 0.4, 0.8 * median)]


def _gpareto_exponent(x: Array, shape: Array, scale: Array, low: Array) -> tuple[Array, NDArray[np.bool_]]:
    """−log P(X > x), and whether x lies inside the support."""
    z = (x - low) / scale
    inside = (z >= 0) & (1 + shape * z > 0)
    t = np.where(inside, shape * z, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = np.log1p(t) / shape
    y = np.where(np.abs(t) < 1e-5, np.where(inside, z, 0.0) * (1 - t / 2 + t * t / 3), exact)
    return np.where(inside, y, np.where(z < 0, 0.0, np.inf)), inside


def _gpareto_density(x: Array, shape: Array, scale: Array, low: Array) -> Array:
    y, inside = _gpareto_exponent(x, shape, scale, low)
    with np.errstate(invalid="ignore"):
        return np.where(inside, -np.log(scale) - (1 + shape) * y, -np.inf)


def _gpareto_starts(x: Array, w: Array, low: float) -> list[tuple[float, ...]]:
    mean, sd = (float(one) for one in mean_and_sd(x - low, w))
    most = float(np.max(x - low))
    shape = float(np.clip(0.5 * (1 - (mean / max(sd, 1e-9 * mean)) ** 2), -0.3, 0.4))
    heavy = (0.6, 0.5 * mean)
    return [(shape, max(mean * (1 - shape), -1.05 * shape * most)), (0.05, mean), heavy]


def _pareto_density(x: Array, alpha: Array, low: Array) -> Array:
    return np.where(x >= low, np.log(alpha / x) - alpha * np.log(x / low), -np.inf)


def _pareto_exponent(x: Array, alpha: Array, low: Array) -> Array:
    return np.asarray(alpha * np.maximum(np.log(x / low), 0.0))


def _pareto_closed(x: Array, w: Array) -> tuple[Array, ...]:
    """The low is a hair below the least value, so that rounding leaves none outside."""
    least = np.min(np.where(w > 0, x, np.inf), axis=-1) * (1 - 1e-12)
    with np.errstate(divide="ignore"):
        logs = np.where(w > 0, w * np.log(np.maximum(x / least[..., None], 1.0)), 0.0)
        return np.sum(w, axis=-1) / np.sum(logs, axis=-1), least


def _exponential_closed(x: Array, w: Array) -> tuple[Array, ...]:
    return (np.sum(w * x, axis=-1) / np.sum(w, axis=-1),)


def _two(first: str, second: str) -> tuple[Coordinate, ...]:
    return Coordinate(first, "positive"), Coordinate(second, "positive")


FAMILIES_ABOVE_ZERO = (
    FittedFamily(
        "lognormal",
        (Coordinate("mu", "real"), Coordinate("sigma", "positive")),
        _positive(_lognormal_density, -np.inf),
        _positive(lambda x, mu, sigma: special.ndtr((np.log(x) - mu) / sigma), 0.0),
        _positive(lambda x, mu, sigma: special.ndtr((mu - np.log(x)) / sigma), 1.0),
        lambda x, w: [_log_moments(x, w)],
        {},
        _above_zero,
        closed=lambda x, w: mean_and_sd(np.log(x), w),
    ),
    FittedFamily(
        "gamma",
        _two("shape", "scale"),
        _positive(_gamma_density, -np.inf),
        _positive(lambda x, shape, scale: special.gammainc(shape, x / scale), 0.0),
        _positive(lambda x, shape, scale: special.gammaincc(shape, x / scale), 1.0),
        _gamma_starts,
        {},
        _above_zero,
    ),
    FittedFamily(
        "weibull",
        _two("shape", "scale"),
        _positive(_weibull_density, -np.inf),
        _positive(lambda x, shape, scale: -np.expm1(-_weibull_exponent(x, shape, scale)), 0.0),
        _positive(lambda x, shape, scale: np.exp(-_weibull_exponent(x, shape, scale)), 1.0),
        _weibull_starts,
        {},
        _above_zero,
    ),
    FittedFamily(
        "exponential",
        (Coordinate("mean", "positive"),),
        lambda x, mean: np.where(x >= 0, -x / mean - np.log(mean), -np.inf),
        lambda x, mean: -np.expm1(-np.maximum(x, 0.0) / mean),
        lambda x, mean: np.exp(-np.maximum(x, 0.0) / mean),
        lambda x, w: [(float(np.average(x, weights=w)),)],
        {},
        _above_zero,
        closed=_exponential_closed,
    ),
    FittedFamily(
        "loglogistic",
        _two("shape", "scale"),
        _positive(_loglogistic_density, -np.inf),
        _positive(lambda x, shape, scale: special.expit(shape * np.log(x / scale)), 0.0),
        _positive(lambda x, shape, scale: special.expit(-shape * np.log(x / scale)), 1.0),
        _loglogistic_starts,
        {},
        _above_zero,
    ),
    FittedFamily(
        "inverse_gaussian",
        _two("mean", "shape"),
        _positive(_inverse_gaussian_density, -np.inf),
        _positive(_inverse_gaussian_below, 0.0),
        _positive(_inverse_gaussian_above, 1.0),
        _inverse_gaussian_starts,
        {},
        _above_zero,
        closed=_inverse_gaussian_closed,
    ),
    FittedFamily(
        "frechet",
        _two("alpha", "scale"),
        _positive(_frechet_density, -np.inf),
        _positive(lambda x, alpha, scale: np.exp(-_frechet_exponent(x, alpha, scale)), 0.0),
        _positive(lambda x, alpha, scale: -np.expm1(-_frechet_exponent(x, alpha, scale)), 1.0),
        _frechet_starts,
        {},
        _above_zero,
    ),
    FittedFamily(
        "burr",
        (
            Coordinate("c", "positive", 1e-3, 1e4),
            Coordinate("k", "positive", 0.01, 100.0),
            Coordinate("scale", "positive"),
        ),
        _positive(_burr_density, -np.inf),
        _positive(lambda x, *theta: -np.expm1(-_burr_exponent(x, *theta)), 0.0),
        _positive(lambda x, *theta: np.exp(-_burr_exponent(x, *theta)), 1.0),
        _burr_starts,
        {},
        _above_zero,
    ),
    FittedFamily(
        "gpareto",
        (Coordinate("shape", "real", -0.5, 2.0), Coordinate("scale", "positive")),
        _gpareto_density,
        lambda x, *theta: -np.expm1(-_gpareto_exponent(x, *theta)[0]),
        lambda x, *theta: np.exp(-_gpareto_exponent(x, *theta)[0]),
        _gpareto_starts,
        {"low": 0.0},
        _above_low,
    ),
    FittedFamily(
        "pareto",
        _two("alpha", "low"),
        _positive(_pareto_density, -np.inf),
        _positive(lambda x, *theta: -np.expm1(-_pareto_exponent(x, *theta)), 0.0),
        _positive(lambda x, *theta: np.exp(-_pareto_exponent(x, *theta)), 1.0),
        lambda x, w: [tuple(float(one) for one in _pareto_closed(x, w))],
        {},
        _above_zero,
        closed=_pareto_closed,
        ends=("low",),
    ),
)
