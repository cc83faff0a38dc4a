"""How trajectories are spread over normal space: at random, evenly, or in mirrored pairs.

==============  ==================================================================================================
method          trajectories
==============  ==================================================================================================
``random``      independent draws
``sobol``       scrambled Sobol points (:mod:`burncast.engine.trajectories.sobol_directions`)
``lhs``         a Latin hypercube: every coordinate has one value in each of n equal strata (McKay, Beckman and
                Conover 1979)
``antithetic``  pairs with opposite normals (Hammersley and Morton 1956)
``library``     independent draws, but trajectory t takes trial t + 1 of the SIPmath libraries that inputs are from
                (:mod:`burncast.engine.trajectories.library_trials`)
==============  ==================================================================================================

A program with particles (:mod:`burncast.engine.draws.particles`) draws at random what they leave open. All but
independent draws are REPLICATIONS independent replications, trajectory t belonging to replication t mod REPLICATIONS.
Sobol points and Latin hypercubes drive processes through the Brownian bridge
(:mod:`burncast.engine.trajectories.brownian_bridge`). Jumps, whose number depends on what happens, are drawn at random
under every method.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.errors import InputError
from burncast.engine.draws.addresses import stream_id
from burncast.engine.draws.design import MOST_DIMENSIONS, REPLICATIONS, TAG, Design
from burncast.engine.draws.particles import Particles
from burncast.engine.draws.streams_numpy import philox
from burncast.engine.instructions.normals import Normals, empty_normals, used_draws, with_normals
from burncast.engine.instructions.workspace import Code, Workspace, code_of, workspace_for
from burncast.engine.numerics.kernels import fill_drawn, fill_even, run_blocks
from burncast.engine.numerics.lanes import LANES
from burncast.engine.program import Program
from burncast.engine.statistics.chunk_arrays import SHIFT as SHIFT_COLUMN
from burncast.engine.statistics.chunk_arrays import ChunkArrays
from burncast.engine.statistics.chunk_tally import ChunkTally
from burncast.engine.statistics.replications import need_keys
from burncast.engine.trajectories.brownian_bridge import bridge
from burncast.engine.trajectories.control_variates import Controls, ControlSums

if TYPE_CHECKING:
    from burncast.engine.trajectories.library_trials import LibraryTrials

__all__ = ["INDEPENDENT", "METHODS", "REPLICATIONS", "Part", "Sampler", "sampler_for"]

METHODS = ("random", "sobol", "lhs", "antithetic", "library")
INDEPENDENT = frozenset({"random", "library"})
"""Methods whose trajectories are independent."""
PIECE = 4 * LANES
"""Trajectories whose normals are in memory at once."""

MOST_POINTS = 1 << 32
LOW, SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)

PICK = stream_id("posterior particle")
"""The stream that says which particle a trajectory begins with."""


class Part(NamedTuple):
    """What a tally does not have of some ``trajectories`` from ``first`` on: first passages by replication, int64[
    REPLICATIONS, T + 2], the different keys of needs and how many have each, and the sums of control variates where
    there are any.
    """

    first: int
    trajectories: int
    passages: NDArray[np.int64]
    needs: tuple[NDArray[np.uint64], NDArray[np.int64]]
    sums: ControlSums | None


@dataclass(frozen=True, slots=True)
class Sampler:
    """The points of one run: a method, a seed, and for a Latin hypercube how many there are."""

    program: Program
    method: str
    seed: int
    design: Design
    library: LibraryTrials | None = None

    @property
    def trajectories(self) -> int:
        """How many trajectories the run has."""
        return int(self.design.sizes.sum())

    def normals(self, first: int, count: int) -> Normals:
        """The normals of trajectories ``first`` … ``first + count − 1``; ``first`` is a multiple of the lanes."""
        normals = self._empty(-(-count // LANES) * LANES)
        self.fill(normals, first)
        return normals.columns(slice(0, count))

    def trajectory(self, number: int) -> Normals:
        """The normals of one trajectory."""
        first = number - number % LANES
        return self.normals(first, LANES).columns(np.array([number - first]))

    def fill(self, normals: Normals, first: int) -> None:
        """Overwrite ``normals``, of whole blocks of lanes, with those of the trajectories from ``first`` on."""
        where = (self.design, np.uint64(self.seed), np.uint64(first), len(normals) // LANES)
        out = (normals.inputs, normals.shocks, np.empty(4 * LANES, np.uint32))
        if self.method == "antithetic" or self.method in INDEPENDENT:
            drawn, four_pq = np.empty(4 * LANES * len(normals.shocks), np.float32), np.empty(4 * LANES, np.float32)
            fill_drawn(*where, *out, drawn, four_pq, REPLICATIONS if self.method == "antithetic" else 0)
        else:
            path = np.empty((self.program.periods + 1, LANES), np.float32)
            fill_even(*where, *out, np.empty(LANES, np.uint32), np.empty(LANES, np.float32), path)
        normals.addresses[:] = np.uint64(first) + np.arange(len(normals), dtype=np.uint64)
        if self.library is not None:
            self.library.fill(normals, self.program.draw_names, first)
        if self.program.particles is not None:
            self._begin_with(self.program.particles, normals)

    def _begin_with(self, particles: Particles, normals: Normals) -> None:
        """Put a particle of group t mod REPLICATIONS in place of what trajectory t drew."""
        t = normals.addresses
        words = philox((t & LOW, t >> SHIFT, 0, PICK), (int(self.seed) & 0xFFFFFFFF, int(self.seed) >> 32))
        size = np.uint64(len(particles) // REPLICATIONS)
        chosen = (t % np.uint64(REPLICATIONS) + ((words[0] * size) >> SHIFT) * np.uint64(REPLICATIONS)).astype(np.int64)
        known = min(particles.periods, self.program.periods)
        for name, row in zip(particles.input_streams, particles.inputs, strict=True):
            if name in self.program.draw_names:
                normals.inputs[self.program.draw_names.index(name)] = row[chosen]
        for name, rows in zip(particles.shock_streams, particles.shocks, strict=True):
            if name in self.program.shock_names:
                normals.shocks[self.program.shock_names.index(name), :known] = rows[:known, chosen]
        normals.addresses[:] = particles.addresses[chosen]

    def _empty(self, count: int) -> Normals:
        normals, particles = empty_normals(self.program, count), self.program.particles
        if particles is None:
            return normals
        return replace(normals, own_from=particles.periods + 1, past_seed=particles.seed)

    def pilot(self) -> NDArray[np.float64]:
        """What trajectory 0 puts into every row of the tally, 0 where nothing."""
        program, passages, needs = self.program, np.empty(1, np.int64), np.empty(1)
        space = workspace_for(program, np.empty((0, 0, program.periods + 1)))
        space = with_normals(space, self.trajectory(0))._replace(passages=passages, needs=needs)
        chunk = ChunkTally.empty(program.tally_rows, program.periods).arrays
        run_blocks(code_of(program), space, chunk, np.uint64(self.seed), np.uint64(0), 1, np.zeros(1, np.int64))
        return np.nan_to_num(chunk.moments[:, SHIFT_COLUMN])

    def run(
        self,
        code: Code,
        space: Workspace,
        chunk: ChunkArrays,
        first: int,
        count: int,
        stop: NDArray[np.int64],
        controls: Controls | None = None,
    ) -> tuple[int, Part]:
        """What :func:`~burncast.engine.machine.run_blocks` does, on these points: its status, and what no tally has."""
        periods = self.program.periods
        piece = PIECE if controls is None else LANES
        passages, needs = np.empty(piece, np.int64), np.empty(piece)
        found = np.zeros((REPLICATIONS, periods + 2), np.int64)
        sums = None if controls is None else ControlSums(controls)
        keys = np.zeros(count, np.uint64)
        part = Part(first, count, found, (keys, np.empty(0, np.int64)), sums)
        normals = self._empty(min(piece, -(-count // LANES) * LANES))
        given = with_normals(space, normals)._replace(passages=passages, needs=needs)
        for begin in range(first, first + count, piece):
            here = min(piece, first + count - begin)
            self.fill(normals, begin)
            if run_blocks(code, given, chunk, np.uint64(self.seed), np.uint64(begin), here, stop) == -2:
                return -2, part
            passage = passages[:here]
            if passage.min() < 0:
                return begin + int(np.argmin(passage)), part
            if sums is not None and here == LANES:
                sums.add(normals, passage, chunk.moments)
            keys[begin - first : begin - first + here] = need_keys(needs[:here], begin)
            cell = np.arange(begin, begin + here) % REPLICATIONS * (periods + 2) + passage
            found += np.bincount(cell, minlength=found.size).reshape(found.shape)
        return -1, part._replace(needs=np.unique(keys, return_counts=True))


def sampler_for(
    program: Program,
    method: str,
    seed: int,
    trajectories: int,
    *,
    in_memory: bool = False,
    library: LibraryTrials | None = None,
) -> Sampler | None:
    """The points of a run, or None for plain random draws that need not be ``in_memory``; an InputError where there are
    too few or too many. ``library`` are the trials of method ``library``.
    """
    if method not in METHODS:
        raise InputError(f"method is {method!r}; expected one of {', '.join(METHODS)}")
    if program.particles is not None and method != "random":
        raise InputError(f"method is {method!r}; a scenario that begins with a posterior is run with 'random' alone")
    is_plain = method in INDEPENDENT and program.particles is None
    if method == "random" and is_plain and not in_memory:
        return None
    if not is_plain and trajectories < 4 * REPLICATIONS:
        what = "a posterior" if method == "random" else f"method {method!r}"
        raise InputError(f"trajectories is {trajectories}; {what} needs {4 * REPLICATIONS} or more")
    if not is_plain and trajectories > REPLICATIONS * MOST_POINTS:
        raise InputError(f"trajectories is {trajectories:,}; method {method!r} has at most 2^36")
    inputs = used_draws(program)
    coordinates = len(inputs) + len(program.shocks) * program.periods
    plan = bridge(program.periods)
    vectors, shifts = np.empty((0, 32, REPLICATIONS), np.uint32), np.empty((0, REPLICATIONS), np.uint32)
    if method == "sobol":
        from burncast.engine.trajectories.sobol_directions import directions, scrambled  # imports numba

        vectors, shifts = scrambled(directions(max(min(coordinates, MOST_DIMENSIONS), 1)), REPLICATIONS, seed)
    sizes = (trajectories - np.arange(REPLICATIONS) + REPLICATIONS - 1) // REPLICATIONS
    return Sampler(
        program,
        method,
        seed,
        Design(
            vectors,
            shifts,
            _keys(coordinates, seed),
            sizes.astype(np.int64),
            2.0**32 / sizes,
            inputs,
            program.draws,
            program.shocks,
            plan.places,
            plan.weights,
        ),
        library,
    )


def _keys(coordinates: int, seed: int) -> NDArray[np.uint32]:
    """Hash keys uint32[coordinates, REPLICATIONS]."""
    coordinate = np.arange(coordinates, dtype=np.uint64)[:, None]
    replication = np.arange(REPLICATIONS, dtype=np.uint64)
    words = philox((coordinate, 0, np.uint64(3 << 30) + replication, TAG), (int(seed) & 0xFFFFFFFF, int(seed) >> 32))
    return np.ascontiguousarray(words[0].astype(np.uint32))
