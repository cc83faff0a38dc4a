"""The tally of one chunk: arrays for the kernels, made once per thread and cleared between chunks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.engine.numerics.kernels import settle
from burncast.engine.numerics.lanes import LANES
from burncast.engine.statistics.bins import BINS, DIRECTORY
from burncast.engine.statistics.chunk_arrays import BATCH, EXPONENTS, MOMENTS, WINDOW, ChunkArrays

__all__ = ["ChunkTally"]

PAGES_PER_ROW = 16
WINDOW_PAGES = WINDOW // BINS


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
            window=np.zeros((rows, WINDOW), np.uint32),
            base=np.zeros(rows, np.uint64),
            occupied=np.zeros(rows, np.uint64),
            pending=np.zeros((rows, BATCH * LANES), np.uint16),
            waiting=np.zeros(rows, np.int64),
            directory=np.zeros((rows, DIRECTORY), np.uint32),
            pages=np.zeros(pool * BINS, np.uint32),
            owners=np.zeros(pool, np.int64),
            used=np.array([1, 0], np.int64),
            moments=np.zeros((rows, MOMENTS)),
            scratch=np.zeros((2, LANES)),
            first_passage=np.zeros(periods + 2, np.int64),
        )
        return ChunkTally(arrays)

    @property
    def rows(self) -> int:
        """The number of histograms."""
        return len(self.arrays.window)

    @property
    def periods(self) -> int:
        """T, the number of periods."""
        return len(self.arrays.first_passage) - 2

    def settle(self) -> int:
        """Count what still waits, at the end of the chunk; the number of values that found no page."""
        settle(self.arrays)
        return int(self.arrays.used[1])

    def window_pages(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
        """The owners of the pages in windows that may not be empty, their places, and all pages [n, 256]."""
        bits = np.unpackbits(self.arrays.occupied.view(np.uint8), bitorder="little")
        places = np.flatnonzero(bits)
        rows, page = np.divmod(places, WINDOW_PAGES)
        negative, offset = np.divmod(page, EXPONENTS)
        fields = np.where(offset > 0, self.arrays.base[rows].astype(np.int64) + offset, 0)
        owners = rows * DIRECTORY + negative * (DIRECTORY // 2) + fields
        return owners, places, self.arrays.window.reshape(-1, BINS)

    def pool_pages(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
        """The same of the pages from the pool."""
        places = np.arange(1, int(self.arrays.used[0]))
        return self.arrays.owners[places], places, self.arrays.pages.reshape(-1, BINS)

    def grown(self) -> ChunkTally:
        """An empty tally with twice the pages."""
        return ChunkTally.empty(self.rows, self.periods, 2 * (len(self.arrays.owners) - 1))

    def clear(self) -> None:
        """Make it a tally of nothing again."""
        arrays = self.arrays
        _, places, pages = self.window_pages()
        pages[places] = 0
        used = int(arrays.used[0])
        arrays.directory.reshape(-1)[arrays.owners[1:used]] = 0
        arrays.pages[: used * BINS] = 0
        arrays.used[:] = (1, 0)
        for array in (arrays.base, arrays.occupied, arrays.waiting, arrays.moments, arrays.first_passage):
            array[:] = 0
