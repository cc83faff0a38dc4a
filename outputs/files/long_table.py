"""A result as one long ("tidy") table: a row for each number, and columns that say what the number is.

=============  =========================================================================================
column         holds
=============  =========================================================================================
``variant``    where the result has variants
``period``     0 … T; empty for what is about all periods, such as the runway
``date``       the last day of the period, where the scenario has a start
``quantity``   a tracked quantity, ``ruin_probability``, ``runway`` or ``funding_need``
a dimension    an element of it, a column for each dimension; empty where the quantity has it not
``statistic``  ``probability``, ``mean``, ``sd``, ``p5`` (a quantile), ``path`` (of one trajectory), and the
               standard errors ``probability_se`` and ``mean_se``
``trajectory`` of a path, where paths were kept
``value``      the number; infinite for a runway beyond the horizon
``unit``       of the number, empty where the scenario states none
=============  =========================================================================================

What has no value, as a formula at period 0, has no row. Wickham, "Tidy data", J. Stat. Software 59(10), 2014.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from burncast.outputs.results.variables import (
    mean_name,
    mean_se_name,
    paths_name,
    quantile_label,
    sd_name,
    tracked_names,
)

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["LabelColumn", "LongTable", "long_table"]

_COLUMNS = ("variant", "period", "date", "quantity", "statistic", "trajectory", "value", "unit")


@dataclass(frozen=True)
class LabelColumn:
    """A column of labels: row i has ``labels[codes[i]]``, or none where the code is −1."""

    codes: NDArray[np.int32]
    labels: tuple[Any, ...]


@dataclass(frozen=True)
class LongTable:
    """The columns in their order, ``value`` after those that say what it is; all have a cell for each row."""

    before: dict[str, LabelColumn]
    value: NDArray[np.float64]
    after: dict[str, LabelColumn]


@dataclass(frozen=True)
class _Piece:
    """The rows of one variable: codes by column, and the values."""

    codes: dict[str, NDArray[np.int32]]
    value: NDArray[np.float64]


def long_table(result: xr.Dataset) -> LongTable:
    """The table of a result."""
    variables = _variables(result)
    own = [str(dim) for dim in result.dims if dim not in ("variant", "period", "quantile", "trajectory")]
    used = {dim for name, _, _ in variables for dim in result[name].dims}
    names = tuple(dict.fromkeys(quantity for _, quantity, _ in variables))
    statistics = tuple(dict.fromkeys(label for _, _, labels in variables for label in labels))
    units = tuple(dict.fromkeys(_unit(result, name) for name, _, _ in variables if _unit(result, name)))
    labels: dict[str, tuple[Any, ...]] = {}
    if "variant" in result.dims:
        labels["variant"] = tuple(str(name) for name in result["variant"].values)
    labels["period"] = tuple(int(period) for period in result["period"].values)
    if "date" in result.coords:
        labels["date"] = tuple(_known_dates(result).tolist())
    labels["quantity"] = names
    labels |= {_column(dim): tuple(str(one) for one in result[dim].values) for dim in own if dim in used}
    labels["statistic"] = statistics
    if "trajectory" in used:
        labels["trajectory"] = tuple(int(number) for number in result["trajectory"].values)
    pieces = [
        _piece(result, name, names.index(quantity), [statistics.index(one) for one in labels_of], units)
        for name, quantity, labels_of in variables
    ]
    columns = {
        column: LabelColumn(np.concatenate([_codes(piece, column) for piece in pieces]), known)
        for column, known in labels.items()
    }
    unit = LabelColumn(np.concatenate([_codes(piece, "unit") for piece in pieces]), units)
    return LongTable(columns, np.concatenate([piece.value for piece in pieces]), {"unit": unit})


def _variables(result: xr.Dataset) -> list[tuple[str, str, list[str]]]:
    """Each variable, the quantity that it is about, and its statistics (one, or one for each quantile)."""
    quantiles = [quantile_label(p) for p in result["quantile"].values]
    found = [
        ("ruin_probability", "ruin_probability", ["probability"]),
        ("ruin_probability_se", "ruin_probability", ["probability_se"]),
        ("runway", "runway", quantiles),
        ("funding_need", "funding_need", quantiles),
    ]
    for name in tracked_names(result):
        found += [
            (mean_name(name), name, ["mean"]),
            (mean_se_name(name), name, ["mean_se"]),
            (sd_name(name), name, ["sd"]),
            (name, name, quantiles),
            (paths_name(name), name, ["path"]),
        ]
    return [entry for entry in found if entry[0] in result]


def _piece(result: xr.Dataset, name: str, quantity: int, statistics: Sequence[int], units: tuple[str, ...]) -> _Piece:
    array = result[name]
    values = array.values.astype(np.float64).ravel()
    present = ~np.isnan(values)
    index = dict(zip(array.dims, np.unravel_index(np.flatnonzero(present), array.shape), strict=True))
    count = int(present.sum())
    codes = {_column(dim): places.astype(np.int32) for dim, places in index.items() if dim != "quantile"}
    codes["quantity"] = np.full(count, quantity, dtype=np.int32)
    if "quantile" in index:
        codes["statistic"] = np.asarray(statistics, dtype=np.int32)[index["quantile"]]
    else:
        codes["statistic"] = np.full(count, statistics[0], dtype=np.int32)
    if "period" in index and "date" in result.coords:
        dims, dates = _dates(result)
        places = np.where(np.isnat(dates), -1, np.searchsorted(_known_dates(result), dates)).astype(np.int32)
        codes["date"] = places[tuple(index[dim] for dim in dims)]
    unit = _unit(result, name)
    codes["unit"] = np.full(count, units.index(unit) if unit else -1, dtype=np.int32)
    return _Piece(codes, values[present])


def _codes(piece: _Piece, column: str) -> NDArray[np.int32]:
    return piece.codes.get(column, np.full(piece.value.size, -1, dtype=np.int32))


def _dates(result: xr.Dataset) -> tuple[tuple[Hashable, ...], NDArray[np.datetime64]]:
    return result["date"].dims, result["date"].values.astype("datetime64[D]")


def _known_dates(result: xr.Dataset) -> NDArray[np.datetime64]:
    """All dates once, in their order."""
    dates = _dates(result)[1]
    return np.unique(dates[~np.isnat(dates)])


def _column(dim: Hashable) -> str:
    """The column of a dimension; one called as a column of every table is told apart from it."""
    own = ("variant", "period", "trajectory")
    return f"{dim}_element" if dim in _COLUMNS and dim not in own else str(dim)


def _unit(result: xr.Dataset, name: str) -> str:
    unit = str(result[name].attrs.get("units", ""))
    return "" if unit == "1" else unit
