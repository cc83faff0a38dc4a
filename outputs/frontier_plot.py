"""The curve of survival by extra funding."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from burncast.outputs.amounts import format_amount, format_periods
from burncast.outputs.chart_style import COLOURS, GREY, EndLabel, label_ends, new_figure, write_title

__all__ = ["frontier_plot"]


def frontier_plot(dataset: xr.Dataset) -> Figure:
    """One curve for each period, with its 95 % Monte Carlo band."""
    figure, (axes,) = new_figure()
    amounts = dataset["amount"].values
    step = str(dataset.attrs["step"])
    ends = []
    for place, period in enumerate(int(period) for period in dataset["period"].values):
        colour = COLOURS[place % len(COLOURS)]
        share, error = (100 * dataset[name].values[:, place] for name in ("survival", "survival_se"))
        axes.fill_between(amounts, share - 1.96 * error, share + 1.96 * error, color=colour, alpha=0.25, linewidth=0)
        axes.plot(amounts, share, color=colour, linewidth=2, marker="o", markersize=4, clip_on=False)
        words = f"{share[-1]:.3g} %  {format_periods(period, period, step)}"
        ends.append(EndLabel(float(share[-1]), words, colour, bold=True))
    lowest = 100 * float(dataset["survival"].min())
    axes.set_ylim(0.0 if lowest < 50 else 10 * np.floor(lowest / 10 - 0.01), 101.0)
    axes.set_xlim(float(amounts.min()), float(amounts.max()) if len(amounts) > 1 else float(amounts.min()) + 1.0)
    axes.xaxis.set_major_locator(MaxNLocator(8))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_amount(value)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))
    money = f", {dataset.attrs['currency']}" if dataset.attrs["currency"] else ""
    axes.set_xlabel(f"more {dataset.attrs['stock']} at the start{money}")
    axes.set_title("probability of surviving", loc="left", fontsize=10, color=GREY)
    figure.subplots_adjust(bottom=0.13)
    label_ends(axes, ends)
    last = dataset["survival"].values[:, -1]
    span = format_periods(int(dataset["period"].values[-1]), int(dataset["period"].values[-1]), step)
    gain = f"{format_amount(float(amounts[-1]))}{money.replace(',', '')}"
    finding = f"With {gain} more, {span} are survived with {100 * last[-1]:.3g} % instead of {100 * last[0]:.3g} %"
    write_title(figure, finding, f"{dataset.attrs['title']} · {int(dataset.attrs['trajectories']):,} trajectories")
    return figure
