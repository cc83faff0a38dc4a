"""What ``--out`` writes: the dataset, the figures as JSON, and the two charts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from burncast.outputs.files.store import encode_dataset, encode_json
from burncast.outputs.results.provenance import provenance

if TYPE_CHECKING:
    import xarray as xr

    from burncast.engine.scenario import Scenario

__all__ = ["FILES", "main_quantity", "result_files"]

FILES = ("dataset.nc", "summary.json", "fan_chart.svg", "fan_chart.png", "ruin_curve.svg", "ruin_curve.png")


def result_files(dataset: xr.Dataset, plain_summary: dict[str, Any], main: str | None) -> dict[str, bytes]:
    """Name → content of every file of a result.

    ``main`` is the tracked quantity of the fan chart, which shows the first variant where there are several. A chart
    that has nothing to show is left out.
    """
    from burncast.outputs.charts.chart_style import encode_figure
    from burncast.outputs.charts.forecast_plots import fan_chart, ruin_curve

    contents = {"dataset.nc": encode_dataset(dataset), "summary.json": encode_json(plain_summary)}
    first = dataset.isel(variant=0) if "variant" in dataset.dims else dataset
    charts: dict[str, Callable[[], Any]] = {}
    if main is not None:
        charts["fan_chart"] = lambda: fan_chart(first, main)
    if "ruin_probability" in dataset:
        charts["ruin_curve"] = lambda: ruin_curve(dataset)
    origin = "; ".join(f"{key} {value}" for key, value in provenance(dataset).items() if key != "title")
    for name, draw in charts.items():
        figure = draw()
        contents |= {f"{name}.{kind}": encode_figure(figure, kind, origin) for kind in ("svg", "png")}
    return contents


def main_quantity(scenario: Scenario) -> str | None:
    """The tracked quantity that ruin is about, or else the first tracked one; None where nothing is tracked."""
    from burncast.engine.language.expressions import names

    about_ruin = names(scenario.ruin.when) if scenario.ruin is not None else frozenset()
    return next((name for name in scenario.track if name in about_ruin), next(iter(scenario.track), None))
