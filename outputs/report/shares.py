"""Where the uncertainty of the answer comes from: Sobol indices, or Shapley effects of dependent sources."""

from __future__ import annotations

import xarray as xr

from burncast.engine.questions.sensitivity import INPUT_PART, PROCESS_PART
from burncast.outputs.report import charts
from burncast.outputs.report.blocks import Block, Heading, Teller, Text, TextTable, chart
from burncast.outputs.words.scenario_text import worded

__all__ = ["tell_shares"]

MOST_SOURCES = 12


def tell_shares(teller: Teller) -> list[Block]:
    """The strongest sources as a picture and as a table, or why there are none."""
    words, dataset = teller.words, teller.found.shares
    title = words.text("why.shares")
    if dataset is None:
        reason = words.text("page.absent", reason=words.text(teller.found.no_shares))
        return [Heading(title), Text(reason, "quiet")]
    method = str(dataset.attrs["method"])
    figure = "total" if method == "sobol" else "effect"
    name = teller.found.tornado_output
    output = words.text("why.output_ruin_variance", by=teller.by(teller.found.scenario.periods))
    if name is not None:
        output = words.text("why.output_mean_variance", quantity=worded(name))
    shown = dataset.isel(source=slice(0, MOST_SOURCES))
    names = [worded(str(source)) for source in shown["source"].values]
    share, low, high = (_share(teller, shown, column, 0) for column in (figure, f"{figure}_low", f"{figure}_high"))
    alone = _share(teller, shown, "first_order", 0) if method == "sobol" else ""
    finding = words.text(
        f"why.shares_{method}", source=names[0], share=share, output=output, low=low, high=high, alone=alone
    )
    drawn = chart(
        teller.canvas,
        lambda canvas: charts.shares(canvas, shown, names, words.text(f"why.shares_axis_{method}")),
        "shares",
        title,
        words.text("why.shares_alt", count=len(names), output=output),
        finding,
    )
    count = words.whole(int(dataset.attrs["trajectories"]))
    note = words.text(f"why.shares_{method}_note", trajectories=count)
    parts = _parts(teller, dataset)
    table = TextTable(
        title,
        words.texts_of(f"why.shares_columns_{method}"),
        [
            [
                name,
                words.text(f"why.{shown['kind'].values[place]}"),
                *(cell for column in _figures(method) for cell in _told(teller, shown, column, place)),
            ]
            for place, name in enumerate(names)
        ],
        words=2,
        titled=True,
    )
    return [Heading(title), drawn, *([Text(parts, "finding")] if parts else []), Text(note, "quiet"), table]


def _figures(method: str) -> tuple[str, ...]:
    return ("first_order", "total") if method == "sobol" else ("effect",)


def _told(teller: Teller, dataset: xr.Dataset, column: str, place: int) -> tuple[str, str]:
    low, high = (_share(teller, dataset, f"{column}_{end}", place) for end in ("low", "high"))
    return _share(teller, dataset, column, place), teller.words.text("why.shares_interval", low=low, high=high)


def _share(teller: Teller, dataset: xr.Dataset, column: str, place: int) -> str:
    """A share; one that noise has put below 0 or above 1 is that."""
    share = min(max(float(dataset[column].values[place]), 0.0), 1.0)
    return teller.words.share(round(share, 3 if share < 0.0995 else 2), 2)


def _parts(teller: Teller, dataset: xr.Dataset) -> str:
    """Inputs against processes, where both are told apart."""
    words = teller.words
    if dataset.attrs["method"] == "sobol":
        if "part" not in dataset.dims:
            return ""
        inputs, processes = (
            max(float(dataset["part_first_order"].sel(part=part)), 0.0) for part in (INPUT_PART, PROCESS_PART)
        )
        rest = max(1.0 - inputs - processes, 0.0)
        told = {"inputs": inputs, "processes": processes, "rest": rest}
        return words.text("why.shares_parts_alone", **{key: words.share(size, 2) for key, size in told.items()})
    kinds = dataset["kind"].values
    if "both" in kinds or len(set(kinds)) < 2:
        return ""
    inputs, processes = (float(dataset["effect"].values[kinds == kind].sum()) for kind in ("input", "process"))
    return words.text("why.shares_parts", inputs=words.share(inputs, 2), processes=words.share(processes, 2))
