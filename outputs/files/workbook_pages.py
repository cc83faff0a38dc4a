"""The paper of a workbook: styles, names of sheets, and tables of cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import datetime
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from burncast.distributions.errors import InputError
from burncast.outputs.files.number_formats import DATE, as_shown, number_format, plain_format, seen_format
from burncast.outputs.files.workbook_charts import CHART_HEIGHT, CHART_WIDTH, FIRST_YEAR, FONT_NAME
from burncast.outputs.files.workbook_tables import AS_STATED, BY_ROW, Cell, Column, SheetTable

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = [
    "CHART_ROWS",
    "LINE",
    "MOST_IN_CELL",
    "MOST_LINES",
    "Book",
    "cell_lines",
    "new_workbook",
    "page_rows",
    "print_scale",
    "row_lines",
    "write_sheet",
    "write_table",
]

MOST_IN_CELL = 32_767
"""Characters that a cell of Excel holds."""

MOST_IN_NAME = 31
MOST_ROWS = 1_048_576
CHART_ROWS = 22
"""Rows that a chart takes."""

LINE = 12.75
"""Points that a line of text takes."""

PADDING = 2
"""Characters that a column is wider than what it holds."""

MOST_LINES = 20
"""Lines of a row; of a longer text the rest is seen where the row is made higher."""

ROW_PIXELS = 17
"""Pixels that a row of one line takes."""

PAPER = 955
"""Pixels of a page of A4, turned, between its margins; LibreOffice makes columns wider than Excel by a twentieth."""

_PAPER_HEIGHT = 660

_LEAST_BESIDE = 65
"""Per cent at which charts still stand on the page of the table beside them."""

_GAP = 26
"""Pixels between a table and the charts beside it."""

_MOST_SCALE = 80
"""Per cent to which pages are made smaller though they need not be."""

_HEAD = {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "valign": "top"}
_LEFT: dict[str, Any] = {"align": "left", "indent": 1}
_RIGHT: dict[str, Any] = {"align": "right"}


def new_workbook(xlsxwriter: Any, content: io.BytesIO) -> Workbook:
    """A workbook that takes no text for a formula, a link or a number."""
    font = {"font_name": FONT_NAME, "font_size": 10, "font_scheme": False, "theme": -1}
    options: dict[str, Any] = {"in_memory": True, "default_format_properties": font}
    options |= dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    return xlsxwriter.Workbook(content, options)


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

    def free_name(self, wanted: str) -> str:
        """The name that a sheet added next would have."""
        return _free_name(wanted, self.names)

    def add_sheet(self, wanted: str) -> Worksheet:
        """A sheet with a name that spreadsheets accept, ready to be printed on pages as wide as it is."""
        name = self.free_name(wanted)
        self.names.append(name)
        sheet = self.workbook.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_default_row(LINE)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
        sheet.set_footer(f"&L&8{self.footer.replace('&', '&&')}&C&8&A&R&8&P / &N")
        return sheet


def write_sheet(book: Book, wanted: str, table: SheetTable, charts: Sequence[Chart] = ()) -> Worksheet:
    """A sheet with a table and nothing above it: headings that stay in sight and on every page, a filter, columns as
    wide as what they hold. Charts stand below each other beside it.

    InputError where it has more rows than a sheet.
    """
    if table.rows >= MOST_ROWS:
        raise InputError(
            f"{wanted} takes {table.rows:,} rows, of which a sheet of a workbook has {MOST_ROWS:,} at most; "
            "expected CSV or Parquet, or fewer quantities or variants"
        )
    sheet = book.add_sheet(wanted)
    end = write_table(book, sheet, 0, table)
    widths = [width(column) for column in table.columns]
    for place, widest in enumerate(widths):
        sheet.set_column(place, place, widest)
    for number, chart in enumerate(charts):
        # Not at the very edge of the first row, which is printed on every page.
        below = 8 + number * (CHART_HEIGHT + _GAP)
        sheet.insert_chart(1, len(widths) + 1, chart, {"y_offset": below, "object_position": 2})
    beside = print_scale(widths, CHART_WIDTH + 2 * _GAP)
    if charts and beside >= _LEAST_BESIDE:
        sheet.set_print_scale(beside)
    else:
        sheet.set_print_scale(print_scale(widths))
        sheet.set_v_pagebreaks([len(widths)])
    sheet.set_column(len(widths), len(widths), 3)
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
            look = column.looks[offset] if column.looks else look
            _write(book, sheet, (row + 1 + offset, place), cell, look, column)
    for offset, lines in enumerate(row_lines(table)):
        if lines > 1:
            sheet.set_row(row + 1 + offset, LINE * lines)
    return row + 1 + table.rows


def row_lines(table: SheetTable) -> list[int]:
    """How many lines each row of a table takes, at most :data:`MOST_LINES`."""
    return [
        min(
            MOST_LINES,
            max(cell_lines(column.cells[row], column.most + 1) for column in table.columns if row < len(column.cells)),
        )
        for row in range(table.rows)
    ]


def print_scale(widths: Sequence[int], beside: int = 0) -> int:
    """Per cent at which columns of these widths in characters fit on a page, with so many pixels beside them."""
    return max(20, min(_MOST_SCALE, 100 * PAPER // max(1, beside + sum(7 * widest + 5 for widest in widths))))


def page_rows(scale: int) -> int:
    """Rows of one line that a page has at so many per cent."""
    return 100 * _PAPER_HEIGHT // (scale * ROW_PIXELS)


def width(column: Column) -> int:
    """Characters that the widest cell of a column takes, its heading with the sign of a filter included."""
    looks = column.looks or [column.number_format] * len(column.cells)
    longest = max((len(_shown(cell, look)) for cell, look in zip(column.cells, looks, strict=True)), default=0)
    return min(column.most, max(longest, len(column.heading) + 3)) + PADDING


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
        look = plain_format(cell) if look == AS_STATED else look
        look = seen_format(cell, look) or "General"
        sheet.write_number(*place, cell, book.style(num_format=look, valign="top"))
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
    if look in (BY_ROW, AS_STATED):
        look = number_format([cell]) if look == BY_ROW else plain_format(cell)
    return as_shown(cell, seen_format(cell, look))


def cell_lines(cell: Cell, most: int) -> int:
    """Lines that a text takes where a word longer than a line begins a line of its own."""
    if not isinstance(cell, str) or len(cell) <= most:
        return 1
    lines = 0
    for paragraph in cell.splitlines():
        filled = most + 1
        for word in paragraph.split():
            if filled + 1 + len(word) > most:
                lines += max(1, -(-len(word) // most))
                filled = len(word) if len(word) <= most else len(word) % most or most
            else:
                filled += 1 + len(word)
    return max(1, lines)


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
