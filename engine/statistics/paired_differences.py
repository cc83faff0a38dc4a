"""The error of a difference between two runs on common random numbers.

Trajectory i of a scenario and of its variant share their draws, so what they differ by is estimated from pairs: the
mean of y′ᵢ − yᵢ, with the standard error of that mean. It is smaller than the errors of the two means together as far
as they are correlated (Glasserman and Yao 1992, "Some guidelines and guarantees for common random numbers").
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["paired_difference"]

Floats = NDArray[np.float64]


def paired_difference(one: Floats, other: Floats, groups: int = 0) -> tuple[float, float]:
    """The mean of ``other`` − ``one``, both f64[n], and its standard error.

    Where trajectories are not independent but fall into ``groups`` that are, trajectory i in group i mod ``groups``,
    the error is that of the groups' means. It is NaN for a single trajectory.

    >>> import numpy as np
    >>> paired_difference(np.array([1.0, 2.0, 4.0]), np.array([2.0, 3.0, 5.0]))
    (1.0, 0.0)
    """
    differences = other - one
    mean, count = float(differences.mean()), len(differences)
    if groups and count >= groups:
        differences = np.array([differences[group::groups].mean() for group in range(groups)])
    if len(differences) < 2:
        return mean, float("nan")
    return mean, float(differences.std(ddof=1) / np.sqrt(len(differences)))
