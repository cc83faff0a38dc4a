"""The elementary functions on NumPy arrays: the same bits as :mod:`burncast.engine.numerics.elementary`, written apart
from it.

NumPy has no fused multiply-add, so :func:`fma` builds it from rounded operations alone: product and sum are split
exactly into two parts each (Dekker; Knuth), the two small parts are added *to odd*, and the last addition then rounds
just once (Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to
odd", IEEE Transactions on Computers 57, 2008). That is proved where nothing over- or underflows on the way; rational
arithmetic decides the rest. In float32 the product is exact in float64, and one addition to odd is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from burncast.engine.numerics.coefficients import CDF, EXP, K_CDF, LOG

__all__ = ["exp", "floor", "fma", "fma_single", "log", "normal_cdf", "polynomial", "power", "sqrt"]

Doubles = NDArray[np.float64]
Singles = NDArray[np.float32]

floor = np.floor
sqrt = np.sqrt

_LOG2_E = 1.4426950408889634
_LN2 = (6.93147180369123816490e-01, 1.90821492927058770002e-10)
_ROUND = 1.5 * 2.0**52
_SQRT_HALF_BITS = np.float64(0.5**0.5).view(np.int64)


def fma(a: ArrayLike, b: ArrayLike, c: ArrayLike) -> Doubles:
    """a·b + c in float64, rounded once; the arguments broadcast."""
    a, b, c = np.broadcast_arrays(*(np.asarray(x, np.float64) for x in (a, b, c)))
    with np.errstate(all="ignore"):
        product, product_error = _two_product(a, b)
        low, low_error = _two_sum(c, product_error)
        high, high_error = _two_sum(product, low)
        result = high + _sum_to_odd(low_error, high_error)
        plain = (a == 0.0) | (b == 0.0) | ~(np.isfinite(a) & np.isfinite(b) & np.isfinite(c))
        result = np.where(plain, np.where(np.isinf(c) & np.isfinite(a) & np.isfinite(b), c, a * b + c), result)
        size = np.abs(product)
        proved = (np.abs(a) < 2.0**900) & (np.abs(b) < 2.0**900) & (np.abs(c) < 2.0**1000)
        proved &= (size > 2.0**-900) & (size < 2.0**1000)
    rest = ~(plain | proved)
    if rest.any():
        result[rest] = [_exact(*map(float, each)) for each in zip(a[rest], b[rest], c[rest], strict=True)]
    return result


def fma_single(a: ArrayLike, b: ArrayLike, c: ArrayLike) -> Singles:
    """a·b + c in float32, rounded once; the arguments broadcast."""
    with np.errstate(all="ignore"):
        wide = (np.asarray(np.asarray(x, np.float32), np.float64) for x in (a, b, c))
        a, b, c = np.broadcast_arrays(*wide)
        return _sum_to_odd(a * b, c).astype(np.float32)


def polynomial(coefficients: Sequence[float], x: NDArray[np.floating]) -> NDArray[np.floating]:
    """c₀ + x·(E(x²) + x·O(x²)), every step fused, in the precision of ``x``."""
    single = x.dtype == np.float32
    fused = fma_single if single else fma
    constants = np.asarray(coefficients, np.float32 if single else np.float64)
    square = x * x
    even, odd = (np.broadcast_to(chain[-1], x.shape) for chain in (constants[1::2], constants[2::2]))
    for constant in constants[1::2][-2::-1]:
        even = fused(even, square, constant)
    for constant in constants[2::2][-2::-1]:
        odd = fused(odd, square, constant)
    return fused(fused(odd, x, even), x, constants[0])


def exp(x: ArrayLike) -> Doubles:
    """e to the power x; the inner exponential takes a second double for the power and Φ."""
    return _exp(np.asarray(x, np.float64), None)


def log(x: ArrayLike) -> Doubles:
    """Natural logarithm."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        exponent, m = _split(x)
        t = m - 1.0
        s = t / (t + 2.0)
        z = s * s
        half = 0.5 * t * t
        rest = fma(s, fma(z, polynomial(LOG, z), half), exponent * _LN2[1])
        y = fma(exponent, _LN2[0], t - (half - rest))
    y = np.where(x < np.inf, y, x)
    return np.select([x == 0.0, x < 0.0], [-np.inf, np.nan], y)


