"""Which rows hold what: registers are reused as soon as a value has been read for the last time.

Rows are numbered: three with a duty, two sets for states, rings of remembered values, what setup leaves behind, and
then rows that are used over and over. A result never takes the rows of its own operands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node
from burncast.engine.graph.schedule import Line
from burncast.engine.graph.selection import base_of

__all__ = ["FreeRows", "assign_rows"]


@dataclass(slots=True)
class FreeRows:
    """Runs of rows to hand out, lowest first; ``top`` is the first row never used."""

    top: int
    _free: list[tuple[int, int]] = field(default_factory=list)

    def take(self, count: int) -> int:
        """The first row of a run of ``count``."""
        for place, (first, length) in enumerate(self._free):
            if length >= count:
                self._free[place : place + 1] = [(first + count, length - count)] if length > count else []
                return first
        if self._free and sum(self._free[-1]) == self.top:
            first, _ = self._free.pop()
        else:
            first = self.top
        self.top = first + count
        return first

    def give(self, first: int, count: int) -> None:
        """Take a run back."""
        self._free.append((first, count))
        self._free.sort()
        joined: list[tuple[int, int]] = []
        for start, length in self._free:
            if joined and sum(joined[-1]) == start:
                joined[-1] = (joined[-1][0], joined[-1][1] + length)
            else:
                joined.append((start, length))
        self._free = joined


def assign_rows(graph: Graph, lines: Iterable[Line], fixed: dict[Node, int], free: FreeRows) -> dict[Node, int]:
    """The first row of every node that ``lines`` compute; nodes in ``fixed`` keep theirs for good."""
    lines = list(lines)
    last_read: dict[Node, int] = {}
    for place, line in enumerate(lines):
        for node in line.reads():
            last_read[base_of(node)] = place
    rows = dict(fixed)
    for place, line in enumerate(lines):
        if line.duty in ("compute", "stack") and line.node not in rows:
            rows[line.node] = free.take(graph.elements(line.node.dims))
        spent = {base_of(node) for node in line.reads()} | {line.node}
        for node in sorted(spent, key=lambda spent_node: spent_node.serial):
            if node in rows and node not in fixed and last_read.get(node, place) == place:
                free.give(rows[node], graph.elements(node.dims))
    return rows
