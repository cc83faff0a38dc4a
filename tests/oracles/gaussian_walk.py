"""Ruin of a discrete Gaussian walk, by numerical recursion.

X₀ = start, X_t = X_{t−1} + drift + sd·Z_t; ruined in the first t ≥ 1 with X_t < 0. The survivors’ density on [0, ∞)
is smooth, so each convolution with the Gaussian kernel is taken by Gauss–Legendre on panels of a fraction of sd.
"""

import numpy as np
from scipy.special import ndtr

__all__ = ["ruin_probability"]


def ruin_probability(start, drift, sd, periods, panel=1.0, order=16):
    """The probability of ruin by the end of periods 0 … T, f64[T + 1], to about 1e-12."""
    reach = start + max(drift, 0.0) * periods + 9.0 * sd * np.sqrt(periods)
    panels = int(np.ceil(reach / (panel * sd)))
    nodes, weights = np.polynomial.legendre.leggauss(order)
    edges = np.linspace(0.0, reach, panels + 1)
    half = np.diff(edges)[:, None] / 2.0
    x = (edges[:-1, None] + half * (nodes + 1.0)).ravel()
    w = (half * weights).ravel()

    kernel = np.exp(-0.5 * ((x[:, None] - x - drift) / sd) ** 2) / (sd * np.sqrt(2.0 * np.pi)) * w
    ruin = np.zeros(periods + 1)
    ruin[1] = ndtr(-(start + drift) / sd)
    density = np.exp(-0.5 * ((x - start - drift) / sd) ** 2) / (sd * np.sqrt(2.0 * np.pi))
    falls = ndtr(-(x + drift) / sd) * w
    for period in range(2, periods + 1):
        ruin[period] = ruin[period - 1] + density @ falls
        density = kernel @ density
    return ruin
