"""Observed data from a CSV file, read strictly: whatever cannot be used is refused by file, row and column.

A file is UTF-8 text with commas and a header row. A cell that is empty, or says ``NA``, ``N/A``, ``nan``, ``null`` or
``None``, is missing. Nothing is dropped unless it was asked for, and what was dropped is reported. Rows are numbered as
an editor numbers lines: the header is row 1.
"""

from __future__ import annotations

import datetime
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.csv_rows import Row, and_more, read_rows
from burncast.distributions.errors import DataError, Problem, nearest_name
from burncast.engine.language.unit_registry import UnitTextError, unit_registry

__all__ = ["Dropped", "ObservedData", "read_data"]

Column: TypeAlias = NDArray[Any]
Choice: TypeAlias = Literal["refuse", "drop"]

_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})
_YES, _NO = frozenset({"1", "1.0", "true", "yes"}), frozenset({"0", "0.0", "false", "no"})
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?|(\d\d)(\d\d))?", re.ASCII)
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows that were left out on request: why, and which."""

    reason: str
    rows: tuple[int, ...]

    def __str__(self) -> str:
        many = len(self.rows) != 1
        return f"{len(self.rows):,} row{'s' if many else ''} left out: {self.reason} ({_rows(self.rows)})"


@dataclass(frozen=True)
class ObservedData:
    """Columns of equal length with the row of the file that each value came from.

    ``columns`` holds float64 for numbers (nan where an optional cell is missing), datetime64[s] for dates, bool for
    flags and str for words. ``unit`` is what the file's column of units says, None where it has none.
    """

    file: str
    columns: Mapping[str, Column]
    rows: NDArray[np.int64]
    unit: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    dropped: tuple[Dropped, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, column: str) -> Column:
        return self.columns[column]

    @property
    def scenario_unit(self) -> str | None:
        """The unit as far as a scenario understands it: ``EUR/MWh``, but None for ``USD per chip-hour``."""
        try:
            unit_registry().read(self.unit or "")
        except UnitTextError:
            return None
        return self.unit

    def ordered_by(self, column: str) -> ObservedData:
        """The same rows in ascending order of a column, in which no value may stand twice (dates of a series)."""
        order = np.argsort(self.columns[column], kind="stable")
        keys = self.columns[column][order]
        same = np.flatnonzero(keys[1:] == keys[:-1])
        if len(same):
            first, second = (int(self.rows[order[same[0] + shift]]) for shift in (0, 1))
            message = f"{_shown(keys[same[0]])} stands twice, in rows {first} and {second}" + and_more(len(same) - 1)
            raise DataError([Problem(message, self.file, second, column, "one row for each; --where picks one series")])
        columns = {name: values[order] for name, values in self.columns.items()}
        return replace(self, columns=columns, rows=self.rows[order])

    def period(self, column: str) -> str:
        """The first and the last date of a column: ``2022-01-03 to 2024-05-01``."""
        first, last = (str(one)[:10] for one in (self.columns[column].min(), self.columns[column].max()))
        return first if first == last else f"{first} to {last}"

    def provenance(self, date: str | None = None) -> str:
        """Where the data came from, for the ``source`` of an entry: file, what was picked, rows, period."""
        picked = "".join(f", {column} = {value}" for column, value in self.where)
        period = f", {self.period(date)}" if date is not None else ""
        rows = f"{len(self):,} row{'s' if len(self) != 1 else ''} from {self.rows.min()} to {self.rows.max()}"
        return f"{Path(self.file).name}{picked}, {rows}{period}"

    def notes(self) -> list[str]:
        """What was left out, a sentence for each reason."""
        return [str(one) for one in self.dropped]


def read_data(
    path: str | os.PathLike[str],
    *,
    numbers: Sequence[str] = (),
    dates: Sequence[str] = (),
    flags: Sequence[str] = (),
    words: Sequence[str] = (),
    where: Mapping[str, str] | None = None,
    positive: Iterable[str] = (),
    not_negative: Iterable[str] = (),
    optional: Iterable[str] = (),
    missing: Choice = "refuse",
    duplicates: Literal["refuse", "drop", "keep"] = "refuse",
    unit_columns: Sequence[str] = ("unit", "currency"),
) -> ObservedData:
    """Read the named columns of a CSV file.

    ``flags`` are columns of 1/0, true/false or yes/no (an event or a censored value). ``where`` keeps the rows whose
    cells equal the given texts. ``positive`` are numbers above 0 (a logarithm is taken), ``not_negative`` ones from 0
    on (weights). ``optional`` columns may have missing cells; elsewhere ``missing="drop"`` leaves such rows out and
    says so. Two rows that agree in every column of a file with several are refused unless ``duplicates`` says to drop
    or to keep them. Rows of different units, in any of the ``unit_columns`` that the file has, are refused.

    Raises :class:`DataError` with one problem for each kind of mistake in each column.
    """
    file = str(path)
    header, rows = read_rows(Path(path), file)
    picked = dict(where or {})
    parsers: dict[str, Callable[[str], Any]] = {
        **dict.fromkeys(numbers, _number),
        **dict.fromkeys(dates, _date),
        **dict.fromkeys(flags, _flag),
        **dict.fromkeys(words, str),
    }
    unknown = [_unknown_column(file, header, name) for name in dict.fromkeys([*parsers, *picked]) if name not in header]
    if unknown:
        raise DataError(unknown)
    rows = _picked(file, header, rows, picked)
    dropped: list[Dropped] = []
    rows = _without_duplicates(file, header, rows, duplicates, dropped)
    rows = _without_missing(
        file, header, rows, [name for name in parsers if name not in set(optional)], missing, dropped
    )
    unit = _unit(file, header, rows, unit_columns)
    bounds = {**dict.fromkeys(not_negative, "not negative"), **dict.fromkeys(positive, "positive")}
    problems: list[Problem] = []
    columns = {
        name: _column(file, name, [(line, cells[header.index(name)]) for line, cells in rows], parse, bounds, problems)
        for name, parse in parsers.items()
    }
    if problems:
        raise DataError(problems)
    lines = np.array([line for line, _ in rows], dtype=np.int64)
    return ObservedData(file, columns, lines, unit, tuple(picked.items()), tuple(dropped))


def _picked(file: str, header: list[str], rows: list[Row], where: Mapping[str, str]) -> list[Row]:
    for column, value in where.items():
        at = header.index(column)
        kept = [row for row in rows if row[1][at] == value]
        if not kept:
            seen = list(dict.fromkeys(cells[at] for _, cells in rows))
            nearest = nearest_name(value, seen)
            expected = None if nearest else f"one of {', '.join(map(repr, seen[:_SHOWN]))}"
            message = f"no row has {value!r}" + (" among those picked" if len(where) > 1 else "")
            raise DataError([Problem(message, file, None, column, expected, nearest)])
        rows = kept
    return rows


def _without_duplicates(
    file: str, header: list[str], rows: list[Row], duplicates: str, dropped: list[Dropped]
) -> list[Row]:
    if duplicates == "keep" or len(header) == 1:
        return rows
    first_of: dict[tuple[str, ...], int] = {}
    again = {line: first for line, cells in rows if (first := first_of.setdefault(tuple(cells), line)) != line}
    if not again:
        return rows
    if duplicates == "drop":
        dropped.append(Dropped("the same as an earlier row in every column", tuple(again)))
        return [row for row in rows if row[0] not in again]
    line, first = next(iter(again.items()))
    message = f"is the same as row {first} in every column" + and_more(len(again) - 1)
    expected = 'every row once; duplicates="drop" leaves the later out, duplicates="keep" counts them all'
    raise DataError([Problem(message, file, line, None, expected)])


def _without_missing(
    file: str, header: list[str], rows: list[Row], needed: list[str], missing: Choice, dropped: list[Dropped]
) -> list[Row]:
    problems = []
    gone: set[int] = set()
    for name in needed:
        at = header.index(name)
        lines = [line for line, cells in rows if cells[at].lower() in _MISSING]
        if not lines:
            continue
        gone |= set(lines)
        dropped.append(Dropped(f"{name} is missing", tuple(lines)))
        message = "is missing" + and_more(len(lines) - 1)
        problems.append(Problem(message, file, lines[0], name, 'a value; missing="drop" leaves such rows out'))
    if problems and missing == "refuse":
        raise DataError(problems)
    kept = [row for row in rows if row[0] not in gone]
    if not kept:
        raise DataError([Problem("is missing in every row", file, None, problems[0].key, "at least one value")])
    return kept


def _unit(file: str, header: list[str], rows: list[Row], unit_columns: Sequence[str]) -> str | None:
    """The one unit of the rows, from the first of the ``unit_columns`` that says any."""
    found = None
    for column in unit_columns:
        if column not in header:
            continue
        first_of: dict[str, int] = {}
        for line, cells in rows:
            if cells[header.index(column)]:
                first_of.setdefault(cells[header.index(column)], line)
        if len(first_of) > 1:
            (one, first), (other, second) = list(first_of.items())[:2]
            message = f"is {other!r}, but {one!r} in row {first}" + and_more(len(first_of) - 2, "unit")
            raise DataError([Problem(message, file, second, column, "one unit; --where column=value picks one")])
        found = found or next(iter(first_of), None)
    return found


def _column(
    file: str,
    name: str,
    cells: list[tuple[int, str]],
    parse: Callable[[str], Any],
    bounds: Mapping[str, str],
    problems: list[Problem],
) -> Column:
    values: list[Any] = []
    wrong: dict[str, list[tuple[int, str]]] = {}
    for line, cell in cells:
        value = _NOTHING[parse] if cell.lower() in _MISSING else parse(cell)
        values.append(value)
        if value is None:
            wrong.setdefault(_EXPECTED[parse], []).append((line, cell))
        elif name in bounds and (value < 0 or (bounds[name] == "positive" and value == 0)):
            wrong.setdefault(_BOUND[bounds[name]], []).append((line, cell))
    for expected, places in wrong.items():
        line, cell = places[0]
        problems.append(Problem(f"is {cell!r}" + and_more(len(places) - 1), file, line, name, expected))
    if wrong:
        return np.empty(0)
    return np.array(values, dtype=_TYPES[parse])


def _number(cell: str) -> float | None:
    try:
        value = float(cell) if "_" not in cell else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _date(cell: str) -> datetime.datetime | None:
    day, separator, _ = cell.replace("T", " ").partition(" ")
    try:
        if not separator:
            found = _DATE.fullmatch(day)
            if not found:
                return None
            return datetime.datetime(int(found[1]), int(found[2] or found[4] or 1), int(found[3] or found[5] or 1))
        moment = datetime.datetime.fromisoformat(cell)
    except ValueError:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    return moment


def _flag(cell: str) -> bool | None:
    return True if cell.lower() in _YES else False if cell.lower() in _NO else None


_NOTHING: dict[Callable[[str], Any], Any] = {
    _number: math.nan,
    _date: np.datetime64("NaT"),
    _flag: False,
    str: "",
}
_TYPES: dict[Callable[[str], Any], str] = {_number: "float64", _date: "datetime64[s]", _flag: "bool", str: "str"}
_EXPECTED: dict[Callable[[str], Any], str] = {
    _number: "a number such as 1234.5",
    _date: "a date such as 2023-06-15",
    _flag: "1 or 0, true or false, yes or no",
}
_BOUND = {"positive": "a number above 0, for its logarithm is taken", "not negative": "a number from 0 on"}


def _unknown_column(file: str, header: list[str], name: str) -> Problem:
    nearest = nearest_name(name, header)
    expected = None if nearest else f"one of {', '.join(header)}"
    return Problem(f"there is no column {name!r}", file, 1, None, expected, nearest)


def _rows(rows: Sequence[int]) -> str:
    shown = ", ".join(str(row) for row in rows[:_SHOWN])
    return f"row{'s' if len(rows) > 1 else ''} {shown}" + (", …" if len(rows) > _SHOWN else "")


def _shown(value: Any) -> str:
    return str(value)[:10] if isinstance(value, np.datetime64) else repr(value)
