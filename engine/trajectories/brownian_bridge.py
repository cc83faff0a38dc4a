"""The Brownian bridge: a process's shocks from coordinates of which the first say most.

Independent standard normals x₁ … x_T become the increments z₁ … z_T of a path: x₁ places its end, x₂ its middle given
both ends, and so on (Moskowitz and Caflisch 1996, "Smoothness and dimension reduction in quasi-Monte Carlo methods").
The map is orthogonal, so the increments are independent standard normals again, whatever a program does with them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bridge", "bridge", "bridge_increments"]


@dataclass(frozen=True, slots=True)
class Bridge:
    """Step k places time ``places[k, 0]`` between ``places[k, 1]`` and ``places[k, 2]`` (int64[T, 3], 0 the start).

    The value there is w₀·left + w₁·right + w₂·x_k with the weights ``weights[k]`` (float32[T, 3]).
    """

    places: NDArray[np.int64]
    weights: NDArray[np.float32]


def bridge(periods: int) -> Bridge:
    """The order and the weights for T = ``periods``: the end first, then the middle of every gap, the widest first."""
    places = [(periods, 0, 0)]
    weights = [(0.0, 0.0, math.sqrt(periods))]
    gaps = [(0, periods)]
    while gaps:
        left, right = gaps.pop(0)
        if right - left < 2:
            continue
        middle = (left + right) // 2
        span = right - left
        places.append((middle, left, right))
        spread = math.sqrt((middle - left) * (right - middle) / span)
        weights.append(((right - middle) / span, (middle - left) / span, spread))
        gaps += [(left, middle), (middle, right)]
    return Bridge(np.array(places, np.int64), np.array(weights, np.float32))


def bridge_increments(plan: Bridge, coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Increments float64[T, n] from coordinates float64[T, n]; the oracle of the kernel."""
    path = np.zeros((len(coordinates) + 1, coordinates.shape[1]))
    for (place, left, right), (first, second, spread), x in zip(
        plan.places.tolist(), plan.weights.astype(np.float64).tolist(), coordinates, strict=True
    ):
        path[place] = first * path[left] + second * path[right] + spread * x
    return np.diff(path, axis=0)
