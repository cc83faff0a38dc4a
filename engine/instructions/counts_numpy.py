"""The NumPy reading of :mod:`burncast.engine.instructions.counts`: the same quantile functions over whole arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.numerics.elementary_numpy import exp, fma, log, normal_cdf

__all__ = ["SMALL_MEAN", "binomial_quantile", "poisson_quantile"]

Floats = NDArray[np.float64]

SMALL_MEAN = 40.0
"""Below this mean probabilities are added up, from it on the expansion is used."""


def poisson_quantile(z: Floats, mean: Floats) -> Floats:
    """The Poisson count at the quantile Φ(z)."""
    valid = (mean >= 0.0) & np.isfinite(mean)
    large = valid & (mean >= SMALL_MEAN)
    result = np.where(valid, 0.0, np.nan)
    rate = np.where(large, mean, SMALL_MEAN)
    result = np.where(large, _expansion(z, rate, np.sqrt(rate), np.ones_like(z), np.ones_like(z)), result)
    small = valid & ~large
    level, rate = normal_cdf(z), np.where(small, mean, 0.0)
    term = exp(-rate)
    reached, count = term.copy(), np.zeros_like(z)
    rising = small & (reached < level) & (term > 0.0)
    while np.any(rising):
        count = np.where(rising, count + 1.0, count)
        term = np.where(rising, term * rate * (1.0 / np.where(rising, count, 1.0)), term)
        reached = np.where(rising, reached + term, reached)
        rising = rising & (reached < level) & (term > 0.0)
    return np.where(small, count, result)


def binomial_quantile(z: Floats, trials: Floats, chance: Floats) -> Floats:
    """The binomial count at the quantile Φ(z)."""
    valid = (trials >= 0.0) & np.isfinite(trials) & (chance >= 0.0) & (chance <= 1.0)
    whole = np.where(valid, np.floor(trials), 0.0)
    usual = np.where(valid, chance, 0.0) <= 0.5
    rare = np.where(usual, np.where(valid, chance, 0.0), 1.0 - np.where(valid, chance, 0.0))
    side = np.where(usual, z, -z)
    mean = whole * rare
    large = mean >= SMALL_MEAN
    centre, odds_base = np.where(large, mean, SMALL_MEAN), np.where(large, rare, 0.5)
    skew = fma(np.full_like(z, -2.0), odds_base, np.ones_like(z))
    excess = fma(-6.0 * odds_base, 1.0 - odds_base, np.ones_like(z))
    expanded = _expansion(side, centre, np.sqrt(centre * (1.0 - odds_base)), skew, excess)
    expanded = np.minimum(expanded, whole)
    level, odds = normal_cdf(side), rare / (1.0 - rare)
    term = exp(whole * log(1.0 - rare))
    reached, count = term.copy(), np.zeros_like(z)
    rising = ~large & (reached < level) & (term > 0.0) & (count < whole)
    while np.any(rising):
        term = np.where(rising, term * odds * (whole - count) / (count + 1.0), term)
        count = np.where(rising, count + 1.0, count)
        reached = np.where(rising, reached + term, reached)
        rising = rising & (reached < level) & (term > 0.0) & (count < whole)
    chosen = np.where(large, expanded, count)
    return np.where(valid, np.where(usual, chosen, whole - chosen), np.nan)


def _expansion(z: Floats, mean: Floats, sd: Floats, skew: Floats, excess: Floats) -> Floats:
    square = z * z
    second = excess * (square - 3.0) / 24.0 - skew * skew * (2.0 * square - 5.0) / 36.0 - 1.0 / 24.0
    count = np.floor(mean + 0.5 + sd * z + skew * (square - 1.0) / 6.0 + z * second / sd)
    return np.maximum(count, 0.0)
