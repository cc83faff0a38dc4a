"""Where an expression is read: which names it may use and what they mean there, and how its draws are addressed."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from burncast.distributions.errors import FormulaError
from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node
from burncast.engine.language.expressions import Expression
from burncast.engine.language.scenario_model import Scenario

__all__ = ["Bound", "Lowerings", "Scope"]

Bound: TypeAlias = dict[str, Expression]
"""A call's arguments by parameter."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One quantity's view of the scenario while it is lowered.

    Attributes: ``reader`` lowers an expression in this scope; ``lookup`` gives the node that a name means here, and
    ``opening`` what a process is at period 0; ``owner`` is the quantity's name, the root of its stream names; ``over``
    the dimensions declared for it; ``element`` the labels (of ``element_dims``) where one element is lowered by itself;
    ``once`` whether draws are made once per trajectory (inputs) or every period; ``memory`` whether functions that
    remember and draw are allowed; ``dependent`` holds the normals that a correlation replaces, by stream name;
    ``input`` is the key of an input where the expression is all of its value, a number or a law, or a number times
    something: then that number moves.
    """

    graph: Graph
    scenario: Scenario
    reader: Callable[[Scope, Expression], Node]
    lookup: Callable[[str], Node]
    opening: Callable[[str], Node | None]
    owner: str
    over: tuple[str, ...] = ()
    element: tuple[str, ...] = ()
    element_dims: tuple[str, ...] = ()
    once: bool = False
    memory: bool = True
    dependent: Mapping[str, Node] = field(default_factory=dict)
    input: str | None = None
    numbering: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def lower(self, expression: Expression) -> Node:
        """The node of an expression."""
        return self.reader(self, expression)

    def inside(self) -> Scope:
        """The scope of what an input is a multiple of."""
        return dataclasses.replace(self, input=None)

    def number(self, value: float) -> Node:
        """A constant node."""
        return self.graph.constant(value)

    def periods(self) -> Node:
        """The period, 0 … T, as a path known in advance."""
        return self.graph.path(np.arange(self.graph.periods + 1.0))

    def stream_names(self, dims: tuple[str, ...], suffix: str | None = None) -> tuple[str, ...]:
        """Addresses of the next draw of this quantity: ``name``, ``name[label]``; from the second on ``name#2``."""
        if suffix is None:
            number = next(self.numbering)
            suffix = "" if number == 1 else f"#{number}"
        labels: list[tuple[str, ...]] = list(itertools.product(*(self.scenario.dimensions[dim] for dim in dims)))
        return tuple(
            f"{self.owner}[{','.join(self.element + label)}]{suffix}"
            if self.element + label
            else f"{self.owner}{suffix}"
            for label in labels
        )

    def normal(self, dims: tuple[str, ...] = (), suffix: str | None = None) -> Node:
        """A standard normal, its own for every element of ``dims`` and of the dimensions declared."""
        dims = tuple(dim for dim in self.graph.sizes if dim in dims or dim in self.over)
        names = self.stream_names(dims, suffix)
        fresh = self.graph.draw if self.once else self.graph.shock
        if not any(name in self.dependent for name in names):
            return fresh(names, dims)
        parts = tuple(self.dependent[name] if name in self.dependent else fresh((name,)) for name in names)
        return self.graph.stack(parts, dims) if dims else parts[0]

    def require_memory(self, function: str) -> None:
        """Refuse a function that draws or remembers where an expression is evaluated outside the flow of periods."""
        if not self.memory:
            raise FormulaError(f"{function}() cannot be used here", expected="a formula of its own that is named here")


Lowerings: TypeAlias = dict[str, Callable[[Scope, Bound], Node]]
"""Functions of the language, by name."""
