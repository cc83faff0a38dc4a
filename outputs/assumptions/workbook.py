"""A workbook to fill in: the assumptions of a scenario, how to change them, and the scenario itself.

What may be changed is unlocked and coloured; the rest is grey and locked, without a password. Formulas are never
written: texts that look like one are text.
"""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from burncast.distributions.errors import InputError
from burncast.engine.documents.assumption_sheet import SCENARIO_SHEET, VALUE_KEYS
from burncast.engine.documents.sheet_cells import column_letters, quoted_text
from burncast.engine.documents.structure import MAX_PERIODS
from burncast.engine.scenario import Scenario
from burncast.outputs.assumptions.cells import HEADINGS, SheetCell, editable_rows, row_cells
from burncast.outputs.assumptions.rows import AssumptionRow
from burncast.outputs.files.extras import require
from burncast.outputs.files.number_formats import number_format, plain_format
from burncast.outputs.files.store import CREATED_BY
from burncast.outputs.files.workbook_pages import LINE, MOST_IN_CELL, MOST_LINES, cell_lines, new_workbook

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["assumption_workbook"]

_SHEET = "Assumptions"
_FIGURES = ("p5", "median", "p95")
_COLUMNS = {
    **{"section": 10, "variant": 16, "name": 27, "element": 14, "value": 32, "unit": 19, "original": 26},
    **{"p5": 13, "median": 13, "p95": 13, "source": 48, "note": 48, "lowest": 10, "highest": 10},
    **{"moves with": 30, "kind": 9},
}
"""The columns, and how wide they are in characters."""
_MOST_IN_VARIANT = 34
"""Characters of the name of a variant before it goes on in the next line."""
_AFTER_FIGURES = ("unit", "source")
_EDITABLE = ("value", "unit", "source", "note", "lowest", "highest")
_IN_EMPTY_ROWS = ("section", "variant", "name", "element", *_EDITABLE)
_EMPTY_ROWS = 25
_SCENARIO_WIDTH = 130
"""Characters of a line of the scenario's text, before it goes on in the next."""

_INSTRUCTIONS = """\
Assumptions of a forecast of runway and ruin
Change the yellow cells of the sheet Assumptions, save the file, and run:   burncast run {file}
To write the scenario as a file of its own:   burncast from-sheet {file} -o my.toml

What a value may be
A number: 1200, or 5 % in a cell formatted so, or a formula of your own such as =B2*12.
A range: 2 to 8 - nine chances in ten that it lies between, as likely above as below. Write so what you do not know.
A law in words, always with decimal points: normal(mean=5, sd=1), beta(p5=0.02, p95=0.06), pert(low=1, mode=2, high=5).
What follows from other inputs: 0.5 * price. Names are those of the column name.

Rows
A quantity with elements has a row for each; its unit, source and note stand in the first of them.
The empty rows at the end take more: another input, another variant, or an element that has no row of its own yet.
A row with a variant changes that variant only, which is run beside the base with `--variants`.
A row that is taken out leaves the scenario as it was; the column original says how that is.
lowest and highest are the ends between which `burncast decide` may choose the value, a plain number.

Beside the rows
original, p5, median and p95 say what the scenario had when this file was made: nineteen in twenty values lie above p5,
half above the median, one in twenty above p95. Values that differ from the original are shown in bold on orange.
The sheets are protected against slips only: there is no password.
The sheet Scenario is the text that this file fills in. Leave it as it is.

Made from
{title}
sha256 of the scenario: {sha256}
{created_by}
"""


def assumption_workbook(scenario: Scenario, text: str, file: str) -> bytes:
    """An xlsx file that fills in the scenario whose text it carries; ``file`` is what it will be called.

    Raises InputError where xlsxwriter is not installed, or a text is longer than a cell can hold.
    """
    xlsxwriter = require("xlsxwriter", "excel", "writing workbooks", "; a file that ends in .csv needs nothing")
    content = io.BytesIO()
    with new_workbook(xlsxwriter, content) as book:
        book.set_properties({"title": f"Assumptions: {scenario.title}"[:255], "comments": CREATED_BY})
        formats = _formats(book)
        said = {"title": scenario.title, "sha256": scenario.sha256, "created_by": CREATED_BY, "file": file}
        _instructions(book.add_worksheet("Read me"), formats, _INSTRUCTIONS.format_map(said))
        _assumptions(book.add_worksheet(_SHEET), formats, editable_rows(scenario))
        _scenario(book.add_worksheet(SCENARIO_SHEET), formats, text)
    return content.getvalue()


