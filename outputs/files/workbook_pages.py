"""The paper of a workbook: styles, names of sheets, and tables of cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import datetime
import math
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from burncast.distributions.errors import InputError
from burncast.outputs.files.number_formats import DATE, number_format
from burncast.outputs.files.workbook_charts import FIRST_YEAR
from burncast.outputs.files.workbook_tables import BY_ROW, Cell, Column, SheetTable

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["MOST_IN_CELL", "Book", "write_sheet", "write_table"]

MOST_IN_CELL = 32_767
"""Characters that a cell of Excel holds."""

MOST_IN_NAME = 31
MOST_ROWS = 1_048_576
LINE = 15
"""Points that a line of text takes."""

_PAPER = 740
"""Pixels of a page of A4, turned, between its margins, less what other fonts than Excel's take."""

_HEAD = {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "valign": "top"}
_LEFT: dict[str, Any] = {"align": "left", "indent": 1}
_RIGHT: dict[str, Any] = {"align": "right"}


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook, the names that its sheets have taken, and the styles made so far."""

    workbook: Workbook
    footer: str
    names: list[str] = field(default_factory=list)
    styles: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def style(self, **look: Any) -> Any:
        """A style of cells, made once."""
        key = tuple(sorted(look.items()))
        if key not in self.styles:
            self.styles[key] = self.workbook.add_format(look)
        return self.styles[key]

    def add_sheet(self, wanted: str) -> Worksheet:
        """A sheet with a name that spreadsheets accept, ready to be printed on pages as wide as it is."""
        name = _free_name(wanted, self.names)
        self.names.append(name)
        sheet = self.workbook.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
        sheet.set_footer(f"&L&8{self.footer.replace('&', '&&')}&C&8&A&R&8&P / &N")
        return sheet


def write_sheet(book: Book, wanted: str, table: SheetTable) -> Worksheet:
    """A sheet with a table and nothing above it: headings that stay in sight and on every page, a filter, columns as
    wide as what they hold.

    InputError where it has more rows than a sheet.
    """
    count = max((len(column.cells) for column in table.columns), default=0)
    if count >= MOST_ROWS:
        raise InputError(
            f"{wanted} takes {count:,} rows, of which a sheet of a workbook has {MOST_ROWS:,} at most; "
            "expected CSV or Parquet, or fewer quantities or variants"
        )
    sheet = book.add_sheet(wanted)
    end = write_table(book, sheet, 0, table)
    widths = [width(column) for column in table.columns]
    for place, widest in enumerate(widths):
        sheet.set_column(place, place, widest)
    # The table takes a page's width; charts, which stand beside it, come on the next page.
    sheet.set_print_scale(max(20, min(75, 100 * _PAPER // sum(7 * widest + 5 for widest in widths))))
    sheet.set_v_pagebreaks([len(widths)])
    sheet.freeze_panes(1, table.labels)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, max(1, end - 1), len(table.columns) - 1)
    return sheet


def write_table(book: Book, sheet: Worksheet, row: int, table: SheetTable) -> int:
    """Headings in ``row`` and the cells below, from the first column on; returns the row after the last."""
    formats = _formats_by_row(table)
    for place, column in enumerate(table.columns):
        filled = [cell for cell in column.cells if cell not in (None, "")]
        numeric = column.right or (bool(filled) and all(isinstance(cell, (int, float)) for cell in filled))
        sheet.write_string(row, place, _cut(column.heading), book.style(**_HEAD, **(_RIGHT if numeric else _LEFT)))
        for offset, cell in enumerate(column.cells):
            look = formats[offset] if column.number_format == BY_ROW else column.number_format
            _write(book, sheet, (row + 1 + offset, place), cell, look, column)
    count = max((len(column.cells) for column in table.columns), default=0)
    for offset in range(count):
        lines = max(_lines(column.cells[offset], column.most) for column in table.columns if offset < len(column.cells))
        if lines > 1:
            sheet.set_row(row + 1 + offset, LINE * min(lines, 20))
    return row + 1 + count


def width(column: Column) -> int:
    """Characters that the widest cell of a column takes, its heading with the sign of a filter included."""
    longest = max((len(_shown(cell, column.number_format)) for cell in column.cells), default=0)
    return min(column.most, max(longest, len(column.heading) + 3)) + 3


def _formats_by_row(table: SheetTable) -> list[str]:
    """For columns whose rows are of different kinds: a format for each row."""
    columns = [column.cells for column in table.columns if column.number_format == BY_ROW]
    return [
        number_format([cell for cell in row if isinstance(cell, (int, float))]) for row in zip(*columns, strict=True)
    ]


def _write(book: Book, sheet: Worksheet, place: tuple[int, int], cell: Cell, look: str, column: Column) -> None:
    if cell is None or cell == "" or (isinstance(cell, float) and math.isnan(cell)):
        return
    if isinstance(cell, datetime.date) and cell.year >= FIRST_YEAR:
        day = datetime.datetime(cell.year, cell.month, cell.day)
        sheet.write_datetime(*place, day, book.style(num_format=DATE, valign="top", **_LEFT))
    elif isinstance(cell, (int, float)):
        sheet.write_number(*place, cell, book.style(num_format=look or "General", valign="top"))
    else:
        text = _cut(str(cell))
        wrap = {"text_wrap": True} if len(text) > column.most else {}
        sheet.write_string(*place, text, book.style(valign="top", **(_RIGHT if column.right else _LEFT), **wrap))


def _shown(cell: Cell, look: str) -> str:
    """About what a cell shows."""
    if isinstance(cell, datetime.date):
        return "30 Sep 2025"
    if not isinstance(cell, (int, float)):
        return "" if cell is None else str(cell)
    if math.isnan(cell):
        return ""
    if "E+" in look or look.endswith("%"):
        return "-100.0000%"
    if look == BY_ROW:
        look = number_format([cell])
    return f"{cell:,.{len(look.partition('.')[2])}f}" if look else f"{cell:.10g}"


def _lines(cell: Cell, most: int) -> int:
    """Lines that a text takes, with room for words that do not fit at the end of one."""
    if not isinstance(cell, str) or len(cell) <= most:
        return 1
    return len(textwrap.wrap(cell, most)) or 1


def _cut(text: str) -> str:
    return text if len(text) <= MOST_IN_CELL else text[: MOST_IN_CELL - 1] + "…"


def _free_name(wanted: str, taken: Sequence[str]) -> str:
    """At most 31 characters, none of ``[]:*?/\\``, no apostrophe at an end, not yet taken in whatever case."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", wanted).strip("'") or "_"
    lower = {name.lower() for name in taken} | {"history"}
    for number in range(1, len(taken) + 3):
        ending = "" if number == 1 else f"~{number}"
        name = plain[: MOST_IN_NAME - len(ending)].rstrip("'") + ending
        if name.lower() not in lower:
            return name
    raise AssertionError("one of more names than are taken is free")
