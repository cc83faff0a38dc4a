"""What ruined trajectories have in common, as pictures: shifts as bars, and the most typical one in the fan of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from burncast.engine.explain_ruin import RuinExplanation, draws
from burncast.outputs.amounts import format_amount, format_periods
from burncast.outputs.bar_charts import finish_bars, new_bars
from burncast.outputs.chart_style import BLUE, COLOURS, INK, label_point, new_figure, style_time, write_title
from burncast.outputs.path_tables import period_name, unit_of
from burncast.outputs.plots import draw_fan, time_axis

if TYPE_CHECKING:
    from burncast.engine.scenario import Scenario

__all__ = ["shift_plot", "typical_plot"]

MOST_BARS = 15
ORANGE = COLOURS[1]


def shift_plot(scenario: Scenario, found: RuinExplanation) -> Figure:
    """The greatest shifts of inputs and processes, with their medians, and of draws; 95 % intervals."""
    known = {one.name: one for one in (*found.inputs, *found.levels)}
    inputs = {one.name for one in found.inputs}
    every = {name: one.shift for name, one in known.items()} | draws(scenario, found)
    shifts = dict(sorted(every.items(), key=lambda one: -abs(one[1]))[:MOST_BARS])
    figure, axes = new_bars(list(shifts))
    widest = max(abs(shift) for shift in shifts.values()) or 1.0
    for place, (name, shift) in enumerate(shifts.items()):
        colour = BLUE if name in inputs else ORANGE
        error = found.shift_se if name in known else found.process_shift_se
        axes.barh(place, shift, height=0.62, color=colour)
        axes.hlines(place, shift - 1.96 * error, shift + 1.96 * error, color=INK, linewidth=1.0)
        words = f"{shift:+.2f}".replace("-", "−")
        if name in known:
            before, after = (format_amount(values[1]) for values in (known[name].all, known[name].ruined))
            words += f":  {before} → {after} {unit_of(scenario, name)}".rstrip() if before != after else ""
        far = abs(shift) + 1.96 * error
        axes.annotate(
            words,
            (far if shift > 0 else -far, place),
            xytext=(4 if shift > 0 else -4, 0),
            textcoords="offset points",
            ha="left" if shift > 0 else "right",
            va="center",
            fontsize=8.5,
            color=colour,
        )
    axes.axvline(0.0, color=INK, linewidth=1.0)
    below, above = (any(shift * sign > 0 for shift in shifts.values()) for sign in (-1, 1))
    axes.set_xlim(-2.0 * widest if below else -0.1 * widest, 2.0 * widest if above else 0.1 * widest)
    first = next(iter(shifts))
    span = format_periods(found.by, found.by, scenario.step)
    finding = f"On trajectories ruined within {span}, {_words(first)} is {_way(shifts[first])}"
    if first in known:
        before, after = (format_amount(values[1]) for values in (known[first].all, known[first].ruined))
        finding += f": {after} rather than {before} in the median" if before != after else ""
    heading = "shift of the mean, in standard deviations: inputs (blue), processes and draws (orange), with medians"
    context = f"{scenario.title} · {found.ruined:,} of {found.trajectories:,} trajectories ruined"
    return finish_bars(figure, axes, finding, heading, context)


def typical_plot(
    scenario: Scenario, found: RuinExplanation, forecast: xr.Dataset, path: xr.Dataset, name: str
) -> Figure:
    """The most typical ruined trajectory of the quantity ``name``, in the fan of all futures, until ``found.by``."""
    figure, (axes,) = new_figure()
    until = forecast.isel(period=slice(0, found.by + 1))
    time = time_axis(until)
    values, ruined = path[name].values[: found.by + 1], found.typical_ruin
    unit = f", {scenario.quantities[name].unit}" if scenario.quantities[name].unit else ""
    draw_fan(axes, time, until[name], f"{_words(name)}{unit}", room_for=values.tolist())
    until_ruin, after = slice(0, ruined + 1), slice(ruined, None)
    axes.plot(time.places[until_ruin], values[until_ruin], color=ORANGE, linewidth=2.2, marker=time.markers)
    axes.plot(time.places[after], values[after], color=ORANGE, linewidth=1.6, linestyle=(0, (3, 2)))
    axes.plot(time.places[ruined], values[ruined], "o", color=ORANGE, markersize=8)
    is_early = ruined < 0.4 * found.by
    here = (float(time.places[ruined]), float(values[ruined]))
    label_point(axes, here, f"ruined in {period_name(scenario, ruined)}", ORANGE, right=is_early, above=is_early)
    style_time(axes, time)
    begin, end = (format_amount(float(values[place])) for place in (int(np.isnan(values[0])), ruined))
    finding = f"The most typical ruined trajectory: {_words(name)} goes from {begin} to {end} by its ruin"
    context = f"{scenario.title} · trajectory {found.typical:,}, seed {found.seed}, among {found.trajectories:,}"
    write_title(figure, finding, context)
    return figure


def _words(name: str) -> str:
    return name.replace("_", " ")


def _way(shift: float) -> str:
    return "higher" if shift > 0 else "lower"
