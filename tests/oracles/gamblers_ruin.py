"""The gambler's ruin in finite time, by the exact recursion over fortunes."""

import numpy as np

__all__ = ["eventual_ruin", "ruin_probability"]


def ruin_probability(start, win, periods, goal=None):
    """P(fortune 0 by the end of periods 0 … T), f64[T + 1]; a fortune of ``goal`` stops the game, None never does.

    Each period the fortune goes up by 1 with probability ``win``, and down by 1 otherwise.
    """
    top = start + periods + 1 if goal is None else goal
    share = np.zeros(top + 1)
    share[start] = 1.0
    ruin = [share[0]]
    for _ in range(periods):
        playing = share.copy()
        playing[0] = playing[top] = 0.0
        stopped = share - playing
        share = stopped + np.append(playing[1:], 0.0) * (1.0 - win) + np.append(0.0, playing[:-1]) * win
        ruin.append(share[0])
    return np.array(ruin)


def eventual_ruin(start, win, goal):
    """Feller, An Introduction to Probability Theory I (1968), XIV.2: ruin before ``goal``, in unlimited time."""
    if win == 0.5:
        return 1.0 - start / goal
    ratio = (1.0 - win) / win
    return (ratio**goal - ratio**start) / (ratio**goal - 1.0)
