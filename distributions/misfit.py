"""How well a law meets the percentiles that were said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from burncast.distributions.elicitation import Percentile
from burncast.distributions.law import Law

__all__ = ["Misfit", "misfits"]

NEGLIGIBLE = 1e-6
"""Differences of probabilities that are put down to rounding."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A percentile that was stated, and the probability that the law gives its value."""

    stated: Percentile
    fitted: float

    @property
    def size(self) -> float:
        """How far the probabilities lie apart, 0 where that is rounding."""
        apart = abs(self.fitted - self.stated.probability)
        return apart if apart > NEGLIGIBLE else 0.0


def misfits(law: Law, percentiles: Sequence[Percentile]) -> tuple[Misfit, ...]:
    """One for every percentile, in the order of their probabilities.

    >>> from burncast.distributions.normal import Normal
    >>> [round(one.fitted, 3) for one in misfits(Normal(0.0, 1.0), [Percentile("p80", 0.8, 1.0)])]
    [0.841]
    """
    ordered = sorted(percentiles, key=lambda one: one.probability)
    return tuple(Misfit(one, float(law.cdf(one.value))) for one in ordered)
