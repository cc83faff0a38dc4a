"""Which instructions of a program an input reaches: who reads what, over all periods, row by row.

An instruction is reached where it reads a number or a table that moves with the input, or a row that a reached
instruction may have written: in the same block, in setup, or, for what is carried and remembered, in a period before
(reaching definitions: Aho, Lam, Sethi and Ullman 2006, "Compilers", section 9.2.4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from burncast.engine.instructions.workspace import AUX, OPERATION, OUT, A, B, C, K, L, row_by_row
from burncast.engine.program import OPCODES, Program

__all__ = ["DUTIES", "Flow", "Step", "flow_of"]

DUTIES = frozenset({"check r", "record r", "ruin r", "need r"})
"""Instructions that write no row which others read."""

_TABLED = frozenset({"transport", "lookup", "interp", "markov", "jumps"})
_REMEMBERING = frozenset({"lag", "window"})

_Written = dict[int, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Step:
    """An instruction of one row: ``line`` as the machine takes it, eight numbers, and what it reads.

    ``reads`` are rows, ``ring`` the rows in which it remembers, ``scalars`` columns, ``table`` a line of the table
    index and ``shock`` a stream; −1 where it reads none.
    """

    name: str
    line: tuple[int, ...]
    out: int
    reads: tuple[int, ...]
    ring: tuple[int, ...]
    scalars: tuple[int, ...]
    table: int
    shock: int


@dataclass(frozen=True, slots=True)
class Flow:
    """The steps of setup, of odd and of even periods, one after the other; ``blocks`` says where each block lies.

    ``sources`` are for every step those whose results it may read, itself where it remembers; ``readers`` the other way
    round.
    """

    steps: tuple[Step, ...]
    blocks: tuple[range, range, range]
    sources: tuple[frozenset[int], ...]
    readers: tuple[tuple[int, ...], ...]

    def reached(self, program: Program, columns: Collection[int], tables: Collection[int]) -> set[int]:
        """The steps that numbers in these ``columns`` of the scalars, or these lines of ``tables``, reach."""
        sizes = {line for line, entry in enumerate(program.table_index) if entry[0] == 5 and int(entry[1]) in tables}
        lines = sizes.union(tables)
        columns = frozenset(columns)
        found: set[int] = set()
        waiting = [
            place
            for place, step in enumerate(self.steps)
            if step.table in lines or not columns.isdisjoint(step.scalars)
        ]
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                waiting += self.readers[place]
        return found


def flow_of(program: Program) -> Flow:
    """Who reads what in ``program``."""
    parts = [
        [_step(*line) for line in row_by_row(block).tolist()] for block in (program.setup, program.odd, program.even)
    ]
    steps = tuple(step for part in parts for step in part)
    ends = np.cumsum([len(part) for part in parts]).tolist()
    setup, odd, even = range(ends[0]), range(ends[0], ends[1]), range(ends[1], ends[2])
    sources: list[frozenset[int]] = [frozenset()] * len(steps)
    written, before = _follow(steps, setup, {}, sources), None
    while written != before:
        before = written
        written = _follow(steps, even, _follow(steps, odd, written, sources), sources)
    readers: list[list[int]] = [[] for _ in steps]
    for place, read in enumerate(sources):
        for source in read:
            readers[source].append(place)
    return Flow(steps, (setup, odd, even), tuple(sources), tuple(map(tuple, readers)))


def _step(*line: int) -> Step:
    name, aux = _NAMES[line[OPERATION]], line[AUX]
    operation, _, letters = name.partition(" ")
    reads: tuple[int, ...] = (line[A], line[B], line[C])[: letters.count("r")]
    ring: tuple[int, ...] = ()
    if operation == "total":
        reads = tuple(line[A] + term * line[C] for term in range(aux))
    if operation in _REMEMBERING:
        ring = tuple(line[B] + age * line[C] for age in range(aux >> 1))
    return Step(
        name,
        line,
        line[OUT],
        reads,
        ring,
        (line[K], line[L])[: letters.count("s")],
        aux if operation in _TABLED else -1,
        aux if "z" in letters else -1,
    )


def _follow(steps: tuple[Step, ...], block: Iterable[int], entry: _Written, sources: list[frozenset[int]]) -> _Written:
    """Who may have written each row after a block, from who may have before; the block's ``sources`` are completed."""
    nobody: frozenset[int] = frozenset()
    written = dict(entry)
    for place in block:
        step = steps[place]
        found = sources[place].union(*(written.get(row, nobody) for row in (*step.reads, *step.ring)))
        if step.ring:
            found |= {place}
        sources[place] = found
        if step.name not in DUTIES:
            written[step.out] = frozenset((place,))
        for row in step.ring:
            written[row] = written.get(row, nobody) | {place}
    return written


_NAMES = {number: name for name, number in OPCODES.items()}
