"""Tallies of arrays that are at hand, through the kernels that the machine uses."""

import numpy as np

from burncast.engine.numerics.lanes import CHUNK, LANES
from burncast.engine.statistics.chunk_tally import ChunkTally
from burncast.engine.statistics.histogram import record, record_first_passage
from burncast.engine.tally import Tally


def chunk_of(rows, passage, periods, pages=None):
    """A settled chunk of ``rows`` f64[rows, n] and periods of ruin ``passage`` i64[n]; its pool grows as it must."""
    chunk = ChunkTally.empty(len(rows), periods, pages)
    block = np.full(LANES, np.nan)  # what lies past the active lanes must not matter
    for begin in range(0, rows.shape[1], LANES):
        active = min(LANES, rows.shape[1] - begin)
        for row, values in enumerate(rows):
            block[:active] = values[begin : begin + active]
            record(block, active, row, chunk.arrays)
        record_first_passage(passage[begin : begin + active], active, chunk.arrays)
    if chunk.settle():
        return chunk_of(rows, passage, periods, 2 * (len(chunk.arrays.owners) - 1))
    return chunk


def chunks_of(rows, passage=None, periods=3):
    """The chunks of ``rows`` f64[rows, n], the last one partial."""
    rows = np.atleast_2d(np.asarray(rows, dtype=np.float64))
    passage = np.full(rows.shape[1], periods + 1) if passage is None else passage
    return [chunk_of(rows[:, i : i + CHUNK], passage[i : i + CHUNK], periods) for i in range(0, rows.shape[1], CHUNK)]


def tally_of(chunks):
    """One tally of all ``chunks``."""
    tally = Tally(chunks[0].rows, chunks[0].periods)
    for chunk in chunks:
        tally.add(chunk)
    return tally
