"""Rows of observations as they lie in a CSV or TOML file, or come from Python."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

from burncast.calibration.csv_rows import read_rows
from burncast.distributions.errors import DataError, Problem
from burncast.engine.documents.document import read_limited
from burncast.engine.documents.toml_lines import key_lines

__all__ = ["ObservationSource", "Row", "observation_rows"]

ObservationSource: TypeAlias = str | os.PathLike[str] | Iterable[Mapping[str, Any]]
"""A CSV or TOML file, or rows."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row that hold something, and where they stand."""

    cells: Mapping[str, Any]
    file: str | None
    line: int | None
    lines: Mapping[str, int]

    def problem(self, column: str, message: str, expected: str | None = None, nearest: str | None = None) -> Problem:
        """A problem in a column."""
        return Problem(message, self.file, self.lines.get(column, self.line), column, expected, nearest)

    def text(self, column: str) -> str:
        """The cell as text, empty where there is none."""
        return str(self.cells.get(column, "")).strip()


def observation_rows(source: ObservationSource) -> list[Row]:
    """The rows of a file, or those given."""
    if not isinstance(source, str | os.PathLike):
        rows = list(source)
        if not all(isinstance(row, Mapping) for row in rows):
            raise DataError([Problem("an observation is no mapping", None, None, None, "rows as mappings, or a file")])
        return [
            Row({str(key): cell for key, cell in row.items() if cell is not None}, "observations", number, {})
            for number, row in enumerate(rows, 1)
        ]
    path = Path(source)
    return _toml_rows(path) if path.suffix == ".toml" else _csv_rows(path)


def _csv_rows(path: Path) -> list[Row]:
    header, body = read_rows(path, str(path))
    return [
        Row({name: cell for name, cell in zip(header, cells, strict=True) if cell}, str(path), line, {})
        for line, cells in body
    ]


def _toml_rows(path: Path) -> list[Row]:
    file = str(path)
    try:
        text = read_limited(path).decode("utf-8-sig").replace("\r\n", "\n")
        data = tomllib.loads(text)
    except OSError as error:
        raise DataError([Problem(f"cannot be read: {error.strerror or error}", file)]) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError([Problem(f"is not valid TOML: {error}", file)]) from None
    tables, lines = data.pop("observations", None), key_lines(text)
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables) or data:
        raise DataError([Problem("is no list of observations", file, expected="tables headed [[observations]], alone")])
    return [
        Row(
            table,
            file,
            lines.get(("observations", place)),
            {
                str(path[2]): line
                for path, line in lines.items()
                if path[:2] == ("observations", place) and len(path) > 2
            },
        )
        for place, table in enumerate(cast(Sequence[Mapping[str, Any]], tables))
    ]
