"""The charts of the report: in its language, without titles, which the page has, wide or narrow.

Each function makes one figure of the drawings that all charts share; ``narrow`` is for a screen of some 330 CSS pixels,
where text keeps its size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from burncast.outputs.charts.answer_drawings import draw_frontier, draw_shares, draw_tornado
from burncast.outputs.charts.canvas import Canvas
from burncast.outputs.charts.chart_style import cut_apart, fit_words, house_style, new_figure
from burncast.outputs.charts.forecast_drawings import Line, draw_fan, draw_need, draw_ruin, draw_runway, draw_typical

__all__ = ["fan", "frontier", "need", "ruin_curve", "ruin_curves", "runway", "shares", "tornado", "typical"]

WIDE, NARROW = 7.2, 4.4
MARGIN = 0.008

Floats = NDArray[np.float64]


@house_style
def ruin_curve(canvas: Canvas, probability: Floats, error: Floats, band: Floats | None) -> Figure:
    """Probability of ruin by the end of each period, with its 95 % Monte Carlo band and the band over the inputs."""
    words = canvas.words.chance(float(probability[-1]), float(error[-1]))
    line = Line(probability, words, probability - 1.96 * error, probability + 1.96 * error)
    return _framed(canvas, lambda axes: draw_ruin(canvas, axes, [line], band))


@house_style
def ruin_curves(canvas: Canvas, curves: Mapping[str, Floats], chances: Sequence[str]) -> Figure:
    """Probability of ruin over time of each variant, and where it ends, in words; the first is drawn strongest."""
    names = cut_apart(curves, 13 if canvas.narrow else 26)
    lines = [
        Line(curve, f"{chance} {name}") for name, chance, curve in zip(names, chances, curves.values(), strict=True)
    ]
    return _framed(canvas, lambda axes: draw_ruin(canvas, axes, lines), max(1.0, 0.09 * len(lines)))


@house_style
def runway(canvas: Canvas, shares: Floats, rest: str) -> Figure:
    """Share of futures that are ruined in each period 1 … T, and the ``rest`` of them in words, if there is one."""
    return _framed(canvas, lambda axes: draw_runway(canvas, axes, shares, rest))


@house_style
def need(canvas: Canvas, confidences: Floats, amounts: Floats, marked: Sequence[int]) -> Figure:
    """Funding that carries so many futures through; the ``marked`` points are labelled."""
    return _framed(canvas, lambda axes: draw_need(canvas, axes, confidences, amounts, marked))


@house_style
def frontier(canvas: Canvas, dataset: xr.Dataset) -> Figure:
    """Survival by money added at the start, one curve for each period."""
    return _framed(canvas, lambda axes: draw_frontier(canvas, axes, dataset))


@house_style
def fan(canvas: Canvas, quantiles: Floats, label: str) -> Figure:
    """Quantiles 5, 25, 50, 75 and 95 % of a quantity, f64[5, T+1], NaN where it has no value yet."""
    return _framed(canvas, lambda axes: draw_fan(canvas, axes, quantiles, label))


@house_style
def typical(canvas: Canvas, quantiles: Floats, path: Floats, ruined: int, label: str) -> Figure:
    """One trajectory, ruined in the period ``ruined``, in the fan of all."""
    return _framed(canvas, lambda axes: draw_typical(canvas, axes, quantiles, path, ruined, label))


@house_style
def tornado(canvas: Canvas, dataset: xr.Dataset, names: Sequence[str], heading: str) -> Figure:
    """The output with each input, by its name, at its 10 % and at its 90 % quantile, the widest bar on top."""
    return _bars(
        canvas,
        lambda axes: draw_tornado(canvas.words, axes, dataset, names, narrow=canvas.narrow),
        heading,
        0.3 * len(names),
    )


@house_style
def shares(canvas: Canvas, dataset: xr.Dataset, names: Sequence[str], heading: str) -> Figure:
    """Sobol indices (alone and with others) or Shapley effects of sources, by their names, with 95 % intervals."""
    return _bars(
        canvas,
        lambda axes: draw_shares(canvas.words, axes, dataset, names, narrow=canvas.narrow),
        heading,
        (0.3 if dataset.attrs["method"] == "shapley" else 0.42) * len(names),
    )


def _bars(canvas: Canvas, draw: Callable[[Axes], None], heading: str, height: float) -> Figure:
    """A figure of bars below one another, so high, with what they are below them."""
    figure, (axes,) = new_figure()
    figure.set_size_inches(NARROW if canvas.narrow else WIDE, 0.75 + height)
    draw(axes)
    axes.set_xlabel(heading if not canvas.narrow else "", fontsize=9.5, loc="right")
    fit_words(figure, [axes], heading=MARGIN * figure.get_figwidth(), margin=MARGIN)
    return figure


def _framed(canvas: Canvas, draw: Callable[[Axes], None], taller: float = 1.0) -> Figure:
    """A figure of one chart, whose margins fit its words."""
    figure, (axes,) = new_figure()
    figure.set_size_inches(*((NARROW, 3.3 * taller) if canvas.narrow else (WIDE, 3.7 * taller)))
    figure.subplots_adjust(left=0.14, right=0.8, top=0.9, bottom=0.14)
    draw(axes)
    fit_words(figure, [axes], heading=MARGIN * figure.get_figwidth(), margin=MARGIN)
    return figure
