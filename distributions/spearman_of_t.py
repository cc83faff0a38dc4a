"""Spearman's rho of a Student-t copula, which has no closed form for most degrees of freedom.

A scale mixture of normals is √W·(y₁, y₂) with y of correlation ρ; with W′ and W″ independent copies of W,

    ρ_S = 6/π · E[arcsin(ρ·W / √((W + W′)(W + W″)))],

from ρ_S = 12·P(X₁ < X₁′, X₂ < X₂″) − 3 given all three W (Heinen and Valdesogo 2020, "Spearman rank correlation of the
bivariate Student t and scale mixtures of normal distributions", J. Multivariate Analysis 179). W is df/χ². The
expectation is a sum over Gauss–Legendre nodes in the normals behind the three χ², and is inverted by Newton's method.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy import special

from burncast.distributions.law import FloatArray
from burncast.distributions.portable import exp
from burncast.distributions.quadrature import legendre

__all__ = ["correlation_of_t", "spearman_of_t"]

_NODES = 48
_REACH = 7.5
"""Standard deviations beyond which nothing is summed."""


def spearman_of_t(rho: float, df: float) -> float:
    """Spearman's rho of the t copula with correlation ``rho`` and ``df`` degrees of freedom.

    >>> round(spearman_of_t(0.5, 4.0), 6)
    0.46902
    """
    return _spearman_and_slope(rho, df)[0]


@lru_cache(maxsize=4096)
def correlation_of_t(value: float, df: float) -> float:
    """The correlation at which Spearman's rho of the t copula is ``value``.

    Spearman's rho is convex above 0, so that Newton's steps, after one that may pass the root, fall towards it.
    """
    if abs(value) in (0.0, 1.0):
        return value
    rho, goal = 2 * math.sin(math.pi * abs(value) / 6), abs(value)  # as under the Gaussian copula
    for _ in range(50):
        found, slope = _spearman_and_slope(rho, df)
        following = min(rho + (goal - found) / slope, 1.0)
        if abs(following - rho) <= 1e-14:
            break
        rho = following
    return math.copysign(rho, value)


def _spearman_and_slope(rho: float, df: float) -> tuple[float, float]:
    """Spearman's rho, and its derivative by ``rho``."""
    ratio, weight = _mixture(df)
    sine = rho * ratio
    cosine_squared = (1 - sine) * (1 + sine)
    # arcsin x = x·R_C(1 − x², 1), Carlson's integral.
    arc = sine * np.asarray(special.elliprc(cosine_squared, 1.0))
    return 6 / math.pi * float(np.sum(weight * arc)), 6 / math.pi * float(
        np.sum(weight * ratio / np.sqrt(cosine_squared))
    )


@lru_cache(maxsize=8)
def _mixture(df: float) -> tuple[FloatArray, FloatArray]:
    """Values of W / √((W + W′)(W + W″)), and the probability of each; flat arrays."""
    places, weights = legendre(_NODES)
    z = _REACH * places
    mass = weights * exp(-0.5 * z * z)
    mass = mass / np.sum(mass)
    tail = np.asarray(special.ndtr(-np.abs(z)))
    lower, upper = special.gammaincinv(df / 2, tail), special.gammainccinv(df / 2, tail)
    half = np.where(z <= 0, lower, upper)  # χ²/2
    first, second = np.triu_indices(_NODES)
    share = np.sqrt(half[:, None] / (half[:, None] + half[None, :]))  # [W′, W]: √(W/(W + W′))
    ratio = share[first] * share[second]
    twice = np.where(first == second, 1.0, 2.0) * mass[first] * mass[second]
    return ratio.ravel(), (twice[:, None] * mass[None, :]).ravel()
