"""Cells of spreadsheets as plain values: CSV as every program writes it, and workbooks.

A CSV file may be UTF-8 (with a byte order mark or without) or UTF-16 with one, separated by commas, semicolons or tabs,
with a first line ``sep=;`` as Excel has it, and with line breaks inside quotes. Workbooks are what ``python-calamine``
reads: xlsx, xlsm, xlsb, xls and ods.
"""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from burncast.distributions.errors import InputError, Problem, ScenarioError
from burncast.engine.documents.document import read_limited

__all__ = ["Cell", "Sheet", "cell_text", "column_letters", "quoted_text", "read_sheets"]

Cell: TypeAlias = str | float | bool | datetime.date | None

_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_MOST_CELLS, _MOST_BYTES = 2_000_000, 200_000_000
_SEPARATORS = (",", ";", "\t")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of one sheet, row by row from row 1; ``name`` is None, and ``separator`` not, in a CSV file."""

    name: str | None
    rows: list[list[Cell]]
    separator: str | None = None


def cell_text(text: str) -> str:
    """A text without the blanks around it that nobody sees, and with one kind of line end."""
    return text.replace("\r\n", "\n").strip().strip("\ufeff\u200b")


def quoted_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula when it opens a CSV file.

    >>> quoted_text("=1 + 1"), quoted_text("a note")
    ("'=1 + 1", 'a note')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def _unquoted(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def column_letters(column: int) -> str:
    """What a spreadsheet calls a column, counted from 0.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_sheets(path: Path, has_header: Callable[[list[Cell]], bool]) -> list[Sheet]:
    """The sheets of a file; ``has_header`` says which separator is the right one of a CSV file.

    Raises :class:`ScenarioError` if it cannot be read, InputError where what reads workbooks is not installed.
    """
    file = str(path)
    try:
        content = read_limited(path)
    except OSError as error:
        raise ScenarioError([Problem(f"cannot be read: {error.strerror or error}", file)]) from None
    if path.suffix.lower() in _WORKBOOKS:
        return _workbook(content, file)
    return [_csv(_decoded(content, file), file, has_header)]


def _workbook(content: bytes, file: str) -> list[Sheet]:
    try:
        import python_calamine
    except ImportError:
        raise InputError(
            f'{file}: reading workbooks needs python-calamine: pip install "burncast[excel]"; CSV files need nothing'
        ) from None
    try:
        _check_extent(content, file)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [Sheet(name, [[_plain(cell) for cell in row] for row in _rows(book, name)]) for name in book.sheet_names]
    except python_calamine.PasswordError:
        raise ScenarioError([Problem("is locked with a password", file, expected="a workbook without one")]) from None
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        problem = Problem(f"is no workbook: {str(error)[:200]}", file, expected="a file saved as .xlsx")
        raise ScenarioError([problem]) from None


def _check_extent(content: bytes, file: str) -> None:
    """Refuse a workbook with a sheet that is far too large: what reads it lays out all cells up to the last one, so
    that a single one in a sheet's last corner takes hundreds of gigabytes.
    """
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in archive.infolist():
            if not part.filename.startswith("xl/worksheets/sheet"):
                continue
            large = f"of {part.file_size:,} bytes" if part.file_size > _MOST_BYTES else ""
            if not large:
                places = _PLACE.findall(archive.read(part))
                column = max((_column_number(letters) for letters, _ in places), default=0)
                row = max((int(number) for _, number in places), default=0)
                large = f"that reaches to {column_letters(column - 1)}{row}" if column * row > _MOST_CELLS else ""
            if large:
                expected = "assumptions alone; delete what stands far below or to the right of them, and save"
                raise ScenarioError([Problem(f"has a sheet {large}", file, expected=expected)])


def _column_number(letters: bytes) -> int:
    """The number of a column, from 1."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number


def _rows(book: Any, name: str) -> list[list[Any]]:
    rows: list[list[Any]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return rows


def _plain(cell: Any) -> Cell:
    match cell:
        case bool() | float():
            return cell
        case int():
            return float(cell)
        case str():
            return _unquoted(cell_text(cell)) or None
        case datetime.datetime():
            return cell.date()
        case datetime.date():
            return cell
        case datetime.time() | datetime.timedelta():
            return str(cell)
    return None


def _decoded(content: bytes, file: str) -> str:
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"is not {'UTF-16' if wide else 'UTF-8'} text (byte {error.start + 1:,})"
        raise ScenarioError([Problem(message, file, expected="a file saved as CSV UTF-8")]) from None


def _csv(text: str, file: str, has_header: Callable[[list[Cell]], bool]) -> Sheet:
    declared = _SEPARATOR_LINE.match(text)
    separators = (declared[1],) if declared else _SEPARATORS
    text = text[declared.end() :] if declared else text
    read = [(separator, _csv_rows(text, separator)) for separator in separators]
    for separator, rows in read:
        if isinstance(rows, list) and any(has_header(row) for row in rows):
            return Sheet(None, rows, separator)
    separator, rows = max(read, key=lambda one: len(one[1][0]) if isinstance(one[1], list) and one[1] else 0)
    if isinstance(rows, Problem):
        raise ScenarioError([Problem(rows.message, file, rows.line)])
    return Sheet(None, rows, separator)


def _csv_rows(text: str, separator: str) -> list[list[Cell]] | Problem:
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            rows.append([_unquoted(cell_text(cell)) or None for cell in row])
    except csv.Error as error:
        return Problem(f"is not CSV: {error}", line=len(rows) + 1)
    return rows
