"""What ``solve`` and ``frontier`` found, for the terminal."""

from __future__ import annotations

from typing import Any

import xarray as xr
from rich.console import Group, RenderableType
from rich.text import Text

from burncast.engine.questions.solution import Solution
from burncast.outputs.tables.table_layout import add_texts, new_table
from burncast.outputs.words.amounts import format_amount, format_periods, format_probability

__all__ = ["compared", "plain_frontier", "present_frontier", "present_solution"]


def present_solution(title: str, found: Solution) -> RenderableType:
    """What the input must be, and the figure of the condition along the range that was looked at."""
    unit = f" {found.unit}" if found.unit else ""
    low, high = ("beyond the range" if end is None else format_amount(end, digits=4) for end in (found.low, found.high))
    value = format_amount(found.value, digits=4)
    answer = f"{found.input} must be {found.bound} {value}{unit} (95 %: {low} to {high}), so that {found.so_that}."
    figure = compared(found.so_that)
    table = new_table(found.input, figure)
    is_share = figure.startswith("ruin_probability")
    for place, share in found.scan:
        add_texts(table, (format_amount(place, digits=4), f"{100 * share:.3g} %" if is_share else format_amount(share)))
    how = f"{found.trajectories:,} trajectories for each value, seed {found.seed}, on the same random numbers"
    notes = [Text(f"note: {note}") for note in found.notes]
    return Group(Text(title, style="bold"), Text(""), Text(answer), Text(""), table, Text(""), Text(how), *notes)


def present_frontier(dataset: xr.Dataset) -> RenderableType:
    """Survival by extra funding."""
    attributes = dataset.attrs
    step, count = str(attributes["step"]), int(attributes["trajectories"])
    periods = [int(period) for period in dataset["period"].values]
    headings = [f"survives {format_periods(period, period, step)}" for period in periods]
    money = f" ({attributes['currency']})" if attributes["currency"] else ""
    table = new_table(f"More {attributes['stock']} at the start{money}", *headings)
    for place, amount in enumerate(dataset["amount"].values):
        one = dataset.isel(amount=place)
        cells = [
            format_probability(float(share), float(error), count)
            for share, error in zip(one["survival"].values, one["survival_se"].values, strict=True)
        ]
        add_texts(table, (format_amount(float(amount)), *cells))
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


def compared(condition: str) -> str:
    """The figure that a condition is about.

    >>> compared("ruin_probability[24] <= 0.05")
    'ruin_probability[24]'
    """
    return condition.replace("<", ">").split(">")[0].strip()
