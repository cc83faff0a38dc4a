"""In which order a block's values are computed: depth first, so that a value is used soon after it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node, Rate
from burncast.engine.graph.selection import Operation, Selection, base_of

__all__ = ["Duty", "Line", "Schedule", "opens"]

Duty = Literal["compute", "stack", "check", "record", "ruin", "need", "store", "ring"]


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """One step of a block: compute an operation, or do a duty with ``node`` (``place``: its state or quantity)."""

    duty: Duty
    node: Node
    operation: Operation | None = None
    place: int = 0

    def reads(self) -> tuple[Node, ...]:
        """The nodes whose rows it reads."""
        if self.duty == "compute" and self.operation is not None:
            return self.operation.rows
        return self.node.arguments if self.duty == "stack" else (self.node,)


@dataclass(slots=True)
class Schedule:
    """Lines of one block, in order. ``persistent`` collects what setup must leave behind for the other blocks."""

    graph: Graph
    selection: Selection
    in_setup: bool
    lines: list[Line] = field(default_factory=list)
    persistent: dict[Node, None] = field(default_factory=dict)
    _ready: set[Node] = field(default_factory=set)

    def need(self, node: Node) -> None:
        """Make ``node``'s rows available from here on."""
        waiting: list[tuple[Node, bool]] = [(node, False)]
        while waiting:
            node, operands_ready = waiting.pop()
            node = base_of(node)
            if node in self._ready:
                continue
            if operands_ready or not self._computes(node):
                self._ready.add(node)
                if self._computes(node):
                    self._append(node)
                continue
            waiting.append((node, True))
            operands = node.arguments if node.op == "stack" else self.selection.operation(node).rows
            waiting.extend(
                (operand, False) for operand in reversed(operands) if node.op != "stack" or not operand.known
            )

    def duty(self, duty: Duty, node: Node, place: int = 0) -> None:
        """Do something with a node's rows, computing them first where they are not known in advance."""
        if not (node.known and duty in ("store", "ring")):
            self.need(node)
        self.lines.append(Line(duty, node, place=place))

    def _computes(self, node: Node) -> bool:
        """Whether this block computes ``node`` itself; what it does not, setup leaves behind (or it is a state)."""
        if node.op == "state" and not node.known:
            return False
        if self.in_setup or node.rate in (Rate.STEP, Rate.PERIOD):
            return True
        self.persistent[node] = None
        return False

    def _append(self, node: Node) -> None:
        if node.op == "stack":
            self.lines.append(Line("stack", node))
        else:
            self.lines.append(Line("compute", node, self.selection.operation(node)))


def opens(node: Node) -> bool:
    """Whether ``node`` has a value at period 0: nothing under it is drawn every period or remembered."""
    seen: set[Node] = set()
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.op in ("shock", "state", "lag", "window") and not node.known:
            return False
        waiting.extend(node.arguments)
    return True
