"""Who uses what: unknown names, what each kind may use, cycles, and an order in which everything can be computed.

Within a period processes step first, then formulas, then stocks. A formula or a stock's ``next`` that names a stock
means its value at the end of the period before, so stocks never close a cycle; only their starts depend on each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from burncast.distributions.errors import Problem, ScenarioError, nearest_name
from burncast.engine.language.expressions import TIME_NAMES, Index, Name, walk
from burncast.engine.language.scenario_model import ByElement, Kind, Location, Quantity, Scenario, Value

__all__ = [
    "MAY_USE",
    "Dependencies",
    "Mentions",
    "find_dependencies",
    "find_misnamed",
    "names_in",
    "resolve",
    "used_names",
]

_ALL: frozenset[Kind] = frozenset({"input", "process", "formula", "stock"})
MAY_USE: dict[Kind, frozenset[Kind]] = {
    "input": frozenset({"input"}),
    "process": frozenset({"input", "process"}),
    "formula": _ALL,
    "stock": frozenset({"input", "stock"}),
}
"""Which kinds the value of each kind may use; of a stock, its start."""

_RULE: dict[Kind, str] = {
    "input": "an input is drawn once: it may use other inputs",
    "process": "what the world does may use inputs and other processes",
    "formula": "",
    "stock": "a start may use inputs and the starts of other stocks",
}
_IN_TIME = TIME_NAMES - {"dt", "periods"}


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What depends on what.

    ``order``: every quantity after those it needs (inputs, processes, formulas, stocks). ``uses``: the quantities that
    each one mentions, in a stock those of its start and of its next.
    """

    order: tuple[str, ...]
    uses: dict[str, frozenset[str]]


def resolve(scenario: Scenario) -> Dependencies:
    """Order the quantities of a scenario; raises :class:`ScenarioError` with every unknown name, misuse and cycle."""
    dependencies, problems = find_dependencies(scenario)
    if problems:
        raise ScenarioError(problems)
    return dependencies


class Mentions:
    """The names in values, found once for each: variants share the values that they do not change."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[Value, frozenset[str]]] = {}  # with the value, so that its place stays its own

    def __call__(self, value: Value) -> frozenset[str]:
        """Every name in a value, those of time among them."""
        found = self._found.get(id(value))
        if found is None:
            found = self._found[id(value)] = value, _mentioned(value)
        return found[1]


def find_dependencies(
    scenario: Scenario, broken: AbstractSet[str] = frozenset(), mentions: Mentions | None = None
) -> tuple[Dependencies, list[Problem]]:
    """The same with the problems handed back; names in ``broken`` are known, though nothing else is known of them."""
    quantities = scenario.quantities
    mentions = mentions or Mentions()
    known = quantities.keys() | broken
    problems: list[Problem] = []
    uses: dict[str, frozenset[str]] = {}
    needs: dict[str, list[str]] = {}
    for name, quantity in quantities.items():
        mentioned = mentions(quantity.value)
        used = uses[name] = mentioned - TIME_NAMES
        if quantity.next is not None:
            uses[name] |= mentions(quantity.next) - TIME_NAMES
        for other in sorted(uses[name] - known):
            problems.append(_unknown_name(scenario, other, broken, quantity.location))
        _check_kinds(quantity, mentioned, quantities, problems)
        needs[name] = sorted(
            other for other in used & quantities.keys() if _is_needed_first(quantity, quantities[other])
        )
    _check_outside(scenario, known, broken, problems)
    order, cycles = _ordered(quantities, needs)
    problems.extend(_cycle_problem(cycle, quantities) for cycle in cycles)
    return Dependencies(order, uses), problems


def used_names(scenario: Scenario, mentions: Mentions) -> frozenset[str]:
    """Every quantity that another quantity, the outputs, a correlation or the ruin of a scenario mentions."""
    mentioned = set(scenario.track)
    for quantity in scenario.quantities.values():
        mentioned |= mentions(quantity.value)
        if quantity.next is not None:
            mentioned |= mentions(quantity.next)
    mentioned |= {member.name for correlation in scenario.correlations for member in correlation.between}
    if scenario.ruin is not None:
        mentioned |= names_in(scenario.ruin.when)
        mentioned |= names_in(scenario.ruin.need) if scenario.ruin.need is not None else set()
    return frozenset(mentioned - TIME_NAMES)


def find_misnamed(scenario: Scenario, added: Iterable[str], used: AbstractSet[str]) -> list[Problem]:
    """Inputs and processes that were ``added`` to what was there, are of no use, and are nearly called as another one.

    An override under a misspelt name would otherwise change nothing without a word.
    """
    problems = []
    for name in added:
        quantity = scenario.quantities.get(name)
        if quantity is None or name in used or quantity.kind not in ("input", "process"):
            continue
        nearest = nearest_name(name, [other for other in scenario.quantities if other not in added])
        if nearest is not None:
            message = f"nothing uses {name!r}, and it overrides nothing"
            problems.append(quantity.location.problem(message, "the name of what it overrides, or a use", nearest))
    return problems


def names_in(value: Value) -> frozenset[str]:
    """The quantities that a value mentions, in any of its elements."""
    return _mentioned(value) - TIME_NAMES


def _mentioned(value: Value) -> frozenset[str]:
    """Every name in a value, those of time among them."""
    expressions = value.values.values() if isinstance(value, ByElement) else (value,)
    return frozenset(node.name for item in expressions for node in walk(item) if isinstance(node, (Name, Index)))


def _is_needed_first(quantity: Quantity, other: Quantity) -> bool:
    """Whether a value must be computed before another's; what may not be used at all is reported elsewhere."""
    return other.kind in MAY_USE[quantity.kind] and (quantity.kind == "stock" or other.kind != "stock")


