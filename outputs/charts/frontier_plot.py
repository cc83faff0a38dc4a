"""The curve of survival by extra funding, and what it says."""

from __future__ import annotations

import xarray as xr

from burncast.outputs.charts.answer_drawings import draw_frontier
from burncast.outputs.charts.canvas import Canvas
from burncast.outputs.charts.chart_style import TimeAxis
from burncast.outputs.charts.drawing import Drawing
from burncast.outputs.words.amounts import format_amount, format_periods
from burncast.outputs.words.language import language

__all__ = ["frontier_drawing"]


def frontier_drawing(dataset: xr.Dataset) -> Drawing:
    """One curve for each period, with its 95 % Monte Carlo band."""
    step, last = str(dataset.attrs["step"]), int(dataset["period"].values[-1])
    canvas = Canvas(language("en"), TimeAxis((), last, step), str(dataset.attrs["currency"]) or None)
    survival = dataset["survival"].values[:, -1]
    money = f" {canvas.currency}" if canvas.currency else ""
    gain, span = f"{format_amount(float(dataset['amount'].values[-1]))}{money}", format_periods(last, last, step)
    now, then = (f"{100 * survival[place]:.3g} %" for place in (0, -1))
    finding = f"With {gain} more, {span} {'is' if last == 1 else 'are'} survived with {then}"
    if len(survival) > 1:
        finding += f" instead of {now}"
    context = f"{dataset.attrs['title']} · {int(dataset.attrs['trajectories']):,} trajectories"
    return Drawing(lambda axes: draw_frontier(canvas, axes, dataset), finding, context, dataset.sizes["period"])
