"""The vector machine: one compiled loop that runs any program, 512 trajectories at a time.

A register is a row of ``LANES`` float64 values; an instruction is a loop over the lanes of its rows (vectorised
execution: Boncz, Zukowski and Nes 2005, "MonetDB/X100"). Blocks of trajectories are run one after the other; nothing of
one reaches the next.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.histogram import ChunkArrays, record, record_first_passage
from burncast.engine.instructions import compute
from burncast.engine.kernel_cache import kernel
from burncast.engine.lanes import LANES
from burncast.engine.machine_rows import CHECK_ROW, NEED_ROW, PASSAGE_ROW
from burncast.engine.streams import fill_shocks
from burncast.engine.workspace import Code, Workspace

__all__ = ["run_blocks"]


@kernel
def run_blocks(
    code: Code,
    space: Workspace,
    chunk: ChunkArrays,
    seed: np.uint64,
    first: np.uint64,
    count: int,
    stop: NDArray[np.int64],
) -> int:
    """Run ``count`` trajectories from ``first`` (a multiple of LANES) and add them to ``chunk``.

    Returns −1, or the first trajectory in which something became NaN or infinite, or −2 if ``stop[0]`` was set.
    """
    passage = np.zeros(LANES, dtype=np.int64)
    need_row = len(chunk.moments) - 1
    opening = int(np.int64(0))  # not the literal 0, for which numba would compile compute() again
    for begin in range(0, count, LANES):
        if stop[0] != 0:
            return -2
        active = min(LANES, count - begin)
        trajectory = first + np.uint64(begin)
        for j in range(LANES):
            space.rows[CHECK_ROW, j] = 0.0
            space.rows[PASSAGE_ROW, j] = code.periods + 1.0
            space.rows[NEED_ROW, j] = 0.0
        compute(code.setup, opening, code, space, chunk, seed, trajectory, active)
        for period in range(1, code.periods + 1):
            if period == 1 or period & 3 == 0:
                fill_shocks(space.normals, code.shocks, seed, trajectory, period >> 2)
            compute(code.odd if period & 1 else code.even, period, code, space, chunk, seed, trajectory, active)
        for j in range(active):
            if space.rows[CHECK_ROW, j] != 0.0:
                return int(trajectory) + j
        for j in range(LANES):
            passage[j] = np.int64(space.rows[PASSAGE_ROW, j])
        record_first_passage(passage, active, chunk)
        record(space.rows[NEED_ROW], active, need_row, chunk)
    return -1
