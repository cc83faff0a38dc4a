"""How the numbers of ``engine/numerics/coefficients.py`` were found: run it, and it prints the tables of that module.

float64 tables are Chebyshev interpolants (a factor of about two from minimax) computed with 50 digits. The float32
tables are minimax by Lawson's iteration, with one coefficient after another rounded to float32 and the rest fitted
again. Needs mpmath; some seconds.
"""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import numpy as np
from numpy.typing import NDArray

mp.mp.dps = 50
Real = mp.mpf

W0_SINGLE, C_SINGLE = 5.875, 9.8125
W0_DOUBLE, C_DOUBLE = 7.0, 11.5
K_CDF = 4.0


def chebyshev_nodes(low: Real, high: Real, count: int) -> list[Real]:
    return [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (2 * i + 1) / (2 * count)) for i in range(count)]


def interpolant(function: Callable[[Real], Real], low: Real, high: Real, degree: int) -> list[float]:
    """Coefficients, constant first, of the polynomial that meets ``function`` at the Chebyshev nodes."""
    nodes = chebyshev_nodes(mp.mpf(low), mp.mpf(high), degree + 1)
    table = [function(x) for x in nodes]
    for order in range(1, degree + 1):
        for i in range(degree, order - 1, -1):
            table[i] = (table[i] - table[i - 1]) / (nodes[i] - nodes[i - order])
    polynomial = [mp.mpf(0)]
    for value, node in zip(reversed(table), reversed(nodes), strict=True):
        shifted = [mp.mpf(0), *polynomial]
        for k, a in enumerate(polynomial):
            shifted[k] -= node * a
        shifted[0] += value
        polynomial = shifted
    return [float(a) for a in polynomial[: degree + 1]]


def quantile_ratio(w: Real) -> Real:
    """z / x where x = 2Φ(z) − 1 and w = −log(1 − x²), by Halley's method on the distribution function."""
    w = max(w, mp.mpf(10) ** -20)
    x = mp.sqrt(-mp.expm1(-w))
    tail = mp.exp(-w) / (2 * (1 + x))
    z = mp.sqrt(2) * mp.erfinv(x) if x < 0.99 else mp.sqrt(2 * w)
    for _ in range(60):
        gap = mp.erfc(z / mp.sqrt(2)) / 2 - tail
        step = gap * mp.sqrt(2 * mp.pi) * mp.exp(z * z / 2)
        z += step / (1 - z * step / 2)
        if abs(step) < mp.mpf(10) ** -40:
            break
    return z / x


def scaled_tail(t: Real) -> Real:
    """(a + k)·exp(a²/2)·Φ(−a) at a = k(1 + t)/(1 − t)."""
    a = K_CDF * (1 + t) / (1 - t)
    return (a + K_CDF) * mp.exp(a * a / 2) * mp.erfc(a / mp.sqrt(2)) / 2


def log_tail(z: Real) -> Real:
    """(2 artanh s − 2s) / s³ at z = s²."""
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) - 2 * s) / (s * z)


def lawson(basis: NDArray[np.float64], target: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficients that minimise the largest weighted error, by reweighted least squares."""
    emphasis = np.ones_like(target)
    best, chosen = np.inf, np.zeros(basis.shape[1])
    for _ in range(60):
        scale = np.sqrt(emphasis) * weight
        found = np.linalg.lstsq(basis * scale[:, None], target * scale, rcond=None)[0]
        error = np.abs((basis @ found - target) * weight)
        if error.max() < best:
            best, chosen = error.max(), found
        emphasis *= error / error.max() + 1e-3
        emphasis /= emphasis.sum()
    return chosen


def single_precision(
    x: NDArray[np.float64], target: NDArray[np.float64], weight: NDArray[np.float64], degree: int, scale: float
) -> list[float]:
    """float32 coefficients of ``target / scale``: round the constant, fit the rest again, and so on upwards."""
    radius = np.abs(x).max()
    basis = (x[:, None] / radius) ** np.arange(degree + 1)
    rest, kept = target.copy(), []
    for k in range(degree + 1):
        unit = scale * radius**k
        kept.append(float(np.float32(lawson(basis[:, k:], rest, weight)[0] / unit)))
        rest = rest - basis[:, k] * kept[-1] * unit
    return kept


def show(name: str, values: list[float]) -> None:
    print(f"{name} = (")
    for value in values:
        print(f"    {value!r},")
    print(")")


def main() -> None:
    half = mp.log(2) / 2 * mp.mpf("1.000001")
    show("EXP", interpolant(lambda r: (mp.expm1(r) - r) / r**2 if r else mp.mpf("0.5"), -half, half, 9))
    show("LOG", interpolant(log_tail, 0, ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2, 7))
    far = mp.mpf(38)
    show("CDF", interpolant(scaled_tail, -1, (far - K_CDF) / (far + K_CDF), 20))
    top = 52 * mp.log(2)
    show(
        "QUANTILE",
        interpolant(
            lambda v: quantile_ratio((W0_DOUBLE + C_DOUBLE * v) / (1 - v)),
            mp.mpf(-W0_DOUBLE) / C_DOUBLE,
            (top - W0_DOUBLE) / (top + C_DOUBLE),
            34,
        ),
    )
    t = np.array([float(a) for a in chebyshev_nodes(mp.sqrt(0.5) - 1, mp.sqrt(2) - 1, 400)])
    show("LOG_SINGLE", single_precision(t, -np.log1p(t) - W0_SINGLE, np.ones_like(t), 7, 1.0))
    v_high = (31 * mp.log(2) - W0_SINGLE) / (31 * mp.log(2) + C_SINGLE)
    v = np.array([float(a) for a in chebyshev_nodes(mp.mpf(-W0_SINGLE) / C_SINGLE, v_high, 500)])
    w = (W0_SINGLE + C_SINGLE * v) / (1 - v)
    ratio = np.array([float(quantile_ratio(mp.mpf(a))) for a in w])
    x = np.sqrt(-np.expm1(-w))
    weight = np.maximum(x, 0.03) / (1 - x * ratio / 9)
    show("QUANTILE_SINGLE", single_precision(v, ratio, weight, 12, 2.0**31))


if __name__ == "__main__":
    main()
