"""What a notebook shows of ``result.burncast``: the figures that matter most, as a table."""

from __future__ import annotations

import datetime

import xarray as xr

from burncast.distributions.notebook_view import Cell, View, view_html
from burncast.outputs.results.provenance import each_variant
from burncast.outputs.results.result_parts import element_name, elements_of, holds, kind_of
from burncast.outputs.results.variables import mean_name, tracked_names
from burncast.outputs.tables.sensitivity_tables import describe_output
from burncast.outputs.words.amounts import format_amount, format_date, format_periods, format_probability

__all__ = ["dataset_view"]

LEVELS = (0.05, 0.5, 0.95)


def dataset_view(dataset: xr.Dataset) -> str:
    """A forecast, an answer about sensitivity or a frontier as HTML; of any other dataset, xarray's own."""
    kind = kind_of(dataset)
    if kind == "a forecast":
        return view_html(_forecast(dataset))
    if kind in ("a tornado", "shares of variance"):
        return view_html(_sensitivity(dataset))
    if kind == "a frontier":
        return view_html(_frontier(dataset))
    return str(dataset._repr_html_())


def _forecast(dataset: xr.Dataset) -> View:
    results = each_variant(dataset)
    several = len(results) > 1
    rows: list[list[Cell]] = []
    for name, result in results.items():
        before: list[Cell] = [name] if several else []
        rows += [[*before, *row] for row in _figures(result)]
    columns = [*(["variant"] if several else []), "figure", "when", "mean or chance", "p5", "median", "p95", "unit"]
    return View(str(dataset.attrs["title"]), columns, rows, remarks=[_how(dataset)])


def _figures(result: xr.Dataset) -> list[list[Cell]]:
    horizon, step = int(result["period"].max()), str(result.attrs["step"])
    when = format_periods(horizon, horizon, step)
    if "date" in result.coords and result["date"].dims == ("period",):
        last = str(result["date"].values[-1].astype("datetime64[D]"))
        when = format_date(datetime.date.fromisoformat(last), step)
    rows: list[list[Cell]] = []
    if holds(result, "ruin_probability"):
        share, error = (float(result[name].values[-1]) for name in ("ruin_probability", "ruin_probability_se"))
        count = int(result.attrs.get("independent", result.attrs["trajectories"]))
        rows.append(["out of money", f"by {when}", format_probability(share, error, count), None, None, None, ""])
        ends = _ends(result["runway"])
        rows.append(
            ["runway", "", None, *(None if one is None else format_periods(one, horizon, step) for one in ends), ""]
        )
    if holds(result, "funding_need"):
        rows.append(["funding need", f"by {when}", None, *_ends(result["funding_need"]), str(result.attrs["currency"])])
    for name in (one for one in tracked_names(result) if holds(result, one)):
        for values in elements_of(result, name, {}):
            at = {key: values[key].item() for key in result[mean_name(name)].dims if key != "period"}
            mean = float(result[mean_name(name)].sel(at).values[-1])
            unit = str(values.attrs.get("units", ""))
            rows.append([element_name(values), when, format_amount(mean), *_ends(values.isel(period=-1)), unit])
    return rows


def _ends(values: xr.DataArray) -> list[float | None]:
    """Quantiles 5, 50 and 95 %, None where the result has not got them."""
    known = set(values["quantile"].values.tolist())
    return [float(values.sel(quantile=level)) if level in known else None for level in LEVELS]


def _sensitivity(dataset: xr.Dataset) -> View:
    attributes, rows = dataset.attrs, []
    if attributes["method"] == "tornado":
        columns = ["input", "p10", "p90", "at p10", "at p90", "unit"]
        for place in range(dataset.sizes["input"]):
            one = dataset.isel(input=place)
            values = (float(one[f"value_{end}"]) for end in ("low", "high"))
            outputs = (describe_output(dataset, float(one[f"output_{end}"])) for end in ("low", "high"))
            rows.append([one["input"].item(), *values, *outputs, one["input_unit"].item()])
    else:
        names = ("effect",) if attributes["method"] == "shapley" else ("first_order", "total")
        said = {"effect": "Shapley effect", "first_order": "alone", "total": "with interactions"}
        columns = ["source", "kind", *(heading for name in names for heading in (said[name], "95 %"))]
        for place in range(dataset.sizes["source"]):
            one = dataset.isel(source=place)
            cells: list[Cell] = [one["source"].item(), one["kind"].item()]
            for name in names:
                found, low, high = (100 * float(one[f"{name}{end}"]) for end in ("", "_low", "_high"))
                cells += [f"{found:.1f} %", f"{low:.1f} to {high:.1f} %"]
            rows.append(cells)
    mean = describe_output(dataset, float(attributes["mean"]))
    about = f"{attributes['title']}: {attributes['output']} is {mean}"
    how = f"{attributes['trajectories']:,} trajectories in each run, seed {attributes['seed']}, {attributes['method']}"
    return View(about, columns, rows, remarks=[how])


def _frontier(dataset: xr.Dataset) -> View:
    attributes, step = dataset.attrs, str(dataset.attrs["step"])
    spans = [format_periods(int(period), int(period), step) for period in dataset["period"].values]
    count = int(attributes["trajectories"])
    rows: list[list[Cell]] = [
        [
            float(amount),
            *(
                format_probability(float(share), float(error), count)
                for share, error in zip(
                    dataset["survival"].values[place], dataset["survival_se"].values[place], strict=True
                )
            ),
        ]
        for place, amount in enumerate(dataset["amount"].values)
    ]
    title = f"{attributes['title']}: probability of surviving, by more {attributes['stock']} at the start"
    first = f"more, {attributes['currency']}".rstrip(", ")
    return View(title, [first, *spans], rows, remarks=[f"{count:,} trajectories"])


def _how(dataset: xr.Dataset) -> str:
    count = int(dataset.attrs["trajectories"])
    return f"{count:,} trajectories, seed {dataset.attrs['seed']}, method {dataset.attrs['method']}"
