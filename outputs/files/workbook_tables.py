"""What stands in the sheets of a workbook, as columns of numbers, dates and words, without a word about spreadsheets.

Several variants stand below each other, each with its name in a first column; so do the elements of a quantity.
"""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from burncast.outputs.files.number_formats import SHARE, number_format, share_format
from burncast.outputs.results.provenance import each_variant
from burncast.outputs.results.result_summary import dates_of, summary_of
from burncast.outputs.results.summary import Summary
from burncast.outputs.results.variables import mean_name, mean_se_name, quantile_label, sd_name
from burncast.outputs.words.amounts import format_date, format_periods

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "AS_STATED",
    "BY_ROW",
    "MOST_IN_LABEL",
    "Block",
    "Cell",
    "Column",
    "Forecasts",
    "SheetTable",
    "first_ruin_table",
    "horizon_table",
    "need_by_variant",
    "need_table",
    "quantity_table",
    "ruin_by_variant",
    "ruin_table",
    "runway_by_variant",
    "runway_table",
    "some",
]

BY_ROW = "by row"
"""In place of a number format: each row has the one that fits its numbers."""

AS_STATED = "as stated"
"""In place of a number format: each number has the one that fits it."""

MOST_IN_LABEL = 34
"""Characters of the name of a variant, an element or a quantity before it goes on in the next line."""

Cell: TypeAlias = float | int | str | datetime.date | None


@dataclass(frozen=True, slots=True)
class Column:
    """Cells below a heading, with Excel's format of its numbers; ``right``: words in it stand for numbers.

    Texts of more than ``most`` characters take several lines. ``looks`` are formats by row, in place of one for all.
    """

    heading: str
    cells: Sequence[Cell]
    number_format: str = ""
    right: bool = False
    most: int = 60
    looks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Rows from ``first`` to ``last`` (0 is the one below the headings): those of one variant and element."""

    label: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class SheetTable:
    """Columns of equal length, of which the first ``labels`` say what a row is."""

    columns: tuple[Column, ...]
    labels: int = 1
    blocks: tuple[Block, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows it has below its headings."""
        return max((len(column.cells) for column in self.columns), default=0)

    def between(self, first: int, end: int) -> SheetTable:
        """Its rows from one to before another, below its headings."""
        columns = (replace(one, cells=one.cells[first:end], looks=one.looks[first:end]) for one in self.columns)
        return SheetTable(tuple(columns), self.labels)

    def place(self, heading: str) -> int:
        """Which column has this heading, from 0."""
        return [column.heading for column in self.columns].index(heading)


@dataclass(frozen=True)
class Forecasts:
    """A result, each of its variants alone with its figures and its dates."""

    result: xr.Dataset
    variants: Mapping[str, xr.Dataset]
    summaries: Mapping[str, Summary]
    dates: Mapping[str, list[datetime.date]]

    @classmethod
    def of(cls, result: xr.Dataset) -> Forecasts:
        """Of a result with variants or without."""
        variants = each_variant(result)
        summaries = {name: summary_of(one) for name, one in variants.items()}
        return cls(result, variants, summaries, {name: dates_of(one) for name, one in variants.items()})

    @property
    def several(self) -> bool:
        """Whether there are variants."""
        return "variant" in self.result.dims

    @property
    def first(self) -> Summary:
        """The figures of the first variant, which has step and currency of all."""
        return next(iter(self.summaries.values()))

    @property
    def longest_dates(self) -> list[datetime.date]:
        """The dates of the variant that has most of them; empty where the scenario has no start."""
        return max(self.dates.values(), key=len)

    def heads(self, variants: Sequence[str]) -> list[Column]:
        """The column of variants, where there are several."""
        return [Column("variant", variants, most=MOST_IN_LABEL)] if self.several else []

    def days(self, days: Sequence[datetime.date | None]) -> list[Column]:
        """The column of dates, where there are any."""
        return [Column("date", days)] if self.longest_dates else []


def first_ruin_table(shown: Forecasts) -> SheetTable:
    """The probability of ruin at the usual periods, with its exact bound where none or all were ruined."""
    figures = [(name, figure) for name, one in shown.summaries.items() for figure in one.ruin_probability]
    days = [None if one.date is None else datetime.date.fromisoformat(one.date) for _, one in figures]
    bounds = [one.bound_95 for _, one in figures]
    return SheetTable(
        (
            *shown.heads([name for name, _ in figures]),
            Column(f"{shown.first.step}s", [one.period for _, one in figures], "0"),
            *shown.days(days),
            Column("probability", [one.probability for _, one in figures], SHARE),
            Column("standard error", [one.standard_error for _, one in figures], "0.000%"),
            *([Column("95 % bound", bounds, "0.0000%")] if any(bound is not None for bound in bounds) else []),
        )
    )


