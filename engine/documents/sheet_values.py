"""What a cell of a spreadsheet means as a number, a date, a law or text; a :class:`CellError` where it means none."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

from burncast.engine.documents.sheet_cells import Cell
from burncast.engine.documents.sheet_numbers import DecimalSign, decimal_sign, readings
from burncast.engine.language.expression_tokens import interval_ends

__all__ = ["CellError", "NumberStyle", "as_day", "as_number", "as_value", "as_words", "number_style"]

_DATES = tuple(
    (re.compile(form, re.ASCII), order)
    for form, order in (
        (r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ].*)?", (0, 1, 2)),
        (r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})", (0, 1, 2)),
        (r"(\d{1,2})\.(\d{1,2})\.(\d{4})", (2, 1, 0)),
        (r"(\d{1,2})/(\d{1,2})/(\d{4})", (2, 1, 0)),
        (r"(\d{1,2})/(\d{1,2})/(\d{4})", (2, 0, 1)),
    )
)
"""Dates as spreadsheets write them, and where year, month and day stand; strokes part them in either order."""
_ERROR = re.compile(r"#(?:REF|DIV/0|VALUE|NUM|NULL|SPILL|CALC|FIELD|BLOCKED|CONNECT|BUSY)!|#N/A|#NAME\?|Err:\d+", re.I)
_INTERVAL = re.compile(r"(.*\S)\s+to\s+(\S.*)")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_BRACKETS = re.compile(r"\(\s*[\d.,\s]+\)")
_IN_VALUE = "a number, or a law in words such as 2 to 8 or normal(mean=5, sd=1)"


class CellError(ValueError):
    """What is wrong with a cell, and what was expected."""

    def __init__(self, message: str, expected: str) -> None:
        self.message, self.expected = message, expected
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How numbers are written in a sheet: ``sign`` is None where no cell tells, ``in_workbook`` where a text with a
    point was meant to be one.
    """

    sign: DecimalSign | None
    in_workbook: bool


def number_style(cells: Iterable[Cell], separator: str | None) -> NumberStyle:
    """How numbers are written in a sheet, by those of its cells that are text; ``separator`` is that of a CSV file."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    parted = [match for text in texts if (match := _INTERVAL.fullmatch(text)) and interval_ends(text) is None]
    sign = decimal_sign([*texts, *(end for match in parted for end in match.groups())])
    return NumberStyle(sign or ("." if separator == "," else None), separator is None)


def as_words(cell: Cell) -> str | None:
    """A cell as text, None where it is empty."""
    if isinstance(cell, float):
        return str(_short(cell))
    return cell if cell is None or isinstance(cell, str) else str(cell)


def as_number(cell: Cell, style: NumberStyle, expected: str = "a number") -> float | int:
    """The number in a cell, or in a text."""
    if isinstance(cell, datetime.date):
        raise CellError(f"is the date {cell}", f"{expected}; spreadsheets make a date of 1/3: write =1/3")
    if isinstance(cell, bool) or cell is None:
        raise CellError("is empty" if cell is None else f"is {str(cell).lower()}", expected)
    if isinstance(cell, float):
        return _short(cell)
    if _ERROR.fullmatch(cell):
        raise CellError(f"holds the error {cell}", expected)
    if _BRACKETS.fullmatch(cell):
        raise CellError(f"is {cell}, in brackets", f"{expected}; below zero with a minus: -{cell[1:-1].strip()}")
    found = readings(cell)
    if not found:
        raise CellError(f"{cell[:40]!r} is no number", expected)
    if len(found) == 2 and found["."] == found[","]:
        return _short(found["."])
    sign = style.sign or (next(iter(found)) if len(found) == 1 else None)
    if sign is None and style.in_workbook and "." in cell:
        sign = "."
    if sign is None:
        both = " or ".join(repr(_short(value)) for value in found.values())
        raise CellError(f"{cell!r} may be {both}", "a number without a sign between its thousands")
    if sign not in found:
        used = "a comma" if sign == "," else "a point"
        raise CellError(f"{cell!r} is no number where {used} is the decimal sign, as in other rows", expected)
    return _short(found[sign])


def as_value(cell: Cell, style: NumberStyle) -> float | int | str:
    """A number, or the text of an expression; the ends of an interval are written as the language has them."""
    if cell is None:
        message = "the cell is empty, or holds an error such as #REF!"
        raise CellError(message, f"{_IN_VALUE}; without the row, the scenario's value stays")
    if not isinstance(cell, str) or _ERROR.fullmatch(cell) or _BRACKETS.fullmatch(cell) or readings(cell):
        return as_number(cell, style, _IN_VALUE)
    if any(form.fullmatch(cell) for form, _ in _DATES):
        raise CellError(f"is the date {cell}", f"{_IN_VALUE}; spreadsheets make a date of 1/3: write =1/3")
    if ";" in _QUOTED.sub("", cell):
        expected = "decimal points, and commas between what is in brackets: normal(mean=0.05, sd=0.01)"
        raise CellError(f"{cell[:40]!r} has a semicolon", expected)
    match = _INTERVAL.fullmatch(cell)
    if match is None or not all(readings(end) for end in match.groups()):
        return cell
    if interval_ends(cell) and (style.sign != "," or not all("," in readings(end) for end in match.groups())):
        return cell
    low, high = (as_number(end, style, "an interval such as 2 to 8") for end in match.groups())
    return f"{low!r} to {high!r}"


def as_day(cell: Cell) -> datetime.date:
    """The date in a cell, or in a text that can be read in one way only."""
    if isinstance(cell, datetime.date):
        return cell
    text = as_words(cell) or ""
    found = {day for form, order in _DATES if (day := _date(form.fullmatch(text), order)) is not None}
    if len(found) == 1:
        return found.pop()
    shown = " or ".join(sorted(map(str, found)))
    expected = "a cell formatted as a date, or a text such as 2026-01-31"
    raise CellError(f"{text!r} {f'may be {shown}' if found else 'is no date'}", expected)


def _date(match: re.Match[str] | None, order: tuple[int, int, int]) -> datetime.date | None:
    try:
        return datetime.date(*(int(match.groups()[at] or 1) for at in order)) if match else None
    except ValueError:
        return None


def _short(value: float) -> float | int:
    """A whole number as one."""
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
