"""First passage of Brownian motion with drift to a lower barrier, watched always or at discrete times."""

import numpy as np
from scipy.special import log_ndtr, ndtr, zeta

__all__ = ["MONITORING_SHIFT", "discretely_monitored_passage", "first_passage"]

MONITORING_SHIFT = float(-zeta(0.5) / np.sqrt(2.0 * np.pi))
"""β = −ζ(½)/√(2π) ≈ 0.5826: Broadie, Glasserman and Kou, Mathematical Finance 7 (1997), 325–348, theorem 1.1."""


def first_passage(start, drift, volatility, time):
    """P(start + drift·s + volatility·W_s ≤ 0 for some s ≤ time): the inverse Gaussian distribution function."""
    scale = volatility * np.sqrt(time)
    reflected = np.exp(-2.0 * drift * start / volatility**2 + log_ndtr((drift * time - start) / scale))
    return ndtr((-start - drift * time) / scale) + reflected


def discretely_monitored_passage(start, drift, volatility, time, step):
    """The same, watched at multiples of ``step``: the barrier moves away by β·volatility·√step, up to o(√step)."""
    return first_passage(start + MONITORING_SHIFT * volatility * np.sqrt(step), drift, volatility, time)
