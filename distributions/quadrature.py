"""Gauss–Legendre nodes and weights, the same bits on every processor (SciPy's come from LAPACK)."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from burncast.distributions.law import FloatArray

__all__ = ["legendre"]


@lru_cache(maxsize=16)
def legendre(count: int) -> tuple[FloatArray, FloatArray]:
    """``count`` nodes in (−1, 1), ascending, and their weights, whose sum is 2: exact for degree 2·``count`` − 1.

    Newton's method on the polynomial's recurrence (Press et al. 2007, *Numerical Recipes*, 3rd ed., §4.6.1).

    >>> [round(float(one), 6) for one in legendre(2)[0]]
    [-0.57735, 0.57735]
    """
    nodes, weights = np.empty(count), np.empty(count)
    for place in range(count):
        x = -math.cos(math.pi * (place + 0.75) / (count + 0.5))
        for _ in range(8):
            value, before = 1.0, 0.0
            for degree in range(count):
                value, before = ((2 * degree + 1) * x * value - degree * before) / (degree + 1), value
            slope = count * (x * value - before) / (x * x - 1)
            x -= value / slope
        nodes[place], weights[place] = x, 2 / ((1 - x * x) * slope * slope)
    nodes.setflags(write=False)
    weights.setflags(write=False)
    return nodes, weights
