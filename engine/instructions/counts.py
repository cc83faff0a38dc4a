"""Counts from standard normals: the quantile functions of Poisson and binomial laws, for the machine.

Small means are inverted exactly, by adding up probabilities. From a mean of 40 on, the Cornish–Fisher expansion of the
lattice law to order 1/σ (Fisher and Cornish 1960, with Sheppard's correction; for the Poisson law these are the leading
terms of Giles 2016, doi:10.1145/2699466) is rounded down; in probability it is wrong by less than 1e-4 at 40 and by
ever less above.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.instructions.counts_numpy import SMALL_MEAN
from burncast.engine.numerics.elementary import exp, floor, fma, log, normal_cdf, sqrt
from burncast.engine.numerics.intrinsics import lane_loop
from burncast.engine.numerics.kernel_cache import borrowing, inlined, kernel
from burncast.engine.numerics.lanes import LANES

__all__ = ["binomial_quantile", "poisson_row"]


@borrowing
def poisson_row(
    out: NDArray[np.float64],
    z: NDArray[np.float64],
    mean: NDArray[np.float64],
    scratch: NDArray[np.float64],
    listed: NDArray[np.int64],
) -> None:
    """Poisson counts at the quantiles Φ(z), for a row; NaN where ``mean`` is negative or not finite.

    Lanes whose count is still rising are listed, so that the work is that of the counts there are. ``scratch``
    float64[3, LANES] and ``listed`` int64[LANES] are written.
    """
    lane_loop()
    level, term, reached = scratch[0], scratch[1], scratch[2]
    for j in range(LANES):
        level[j] = normal_cdf(z[j])
        term[j] = exp(-mean[j])
        reached[j] = term[j]
    rising, small = 0, 0
    for j in range(LANES):
        out[j] = 0.0
        is_small = mean[j] >= 0.0 and mean[j] < SMALL_MEAN
        listed[rising] = j
        small += 1 if is_small else 0
        rising += 1 if is_small and reached[j] < level[j] and term[j] > 0.0 else 0
    count = 0.0
    while rising > 0:
        count += 1.0
        inverse = 1.0 / count
        still = 0
        for place in range(rising):
            j = listed[place]
            following = term[j] * mean[j] * inverse
            term[j] = following
            reached[j] += following
            out[j] = count
            listed[still] = j
            still += 1 if reached[j] < level[j] and following > 0.0 else 0
        rising = still
    if small < LANES:
        for j in range(LANES):
            if not (mean[j] >= 0.0 and mean[j] < SMALL_MEAN):
                lost = mean[j] - mean[j] if mean[j] >= 0.0 else np.nan
                out[j] = _expansion(z[j], mean[j], sqrt(mean[j]), 1.0, 1.0) + lost


@kernel
def binomial_quantile(z: float, trials: float, chance: float) -> float:
    """The binomial count at the quantile Φ(z); NaN where ``trials`` is negative or ``chance`` outside [0, 1].

    ``trials`` is rounded down to a whole number.
    """
    if not (trials >= 0.0 and trials - trials == 0.0 and chance >= 0.0 and chance <= 1.0):
        nothing = trials - trials
        return nothing / nothing
    trials = floor(trials)
    rare = chance if chance <= 0.5 else 1.0 - chance
    side = z if chance <= 0.5 else -z
    mean = trials * rare
    if mean >= SMALL_MEAN:
        skew = fma(-2.0, rare, 1.0)
        count = _expansion(side, mean, sqrt(mean * (1.0 - rare)), skew, fma(-6.0 * rare, 1.0 - rare, 1.0))
        count = min(max(count, 0.0), trials)
    else:
        level = normal_cdf(side)
        odds = rare / (1.0 - rare)
        term = exp(trials * log(1.0 - rare))
        reached = term
        count = 0.0
        while reached < level and term > 0.0 and count < trials:
            term = term * odds * (trials - count) / (count + 1.0)
            count += 1.0
            reached += term
    return count if chance <= 0.5 else trials - count


@inlined
def _expansion(z: float, mean: float, sd: float, skew: float, excess: float) -> float:
    """Cornish–Fisher for a lattice law; ``skew`` is its skewness times sd, ``excess`` its excess kurtosis times sd²."""
    square = z * z
    second = excess * (square - 3.0) / 24.0 - skew * skew * (2.0 * square - 5.0) / 36.0 - 1.0 / 24.0
    count = floor(mean + 0.5 + sd * z + skew * (square - 1.0) / 6.0 + z * second / sd)
    return max(count, 0.0)
