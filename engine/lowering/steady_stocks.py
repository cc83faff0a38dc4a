"""Stocks that never change: a mechanism that is switched off by a constant costs nothing in the machine.

``next = "where(switch > 0, ..., 0)"`` with a switch of 0 and a start of 0 is such a stock, and so is one whose ``next``
is its own name. Whatever reads it sees a constant, and folds.
"""

from __future__ import annotations

from collections.abc import Callable

from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node, Rate
from burncast.engine.graph.origins import has_no_zeros, is_nan
from burncast.engine.language.expressions import Call, Conditional, Expression, Name

__all__ = ["is_steady"]


def is_steady(
    graph: Graph, name: str, start: Node, following: Expression, constant: Callable[[Expression], Node | None]
) -> bool:
    """Whether stock ``name`` is known to be ``start`` for ever.

    ``constant`` gives the node of an expression of inputs where its values are known, else None.
    """
    match following:
        case Name(name=used) if used == name:
            return True
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            pass
        case Call(function="where", arguments=(condition, then, otherwise)):
            pass
        case _:
            found = constant(following)
            if found is None or not set(found.dims) <= set(start.dims):
                return False
            return start.known and graph.same(graph.broadcast(found, start.dims), start)
    chosen = constant(condition)
    if chosen is None or chosen.dims or chosen.rate is not Rate.CONST or chosen.holds(is_nan):
        return False
    return is_steady(graph, name, start, then if chosen.holds(has_no_zeros) else otherwise, constant)
