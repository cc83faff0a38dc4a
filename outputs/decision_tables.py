"""What ``solve`` and ``frontier`` found, for the terminal and as a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from burncast.outputs.amounts import format_amount, format_periods, format_probability
from burncast.outputs.chart_style import COLOURS, GREY, EndLabel, label_ends, new_figure, write_title

__all__ = ["frontier_plot", "plain_frontier", "present_frontier", "present_scan"]


def present_scan(name: str, figure: str, scan: tuple[tuple[float, float], ...]) -> RenderableType:
    """The figure of a condition along the range that was looked at."""
    table = _table(name, figure)
    is_share = figure.startswith("ruin_probability")
    for value, found in scan:
        table.add_row(
            Text(format_amount(value, digits=4)), Text(f"{100 * found:.3g} %" if is_share else format_amount(found))
        )
    return table


def present_frontier(dataset: xr.Dataset) -> RenderableType:
    """Survival by extra funding."""
    attributes = dataset.attrs
    step, count = str(attributes["step"]), int(attributes["trajectories"])
    periods = [int(period) for period in dataset["period"].values]
    headings = [f"survives {format_periods(period, period, step)}" for period in periods]
    money = f" ({attributes['currency']})" if attributes["currency"] else ""
    table = _table(f"More {attributes['stock']} at the start{money}", *headings)
    for place, amount in enumerate(dataset["amount"].values):
        one = dataset.isel(amount=place)
        cells = [
            format_probability(float(share), float(error), count)
            for share, error in zip(one["survival"].values, one["survival_se"].values, strict=True)
        ]
        table.add_row(Text(format_amount(float(amount))), *(Text(cell) for cell in cells))
    how = f"{count:,} trajectories for each amount, seed {attributes['seed']}, on the same random numbers"
    return Group(Text(str(attributes["title"]), style="bold"), Text(""), table, Text(""), Text(how, style="dim"))


def plain_frontier(dataset: xr.Dataset) -> dict[str, Any]:
    """The attributes, and a record for each amount and period."""
    records = [
        {
            "amount": float(amount),
            "period": int(period),
            "survival": float(dataset["survival"].values[row, column]),
            "survival_se": float(dataset["survival_se"].values[row, column]),
        }
        for row, amount in enumerate(dataset["amount"].values)
        for column, period in enumerate(dataset["period"].values)
    ]
    return {**dataset.attrs, "frontier": records}


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


def _table(first: str, *others: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    table.add_column(Text(first), no_wrap=True)
    for other in others:
        table.add_column(Text(other), justify="right", no_wrap=True)
    return table
