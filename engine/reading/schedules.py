"""Paths known in advance: tables of dates, columns of CSV files, laid on the periods of a scenario.

Every dated value belongs to the period that contains its date. ``hold`` keeps it until the next one (before the first
date its value already holds), ``interpolate`` runs in a straight line between periods that have one, and ``zero`` is
zero in all other periods. Where several dates fall into one period, the latest counts (under ``zero`` their sum).
Without a ``start`` of the scenario the keys are the periods themselves.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from burncast.distributions.errors import Problem, nearest_name
from burncast.engine.documents.document import read_limited
from burncast.engine.language import expression_nodes as tree
from burncast.engine.language.expression_nodes import Expression, Known
from burncast.engine.language.scenario_model import Location, Step, period_end
from burncast.engine.reading.sip_inputs import SipKey, SipMembers, resolve_sip

if TYPE_CHECKING:
    from burncast.distributions.sip_library import Sip

__all__ = [
    "BETWEEN",
    "Calendar",
    "lay_on_periods",
    "names_files",
    "read_csv",
    "read_date",
    "resolve_data",
    "schedule_values",
]

BETWEEN = ("hold", "interpolate", "zero")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ].*)?", re.ASCII)
_MONTHS = {"month": 1, "quarter": 3}
Row: TypeAlias = tuple[int, str, float]


@dataclass(slots=True)
class Calendar:
    """The periods of a scenario, and the data files read for it: content by path, and (name as written, sha256).

    ``sips`` are the SIPs that it draws, ``sip_members`` those that are inputs (of variants too).
    """

    start: datetime.date | None
    step: Step
    periods: int
    files: dict[str, bytes] = field(default_factory=dict)
    digests: set[tuple[str, str]] = field(default_factory=set)
    sips: dict[SipKey, Sip] = field(default_factory=dict)
    sip_members: SipMembers = field(default_factory=dict)

    def period_of(self, date: datetime.date) -> int:
        """The period that contains a date; 1 begins on ``start``, and there are periods before it."""
        assert self.start is not None
        if self.step == "week":
            return (date - self.start).days // 7 + 1
        months = (date.year - self.start.year) * 12 + date.month - self.start.month
        guess = months // _MONTHS[self.step]
        return guess + 1 if date > period_end(self.start, self.step, guess) else guess


def read_date(text: str) -> datetime.date | None:
    """``2023``, ``2023-06``, ``2023-06-15``, with any time of day after it; None for anything else."""
    match = _DATE.fullmatch(text.strip())
    try:
        return datetime.date(*(int(part or 1) for part in match.groups())) if match else None
    except ValueError:
        return None


def lay_on_periods(points: Sequence[tuple[int, float]], periods: int, between: str) -> tuple[float, ...]:
    """Values at the periods 0..T from (period, value) pairs in order of time.

    >>> lay_on_periods([(1, 5.0), (3, 9.0)], 4, "interpolate")
    (5.0, 5.0, 7.0, 9.0, 9.0)
    """
    if between == "zero":
        sums = [0.0] * (periods + 1)
        for period, value in points:
            if 1 <= period <= periods:
                sums[period] += value
        return tuple(sums)
    latest = dict(points)
    dated = sorted(latest)
    path: list[float] = []
    following = 0
    for period in range(periods + 1):
        while following < len(dated) and dated[following] <= period:
            following += 1
        left = latest[dated[max(following - 1, 0)]]
        if between == "interpolate" and 0 < following < len(dated):
            first, last = dated[following - 1], dated[following]
            left += (latest[last] - left) * (period - first) / (last - first)
        path.append(left)
    return tuple(path)


def schedule_values(
    table: Mapping[str, Any], between: str, calendar: Calendar, location: Location, problems: list[Problem]
) -> Known | None:
    """A table of dates as a path; None where it cannot be read, which is reported."""
    points: list[tuple[datetime.date | int, float]] = []
    before = len(problems)
    for key, value in table.items():
        when = _moment(key, calendar)
        if when is None:
            expected = (
                "a date such as 2023-06" if calendar.start else "a period such as 12 (the scenario has no `start`)"
            )
            problems.append(location.problem(f"{key!r} is no point in time", expected))
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            problems.append(location.problem(f"the value at {key!r} is {value!r}", "a number"))
        else:
            points.append((when, float(value)))
    if not table:
        problems.append(location.problem("the schedule is empty"))
    return _path(points, between, calendar) if len(problems) == before else None


_SAMPLED = frozenset({"empirical", "smoothed"})
"""Laws that read a sample from a file."""


def names_files(text: str) -> bool:
    """Whether an expression can have anything for :func:`resolve_data` to do."""
    return "series" in text or "sip" in text or any(name in text for name in _SAMPLED)


def resolve_data(
    expression: Expression, calendar: Calendar, location: Location, problems: list[Problem]
) -> Expression | None:
    """Replace ``series("file.csv", "column")`` by its path, the file in ``empirical("file.csv", "column")`` by its
    numbers, and ``sip("library.SIPmath", "Demand")`` by its law."""
    if isinstance(expression, tree.Call):
        if expression.function == "series":
            return _series(expression, calendar, location, problems)
        if expression.function == "sip":
            return _sip(expression, calendar, location, problems)
        if expression.function in _SAMPLED and any(isinstance(item, tree.Text) for item in expression.arguments):
            return _sample(expression, calendar, location, problems)
    old = tree.children(expression)
    new = tuple(resolve_data(child, calendar, location, problems) for child in old)
    if any(child is None for child in new):
        return None
    if all(a is b for a, b in zip(old, new, strict=True)):
        return expression
    return tree.replace_children(expression, tuple(child for child in new if child is not None))


def _moment(key: str, calendar: Calendar) -> datetime.date | int | None:
    if calendar.start is not None:
        return read_date(key)
    return int(key) if key.isascii() and key.isdigit() and len(key) < 7 else None


def _path(points: list[tuple[datetime.date | int, float]], between: str, calendar: Calendar) -> Known:
    placed = [
        (calendar.period_of(when) if isinstance(when, datetime.date) else when, when, value) for when, value in points
    ]
    ordered = sorted(placed, key=lambda point: (point[0], str(point[1])))
    return Known(lay_on_periods([(period, value) for period, _, value in ordered], calendar.periods, between))


def _series(call: tree.Call, calendar: Calendar, location: Location, problems: list[Problem]) -> Known | None:
    expected = 'series("file.csv", "column"), and between="hold", "interpolate" or "zero"'
    keywords = dict(call.keywords)
    between = keywords.pop("between", tree.Text("hold"))
    words = [item.value for item in call.arguments if isinstance(item, tree.Text)]
    if len(words) != 2 or len(call.arguments) != 2 or keywords or not isinstance(between, tree.Text):
        problems.append(location.problem("a series takes a file and a column", expected))
        return None
    if between.value not in BETWEEN:
        nearest = nearest_name(between.value, BETWEEN)
        problems.append(location.problem(f"between={between.value!r} is unknown", expected, nearest))
        return None
    rows = _columns(words[0], words[1], True, calendar, location, problems)
    if rows is None:
        return None
    points: list[tuple[datetime.date | int, float]] = []
    for number, date, value in rows:
        when = _moment(date, calendar)
        if when is None:
            problems.append(location.problem(f"{words[0]}, row {number}: {date!r} is no point in time", "2023-06-15"))
            return None
        points.append((when, value))
    return _path(points, between.value, calendar)


def _sample(call: tree.Call, calendar: Calendar, location: Location, problems: list[Problem]) -> Expression | None:
    words = [item.value for item in call.arguments if isinstance(item, tree.Text)]
    if len(words) != 2 or len(call.arguments) != 2:
        problems.append(
            location.problem("a sample takes a file and a column", f'{call.function}("file.csv", "column")')
        )
        return None
    rows = _columns(words[0], words[1], False, calendar, location, problems)
    if rows is None:
        return None
    return tree.Call(call.function, (tree.Sequence(tuple(tree.Number(value) for _, _, value in rows)),), call.keywords)


def _sip(call: tree.Call, calendar: Calendar, location: Location, problems: list[Problem]) -> Expression | None:
    def read(name: str) -> bytes | None:
        return _read_beside(name, "a SIPmath library", calendar, location, problems)

    found = resolve_sip(call, read, location, problems)
    if found is None:
        return None
    sip, expression = found
    library = next(item.value for item in call.arguments if isinstance(item, tree.Text))
    calendar.sips[location.file, library, sip.name] = sip
    return expression


def read_csv(
    name: str, calendar: Calendar, location: Location, problems: list[Problem]
) -> tuple[list[str], list[list[str]]] | None:
    """The header and the rows of a CSV file beside the scenario, whose content becomes part of its identity."""
    content = _read_beside(name, "a CSV file", calendar, location, problems)
    if content is None:
        return None
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header = [cell.strip() for cell in next(reader, [])]
        rows = list(reader)
    except (UnicodeDecodeError, ValueError, csv.Error) as error:
        problems.append(location.problem(f"{name!r} is not a CSV file: {error}"))
        return None
    return header, rows


def _read_beside(name: str, what: str, calendar: Calendar, location: Location, problems: list[Problem]) -> bytes | None:
    """The content of a file beside the scenario, which becomes part of its identity."""
    path = Path(location.file).parent / name if location.file else Path(name)
    try:
        content = calendar.files.get(str(path)) or read_limited(path, 200_000_000)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        message = f"{name!r} cannot be read: {reason or error}"
        problems.append(location.problem(message, f"{what} beside the scenario ({path})"))
        return None
    calendar.files[str(path)] = content
    calendar.digests.add((name, hashlib.sha256(content).hexdigest()))
    return content


def _columns(
    name: str, column: str, dated: bool, calendar: Calendar, location: Location, problems: list[Problem]
) -> list[Row] | None:
    """(row number, date, value) of every row of a CSV file whose cell in ``column`` is not empty."""

    def refuse(message: str, expected: str | None = None, nearest: str | None = None) -> list[Row] | None:
        problems.append(location.problem(message, expected, nearest))
        return None

    table = read_csv(name, calendar, location, problems)
    if table is None:
        return None
    header, rows = table
    if column not in header:
        return refuse(f"{name!r} has no column {column!r}", nearest=nearest_name(column, header))
    value_at, date_at = header.index(column), header.index("date") if "date" in header else 0
    found: list[Row] = []
    for number, row in enumerate(rows, 2):
        cell = row[value_at].strip() if value_at < len(row) else ""
        if not cell:
            continue
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            return refuse(f"{name}, row {number}: {cell!r} is not a number")
        found.append((number, row[date_at] if dated else "", value))
    if not found:
        return refuse(f"the column {column!r} of {name!r} is empty")
    return found
