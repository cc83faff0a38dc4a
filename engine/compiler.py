"""A scenario becomes a program.

Lowering makes the graph; here it is cut into what happens once and what happens every period, only what an answer
depends on is kept, operations are chosen, ordered and given registers, and the two halves of a double-buffered step are
written out. Compiling takes milliseconds: the machine itself never changes.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

from burncast.distributions.errors import Problem, ScenarioError
from burncast.engine.graph.emission import Emission, swap_states
from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node, Rate, State
from burncast.engine.graph.program_data import ProgramData
from burncast.engine.graph.registers import FreeRows, assign_rows
from burncast.engine.graph.schedule import Duty, Schedule, opens
from burncast.engine.graph.selection import base_of, select_operations
from burncast.engine.instructions.machine_rows import FIRST_ROW
from burncast.engine.language.scenario_model import Scenario
from burncast.engine.lowering.lowering import Lowered, lower_scenario
from burncast.engine.lowering.simplification import live_part, simplified
from burncast.engine.program import Program, Tracked

__all__ = ["compile_following", "compile_scenario", "compile_variants"]

CARRYING = frozenset(
    {"add", "subtract", "multiply", "divide", "negate", "absolute", "sqrt", "total", "stack", "broadcast"}
)
"""Operations whose result is NaN or infinite whenever an operand (of a division: the first) is."""


SOUND = frozenset(
    {
        "less",
        "less_equal",
        "equal",
        "not_equal",
        "minimum",
        "maximum",
        "where",
        "negate",
        "absolute",
        "select",
        "broadcast",
    }
)
"""Operations whose result is finite wherever their operands are."""


@functools.lru_cache(maxsize=64)
def compile_scenario(scenario: Scenario, track: tuple[str, ...] | None = None, order: tuple[str, ...] = ()) -> Program:
    """Compile ``scenario``; ``track`` replaces the quantities whose distribution is kept.

    ``order`` lists correlated quantities that are mixed first: the same law from other random numbers
    (:mod:`burncast.engine.dependence.dependence`).

    Raises :class:`~burncast.distributions.errors.ScenarioError` with everything that the language's reader could not
    know to be wrong: functions, distributions, dimensions.
    """
    lowered = lower_scenario(scenario, order)
    return _Compilation.of(scenario, lowered, scenario.track if track is None else track).program()[0]


def compile_variants(scenario: Scenario) -> dict[str, Program]:
    """The program of a scenario, called ``base``, and of each of its variants; raises with the problems of them all."""
    programs: dict[str, Program] = {}
    problems: list[Problem] = []
    for name, one in {"base": scenario, **scenario.variants}.items():
        try:
            programs[name] = compile_scenario(one)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return programs


def compile_following(scenario: Scenario, track: tuple[str, ...]) -> tuple[Program, ProgramData, Graph]:
    """The same with what is known of where its numbers come from (:mod:`burncast.engine.graph.origins`)."""
    compilation = _Compilation.of(scenario, lower_scenario(scenario, follows=True), track)
    return *compilation.program(), compilation.graph


@dataclass(slots=True)
class _Compilation:
    scenario: Scenario
    lowered: Lowered
    track: tuple[str, ...]
    named: list[tuple[str, Node]]
    states: list[State]

    @staticmethod
    def of(scenario: Scenario, lowered: Lowered, track: tuple[str, ...]) -> _Compilation:
        """Find out what the answers depend on: quantities in dependency order, and states."""
        lowered = simplified(lowered, _asked(lowered, track))
        live, states = live_part(lowered.graph, _asked(lowered, track))
        named = [(name, node) for name, node in lowered.values.items() if node in live and not node.known]
        return _Compilation(scenario, lowered, track, named, states)

    @property
    def graph(self) -> Graph:
        """The lowered graph."""
        return self.lowered.graph

    def program(self) -> tuple[Program, ProgramData]:
        """Order, allocate and emit."""
        graph, lowered = self.graph, self.lowered
        selection = select_operations(graph, self._roots())
        step = Schedule(graph, selection, in_setup=False)
        self._schedule_step(step)
        setup = Schedule(graph, selection, in_setup=True)
        rings = self._schedule_setup(setup, step)

        state_rows = sum(graph.elements(state.dims) for state in self.states)
        read_rows, write_rows, place = {}, {}, FIRST_ROW
        for state in self.states:
            read_rows[state] = place
            write_rows[state] = place + state_rows
            place += graph.elements(state.dims)
        place = FIRST_ROW + 2 * state_rows
        ring_rows: dict[Node, int] = {}
        for ring in rings:
            ring_rows[ring] = place
            place += int(str(ring.payload)) * graph.elements(ring.dims)
        free = FreeRows(place)
        lasting = {node: free.take(graph.elements(node.dims)) for node in step.persistent}
        fixed = {**lasting, **{state.read: row for state, row in read_rows.items()}}
        in_place = self._in_place(step, write_rows)
        step_free = FreeRows(free.top)
        step_rows = assign_rows(graph, step.lines, {**fixed, **in_place}, step_free)
        setup_free = FreeRows(free.top)
        setup_rows = assign_rows(graph, setup.lines, fixed, setup_free)

        data = ProgramData(self.scenario.periods)
        tracked = self._tracked()
        elements = {place: item.first_element for place, item in enumerate(tracked)}
        names = {node: name for name, node in self.named}
        step_emission = Emission(graph, data, step_rows, write_rows, ring_rows, elements, names)
        odd = step_emission.block(step.lines)
        setup_emission = Emission(graph, data, setup_rows, read_rows, ring_rows, elements, names)
        before = setup_emission.block(setup.lines)
        program = Program(
            periods=self.scenario.periods,
            setup=before,
            odd=odd,
            even=swap_states(odd, FIRST_ROW, state_rows),
            rows=max(step_free.top, setup_free.top),
            scalars=data.scalars(),
            tables=data.packed_tables(),
            table_index=data.table_index(),
            shocks=data.ids(data.shock_names),
            draws=data.ids(data.draw_names),
            tracked=tracked,
            setup_labels=tuple(setup_emission.labels),
            step_labels=tuple(step_emission.labels),
            shock_names=tuple(data.shock_names),
            draw_names=tuple(data.draw_names),
            notes=lowered.notes,
            particles=self.scenario.particles,
        )
        return program, data

    def _roots(self) -> list[Node]:
        lowered = self.lowered
        roots = [node for _, node in self.named]
        roots += [node for state in self.states for node in (state.next, state.start) if node is not None]
        asked = (lowered.ruin, lowered.need, lowered.opening_ruin, lowered.opening_need)
        return (
            roots
            + [node for node in asked if node is not None]
            + [lowered.openings[name] for name in self._opening_names()]
        )

    def _opening_names(self) -> list[str]:
        return [name for name in self.track if name in self.lowered.openings]

    def _schedule_step(self, step: Schedule) -> None:
        checked = _worth_checking([node for _, node in self.named], self._roots())
        places = {name: place for place, name in enumerate(self.track)}
        for name, node in self.lowered.values.items():
            is_named = (name, node) in self.named
            if is_named and node.rate is Rate.STEP and node in checked:
                checked.remove(node)
                step.duty("check", node)
            if name in places:
                step.duty("record", node, places[name])
        duties: tuple[tuple[Duty, Node | None], ...] = (("ruin", self.lowered.ruin), ("need", self.lowered.need))
        for duty, asked in duties:
            if asked is not None:
                if not _is_as_sound_as(asked, {node for _, node in self.named}):
                    step.duty("check", asked)
                step.duty(duty, asked)
        in_place: set[Node] = set()
        for state in self.states:
            if state.next is None:
                continue
            if self._can_be_in_place(state, in_place):
                in_place.add(state.next)
                step.need(state.next)
            else:
                step.duty("store", state.next, self.graph.states.index(state))

    def _can_be_in_place(self, state: State, taken: set[Node]) -> bool:
        """Whether a state's next value can be computed straight into the state's rows."""
        node = state.next
        return (
            node is not None
            and base_of(node) is node
            and node.rate is Rate.STEP
            and not node.known
            and node.op != "state"
            and node.dims == state.dims
            and node not in taken
        )

    def _in_place(self, step: Schedule, write_rows: dict[State, int]) -> dict[Node, int]:
        stored = {line.place for line in step.lines if line.duty == "store"}
        return {
            state.next: write_rows[state]
            for state in self.states
            if state.next is not None and self.graph.states.index(state) not in stored
        }

    def _schedule_setup(self, setup: Schedule, step: Schedule) -> list[Node]:
        """Openings and everything that lasts; returns the nodes that remember, in order."""
        graph, lowered = self.graph, self.lowered
        named = {node for _, node in self.named}
        for node in step.persistent:
            setup.need(node)
            if not node.known and node in named:
                setup.duty("check", node)
        for state in self.states:
            if state.start is not None:
                setup.duty("store", state.start, graph.states.index(state))
        rings = [line.node for line in step.lines if line.duty == "compute" and line.node.op in ("lag", "window")]
        for ring in rings:
            initial = ring.arguments[1] if len(ring.arguments) == 2 else graph.constant(0.0)
            setup.duty("ring", initial, ring.serial)
        for place, name in enumerate(self.track):
            opening = lowered.openings.get(name)
            if opening is not None:
                if not opening.known:
                    setup.duty("check", opening)
                setup.duty("record", opening, place)
        duties: tuple[tuple[Duty, Node | None], ...] = (("ruin", lowered.opening_ruin), ("need", lowered.opening_need))
        for duty, asked in duties:
            if asked is not None and opens(asked):
                if not asked.known:
                    setup.duty("check", asked)
                setup.duty(duty, asked)
        return rings

    def _tracked(self) -> tuple[Tracked, ...]:
        tracked: list[Tracked] = []
        first = 0
        for name in self.track:
            dims = self.lowered.values[name].dims
            labels = tuple(self.scenario.dimensions[dim] for dim in dims)
            count = self.graph.elements(dims)
            tracked.append(Tracked(name, dims, labels, first, count, 0 if name in self.lowered.openings else 1))
            first += count
        return tuple(tracked)


def _asked(lowered: Lowered, track: tuple[str, ...]) -> list[Node]:
    """What a run must find out."""
    asked = [lowered.values[name] for name in track]
    asked += [lowered.openings[name] for name in track if name in lowered.openings]
    others = (lowered.ruin, lowered.need, lowered.opening_ruin, lowered.opening_need)
    return asked + [node for node in others if node is not None]


def _is_as_sound_as(node: Node, named: set[Node]) -> bool:
    """Whether ``node`` is finite wherever all of ``named`` are, which are checked."""
    if node.known or node in named:
        return True
    return node.op in SOUND and all(_is_as_sound_as(argument, named) for argument in node.arguments)


def _worth_checking(named: list[Node], roots: Iterable[Node]) -> set[Node]:
    """Of the nodes that must stay finite, those whose failure no other check would see.

    A value that is only added to, scaled or summed takes what it is computed into with it when it becomes NaN or
    infinite; checking the last of such a chain checks them all.
    """
    readers: dict[Node, list[Node]] = {}
    waiting = list(roots)
    seen: set[Node] = set()
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        waiting.extend(node.arguments)
        carried = node.arguments[:1] if node.op == "divide" else node.arguments
        for argument in carried if node.op in CARRYING else ():
            readers.setdefault(argument, []).append(node)
    must = {node for node in named if node.rate is Rate.STEP}
    seen_by_a_reader: dict[Node, bool] = {}
    for node in sorted(seen, key=lambda node: -node.serial):
        seen_by_a_reader[node] = any(
            reader in must or seen_by_a_reader.get(reader, False) for reader in readers.get(node, [])
        )
    return {node for node in must if not seen_by_a_reader[node]}
