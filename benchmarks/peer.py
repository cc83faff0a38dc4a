"""What the measured implementations have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks.model import Outcome

__all__ = ["Run", "UnavailableError", "in_threads", "parts"]

Run = Callable[[int, int], Outcome]
"""(trajectories, seed) ↦ outcome: what is timed. A module ``peer_*`` has a function ``prepare(variant, threads)`` that
returns one and does everything that is not timed: compilation, and the choice of a block size by measurement."""


class UnavailableError(Exception):
    """What an implementation needs is not installed here."""


def parts(trajectories: int, size: int) -> Iterator[tuple[int, int]]:
    """(index, number of trajectories) of blocks of ``size``, the last one shorter."""
    for index, first in enumerate(range(0, trajectories, size)):
        yield index, min(size, trajectories - first)


def in_threads(work: Callable[[int, int], Outcome], trajectories: int, size: int, threads: int) -> Outcome:
    """Blocks handed to threads as they become free; their outcomes, added up."""
    with ThreadPoolExecutor(threads) as pool:
        outcomes = list(pool.map(lambda part: (part[1], work(*part)), parts(trajectories, size)))
    return Outcome(
        first_passage=np.sum([outcome.first_passage for _, outcome in outcomes], axis=0),
        mean_cash=np.sum([count * outcome.mean_cash for count, outcome in outcomes], axis=0) / trajectories,
        need=np.sum([outcome.need for _, outcome in outcomes], axis=0),
    )
