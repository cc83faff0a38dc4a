"""Occupation of a finite Markov chain."""

import numpy as np

__all__ = ["occupation", "occupation_time_moments", "stationary"]


def occupation(transition, start, periods):
    """P(state at t), f64[T + 1, states], t = 0 … T; ``start`` a state or probabilities."""
    transition = np.asarray(transition, np.float64)
    now = np.eye(len(transition))[start] if np.ndim(start) == 0 else np.asarray(start, np.float64)
    shares = [now]
    for _ in range(periods):
        now = now @ transition
        shares.append(now)
    return np.array(shares)


def occupation_time_moments(transition, start, periods, state):
    """Mean and sd of the number of periods 1 … T spent in ``state``."""
    transition = np.asarray(transition, np.float64)
    shares = occupation(transition, start, periods)[1:, state]
    powers, power = [], np.eye(len(transition))
    for _ in range(periods):
        powers.append(power[state, state])
        power = power @ transition
    second = shares.sum() + 2.0 * sum(shares[s] * powers[t - s] for s in range(periods) for t in range(s + 1, periods))
    return shares.sum(), np.sqrt(second - shares.sum() ** 2)


def stationary(transition):
    """The stationary distribution, f64[states]."""
    transition = np.asarray(transition, np.float64)
    size = len(transition)
    system = np.vstack([transition.T - np.eye(size), np.ones(size)])
    return np.linalg.lstsq(system, np.append(np.zeros(size), 1.0), rcond=None)[0]
