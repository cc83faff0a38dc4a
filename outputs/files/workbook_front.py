"""The first sheet of a workbook, which is read alone: the answer, two charts, and the tables that say most.

Several variants stand in a row each, and periods, quantiles and confidences beside each other.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from burncast.outputs.files.workbook_charts import CHART_WIDTH
from burncast.outputs.files.workbook_pages import (
    CHART_ROWS,
    Book,
    page_rows,
    print_scale,
    row_lines,
    width,
    write_table,
)
from burncast.outputs.files.workbook_tables import (
    Forecasts,
    SheetTable,
    first_ruin_table,
    horizon_table,
    need_by_variant,
    need_table,
    ruin_by_variant,
    runway_by_variant,
    runway_table,
)
from burncast.outputs.results.summary import Summary
from burncast.outputs.words.amounts import format_date, format_periods, format_probability

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart
    from xlsxwriter.worksheet import Worksheet

__all__ = ["fill_front"]

CHART_GAP = 20
"""Pixels between two charts beside each other."""

HEAD_ROWS = 3
"""Rows of a table before its first: an empty one, its title, its headings."""

LEAST_ROWS = 10
"""Rows of a table longer than a page that are worth to begin it on one."""


def fill_front(book: Book, sheet: Worksheet, shown: Forecasts, charts: Sequence[Chart]) -> None:
    """Write the first sheet: charts stand beside each other, tables of all variants below them."""
    title = shown.first.title
    sheet.set_row(0, 22)
    sheet.write_string(0, 0, title if len(title) <= 100 else f"{title[:99]}…", book.style(bold=True, font_size=16))
    row = 1
    for name, one in shown.summaries.items():
        sheet.write_string(row, 0, f"{name}: {_answer(one)}" if shown.several else _answer(one))
        row += 1
    top = row + 1
    for place, chart in enumerate(charts):
        sheet.insert_chart(top, 0, chart, {"x_offset": place * (CHART_WIDTH + CHART_GAP), "object_position": 2})
    row = top + (CHART_ROWS if charts else 0) - 1
    end = format_periods(shown.first.periods, shown.first.periods, shown.first.step)
    tables = {}
    if shown.first.ruin_probability:
        tables["Out of money by"] = ruin_by_variant(shown) if shown.several else first_ruin_table(shown)
        lasting = f"How long the money lasts, in {shown.first.step}s" if shown.several else "How long the money lasts"
        tables[lasting] = runway_by_variant(shown) if shown.several else runway_table(shown, usual=True)
    if shown.first.funding_need:
        tables["Funding that lasts"] = need_by_variant(shown) if shown.several else need_table(shown, usual=True)
    if shown.first.horizon:
        tables[f"After {end}"] = horizon_table(shown)
    widths = _widest(tables.values())
    for place, widest in enumerate(widths):
        sheet.set_column(place, place, widest)
    scale = min(print_scale(widths), print_scale([], len(charts) * (CHART_WIDTH + CHART_GAP)))
    sheet.set_print_scale(scale)
    _write_below(book, sheet, row, tables, page_rows(scale))


def _widest(tables: Iterable[SheetTable]) -> list[int]:
    """How wide the columns of a sheet are that hold these tables below each other."""
    each = [[width(column) for column in table.columns] for table in tables]
    return [max(column) for column in itertools.zip_longest(*each, fillvalue=0)]


def _write_below(book: Book, sheet: Worksheet, row: int, tables: Mapping[str, SheetTable], rows: int) -> None:
    """Tables below each other from a row on, each whole on a page of so many rows where it fits on one; the headings of
    a longer one stand on each page.
    """
    left = rows - row - 2
    breaks: list[int] = []
    for heading, table in tables.items():
        begun, lines = 0, row_lines(table)
        while begun < table.rows:
            rest = sum(lines[begun:])
            if left < HEAD_ROWS + (rest if rest <= rows - HEAD_ROWS else LEAST_ROWS) and left < rows:
                breaks.append(row + 1)
                left = rows
            end = begun + max(1, sum(total <= left - HEAD_ROWS for total in itertools.accumulate(lines[begun:])))
            sheet.set_row(row + 1, 17)
            said = f"{heading}, continued" if begun else heading
            sheet.write_string(row + 1, 0, said, book.style(bold=True, font_size=12))
            row = write_table(book, sheet, row + 2, table.between(begun, end))
            left -= HEAD_ROWS + sum(lines[begun:end])
            begun = end
    sheet.set_h_pagebreaks(breaks)


def _answer(summary: Summary) -> str:
    if not summary.ruin_probability:
        return "The scenario has no [ruin]: no runway, no funding need."
    last = summary.ruin_probability[-1]
    share = format_probability(last.probability, last.standard_error, summary.independent)
    day = None if last.date is None else datetime.date.fromisoformat(last.date)
    within = f"within {format_periods(last.period, last.period, summary.step)}"
    return (
        f"{share} chance of running out of money {within if day is None else f'by {format_date(day, summary.step)}'}."
    )
