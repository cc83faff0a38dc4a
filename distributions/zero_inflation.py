"""Laws with more zeros: what does not happen at all, and what it comes to if it does.

zero_inflated(law, p): 0 with probability p, else a draw of the law, which may be 0 too. hurdle(law, p): 0 with
probability p, else a draw of the law on the condition that it is above 0, so that p is the probability of 0. Sources:
Lambert, Technometrics 34, 1992; Mullahy, Journal of Econometrics 33, 1986. Both are mixtures with the constant 0.
"""

from __future__ import annotations

from burncast.distributions.binomial import share
from burncast.distributions.discrete import constant
from burncast.distributions.errors import LawError
from burncast.distributions.law import Law
from burncast.distributions.mixture import mixture
from burncast.distributions.truncation import truncate

__all__ = ["hurdle", "zero_inflated"]

_ABOVE_ZERO = 5e-324
"""The least number above 0."""


def zero_inflated(law: Law, p: float) -> Law:
    """0 with probability ``p`` on top of what ``law`` gives.

    >>> from burncast.distributions.poisson import poisson
    >>> round(zero_inflated(poisson(2.0), 0.25).mean, 12)
    1.5
    """
    share(p, "p")
    return mixture([constant(0.0), law], [p, 1 - p])


def hurdle(law: Law, p: float) -> Law:
    """0 with probability ``p``, else ``law`` given that it is above 0.

    >>> from burncast.distributions.poisson import poisson
    >>> round(float(hurdle(poisson(2.0), 0.25).cdf(0.0)), 12)
    0.25
    """
    share(p, "p")
    if not law.sf(0.0) > 0:
        raise LawError("nothing of the law lies above 0", expected="a law with values above 0")
    low = _ABOVE_ZERO if 0.0 in law.atoms()[0] else 0.0
    return mixture([constant(0.0), truncate(law, low=low)], [p, 1 - p])
