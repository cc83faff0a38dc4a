"""Elementary functions of float64 scalars, written so that a loop over lanes vectorises: no branches, calls or tables.

The results are the same bits on every processor with fused multiply-add, because each step is an IEEE operation in a
fixed order: explicit :func:`fma`, no fast-math, no mathematical library.
:mod:`burncast.engine.numerics.elementary_numpy` is their independent NumPy reading. Methods: exp and log by reduction
to one binade (Muller, *Elementary Functions*, 3rd ed., ch. 11; the logarithm's last step as in fdlibm's ``e_log.c``);
the power through a logarithm carried in two doubles; Φ by the scaled tail in (a − 4)/(a + 4) (after Shepherd and
Laframboise, Math. Comp. 36, 1981, p. 249).
"""

from __future__ import annotations

import numpy as np

from burncast.engine.numerics.coefficients import CDF, EXP, K_CDF, LOG
from burncast.engine.numerics.intrinsics import floor, fma, polynomial, sqrt
from burncast.engine.numerics.kernel_cache import inlined

__all__ = [
    "cdf_of_scaled_tail",
    "exp",
    "floor",
    "fma",
    "log",
    "log_two_doubles",
    "normal_cdf",
    "power",
    "power_of_logarithm",
    "scaled_tail",
    "sqrt",
    "usual_exp",
    "usual_power",
]

LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01
"""log 2 to 33 bits, so that its product with an exponent is exact; :data:`LN2_LOW` is the rest."""
LN2_LOW = 1.90821492927058770002e-10
EXP_HIGH = 709.782712893384
"""Above it eˣ overflows; below :data:`EXP_LOW` it would be subnormal, and is 0."""
EXP_LOW = -708.39
ROUND = 6755399441055744.0
"""1.5·2⁵²: added to a number below 2⁵¹ it leaves the nearest integer in the low bits."""
ROUND_BITS = np.int64(0x4338000000000000)
SQRT_HALF_BITS = np.int64(0x3FE6A09E667F3BCD)
MANTISSA = np.int64(0x000FFFFFFFFFFFFF)
SMALLEST_NORMAL = 2.2250738585072014e-308

_exp_polynomial = polynomial(EXP)
_log_polynomial = polynomial(LOG)
_cdf_polynomial = polynomial(CDF)


@inlined
def exp(x: float) -> float:
    """e to the power x, within 1 ulp; 0 below −708.39, inf above 709.78, NaN of NaN."""
    shifted = fma(x, LOG2_E, ROUND)
    k = shifted - ROUND
    return _two_to(shifted, fma(k, -LN2_LOW, fma(k, -LN2_HIGH, x)), x)


@inlined
def usual_exp(x: float) -> float:
    """:func:`exp` of an x no further than 708 from 0."""
    shifted = fma(x, LOG2_E, ROUND)
    k = shifted - ROUND
    return _scaled(shifted, fma(k, -LN2_LOW, fma(k, -LN2_HIGH, x)))


@inlined
def log(x: float) -> float:
    """Natural logarithm, within 1 ulp, subnormal numbers too; −inf at 0, NaN below, inf of inf."""
    exponent, m = _split(x)
    t = m - 1.0
    s = t / (t + 2.0)
    z = s * s
    half = 0.5 * t * t
    rest = fma(s, fma(z, _log_polynomial(z), half), exponent * LN2_LOW)
    y = fma(exponent, LN2_HIGH, t - (half - rest))
    y = y if x < np.inf else x
    y = y if x != 0.0 else -np.inf
    return np.nan if x < 0.0 else y


@inlined
def normal_cdf(x: float) -> float:
    """Standard normal distribution function, 1e-15 relative in both tails; 0 below −37.6 (Φ < 1e-308)."""
    return cdf_of_scaled_tail(x, scaled_tail(x))


@inlined
def scaled_tail(x: float) -> float:
    """exp(x²/2)·Φ(−|x|)."""
    a = abs(x)
    a = 38.0 if a > 38.0 else a
    inverse = 1.0 / (a + K_CDF)
    return _cdf_polynomial((a - K_CDF) * inverse) * inverse


@inlined
def cdf_of_scaled_tail(x: float, scaled: float) -> float:
    """Φ(x), by what :func:`scaled_tail` gives."""
    a = abs(x)
    a = 38.0 if a > 38.0 else a
    square = a * a
    tail = scaled * _exp_two_doubles(-0.5 * square, -0.5 * fma(a, a, -square))
    return tail if x < 0.0 else 1.0 - tail


