"""What a process hands to those who use it, and the state in which it carries its value from period to period."""

from __future__ import annotations

from dataclasses import dataclass

from burncast.engine.graph.nodes import Node, State
from burncast.engine.graph.origins import equals
from burncast.engine.lowering.scope import Scope

__all__ = ["ProcessValue", "carried", "ending", "is_zero"]


@dataclass(frozen=True, slots=True)
class ProcessValue:
    """A process's value at t, and at 0 (None where it has none)."""

    value: Node
    opening: Node | None


def carried(scope: Scope, dims: tuple[str, ...], start: Node) -> tuple[Node, State]:
    """The shock and the state of a process over ``dims`` and the dimensions declared for it."""
    z = scope.normal(dims)
    state = scope.graph.state(scope.owner, z.dims)
    state.start = start
    return z, state


def ending(scope: Scope, state: State, value: Node, start: Node) -> ProcessValue:
    """The process whose state becomes ``value`` at the period's end; one that nothing moves is its start for ever."""
    opening = scope.graph.broadcast(start, state.dims)
    state.next = opening if value is state.read else scope.graph.broadcast(value, state.dims)
    return ProcessValue(state.next, opening)


def is_zero(node: Node) -> bool:
    """Whether a node is known to be 0: a mechanism that is switched off costs nothing."""
    return node.holds(equals(0.0))
