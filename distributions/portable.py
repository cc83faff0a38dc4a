"""Elementary functions whose last bit does not depend on the processor.

NumPy computes its own ``exp``, ``log``, ``power`` and hyperbolic functions with vector instructions where the processor
has them (AVX-512) and by the C library where it has not, and the two differ in the last bit; so do products of matrices
(BLAS). A law's numbers reach transport tables, and a result has to be the same on every processor, so this package
calls the functions below, and :mod:`math` for single numbers, instead; sums of products are ``np.sum(a * b)``, whose
order is fixed. Sums, products, quotients and square roots are exact to the last bit everywhere.

SciPy's special functions are compiled once and call the C library, number by number, and the C library has one variant
for all processors with FMA (another version of either may still differ). SciPy's Box–Cox transforms with λ = 0 are the
logarithm and, inverted, the exponential. None of these functions warns: ``log(0)`` is −∞, and ``log(−1)`` nan.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

__all__ = ["exp", "expm1", "log", "log1p", "power", "sinh"]


def exp(x: ArrayLike) -> NDArray[np.float64]:
    """e to the power x: infinite beyond 709.78.

    >>> exp([0.0, -np.inf, 1000.0]).tolist()
    [1.0, 0.0, inf]
    """
    return _floats(special.inv_boxcox(_floats(x), 0.0))


def expm1(x: ArrayLike) -> NDArray[np.float64]:
    """eˣ − 1, accurate near 0."""
    return _floats(special.expm1(_floats(x)))


def log(x: ArrayLike) -> NDArray[np.float64]:
    """The natural logarithm.

    >>> log([1.0, 0.0, np.inf]).tolist()
    [0.0, -inf, inf]
    """
    return _floats(special.boxcox(_floats(x), 0.0))


def log1p(x: ArrayLike) -> NDArray[np.float64]:
    """log(1 + x), accurate near 0."""
    return _floats(special.log1p(_floats(x)))


def power(x: ArrayLike, exponent: float) -> NDArray[np.float64]:
    """x to a power other than 0, for x ≥ 0: relative error about |exponent·log x|·1e-16."""
    return exp(exponent * log(x))


def sinh(x: ArrayLike) -> NDArray[np.float64]:
    """The hyperbolic sine."""
    lost = expm1(np.abs(x))
    return np.copysign((lost + lost / (lost + 1.0)) / 2.0, x)


def _floats(x: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(x, dtype=np.float64)
