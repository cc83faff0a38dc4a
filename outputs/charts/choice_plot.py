"""What a limit of risk costs: the choices that no other beats, the one that was taken, and the present one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from burncast.engine.questions.decision import Decision
from burncast.outputs.charts.chart_style import BLUE, DARK, GREY, INK, ORANGE, label_point
from burncast.outputs.charts.drawing import Drawing
from burncast.outputs.results.conditions import parse_condition
from burncast.outputs.results.figure_words import figure_text, figure_unit, figure_words
from burncast.outputs.tables.decision_tables import compared
from burncast.outputs.tables.path_tables import unit_of
from burncast.outputs.words.amounts import format_amount

if TYPE_CHECKING:
    from burncast.engine.scenario import Scenario

__all__ = ["choice_drawing"]


def choice_drawing(scenario: Scenario, found: Decision) -> Drawing:
    """The figure against that of the limit. There has to be a limit."""
    across = compared(str(found.limit))
    taken = ", ".join(
        f"{name.replace('_', ' ')} at {format_amount(value)} {unit_of(scenario, name)}".rstrip()
        for name, value in found.choice.items()
    )
    gains = [
        f"{figure_words(scenario, name)} {figure_text(name, value)} (now {figure_text(name, present)})"
        for name, value, present in (
            (found.figure, found.outcome, found.present_outcome),
            (across, found.limited or 0.0, found.present_limited or 0.0),
        )
    ]
    worst = f", the worst of {', '.join(found.worlds)}" if len(found.worlds) > 1 else ""
    context = f"{scenario.title} · {found.evaluations} choices tried on {found.trajectories:,} trajectories each{worst}"
    finding = f"{taken[:1].upper()}{taken[1:]}: {', '.join(gains)}"
    return Drawing(lambda axes: _draw(axes, scenario, found, across), finding, context)


def _draw(axes: Axes, scenario: Scenario, found: Decision, across: str) -> None:
    limit = parse_condition(str(found.limit))
    places = [_scaled(across, place) for place, _, _ in found.trade_off]
    outcomes = [_scaled(found.figure, outcome) for _, outcome, _ in found.trade_off]
    axes.plot(places, outcomes, color=BLUE, linewidth=1.6, marker="o", markersize=3.5)
    chosen = (_scaled(across, found.limited or 0.0), _scaled(found.figure, found.outcome))
    present = (_scaled(across, found.present_limited or 0.0), _scaled(found.figure, found.present_outcome))
    edge = _scaled(across, limit.threshold)
    axes.plot(*present, "s", color=GREY, markersize=9, zorder=5)
    axes.plot(*chosen, "o", color=ORANGE, markersize=10, zorder=5)
    axes.set_xlim(*_range([*places, chosen[0], present[0], edge]))
    axes.set_ylim(*_range([*outcomes, chosen[1], present[1]]))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
    axes.axvline(edge, color=INK, linewidth=1.0, linestyle=(0, (4, 3)))
    low, high = axes.get_xlim()
    marks = [("chosen", chosen, found.choice, DARK[1]), ("now", present, found.present, GREY)]
    if chosen == present:
        marks = [("chosen, as now", chosen, found.choice, DARK[1])]
    for words, place, choice, colour in marks:
        values = [format_amount(value) for value in choice.values()] if len(choice) == 1 else []
        is_left = place[0] <= low + 0.8 * (high - low)
        is_rising = outcomes[-1] >= outcomes[0]
        label_point(axes, place, " ".join([words, *values]), colour, right=is_left, above=is_left != is_rising)
    axes.annotate(
        f"limit {figure_text(across, limit.threshold)}",
        (edge, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(4, -2),
        textcoords="offset points",
        va="top",
        fontsize=9,
        color=INK,
    )
    axes.xaxis.set_major_formatter(FuncFormatter(_ticks(across)))
    axes.yaxis.set_major_formatter(FuncFormatter(_ticks(found.figure)))
    axes.set_xlabel(_with_unit(scenario, across), color=GREY)
    axes.set_title(_with_unit(scenario, found.figure), loc="left", fontsize=9.5, color=GREY)


def _range(values: list[float]) -> tuple[float, float]:
    margin = 0.08 * (max(values) - min(values)) or 0.1 * abs(values[0]) or 1.0
    return min(values) - margin, max(values) + margin


def _scaled(figure: str, value: float) -> float:
    return 100.0 * value if figure.startswith("ruin_probability") else value


def _ticks(figure: str) -> Callable[[float, int], str]:
    is_share = figure.startswith("ruin_probability")
    return lambda value, _: f"{value:g} %" if is_share else format_amount(value)


def _with_unit(scenario: Scenario, figure: str) -> str:
    unit, words = figure_unit(scenario, figure), figure_words(scenario, figure)
    return f"{words}, {unit}" if unit else words
