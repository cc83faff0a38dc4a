"""Correlated draws: independent normals are mixed so that those which a scenario correlates have its copula.

Correlations that share a quantity form one group with one matrix (pairs that are not stated are uncorrelated). A matrix
that is no correlation matrix is replaced by the nearest one, and the change is reported. A member that is constant
keeps its place, so that fixing it in a variant leaves the draws of the others as they were. Members are mixed in the
order of their names (:mod:`burncast.engine.dependence.copulas`); where another order is asked for, redrawing the
streams of the last members gives these anew conditionally on the first. A copula other than the Gaussian and Student's
t binds one list of inputs and nothing else. A group of inputs and processes is
:mod:`burncast.engine.dependence.anticipation`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from burncast.distributions.correlation import nearest_correlation
from burncast.distributions.errors import FormulaError, Problem, nearest_name
from burncast.distributions.families import FAMILIES
from burncast.distributions.law import FloatArray
from burncast.engine.dependence import copulas
from burncast.engine.dependence.anticipation import anticipating
from burncast.engine.dependence.vine_draws import vine_draws
from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node
from burncast.engine.language.expressions import Call, Index, Name, walk
from burncast.engine.language.functions import PROCESSES
from burncast.engine.language.scenario_model import ByElement, Correlation, Kind, Scenario

__all__ = ["dependent_normals"]

SMALL_REPAIR = 1e-12
MOST_CHANGES = 5
"""Pairs that a note on a repaired matrix names."""


def dependent_normals(
    graph: Graph, scenario: Scenario, problems: list[Problem], order: Sequence[str] = ()
) -> tuple[dict[str, Node], list[str]]:
    """For each correlated stream its normal, and notes on matrices that had to be repaired.

    The quantities in ``order`` are mixed first, in this order.

    A correlation with something that is not there or not drawn, which the reader has reported, is passed over.
    """
    nodes: dict[str, Node] = {}
    notes: list[str] = []
    streams: dict[str, Kind | None] = {}
    usable: list[tuple[Correlation, list[str]]] = []
    for correlation in scenario.correlations:
        if not all(_is_drawn(scenario, member) for member in correlation.between):
            continue
        try:
            members = [_stream(scenario, member) for member in correlation.between]
        except FormulaError as error:
            if correlation.is_independence:
                continue
            problems.append(correlation.location.problem(error.message, error.expected, error.nearest))
            continue
        streams.update(members)
        usable.append((correlation, [name for name, _ in members]))
    for group in _groups(usable):
        first = group[0][0]
        places = {name: place for place, name in enumerate(order)}
        names = sorted(
            {name for _, members in group for name in members},
            key=lambda name: (places.get(name.partition("[")[0], len(places)), name),
        )
        fixed = [name for name in names if streams[name] is None]
        if fixed:
            notes.append(f"{', '.join(fixed)}: constant, so that its correlations have no effect")
        kinds = {streams[name] for name in names} - {None}
        wrong = _impossible(group, kinds)
        if wrong is not None:
            problems.append(wrong)
        elif first.copula in ("gaussian", "t"):
            matrix, note = _matrix(names, group)
            notes += [note] if note else []
            inputs = [name for name in names if _kind(scenario, name) == "input"]
            if 0 < len(inputs) < len(names) and first.copula == "gaussian":
                nodes.update(anticipating(graph, names, inputs, matrix))
            else:
                nodes.update(_elliptical(graph, names, matrix, first, once=kinds == {"input"}))
        else:
            nodes.update(_between_inputs(graph, names, group[0][1], first))
    return nodes, notes


def _is_drawn(scenario: Scenario, member: Name | Index) -> bool:
    quantity = scenario.quantities.get(member.name)
    return quantity is not None and quantity.kind in ("input", "process")


def _stream(scenario: Scenario, member: Name | Index) -> tuple[str, Kind | None]:
    """The stream of one member, by the rules of :meth:`burncast.engine.lowering.scope.Scope.stream_names`, and its
    kind; None where it is a constant, as in a variant that fixes it.
    """
    quantity = scenario.quantities[member.name]
    labels = member.labels if isinstance(member, Index) else ()
    over = quantity.over or ()
    if len(labels) != len(over):
        first = ", ".join(f'"{scenario.dimensions[dim][0]}"' for dim in over)
        what = "needs its element" if over else "is drawn once for all elements"
        raise FormulaError(f"{member.name} {what}", expected=f"{member.name}[{first}]" if over else member.name)
    for dim, label in zip(over, labels, strict=True):
        known = scenario.dimensions[dim]
        if label not in known:
            expected = f"one of {', '.join(known)}"
            nearest = nearest_name(label, known)
            raise FormulaError(f"{member.name} has no element {label!r}", expected=expected, nearest=nearest)
    parts = list(walk(quantity.value.values[labels] if isinstance(quantity.value, ByElement) else quantity.value))
    drawn = FAMILIES if quantity.kind == "input" else PROCESSES
    name = f"{member.name}[{','.join(labels)}]" if labels else member.name
    if any(isinstance(part, Call) and part.function in drawn for part in parts):
        return name, quantity.kind
    if any(isinstance(part, (Name, Index)) for part in parts):
        raise FormulaError(
            f"{member.name} is not drawn itself", expected="a quantity with a distribution or process of its own"
        )
    return name, None


def _groups(usable: list[tuple[Correlation, list[str]]]) -> list[list[tuple[Correlation, list[str]]]]:
    groups: list[list[tuple[Correlation, list[str]]]] = []
    for entry in usable:
        touching = [group for group in groups if any(set(entry[1]) & set(members) for _, members in group)]
        merged = [item for group in touching for item in group] + [entry]
        groups = [group for group in groups if all(group is not other for other in touching)] + [merged]
    return groups


def _impossible(group: list[tuple[Correlation, list[str]]], kinds: AbstractSet[Kind | None]) -> Problem | None:
    """What is wrong with the copulas of a group of draws."""
    first = group[0][0]
    mixed = [correlation for correlation, _ in group if correlation.copula not in ("gaussian", "t")]
    if mixed and len(group) > 1:
        what = f"another correlation meets a {mixed[0].copula} copula"
        return mixed[0].location.problem(what, "one entry between all of its quantities, and no other with any of them")
    if mixed and "process" in kinds:
        what = f"a {first.copula} copula is between inputs"
        return first.location.problem(what, "a Gaussian or a t copula for the shocks of processes")
    bound = [correlation for correlation, _ in group if correlation.copula == "t"]
    if len(kinds) > 1 and bound:
        what = "an input is correlated with a process by a t copula"
        return bound[0].location.problem(what, "a Gaussian copula")
    if len({(correlation.copula, correlation.df) for correlation, _ in group}) > 1:
        return first.location.problem("two copulas meet in one group", "one copula and df for all of a group")
    return None


def _kind(scenario: Scenario, stream: str) -> Kind:
    return scenario.quantities[stream.partition("[")[0]].kind


def _matrix(names: list[str], group: list[tuple[Correlation, list[str]]]) -> tuple[FloatArray, str | None]:
    """The matrix of a group, made possible where it is not, and a note on what that changed."""
    stated = np.eye(len(names))
    for correlation, members in group:
        places = [names.index(member) for member in members]
        for row, i in enumerate(places):
            for column, j in enumerate(places):
                if i != j:
                    stated[i, j] = correlation.matrix[row][column]
    matrix, repair = nearest_correlation(stated)
    if repair <= SMALL_REPAIR:
        return matrix, None
    pairs = [(i, j) for i in range(len(names)) for j in range(i) if abs(matrix[i, j] - stated[i, j]) >= 0.0005]
    pairs.sort(key=lambda pair: -abs(matrix[pair] - stated[pair]))
    changes = [f"{names[j]} with {names[i]} {stated[i, j]:.3g} → {matrix[i, j]:.3f}" for i, j in pairs[:MOST_CHANGES]]
    more = f" and {len(pairs) - MOST_CHANGES} more" if len(pairs) > MOST_CHANGES else ""
    said = f": {', '.join(changes)}{more}" if changes else ""
    return matrix, (
        f"the correlations of {', '.join(names)} are not possible together; "
        f"the nearest possible ones are used (change {repair:.3g}, Frobenius norm){said}"
    )


def _elliptical(
    graph: Graph, names: list[str], matrix: FloatArray, correlation: Correlation, once: bool
) -> dict[str, Node]:
    fresh = graph.draw if once else graph.shock
    normals = [fresh((name,)) for name in names]
    if correlation.copula == "t" and correlation.df is not None:
        mixed = copulas.student(
            graph, normals, matrix, correlation.df, lambda suffix: fresh((_shared(names) + suffix,))
        )
    else:
        mixed = copulas.gaussian(graph, normals, matrix)
    return dict(zip(names, mixed, strict=True))


def _between_inputs(graph: Graph, names: list[str], between: list[str], correlation: Correlation) -> dict[str, Node]:
    """Draws bound by a vine or an Archimedean copula, of which those that it is rotated by are turned round: −z has the
    probabilities of 1 − u."""

    def hidden(suffix: str) -> Node:
        return graph.draw((_shared(names) + suffix,))

    if correlation.vine is not None:
        return dict(zip(between, vine_draws(graph, [graph.draw((n,)) for n in between], correlation.vine), strict=True))
    turned = {0: [], 90: between[:1], 180: between, 270: between[1:]}[correlation.rotation]
    normals = [_turned(graph, graph.draw((name,)), name in turned) for name in names]
    theta = 0.0 if correlation.theta is None else correlation.theta
    match correlation.copula:
        case "clayton":
            mixed = copulas.clayton(graph, normals, theta)
        case "gumbel":
            mixed = copulas.gumbel(graph, normals, theta, hidden)
        case _:
            mixed = copulas.frank(graph, normals, theta, hidden)
    return {name: _turned(graph, node, name in turned) for name, node in zip(names, mixed, strict=True)}


def _shared(names: list[str]) -> str:
    """The name of the stream that the members of a copula share."""
    return f"copula({','.join(sorted(names))})"


def _turned(graph: Graph, node: Node, turned: bool) -> Node:
    return graph.apply("negate", node) if turned else node
