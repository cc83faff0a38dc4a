"""The Poisson law: how often something happens that happens independently at a steady rate.

poisson(rate): P(k) = rate^k·exp(−rate)/k!, k = 0, 1, …; mean rate, sd √rate. Source: Johnson, Kemp & Kotz, Univariate
Discrete Distributions, 3rd ed., Wiley 2005, ch. 4. Twin: ``scipy.stats.poisson(rate)``.
"""

from __future__ import annotations

import math

from burncast.distributions.counting import counts_from_ratios
from burncast.distributions.discrete import Discrete, constant
from burncast.distributions.errors import LawError
from burncast.distributions.law import real

__all__ = ["poisson"]


def poisson(rate: float) -> Discrete:
    """Counts with mean ``rate``, which may be 0.

    >>> round(poisson(2.5).mean, 12)
    2.5
    """
    real(rate, "rate")
    if rate < 0:
        raise LawError(f"rate is {rate:g}", argument="rate", expected="a number of 0 or more")
    if rate == 0:
        return constant(0.0)
    return counts_from_ratios(lambda k: rate / (k + 1), math.floor(rate), math.inf, 4 * math.sqrt(rate), "rate")
