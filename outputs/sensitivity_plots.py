"""Answers about sensitivity as pictures: the bars of a tornado, and shares of variance with their intervals."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from burncast.outputs.amounts import format_amount
from burncast.outputs.bar_charts import finish_bars, new_bars
from burncast.outputs.chart_style import BLUE, COLOURS, INK
from burncast.outputs.sensitivity_tables import describe_output

__all__ = ["sensitivity_plot"]

MOST_BARS = 15


def sensitivity_plot(dataset: xr.Dataset) -> Figure:
    """The strongest sources, one bar below the other."""
    dimension = "input" if dataset.attrs["method"] == "tornado" else "source"
    shown = dataset.isel({dimension: slice(0, MOST_BARS)})
    names = [str(name) for name in shown[dimension].values]
    if dimension == "input":
        units = [str(unit) for unit in shown["input_unit"].values]
        names = [f"{name}, {unit}" if unit else name for name, unit in zip(names, units, strict=True)]
    figure, axes = new_bars(names)
    draw = _draw_tornado if dimension == "input" else _draw_shares
    finding, heading = draw(axes, shown)
    context = f"{dataset.attrs['title']} · {int(dataset.attrs['trajectories']):,} trajectories in each run"
    return finish_bars(figure, axes, finding, heading, context)


def _draw_tornado(axes: Axes, dataset: xr.Dataset) -> tuple[str, str]:
    """Draw the bars; what they say, and what they are."""
    mean = float(dataset.attrs["mean"])
    is_ruin = dataset.attrs["output_kind"] == "ruin"
    factor = 100.0 if is_ruin else 1.0
    places = np.arange(dataset.sizes["input"])
    ends = [factor * dataset[f"output_{end}"].values for end in ("low", "high")]
    for values, end, colour in zip(ends, ("low", "high"), COLOURS, strict=False):
        axes.barh(places, values - factor * mean, left=factor * mean, height=0.62, color=colour)
        for place, value in zip(places, values, strict=True):
            other = ends[1][place] if end == "low" else ends[0][place]
            rightwards = value > other or (value == other and end == "high")
            axes.annotate(
                format_amount(float(dataset[f"value_{end}"].values[place])),
                (max(value, factor * mean) if rightwards else min(value, factor * mean), place),
                xytext=(4 if rightwards else -4, 0),
                textcoords="offset points",
                ha="left" if rightwards else "right",
                va="center",
                fontsize=8.5,
                color=colour,
            )
    axes.axvline(factor * mean, color=INK, linewidth=1.0)
    every = np.concatenate([*ends, [factor * mean]])
    margin = 0.14 * float(np.ptp(every)) or 1.0
    axes.set_xlim(float(every.min()) - margin, float(every.max()) + margin)
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %" if is_ruin else format_amount(value)))
    unit = f", {dataset.attrs['unit']}" if dataset.attrs["unit"] else ""
    words = dataset.attrs["output_words"]
    heading = f"{words}{unit}: each input at its 10 % (blue) and at its 90 % quantile (orange)"
    first = dataset.isel(input=0)
    low, high = (describe_output(dataset, float(first[f"output_{end}"])) for end in ("low", "high"))
    return f"{_words(first['input'].item())} matters most: the {words} goes from {low} to {high}", heading


def _draw_shares(axes: Axes, dataset: xr.Dataset) -> tuple[str, str]:
    """Draw the bars; what they say, and what they are."""
    places = np.arange(dataset.sizes["source"])
    if dataset.attrs["method"] == "shapley":
        series = [("effect", BLUE, 0.0, 0.62)]
        heading = "share of the variance (Shapley effect), with 95 % intervals"
    else:
        series = [("first_order", BLUE, -0.17, 0.32), ("total", COLOURS[1], 0.17, 0.32)]
        heading = "share of the variance, alone (blue) and with interactions (orange), with 95 % intervals"
    for name, colour, offset, height in series:
        found, low, high = (100 * dataset[f"{name}{end}"].values for end in ("", "_low", "_high"))
        axes.barh(places + offset, np.maximum(found, 0.0), height=height, color=colour)
        axes.hlines(places + offset, np.maximum(low, 0.0), np.maximum(high, 0.0), color=INK, linewidth=1.0)
        for place, share, end in zip(places + offset, found, high, strict=True):
            axes.annotate(
                f"{max(share, 0.0):.2g} %" if share >= 0.1 else "0 %",
                (max(share, end, 0.0), place),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5 if height > 0.5 else 7.5,
                color=colour,
            )
    axes.set_xlim(0.0, 1.08 * axes.get_xlim()[1])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))
    first = dataset.isel(source=0)
    share = 100 * float(first[series[-1][0]])
    joined = "with its interactions " if len(series) > 1 else ""
    output = dataset.attrs["output_words"]
    finding = f"{_words(first['source'].item())} matters most: {joined}{share:.2g} % of the variance of the {output}"
    return finding, heading


def _words(name: object) -> str:
    return str(name).replace("_", " ").capitalize()
