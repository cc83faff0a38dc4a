"""The data of a program: scalars by period, streams, and lookup tables packed into one flat array.

========  =====================================================  ==========================================
kind      line of ``table_index``                                data at ``offset``
========  =====================================================  ==========================================
smooth    0, offset, pieces, 0                                   z of the first knot, 1/step, 4 per piece
steps     1, offset, values, 0                                   thresholds (one fewer), values
pieces    2, offset, pieces, 0                                   first z of each, 4 coefficients of each
interp    3, offset, points, 0                                   abscissae, ordinates, slopes (one fewer)
markov    4, offset, states, 0                                   thresholds in z, a row per state
jumps     5, table of sizes, first stream, streams per element   —
========  =====================================================  ==========================================
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.law import Law
from burncast.distributions.transport import Pieces, Steps, Table, transport
from burncast.engine.draws.addresses import stream_id
from burncast.engine.graph.nodes import Node
from burncast.engine.graph.origins import Origin
from burncast.engine.program import Program

__all__ = ["ProgramData", "packed", "pieces_of"]

Floats = NDArray[np.float64]

_OWN_DATA = 5
"""Kinds of tables below this have data of their own."""


@dataclass(slots=True)
class ProgramData:
    """Collects what instructions refer to, each thing once."""

    periods: int
    columns: list[Floats] = field(default_factory=lambda: [])
    tables: list[float] = field(default_factory=list)
    index: list[tuple[int, int, int, int]] = field(default_factory=list)
    shock_names: list[str] = field(default_factory=list)
    draw_names: list[str] = field(default_factory=list)
    _places: dict[Hashable, int] = field(default_factory=dict)

    def scalars(self) -> Floats:
        """Shape (T + 1, scalars): every scalar at every period; at least one column."""
        columns = self.columns or [np.zeros(self.periods + 1)]
        return np.ascontiguousarray(np.stack(columns, axis=1))

    def packed_tables(self) -> Floats:
        """All tables in one array."""
        return np.array(self.tables or [0.0], dtype=np.float64)

    def table_index(self) -> NDArray[np.int64]:
        """Shape (tables, 4); at least one line."""
        return np.array(self.index or [(0, 0, 0, 0)], dtype=np.int64)

    @staticmethod
    def ids(names: Sequence[str]) -> NDArray[np.uint32]:
        """The 32-bit addresses of streams."""
        return np.array([stream_id(name) for name in names], dtype=np.uint32)

    def scalar(self, node: Node) -> int:
        """First column of a known node's values, one column per element."""
        if node not in self._places and node.known_values is not None:
            self._places[node] = len(self.columns)
            for row in node.known_values:
                self.columns.append(np.broadcast_to(row, (self.periods + 1,)))
        return self._places[node]

    def shock(self, node: Node) -> int:
        """First row of a shock node's streams."""
        return self._streams(node, self.shock_names)

    def draw(self, node: Node) -> int:
        """First stream of a node that is drawn once."""
        return self._streams(node, self.draw_names)

    def table(self, payload: Hashable) -> int:
        """Line of the table for a law, a transport table or the points of an interpolation."""
        return self._placed(payload, lambda: self._lookup(payload))

    def markov(self, thresholds: Hashable) -> int:
        """Line of the table of a chain's thresholds."""
        rows = cast(tuple[tuple[float, ...], ...], thresholds)
        return self._placed(("markov", rows), lambda: self._pack(4, len(rows), [edge for row in rows for edge in row]))

    def jumps(self, payload: Hashable, element: int) -> int:
        """Line of the jumps from ``element`` on of a node with (law of sizes, streams of sizes, streams of ages)."""
        law, sizes, ages = cast(tuple[Law, tuple[str, ...], tuple[str, ...]], payload)
        per_element = 2 if ages else 1
        first = self._placed(("streams", sizes), lambda: self._append_jump_streams(sizes, ages))
        line = (5, self.table(law), first + element * per_element, per_element)
        return self._placed(line, lambda: self._line(line))

    def moving_columns(self) -> list[tuple[Origin, int]]:
        """The first column of every scalar that may move."""
        return [(key.origin, place) for key, place in self._places.items() if isinstance(key, Node) and key.origin]

    def moving_tables(self) -> list[tuple[Origin, int]]:
        """The line of the table of every law that may move."""
        return [(key, place) for key, place in self._places.items() if isinstance(key, Origin)]

    def _placed(self, key: Hashable, place: Callable[[], int]) -> int:
        if key not in self._places:
            self._places[key] = place()
        return self._places[key]

    def _streams(self, node: Node, names: list[str]) -> int:
        if node not in self._places:
            self._places[node] = len(names)
            names.extend(cast(tuple[str, ...], node.payload))
        return self._places[node]

    def _append_jump_streams(self, sizes: tuple[str, ...], ages: tuple[str, ...]) -> int:
        first = len(self.draw_names)
        for place, name in enumerate(sizes):
            self.draw_names.append(name)
            self.draw_names.extend(ages[place : place + 1])
        return first

    def _lookup(self, payload: Hashable) -> int:
        if isinstance(payload, Origin):
            payload = payload.value
        if isinstance(payload, Law):
            payload = transport(payload)
        if isinstance(payload, Table | Steps | Pieces):
            return self._pack(*packed(payload))
        knots, ordinates = (np.array(column) for column in cast(tuple[tuple[float, ...], tuple[float, ...]], payload))
        return self._pack(3, len(knots), [*knots, *ordinates, *(np.diff(ordinates) / np.diff(knots))])

    def _pack(self, kind: int, length: int, data: Sequence[float]) -> int:
        offset = len(self.tables)
        self.tables.extend(data)
        return self._line((kind, offset, length, 0))

    def _line(self, line: tuple[int, int, int, int]) -> int:
        self.index.append(line)
        return len(self.index) - 1


def packed(table: Table | Steps | Pieces) -> tuple[int, int, list[float]]:
    """The kind, the length and the data of a transport map."""
    if isinstance(table, Table):
        return 0, len(table.values) - 1, _pieces(table)
    if isinstance(table, Steps):
        return 1, len(table.values), [*table.thresholds.tolist(), *table.values.tolist()]
    return 2, len(table.z), [*table.z.tolist(), *table.coefficients.ravel().tolist()]


def pieces_of(program: Program) -> dict[int, Floats]:
    """The data of every table of ``program`` that has some of its own, by its line of the table index."""
    owners = np.flatnonzero(program.table_index[:, 0] < _OWN_DATA)
    pieces = np.split(program.tables, program.table_index[owners[1:], 1])
    return dict(zip(owners.tolist(), pieces, strict=True))


def _pieces(table: Table) -> list[float]:
    """Coefficients of the cubic on each piece, in powers of the place within it (0 to 1)."""
    left, right = table.values[:-1], table.values[1:]
    start, end = table.step * table.slopes[:-1], table.step * table.slopes[1:]
    rise = right - left
    cubic = np.stack([left, start, 3.0 * rise - 2.0 * start - end, start + end - 2.0 * rise], axis=1)
    return [table.z_low, 1.0 / table.step, *cubic.ravel().tolist()]
