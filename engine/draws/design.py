"""What the points of a run that spreads its trajectories are made of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_DIMENSIONS", "REPLICATIONS", "TAG", "Design"]

REPLICATIONS = 16
"""Independent replications of every method but plain random draws."""

MOST_DIMENSIONS = 21_201
"""Coordinates that have published Sobol directions."""

TAG = 0x536F626F
"""The stream of their own draws; the third word of these counters is above 2³¹, where no period reaches."""


class Design(NamedTuple):
    """What the points of a run are made of.

    ``vectors`` uint32[C, 32, REPLICATIONS] and ``shifts`` uint32[C, REPLICATIONS] for Sobol points (C = 0: a Latin
    hypercube); ``keys`` uint32[coordinates, REPLICATIONS] the hash keys; ``sizes`` int64[REPLICATIONS] the points of
    each replication and ``scales`` 2³² by them. ``inputs`` int64[d] are the rows of the inputs among the streams
    ``draws``, ``shocks`` uint32[s] the streams of shocks; coordinates beyond C are drawn from them. ``places`` and
    ``weights`` are those of the bridge.
    """

    vectors: NDArray[np.uint32]
    shifts: NDArray[np.uint32]
    keys: NDArray[np.uint32]
    sizes: NDArray[np.int64]
    scales: NDArray[np.float64]
    inputs: NDArray[np.int64]
    draws: NDArray[np.uint32]
    shocks: NDArray[np.uint32]
    places: NDArray[np.int64]
    weights: NDArray[np.float32]
