"""Correlated draws: independent normals are mixed so that those which a scenario correlates have its copula.

Correlations that share a quantity form one group with one matrix (pairs that are not stated are uncorrelated). A matrix
that is no correlation matrix is replaced by the nearest one, and the change is reported. A member that is constant
keeps its place, so that fixing it in a variant leaves the draws of the others as they were. Gaussian groups are L·ε
with L the Cholesky factor, members in the order of their names; where another order is asked for, redrawing the streams
of the last members gives these anew conditionally on the first. Student-t groups are multiplied by √(df/χ²) of a draw
of their own and carried back to normal marginals (Demarta and McNeil 2005, "The t copula and related copulas").
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from burncast.distributions.correlation import cholesky_factor, nearest_correlation, t_copula_tables
from burncast.distributions.errors import FormulaError, Problem, nearest_name
from burncast.distributions.families import FAMILIES
from burncast.engine.expressions import Call, Index, Name, walk
from burncast.engine.functions import PROCESSES
from burncast.engine.graph import Graph, Node, Rate
from burncast.engine.scenario import ByElement, Correlation, Kind, Scenario

__all__ = ["dependent_normals"]

SMALL_REPAIR = 1e-12


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
        kinds = {streams[name] for name in names} - {None}
        fixed = [name for name in names if streams[name] is None]
        if fixed:
            notes.append(f"{', '.join(fixed)}: constant, so that its correlations have no effect")
        if len(kinds) > 1:
            problems.append(
                first.location.problem(
                    "an input is correlated with a process", "inputs with inputs, processes with processes"
                )
            )
            continue
        if len({(correlation.copula, correlation.df) for correlation, _ in group}) > 1:
            problems.append(
                first.location.problem("two copulas meet in one group", "one copula and df for all of a group")
            )
            continue
        matrix, repair = _matrix(names, group)
        if repair > SMALL_REPAIR:
            notes.append(
                f"the correlations of {', '.join(names)} are not possible together; "
                f"the nearest possible ones are used (change {repair:.3g}, Frobenius norm)"
            )
        nodes.update(_mixed(graph, names, matrix, first, once=kinds == {"input"}))
    return nodes, notes


def _is_drawn(scenario: Scenario, member: Name | Index) -> bool:
    quantity = scenario.quantities.get(member.name)
    return quantity is not None and quantity.kind in ("input", "process")


def _stream(scenario: Scenario, member: Name | Index) -> tuple[str, Kind | None]:
    """The stream of one member, by the rules of :meth:`burncast.engine.scope.Scope.stream_names`, and its kind; None
    where it is a constant, as in a variant that fixes it.
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


def _matrix(names: list[str], group: list[tuple[Correlation, list[str]]]) -> tuple[np.ndarray, float]:
    matrix = np.eye(len(names))
    for correlation, members in group:
        places = [names.index(member) for member in members]
        for row, i in enumerate(places):
            for column, j in enumerate(places):
                if i != j:
                    matrix[i, j] = correlation.matrix[row][column]
    return nearest_correlation(matrix)


def _mixed(graph: Graph, names: list[str], matrix: np.ndarray, correlation: Correlation, once: bool) -> dict[str, Node]:
    fresh = graph.draw if once else graph.shock
    rate = Rate.SETUP if once else Rate.STEP
    independent = [fresh((name,)) for name in names]
    factor = cholesky_factor(matrix)
    mixed: list[Node] = []
    for row in range(len(names)):
        node = graph.constant(0.0)
        for normal, weight in zip(independent, factor[row], strict=True):
            if weight != 0.0:
                node = graph.apply("add", graph.apply("multiply", normal, graph.constant(weight)), node)
        mixed.append(node)
    if correlation.copula == "t" and correlation.df is not None:
        radius_table, normalise_table = t_copula_tables(correlation.df)
        radius = graph.apply(
            "transport", fresh((f"copula({','.join(sorted(names))})",)), payload=radius_table, rate=rate
        )
        per_root_df = graph.constant(correlation.df**-0.5)
        mixed = [
            graph.apply(
                "transport",
                _asinh(graph, graph.apply("multiply", graph.apply("multiply", node, radius), per_root_df)),
                payload=normalise_table,
                rate=rate,
            )
            for node in mixed
        ]
    return dict(zip(names, mixed, strict=True))


def _asinh(graph: Graph, node: Node) -> Node:
    size = graph.apply("absolute", node)
    root = graph.apply("sqrt", graph.apply("add", graph.apply("multiply", size, size), graph.constant(1.0)))
    value = graph.apply("log", graph.apply("add", size, root))
    negative = graph.apply("less", node, graph.constant(0.0))
    return graph.apply("where", negative, graph.apply("negate", value), value)