def normal_cdf(x: ArrayLike) -> Doubles:
    """Standard normal distribution function."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        a = np.where(np.abs(x) > 38.0, 38.0, np.abs(x))
        inverse = 1.0 / (a + K_CDF)
        scaled = polynomial(CDF, (a - K_CDF) * inverse) * inverse
        square = a * a
        tail = scaled * _exp(-0.5 * square, -0.5 * fma(a, a, -square))
    return np.where(x < 0.0, tail, 1.0 - tail)


def power(x: ArrayLike, y: ArrayLike) -> Doubles:
    """x to the power y."""
    x, y = np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(y, np.float64))
    size = np.abs(x)
    with np.errstate(all="ignore"):
        high, low = _log_two_doubles(size)
        product = y * high
        correction = fma(y, high, -product) + y * low
        result = _exp(product, np.where(np.abs(product) < 1000.0, correction, 0.0))
        edge = (size == 0.0) | np.isinf(size) | np.isinf(y)
        result = np.where(edge, np.where((size > 1.0) == (y > 0.0), np.inf, 0.0), result)
        result = np.where(size == 1.0, 1.0, result)
        whole = np.floor(y) == y
        odd = whole & (np.floor(y / 2.0) != y / 2.0) & (np.abs(y) < 2.0**53)
    result = np.where(odd & np.signbit(x), -result, result)
    undefined = np.isnan(x) | np.isnan(y) | (~whole & (x < 0.0) & np.isfinite(x))
    return np.select([(y == 0.0) | (x == 1.0), undefined], [1.0, np.nan], result)


def _exp(x: Doubles, low: Doubles | None) -> Doubles:
    with np.errstate(all="ignore"):
        shifted = fma(x, _LOG2_E, _ROUND)
        k = shifted - _ROUND
        r = fma(k, -_LN2[1], fma(k, -_LN2[0], x))
        r = r if low is None else r + low
        p = 1.0 + fma(r * r, polynomial(EXP, r), r)
        y = (p.view(np.int64) + (shifted.view(np.int64) << 52)).view(np.float64)
        return np.select([x < -708.39, x <= 709.782712893384], [0.0, y], x + np.inf)


def _split(x: Doubles) -> tuple[Doubles, Doubles]:
    subnormal = x < 2.0**-1022
    bits = np.where(subnormal, x * 2.0**54, x).view(np.int64) - _SQRT_HALF_BITS
    exponent = (bits >> 52).astype(np.float64) - np.where(subnormal, 54.0, 0.0)
    return exponent, ((bits & (2**52 - 1)) + _SQRT_HALF_BITS).view(np.float64)


def _log_two_doubles(x: Doubles) -> tuple[Doubles, Doubles]:
    exponent, m = _split(x)
    t = m - 1.0
    below = m + 1.0
    inverse = 1.0 / below
    s = t * inverse
    s_low = fma(-s, m - (below - 1.0), fma(-s, below, t)) * inverse
    z = s * s
    total, lost = _two_sum(exponent * _LN2[0], 2.0 * s)
    rest = lost + fma(2.0, s_low, fma(s * z, polynomial(LOG, z), exponent * _LN2[1]))
    high = total + rest
    return high, rest - (high - total)


def _two_sum(a: Doubles, b: Doubles) -> tuple[Doubles, Doubles]:
    """a + b rounded, and what the rounding lost (Knuth)."""
    total = a + b
    virtual = total - a
    return total, (a - (total - virtual)) + (b - virtual)


def _two_product(a: Doubles, b: Doubles) -> tuple[Doubles, Doubles]:
    """a·b rounded, and what the rounding lost (Dekker), by Veltkamp's halves of 26 bits."""
    halves = []
    for x in (a, b):
        scaled = 134217729.0 * x
        high = scaled - (scaled - x)
        halves.append((high, x - high))
    (a_high, a_low), (b_high, b_low) = halves
    product = a * b
    return product, a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)


def _sum_to_odd(a: Doubles, b: Doubles) -> Doubles:
    """a + b; where inexact, whichever of the two neighbours has an odd last bit."""
    total, error = _two_sum(a, b)
    bits = total.view(np.int64)
    inexact = np.isfinite(error) & (error != 0.0) & (bits & 1 == 0)
    away = (error > 0.0) == (total > 0.0)
    return (bits + np.where(inexact, np.where(away, 1, -1), 0)).view(np.float64)


def _exact(a: float, b: float, c: float) -> float:
    try:
        return float(Fraction(a) * Fraction(b) + Fraction(c))
    except OverflowError:
        return float("inf") if Fraction(a) * Fraction(b) + Fraction(c) > 0 else float("-inf")
