"""Clayton's, Gumbel's and Frank's copula in closed form (Nelsen 2006, *An Introduction to Copulas*, table 4.1)."""

import numpy as np
from scipy import integrate

__all__ = ["cdf", "kendall_tau", "lower_tail_dependence", "spearman_rho", "turned", "upper_tail_dependence"]


def cdf(family, theta, *u):
    """P(U₁ ≤ u₁, U₂ ≤ u₂, …)."""
    points = np.broadcast_arrays(*(np.asarray(one, np.float64) for one in u))
    if family == "clayton":
        return (sum(one**-theta for one in points) - len(points) + 1.0) ** (-1.0 / theta)
    if family == "gumbel":
        return np.exp(-(sum((-np.log(one)) ** theta for one in points) ** (1.0 / theta)))
    product = np.prod([np.expm1(-theta * one) for one in points], axis=0)
    return -np.log1p(product / np.expm1(-theta) ** (len(points) - 1)) / theta


def turned(family, theta, rotation, u, v):
    """The copula of two turned by 0, 90, 180 or 270 degrees: 90 takes 1 − U₁ for U₁, 270 takes 1 − U₂ for U₂."""
    return {
        0: lambda: cdf(family, theta, u, v),
        90: lambda: v - cdf(family, theta, 1.0 - u, v),
        180: lambda: u + v - 1.0 + cdf(family, theta, 1.0 - u, 1.0 - v),
        270: lambda: u - cdf(family, theta, u, 1.0 - v),
    }[rotation]()


def kendall_tau(family, theta):
    """4·∫∫ C dC − 1, which is 1 + 4·∫ φ/φ′ of the generator φ."""
    if family == "clayton":
        return theta / (theta + 2.0)
    if family == "gumbel":
        return 1.0 - 1.0 / theta

    def ratio(t):
        return np.log(np.expm1(-theta * t) / np.expm1(-theta)) * np.expm1(theta * t) / theta

    return 1.0 + 4.0 * integrate.quad(ratio, 0.0, 1.0, epsabs=1e-13)[0]


def spearman_rho(family, theta):
    """12·∫∫ C − 3, by adaptive quadrature over the triangle below the diagonal and its mirror image."""
    value, _ = integrate.dblquad(
        lambda v, u: float(cdf(family, theta, u, v)), 0.0, 1.0, 0.0, lambda u: u, epsabs=1e-9, epsrel=1e-9
    )
    return 24.0 * value - 3.0


def lower_tail_dependence(family, theta):
    """The limit of C(u, u)/u as u → 0."""
    return 2.0 ** (-1.0 / theta) if family == "clayton" else 0.0


def upper_tail_dependence(family, theta):
    """The limit of P(U > u, V > u)/(1 − u) as u → 1."""
    return 2.0 - 2.0 ** (1.0 / theta) if family == "gumbel" else 0.0
