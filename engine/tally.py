"""The statistics of a run: everything a forecast needs, small, and merged exactly.

Counts are integers and sums are exact, so that a tally is the same to the last bit whatever the order and grouping in
which chunks were added: by 1 thread or 16, in one go or from checkpoints.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from burncast.distributions.errors import InputError
from burncast.engine.numerics.kernels import add_pages
from burncast.engine.statistics.bins import BINS, DIRECTORY
from burncast.engine.statistics.chunk_arrays import COUNT, HIGH, LOW, PARTS, SHIFT, SQUARE, STRANDS, SUM
from burncast.engine.statistics.chunk_tally import ChunkTally
from burncast.engine.statistics.exact_sums import ExactMoments
from burncast.engine.statistics.order_statistics import Pages, quantiles_of_pages

__all__ = ["Tally"]

MAGIC = b"burncast tally 2"
HEADER = struct.Struct("<16sQQQ16s")
NARROW_LIMIT = 2**32 - 1
TOGETHER = 64
"""Rows whose quantiles are found at once."""

Counts = NDArray[np.uint32] | NDArray[np.uint64]


class Tally:
    """Histograms, moments and extremes of ``rows`` rows, and the first passages of T = ``periods`` periods.

    Attributes: ``rows``, ``periods``; ``trajectories``, how many were added; ``first_passage`` int64[T + 2], the last
    entry for never; ``low`` and ``high`` float64[rows], the exact extremes (inf and −inf where a row has no values);
    ``whole`` bool[rows], whether all values were whole numbers.
    """

    def __init__(self, rows: int, periods: int) -> None:
        self.rows, self.periods = rows, periods
        self.first_passage: NDArray[np.int64] = np.zeros(periods + 2, np.int64)
        self.low: NDArray[np.float64] = np.full(rows, np.inf)
        self.high: NDArray[np.float64] = np.full(rows, -np.inf)
        self.whole: NDArray[np.bool_] = np.ones(rows, np.bool_)
        self._moments = [ExactMoments() for _ in range(rows)]
        self._directory: NDArray[np.uint32] = np.zeros((rows, DIRECTORY), np.uint32)
        self._pages: Counts = np.zeros((1, BINS), np.uint32)  # the first one is nobody's
        self._used = 1

    @property
    def trajectories(self) -> int:
        """How many trajectories were added."""
        return int(self.first_passage.sum())

    def add(self, chunk: ChunkTally) -> None:
        """Add a settled chunk; its arrays may be used again at once."""
        if (chunk.rows, chunk.periods) != (self.rows, self.periods) or chunk.settle():
            raise ValueError("a chunk of another shape, or one that lost values")
        moments = chunk.arrays.moments
        most = int(moments[:, COUNT].max(initial=0.0))
        self._add_pages(*chunk.window_pages(), most)
        self._add_pages(*chunk.pool_pages(), most)
        self.first_passage += chunk.arrays.first_passage
        self.whole &= moments[:, PARTS] == 0.0
        seen = moments[:, COUNT] > 0
        self.low[seen] = np.minimum(self.low, moments[:, LOW : LOW + STRANDS].min(axis=1))[seen]
        self.high[seen] = np.maximum(self.high, moments[:, HIGH : HIGH + STRANDS].max(axis=1))[seen]
        with np.errstate(invalid="ignore", over="ignore"):
            totals, squares = (
                _tree_sums(moments[:, SUM : SUM + STRANDS]),
                _tree_sums(moments[:, SQUARE : SQUARE + STRANDS]),
            )
        rows = zip(
            moments[:, COUNT].tolist(), moments[:, SHIFT].tolist(), totals.tolist(), squares.tolist(), strict=True
        )
        for exact, (count, shift, total, square) in zip(self._moments, rows, strict=True):
            if count:
                exact.add(int(count), shift, total, square)

    def merge(self, other: Tally) -> None:
        """Add everything another tally has."""
        if (other.rows, other.periods) != (self.rows, self.periods):
            raise ValueError("a tally of another shape")
        owners, pages = other._sorted_pages()
        self._add_pages(owners, np.arange(len(owners)), pages, other._most_values())
        self.first_passage += other.first_passage
        self.low = np.minimum(self.low, other.low)
        self.high = np.maximum(self.high, other.high)
        self.whole &= other.whole
        for exact, more in zip(self._moments, other._moments, strict=True):
            exact.merge(more)

    def tops(self, row: int) -> list[int]:
        """The pages of a row that exist, by the top 12 bits of their values, in ascending order of these bits."""
        return np.flatnonzero(self._directory[row]).tolist()

    def page(self, row: int, top: int) -> Counts:
        """The 256 counts of one page."""
        counts: Counts = self._pages[self._directory[row, top]]
        return counts

    @property
    def nbytes(self) -> int:
        """The memory that the histograms take."""
        return self._pages.nbytes

    def count(self, row: int) -> int:
        """How many values a row has."""
        return self._moments[row].count

    def mean(self, row: int) -> float:
        """The mean of a row; NaN where it has no values."""
        return self._moments[row].mean()

    def sd(self, row: int) -> float:
        """The sample standard deviation of a row; NaN where it has fewer than two values."""
        return float(np.sqrt(self._moments[row].variance()))

    def mean_se(self, row: int) -> float:
        """The Monte Carlo standard error of :meth:`mean`, for independent trajectories."""
        return self.sd(row) / float(np.sqrt(max(self.count(row), 1)))

    def quantile(self, row: int, probabilities: ArrayLike) -> NDArray[np.float64]:
        """Quantiles of a row, as ``numpy.quantile`` defines them, each order statistic within 2⁻⁸ of its value.

        Where all values of a row are whole numbers, order statistics are whole, and exact below 512.
        ``probabilities`` any shape, each in [0, 1]; the result has that shape. NaN where the row has none, or a NaN.
        """
        asked = np.asarray(probabilities, dtype=np.float64)
        return self.quantiles(np.array([row]), asked.reshape(-1)).reshape(asked.shape)

    def quantiles(self, rows: NDArray[np.int64], probabilities: ArrayLike) -> NDArray[np.float64]:
        """:meth:`quantile` of many ``rows`` int64[r] at once, at ``probabilities`` of shape [q]: float64[r, q]."""
        asked = np.asarray(probabilities, dtype=np.float64)
        result = np.empty((len(rows), len(asked)))
        for first in range(0, len(rows), TOGETHER):
            part = slice(first, first + TOGETHER)
            chosen = rows[part]
            directory = self._directory[chosen]
            places = np.flatnonzero(directory != 0)
            counts = self._pages[directory.reshape(-1)[places]]
            pages = Pages(places // DIRECTORY, places % DIRECTORY, counts)
            result[part] = quantiles_of_pages(pages, self.low[chosen], self.high[chosen], self.whole[chosen], asked)
        return result

    def to_bytes(self) -> bytes:
        """All of it, for a checkpoint: the same bytes for the same statistics, on every machine."""
        owners, pages = self._sorted_pages()
        body = b"".join(
            (
                self.first_passage.astype("<i8").tobytes(),
                self.low.astype("<f8").tobytes(),
                self.high.astype("<f8").tobytes(),
                self.whole.tobytes(),
                b"".join(exact.to_bytes() for exact in self._moments),
                owners.astype("<i8").tobytes(),
                pages.astype("<u8").tobytes(),
            )
        )
        header = HEADER.pack(
            MAGIC, self.rows, self.periods, len(owners), hashlib.blake2b(body, digest_size=16).digest()
        )
        return header + body

    @staticmethod
    def from_bytes(data: bytes) -> Tally:
        """What :meth:`to_bytes` wrote; an :class:`InputError` where it is damaged or of another version."""
        if len(data) < HEADER.size or not data.startswith(MAGIC):
            raise InputError(f"not a tally of this version: expected it to start with {MAGIC.decode()!r}")
        _, rows, periods, pages, digest = HEADER.unpack_from(data)
        body = data[HEADER.size :]
        widths = (8 * (periods + 2), 8 * rows, 8 * rows, rows, ExactMoments.width() * rows, 8 * pages, 8 * BINS * pages)
        if len(body) != sum(widths) or hashlib.blake2b(body, digest_size=16).digest() != digest:
            raise InputError("the tally is damaged: its checksum does not match")
        passage, low, high, whole, moments, owners, counts = _split(body, widths)
        tally = Tally(rows, periods)
        tally.first_passage = np.frombuffer(passage, "<i8").astype(np.int64)
        tally.low = np.frombuffer(low, "<f8").astype(np.float64)
        tally.high = np.frombuffer(high, "<f8").astype(np.float64)
        tally.whole = np.frombuffer(whole, np.bool_).copy()
        tally._moments = [ExactMoments.from_bytes(part) for part in _split(moments, [ExactMoments.width()] * rows)]
        tally._add_pages(
            np.frombuffer(owners, "<i8").astype(np.int64),
            np.arange(pages),
            np.frombuffer(counts, "<u8").astype(np.uint64).reshape(-1, BINS),
            0,
        )
        return tally

    def _add_pages(self, owners: NDArray[np.int64], places: NDArray[np.int64], pages: Counts, most: int) -> None:
        """Add the ``pages`` at ``places``, of rows of at most so many values.

        All become 64 bits wide before a count could overflow.
        """
        if self._pages.dtype == np.uint32 and self._most_values() + most > NARROW_LIMIT:
            self._pages = self._pages.astype(np.uint64)
        room = self._used + int(np.count_nonzero(self._directory.reshape(-1)[owners] == 0))
        if room > len(self._pages):
            grown = np.zeros((room + room // 4, BINS), self._pages.dtype)
            grown[: self._used] = self._pages[: self._used]
            self._pages = grown
        self._used = add_pages(owners, places, pages, self._directory.reshape(-1), self._pages, self._used)

    def _most_values(self) -> int:
        return max((exact.count for exact in self._moments), default=0)

    def _sorted_pages(self) -> tuple[NDArray[np.int64], Counts]:
        """The owners of all pages, ascending, and the pages."""
        owners = np.flatnonzero(self._directory)
        return owners, self._pages[self._directory.reshape(-1)[owners]]


def _tree_sums(strands: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums over the 8 strands of every row, in a fixed order."""
    halves = strands[:, :4] + strands[:, 4:]
    quarters = halves[:, :2] + halves[:, 2:]
    return np.asarray(quarters[:, 0] + quarters[:, 1])


def _split(data: bytes, widths: Iterable[int]) -> list[bytes]:
    parts, start = [], 0
    for width in widths:
        parts.append(data[start : start + width])
        start += width
    return parts
