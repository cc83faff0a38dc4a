"""The simplex method of Nelder and Mead for the maxima of many functions abreast.

Needs no derivatives, so kinks do no harm. Source: Nelder & Mead, The Computer Journal 7 (1965) 308–313; coefficients as
in Lagarias, Reeds, Wright & Wright, SIAM J. Optimization 9 (1998) 112–147.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.sample import Array

__all__ = ["simplex_together"]

_ITERATIONS = 400
_CLOSE = 1e-8
_NEAR = 1e-6


def simplex_together(
    objective: Callable[[Array, NDArray[np.int64]], Array], start: Array, reach: float
) -> tuple[Array, Array]:
    """Coordinates f64[fits, k] of the maxima and the values f64[fits], from simplices with edges of ``reach``.

    ``objective(at, which)`` gives the values f64[m] of the functions numbered ``which`` i64[m] at ``at`` f64[m, k].
    """
    fits, size = start.shape
    corners = np.repeat(start[:, None], size + 1, axis=1)
    corners[:, np.arange(1, size + 1), np.arange(size)] += reach
    everyone = np.arange(fits)
    heights = np.stack([objective(corners[:, i], everyone) for i in range(size + 1)], axis=1)
    going = everyone
    for _ in range(_ITERATIONS):
        order = np.argsort(-heights[going], axis=1, kind="stable")
        corners[going] = np.take_along_axis(corners[going], order[:, :, None], axis=1)
        heights[going] = np.take_along_axis(heights[going], order, axis=1)
        flat = heights[going, 0] - heights[going, -1] < _CLOSE
        small = np.abs(corners[going, 1:] - corners[going, :1]).max(axis=(1, 2)) < _NEAR
        going = going[~(flat & small)]
        if not len(going):
            break
        _move(objective, corners, heights, going)
    best = np.argmax(heights, axis=1)
    return corners[everyone, best], heights[everyone, best]


def _move(
    objective: Callable[[Array, NDArray[np.int64]], Array], corners: Array, heights: Array, going: NDArray[np.int64]
) -> None:
    """Reflect the lowest corner of each simplex; go on if that is best, draw in if it is not good, else shrink."""
    centre = corners[going, :-1].mean(axis=1)
    away = centre - corners[going, -1]
    new, height = centre + away, objective(centre + away, going)
    far = np.flatnonzero(height > heights[going, 0])
    if len(far):
        farther = centre[far] + 2 * away[far]
        reached = objective(farther, going[far])
        better = reached > height[far]
        new[far[better]], height[far[better]] = farther[better], reached[better]
    poor = np.flatnonzero(height <= heights[going, -2])
    shrinking = np.zeros(len(going), dtype=bool)
    if len(poor):
        outside = height[poor] > heights[going[poor], -1]
        near = centre[poor] + np.where(outside, 0.5, -0.5)[:, None] * away[poor]
        reached = objective(near, going[poor])
        better = reached > np.maximum(height[poor], heights[going[poor], -1])
        new[poor[better]], height[poor[better]] = near[better], reached[better]
        shrinking[poor[~better]] = True
    moved = going[~shrinking]
    corners[moved, -1], heights[moved, -1] = new[~shrinking], height[~shrinking]
    shrunk = going[shrinking]
    if len(shrunk):
        corners[shrunk, 1:] = 0.5 * (corners[shrunk, 1:] + corners[shrunk, :1])
        for i in range(1, corners.shape[1]):
            heights[shrunk, i] = objective(corners[shrunk, i], shrunk)
