"""A program whose inputs may move without being compiled anew: other scalars, other tables, the same instructions.

Where an input is another number or another law of the same kind, what follows from it is worked out again. Whether the
instructions are still those that the changed scenario compiles to is known from the questions that were asked when they
were made (:mod:`burncast.engine.graph.origins`): whether a factor is 0, a power 2, a probability one. Then every figure
is the same to the last bit. Two numbers that happen to be equal in the changed scenario and not in the first, or the
other way round, may be one constant there and two here; what is computed from them is the same, but may be rounded
elsewhere.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.law import Law
from burncast.distributions.transport import transport
from burncast.engine.compiler import compile_following
from burncast.engine.graph.origins import Origin
from burncast.engine.graph.program_data import packed, pieces_of
from burncast.engine.language.scenario_model import Scenario
from burncast.engine.program import Program
from burncast.engine.what_if.reach import Flow, flow_of

__all__ = ["MovableProgram"]

Floats = NDArray[np.float64]


class MovableProgram:
    """The program of ``scenario`` that tracks ``track``; its attribute ``program`` is the one with no input moved."""

    def __init__(self, scenario: Scenario, track: tuple[str, ...]) -> None:
        self.program, data, graph = compile_following(scenario, track)
        self._inputs = graph.inputs
        self._places = {origin: place for place, origin in enumerate(graph.origins)}
        self._readers: dict[Origin, list[Origin]] = {}
        for origin in graph.origins:
            for source in origin.sources:
                if isinstance(source, Origin):
                    self._readers.setdefault(source, []).append(origin)
        self._compared = list(dict.fromkeys(graph.compared))
        self._columns, self._tables = data.moving_columns(), data.moving_tables()

    @cached_property
    def flow(self) -> Flow:
        """Who reads what in it, whatever has moved."""
        return flow_of(self.program)

    def moved(self, values: Mapping[str, float | Law]) -> Program | None:
        """The program with the inputs of these keys so; None where it has to be compiled anew."""
        worth: dict[Origin, Any] = {}
        for key, value in values.items():
            origin = self._inputs.get(key)
            if origin is None or isinstance(value, Law) != isinstance(origin.value, Law):
                return None
            worth[origin] = value if isinstance(value, Law) else np.array([[value]])
        for origin in self._following(worth):
            if origin.compute is not None:
                worth[origin] = origin.compute(*(_worth(source, worth) for source in origin.sources))
            if not origin.answers_alike(worth[origin]):
                return None
        for one, other, is_same in self._compared:
            if np.array_equal(*(_worth(node.origin or node.known_values, worth) for node in (one, other))) != is_same:
                return None
        return self._with(worth)

    def moving(self, key: str) -> tuple[frozenset[int], frozenset[int]] | None:
        """The columns of the scalars and the lines of the table index that move with an input; None where it cannot."""
        origin = self._inputs.get(key)
        if origin is None:
            return None
        moving = set(self._following([origin]))
        columns = {
            column + element for one, column in self._columns if one in moving for element in range(len(one.value))
        }
        return frozenset(columns), frozenset(line for one, line in self._tables if one in moving)

    def _following(self, moved: Iterable[Origin]) -> list[Origin]:
        """These and all that follows from them, each after its sources."""
        found: set[Origin] = set()
        waiting = list(moved)
        while waiting:
            origin = waiting.pop()
            if origin not in found:
                found.add(origin)
                waiting += self._readers.get(origin, ())
        return sorted(found, key=self._places.__getitem__)

    def _with(self, worth: Mapping[Origin, Any]) -> Program:
        scalars = self.program.scalars.copy()
        for origin, column in self._columns:
            if origin in worth:
                scalars[:, column : column + len(worth[origin])] = worth[origin].T
        laws = {line: worth[origin] for origin, line in self._tables if origin in worth}
        if not laws:
            return dataclasses.replace(self.program, scalars=scalars)
        index = self.program.table_index.copy()
        pieces = pieces_of(self.program)
        for line, law in laws.items():
            index[line, 0], index[line, 2], table = packed(transport(law))
            pieces[line] = np.array(table)
        index[list(pieces), 1] = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces.values()])[:-1]])
        tables = np.concatenate(list(pieces.values()))
        return dataclasses.replace(self.program, scalars=scalars, tables=tables, table_index=index)


def _worth(source: Origin | Floats | None, worth: Mapping[Origin, Any]) -> Any:
    """What a source is worth, moved or as it was."""
    return worth.get(source, source.value) if isinstance(source, Origin) else source
