"""Answers about sensitivity as pictures: the bars of a tornado, and shares of variance with their intervals."""

from __future__ import annotations

import xarray as xr
from matplotlib.axes import Axes

from burncast.outputs.charts.answer_drawings import draw_shares, draw_tornado
from burncast.outputs.charts.drawing import Drawing
from burncast.outputs.tables.sensitivity_tables import describe_output
from burncast.outputs.words.language import language

__all__ = ["sensitivity_drawing"]

MOST_BARS = 15


def sensitivity_drawing(dataset: xr.Dataset) -> Drawing:
    """The strongest sources, one bar below the other."""
    dimension = "input" if dataset.attrs["method"] == "tornado" else "source"
    shown = dataset.isel({dimension: slice(0, MOST_BARS)})
    names = [str(name) for name in shown[dimension].values]
    if dimension == "input":
        units = [str(unit) for unit in shown["input_unit"].values]
        names = [f"{name}, {unit}" if unit else name for name, unit in zip(names, units, strict=True)]
    finding, heading = (_tornado_words if dimension == "input" else _share_words)(shown)

    def draw(axes: Axes) -> None:
        if dimension == "input":
            draw_tornado(language("en"), axes, shown, names, narrow=False)
        else:
            draw_shares(language("en"), axes, shown, names, narrow=False)

    context = f"{dataset.attrs['title']} · {int(dataset.attrs['trajectories']):,} trajectories in each run"
    return Drawing(draw, finding, context, bars=len(names), heading=heading)


def _tornado_words(dataset: xr.Dataset) -> tuple[str, str]:
    """What the bars say, and what they are."""
    unit = f", {dataset.attrs['unit']}" if dataset.attrs["unit"] else ""
    words = dataset.attrs["output_words"]
    heading = f"{words}{unit}: each input at its 10 % (blue) and at its 90 % quantile (orange)"
    first = dataset.isel(input=0)
    low, high = (describe_output(dataset, float(first[f"output_{end}"])) for end in ("low", "high"))
    return f"{_words(first['input'].item())} matters most: the {words} goes from {low} to {high}", heading


def _share_words(dataset: xr.Dataset) -> tuple[str, str]:
    """What the bars say, and what they are."""
    first, output = dataset.isel(source=0), dataset.attrs["output_words"]
    if dataset.attrs["method"] == "shapley":
        heading, name, joined = "share of the variance (Shapley effect), with 95 % intervals", "effect", ""
    else:
        heading = "share of the variance, alone (blue) and with interactions (orange), with 95 % intervals"
        name, joined = "total", "with its interactions "
    share = 100 * float(first[name])
    finding = f"{_words(first['source'].item())} matters most: {joined}{share:.2g} % of the variance of the {output}"
    return finding, heading


def _words(name: object) -> str:
    words = str(name).replace("_", " ")
    return words[:1].upper() + words[1:]
