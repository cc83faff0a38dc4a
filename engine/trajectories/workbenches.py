"""The memory that threads run chunks in. It outlives a run: a short one would spend much of its time on new pages."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.engine.instructions.workspace import Workspace, workspace_for
from burncast.engine.program import Program
from burncast.engine.statistics.chunk_tally import ChunkTally

__all__ = ["Workbench", "Workbenches"]

MOST_SPARE = 8
"""Workbenches that wait to be used again: for two programs on three threads and one more chunk that is added up."""

NOTHING: NDArray[np.float64] = np.empty((0, 0, 0))


@dataclass(slots=True)
class Workbench:
    """What one thread needs to run a chunk: an empty tally of it, and registers."""

    chunk: ChunkTally
    space: Workspace

    def fits(self, program: Program) -> bool:
        """Whether chunks of ``program`` can be run on it."""
        return (self.chunk.rows, self.chunk.periods) == (program.tally_rows, program.periods) and (
            len(self.space.rows),
            len(self.space.normals),
        ) == (program.rows, max(len(program.shocks), 1))


class Workbenches:
    """Takes workbenches from those that were left, or makes new ones. Several threads may ask at once."""

    def __init__(self) -> None:
        self._spare: list[Workbench] = []
        self._lock = threading.Lock()

    def take(self, program: Program, paths: NDArray[np.float64], kept: NDArray[np.float64] | None) -> Workbench:
        """One for ``program``, whose space has these ``paths`` and what is ``kept`` of a run before."""
        with self._lock:
            place = next((place for place, bench in enumerate(self._spare) if bench.fits(program)), None)
            bench = None if place is None else self._spare.pop(place)
        if bench is None:
            empty = ChunkTally.empty(program.tally_rows, program.periods)
            bench = Workbench(empty, workspace_for(program, paths))
        bench.space = bench.space._replace(paths=paths, kept=NOTHING if kept is None else kept)
        return bench

    def leave(self, bench: Workbench) -> None:
        """Take one back whose chunk was added up; those that were left first make room."""
        bench.chunk.clear()
        bench.space = bench.space._replace(paths=NOTHING, kept=NOTHING)  # which may be large
        with self._lock:
            self._spare = [*self._spare[1 - MOST_SPARE :], bench]
