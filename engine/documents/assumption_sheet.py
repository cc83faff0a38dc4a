"""Assumptions kept in a spreadsheet: each row overrides a value of the scenario that the sheet fills in.

A sheet has a row of headings, ``name`` and ``value`` among them, and below it a row for each assumption. Read, it is a
document that overrides another: the one that its setting ``extends`` names, or the text that a workbook carries in its
sheet ``Scenario``. Rows that are not there leave the scenario as it is.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from burncast.distributions.errors import Problem, ScenarioError, nearest_name
from burncast.engine.documents.document import Document, parse_document
from burncast.engine.documents.sheet_cells import Cell, Sheet, column_letters, read_sheets
from burncast.engine.documents.sheet_values import (
    CellError,
    NumberStyle,
    as_day,
    as_number,
    as_value,
    as_words,
    number_style,
)
from burncast.engine.documents.toml_lines import KeyPath, show_key
from burncast.engine.language.expressions import is_name
from burncast.engine.language.scenario_model import Location

__all__ = ["COLUMNS", "SCENARIO_SHEET", "VALUE_KEYS", "read_assumption_sheet"]

COLUMNS = ("variant", "section", "name", "element", "kind", "value", "unit", "lowest", "highest", "source", "note")
"""The headings that are read; others may stand beside them."""
SCENARIO_SHEET = "Scenario"
"""The sheet of a workbook that carries the text of a scenario, line by line in its first column."""
VALUE_KEYS = {"inputs": "value", "processes": "value", "formulas": "value", "stocks": "start"}
"""Sections of the sheet beside ``scenario``, and the key that the value of a row is."""

_NEEDED = ("name", "value")
_ABOUT = ("unit", "source", "note")
_SECTIONS = ("scenario", *VALUE_KEYS)
_HEADINGS_WITHIN = 50
_OF_RESULTS = {"Summary", "Assumptions", "About"}
Read = TypeVar("Read")


def read_assumption_sheet(path: Path) -> Document:
    """The rows of a CSV file or a workbook as a document that overrides what it fills in.

    Its ``problems`` are every mistake of the cells. Raises :class:`ScenarioError` where it is no such sheet.
    """
    file = str(path)
    sheets = read_sheets(path, _is_header)
    sheet = next((sheet for sheet in sheets if any(map(_is_header, sheet.rows[:_HEADINGS_WITHIN]))), None)
    if sheet is None:
        raise ScenarioError([_no_header(sheets, file)])
    reader = _SheetReader(sheet, file)
    reader.read()
    scenario = next((one for one in sheets if one.name == SCENARIO_SHEET), None)
    about = reader.data.get("scenario", {})
    base = None
    if "extends" not in about and scenario is not None and scenario is not sheet:
        base = _carried(scenario, file)
    elif "extends" not in about and {one.name for one in sheets} >= _OF_RESULTS:
        expected = "one that burncast to-sheet writes"
        raise ScenarioError([Problem("is a workbook of results, not one to fill in", file, expected=expected)])
    elif "extends" not in about:
        expected = "a row with section scenario, name extends, and as value a packaged scenario or a TOML file"
        missing = Problem("does not say which scenario it fills in", reader.file, expected=expected)
        raise ScenarioError(reader.problems or [missing])
    return Document(reader.data, file, "", reader.places, is_sheet=True, base=base, problems=tuple(reader.problems))


def _heading(cell: Cell) -> str:
    return cell.casefold() if isinstance(cell, str) else ""


def _is_header(row: list[Cell]) -> bool:
    headings = {_heading(cell) for cell in row}
    return all(needed in headings for needed in _NEEDED)


def _no_header(sheets: list[Sheet], file: str) -> Problem:
    """What is wrong with a file of which no row has the headings: the row that comes nearest, if one does."""
    best: tuple[int, Sheet, int] | None = None
    for sheet in sheets:
        for number, row in enumerate(sheet.rows[:_HEADINGS_WITHIN], 1):
            count = len({_heading(cell) for cell in row} & set(COLUMNS))
            if count > (best[0] if best else 1):
                best = count, sheet, number
    expected = f"a row with the headings {', '.join(COLUMNS)}"
    if best is None:
        named = [sheet.name for sheet in sheets if sheet.name is not None]
        among = f" in {', '.join(named)}" if named else ""
        return Problem(f"has no row of headings{among}", file, expected=f"{expected}; name and value are needed")
    _, sheet, number = best
    headings = [cell for cell in sheet.rows[number - 1] if isinstance(cell, str)]
    missing = next(one for one in _NEEDED if one not in map(_heading, headings))
    others = [one for one in headings if _heading(one) not in COLUMNS]
    place = f"{file} [{sheet.name}]" if sheet.name else file
    return Problem(f"has no column {missing!r}", place, number, None, expected, nearest_name(missing, others))


def _carried(sheet: Sheet, file: str) -> Document:
    """The scenario that a workbook carries."""
    lines = [row[0] if row else None for row in sheet.rows]
    text = "".join(f"{line if line is not None else ''}\n" for line in lines)
    document = parse_document(text, f"{file} [{SCENARIO_SHEET}]")
    return Document(document.data, file, document.text, document.places)


@dataclass(slots=True)
class _SheetReader:
    """Rows into tables; every mistake into ``problems``."""

    sheet: Sheet
    path: str
    data: dict[str, Any] = field(default_factory=dict)
    places: dict[KeyPath, Location] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    style: NumberStyle = field(default_factory=lambda: NumberStyle(None, True))
    rows_of: dict[tuple[str, ...], int] = field(default_factory=dict)

    @property
    def file(self) -> str:
        return f"{self.path} [{self.sheet.name}]" if self.sheet.name is not None else self.path

    def read(self) -> None:
        top = next(number for number, row in enumerate(self.sheet.rows) if _is_header(row))
        self.read_headings(top)
        rows = [
            (number, {name: row[at] if at < len(row) else None for name, at in self.columns.items()})
            for number, row in enumerate(self.sheet.rows[top + 1 :], top + 2)
        ]
        numbers = [row.get(name) for _, row in rows for name in ("value", "lowest", "highest")]
        self.style = number_style(numbers, self.sheet.separator)
        for number, row in rows:
            if any(row.get(name) is not None for name in ("name", "element", "value", "lowest", "highest")):
                self.read_row(number, row)

    def read_headings(self, top: int) -> None:
        headings = self.sheet.rows[top]
        strange = []
        for at, cell in enumerate(headings):
            heading = _heading(cell)
            if heading in self.columns:
                self.report(top + 1, heading, f"there are two columns {heading!r}", "one of each", at=at)
            elif heading in COLUMNS:
                self.columns[heading] = at
            elif heading:
                strange.append((at, heading))
        missing = [one for one in COLUMNS if one not in self.columns]
        for at, heading in strange:
            if (nearest := nearest_name(heading, missing)) is not None:
                self.report(top + 1, heading, f"{headings[at]!r} is no heading", nearest=nearest, at=at)

    def report(
        self,
        row: int,
        column: str,
        message: str,
        expected: str | None = None,
        nearest: str | None = None,
        *,
        at: int | None = None,
    ) -> None:
        """A mistake in a cell, named as a spreadsheet does."""
        letters = column_letters(self.columns.get(column, 0) if at is None else at)
        self.problems.append(Problem(message, self.file, row, f"{letters}{row} ({column})", expected, nearest))

    def cell(self, number: int, row: Mapping[str, Cell], column: str, read: Callable[[Cell], Read]) -> Read | None:
        """What a cell means; None, and a problem, where it means nothing."""
        try:
            return read(row.get(column))
        except CellError as error:
            self.report(number, column, error.message, error.expected)
            return None

    def read_row(self, number: int, row: Mapping[str, Cell]) -> None:
        section = (as_words(row.get("section")) or "inputs").lower()
        name, variant = as_words(row.get("name")), as_words(row.get("variant"))
        above = ("variants", variant, section) if variant else (section,)
        if name is None:
            expected = "the name in every row; of merged cells only the first row has it"
            self.report(number, "name", "there is no name beside the value", expected)
        elif section not in _SECTIONS:
            nearest, expected = nearest_name(section, _SECTIONS), f"one of {', '.join(_SECTIONS)}; empty: inputs"
            self.report(number, "section", f"there is no section {section!r}", expected, nearest)
        elif section == "scenario":
            self.read_setting(number, row, (*above, name))
        elif not is_name(name):
            plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()
            expected = "letters, digits and underscores, not a word of the language"
            self.report(number, "name", f"{name!r} cannot be a name", expected, plain if is_name(plain) else None)
        else:
            self.read_value(number, row, (*above, name), VALUE_KEYS[section])

    def read_setting(self, number: int, row: Mapping[str, Cell], path: tuple[str, ...]) -> None:
        if row.get("value") is None or not self.is_first(number, path, path):
            return
        readers: dict[str, Callable[[Cell], Any]] = {
            "periods": lambda cell: as_number(cell, self.style, "a whole number"),
            "start": as_day,
        }
        value = self.cell(number, row, "value", readers.get(path[-1], as_words))
        if value is not None:
            self.put(path, value, number)

    def read_value(self, number: int, row: Mapping[str, Cell], path: tuple[str, ...], key: str) -> None:
        element = row.get("element")
        labels = tuple(label.strip() for label in (as_words(element) or "").split(",") if label.strip())
        if isinstance(element, datetime.date) or as_words(row.get("kind")) == "schedule":
            key = "schedule"
        if not self.is_first(number, (*path, key, *labels), (*path, *labels)):
            return
        value = self.cell(number, row, "value", lambda cell: as_value(cell, self.style))
        if value is not None:
            self.put((*path, key, *labels), value, number)
        self.read_about(number, row, path)

    def read_about(self, number: int, row: Mapping[str, Cell], path: tuple[str, ...]) -> None:
        """What is said of the quantity, in any one of its rows."""
        said: dict[str, Any] = {key: as_words(row.get(key)) for key in _ABOUT}
        ends = [column for column in ("lowest", "highest") if row.get(column) is not None]
        if len(ends) == 1:
            missing = "highest" if ends == ["lowest"] else "lowest"
            self.report(number, missing, "a decision has a lowest and a highest value", "both, or neither")
        elif ends:
            found = [self.cell(number, row, column, lambda cell: as_number(cell, self.style)) for column in ends]
            said["decision"] = None if None in found else found
        for key, value in said.items():
            if value is None:
                continue
            other = self.rows_of.setdefault((*path, key), number)
            known = self.known((*path, key))
            if known is None:
                self.put((*path, key), value, number)
            elif known != value:
                column = "lowest" if key == "decision" else key
                message = f"row {other} says something else of {path[-1]}"
                self.report(number, column, message, "it in one of the rows only")

    def is_first(self, number: int, path: tuple[str, ...], shown: tuple[str, ...]) -> bool:
        """Whether no row before gave the same; two that do are a mistake."""
        other = self.rows_of.setdefault(path, number)
        if other == number:
            return True
        self.report(number, "name", f"{show_key(shown)} stands in row {other} already", "one row for each")
        return False

    def known(self, path: tuple[str, ...]) -> Any:
        table: Any = self.data
        for part in path:
            table = table.get(part) if isinstance(table, dict) else None
        return table

    def put(self, path: tuple[str, ...], value: Any, number: int) -> None:
        table: Any = self.data
        for part in path[:-1]:
            table = table.setdefault(part, {}) if isinstance(table, dict) else None
        if not isinstance(table, dict) or isinstance(table.get(path[-1]), dict):
            self.report(number, "element", "there is a value for all elements beside one for some", "one or the other")
            return
        table[path[-1]] = value
        for length in range(1, len(path) + 1):
            self.places.setdefault(path[:length], Location(self.file, number, show_key(path[:length])))
