"""The picture of a law: its density and its distribution function, with what was said of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray

from burncast.distributions.law import Law
from burncast.distributions.misfit import Misfit
from burncast.outputs.charts.chart_style import BLUE, COLOURS, GREY, house_style, new_figure, write_title
from burncast.outputs.words.amounts import format_amount

__all__ = ["law_chart"]

_POINTS = 801
_STATED = COLOURS[1]


@house_style
def law_chart(law: Law, text: str, stated: Sequence[Misfit] = ()) -> Figure:
    """Density above, with its central 50 % and 90 %, and distribution function below, with the percentiles stated.

    A law with points of positive probability and no density shows the points. ``text`` is how the law was written.
    """
    figure, (above, below) = new_figure(2)
    grid, logarithmic = _grid(law, [one.stated.value for one in stated])
    if law.discrete:
        _draw_points(above, law, grid)
    else:
        _draw_density(above, law, grid, logarithmic)
    _draw_distribution(below, law, grid, stated)
    for panel in (above, below):
        if logarithmic:
            panel.set_xscale("log")
            panel.xaxis.set_major_locator(LogLocator(numticks=9))
            panel.xaxis.set_minor_locator(NullLocator())
        else:
            whole = law.discrete and bool(np.all(law.atoms()[0] == np.floor(law.atoms()[0])))
            panel.xaxis.set_major_locator(MaxNLocator(9, integer=whole, steps=[1, 2, 2.5, 5, 10]))
        panel.set_xlim(grid[0], grid[-1])
        panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_amount(value)))
    if logarithmic:
        below.set_xlabel("log scale")
        figure.subplots_adjust(bottom=0.11)
    figure.subplots_adjust(right=0.975)
    write_title(figure, _finding(law), text)
    return figure


def _grid(law: Law, said: Sequence[float]) -> tuple[NDArray[np.float64], bool]:
    """The values to show, from the first to the last thousandth with all that was ``said``, and whether they want a
    logarithmic axis."""
    low = min(float(law.quantile(1e-3)), *said, np.inf)
    high = max(float(law.quantile_upper(1e-3)), *said, -np.inf)
    if low > 0 and high > 300 * low and np.isinf(law.support[1]):
        return np.geomspace(low, high, _POINTS), True
    margin = 0.03 * (high - low) or 0.5 * abs(low) or 1.0
    ends = np.array([low - margin, high + margin])
    if low >= 0 and ends[0] < 0.1 * (high - low):
        ends[0] = -0.01 * ends[1] if law.discrete or len(law.atoms()[0]) else 0.0
    return np.linspace(ends[0], ends[1], _POINTS), False


def _draw_density(axes: Axes, law: Law, grid: NDArray[np.float64], logarithmic: bool) -> None:
    """On a logarithmic axis the density is that of the logarithm, so that areas are probabilities there too."""
    density = law.density(grid) * (grid if logarithmic else 1.0)
    top = 1.08 * float(np.max(density[np.isfinite(density)]))
    typical = float(np.max(law.density(law.quantile(np.linspace(0.05, 0.95, 91)))))
    if not logarithmic and top > 4 * typical > 0:
        # A density that runs to infinity at an end would hide everything else.
        top = 4 * typical
    axes.plot(grid, np.minimum(np.nan_to_num(density, posinf=2 * top), 2 * top), color=BLUE, linewidth=2)
    for low, high, strength in ((0.05, 0.95, 0.18), (0.25, 0.75, 0.3)):
        first, last = law.quantile([low, high])
        inside = (grid >= first) & (grid <= last)
        axes.fill_between(grid, density, where=inside.tolist(), color=BLUE, alpha=strength, linewidth=0)
    axes.set_ylim(0, top)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_title("density; shaded: central 90 % and 50 %", loc="left", fontsize=10, color=GREY)


def _draw_points(axes: Axes, law: Law, grid: NDArray[np.float64]) -> None:
    points, probabilities = law.atoms()
    shown = (points >= grid[0]) & (points <= grid[-1])
    axes.vlines(points[shown], 0, 100 * probabilities[shown], color=BLUE, linewidth=2)
    axes.set_ylim(0, 108 * float(np.max(probabilities)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))
    axes.set_title("probability of each value", loc="left", fontsize=10, color=GREY)


def _draw_distribution(axes: Axes, law: Law, grid: NDArray[np.float64], stated: Sequence[Misfit]) -> None:
    style = "steps-post" if law.discrete else "default"
    axes.plot(grid, 100 * law.cdf(grid), color=BLUE, linewidth=2, drawstyle=style)
    label = "probability of this or less"
    if stated:
        x = [one.stated.value for one in stated]
        axes.vlines(
            x, [100 * one.stated.probability for one in stated], [100 * one.fitted for one in stated], color=_STATED
        )
        axes.plot(x, [100 * one.stated.probability for one in stated], "o", color=_STATED, markersize=6, clip_on=False)
        label += "; dots: what was said"
    axes.set_ylim(0, 100)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))
    axes.set_title(label, loc="left", fontsize=10, color=GREY)


def _finding(law: Law) -> str:
    """The median and the central 90 % in a sentence."""
    low, median = (format_amount(float(one)) for one in law.quantile([0.05, 0.5]))
    high = format_amount(float(law.quantile_upper(0.05)))
    if low == high:
        return f"Nearly always {median}"
    return f"Median {median}; one in twenty is {low} or less, one in twenty {high} or more"
