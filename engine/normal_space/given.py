"""Running trajectories whose normals are given instead of drawn.

With the normals that the streams would give, the results are the same to the last bit.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.engine.instructions.normals import Normals, with_normals
from burncast.engine.instructions.workspace import code_of, workspace_for
from burncast.engine.numerics.kernels import run_blocks
from burncast.engine.numerics.lanes import LANES
from burncast.engine.program import Program
from burncast.engine.simulate import processors
from burncast.engine.statistics.chunk_tally import ChunkTally

__all__ = ["GivenOutcomes", "Machine", "run_given"]

PIECE = 8 * LANES
"""Trajectories that a thread runs at once."""


@dataclass(frozen=True, slots=True)
class GivenOutcomes:
    """What became of N trajectories.

    ``passage`` int64[N], the period of ruin (T + 1: never; −1: it failed); ``need`` float64[N], the greatest need over
    time; ``failed`` bool[N], where something became NaN or infinite; ``tracked`` float64[N, elements, T + 1], or None.
    """

    passage: NDArray[np.int64]
    need: NDArray[np.float64]
    failed: NDArray[np.bool_]
    tracked: NDArray[np.float64] | None

    def __len__(self) -> int:
        return len(self.passage)


def run_given(
    program: Program,
    normals: Normals,
    seed: int,
    *,
    threads: int | None = None,
    least_need: float = 0.0,
    keep_tracked: bool = False,
) -> GivenOutcomes:
    """Run the trajectories of ``normals``; ``seed`` is for their jumps alone.

    ``least_need`` is what the need is at least; −inf tells how near ruin a trajectory came that was spared.
    """
    starts = range(0, len(normals), PIECE)
    workers = max(1, min(threads or processors(), len(starts)))
    if workers == 1:
        return Machine(program).run(normals, seed, least_need=least_need, keep_tracked=keep_tracked)

    def work(first: int) -> GivenOutcomes:
        piece = normals.columns(slice(first, first + PIECE))
        return Machine(program).run(piece, seed, least_need=least_need, keep_tracked=keep_tracked)

    with ThreadPoolExecutor(workers, thread_name_prefix="burncast") as pool:
        parts = list(pool.map(work, starts))
    return GivenOutcomes(
        np.concatenate([part.passage for part in parts]),
        np.concatenate([part.need for part in parts]),
        np.concatenate([part.failed for part in parts]),
        np.concatenate([part.tracked for part in parts if part.tracked is not None]) if keep_tracked else None,
    )


class Machine:
    """A program with the memory of one thread, to run it many times on given normals."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._code = code_of(program)
        self._space = workspace_for(program, np.empty((0, 0, program.periods + 1)))
        self._chunk = ChunkTally.empty(program.tally_rows, program.periods)
        self._stop = np.zeros(1, np.int64)

    def run(self, normals: Normals, seed: int, *, least_need: float = 0.0, keep_tracked: bool = False) -> GivenOutcomes:
        """The outcomes of these trajectories; one that fails is marked, and the others go on."""
        program, count = self._program, len(normals)
        passages, needs = np.empty(count, np.int64), np.empty(count)
        elements = sum(item.elements for item in program.tracked)
        tracked = np.full((count if keep_tracked else 0, elements, program.periods + 1), np.nan)
        space = with_normals(self._space, normals)._replace(
            passages=passages, needs=needs, least_need=least_need, paths=tracked, first_path=0
        )
        run_blocks(self._code, space, self._chunk.arrays, np.uint64(seed), np.uint64(0), count, self._stop)
        return GivenOutcomes(passages, needs, passages < 0, tracked if keep_tracked else None)
