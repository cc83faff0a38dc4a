"""The tally of one chunk: arrays for the kernels, made once per thread and cleared between chunks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from burncast.engine.histogram import BATCH, BINS, DIRECTORY, MOMENTS, ChunkArrays, settle
from burncast.engine.lanes import LANES

__all__ = ["ChunkTally"]

PAGES_PER_ROW = 96


@dataclass(frozen=True, slots=True)
class ChunkTally:
    """Statistics of the trajectories of one chunk.

    When the chunk is done, :meth:`settle`: where it does not return 0 the pool of pages was too small, so throw the
    tally away, take :meth:`grown` and run the chunk again. Memory is only touched, and so only resident, where
    something is counted.

    Attributes: ``arrays``, what the kernels take.
    """

    arrays: ChunkArrays

    @staticmethod
    def empty(rows: int, periods: int, pages: int | None = None) -> ChunkTally:
        """A tally of nothing, for ``rows`` histograms with a pool of ``pages`` pages, and ``periods`` = T."""
        pool = 1 + min(PAGES_PER_ROW * rows if pages is None else pages, DIRECTORY * rows)
        arrays = ChunkArrays(
            directory=np.zeros((rows, DIRECTORY), np.uint32),
            pages=np.zeros(pool * BINS, np.uint32),
            owners=np.zeros(pool, np.int64),
            used=np.array([1, 0] + [0] * rows, np.int64),
            moments=np.zeros((rows, MOMENTS)),
            pending=np.zeros((rows, BATCH * LANES), np.uint32),
            scratch=np.zeros((2, LANES)),
            first_passage=np.zeros(periods + 2, np.int64),
        )
        return ChunkTally(arrays)

    @property
    def rows(self) -> int:
        """The number of histograms."""
        return len(self.arrays.directory)

    @property
    def periods(self) -> int:
        """T, the number of periods."""
        return len(self.arrays.first_passage) - 2

    def settle(self) -> int:
        """Count what still waits, at the end of the chunk; the number of values that found no page."""
        settle(self.arrays)
        return int(self.arrays.used[1])

    def grown(self) -> ChunkTally:
        """An empty tally with twice the pages."""
        return ChunkTally.empty(self.rows, self.periods, 2 * (len(self.arrays.owners) - 1))

    def clear(self) -> None:
        """Make it a tally of nothing again; the pages stay where they are, for the next chunk will need the same."""
        used = int(self.arrays.used[0])
        self.arrays.pages[: used * BINS] = 0
        self.arrays.used[1:] = 0
        self.arrays.moments[:] = 0.0
        self.arrays.first_passage[:] = 0
