"""Sensitivity indices in closed form: Ishigami, Sobol's g-function, a correlated Gaussian linear model."""

from __future__ import annotations

import itertools
import math

import numpy as np

__all__ = ["gaussian_shapley", "ishigami", "sine", "sobol_g"]


def sine(name):
    """sin(name) as a formula: Taylor's polynomial of degree 23, to 1e-11 on [−π, π]."""
    terms = [(-1) ** k / math.factorial(2 * k + 1) for k in range(12)]
    text = repr(terms[-1])
    for term in reversed(terms[:-1]):
        text = f"({term!r} + {name} * {name} * {text})"
    return f"{name} * {text}"


def ishigami(a=7.0, b=0.1):
    """First-order and total indices of sin x₁ + a sin² x₂ + b x₃⁴ sin x₁, xᵢ uniform on [−π, π], and the variance
    (Ishigami and Homma 1990; Saltelli et al. 2008, *Global Sensitivity Analysis*, p. 179).
    """
    pi4, pi8 = math.pi**4, math.pi**8
    one, two, both = 0.5 * (1 + b * pi4 / 5) ** 2, a * a / 8, b * b * pi8 * 8 / 225
    variance = one + two + both
    first = np.array([one, two, 0.0]) / variance
    total = np.array([one + both, two, both]) / variance
    return first, total, variance


def sobol_g(a):
    """First-order and total indices of Π (|4xᵢ − 2| + aᵢ) / (1 + aᵢ), xᵢ uniform on [0, 1], and the variance
    (Sobol 1993; Saltelli et al. 2008, p. 123).
    """
    parts = 1 / (3 * (1 + np.asarray(a)) ** 2)
    product = np.prod(1 + parts)
    variance = product - 1
    return parts / variance, parts * product / (1 + parts) / variance, variance


def gaussian_shapley(weights, covariance):
    """Shapley effects, as shares, of Σ wᵢ Xᵢ with X ~ N(0, Σ): from Var(E[Y | X_u]) = c_u Σ_uu⁻¹ c_u, c = Σ w
    (Song, Nelson and Staum 2016; Owen and Prieur 2017).
    """
    weights, covariance = np.asarray(weights, float), np.asarray(covariance, float)
    count, together = len(weights), covariance @ weights

    def known(subset):
        places = list(subset)
        if not places:
            return 0.0
        return together[places] @ np.linalg.solve(covariance[np.ix_(places, places)], together[places])

    effects = np.zeros(count)
    for i in range(count):
        others = [j for j in range(count) if j != i]
        for size in range(count):
            for subset in itertools.combinations(others, size):
                step = known((*subset, i)) - known(subset)
                effects[i] += step / (count * math.comb(count - 1, size))
    return effects / (weights @ together)
