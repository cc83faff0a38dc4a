"""What became of each trajectory: when it was ruined, how large its hole was, where chosen quantities stood.

Statistics of single trajectories, 8 bytes for each figure, where a tally would say too little: differences between two
runs trajectory by trajectory, products of them, resampling. The machine is the same; only what it leaves after each
block of lanes is read.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.errors import InterruptedRunError, SimulationError
from burncast.engine.instructions.machine_rows import NEED_ROW
from burncast.engine.instructions.normals import with_normals
from burncast.engine.instructions.workspace import Workspace, code_of, workspace_for
from burncast.engine.numerics.kernels import run_blocks
from burncast.engine.numerics.lanes import LANES
from burncast.engine.program import Program
from burncast.engine.simulate import processors
from burncast.engine.statistics.chunk_tally import ChunkTally
from burncast.engine.trajectories.sampling import sampler_for

__all__ = ["Outcomes", "run_outcomes"]

PART_BLOCKS = 16
"""Blocks of lanes that a thread does at once, at most."""

Explain = Callable[[int], SimulationError]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """``passage`` int64[n], the period of ruin (T + 1: never); ``need`` float64[n], the greatest hole, 0 at least;
    ``values`` float64[n, m], the tracked elements asked for.
    """

    passage: NDArray[np.int64]
    need: NDArray[np.float64]
    values: NDArray[np.float64]


def run_outcomes(
    program: Program,
    trajectories: int,
    seed: int,
    at: Sequence[tuple[int, int]] = (),
    *,
    first: int = 0,
    threads: int | None = None,
    explain: Explain | None = None,
) -> Outcomes:
    """The outcomes of ``trajectories`` trajectories from ``first`` (a multiple of the lanes) on.

    ``at`` lists (element, period) of tracked quantities, elements as :class:`~burncast.engine.program.Tracked` counts
    them. Raises the error that ``explain`` makes of the first trajectory in which something became NaN or infinite.
    """
    result = Outcomes(
        np.empty(trajectories, dtype=np.int64),
        np.empty(trajectories),
        np.empty((trajectories, len(at))),
    )
    code, stop = code_of(program), np.zeros(1, dtype=np.int64)
    sampler = sampler_for(program, "random", seed, trajectories)
    elements = sum(item.elements for item in program.tracked)
    workers = threads or processors()
    blocks = -(-trajectories // LANES)
    part = LANES * max(1, min(PART_BLOCKS, -(-blocks // workers)))
    parts = range(0, trajectories, part)
    workers = max(1, min(workers, len(parts)))
    tools: queue.SimpleQueue[tuple[ChunkTally, Workspace]] = queue.SimpleQueue()
    for _ in range(workers):
        kept = np.empty((LANES if at else 0, elements, program.periods + 1))
        tools.put((ChunkTally.empty(program.tally_rows, program.periods), workspace_for(program, kept)))

    def work(begin: int) -> int:
        chunk, space = tools.get()
        status = -1
        for place in range(begin, min(begin + part, trajectories), LANES):
            count = min(LANES, trajectories - place)
            here = space._replace(first_path=first + place)
            if sampler is not None:
                here = with_normals(here, sampler.normals(first + place, count))
            status = run_blocks(code, here, chunk.arrays, np.uint64(seed), np.uint64(first + place), count, stop)
            if status != -1:
                break
            block = slice(place, place + count)
            result.passage[block] = space.passage[:count]
            result.need[block] = space.rows[NEED_ROW, :count]
            for column, (element, period) in enumerate(at):
                result.values[block, column] = space.paths[:count, element, period]
        chunk.clear()
        tools.put((chunk, space))
        return status

    with ThreadPoolExecutor(workers, thread_name_prefix="burncast") as pool:
        try:
            failed = [status for status in pool.map(work, parts) if status >= 0]
        except KeyboardInterrupt:
            stop[0] = 1
            raise InterruptedRunError(0, trajectories) from None
    if failed:
        raise (explain or _unexplained)(min(failed))
    return result


def _unexplained(trajectory: int) -> SimulationError:
    message = f"something became NaN or infinite in trajectory {trajectory}, of which a part was drawn anew"
    return SimulationError(message, quantity="", trajectory=trajectory, period=0)
