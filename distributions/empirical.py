"""The empirical law of a sample: each observation with equal probability, or in proportion to its weight.

empirical(sample, weights): its quantile is ``numpy.quantile(sample, p, method="inverted_cdf")``, its sd that of the law
(the divisor is the number of observations). Nothing is smoothed: values between the observations do not occur.
"""

from __future__ import annotations

from collections.abc import Sequence

from burncast.distributions.discrete import Discrete, discrete
from burncast.distributions.errors import LawError

__all__ = ["empirical"]


def empirical(sample: Sequence[float], weights: Sequence[float] | None = None) -> Discrete:
    """The law that draws again from ``sample``.

    >>> float(empirical([5.0, 1.0, 3.0]).quantile(0.5))
    3.0
    """
    if not len(sample):
        raise LawError("the sample is empty", argument="sample", expected="a list of numbers")
    return discrete(sample, weights)
