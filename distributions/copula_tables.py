"""The functions of one variable that Archimedean copulas are made of, as tables between normals.

What draws share is worked out on scales on which both tails keep their accuracy: ``exponential``, −log Φ(z), is the
standard exponential variable of equal upper probability, ``log_exponential`` its logarithm, ``logit`` log Φ(z)/Φ(−z).
Sums of such values, carried back, are the conditional inversions and frailties of
:mod:`burncast.engine.dependence.copulas`. ``z`` beyond ``Z_LIMIT``, where no draw is, counts as the limit.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy import special

from burncast.distributions.law import FloatArray
from burncast.distributions.portable import exp, expm1, log, log1p, sinh
from burncast.distributions.transport import Table, tabulate

__all__ = [
    "clayton_normal",
    "clayton_ratio",
    "exponential",
    "frank_frailty_normal",
    "frank_logit",
    "frank_normal",
    "frank_odds",
    "gumbel_frailty",
    "log_exponential",
    "logit",
    "normal_of_log_exponential",
    "normal_of_logit",
]

Z_LIMIT = 8.5
_ROOT_TWO_PI = math.sqrt(2 * math.pi)
_SHORT = float(-special.log_ndtr(Z_LIMIT))
_LONG = float(-special.log_ndtr(-Z_LIMIT))
"""The exponential variables at the limits."""


@lru_cache(maxsize=64)
def exponential(factor: float = 1.0) -> Table:
    """z → −``factor``·log Φ(z)."""

    def function(z: FloatArray) -> tuple[FloatArray, FloatArray]:
        value, slope = _exponential(z)
        return factor * value, factor * slope

    return tabulate(function, -Z_LIMIT, Z_LIMIT, scale=1.0)


@lru_cache(maxsize=1)
def log_exponential() -> Table:
    """z → log(−log Φ(z))."""

    def function(z: FloatArray) -> tuple[FloatArray, FloatArray]:
        value, slope = _exponential(z)
        return log(value), slope / value

    return tabulate(function, -Z_LIMIT, Z_LIMIT, scale=1.0)


@lru_cache(maxsize=1)
def normal_of_log_exponential() -> Table:
    """The inverse of :func:`log_exponential`."""

    def function(scaled: FloatArray) -> tuple[FloatArray, FloatArray]:
        value = exp(scaled)
        z = _normal_of_exponential(value)
        return z, -value * exp(-value) / _density(z)

    return tabulate(function, math.log(_SHORT), math.log(_LONG), scale=1.0)


@lru_cache(maxsize=64)
def clayton_ratio(power: float) -> Table:
    """z → log(Φ(z)^−power − 1)."""

    def function(z: FloatArray) -> tuple[FloatArray, FloatArray]:
        value, slope = _exponential(z)
        grown = power * value
        return _log_expm1(grown), power * slope / -expm1(-grown)

    return tabulate(function, -Z_LIMIT, Z_LIMIT, scale=1.0)


@lru_cache(maxsize=64)
def clayton_normal(power: float) -> Table:
    """asinh(s) → Φ⁻¹((1 + eˢ)^(−1/power)): the inverse of :func:`clayton_ratio` on a scale that is short where s is
    large."""
    ends = [math.asinh(float(_log_expm1(np.array(power * end)))) for end in (_SHORT, _LONG)]

    def function(place: FloatArray) -> tuple[FloatArray, FloatArray]:
        s = sinh(place)
        value = _softplus(s) / power
        z = _normal_of_exponential(value)
        slope = -special.expit(s) / power * exp(-value) / _density(z)
        return z, np.asarray(slope * np.sqrt(1 + s * s))

    return tabulate(function, ends[0], ends[1], scale=1.0)


@lru_cache(maxsize=64)
def gumbel_frailty(theta: float) -> Table:
    """z → A(π·Φ(z)), with α = 1/θ and A(u) = (1 − α)·log sin((1 − α)u) + α·log sin(αu) − log sin u.

    exp((A − (1 − α)·log W)/α) with W standard exponential is positive stable of index α: its Laplace transform is
    exp(−s^α) (Kanter 1975, "Stable densities under change of scale and total variation inequalities").
    """
    alpha = 1 / theta

    def parts(share: float, u: float, rest: float) -> tuple[float, float]:
        """Sine and cosine of share·u, where u is π − ``rest``, which is the better known of the two near π."""
        turned = share * u
        if turned <= math.pi / 2:
            return math.sin(turned), math.cos(turned)
        turned = math.pi * (1 - share) + share * rest
        return math.sin(turned), -math.cos(turned)

    def one(z: float, below: float, above: float) -> tuple[float, float]:
        u, rest = math.pi * below, math.pi * above
        value, slope = 0.0, 0.0
        for factor, share in ((1 - alpha, 1 - alpha), (alpha, alpha), (-1.0, 1.0)):
            sine, cosine = parts(share, u, rest)
            value += factor * math.log(sine)
            slope += factor * share * cosine / sine
        return value, slope * math.pi * math.exp(-0.5 * z * z) / _ROOT_TWO_PI

    def function(z: FloatArray) -> tuple[FloatArray, FloatArray]:
        found = [
            one(*each) for each in zip(z.tolist(), special.ndtr(z).tolist(), special.ndtr(-z).tolist(), strict=True)
        ]
        value, slope = np.array(found).T
        return value, np.maximum(slope, 0.0)

    return tabulate(function, -Z_LIMIT, Z_LIMIT, scale=1.0)


@lru_cache(maxsize=1)
def logit() -> Table:
    """z → log(Φ(z)/Φ(−z))."""

    def function(z: FloatArray) -> tuple[FloatArray, FloatArray]:
        below, above = np.asarray(special.log_ndtr(z)), np.asarray(special.log_ndtr(-z))
        return below - above, exp(-0.5 * z * z - below - above) / _ROOT_TWO_PI

    return tabulate(function, -Z_LIMIT, Z_LIMIT, scale=1.0)


@lru_cache(maxsize=1)
def normal_of_logit() -> Table:
    """The inverse of :func:`logit`."""

    def function(odds: FloatArray) -> tuple[FloatArray, FloatArray]:
        tail = np.asarray(special.expit(-np.abs(odds)))
        z = np.copysign(special.ndtri(tail), odds)
        return z, tail * special.expit(np.abs(odds)) / _density(z)

    most = _LONG - _SHORT
    return tabulate(function, -most, most, scale=1.0)


@lru_cache(maxsize=64)
def frank_normal(theta: float) -> Table:
    """r → Φ⁻¹(u) with u = log((1 + eʳ)/(1 + e^(r − θ)))/θ: the u below which, given v, lies probability t where r is
    logit(t) + θ·v."""
    least = float(_frank_logit(np.array([math.exp(-_LONG)]), theta)[0])

    def function(r: FloatArray) -> tuple[FloatArray, FloatArray]:
        lower = r <= theta / 2
        tail = _frank_probability(np.where(lower, r, theta - r), theta)
        z = np.where(lower, special.ndtri(tail), -np.asarray(special.ndtri(tail)))
        slope = special.expit(r) * special.expit(theta - r) * -expm1(-theta) / theta / _density(z)
        return z, np.asarray(slope)

    return tabulate(function, least, theta - least, scale=1.0)


@lru_cache(maxsize=64)
def frank_logit(theta: float) -> Table:
    """The inverse of :func:`frank_normal`."""

    def function(z: FloatArray) -> tuple[FloatArray, FloatArray]:
        tail = np.asarray(special.ndtr(-np.abs(z)))
        r = _frank_logit(tail, theta)
        r = np.where(z <= 0, r, theta - r)
        slope = special.expit(r) * special.expit(theta - r) * -expm1(-theta) / theta
        return r, _density(z) / slope

    return tabulate(function, -Z_LIMIT, Z_LIMIT, scale=1.0)


@lru_cache(maxsize=64)
def frank_odds(theta: float) -> Table:
    """z → log(−log(1 − e^(−θ·Φ(z)))), for θ above 0."""

    def function(z: FloatArray) -> tuple[FloatArray, FloatArray]:
        x = theta * np.asarray(special.ndtr(z))
        small = x < 1
        left = np.where(small, -log(-expm1(-np.where(small, x, 1.0))), -log1p(-exp(-np.where(small, 1.0, x))))
        return log(left), -theta * _density(z) / (expm1(x) * left)

    return tabulate(function, -Z_LIMIT, Z_LIMIT, scale=1.0)


@lru_cache(maxsize=64)
def frank_frailty_normal(theta: float) -> Table:
    """x → Φ⁻¹(ψ(eˣ)), for θ above 0, with Frank's generator ψ(s) = −log(1 − (1 − e^−θ)·e^−s)/θ."""
    odds = float(expm1(theta))
    tiny = math.exp(-_LONG)
    least = float(log(-log1p(-expm1(theta * tiny) / odds)))
    most = float(log(-log(expm1(-theta * tiny) / expm1(-theta))))

    def function(x: FloatArray) -> tuple[FloatArray, FloatArray]:
        s = exp(x)
        lost = -expm1(-s)
        upper = log1p(odds * lost) / theta
        far = -log1p(expm1(-theta) * exp(-np.maximum(s, 1.0)))
        lower = np.where(s > 1, far, -log(lost + exp(-theta - s))) / theta
        low = lower < 0.5
        z = np.where(low, special.ndtri(np.where(low, lower, 0.5)), -np.asarray(special.ndtri(np.minimum(upper, 0.5))))
        slope = -s * exp(-s) * odds / (1 + odds * lost) / theta / _density(z)
        return z, np.asarray(slope)

    return tabulate(function, least, most, scale=1.0)


