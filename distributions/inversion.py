"""Inverting a tail function that has no closed form, vectorised.

Newton's method on the logarithm of the tail, which is nearly straight far out, kept inside a shrinking bracket and
replaced by bisection wherever it would leave it, and at every third step, since beside a point of infinite density
Newton's steps are small without being near.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray
from burncast.distributions.portable import exp, log

__all__ = ["falling_root", "invert", "solve_tail"]

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


def invert(
    tail: Callable[[FloatArray], FloatArray],
    density: Callable[[FloatArray], FloatArray],
    target: FloatArray,
    support: tuple[float, float],
    centre: float,
    spread: float = 1.0,
    *,
    rising: bool,
) -> FloatArray:
    """As :func:`solve_tail`, over the whole ``support``: the bracket grows from ``centre`` in steps of ``spread`` times
    powers of 4 towards an infinite end, by factors of the distance towards a finite one."""
    least, most = np.full_like(target, centre), np.full_like(target, centre)
    certain = (target >= 1) if rising else (target <= 0)
    impossible = (target <= 0) if rising else (target >= 1)
    for ends, sign, end in ((least, -1.0, support[0]), (most, 1.0, support[1])):
        distance = spread if np.isinf(end) else abs(end - centre)
        for _ in range(600):
            value = tail(ends)
            short = (value < target) if rising else (value > target)
            # Towards the upper end the tail has to reach the target, towards the lower one to fall short of it.
            missing = (short if sign > 0 else ~short) & ~certain & ~impossible
            if not np.any(missing):
                break
            distance = distance * 4 if np.isinf(end) else distance / 4
            further = centre + sign * distance if np.isinf(end) else end - sign * distance
            ends[missing] = further
    least[impossible] = most[impossible] = support[0]
    least[certain] = most[certain] = support[1]
    return solve_tail(tail, density, target, least, most, rising=rising)


def falling_root(function: Callable[[float], float], wanted: float, ends: tuple[float, float], family: str) -> float:
    """The argument between ``ends``, both above 0, at which a falling ``function`` is ``wanted``, by bisection of its
    logarithm."""
    if not function(ends[1]) < wanted < function(ends[0]):
        raise LawError(f"no {family} law is that spread out or that narrow", argument="sd")
    low, high = float(log(ends[0])), float(log(ends[1]))
    for _ in range(200):
        middle = (low + high) / 2
        if function(float(exp(middle))) > wanted:
            low = middle
        else:
            high = middle
    return float(exp(high))
