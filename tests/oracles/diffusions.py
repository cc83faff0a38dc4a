"""Moments of geometric Brownian motion, of Ornstein–Uhlenbeck and of its exponential; times and rates in years.

Each function returns (mean, sd) at ``time`` or the autocovariance at two times; they take arrays of times.
"""

import numpy as np

__all__ = [
    "gbm",
    "gbm_autocovariance",
    "log_ornstein_uhlenbeck",
    "log_ornstein_uhlenbeck_autocovariance",
    "lognormal",
    "ornstein_uhlenbeck",
    "ornstein_uhlenbeck_autocovariance",
]


def lognormal(mu, sigma):
    """Mean and sd of exp(N(mu, sigma²))."""
    mean = np.exp(mu + sigma**2 / 2.0)
    return mean, mean * np.sqrt(np.expm1(sigma**2))


def gbm(start, drift, volatility, time):
    """E S = start·exp(drift·t), and its sd."""
    mean = start * np.exp(drift * time)
    return mean, mean * np.sqrt(np.expm1(volatility**2 * time))


def gbm_autocovariance(start, drift, volatility, earlier, later):
    """Cov(S_s, S_t), s ≤ t."""
    return start**2 * np.exp(drift * (earlier + later)) * np.expm1(volatility**2 * earlier)


def ornstein_uhlenbeck(start, mean, speed, volatility, time):
    """dX = speed·(mean − X)·dt + volatility·dW from ``start``."""
    decay = np.exp(-speed * time)
    return mean + (start - mean) * decay, volatility * np.sqrt(-np.expm1(-2.0 * speed * time) / (2.0 * speed))


def ornstein_uhlenbeck_autocovariance(speed, volatility, earlier, later):
    """Cov(X_s, X_t), s ≤ t."""
    return np.exp(-speed * (later - earlier)) * volatility**2 * -np.expm1(-2.0 * speed * earlier) / (2.0 * speed)


def log_ornstein_uhlenbeck(start, median, speed, volatility, time):
    """exp(X), X an Ornstein–Uhlenbeck process from log(start) around log(median)."""
    return lognormal(*ornstein_uhlenbeck(np.log(start), np.log(median), speed, volatility, time))


def log_ornstein_uhlenbeck_autocovariance(start, median, speed, volatility, earlier, later):
    """Cov(exp X_s, exp X_t), s ≤ t."""
    means = [log_ornstein_uhlenbeck(start, median, speed, volatility, time)[0] for time in (earlier, later)]
    covariance = ornstein_uhlenbeck_autocovariance(speed, volatility, earlier, later)
    return means[0] * means[1] * np.expm1(covariance)
