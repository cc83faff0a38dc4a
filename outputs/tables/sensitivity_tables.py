"""Answers about sensitivity as tables for the terminal."""

from __future__ import annotations

import xarray as xr
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from burncast.outputs.tables.table_layout import add_texts, new_table
from burncast.outputs.words.amounts import format_amount

__all__ = ["describe_output", "present_sensitivity"]

MOST_LINES = 20


def present_sensitivity(dataset: xr.Dataset) -> RenderableType:
    """The sources that matter most, and what they say together."""
    method = str(dataset.attrs["method"])
    table, rest = _tornado(dataset) if method == "tornado" else _shares(dataset, method)
    parts: list[RenderableType] = [Text(str(dataset.attrs["title"]), style="bold"), Text(""), table]
    parts += [Text(rest, style="dim")] if rest else []
    parts += [Text(""), *(Text(line) for line in _findings(dataset))]
    how = f"{dataset.attrs['trajectories']:,} trajectories in each run, seed {dataset.attrs['seed']}, method {method}"
    return Group(*parts, Text(how, style="dim"))


def describe_output(dataset: xr.Dataset, value: float) -> str:
    """A value of the output that the dataset is about, with its unit."""
    if dataset.attrs["output_kind"] == "ruin":
        return f"{100 * value:.3g} %"
    unit = str(dataset.attrs["unit"])
    if dataset.attrs["output_kind"] == "runway":
        return f"{value:.3g} {unit}s"
    return f"{format_amount(value)} {unit}".rstrip()


def _shares(dataset: xr.Dataset, method: str) -> tuple[Table, str]:
    named = ("effect",) if method == "shapley" else ("first_order", "total")
    headings = {"effect": "Shapley effect", "first_order": "alone", "total": "with interactions"}
    columns = (column for name in named for column in (headings[name], "95 %"))
    table = new_table(f"What moves {dataset.attrs['output']}", "kind", *columns, left=2)
    for place in range(min(MOST_LINES, dataset.sizes["source"])):
        one = dataset.isel(source=place)
        cells = [str(one["source"].item()), str(one["kind"].item())]
        for name in named:
            found, low, high = (float(one[f"{name}{end}"]) for end in ("", "_low", "_high"))
            cells += [f"{_tenth(found)} %", f"{_tenth(low)} to {_tenth(high)}"]
        add_texts(table, cells)
    more = dataset.sizes["source"] - MOST_LINES
    if more <= 0:
        return table, ""
    most = float(dataset[named[-1]].values[MOST_LINES])
    return table, f"… and {more} more, none above {100 * max(most, 0.0):.1f} %"


def _tornado(dataset: xr.Dataset) -> tuple[Table, str]:
    table = new_table(f"{dataset.attrs['output']}, by input", "p10", "p90", "at p10", "at p90", "swing", "±", "unit")
    table.columns[-1].justify = "left"
    factor = 100.0 if dataset.attrs["output_kind"] == "ruin" else 1.0
    for place in range(min(MOST_LINES, dataset.sizes["input"])):
        one = dataset.isel(input=place)
        cells = [str(one["input"].item()), *(format_amount(float(one[f"value_{end}"])) for end in ("low", "high"))]
        cells += [describe_output(dataset, float(one[f"output_{end}"])) for end in ("low", "high")]
        cells += [format_amount(factor * float(one["swing"])), format_amount(factor * float(one["swing_se"]), digits=2)]
        cells.append(str(one["input_unit"].item()))
        add_texts(table, cells)
    more = dataset.sizes["input"] - MOST_LINES
    return table, f"… and {more} more" if more > 0 else ""


def _findings(dataset: xr.Dataset) -> list[str]:
    output = dataset.attrs["output"]
    mean = describe_output(dataset, float(dataset.attrs["mean"]))
    if dataset.attrs["method"] == "tornado":
        return [f"As drawn, {output} is {mean}. Each input is moved from its p10 to its p90, all else as drawn."]
    lines = [f"{output} is {mean}."]
    if "band" not in dataset:
        return lines
    low, _, high = (describe_output(dataset, float(value)) for value in dataset["band"].values)
    inputs, processes = (100 * float(value) for value in dataset["part_first_order"].values)
    lines[0] = f"{output} is {mean}: {low} to {high} depending on the inputs (nine of ten)."
    lines.append(
        f"Of its variance from future to future, inputs alone (what we do not know) explain {inputs:.0f} %, "
        f"processes alone (what the world does) {processes:.0f} %, both together the other "
        f"{100 - inputs - processes:.0f} %."
    )
    return lines


def _tenth(share: float) -> str:
    return f"{round(100 * share, 1) + 0.0:.1f}".replace("-", "−")
