"""The standard normals of a block of trajectories, in memory: what can be moved, mirrored or spread evenly.

A trajectory is a point in normal space. Its coordinates are the inputs, drawn once, and the shocks of every period; a
program says which (:attr:`~burncast.engine.program.Program.draws`, ``shocks``). Draws whose number depends on what
happens (the sizes and ages of jumps) have no place here: they stay addressed by a trajectory's number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from burncast.engine.draws import streams_numpy
from burncast.engine.instructions.workspace import Workspace
from burncast.engine.program import OPCODES, Program

__all__ = ["Normals", "drawn_normals", "empty_normals", "renamed", "used_draws", "with_normals"]


@dataclass(frozen=True, slots=True)
class Normals:
    """``inputs`` float64[draws, N], ``shocks`` float32[shock streams, T, N] of periods 1 … T, and ``addresses``
    uint64[N], the trajectories whose jumps are drawn.

    Rows of ``inputs`` are those of ``Program.draws``; streams of jumps among them are never read. Where ``own_from`` is
    not 0, jumps before that period are those that ``addresses`` had under ``past_seed``; from then on a trajectory
    draws its own.
    """

    inputs: NDArray[np.float64]
    shocks: NDArray[np.float32]
    addresses: NDArray[np.uint64]
    own_from: int = 0
    past_seed: int = 0

    def __len__(self) -> int:
        return len(self.addresses)

    def columns(self, chosen: slice | NDArray[np.int64]) -> Normals:
        """Some of the trajectories."""
        return replace(
            self,
            inputs=self.inputs[:, chosen],
            shocks=self.shocks[:, :, chosen],
            addresses=self.addresses[chosen],
        )


def empty_normals(program: Program, count: int) -> Normals:
    """Zeros for ``count`` trajectories."""
    return Normals(
        np.zeros((len(program.draws), count)),
        np.zeros((len(program.shocks), program.periods, count), np.float32),
        np.zeros(count, np.uint64),
    )


def drawn_normals(program: Program, seed: int, trajectories: NDArray[np.uint64]) -> Normals:
    """The normals that the streams give these trajectories, any and in any order."""
    normals = empty_normals(program, len(trajectories))
    for row in used_draws(program):
        normals.inputs[row] = streams_numpy.input_normals(seed, int(program.draws[row]), trajectories)
    for stream, shocks in zip(program.shocks, normals.shocks, strict=True):
        for period in range(1, program.periods + 1):
            shocks[period - 1] = streams_numpy.shocks(seed, int(stream), trajectories, period)
    normals.addresses[:] = trajectories
    return normals


def used_draws(program: Program) -> NDArray[np.int64]:
    """The rows of ``program.draws`` that are inputs, ascending; the others are streams of jumps."""
    rows = {
        int(line[13]) + place
        for block in (program.setup, program.odd)
        for line in block
        if line[0] == OPCODES["draw"]
        for place in range(int(line[1]))
    }
    return np.array(sorted(rows), np.int64)


def renamed(normals: Normals, written: Program, read: Program) -> Normals:
    """Normals of one program as another program of the same scenario reads them, by the streams' names.

    A stream that the first one does without is 0 in the second.
    """
    result = replace(empty_normals(read, len(normals)), own_from=normals.own_from, past_seed=normals.past_seed)
    for name, row in zip(written.draw_names, normals.inputs, strict=True):
        if name in read.draw_names:
            result.inputs[read.draw_names.index(name)] = row
    for name, rows in zip(written.shock_names, normals.shocks, strict=True):
        if name in read.shock_names:
            result.shocks[read.shock_names.index(name)] = rows
    result.addresses[:] = normals.addresses
    return result


def with_normals(space: Workspace, normals: Normals) -> Workspace:
    """A thread's memory that reads ``normals``, one column for each trajectory of a call of the machine."""
    return space._replace(
        is_given=1,
        given_inputs=np.ascontiguousarray(normals.inputs),
        given_shocks=np.ascontiguousarray(normals.shocks),
        given_addresses=np.ascontiguousarray(normals.addresses),
        own_from=normals.own_from,
        past_seed=np.uint64(normals.past_seed),
    )
