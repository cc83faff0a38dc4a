"""The binomial law: successes among independent trials.

binomial(trials, probability): P(k) = C(trials, k)·p^k·(1 − p)^(trials − k); mean trials·p, sd √(trials·p·(1 − p)).
Source: Johnson, Kemp & Kotz, Univariate Discrete Distributions, 3rd ed., Wiley 2005, ch. 3.
Twin: ``scipy.stats.binom(trials, probability)``.
"""

from __future__ import annotations

import math

from burncast.distributions.counting import counts_from_ratios, whole
from burncast.distributions.discrete import Discrete, constant
from burncast.distributions.errors import LawError

__all__ = ["binomial", "share"]


def binomial(trials: float, probability: float) -> Discrete:
    """Successes among ``trials``, each with ``probability``, which may be 0 or 1.

    >>> binomial(2, 0.5).atoms()[1].tolist()
    [0.25, 0.5, 0.25]
    """
    whole(trials, "trials")
    share(probability, "probability")
    if trials == 0 or probability in (0, 1):
        return constant(trials * probability)
    odds = probability / (1 - probability)
    likeliest = min(math.floor((trials + 1) * probability), trials)
    spread = 4 * math.sqrt(trials * probability * (1 - probability))
    return counts_from_ratios(lambda k: (trials - k) / (k + 1) * odds, likeliest, trials, spread, "trials")


def share(value: float, argument: str) -> None:
    """Refuse anything but a probability between 0 and 1."""
    if not 0 <= value <= 1:
        raise LawError(f"{argument} is {value:g}", argument=argument, expected="a probability between 0 and 1")
