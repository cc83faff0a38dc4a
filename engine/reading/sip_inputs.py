"""Inputs from SIPmath libraries: the laws of their SIPs, and the dependence that a library states between them.

``sip("library.SIPmath", "Demand")`` is read as the law that the library gives, ``sip(metalog([...], low=0),
"library.SIPmath", "Demand")``, drawn from the stream of its quantity like any other law. Two inputs whose normals are
correlated in their library (by its copula, by a common generator, or as arrays of trials) are correlated in the
scenario too, as if ``[[correlations]]`` said so first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from burncast.distributions.errors import LawError, Problem
from burncast.engine.language import expression_nodes as tree
from burncast.engine.language.expression_nodes import Expression, walk
from burncast.engine.language.scenario_model import ByElement, Correlation, Location, Quantity

if TYPE_CHECKING:
    from burncast.distributions.sip_library import Sip, SipLibrary

__all__ = ["SipKey", "SipMembers", "elements_of", "library_correlations", "resolve_sip", "sip_key"]

SipKey = tuple[str | None, str, str]
"""The scenario file, the library as it is named there, and the name of the SIP."""

SipMembers: TypeAlias = "dict[tuple[str, tuple[str, ...]], Sip]"
"""The SIPs that are inputs, by quantity and element."""

_EXPECTED = 'sip("library.SIPmath", "Demand")'


def resolve_sip(
    call: tree.Call, read: Callable[[str], bytes | None], location: Location, problems: list[Problem]
) -> tuple[Sip, Expression] | None:
    """The SIP that a call names, and the law that stands for it; None where it cannot be read, which is reported.

    ``read`` gives the content of a file beside the scenario.
    """
    words = [item.value for item in call.arguments if isinstance(item, tree.Text)]
    if len(words) != 2 or len(call.arguments) != 2 or call.keywords:
        problems.append(location.problem("a SIP has a library and a name", _EXPECTED))
        return None
    content = read(words[0])
    if content is None:
        return None
    try:
        sip = _parsed(content).sip(words[1])
        _ = sip.law
    except LawError as error:
        problems.append(location.problem(f"{words[0]!r}: {error.message}", error.expected, error.nearest))
        return None
    lists = tuple(tree.Sequence(tuple(tree.Number(value) for value in numbers)) for numbers in sip.lists)
    ends = tuple((name, tree.Number(value)) for name, value in sip.ends)
    law: Expression = tree.Call("sip", (tree.Call(sip.family, lists, ends), *call.arguments), ())
    return sip, tree.Call("round", (law,), ()) if sip.rounded else law


def library_correlations(
    quantities: Mapping[str, Quantity], sips: Mapping[SipKey, Sip], before: SipMembers, problems: list[Problem]
) -> tuple[Correlation, ...]:
    """The correlations that libraries state between the inputs of a scenario.

    ``before`` are members of the base, which in a variant keep their dependence whatever law they have there; it takes
    up those found here.
    """
    found: dict[SipKey, str] = {}
    for name, quantity in quantities.items():
        for labels, expression in elements_of(quantity):
            key = sip_key(quantity, expression)
            if key is None or key not in sips:
                continue
            shown = _shown(name, labels)
            if key in found:
                message = f"is the SIP {key[2]!r} of {key[1]!r}, as {found[key]} is"
                problems.append(quantity.location.problem(message, f"{found[key]} in its place"))
                continue
            found[key] = shown
            before[name, labels] = sips[key]
    members = [
        (name, labels)
        for name, labels in before
        if name in quantities and any(labels == one and _is_drawn(law) for one, law in elements_of(quantities[name]))
    ]
    if len(members) < 2:
        return ()
    from burncast.distributions.sip_library import correlation_of  # imports SciPy

    matrix = correlation_of([before[member] for member in members])
    correlations = []
    for group in _connected(len(members), [(i, j) for i, j in combinations(range(len(members)), 2) if matrix[i, j]]):
        between = tuple(tree.Index(*members[i]) if members[i][1] else tree.Name(members[i][0]) for i in group)
        rows = tuple(tuple(float(matrix[i, j]) for j in group) for i in group)
        location = quantities[members[group[0]][0]].location
        correlations.append(Correlation(between, rows, "gaussian", None, location))
    return tuple(correlations)


@lru_cache(maxsize=8)
def _parsed(content: bytes) -> SipLibrary:
    from burncast.distributions.sip_library import parse_sip_library  # imports SciPy

    try:
        return parse_sip_library(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise LawError("is not UTF-8 text") from None


def elements_of(quantity: Quantity) -> list[tuple[tuple[str, ...], Expression]]:
    """The expressions of an input by element; none of anything else."""
    if quantity.kind != "input":
        return []
    value = quantity.value
    return list(value.values.items()) if isinstance(value, ByElement) else [((), value)]


def sip_key(quantity: Quantity, expression: Expression) -> SipKey | None:
    """The SIP that an expression draws, the only thing that it does draw."""
    calls = [node for node in walk(expression) if isinstance(node, tree.Call) and node.function == "sip"]
    words = [item.value for item in calls[0].arguments if isinstance(item, tree.Text)] if len(calls) == 1 else []
    return (quantity.location.file, words[0], words[1]) if len(words) == 2 else None


def _is_drawn(expression: Expression) -> bool:
    """Whether it is no formula of other quantities, between which no correlation can be stated."""
    return not any(isinstance(node, (tree.Name, tree.Index)) for node in walk(expression))


def _shown(name: str, labels: tuple[str, ...]) -> str:
    return f"{name}[{', '.join(labels)}]" if labels else name


def _connected(size: int, pairs: list[tuple[int, int]]) -> list[list[int]]:
    """The sets of two or more numbers that pairs connect, each ascending."""
    groups = {place: {place} for place in range(size)}
    for i, j in pairs:
        joined = groups[i] | groups[j]
        groups |= dict.fromkeys(joined, joined)
    return [sorted(group) for place, group in groups.items() if len(group) > 1 and place == min(group)]
