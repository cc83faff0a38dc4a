"""The figures of saved forecasts as a table of pandas: what ``result.burncast.summary()`` returns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import xarray as xr

from burncast.distributions.errors import InputError
from burncast.outputs.results.result_parts import check_levels, element_name, elements_of, holds, unknown
from burncast.outputs.results.summary import RUIN_PERIODS
from burncast.outputs.results.variables import mean_name, mean_se_name, quantile_label, sd_name, tracked_names

__all__ = ["summary_table"]

ABOUT_RUIN = ("ruin_probability", "runway", "funding_need")


def summary_table(
    results: Mapping[str, xr.Dataset],
    quantities: Sequence[str] | None,
    periods: Sequence[int] | None,
    quantiles: Sequence[float],
) -> pd.DataFrame:
    """The figures of each result, as :meth:`burncast.outputs.results.accessor.Accessor.summary` lays them out.

    Results bear the name of a variant; the only one of a result without variants has none.
    """
    for result in results.values():
        check_levels(result, "summary()", quantiles)
    records = [
        ({"variant": name} if name else {}) | row
        for name, result in results.items()
        for row in _rows(result, quantities, periods, quantiles)
    ]
    index = [*([] if "" in results else ["variant"]), "quantity", "period"]
    dated = ["date"] if any("date" in one.coords for one in results.values()) else []
    table = pd.DataFrame(records, columns=[*index, *dated, "mean", "se", "sd", *map(quantile_label, quantiles), "unit"])
    return table.set_index(index)


def _rows(
    result: xr.Dataset, quantities: Sequence[str] | None, periods: Sequence[int] | None, quantiles: Sequence[float]
) -> Iterator[dict[str, Any]]:
    horizon = int(result["period"].max())
    for period in periods or ():
        if period not in range(horizon + 1):
            raise InputError(f"there is no period {period}; the result has those from 0 to {horizon}")
    periods = None if periods is None else [int(period) for period in periods]
    known = [name for name in ABOUT_RUIN if holds(result, name)]
    tracked = [name for name in tracked_names(result) if holds(result, name)]
    for name in [*known, *tracked] if quantities is None else quantities:
        if name in known:
            yield from _about_ruin(result, name, periods, horizon, quantiles)
            continue
        if name.partition("[")[0].strip() not in tracked_names(result):
            raise unknown("quantity", name, [*known, *tracked_names(result)])
        for values in elements_of(result, name, {}):
            for period in (horizon,) if periods is None else periods:
                yield _of_element(result, values, period, quantiles)


def _about_ruin(
    result: xr.Dataset, name: str, periods: Sequence[int] | None, horizon: int, quantiles: Sequence[float]
) -> Iterator[dict[str, Any]]:
    if name == "ruin_probability":
        usual = [*(period for period in RUIN_PERIODS if period < horizon), horizon]
        for period in usual if periods is None else periods:
            share, error = (float(result[one].sel(period=period)) for one in (name, f"{name}_se"))
            spread = math.sqrt(max(share * (1.0 - share), 0.0))
            yield _where(result, name, period) | {"mean": share, "se": error, "sd": spread, "unit": ""}
        return
    unit = str(result[name].attrs.get("units", ""))
    yield _where(result, name, horizon) | _quantiles(result[name], quantiles) | {"unit": unit}


def _of_element(result: xr.Dataset, values: xr.DataArray, period: int, quantiles: Sequence[float]) -> dict[str, Any]:
    at = {name: one.item() for name, one in values.coords.items() if one.ndim == 0 and name in result[values.name].dims}
    figures = {
        column: float(result[variable].sel({**at, "period": period}))
        for column, variable in (
            ("mean", mean_name(str(values.name))),
            ("se", mean_se_name(str(values.name))),
            ("sd", sd_name(str(values.name))),
        )
    }
    found = _quantiles(values.sel(period=period), quantiles)
    return _where(result, element_name(values), period) | figures | found | {"unit": values.attrs.get("units", "")}


def _where(result: xr.Dataset, quantity: str, period: int) -> dict[str, Any]:
    date = {"date": pd.Timestamp(result["date"].sel(period=period).values)} if "date" in result.coords else {}
    return {"quantity": quantity, "period": period} | date


def _quantiles(values: xr.DataArray, quantiles: Sequence[float]) -> dict[str, float]:
    return {quantile_label(level): float(values.sel(quantile=level)) for level in quantiles}
