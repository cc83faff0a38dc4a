"""Laws of counts from the ratios of neighbouring probabilities.

Each of them has P(k + 1)/P(k) in closed form. The products of these ratios, outward from the likeliest count, are the
probabilities up to a factor, to about 1e-14; what is smaller than 1e-40 of the likeliest is left out, which moves no
probability above 1e-25 by a rounding. Only products and quotients are used, so that the last bit is the same
everywhere.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from burncast.distributions.discrete import Discrete
from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray, real

__all__ = ["MOST_COUNTS", "counts_from_ratios", "whole"]

MOST_COUNTS = 200_000
NEGLIGIBLE = 1e-40


def counts_from_ratios(
    ratio: Callable[[FloatArray], FloatArray], likeliest: float, most: float, width: float, argument: str
) -> Discrete:
    """The law on 0 … ``most`` whose P(k + 1)/P(k) is ``ratio(k)``, which is below 1 from ``likeliest`` on.

    ``width`` is a first guess of how far the counts reach; ``argument`` is blamed where there are too many of them.
    """
    reach = int(min(max(64.0, 4 * width), MOST_COUNTS))
    while True:
        first, last = max(0, int(likeliest) - reach), int(min(most, likeliest + reach))
        up = np.cumprod(ratio(np.arange(int(likeliest), last, dtype=np.float64)))
        down = np.cumprod(1 / ratio(np.arange(int(likeliest) - 1, first - 1, -1, dtype=np.float64)))
        masses = np.concatenate([down[::-1], [1.0], up])
        complete_below = first == 0 or masses[0] < NEGLIGIBLE
        complete_above = last == most or masses[-1] < NEGLIGIBLE
        if complete_below and complete_above:
            break
        if reach >= MOST_COUNTS:
            message = f"counts so large or so spread out that more than {MOST_COUNTS:,} of them matter"
            raise LawError(message, argument=argument, expected="a law without counts, such as gamma or normal")
        reach = min(2 * reach, MOST_COUNTS)
    kept = masses >= NEGLIGIBLE
    counts = np.arange(first, last + 1, dtype=np.float64)[kept]
    return Discrete(tuple(counts.tolist()), tuple(masses[kept].tolist()))


def whole(value: float, argument: str) -> None:
    """Refuse anything but a whole number from 0 to 2⁵³."""
    real(value, argument)
    if value < 0 or value > 2.0**53 or value != int(value):
        raise LawError(f"{argument} is {value:g}", argument=argument, expected="a whole number of 0 or more")
