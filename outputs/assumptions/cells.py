"""Assumptions as the cells of a sheet to fill in: which of them, under which headings, and as CSV.

What :mod:`burncast.engine.documents.assumption_sheet` reads back is what stands here; a workbook shows more beside it.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Sequence
from typing import TypeAlias

from burncast.engine.documents.sheet_cells import quoted_text
from burncast.engine.documents.sheet_numbers import readings
from burncast.engine.language.expression_tokens import interval_ends
from burncast.engine.reading.schedules import read_date
from burncast.engine.scenario import Scenario
from burncast.outputs.assumptions.rows import AssumptionRow, assumption_rows
from burncast.outputs.files.store import CREATED_BY

__all__ = ["HEADINGS", "SheetCell", "assumption_csv", "editable_rows", "row_cells"]

SheetCell: TypeAlias = str | float | int | datetime.date | None

HEADINGS = ("section", "variant", "name", "element", "value", "unit", "source", "note", "lowest", "highest", "kind")
"""The columns of a sheet to fill in, in order."""

_SHOWN = ("setting", "number", "decision", "law", "derived", "process", "schedule")
_SETTINGS = ("title", "description", "start", "periods", "step", "currency")
_THREE_DECIMALS = re.compile(r"[1-9]\d{0,2},\d{3}")


def editable_rows(scenario: Scenario) -> list[AssumptionRow]:
    """The assumptions that a sheet lets change: settings, also those not made yet, inputs, processes, opening numbers,
    and whatever variants override by a value.
    """
    rows = assumption_rows(scenario)
    given = {row.name: row for row in rows if row.section == "scenario" and not row.variant}
    settings = [given.get(name) or AssumptionRow("", "scenario", name, "", "setting", "") for name in _SETTINGS]
    shown = [row for row in rows if (row.section != "scenario" or row.variant) and _is_shown(row)]
    return settings + shown


def row_cells(rows: Sequence[AssumptionRow]) -> list[list[SheetCell]]:
    """The cells of each row under :data:`HEADINGS`; what is said of a quantity stands in its first row only."""
    said: set[tuple[str, str, str]] = set()
    cells: list[list[SheetCell]] = []
    for row in rows:
        key = row.variant, row.section, row.name
        about = (None,) * 5 if key in said else (row.unit, row.source, row.note, row.lowest, row.highest)
        said.add(key)
        value = _as_day(row.value) if (row.section, row.name) == ("scenario", "start") else row.value
        unit, *rest = about
        variant, element = row.variant or None, row.element or None
        cells.append([row.section, variant, row.name, element, value if value != "" else None, unit, *rest, row.sort])
    return cells


def assumption_csv(scenario: Scenario, extends: str, *, decimal_comma: bool = False) -> bytes:
    """A CSV file that fills in the scenario called ``extends``, a packaged name or a path from the file's folder.

    UTF-8 with the mark by which spreadsheets know it. With ``decimal_comma`` as spreadsheets of most of Europe have it:
    semicolons between cells, commas in numbers.
    """
    stream = io.StringIO(newline="")
    write = csv.writer(stream, delimiter=";" if decimal_comma else ",").writerow
    write([f"{CREATED_BY}: assumptions of {scenario.title}; sha256 of the scenario {scenario.sha256}"])
    write(HEADINGS)
    settings = row_cells([AssumptionRow("", "scenario", "extends", "", "setting", extends)])
    for cells in settings + row_cells(editable_rows(scenario)):
        here = dict(zip(HEADINGS, cells, strict=True))
        if decimal_comma and isinstance(here["value"], str) and here["kind"] != "setting":
            here["value"] = _with_commas(here["value"])
        write([_written(cell, decimal_comma) for cell in here.values()])
    return stream.getvalue().encode("utf-8-sig")


def _is_shown(row: AssumptionRow) -> bool:
    if row.sort == "opening":
        return bool(row.variant) or not isinstance(row.value, str)
    return row.sort in _SHOWN or (row.sort == "formula" and bool(row.variant))


def _as_day(value: SheetCell) -> SheetCell:
    """A month as its first day, which every spreadsheet knows as a date."""
    return (read_date(value) or value) if isinstance(value, str) else value


def _with_commas(value: str) -> str | float:
    """A number or an interval that is written as text, with decimal commas; a law or a formula as it is."""
    if (ends := interval_ends(value)) is not None:
        return " to ".join(_number(end, True) for end in ends)
    return readings(value).get(".", value)


def _written(cell: SheetCell, decimal_comma: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, (int, float)):
        return _number(float(cell), decimal_comma)
    return quoted_text(cell) if isinstance(cell, str) else cell.isoformat()[:10]


def _number(value: float, decimal_comma: bool) -> str:
    """A number that reads back to the last bit, and never as one with its thousands parted."""
    text = repr(value).removesuffix(".0")
    if not decimal_comma:
        return text
    text = text.replace(".", ",")
    return f"{text}0" if _THREE_DECIMALS.fullmatch(text.lstrip("-")) else text
