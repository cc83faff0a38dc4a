"""The random numbers of SIPmath: the counter-based generator HDR 2.0 of Hubbard Decision Research.

A trial's uniform is a formula of the trial's number and four seeds in whole numbers, so that every tool which reads a
SIPmath library has the same trials. It has 2³² values, (k + ½)/2³². Source: Hubbard, "A multi-dimensional,
counter-based pseudo random number generator as a standard for Monte Carlo simulations", Proceedings of the 2019 Winter
Simulation Conference; the formula and its names as in ProbabilityManagement.org, HDR 2.0 Seed Standard.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray

__all__ = ["Hdr"]

MOST = 10**9
"""Seeds and trials up to this keep every product within 64 bits."""

_LARGE = 999_999_999_999_989


@dataclass(frozen=True, slots=True)
class Hdr:
    """The generator of one variable: who made it (``entity``), which it is (``variable``), and two further seeds."""

    entity: int
    variable: int
    seed3: int = 0
    seed4: int = 0

    def __post_init__(self) -> None:
        for seed in fields(self):
            value = getattr(self, seed.name)
            if not 0 <= value <= MOST:
                raise LawError(f"{seed.name} is {value}", argument=seed.name, expected="a whole number from 0 to 10^9")

    def uniforms(self, trials: ArrayLike) -> FloatArray:
        """The uniforms of these trials, the first of which is 1.

        >>> Hdr(10, 7, 37, 1).uniforms([1, 2]).tolist()
        [0.5455890913726762, 0.4791768778814003]
        """
        trial = np.asarray(trials, dtype=np.int64)
        if np.any(trial < 0) or np.any(trial > MOST):
            raise LawError("a trial is out of range", argument="trials", expected="whole numbers from 0 to 10^9")
        entity, variable, seed3, seed4 = (int(getattr(self, seed.name)) for seed in fields(self))
        first = trial * 2499997 + variable * 1800451 + entity * 2000371 + seed3 * 1796777 + seed4 * 2299603
        second = trial * 2246527 + variable * 2399993 + entity * 2100869 + seed3 * 1918303 + seed4 * 1624729
        high = _LARGE % (first % 7450589 * 4658 + 7450581) * 383 % 99991
        low = _LARGE % (second % 7450987 * 7580 + 7560584) * 17669 % 7440893
        word = (high * 7440893 + low) * 1343 % 2**32
        return np.asarray((word + 0.5) / 2.0**32)
