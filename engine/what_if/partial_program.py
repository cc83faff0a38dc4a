"""A program in two parts: what an input does not reach is computed once and kept, and only the rest runs again.

=========  ==========================================================================================================
program    instructions
=========  ==========================================================================================================
recording  all of them, and one more behind each row that is kept, which keeps it
moving     those that the input reaches (:mod:`burncast.engine.what_if.reach`), those that record what is asked, what is
           cheaper computed again than kept (:mod:`burncast.engine.what_if.kept_rows`), and in the place of each that
           computed a kept row one that recalls it
=========  ==========================================================================================================

Rows, their numbers, and the order of all instructions are those of the whole program, so that every figure is the same
to the last bit. What is kept of a block of trajectories lies in the order in which it is recalled.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.engine.graph.program_data import pieces_of
from burncast.engine.instructions.workspace import AUX, OPERATION, OUT, A
from burncast.engine.program import FIELDS, OPCODES, Program
from burncast.engine.what_if.kept_rows import cost_of, rows_to_keep
from burncast.engine.what_if.movable_program import MovableProgram
from burncast.engine.what_if.reach import Flow

__all__ = ["PartialProgram", "partial_program"]

_ANSWERS = frozenset({"record r", "ruin r", "need r"})
"""Instructions that run in any case: what they leave is what a run is for."""

_LINE = [FIELDS.index(name) for name in ("op", "out", "a", "b", "c", "k", "l", "aux")]
"""Where the numbers of an instruction of one row stand among those of an instruction."""


@dataclass(frozen=True, slots=True)
class PartialProgram:
    """The two parts of the program ``whole`` for an input whose numbers stand in ``columns`` of the scalars and in the
    lines ``tables`` of the table index.

    ``rows`` are kept of a block of trajectories; ``share`` is the estimated cost of the moving part as a share of the
    whole. Where ``is_reached`` is false, nothing that is asked depends on the input.
    """

    whole: Program
    recording: Program
    moving: Program
    columns: frozenset[int]
    tables: frozenset[int]
    rows: int
    share: float
    is_reached: bool

    def covers(self, program: Program) -> bool:
        """Whether ``program`` has the same instructions and, but for those of the input, the same numbers to the last
        bit.
        """
        if program.odd is not self.whole.odd:
            return False
        differs = (program.scalars.view(np.int64) != self.whole.scalars.view(np.int64)).any(axis=0)
        if not self.columns.issuperset(np.flatnonzero(differs).tolist()):
            return False
        if program.tables is self.whole.tables:
            return True
        ones, others = pieces_of(program), pieces_of(self.whole)
        return all(line in self.tables or one.tobytes() == others[line].tobytes() for line, one in ones.items())

    def moved(self, program: Program) -> Program:
        """The part of ``program``, one that is covered, that runs again."""
        return dataclasses.replace(
            self.moving, scalars=program.scalars, tables=program.tables, table_index=program.table_index
        )


def partial_program(movable: MovableProgram, program: Program, key: str) -> PartialProgram | None:
    """The two parts of ``program``, one of ``movable``'s, for the input ``key``; None where it does not move."""
    moving = movable.moving(key)
    if moving is None:
        return None
    columns, tables = moving
    flow = movable.flow
    reached = flow.reached(program, columns, tables)
    answers = {place for place, step in enumerate(flow.steps) if step.name in _ANSWERS}
    again, kept = rows_to_keep(flow, reached | answers, program.periods)
    streams = sorted({flow.steps[place].shock for place in again} - {-1})
    shocks = {stream: place for place, stream in enumerate(streams)}
    setup, odd, even = (sum(place in kept for place in block) for block in flow.blocks)
    everything, same = range(len(flow.steps)), {stream: stream for stream in range(len(program.shocks))}
    return PartialProgram(
        whole=program,
        recording=_part(program, flow, everything, "keep r", kept, same),
        moving=_part(program, flow, again, "recall", kept, shocks),
        columns=columns,
        tables=tables,
        rows=setup + odd * ((program.periods + 1) // 2) + even * (program.periods // 2),
        share=cost_of(flow, again, kept, program.periods) / cost_of(flow, everything, (), program.periods),
        is_reached=bool(reached),
    )


def _part(
    program: Program, flow: Flow, chosen: Collection[int], name: str, kept: Collection[int], shocks: Mapping[int, int]
) -> Program:
    """The ``chosen`` instructions, and behind each that computes a ``kept`` row, or in its place, the instruction
    ``name``; of the streams drawn every period, ``shocks`` gives the new places.
    """
    blocks: list[NDArray[np.int64]] = []
    for block in flow.blocks:
        lines: list[list[int]] = []
        for place in block:
            step = flow.steps[place]
            if place in chosen:
                line = list(step.line)
                if step.shock >= 0:
                    line[AUX] = shocks[step.shock]
                lines.append(line)
            if place in kept:
                line = [0] * len(_LINE)
                line[OPERATION], line[OUT], line[A] = OPCODES[name], step.out, step.out
                lines.append(line)
        instructions = np.zeros((len(lines), len(FIELDS)), np.int64)
        instructions[:, FIELDS.index("count")] = 1
        if lines:
            instructions[:, _LINE] = lines
        blocks.append(instructions)
    setup, odd, even = blocks
    streams = list(shocks)
    return dataclasses.replace(
        program,
        setup=setup,
        odd=odd,
        even=even,
        shocks=program.shocks[streams],
        setup_labels=("",) * len(setup),
        step_labels=("",) * len(odd),
        shock_names=tuple(program.shock_names[stream] for stream in streams),
    )
