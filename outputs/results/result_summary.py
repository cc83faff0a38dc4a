"""The figures of a saved result: what ``burncast run --json`` tells, read back from the dataset.

As :func:`burncast.outputs.results.summary.summarise` has them of a finished simulation. A result that was simulated
with quantiles of one's own has the figures of those; a percentile that it lacks is NaN.
"""

from __future__ import annotations

import datetime
import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from burncast.outputs.results.provenance import each_variant
from burncast.outputs.results.summary import (
    CONFIDENCES,
    RUIN_PERIODS,
    RUNWAY_QUANTILES,
    FundingNeed,
    HorizonFigure,
    RunwayQuantile,
    Stopping,
    Summary,
    as_plain,
    ruin_figure,
)
from burncast.outputs.results.variables import mean_name, tracked_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

__all__ = ["SCHEMA", "plain_summary", "summary_of"]

SCHEMA = "burncast-summary-1"


def plain_summary(result: xr.Dataset) -> dict[str, Any]:
    """What ``burncast export --to json`` writes; the guide's page on files says what each key holds."""
    summaries = {name: as_plain(summary_of(one)) for name, one in each_variant(result).items()}
    head = {"schema": SCHEMA, "created_by": result.attrs.get("created_by", "")}
    return {**head, "variants": summaries} if "variant" in result.dims else {**head, **summaries["base"]}


def summary_of(result: xr.Dataset) -> Summary:
    """The figures of one scenario's result, which has no variants."""
    attributes = result.attrs
    periods = int(result["period"].max())
    dates = dates_of(result)
    seconds, trajectories = float(attributes.get("seconds", 0.0)), int(attributes["trajectories"])
    has_ruin, has_need = "ruin_probability" in result, "funding_need" in result
    return Summary(
        title=str(attributes.get("title", "")),
        file=None,
        sha256=str(attributes["sha256"]),
        currency=str(attributes.get("currency", "")) or None,
        step=str(attributes["step"]),
        periods=periods,
        start=(dates[0] + datetime.timedelta(days=1)).isoformat() if dates else None,
        ruin_probability=_ruin(result, periods, dates) if has_ruin else (),
        runway=_runway(result, dates) if has_ruin else (),
        funding_need=_need(result) if has_need else (),
        horizon=tuple(figure for name in tracked_names(result) for figure in _horizon(result, name, periods)),
        trajectories=trajectories,
        independent=int(attributes.get("independent", trajectories)),
        stopping=_stopping(attributes),
        control_variates=tuple(filter(None, str(attributes.get("control_variates", "")).split(", "))),
        seed=int(attributes["seed"]),
        method=str(attributes["method"]),
        stream_version=int(attributes["stream_version"]),
        seconds=seconds,
        trajectories_per_second=trajectories / max(seconds, 1e-9),
        notes=tuple(filter(None, str(attributes.get("notes", "")).split("\n"))),
    )


def dates_of(result: xr.Dataset) -> list[datetime.date]:
    """The last day of each period; empty where the scenario has no start."""
    if "date" not in result.coords:
        return []
    return [day for day in result["date"].values.astype("datetime64[D]").tolist() if day is not None]


def _ruin(result: xr.Dataset, periods: int, dates: list[datetime.date]) -> tuple[Any, ...]:
    independent = int(result.attrs.get("independent", result.attrs["trajectories"]))
    figures = []
    for period in (*(period for period in RUIN_PERIODS if period < periods), periods):
        share, error = (float(result[name].sel(period=period)) for name in ("ruin_probability", "ruin_probability_se"))
        figures.append(ruin_figure(period, dates, share, error, independent))
    return tuple(figures)


def _runway(result: xr.Dataset, dates: list[datetime.date]) -> tuple[RunwayQuantile, ...]:
    figures = []
    for quantile in _known(result, RUNWAY_QUANTILES):
        value = _at(result["runway"], quantile)
        periods = int(value) if math.isfinite(value) else None
        date = dates[periods].isoformat() if dates and periods is not None else None
        figures.append(RunwayQuantile(quantile, periods, date, censored=periods is None))
    return tuple(figures)


def _need(result: xr.Dataset) -> tuple[FundingNeed, ...]:
    return tuple(FundingNeed(share, _at(result["funding_need"], share)) for share in _known(result, CONFIDENCES))


def _horizon(result: xr.Dataset, name: str, periods: int) -> list[HorizonFigure]:
    last, means = result[name].sel(period=periods), result[mean_name(name)].sel(period=periods)
    dims = [str(dim) for dim in last.dims if dim != "quantile"]
    figures = []
    for labels in itertools.product(*(result[dim].values.tolist() for dim in dims)):
        place = dict(zip(dims, labels, strict=True))
        percentiles = [_at(last.sel(place), share) for share in (0.05, 0.5, 0.95)]
        mean = float(means.sel(place))
        if not (math.isnan(mean) and all(map(math.isnan, percentiles))):
            unit = last.attrs.get("units")
            figures.append(HorizonFigure(name, tuple(map(str, labels)), unit, mean, *percentiles))
    return figures


def _known(result: xr.Dataset, usual: Sequence[float]) -> list[float]:
    """The usual probabilities that the result has; all of its own where it has none of them."""
    own = result["quantile"].values.tolist()
    return [share for share in usual if share in own] or own


def _at(array: xr.DataArray, share: float) -> float:
    found = np.flatnonzero(array["quantile"].values == share)
    return float(array.isel(quantile=int(found[0]))) if found.size else math.nan


def _stopping(attributes: dict[str, Any]) -> Stopping | None:
    if "until_estimate" not in attributes:
        return None
    return Stopping(
        figure=str(attributes["until_figure"]),
        goal=str(attributes["until_se"]),
        estimate=float(attributes["until_estimate"]),
        standard_error=float(attributes["until_standard_error"]),
        reached=bool(attributes["reached"]),
        reason=str(attributes["stopped"]),
    )