@dataclass(frozen=True, slots=True)
class _Formats:
    """The looks of cells."""

    book: Workbook
    head: Format
    figures: Format
    after: Format
    title: Format
    part: Format
    plain: Format
    mono: Format
    changed: Format
    made: dict[tuple[bool, str, bool, bool, bool], Format]

    def cell(
        self, editable: bool, number_format: str = "", quoted: bool = False, first: bool = False, after: bool = False
    ) -> Format:
        """The look of a cell, yellow where it may be changed, under a line where it is the ``first`` of its section;
        one ``after`` numbers keeps its distance.
        """
        key = editable, number_format, quoted, first, after
        if key not in self.made:
            look: dict[str, Any] = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#D9D9D9"}
            look |= (
                {"bg_color": "#FFF9DB", "locked": False}
                if editable
                else {"bg_color": "#F2F2F2", "font_color": "#595959"}
            )
            look |= {"num_format": number_format} if number_format else {}
            look |= {"quote_prefix": True} if quoted else {}
            look |= {"align": "left", "indent": 1} if after else {}
            look |= {"top": 2, "top_color": "#1F3A5F"} if first else {}
            self.made[key] = self.book.add_format(look)
        return self.made[key]


def _formats(book: Workbook) -> _Formats:
    head = {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "valign": "vcenter"}
    return _Formats(
        book,
        head=book.add_format(head),
        figures=book.add_format(head | {"align": "right"}),
        after=book.add_format(head | {"align": "left", "indent": 1}),
        title=book.add_format({"bold": True, "font_size": 16}),
        part=book.add_format({"bold": True, "font_size": 12}),
        plain=book.add_format({"text_wrap": True, "valign": "top"}),
        mono=book.add_format(
            {"font_name": "Courier New", "font_size": 9, "font_color": "#404040", "text_wrap": True, "valign": "top"}
        ),
        changed=book.add_format({"bold": True, "bg_color": "#FFD8A8"}),
        made={},
    )


def _instructions(sheet: Worksheet, formats: _Formats, text: str) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 118)
    previous = ""
    for number, line in enumerate(text.splitlines()):
        look = formats.title if number == 0 else formats.part if line and not previous else formats.plain
        sheet.write_string(number, 0, line, look)
        previous = line
    sheet.protect("", {"format_columns": True, "format_rows": True})
    _print_wide(sheet)


def _assumptions(sheet: Worksheet, formats: _Formats, rows: Sequence[AssumptionRow]) -> None:
    at = {heading: number for number, heading in enumerate(_COLUMNS)}
    named = max((len(row.variant) + 2 for row in rows), default=0)
    widths = {**_COLUMNS, "variant": max(_COLUMNS["variant"], min(_MOST_IN_VARIANT, named))}
    for heading, width in widths.items():
        sheet.set_column(at[heading], at[heading], width)
        head = formats.figures if heading in _FIGURES else formats.after if heading in _AFTER_FIGURES else formats.head
        sheet.write_string(0, at[heading], heading, head)
    before: tuple[str, str] | None = None
    for number, (row, cells) in enumerate(zip(rows, row_cells(rows), strict=True), 1):
        here = dict(zip(HEADINGS, cells, strict=True))
        figures = [None if one is None else float(f"{one:.12g}") for one in (row.p5, row.median, row.p95)]
        shared = number_format(one for one in figures if one is not None)
        here |= {"original": here["value"], "moves with": row.moves_with, **dict(zip(_FIGURES, figures, strict=True))}
        first = (row.section, row.variant) != before
        before = row.section, row.variant
        editable = ("value",) if row.section == "scenario" else _EDITABLE
        for heading, column in at.items():
            look = _look(here[heading], shared if heading in _FIGURES else None)
            _write(
                sheet,
                number,
                column,
                here[heading],
                formats.cell(heading in editable, *look, first, heading in _AFTER_FIGURES),
            )
        lines = max(_lines(here[heading], width) for heading, width in widths.items())
        sheet.set_row(number, LINE * lines)
        _check_cells(sheet, number, at, row)
    last = len(rows) + _EMPTY_ROWS
    for number in range(len(rows) + 1, last + 1):
        for heading, column in at.items():
            look = formats.cell(heading in _IN_EMPTY_ROWS, first=number == len(rows) + 1)
            sheet.write_blank(number, column, None, look)
    sections = {"validate": "list", "source": list(VALUE_KEYS)}
    sheet.data_validation(len(rows) + 1, at["section"], last, at["section"], sections)
    value, original = (column_letters(at[heading]) for heading in ("value", "original"))
    differs = {"type": "formula", "criteria": f"=${value}2<>${original}2", "format": formats.changed}
    sheet.conditional_format(1, at["value"], len(rows), at["value"], differs)
    sheet.freeze_panes(1, at["value"])
    sheet.autofilter(0, 0, last, len(at) - 1)
    allowed = ("format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows", "sort", "autofilter")
    sheet.protect("", dict.fromkeys(allowed, True))
    _print_wide(sheet)
    sheet.print_area(0, 0, len(rows), at["note"])
    sheet.repeat_rows(0)


