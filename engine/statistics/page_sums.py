"""The kernel that adds pages of bins up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.numerics.kernel_cache import outermost
from burncast.engine.statistics.bins import BINS

__all__ = ["add_pages"]


@outermost
def add_pages(
    owners: NDArray[np.int64],
    places: NDArray[np.int64],
    pages: NDArray[np.unsignedinteger],
    directory: NDArray[np.uint32],
    totals: NDArray[np.unsignedinteger],
    used: int,
) -> int:
    """Add those ``pages`` [n, 256] that stand at ``places`` to those of the same ``owners`` in ``totals`` [room, 256].

    Empty ones are passed over. ``directory`` uint32[rows * 4096] says which page of ``totals`` an owner has, 0 where
    none; new ones are taken from ``used`` on. Returns the next free page.
    """
    for i in range(len(owners)):
        page = pages[places[i]]
        occupied = page[0]
        for j in range(BINS):
            occupied |= page[j]
        if occupied == 0:
            continue
        place = directory[owners[i]]
        if place == 0:
            place = np.uint32(used)
            directory[owners[i]] = place
            used += 1
        for j in range(BINS):
            totals[place, j] += page[j]
    return used
