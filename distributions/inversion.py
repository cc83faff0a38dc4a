"""Inverting a tail function that has no closed form, vectorised.

Newton's method on the logarithm of the tail, which is nearly straight far out, kept inside a shrinking bracket and
replaced by bisection wherever it would leave it, and at every third step, since beside a point of infinite density
Newton's steps are small without being near.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from burncast.distributions.law import FloatArray
from burncast.distributions.portable import log

__all__ = ["solve_tail"]

MOST_STEPS = 200


def solve_tail(
    tail: Callable[[FloatArray], FloatArray],
    density: Callable[[FloatArray], FloatArray],
    target: FloatArray,
    least: FloatArray,
    most: FloatArray,
    *,
    rising: bool,
) -> FloatArray:
    """The smallest x in [least, most] at which ``tail`` reaches ``target``, element by element.

    ``tail`` is a cdf (``rising``) or an sf, ``density`` its slope; ``target``, ``least`` and ``most`` share one shape.
    Where an end is infinite, or both are equal, ``most`` is the answer.
    """
    shape = target.shape
    target, least, most = (np.array(one, dtype=np.float64).ravel() for one in (target, least, most))
    result = most.copy()
    open_ = np.flatnonzero(np.isfinite(least) & np.isfinite(most) & (least < most))
    goal, low, high = target[open_], least[open_], most[open_]
    x = high if rising else low
    for count in range(MOST_STEPS):
        if not len(open_):
            break
        value = tail(x)
        reached = value >= goal if rising else value <= goal
        high, low = np.where(reached, x, high), np.where(reached, low, x)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = (log(goal) - log(value)) * value / density(x) * (1.0 if rising else -1.0)
        following = x + step
        small = (np.abs(step) <= 4e-16 * np.abs(x)) & (np.abs(value - goal) <= 1e-8 * goal)
        inside = (following > low) & (following < high) & (count % 3 < 2)
        middle = low + (high - low) / 2
        done = small | (middle <= low) | (middle >= high)
        result[open_] = np.where(small, x, high)
        following = np.where(inside, following, middle)
        stay = ~done
        open_, goal, low, high, x = open_[stay], goal[stay], low[stay], high[stay], following[stay]
    return result.reshape(shape)
