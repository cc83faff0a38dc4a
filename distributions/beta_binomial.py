"""The beta-binomial law: successes among trials whose probability is itself uncertain.

beta_binomial(trials, a, b): binomial with a probability that is beta(a, b); mean n·m with m = a/(a + b), variance
n·m·(1 − m)·(a + b + n)/(a + b + 1). beta_binomial(trials, mean, sd), of the probability: a and b as of beta(mean, sd).
Source: Johnson, Kemp & Kotz, Univariate Discrete Distributions, 3rd ed., Wiley 2005, §6.2.2.
Twin: ``scipy.stats.betabinom(trials, a, b)``.
"""

from __future__ import annotations

import numpy as np

from burncast.distributions.beta import beta_from_moments
from burncast.distributions.counting import MOST_COUNTS, whole
from burncast.distributions.discrete import Discrete, constant, discrete
from burncast.distributions.errors import LawError
from burncast.distributions.law import positive

__all__ = ["beta_binomial", "beta_binomial_from_moments"]


def beta_binomial(trials: float, a: float, b: float) -> Discrete:
    """Successes among ``trials`` with a beta probability of shapes ``a`` and ``b``.

    >>> [round(one, 12) for one in beta_binomial(2, 1, 1).atoms()[1].tolist()]
    [0.333333333333, 0.333333333333, 0.333333333333]
    """
    whole(trials, "trials")
    positive(a, "a")
    positive(b, "b")
    if trials == 0:
        return constant(0.0)
    if trials > MOST_COUNTS:
        raise LawError(f"trials is {trials:g}", argument="trials", expected=f"at most {MOST_COUNTS:,} trials")
    k = np.arange(trials, dtype=np.float64)
    ratios = (trials - k) / (k + 1) * (k + a) / (trials - k - 1 + b)
    # With both shapes below 1 the middle is the least likely: the products start where the likelier half begins.
    start = int(np.clip(np.floor((trials + 1) * (a / (a + b))), 0, trials))
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        masses = np.concatenate([np.cumprod(1 / ratios[:start][::-1])[::-1], [1.0], np.cumprod(ratios[start:])])
    if not np.all(np.isfinite(masses)):
        raise LawError(f"the shapes {a:g} and {b:g} are too far apart or too small", argument="a", expected="binomial")
    return discrete(np.arange(trials + 1.0).tolist(), masses.tolist())


def beta_binomial_from_moments(trials: float, mean: float, sd: float) -> Discrete:
    """Successes among ``trials`` whose probability has the given mean and standard deviation."""
    law = beta_from_moments(mean, sd)
    return beta_binomial(trials, law.a, law.b)