def _print_wide(sheet: Worksheet) -> None:
    """On pages of A4, turned, as wide as the sheet."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
    sheet.set_footer("&C&8&A&R&8&P / &N")
    sheet.fit_to_pages(1, 0)


def _lines(cell: SheetCell, width: int) -> int:
    """How many lines a cell takes, with its frame."""
    return min(MOST_LINES, cell_lines(cell, width))


def _check_cells(sheet: Worksheet, number: int, at: dict[str, int], row: AssumptionRow) -> None:
    """What a spreadsheet itself can refuse: a step that is none, a choice out of its range."""
    checks: dict[str, dict[str, Any]] = {
        "step": {"validate": "list", "source": ["month", "week", "quarter"]},
        "periods": {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": MAX_PERIODS},
    }
    check = checks.get(row.name) if row.section == "scenario" else None
    if row.sort == "decision":
        low, high = (f"${column_letters(at[heading])}${number + 1}" for heading in ("lowest", "highest"))
        if row.lowest is not None and not row.element:
            check = {"validate": "decimal", "criteria": "between", "minimum": f"={low}", "maximum": f"={high}"}
    if check is not None:
        sheet.data_validation(number, at["value"], number, at["value"], {"ignore_blank": True, **check})


def _look(cell: SheetCell, shared: str | None) -> tuple[str, bool]:
    """The format of a cell's number or date, and whether it is a text that looks like a formula; ``shared`` is the
    format that figures of a law share.
    """
    if isinstance(cell, datetime.date):
        return "yyyy-mm-dd", False
    if isinstance(cell, (int, float)):
        return plain_format(cell) if shared is None else shared, False
    return "", isinstance(cell, str) and quoted_text(cell) != cell


def _write(sheet: Worksheet, row: int, column: int, cell: SheetCell, look: Format) -> None:
    """A number of more digits than the 15 that every spreadsheet keeps when it saves is written as text."""
    if cell is None:
        sheet.write_blank(row, column, None, look)
    elif isinstance(cell, datetime.date) and cell.year >= 1900:
        sheet.write_datetime(row, column, datetime.datetime(cell.year, cell.month, cell.day), look)
    elif isinstance(cell, (int, float)) and float(f"{cell:.15G}") == cell:
        sheet.write_number(row, column, cell, look)
    else:
        text = repr(float(cell)) if isinstance(cell, (int, float)) else str(cell)
        # Spreadsheets put an apostrophe before what looks like a formula; one of the text's own is written twice.
        text = quoted_text(text) if text.startswith("'") else text
        if len(text) > MOST_IN_CELL:
            raise InputError(f"{text[:40]!r}… is longer than a cell of a workbook holds; a CSV file can take it")
        sheet.write_string(row, column, text, look)


def _scenario(sheet: Worksheet, formats: _Formats, text: str) -> None:
    sheet.set_column(0, 0, _SCENARIO_WIDTH + 6)
    for number, line in enumerate(text.removesuffix("\n").split("\n")):
        if len(line) > MOST_IN_CELL:
            raise InputError(
                f"line {number + 1} of the scenario is longer than a cell of a workbook holds: write a CSV file"
            )
        sheet.write_string(number, 0, line, formats.mono)
        if len(line) > _SCENARIO_WIDTH:
            sheet.set_row(number, LINE * math.ceil(len(line) / _SCENARIO_WIDTH))
    sheet.protect("", {"format_columns": True})
    _print_wide(sheet)
