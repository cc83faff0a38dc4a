"""What ``decide`` found, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from burncast.engine.questions.decision import Decision
from burncast.outputs.results.figure_words import figure_text, figure_unit
from burncast.outputs.tables.decision_tables import compared
from burncast.outputs.tables.path_tables import unit_of
from burncast.outputs.tables.table_layout import add_texts, new_table
from burncast.outputs.words.amounts import format_amount

if TYPE_CHECKING:
    from burncast.engine.scenario import Scenario

__all__ = ["present_choice"]

MOST_LINES = 12


def present_choice(scenario: Scenario, found: Decision) -> RenderableType:
    """The choice beside the present one, and the choices that nothing beats in both figure and limit."""
    table = new_table("Decision", "now", "best", "")
    table.columns[-1].justify = "left"
    for name, value in found.choice.items():
        add_texts(table, (name, _number(found.present[name]), _number(value), unit_of(scenario, name)))
    table.add_section()
    rows = {found.figure: (found.present_outcome, found.outcome)}
    if found.limited is not None and found.present_limited is not None and found.limit is not None:
        rows[compared(found.limit)] = (found.present_limited, found.limited)
    for name, values in rows.items():
        add_texts(table, (name, *(figure_text(name, value) for value in values), figure_unit(scenario, name)))
    parts: list[RenderableType] = [Text(scenario.title, style="bold"), Text(""), table]
    if len(found.trade_off) > 1:
        name = compared(str(found.limit))
        front = new_table(f"For each {name}", f"best {found.figure}", *found.choice)
        for limit, outcome, choice in _spread(found.trade_off):
            chosen = (_number(value) for value in choice.values())
            add_texts(front, (figure_text(name, limit), figure_text(found.figure, outcome), *chosen))
        parts += [Text(""), front]
    over = f", the worst of {', '.join(found.worlds)}" if len(found.worlds) > 1 else ""
    how = f"{found.evaluations} choices tried on {found.trajectories:,} trajectories each, seed {found.seed}{over}"
    return Group(*parts, Text(""), Text(how, style="dim"))


def _spread(
    front: tuple[tuple[float, float, dict[str, float]], ...],
) -> list[tuple[float, float, dict[str, float]]]:
    """A dozen of the choices, evenly along the figure of the limit."""
    low, high = front[0][0], front[-1][0]
    wanted = [low + (high - low) * place / (MOST_LINES - 1) for place in range(MOST_LINES)]
    nearest = (min(range(len(front)), key=lambda at: abs(front[at][0] - value)) for value in wanted)
    return [front[place] for place in dict.fromkeys(nearest)]


def _number(value: float) -> str:
    return format_amount(value, digits=4)
