"""The negative binomial law: counts that vary more than Poisson counts.

negative_binomial(successes, probability): failures before so many successes (any number above 0) of that probability,
P(k) = Γ(k + r)/(k!·Γ(r))·p^r·(1 − p)^k; mean r(1 − p)/p, variance mean/p. negative_binomial(mean, sd), sd² > mean: a
Poisson count whose rate is gamma with shape r = mean²/(sd² − mean). negative_binomial(mean, dispersion): the same with
r = dispersion. Source: Johnson, Kemp & Kotz, Univariate Discrete Distributions, 3rd ed., Wiley 2005, ch. 5.
Twin: ``scipy.stats.nbinom(successes, probability)``.
"""

from __future__ import annotations

import math

from burncast.distributions.counting import counts_from_ratios
from burncast.distributions.discrete import Discrete, constant
from burncast.distributions.errors import LawError
from burncast.distributions.law import positive

__all__ = ["negative_binomial", "negative_binomial_from_dispersion", "negative_binomial_from_moments"]


def negative_binomial(successes: float, probability: float) -> Discrete:
    """Failures before ``successes`` of ``probability``.

    >>> round(negative_binomial(3, 0.5).mean, 12)
    3.0
    """
    positive(successes, "successes")
    if not 0 < probability <= 1:
        raise LawError(
            f"probability is {probability:g}", argument="probability", expected="a probability above 0 and at most 1"
        )
    if probability == 1:
        return constant(0.0)
    return _counts(successes, 1 - probability, probability, "probability")


def negative_binomial_from_moments(mean: float, sd: float) -> Discrete:
    """The negative binomial law of the given mean and standard deviation."""
    positive(mean, "mean")
    positive(sd, "sd")
    if sd * sd <= mean:
        raise LawError(
            f"no negative binomial law with mean {mean:g} has an sd of {sd:g}",
            argument="sd",
            expected=f"an sd above {math.sqrt(mean):.6g}, that of poisson({mean:g})",
        )
    return _counts(mean * (mean / (sd * sd - mean)), (sd * sd - mean) / (sd * sd), mean / (sd * sd), "sd")


def negative_binomial_from_dispersion(mean: float, dispersion: float) -> Discrete:
    """The negative binomial law of the given mean with variance mean + mean²/dispersion."""
    positive(mean, "mean")
    positive(dispersion, "dispersion")
    return _counts(dispersion, mean / (mean + dispersion), dispersion / (mean + dispersion), "dispersion")


def _counts(successes: float, failing: float, probability: float, argument: str) -> Discrete:
    if not probability > 0 or not math.isfinite(successes * failing / probability):
        raise LawError("counts beyond all numbers", argument=argument, expected="a smaller mean or less spread")
    likeliest = math.floor(max(0.0, (successes - 1) * (failing / probability)))
    spread = 4 * math.sqrt(successes * failing) / probability + 40 / probability
    return counts_from_ratios(lambda k: (k + successes) / (k + 1) * failing, likeliest, math.inf, spread, argument)