def _unknown_name(scenario: Scenario, name: str, broken: AbstractSet[str], location: Location) -> Problem:
    if name in scenario.dimensions:
        return location.problem(f"{name!r} is a dimension, not a quantity", f'its name in quotes: "{name}"')
    nearest = nearest_name(name, [*scenario.quantities, *sorted(broken), *sorted(TIME_NAMES)])
    return location.problem(f"there is no quantity {name!r}", nearest=nearest)


def _check_kinds(
    quantity: Quantity, mentioned: Iterable[str], quantities: Mapping[str, Quantity], problems: list[Problem]
) -> None:
    """What the value of a kind may use; of a stock, the start."""
    allowed = MAY_USE[quantity.kind]
    part = "its start" if quantity.kind == "stock" else f"the {quantity.kind}"
    for name in sorted(mentioned):
        other = quantities.get(name)
        if other is not None and other.kind not in allowed:
            message = f"{part} uses the {other.kind} {name!r}; {_RULE[quantity.kind]}"
            problems.append(quantity.location.problem(message))
        elif name in _IN_TIME and quantity.kind in ("input", "stock"):
            problems.append(quantity.location.problem(f"{part} uses {name!r}, which changes with time"))


def _check_outside(
    scenario: Scenario, known: AbstractSet[str], broken: AbstractSet[str], problems: list[Problem]
) -> None:
    """The names in correlations and ruin."""
    for correlation in scenario.correlations:
        for member in correlation.between:
            quantity = scenario.quantities.get(member.name)
            if quantity is None and member.name not in known:
                problems.append(_unknown_name(scenario, member.name, broken, correlation.location))
            elif quantity is None or correlation.is_independence:
                continue
            elif quantity.kind not in ("input", "process"):
                message = f"{member.name!r} is a {quantity.kind}; only inputs and processes are drawn"
                problems.append(correlation.location.problem(message))
    if scenario.ruin is None:
        return
    ruin = scenario.ruin
    for expression, location in ((ruin.when, ruin.when_location), (ruin.need, ruin.need_location)):
        if expression is not None and location is not None:
            for name in sorted(names_in(expression) - known):
                problems.append(_unknown_name(scenario, name, broken, location))


def _ordered(
    quantities: Mapping[str, Quantity], needs: Mapping[str, list[str]]
) -> tuple[tuple[str, ...], list[list[str]]]:
    """Depth first in the order of writing, without recursion; an edge that closes a cycle is reported and left out."""
    kinds: tuple[Kind, ...] = ("input", "process", "formula", "stock")
    order: list[str] = []
    done: set[str] = set()
    cycles: list[list[str]] = []
    for root in (name for kind in kinds for name, quantity in quantities.items() if quantity.kind == kind):
        if root in done:
            continue
        path, waiting = [root], [iter(needs[root])]
        on_path = {root}
        while path:
            following = next(waiting[-1], None)
            if following is None:
                waiting.pop()
                name = path.pop()
                on_path.discard(name)
                done.add(name)
                order.append(name)
            elif following in on_path:
                cycles.append(path[path.index(following) :])
            elif following not in done:
                path.append(following)
                on_path.add(following)
                waiting.append(iter(needs[following]))
    rank = {kind: number for number, kind in enumerate(kinds)}
    return tuple(sorted(order, key=lambda name: rank[quantities[name].kind])), cycles


def _cycle_problem(cycle: list[str], quantities: Mapping[str, Quantity]) -> Problem:
    written = list(quantities)
    first = min(range(len(cycle)), key=lambda i: written.index(cycle[i]))
    names = cycle[first:] + cycle[: first + 1]
    shown = " → ".join(names)
    if quantities[names[0]].kind == "formula":
        return quantities[names[0]].location.problem(
            f"depends on itself within a period: {shown}",
            "a stock among them, which carries the value of the period before",
        )
    return quantities[names[0]].location.problem(f"depends on itself: {shown}")
