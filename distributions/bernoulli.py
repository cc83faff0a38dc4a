"""The Bernoulli law: 1 with probability p, else 0. Mean p, sd √(p(1 − p)). Twin: ``scipy.stats.bernoulli(p)``."""

from __future__ import annotations

from burncast.distributions.discrete import Discrete, discrete
from burncast.distributions.errors import LawError

__all__ = ["bernoulli"]


def bernoulli(p: float) -> Discrete:
    """1 with probability ``p``, else 0; ``p`` may be 0 or 1.

    >>> bernoulli(0.25).mean
    0.25
    """
    if not 0 <= p <= 1:
        raise LawError(f"p is {p:g}", argument="p", expected="a probability between 0 and 1")
    return discrete([0.0, 1.0], [1 - p, p])
