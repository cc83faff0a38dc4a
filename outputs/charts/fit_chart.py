"""The picture of a law fitted to a sample: density and distribution function over the data, and the quantiles."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray

from burncast.distributions.law import Law
from burncast.outputs.charts.chart_style import BLUE, COLOURS, GREY, INK, house_style, new_figure, write_title
from burncast.outputs.words.amounts import format_amount

__all__ = ["fit_chart"]

Array = NDArray[np.float64]

_PLUG_IN = COLOURS[1]
_DATA = "#B8B8B8"
_POINTS = 601
_SHARE = 0.60
_APART = 0.09
_WIDE = 30.0


@house_style
def fit_chart(
    steps: tuple[Array, Array] | None,
    plug_in: Law,
    predictive: Law | None,
    *,
    label: str,
    finding: str,
    context: str,
    grouped: bool = False,
) -> Figure:
    """Density and distribution function of the laws over the data, and the data's quantiles against the law's.

    ``steps`` are the values f64[m] at which the sample's distribution function rises and its height f64[m] there (None
    where the sample does not tell one); ``predictive`` is the law with the uncertainty of its parameters. ``label``
    names the quantity, ``finding`` is what the picture shows, ``context`` what it is a picture of. In ``grouped`` data
    the values are ends of intervals, at which alone the sample's distribution function is known.
    """
    figure, (above, below) = new_figure(2)
    values, heights = steps if steps is not None else (np.empty(0), np.empty(0))
    logarithmic, low, high = _range(values, plug_in)
    grid = np.geomspace(low, high, _POINTS) if logarithmic else np.linspace(low, high, _POINTS)
    if plug_in.discrete:
        _draw_probabilities(above, values, heights, plug_in, predictive, low, high)
    else:
        _draw_data(above, values, heights, logarithmic, grouped)
        _draw_densities(above, plug_in, predictive, grid, logarithmic)
    _draw_distribution(below, values, heights, plug_in, predictive, grid, grouped)
    for panel in (above, below):
        _style_values(panel, low, high, logarithmic, plug_in.discrete)
    below.set_xlabel(label + (" (log scale)" if logarithmic else ""))
    write_title(figure, finding, context)
    figure.subplots_adjust(right=0.975, hspace=0.42, bottom=0.11)
    above.tick_params(labelbottom=True)
    if len(values) > 1:
        box = below.get_position()
        below.set_position((box.x0, box.y0, box.width * _SHARE, box.height))
        left = box.x0 + box.width * (_SHARE + _APART)
        law = plug_in if predictive is None else predictive
        beside = figure.add_axes((left, box.y0, box.x1 - left, box.height))
        _draw_quantiles(beside, values, heights, law, logarithmic, grouped)
    return figure


def _range(values: Array, law: Law) -> tuple[bool, float, float]:
    """Whether the axis is logarithmic, and its ends: the data and the law but for its outermost hundredths."""
    low = min(float(law.quantile(0.005)), *values[:1].tolist(), np.inf)
    high = max(float(law.quantile_upper(0.005)), *values[-1:].tolist(), -np.inf)
    if low > 0 and high > _WIDE * low and law.support[0] >= 0 and not law.discrete:
        return True, low / 1.15, high * 1.15
    margin = 0.04 * (high - low) or 0.5 * abs(low) or 1.0
    return False, (0.0 if low >= 0 and low < 0.3 * high and not law.discrete else low - margin), high + margin


def _draw_data(axes: Axes, values: Array, heights: Array, logarithmic: bool, grouped: bool) -> None:
    """A histogram; of grouped data, their own intervals."""
    if len(values) < 2:
        return
    mass = np.diff(heights, prepend=0.0)
    if grouped:
        edges, held = values, mass[1:]
    else:
        count = int(np.clip(2 * len(values) ** 0.4, 6, 40))
        ends = np.geomspace if logarithmic else np.linspace
        edges = ends(values[0], values[-1], count + 1)
        edges[-1] = np.nextafter(values[-1], np.inf)
        held, _ = np.histogram(values, edges, weights=mass)
    bars = held / np.diff(np.log(edges) if logarithmic else edges)
    width = np.diff(edges)
    axes.bar(edges[:-1], bars, width, align="edge", color=_DATA, edgecolor="white", linewidth=0.5, label="data")


def _draw_densities(axes: Axes, plug_in: Law, predictive: Law | None, grid: Array, logarithmic: bool) -> None:
    """On a logarithmic axis the density is that of the logarithm, so that areas are probabilities there too."""
    factor = grid if logarithmic else np.ones_like(grid)
    top = max((bar.get_height() for bar in axes.patches if isinstance(bar, Rectangle)), default=0.0)
    for law, colour, name, style in _laws(plug_in, predictive):
        density = law.density(grid) * factor
        axes.plot(grid, density, color=colour, linewidth=2 if style == "-" else 1.4, linestyle=style, label=name)
        typical = law.quantile(np.linspace(0.05, 0.95, 91))
        typical_density = law.density(typical) * (typical if logarithmic else 1.0)
        top = max(top, float(np.max(typical_density[np.isfinite(typical_density)], initial=0.0)))
    axes.set_ylim(0, 1.15 * top or 1.0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_title("density", loc="left", fontsize=10, color=GREY)
    axes.legend(frameon=False, fontsize=9, loc="upper right", labelcolor=INK)


def _draw_probabilities(
    axes: Axes, values: Array, heights: Array, plug_in: Law, predictive: Law | None, low: float, high: float
) -> None:
    if len(values):
        axes.bar(values, 100 * np.diff(heights, prepend=0.0), 0.8, color=_DATA, label="data")
    whole = np.arange(np.ceil(low), np.floor(high) + 1)
    for (law, colour, name, _), marker in zip(_laws(plug_in, predictive), "os", strict=False):
        chance = 100 * (law.cdf(whole) - law.cdf(whole - 1))
        place = whole + (0.12 if marker == "s" else -0.12 if predictive is not None else 0.0)
        axes.plot(place, chance, marker, color=colour, markersize=5 if marker == "o" else 4, label=name)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))
    axes.set_title("probability of each value", loc="left", fontsize=10, color=GREY)
    axes.legend(frameon=False, fontsize=9, loc="upper right", labelcolor=INK)


def _draw_distribution(
    axes: Axes, values: Array, heights: Array, plug_in: Law, predictive: Law | None, grid: Array, grouped: bool
) -> None:
    if grouped:
        axes.plot(values, 100 * heights, "o", color=GREY, markersize=3.5, zorder=3)
    elif len(values):
        x = np.concatenate([[grid[0]], values, [max(grid[-1], values[-1])]])
        y = np.concatenate([[0.0], heights, heights[-1:]])
        axes.plot(x, 100 * y, color=GREY, linewidth=1.2, drawstyle="steps-post")
    for law, colour, _, style in _laws(plug_in, predictive):
        drawn = "steps-post" if law.discrete else "default"
        wide = 2 if style == "-" else 1.4
        axes.plot(grid, 100 * law.cdf(grid), color=colour, linewidth=wide, linestyle=style, drawstyle=drawn)
    axes.set_ylim(0, 100)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))
    axes.set_title("probability of this or less", loc="left", fontsize=10, color=GREY)


def _laws(plug_in: Law, predictive: Law | None) -> list[tuple[Law, str, str, str]]:
    if predictive is None:
        return [(plug_in, BLUE, "fitted law", "-")]
    return [(predictive, BLUE, "predictive law", "-"), (plug_in, _PLUG_IN, "plug-in law", "--")]


def _draw_quantiles(axes: Axes, values: Array, heights: Array, law: Law, logarithmic: bool, grouped: bool) -> None:
    """The middle of every step of the sample's distribution function, against the law's quantile there."""
    middles = heights if grouped else (heights + np.concatenate([[0.0], heights[:-1]])) / 2
    inside = (middles > 0) & (middles < 1)
    expected, seen = law.quantile(middles[inside]), values[inside]
    both = np.concatenate([expected, seen])
    ends = (float(both.min()), float(both.max()))
    axes.plot(ends, ends, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.plot(expected, seen, "o", color=BLUE, markersize=2.5)
    if logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
    axes.set_title("data against law", loc="left", fontsize=10, color=GREY)
    axes.grid(color="#E4E4E4", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=3, colors=GREY, labelcolor=INK)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(_on_logarithms(*ends, 5) if logarithmic else MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: format_amount(value)))


def _on_logarithms(low: float, high: float, most: int) -> LogLocator:
    return LogLocator(subs=(1.0, 2.0, 5.0) if high < 200 * low else (1.0,), numticks=most)


def _style_values(axes: Axes, low: float, high: float, logarithmic: bool, whole: bool) -> None:
    if logarithmic:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(_on_logarithms(low, high, 9))
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=whole, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlim(low, high)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_amount(value)))