def _exponential(z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """−log Φ(z) and its slope."""
    logarithm = np.asarray(special.log_ndtr(z))
    return -logarithm, -exp(-0.5 * z * z - logarithm) / _ROOT_TWO_PI


def _normal_of_exponential(value: FloatArray) -> FloatArray:
    """z with −log Φ(z) = ``value``."""
    near = value < 0.5
    upper = special.ndtri(-expm1(-np.where(near, value, 0.5)))
    lower = special.ndtri(exp(-np.where(near, 0.5, value)))
    return np.asarray(np.where(near, -np.asarray(upper), lower), dtype=np.float64)


def _density(z: FloatArray) -> FloatArray:
    return exp(-0.5 * z * z) / _ROOT_TWO_PI


def _softplus(s: FloatArray) -> FloatArray:
    return np.maximum(s, 0.0) + log1p(exp(-np.abs(s)))


def _log_expm1(x: FloatArray) -> FloatArray:
    """log(eˣ − 1)."""
    return x + log(-expm1(-x))


def _frank_probability(r: FloatArray, theta: float) -> FloatArray:
    """log((1 + eʳ)/(1 + e^(r − θ)))/θ for r up to θ/2, where it is at most a half."""
    negative = r < 0
    near = -log1p(expm1(-theta) * special.expit(np.where(negative, r, 0.0)))
    far = _softplus(np.where(negative, 0.0, r)) - _softplus(np.where(negative, 0.0, r) - theta)
    return np.asarray(np.where(negative, near, far) / theta, dtype=np.float64)


def _frank_logit(tail: FloatArray, theta: float) -> FloatArray:
    """r at which :func:`_frank_probability` is ``tail``, up to a half: eʳ = (e^(θu) − 1)/(1 − e^(θ(u − 1)))."""
    if theta > 0:
        return log(expm1(theta * tail)) - log(-expm1(theta * (tail - 1)))
    return log(-expm1(theta * tail)) - log(expm1(theta * (tail - 1)))
