"""Clayton, Gumbel and Frank: Archimedean copulas, whose one parameter ``theta`` says how strongly draws move together.

=======  ============================================  =================  ================  =====================
family   C(u, v)                                       theta              Kendall's tau     tail dependence
=======  ============================================  =================  ================  =====================
clayton  (u^−θ + v^−θ − 1)^(−1/θ)                      above 0            θ/(θ + 2)         lower, 2^(−1/θ)
gumbel   exp(−((−ln u)^θ + (−ln v)^θ)^(1/θ))           1 or more          1 − 1/θ           upper, 2 − 2^(1/θ)
frank    −ln(1 + (e^−θu − 1)(e^−θv − 1)/(e^−θ − 1))/θ  any (of two), > 0  1 − 4(1 − D₁)/θ   none
=======  ============================================  =================  ================  =====================

D_k(θ) = k/θ^k·∫ t^k/(eᵗ − 1) dt over [0, θ] is Debye's function. Spearman's rho is 1 − 12(D₁ − D₂)/θ of Frank's copula,
and 12·∫∫ C − 3, integrated numerically, of the others; for Gumbel's, an extreme-value copula with Pickands function A,
that is 12·∫ (1 + A)^−2 − 3.

Source: Nelsen 2006, *An Introduction to Copulas*, 2nd ed., tables 4.1 and 5.1, §5.1.2 and exercise 5.1; Genest 1987,
"Frank's family of bivariate distributions"; Hürlimann 2003, "Hutchinson–Lai's conjecture for bivariate extreme value
copulas" (Spearman's rho by Pickands' function).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray
from burncast.distributions.portable import expm1, power
from burncast.distributions.quadrature import legendre

__all__ = ["ARCHIMEDEAN", "MOST_THETA", "Archimedean"]

MOST_THETA = 100.0
"""Beyond, draws are nearly functions of each other: Kendall's tau is 0.98, 0.99 and 0.96."""


@dataclass(frozen=True, slots=True)
class Archimedean:
    """One family: parameters from ``least`` to :data:`MOST_THETA`, ``independence`` that of independent draws."""

    name: str
    least: float
    independence: float
    kendall: Callable[[float], float]
    spearman: Callable[[float], float]

    def check(self, theta: float) -> None:
        """Refuse a parameter that the family does not have."""
        if not self.least <= theta <= MOST_THETA or (self.name == "clayton" and theta == 0):
            above = "above 0, " if self.name == "clayton" else f"from {self.least:g} "
            message = f"theta of a {self.name} copula is {theta:g}"
            raise LawError(message, argument="theta", expected=f"a number {above}to {MOST_THETA:g}")

    def from_rank(self, value: float, measure: str) -> float:
        """The parameter with Kendall's tau, or Spearman's rho, equal to ``value``: by bisection."""
        function = self.kendall if measure == "kendall" else self.spearman
        low, high = self.least, MOST_THETA
        ends = function(low), function(high)
        if not ends[0] <= value <= ends[1] or (self.name == "clayton" and value == 0):
            above = "above 0, " if self.name == "clayton" else f"from {ends[0]:.4g} "
            message = f"{measure} of a {self.name} copula is {value:g}"
            raise LawError(message, argument="rho", expected=f"a number {above}to {ends[1]:.4g}")
        if value == 0:
            return self.independence
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if function(middle) < value else (low, middle)
            if high - low <= 1e-13 * abs(high):
                break
        return (low + high) / 2


def _clayton_kendall(theta: float) -> float:
    return theta / (theta + 2)


@lru_cache(maxsize=256)
def _clayton_spearman(theta: float) -> float:
    """Twice the integral over the triangle below the diagonal, at (v, v·w): C = v·w·(1 + w^θ − (v·w)^θ)^(−1/θ)."""
    if theta < 1e-9:
        return 3 * theta / 4
    v, v_weights = _nodes(1.0)
    w, w_weights = v[:, None], v_weights[:, None]
    # Both coordinates are squares of the nodes, on whose scale powers of a small theta bend less.
    far, deep = power(w * w, theta), power(v * v * w * w, theta)
    value = v * v * w * w * power(1 + far - deep, -1 / theta)
    jacobian = v * v * (2 * v) * (2 * w)
    return float(24 * np.sum(np.sum(value * jacobian * v_weights * w_weights, axis=1))) - 3


def _gumbel_kendall(theta: float) -> float:
    return 1 - 1 / theta


@lru_cache(maxsize=256)
def _gumbel_spearman(theta: float) -> float:
    nodes, weights = _nodes(1.0)
    t = nodes * nodes / 2
    pickands = power(power(t, theta) + power(1 - t, theta), 1 / theta)
    return float(24 * np.sum(nodes * weights / (1 + pickands) ** 2)) - 3


def _frank_kendall(theta: float) -> float:
    size = abs(theta)
    if size < 1e-3:
        return theta / 9
    return math.copysign(1 - 4 * (1 - _debye(1, size)) / size, theta)


def _frank_spearman(theta: float) -> float:
    size = abs(theta)
    if size < 1e-3:
        return theta / 6
    return math.copysign(1 - 12 * (_debye(1, size) - _debye(2, size)) / size, theta)


def _debye(order: int, x: float) -> float:
    """D_k(x) for x above 0: Gauss–Legendre, over [0, 45] where x is more."""
    t, weights = _nodes(min(x, 45.0))
    return float(order * np.sum(weights * t**order / expm1(t))) / x**order


@lru_cache(maxsize=64)
def _nodes(length: float) -> tuple[FloatArray, FloatArray]:
    """Gauss–Legendre nodes and weights over [0, ``length``]."""
    nodes, weights = legendre(96)
    return length * (1 + nodes) / 2, length * weights / 2


ARCHIMEDEAN: dict[str, Archimedean] = {
    family.name: family
    for family in (
        Archimedean("clayton", 0.0, 0.0, _clayton_kendall, _clayton_spearman),
        Archimedean("gumbel", 1.0, 1.0, _gumbel_kendall, _gumbel_spearman),
        Archimedean("frank", -MOST_THETA, 0.0, _frank_kendall, _frank_spearman),
    )
}
"""The families by name."""