def ruin_table(shown: Forecasts) -> SheetTable:
    """The probability of ruin at every period."""
    rows: list[tuple[str, int, datetime.date | None, float, float]] = []
    blocks = []
    for name, one in shown.variants.items():
        known = (one[key].values.tolist() for key in ("period", "ruin_probability", "ruin_probability_se"))
        first = len(rows)
        rows += [(name, period, _day(shown, name, period), *both) for period, *both in zip(*known, strict=True)]
        blocks.append(Block(name, first, len(rows) - 1))
    columns = (
        *shown.heads([row[0] for row in rows]),
        Column("period", [row[1] for row in rows], "0"),
        *shown.days([row[2] for row in rows]),
        Column("probability of ruin", [row[3] for row in rows], SHARE),
        Column("standard error", [row[4] for row in rows], "0.000%"),
    )
    return SheetTable(columns, len(columns) - 2, tuple(blocks))


def runway_table(shown: Forecasts, *, usual: bool) -> SheetTable:
    """Quantiles of the time to ruin, the usual ones or all; beyond the horizon in words, with a note."""
    rows: list[tuple[str, float, int | None]] = []
    for name, one in shown.variants.items():
        if usual:
            rows += [(name, figure.quantile, figure.periods) for figure in shown.summaries[name].runway]
            continue
        pairs = zip(one["quantile"].values.tolist(), one["runway"].values.tolist(), strict=True)
        rows += [(name, share, None if math.isinf(periods) else int(periods)) for share, periods in sorted(pairs)]
    shares = [share for _, share, _ in rows]
    notes = ["not ruined before the horizon" if periods is None else "" for _, _, periods in rows]
    cells = [_periods(shown, name) if periods is None else periods for name, _, periods in rows]
    return SheetTable(
        (
            *shown.heads([name for name, _, _ in rows]),
            Column("ruined until then", shares, share_format(shares)),
            Column(f"{shown.first.step}s", cells, "0", right=True),
            *shown.days([None if periods is None else _day(shown, name, periods) for name, _, periods in rows]),
            *([] if usual else some("note", notes)),
        ),
        2 if shown.several else 1,
    )


def need_table(shown: Forecasts, *, usual: bool) -> SheetTable:
    """The funding that would have been enough by confidence, the usual ones or all."""
    rows: list[tuple[str, float, float]] = []
    blocks = []
    for name, one in shown.variants.items():
        first = len(rows)
        if usual:
            rows += [(name, figure.confidence, figure.amount) for figure in shown.summaries[name].funding_need]
        else:
            pairs = zip(one["quantile"].values.tolist(), one["funding_need"].values.tolist(), strict=True)
            rows += [(name, *pair) for pair in sorted(pairs)]
        blocks.append(Block(name, first, len(rows) - 1))
    shares, amounts = [share for _, share, _ in rows], [amount for _, _, amount in rows]
    columns = (
        *shown.heads([name for name, _, _ in rows]),
        Column("confidence", shares, share_format(shares)),
        Column("amount", amounts, number_format(amounts)),
        *some("unit", [shown.first.currency or ""] * len(rows)),
    )
    return SheetTable(columns, 2 if shown.several else 1, tuple(blocks))


def ruin_by_variant(shown: Forecasts) -> SheetTable:
    """The probability of ruin at the usual periods: a row for each variant, a column for each period."""
    found: _Crossed = {name: {} for name in shown.summaries}
    for name, one in shown.summaries.items():
        for figure in one.ruin_probability:
            found[name][_end(figure.period, figure.date, one.step)] = figure.probability
    return _crossed(found, SHARE)


def runway_by_variant(shown: Forecasts) -> SheetTable:
    """The usual quantiles of the time to ruin: a row for each variant, a column for each quantile."""
    found: _Crossed = {name: {} for name in shown.summaries}
    for name, one in shown.summaries.items():
        for figure in one.runway:
            told = _periods(shown, name) if figure.periods is None else figure.periods
            found[name][f"{100 * figure.quantile:g} % ruined"] = told
    return _crossed(found, "0")


def need_by_variant(shown: Forecasts) -> SheetTable:
    """The funding that would have been enough: a row for each variant, a column for each usual confidence."""
    found: _Crossed = {name: {} for name in shown.summaries}
    for name, one in shown.summaries.items():
        for figure in one.funding_need:
            found[name][f"{100 * figure.confidence:g} % confidence"] = figure.amount
    amounts = [figure.amount for one in shown.summaries.values() for figure in one.funding_need]
    table = _crossed(found, number_format(amounts))
    return SheetTable((*table.columns, *some("unit", [shown.first.currency or ""] * table.rows)), table.labels)


