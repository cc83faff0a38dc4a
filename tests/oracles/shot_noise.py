"""Shot noise: jumps at the times of a Poisson process, each decaying exponentially (Campbell's theorem).

X_t = Σ J_i·exp(−decay·(t − τ_i)); the k-th cumulant of X_t is rate·E[J^k]·∫₀ᵗ exp(−k·decay·s) ds (Kingman, Poisson
Processes, 1993, section 3.2).
"""

import numpy as np

__all__ = ["autocovariance", "cumulant", "no_jump"]


def cumulant(order, rate, moment, decay, time):
    """The cumulant of this order; ``moment`` is E[J^order]."""
    speed = order * decay
    return rate * moment * (time if speed == 0.0 else -np.expm1(-speed * time) / speed)


def autocovariance(rate, second_moment, decay, earlier, later):
    """Cov(X_s, X_t), s ≤ t."""
    return np.exp(-decay * (later - earlier)) * cumulant(2, rate, second_moment, decay, earlier)


def no_jump(rate, time):
    """P(X_t is exactly 0)."""
    return np.exp(-rate * time)