@inlined
def power(x: float, y: float) -> float:
    """x to the power y, within 1.5 ulp, 5e-15 relative near the ends of the range; IEEE 754's special cases of ``pow``.

    So x⁰ = 1 and 1ʸ = 1 even for NaN; a negative x has a power where y is an integer, else NaN. Results below 2e-308
    are 0.
    """
    size = abs(x)
    z = usual_power(size, y)
    z = 1.0 if size == 1.0 else z
    grows = (size > 1.0) == (y > 0.0)
    extreme = (size == 0.0) | (size == np.inf) | (abs(y) == np.inf)
    z = (np.inf if grows else 0.0) if extreme & (size != 1.0) else z
    whole = floor(y) == y
    odd = whole & (floor(0.5 * y) != 0.5 * y) & (abs(y) < 9007199254740992.0)
    negative = np.float64(x).view(np.int64) < np.int64(0)
    z = -z if odd & negative else z
    z = np.nan if (x < 0.0) & (x > -np.inf) & (not whole) else z
    z = np.nan if (x != x) | (y != y) else z
    return 1.0 if (y == 0.0) | (x == 1.0) else z


@inlined
def usual_power(x: float, y: float) -> float:
    """:func:`power` of a positive finite x and a finite y."""
    high, low = log_two_doubles(x)
    return power_of_logarithm(high, low, y)


@inlined
def power_of_logarithm(high: float, low: float, y: float) -> float:
    """exp(y·(high + low)) of a finite y and what :func:`log_two_doubles` gives."""
    product = y * high
    correction = fma(y, high, -product) + y * low
    return _exp_two_doubles(product, correction if abs(product) < 1000.0 else 0.0)


@inlined
def _exp_two_doubles(x: float, low: float) -> float:
    """e to the power x + low."""
    shifted = fma(x, LOG2_E, ROUND)
    k = shifted - ROUND
    return _two_to(shifted, fma(k, -LN2_LOW, fma(k, -LN2_HIGH, x)) + low, x)


@inlined
def _two_to(shifted: float, r: float, x: float) -> float:
    """2ᵏ·eʳ, where ``shifted`` = k + ROUND and x = k·log 2 + r decides on overflow and underflow."""
    y = _scaled(shifted, r)
    y = y if x <= EXP_HIGH else x + np.inf
    return 0.0 if x < EXP_LOW else y


@inlined
def _scaled(shifted: float, r: float) -> float:
    """2ᵏ·eʳ within the range of normal numbers."""
    p = 1.0 + fma(r * r, _exp_polynomial(r), r)
    bits = np.float64(p).view(np.int64) + (np.float64(shifted).view(np.int64) << np.int64(52))
    return float(np.int64(bits).view(np.float64))


@inlined
def _split(x: float) -> tuple[float, float]:
    """Exponent and mantissa in [√½, √2) of a positive finite number."""
    subnormal = x < SMALLEST_NORMAL
    scaled = x * 18014398509481984.0 if subnormal else x
    bits = np.float64(scaled).view(np.int64) - SQRT_HALF_BITS
    exponent = np.int64((bits >> np.int64(52)) + ROUND_BITS).view(np.float64) - ROUND
    m = np.int64((bits & MANTISSA) + SQRT_HALF_BITS).view(np.float64)
    return exponent - 54.0 if subnormal else exponent, m


@inlined
def log_two_doubles(x: float) -> tuple[float, float]:
    """Logarithm of a positive finite number as a sum of two doubles, to about 2⁻⁶⁵ relative."""
    exponent, m = _split(x)
    t = m - 1.0
    below = m + 1.0
    below_low = m - (below - 1.0)
    inverse = 1.0 / below
    s = t * inverse
    s_low = fma(-s, below_low, fma(-s, below, t)) * inverse
    z = s * s
    whole = exponent * LN2_HIGH
    twice = 2.0 * s
    total = whole + twice
    virtual = total - whole
    lost = (whole - (total - virtual)) + (twice - virtual)
    rest = lost + fma(2.0, s_low, fma(s * z, _log_polynomial(z), exponent * LN2_LOW))
    high = total + rest
    return high, rest - (high - total)
