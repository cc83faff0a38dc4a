"""The PERT law: a beta law stated by its ends and its mode.

pert(low, mode, high, peak=4): beta on [low, high] with a = 1 + peak·(mode − low)/(high − low) and
b = 1 + peak·(high − mode)/(high − low); its mean is (low + peak·mode + high)/(peak + 2). peak = 4 is the classical law
(Malcolm, Roseboom, Clark & Fazar, Operations Research 7, 1959); a larger peak trusts the mode more.
"""

from __future__ import annotations

from burncast.distributions.beta import Beta
from burncast.distributions.law import positive
from burncast.distributions.triangular import mode_inside

__all__ = ["pert"]


def pert(low: float, mode: float, high: float, peak: float = 4.0) -> Beta:
    """The PERT law between ``low`` and ``high`` about ``mode``.

    >>> pert(0.0, 1.0, 4.0).mean
    1.3333333333333333
    """
    mode_inside(low, mode, high)
    positive(peak, "peak")
    share = (mode - low) / (high - low)
    return Beta(1 + peak * share, 1 + peak * (1 - share), low, high)
