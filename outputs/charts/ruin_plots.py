"""What ruined trajectories have in common, as pictures: shifts as bars, and the most typical one in the fan of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from burncast.engine.questions.explain_ruin import RuinExplanation, draws
from burncast.outputs.charts.answer_drawings import style_bars
from burncast.outputs.charts.canvas import canvas_of
from burncast.outputs.charts.chart_style import BLUE, DARK, INK, ORANGE
from burncast.outputs.charts.drawing import Drawing
from burncast.outputs.charts.forecast_drawings import LEVELS, draw_typical
from burncast.outputs.tables.path_tables import unit_of
from burncast.outputs.words.amounts import format_amount, format_periods

if TYPE_CHECKING:
    from burncast.engine.scenario import Scenario

__all__ = ["shift_drawing", "typical_drawing"]

MOST_BARS = 15


def shift_drawing(scenario: Scenario, found: RuinExplanation) -> Drawing:
    """The greatest shifts of inputs and processes, with their medians, and of draws; 95 % intervals."""
    known = {one.name: one for one in (*found.inputs, *found.levels)}
    every = {name: one.shift for name, one in known.items()} | draws(scenario, found)
    shifts = dict(sorted(every.items(), key=lambda one: -abs(one[1]))[:MOST_BARS])
    medians = {name: [format_amount(values[1]) for values in (one.all, one.ruined)] for name, one in known.items()}
    first = next(iter(shifts))
    span = format_periods(found.by, found.by, scenario.step)
    finding = f"On trajectories ruined within {span}, {_words(first)} is {'higher' if shifts[first] > 0 else 'lower'}"
    if first in medians and medians[first][0] != medians[first][1]:
        finding += f": {medians[first][1]} rather than {medians[first][0]} in the median"
    context = f"{scenario.title} · {found.ruined:,} of {found.trajectories:,} trajectories ruined"
    heading = "shift of the mean, in standard deviations: inputs (blue), processes and draws (orange), with medians"
    return Drawing(
        lambda axes: _draw_shifts(axes, scenario, found, shifts, medians),
        finding,
        context,
        bars=len(shifts),
        heading=heading,
    )


def typical_drawing(
    scenario: Scenario, found: RuinExplanation, forecast: xr.Dataset, path: xr.Dataset, name: str
) -> Drawing:
    """The most typical ruined trajectory of the quantity ``name``, in the fan of all futures, until ``found.by``."""
    until = forecast.isel(period=slice(0, found.by + 1))
    canvas, ruined = canvas_of(until), found.typical_ruin
    values = path[name].values[: found.by + 1]
    quantiles = np.stack([until[name].sel(quantile=level).values for level in LEVELS])
    unit = f", {scenario.quantities[name].unit}" if scenario.quantities[name].unit else ""
    label = f"{_words(name)}{unit}"
    begin, end = (format_amount(float(values[place])) for place in (int(np.isnan(values[0])), ruined))
    finding = f"The most typical ruined trajectory: {_words(name)} goes from {begin} to {end} by its ruin"
    context = f"{scenario.title} · trajectory {found.typical:,}, seed {found.seed}, among {found.trajectories:,}"
    return Drawing(lambda axes: draw_typical(canvas, axes, quantiles, values, ruined, label), finding, context)


def _draw_shifts(
    axes: Axes,
    scenario: Scenario,
    found: RuinExplanation,
    shifts: dict[str, float],
    medians: dict[str, list[str]],
) -> None:
    style_bars(axes, list(shifts))
    inputs = {one.name for one in found.inputs}
    widest = max(abs(shift) for shift in shifts.values()) or 1.0
    for place, (name, shift) in enumerate(shifts.items()):
        colour, dark = (BLUE, DARK[0]) if name in inputs else (ORANGE, DARK[1])
        error = found.shift_se if name in medians else found.process_shift_se
        axes.barh(place, shift, height=0.62, color=colour)
        axes.hlines(place, shift - 1.96 * error, shift + 1.96 * error, color=INK, linewidth=1.0)
        words = f"{shift:+.2f}".replace("-", "−")
        before, after = medians.get(name, ("", ""))
        words += f":  {before} → {after} {unit_of(scenario, name)}".rstrip() if before != after else ""
        axes.annotate(  # at the right, also of a bar to the left, where the names stand
            words,
            (max(shift + 1.96 * error, 0.0), place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            color=dark,
        )
    axes.axvline(0.0, color=INK, linewidth=1.0)
    below, above = (any(shift * sign > 0 for shift in shifts.values()) for sign in (-1, 1))
    axes.set_xlim(-1.2 * widest if below else -0.1 * widest, 1.2 * widest if above else 0.1 * widest)


def _words(name: str) -> str:
    return name.replace("_", " ")