def horizon_table(shown: Forecasts) -> SheetTable:
    """Every tracked quantity at the last period; a quantity has the same format in all variants and elements."""
    figures = [(name, figure) for name, one in shown.summaries.items() for figure in one.horizon]
    keys = ("mean", "p5", "p50", "p95")
    values: dict[str, list[float]] = {}
    for _, one in figures:
        values.setdefault(one.name, []).extend(getattr(one, key) for key in keys)
    by_name = {name: number_format(own) for name, own in values.items()}
    looks = [by_name[one.name] for _, one in figures]
    return SheetTable(
        (
            *shown.heads([name for name, _ in figures]),
            Column("quantity", [one.name for _, one in figures], most=MOST_IN_LABEL),
            *some("element", [", ".join(one.element) for _, one in figures], most=MOST_IN_LABEL),
            *(Column(key, [getattr(one, key) for _, one in figures], looks=looks) for key in keys),
            *some("unit", [one.unit or "" for _, one in figures]),
        )
    )


def quantity_table(shown: Forecasts, name: str) -> SheetTable:
    """Mean, its standard error, standard deviation and quantiles of a tracked quantity, where it has them."""
    dims = [str(dim) for dim in shown.result[name].dims if dim not in ("variant", "period", "quantile")]
    parts = {"mean": mean_name(name), "standard error": mean_se_name(name), "sd": sd_name(name)}
    parts = {heading: part for heading, part in parts.items() if part in shown.result}
    labels: list[list[Cell]] = []
    numbers: list[list[float]] = []
    blocks = []
    for variant, one in shown.variants.items():
        order = np.argsort(one["quantile"].values)
        for element in itertools.product(*(one[dim].values.tolist() for dim in dims)):
            place = dict(zip(dims, element, strict=True))
            beside = [one[part].sel(place).values[:, None] for part in parts.values()]
            quantiles = one[name].sel(place).transpose("period", "quantile").values[:, order]
            rows = np.concatenate([*beside, quantiles], axis=1).tolist()
            first = len(numbers)
            for period, row in zip(one["period"].values.tolist(), rows, strict=True):
                if not all(map(math.isnan, row)):
                    labels.append([variant, *map(str, element), period, _day(shown, variant, period)])
                    numbers.append(row)
            if len(numbers) > first:
                called = ", ".join([*([variant] if shown.several else []), *map(str, element)])
                blocks.append(Block(called, first, len(numbers) - 1))
    own = {heading: number_format(row[i] for row in numbers) for i, heading in enumerate(parts) if heading != "mean"}
    look = number_format(value for row in numbers for value in [row[0], *row[len(parts) :]])
    known = [*parts, *(quantile_label(p) for p in np.sort(shown.result["quantile"].values))]
    heads = [
        *shown.heads([str(row[0]) for row in labels]),
        *(Column(dim, [row[1 + i] for row in labels], most=MOST_IN_LABEL) for i, dim in enumerate(dims)),
        Column("period", [row[-2] for row in labels], "0"),
        *([Column("date", [row[-1] for row in labels])] if shown.longest_dates else []),
        *some("unit", [str(shown.result[name].attrs.get("units", ""))] * len(numbers)),
    ]
    tails = [Column(heading, [row[i] for row in numbers], own.get(heading, look)) for i, heading in enumerate(known)]
    return SheetTable((*heads, *tails), len(heads), tuple(blocks))


def some(heading: str, cells: Iterable[Cell], number_format: str = "", most: int = 60) -> list[Column]:
    """A column, unless nothing stands in it."""
    found = list(cells)
    return [Column(heading, found, number_format, most=most)] if any(cell not in (None, "") for cell in found) else []


_Crossed: TypeAlias = dict[str, dict[str, Cell]]
"""By variant and by heading."""


def _crossed(found: _Crossed, look: str) -> SheetTable:
    """Variants down, headings across, in the order in which they come."""
    headings = dict.fromkeys(heading for row in found.values() for heading in row)
    cells = (Column(one, [row.get(one) for row in found.values()], look, right=True) for one in headings)
    return SheetTable((Column("variant", list(found), most=MOST_IN_LABEL), *cells))


def _end(period: int, date: str | None, step: str) -> str:
    """A period as the heading of a column."""
    if date is None:
        return format_periods(period, period, step)
    return format_date(datetime.date.fromisoformat(date), step)


def _day(shown: Forecasts, variant: str, period: int) -> datetime.date | None:
    dates = shown.dates[variant]
    return dates[period] if period < len(dates) else None


def _periods(shown: Forecasts, variant: str) -> str:
    return format_periods(None, shown.summaries[variant].periods, shown.first.step)
