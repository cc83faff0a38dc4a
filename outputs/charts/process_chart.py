"""The picture of a process fitted to a series: the data in the fan of the fitted law, and its innovations."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from burncast.outputs.charts.calendar_ticks import calendar_ticks, day_number
from burncast.outputs.charts.chart_style import (
    BLUE,
    COLOURS,
    GREY,
    INK,
    house_style,
    new_figure,
    style_amounts,
    write_title,
)
from burncast.outputs.words.amounts import format_amount

__all__ = ["process_chart"]

_DATA = COLOURS[1]
_SHARE = 0.62
_APART = 0.08


@house_style
def process_chart(
    times: NDArray[np.float64] | Sequence[datetime.date],
    values: NDArray[np.float64],
    fan: NDArray[np.float64],
    innovations: NDArray[np.float64],
    *,
    label: str,
    finding: str,
    context: str,
) -> Figure:
    """Data, fan, innovations over time and their QQ plot.

    ``values`` f64[n] were observed at ``times`` (dates, or years); ``fan`` f64[5, n] are the 5, 25, 50, 75 and 95 %
    quantiles of the fitted law given the first value; ``innovations`` f64[n − 1] are standardised. ``label`` names the
    quantity, ``finding`` is what the picture shows, ``context`` what it is a picture of.
    """
    figure, (above, below) = new_figure(2)
    dates = [time for time in times if isinstance(time, datetime.date)]
    places = np.array([day_number(date) for date in dates]) if dates else np.asarray(times, dtype=np.float64)
    above.fill_between(places, fan[0], fan[4], color=BLUE, alpha=0.15, linewidth=0)
    above.fill_between(places, fan[1], fan[3], color=BLUE, alpha=0.25, linewidth=0)
    above.plot(places, fan[2], color=BLUE, linewidth=1.2)
    above.plot(places, values, color=_DATA, linewidth=1.2, marker="o" if len(values) < 60 else "", markersize=3)
    style_amounts(above, np.concatenate([values, fan[0], fan[4]]), f"{label}: data in the fitted law's 50 % and 90 %")
    below.vlines(places[1:], 0, innovations, color=BLUE, linewidth=max(0.4, min(2.0, 240 / len(innovations))))
    for edge in (-1.96, 1.96):
        below.axhline(edge, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    below.set_title("standardised innovations (dashed: ±1.96)", loc="left", fontsize=10, color=GREY)
    if dates:
        ticks = calendar_ticks(dates[0], dates[-1])
        below.set_xticks([place for place, _ in ticks], [text for _, text in ticks])
    else:
        below.xaxis.set_major_locator(MaxNLocator(7))
        below.set_xlabel("years")
    below.set_xlim(places[0], places[-1])
    write_title(figure, finding, context)
    figure.subplots_adjust(right=0.975, hspace=0.42)
    box = below.get_position()
    below.set_position((box.x0, box.y0, box.width * _SHARE, box.height))
    left = box.x0 + box.width * (_SHARE + _APART)
    _quantile_plot(figure.add_axes((left, box.y0, box.x1 - left, box.height)), innovations)
    above.tick_params(labelbottom=True)
    below.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    return figure


def _quantile_plot(axes: Axes, innovations: NDArray[np.float64]) -> None:
    from scipy.special import ndtri

    count = len(innovations)
    normal = ndtri((np.arange(1, count + 1) - 0.5) / count)
    ends = (float(normal[0]) - 0.3, float(normal[-1]) + 0.3)
    axes.plot(ends, ends, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.plot(normal, np.sort(innovations), "o", color=BLUE, markersize=2.5)
    axes.set_title("innovations against normal", loc="left", fontsize=10, color=GREY)
    axes.grid(color="#E4E4E4", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=3, colors=GREY, labelcolor=INK)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5, integer=True))
        axis.set_major_formatter(FuncFormatter(lambda value, _: format_amount(value)))
