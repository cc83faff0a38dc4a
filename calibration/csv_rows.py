"""The rows of a CSV file of observed data, each with the line at which it begins: the header is row 1.

A file is UTF-8 text with commas and a header row; blank lines are passed over.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TypeAlias

from burncast.distributions.errors import DataError, Problem, nearest_name
from burncast.engine.documents.document import read_limited

__all__ = ["Row", "and_more", "read_rows"]

_MAX_BYTES = 200_000_000

Row: TypeAlias = tuple[int, list[str]]


def read_rows(path: Path, file: str) -> tuple[list[str], list[Row]]:
    """The header, and every row that is not blank with the line at which it begins."""
    try:
        text = read_limited(path, _MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError([Problem(f"is not UTF-8 text (byte {error.start + 1:,})", file)]) from None
    except OSError as error:
        nearest = None if path.exists() else _nearest_file(path)
        message = "there is no such file" if not path.exists() else f"cannot be read: {error.strerror or error}"
        raise DataError([Problem(message, file, nearest=nearest)]) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    begin = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((begin, [cell.strip() for cell in cells]))
            begin = reader.line_num + 1
    except csv.Error as error:
        raise DataError([Problem(f"is not a CSV file: {error}", file, reader.line_num)]) from None
    if not rows:
        raise DataError([Problem("is empty", file, expected="a header row and rows of data below it")])
    (first, header), *body = rows
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise DataError([Problem("the columns are not separated by commas", file, first, expected="a,b,c")])
    for name in header:
        if header.count(name) > 1:
            raise DataError([Problem("two columns have this name", file, first, name or "(no name)")])
    if not body:
        raise DataError([Problem("has a header and no rows of data", file, first)])
    ragged = [(line, len(cells)) for line, cells in body if len(cells) != len(header)]
    if ragged:
        line, count = ragged[0]
        message = f"has {count} cells where the header has {len(header)}" + and_more(len(ragged) - 1)
        raise DataError([Problem(message, file, line)])
    return header, body


def and_more(more: int, thing: str = "row") -> str:
    """How many others are wrong in the same way: `` (and 3 more rows)``; nothing where there are none."""
    return f" (and {more:,} more {thing}{'s' if more > 1 else ''})" if more > 0 else ""


def _nearest_file(path: Path) -> str | None:
    try:
        return nearest_name(path.name, [one.name for one in path.parent.glob("*.csv")])
    except OSError:
        return None
