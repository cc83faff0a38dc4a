"""Lines of a schedule become instructions: operands are addressed, and broadcast over dimensions in runs of rows."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node, State
from burncast.engine.graph.program_data import ProgramData
from burncast.engine.graph.schedule import Line
from burncast.engine.graph.selection import Operation, strides_of, view_of
from burncast.engine.instructions.machine_rows import CHECK_ROW, NEED_ROW, PASSAGE_ROW
from burncast.engine.program import FIELDS, OPCODES

__all__ = ["Emission", "swap_states"]

Strides = dict[str, int]
Place = tuple[int, Strides]
Run = tuple[int, int, list[tuple[int, int]]]


@dataclass(slots=True)
class Emission:
    """Instructions of one block; ``rows`` is where nodes stand, ``states`` where each state's next value goes."""

    graph: Graph
    data: ProgramData
    rows: dict[Node, int]
    next_rows: dict[State, int]
    rings: dict[Node, int]
    elements: dict[int, int]
    names: dict[Node, str]
    code: list[list[int]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def block(self, lines: Sequence[Line]) -> NDArray[np.int64]:
        """The instructions of ``lines``."""
        for line in lines:
            self._line(line)
            label = self._label(line)
            self.labels.extend([label] * (len(self.code) - len(self.labels)))
        return np.array(self.code, dtype=np.int64).reshape(-1, len(FIELDS))

    def _line(self, line: Line) -> None:
        node = line.node
        match line.duty:
            case "compute" if line.operation is not None:
                self._operation(line.operation)
            case "stack":
                for place, part in enumerate(node.arguments):
                    self._copy(part, self.rows[node] + place, ())
            case "store":
                state = self.graph.states[line.place]
                self._copy(node, self.next_rows[state], state.dims)
            case "ring":
                self._fill_ring(node, self._ring(line.place))
            case "check":
                for _, count, (operand,) in self._runs(node.dims, [self._place(node)]):
                    self._add("check r", count, CHECK_ROW, [operand])
            case "record":
                first = self.elements[line.place]
                for offset, count, (operand,) in self._runs(node.dims, [self._place(node)]):
                    self._add("record r", count, CHECK_ROW, [operand], aux=first + offset)
            case "ruin":
                self._add("ruin r", 1, PASSAGE_ROW, [self._row(node)])
            case "need":
                self._add("need r", 1, NEED_ROW, [self._row(node)])

    def _label(self, line: Line) -> str:
        if line.duty == "store":
            return f"{self.graph.states[line.place].name} carried"
        return "" if line.duty in ("ring", "ruin", "need") else self.names.get(line.node, "")

    def _ring(self, place: int) -> Node:
        """The remembering node whose ring a line fills."""
        return next(node for node in self.rings if node.serial == place)

    def _operation(self, operation: Operation) -> None:
        node, opcode = operation.node, operation.opcode
        dims = node.dims
        if opcode == "total r":
            self._total(node)
            return
        operands = [self._place(row) for row in operation.rows]
        known = [(self.data.scalar(value), self._scalar_strides(value)) for value in operation.scalars]
        for offset, count, places in self._runs(dims, [*operands, *known]):
            rows, scalars = places[: len(operands)], places[len(operands) :]
            aux = self._aux(operation, offset)
            out = self.rows[node] + offset
            if opcode in ("lag r", "window r"):
                length = int(str(node.payload))
                fill = int(opcode == "lag r" and len(node.arguments) == 1)
                ring = (self.rings[node] + offset, 1), (self.graph.elements(dims), 0)
                self._add(opcode, count, out, [rows[0], *ring], aux=2 * length + fill)
            else:
                self._add(opcode, count, out, rows, scalars, aux)

    def _aux(self, operation: Operation, offset: int) -> int:
        node = operation.node
        if operation.shock is not None:
            return self.data.shock(operation.shock) + offset
        match operation.opcode:
            case "draw":
                return self.data.draw(node) + offset
            case "transport r" | "lookup r" | "interp r":
                return self.data.table(node.payload)
            case "markov rr":
                return self.data.markov(node.payload)
            case "jumps rr":
                return self.data.jumps(node.payload, offset)
        return 0

    def _total(self, node: Node) -> None:
        summed = str(node.payload)
        first, strides = self._place(node.arguments[0])
        kept = {dim: step for dim, step in strides.items() if dim != summed}
        stride = (strides.get(summed, 0), 0)  # repeated along it, a value has no stride
        for offset, count, (operand,) in self._runs(node.dims, [(first, kept)]):
            places = [operand, (0, 0), stride]
            self._add("total r", count, self.rows[node] + offset, places, aux=self.graph.sizes[summed])

    def _copy(self, node: Node, out: int, dims: tuple[str, ...]) -> None:
        """Put ``node``'s values into the rows from ``out`` on, laid out over ``dims``."""
        if node.known:
            for offset, count, (scalar,) in self._runs(dims, [(self.data.scalar(node), self._scalar_strides(node))]):
                self._add("fill s", count, out + offset, [], [scalar])
        elif (first := self._place(node))[0] != out:
            for offset, count, (operand,) in self._runs(dims, [first]):
                self._add("move r", count, out + offset, [operand])

    def _fill_ring(self, initial: Node, ring: Node) -> None:
        count = self.graph.elements(ring.dims)
        for slot in range(int(str(ring.payload))):
            self._copy(initial, self.rings[ring] + slot * count, ring.dims)

    def _row(self, node: Node) -> tuple[int, int]:
        return self._place(node)[0], 0

    def _place(self, node: Node) -> Place:
        base, offset, strides = view_of(self.graph, node)
        return self.rows[base] + offset, strides

    def _scalar_strides(self, node: Node) -> Strides:
        return strides_of(self.graph.sizes, node.dims)

    def _runs(self, dims: tuple[str, ...], places: list[Place]) -> Iterator[Run]:
        """Cut a result over ``dims`` into runs along which every operand advances by one constant step."""
        if not dims:
            yield 0, 1, [(first, 0) for first, _ in places]
            return
        sizes = [self.graph.sizes[dim] for dim in dims]
        steps = [[strides.get(dim, 0) for dim in dims] for _, strides in places]
        split = len(dims) - 1
        while split > 0 and all(step[split - 1] == step[split] * sizes[split] for step in steps):
            split -= 1
        inner = math.prod(sizes[split:])
        for number, outer in enumerate(itertools.product(*(range(size) for size in sizes[:split]))):
            operands = [
                (
                    first + sum(place * stride for place, stride in zip(outer, step, strict=False)),
                    step[-1],
                )
                for (first, _), step in zip(places, steps, strict=True)
            ]
            yield number * inner, inner, operands

    def _add(
        self,
        opcode: str,
        count: int,
        out: int,
        rows: Sequence[tuple[int, int]],
        scalars: Sequence[tuple[int, int]] = (),
        aux: int = 0,
    ) -> None:
        rows = [*rows, *[(0, 0)] * (3 - len(rows))]
        scalars = [*scalars, *[(0, 0)] * (2 - len(scalars))]
        addresses = [number for pair in (*rows, *scalars) for number in pair]
        self.code.append([OPCODES[opcode], count, out, *addresses, aux])


def swap_states(block: NDArray[np.int64], first: int, count: int) -> NDArray[np.int64]:
    """The same instructions with the two sets of ``count`` state rows, from ``first`` on, exchanged."""
    swapped = block.copy()
    for name in ("out", "a", "b", "c"):
        column = FIELDS.index(name)
        rows = block[:, column]
        is_row = np.ones(len(block), dtype=bool)
        if name == "c":
            is_row = ~np.isin(block[:, 0], [OPCODES["lag r"], OPCODES["window r"], OPCODES["total r"]])
        reading = is_row & (rows >= first) & (rows < first + count)
        writing = is_row & (rows >= first + count) & (rows < first + 2 * count)
        swapped[reading, column] += count
        swapped[writing, column] -= count
    return swapped
