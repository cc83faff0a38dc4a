"""The values that a graph is made of, how often each changes, and what is carried from period to period.

A :class:`Node` is one value with a shape (a run of rows, one per element of its dimensions) and a *rate*:

========  ===========================================  ==================================================
rate      what it depends on                           where it is computed
========  ===========================================  ==================================================
CONST     nothing                                      here, while the graph is built
PERIOD    the period alone                             here, for every period: it becomes a table
SETUP     the trajectory's inputs                      once per trajectory
STEP      shocks and states                            every period
========  ===========================================  ==================================================
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from burncast.engine.graph.origins import Origin

__all__ = ["Node", "Rate", "State"]

Floats = NDArray[np.float64]


class Rate(IntEnum):
    """How often a node's value changes; the order is from never to every period."""

    CONST = 0
    PERIOD = 1
    SETUP = 2
    STEP = 3


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """One value of the graph.

    ``known_values`` is set where the value is known in advance: shape (elements, 1) for CONST, (elements, T + 1) for
    PERIOD; ``origin`` where it may move. ``payload`` carries what an operation needs besides its operands (a table, a
    stream name, a length).
    """

    op: str
    arguments: tuple[Node, ...]
    dims: tuple[str, ...]
    rate: Rate
    payload: Hashable = None
    known_values: Floats | None = None
    serial: int = 0
    origin: Origin | None = None

    @property
    def known(self) -> bool:
        """Whether the value is known in advance, for every trajectory."""
        return self.known_values is not None

    @property
    def values(self) -> Floats | None:
        """The known values, for whoever makes more of them than the answer to a question: then they cannot move."""
        if self.origin is not None:
            self.origin.is_read = True
        return self.known_values

    def holds(self, question: Callable[[Floats], bool]) -> bool:
        """Whether the value is known and answers ``question`` so; the answer is remembered where it may move."""
        if self.known_values is None:
            return False
        return question(self.known_values) if self.origin is None else self.origin.ask(question)


@dataclass(eq=False, slots=True)
class State:
    """A value carried from period to period: ``read`` is its value at t − 1; ``next`` becomes its value at t."""

    name: str
    dims: tuple[str, ...]
    read: Node
    start: Node | None = None
    next: Node | None = None
