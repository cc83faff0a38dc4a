"""The Box–Cox stretch that turns light tails into heavy or bounded ones: (exp(shape·y) − 1)/shape, and y for shape 0.

It makes the generalised extreme value law of a Gumbel variable and the generalised Pareto law of an exponential one.
"""

from __future__ import annotations

import numpy as np

from burncast.distributions.law import FloatArray
from burncast.distributions.portable import expm1, log1p

__all__ = ["shrunk", "stretched", "stretched_end"]


def stretched(y: FloatArray, shape: float) -> FloatArray:
    """(exp(shape·y) − 1)/shape: rises with y whatever the shape."""
    if shape == 0:
        return y
    with np.errstate(over="ignore"):
        return expm1(shape * y) / shape


def shrunk(x: FloatArray, shape: float) -> FloatArray:
    """The y that is stretched to ``x``: −∞ or ∞ beyond the end."""
    if shape == 0:
        return x
    with np.errstate(over="ignore"):
        return log1p(np.maximum(shape * x, -1.0)) / shape


def stretched_end(shape: float) -> float:
    """The value that the stretch approaches but never passes: below for a shape above 0, above for one below 0."""
    return -1 / shape if shape else -np.inf
