"""A scenario becomes a graph: every quantity's value at t, at 0, and what is asked at each period's end.

Everything wrong is collected; a quantity that cannot be lowered silences those that use it, so that each mistake is
reported once.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from burncast.distributions.errors import FormulaError, Problem, ScenarioError
from burncast.distributions.families import FAMILIES
from burncast.engine.dependence.dependence import dependent_normals
from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node, State
from burncast.engine.graph.schedule import opens
from burncast.engine.language.dependencies import MAY_USE
from burncast.engine.language.expressions import Binary, Call, Expression, Number, names
from burncast.engine.language.functions import PROCESSES
from burncast.engine.language.scenario_model import ByElement, Location, Quantity, Scenario, Value
from burncast.engine.lowering.lowering_expressions import lower
from burncast.engine.lowering.process_values import ProcessValue
from burncast.engine.lowering.processes import lower_process
from burncast.engine.lowering.scope import Scope
from burncast.engine.lowering.steady_stocks import is_steady

__all__ = ["Lowered", "lower_scenario", "meaning_problems"]


@dataclass(frozen=True, slots=True)
class Lowered:
    """The graph of a scenario.

    ``values`` is each quantity at t (a stock: at the end of the period) and ``openings`` at 0, where it has a value
    there; ``ruin`` and ``need`` are evaluated at each period's end, their ``opening_`` twins at 0.
    """

    graph: Graph
    values: dict[str, Node]
    openings: dict[str, Node]
    ruin: Node | None
    need: Node | None
    opening_ruin: Node | None
    opening_need: Node | None
    notes: tuple[str, ...]


def lower_scenario(scenario: Scenario, order: tuple[str, ...] = (), *, follows: bool = False) -> Lowered:
    """Lower every quantity of ``scenario``; raises :class:`ScenarioError` with all that is wrong.

    Correlated quantities in ``order`` are mixed first (:mod:`burncast.engine.dependence.dependence`). ``follows`` keeps
    what inputs that are numbers or laws are made into (:mod:`burncast.engine.graph.origins`).
    """
    graph = _graph_of(scenario)
    graph.follows = follows
    work = _Lowering(scenario, graph, order=order)
    work.run()
    if work.problems:
        raise ScenarioError(work.problems)
    return work.result()


def meaning_problems(scenario: Scenario, broken: frozenset[str]) -> list[Problem]:
    """What else is wrong with a scenario that could only be read in part, without the quantities ``broken``.

    Variants included. What refers to a quantity that is broken, or that there is none of, has been reported as such; so
    has a dimension without elements, over which nothing has a meaning.
    """
    problems: list[Problem] = []
    if not all(scenario.dimensions.values()):
        return problems
    for entry in (scenario, *scenario.variants.values()):
        quantities = {name: quantity for name, quantity in entry.quantities.items() if name not in broken}
        readable = dataclasses.replace(entry, quantities=quantities)
        work = _Lowering(readable, _graph_of(readable))
        work.run()
        problems += work.problems
    return problems


def _graph_of(scenario: Scenario) -> Graph:
    return Graph({name: len(labels) for name, labels in scenario.dimensions.items()}, scenario.periods)


class _SilencedError(FormulaError):
    """A name that could not be lowered is used here; its own problem has been reported."""


@dataclass(slots=True)
class _Lowering:
    scenario: Scenario
    graph: Graph
    problems: list[Problem] = field(default_factory=list)
    values: dict[str, Node] = field(default_factory=dict)
    openings: dict[str, Node] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    under_way: set[str] = field(default_factory=set)
    stocks: dict[str, State] = field(default_factory=dict)
    steady: set[str] = field(default_factory=set)
    dependent: dict[str, Node] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    asked: dict[str, Node | None] = field(default_factory=dict)
    order: tuple[str, ...] = ()

    def run(self) -> None:
        """Lower everything, collecting problems."""
        self.dependent, self.notes = dependent_normals(self.graph, self.scenario, self.problems, self.order)
        for name in self.scenario.quantities:
            self._attempt(name, self._prepare)
        for name, stock in list(self.stocks.items()):
            self._attempt(name, functools.partial(self._finish_stock, stock))
        self._check_openings()
        ruin = self.scenario.ruin
        if ruin is not None:
            self._ask("when", ruin.when, ruin.when_location)
            if ruin.need is not None and ruin.need_location is not None:
                self._ask("need", ruin.need, ruin.need_location)

    def result(self) -> Lowered:
        """What has been lowered, once there are no problems."""
        asked = self.asked
        return Lowered(
            self.graph,
            self.values,
            self.openings,
            asked.get("when"),
            asked.get("need"),
            asked.get("opening when"),
            asked.get("opening need"),
            tuple(self.notes),
        )

    def _during(self, name: str) -> Node:
        """What a name means inside a period: a stock's value at t − 1, anything else at t."""
        self._attempt(name, self._prepare)
        if name in self.broken:
            raise _SilencedError(name)
        if name in self.steady:
            return self.openings[name]
        return self.stocks[name].read if name in self.stocks else self.values[name]

    def _constant(self, quantity: Quantity, expression: Expression) -> Node | None:
        """The node of an expression of inputs alone whose values are known; None where there is none."""
        quantities = self.scenario.quantities
        if any(name not in quantities or quantities[name].kind != "input" for name in names(expression)):
            return None
        try:
            node = self._scope(quantity, self._at_opening, (), memory=False).lower(expression)
        except FormulaError:
            return None
        return node if node.known else None

    def _reading(self, quantity: Quantity) -> Callable[[str], Node]:
        """What names mean to a quantity; one of a kind that it may not use has been reported."""

        def lookup(name: str) -> Node:
            other = self.scenario.quantities.get(name)
            if other is not None and other.kind not in MAY_USE[quantity.kind]:
                raise _SilencedError(name)
            return self._during(name)

        return lookup

    def _at_end(self, name: str) -> Node:
        """What a name means at a period's end."""
        if name in self.broken or name not in self.values:
            raise _SilencedError(name)
        return self.values[name]

    def _at_opening(self, name: str) -> Node:
        """What a name means at period 0."""
        self._attempt(name, self._prepare)
        if name in self.broken or name not in self.openings:
            raise _SilencedError(name)
        return self.openings[name]

    def _opening_of_process(self, name: str) -> Node | None:
        quantity = self.scenario.quantities.get(name)
        return self.openings.get(name) if quantity is not None and quantity.kind == "process" else None

    def _attempt(self, name: str, step: Callable[[str], None]) -> None:
        try:
            step(name)
        except _SilencedError:
            self.broken.add(name)
        except FormulaError as error:
            self.broken.add(name)
            location = self.scenario.quantities[name].location
            self.problems.append(location.problem(error.message, error.expected, error.nearest))

    def _prepare(self, name: str) -> None:
        if name in self.values or name in self.stocks or name in self.broken:
            return
        if name not in self.scenario.quantities:
            raise _SilencedError(name)
        if name in self.under_way:
            raise _SilencedError(name)  # a cycle, which the reader has reported
        self.under_way.add(name)
        quantity = self.scenario.quantities[name]
        if quantity.kind == "stock":
            start = self._value(quantity, quantity.value, self._at_opening, memory=False)
            state = self.graph.state(name, start.dims)
            state.start = start
            self.stocks[name] = state
            self.openings[name] = start
            if quantity.next is not None and not isinstance(quantity.next, ByElement):
                constant = functools.partial(self._constant, quantity)
                if is_steady(self.graph, name, start, quantity.next, constant):
                    self.steady.add(name)
        elif quantity.kind == "process":
            self._process(quantity)
        else:
            node = self._value(quantity, quantity.value, self._reading(quantity), once=quantity.kind == "input")
            self.values[name] = node
            if quantity.kind == "input":
                self.openings[name] = node

    def _check_openings(self) -> None:
        for name, opening in self.openings.items():
            if name not in self.broken and not opens(opening):
                location = self.scenario.quantities[name].location
                self.problems.append(
                    location.problem("start changes from period to period", "a start of numbers and inputs")
                )

    def _process(self, quantity: Quantity) -> None:
        if isinstance(quantity.value, ByElement):
            parts = [
                self._process_call(quantity, expression, labels) for labels, expression in quantity.value.values.items()
            ]
            dims = quantity.over or ()
            self.values[quantity.name] = self.graph.stack(tuple(part.value for part in parts), dims)
            openings = tuple(part.opening for part in parts if part.opening is not None)
            if len(openings) == len(parts):
                self.openings[quantity.name] = self.graph.stack(openings, dims)
            return
        part = self._process_call(quantity, quantity.value, ())
        self.values[quantity.name] = part.value
        if part.opening is not None:
            self.openings[quantity.name] = part.opening

    def _process_call(self, quantity: Quantity, expression: Expression, labels: tuple[str, ...]) -> ProcessValue:
        scope = self._scope(quantity, self._reading(quantity), labels)
        if isinstance(expression, Call) and expression.function in PROCESSES:
            value = lower_process(scope, expression, quantity.states)
        else:
            node = scope.lower(expression)
            value = ProcessValue(node, node if node.known else None)
        self._within(quantity, value.value.dims, labels)
        return value

    def _finish_stock(self, state: State, name: str) -> None:
        quantity = self.scenario.quantities[name]
        if quantity.next is None:
            raise FormulaError(f"{quantity.name} has no next")
        node = self._value(quantity, quantity.next, self._during)
        if not set(node.dims) <= set(state.dims):
            raise FormulaError(
                f"next varies over {', '.join(node.dims)}, start over {', '.join(state.dims) or 'nothing'}",
                expected=f"over = {list(node.dims)}",
            )
        state.next = self.openings[name] if name in self.steady else self.graph.broadcast(node, state.dims)
        self.values[quantity.name] = state.next

    def _value(
        self, quantity: Quantity, value: Value, lookup: Callable[[str], Node], once: bool = False, memory: bool = True
    ) -> Node:
        over = self._ordered(quantity.over or ())
        if isinstance(value, ByElement):
            parts: list[Node] = []
            for expression, labels in self._elements(quantity, value):
                named = tuple(labels[over.index(dim)] for dim in quantity.over or ())
                key = _input_key(quantity, expression, named)
                scope = self._scope(quantity, lookup, labels, once=once, memory=memory, key=key)
                part = scope.lower(expression)
                self._within(quantity, part.dims, labels)
                parts.append(part)
            return self.graph.stack(tuple(parts), over)
        key = _input_key(quantity, value, ())
        node = self._scope(quantity, lookup, (), once=once, memory=memory, key=key).lower(value)
        self._within(quantity, node.dims, ())
        return self.graph.broadcast(node, over) if quantity.over is not None else node

    def _within(self, quantity: Quantity, dims: tuple[str, ...], labels: tuple[str, ...]) -> None:
        allowed = () if labels else quantity.over
        if allowed is not None and not set(dims) <= set(allowed):
            what = "an element" if labels else "the value"
            raise FormulaError(
                f"{what} varies over {', '.join(dims)}",
                expected=f"a value over {', '.join(allowed) or 'no dimension'}; sum()?",
            )

    def _scope(
        self,
        quantity: Quantity,
        lookup: Callable[[str], Node],
        labels: tuple[str, ...],
        once: bool = False,
        memory: bool = True,
        key: str | None = None,
    ) -> Scope:
        over = self._ordered(quantity.over or ())
        return Scope(
            self.graph,
            self.scenario,
            lower,
            lookup,
            self._opening_of_process,
            quantity.name,
            over=() if labels else over,
            element=labels,
            element_dims=over if labels else (),
            once=once,
            memory=memory and not once,
            dependent=self.dependent,
            input=key,
        )

    def _elements(self, quantity: Quantity, value: ByElement) -> Iterator[tuple[Expression, tuple[str, ...]]]:
        """The expressions by element and their labels, in the order of the scenario's dimensions."""
        over = quantity.over or ()
        ordered = self._ordered(over)
        for labels in itertools.product(*(self.scenario.dimensions[dim] for dim in ordered)):
            yield value.values[tuple(labels[ordered.index(dim)] for dim in over)], labels

    def _ordered(self, dims: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dim for dim in self.scenario.dimensions if dim in dims)

    def _ask(self, key: str, expression: Expression, location: Location) -> None:
        for prefix, lookup in (("", self._at_end), ("opening ", self._at_opening)):
            scope = Scope(
                self.graph, self.scenario, lower, lookup, self._opening_of_process, f"ruin.{key}", memory=False
            )
            try:
                node = scope.lower(expression)
                if node.dims:
                    raise FormulaError(f"{key} varies over {', '.join(node.dims)}", expected="one number: sum()?")
                self.asked[prefix + key] = node
            except _SilencedError:
                continue
            except FormulaError as error:
                if not prefix:
                    self.problems.append(location.problem(error.message, error.expected, error.nearest))


def _input_key(quantity: Quantity, expression: Expression, labels: tuple[str, ...]) -> str | None:
    """The key of an input, or of its element, that is a number, a law or a multiple; None for everything else."""
    match expression:
        case Number() | Binary(op="*", left=Number()):
            is_movable = True
        case Call(function=function):
            is_movable = function in FAMILIES
        case _:
            is_movable = False
    return ".".join((quantity.name, *labels)) if is_movable and quantity.kind == "input" else None
