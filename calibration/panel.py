"""A panel: figures of several companies over time, each with the day from which it was known.

A backtest may use only what was known at its origin. The day from which a figure was known is not the day that it is
about: accounts of March are filed in May.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.observed_data import Choice, read_data
from burncast.distributions.errors import DataError, InputError, Problem, nearest_name
from burncast.distributions.notebook_view import Cell, Shown, View

__all__ = ["Panel", "read_panel", "shifted"]

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Day: TypeAlias = datetime.date | str


@dataclass(frozen=True)
class Panel(Shown):
    """Rows ordered by company and date.

    ``entity`` str[n], ``date`` and ``known_from`` datetime64[D][n], ``values`` float64[n] by name, nan where a figure
    is missing, ``words`` str[n] by name. ``step_months`` is the distance of successive dates of one company:
    1, 3 or 12 months.
    """

    entity: NDArray[np.str_]
    date: Days
    known_from: Days
    values: Mapping[str, Floats]
    words: Mapping[str, NDArray[np.str_]]
    step_months: int = 3

    def __len__(self) -> int:
        return len(self.entity)

    def __getitem__(self, variable: str) -> Floats:
        """The figures of one variable, float64[n]."""
        if variable not in self.values:
            nearest = nearest_name(variable, self.values)
            expected = f"one of {', '.join(self.values)}"
            raise InputError(
                str(Problem("the panel has no such variable", key=variable, expected=expected, nearest=nearest))
            )
        return self.values[variable]

    @property
    def entities(self) -> tuple[str, ...]:
        """The companies, in alphabetical order."""
        return tuple(str(name) for name in np.unique(self.entity))

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Panel:
        """The chosen rows."""
        values = {name: column[chosen] for name, column in self.values.items()}
        words = {name: column[chosen] for name, column in self.words.items()}
        entity, date, known_from = self.entity[chosen], self.date[chosen], self.known_from[chosen]
        return replace(self, entity=entity, date=date, known_from=known_from, values=values, words=words)

    def known_at(self, origin: Day) -> Panel:
        """What was known on a day: the rows whose ``known_from`` is not after it."""
        return self.rows(self.known_from <= np.datetime64(origin, "D"))

    def of(self, entity: str) -> Panel:
        """The rows of one company."""
        return self.rows(self.entity == entity)

    def with_variable(self, name: str, figures: Floats) -> Panel:
        """The panel with one more variable, float64[n]."""
        return replace(self, values={**self.values, name: figures})

    def previous(self) -> NDArray[np.int64]:
        """For each row the row of the same company one step earlier, −1 where there is none; int64[n]."""
        before = np.full(len(self), -1)
        if len(self) > 1:
            same = self.entity[1:] == self.entity[:-1]
            apart = np.abs(self.date[1:] - shifted(self.date[:-1], self.step_months)) <= self._slack
            before[1:][same & apart] = np.flatnonzero(same & apart)
        return before

    def at(self, target: Day) -> int | None:
        """The row nearest to a date, None where none is within half a step; of a panel of one company."""
        if not len(self):
            return None
        away = np.abs(self.date - np.datetime64(target, "D"))
        nearest = int(np.argmin(away))
        return nearest if away[nearest] <= self._slack else None

    def _view(self) -> View:
        span = f"{len(self.entities)} companies, {len(self):,} rows"
        if len(self):
            span += f", {self.date.min()} to {self.date.max()}"
        rows: list[list[Cell]] = []
        for name, figures in self.values.items():
            there = figures[~np.isnan(figures)]
            middle = [float(np.quantile(there, p)) for p in (0.05, 0.5, 0.95)] if len(there) else [None] * 3
            rows.append([name, len(there), len(figures) - len(there), *middle])
        return View("Panel", ["figure", "known", "missing", "p5", "median", "p95"], rows, remarks=[span])

    @property
    def _slack(self) -> np.timedelta64:
        return np.timedelta64(15 * self.step_months, "D")


def read_panel(
    path: str | os.PathLike[str],
    *,
    entity: str,
    date: str,
    variables: Sequence[str],
    known_from: str | None = None,
    words: Sequence[str] = (),
    step_months: int = 3,
    missing: Choice = "refuse",
) -> Panel:
    """Read a panel from a CSV file with columns of companies, dates and figures.

    Cells of ``variables`` and of the further columns ``words`` may be empty. Without ``known_from`` a figure counts as
    known on its date. Raises :class:`~burncast.distributions.errors.DataError`, with row and column, for what cannot be
    used: a date that is none, a row without company, a company with two rows of one date, figures of different units.
    """
    dates = [date] if known_from is None else [date, known_from]
    data = read_data(
        path,
        words=[entity, *words],
        dates=dates,
        numbers=variables,
        optional=[*variables, *words],
        missing=missing,
    )
    names = np.asarray(data[entity], dtype=np.str_)
    about = data[date].astype("datetime64[D]")
    known = about if known_from is None else data[known_from].astype("datetime64[D]")
    early = np.flatnonzero(known < about)
    if len(early):
        row = int(data.rows[early[0]])
        message = f"{known[early[0]]} is before {about[early[0]]}, the date that the figures are about"
        raise DataError([Problem(message, data.file, row, known_from, "a later day")])
    order = np.lexsort((about, names))
    names, about = names[order], about[order]
    twice = np.flatnonzero((names[1:] == names[:-1]) & (about[1:] == about[:-1]))
    if len(twice):
        first, second = sorted(int(data.rows[order[twice[0] + shift]]) for shift in (0, 1))
        message = f"{names[twice[0]]} has two rows of {about[twice[0]]}, {first} and {second}"
        raise DataError([Problem(message, data.file, second, date, "one row for each company and date")])
    figures = {name: np.asarray(data[name], dtype=np.float64)[order] for name in variables}
    texts = {name: np.asarray(data[name], dtype=np.str_)[order] for name in words}
    return Panel(names, about, known[order], figures, texts, step_months)


def shifted(dates: Any, months: int) -> Any:
    """Dates datetime64[D] so many months later; the last day of a month stays the last day of a month.

    >>> shifted(np.array(["2023-11-30", "2024-01-15"], "datetime64[D]"), 3).astype(str).tolist()
    ['2024-02-29', '2024-04-15']
    """
    days = np.asarray(dates, "datetime64[D]")
    month = days.astype("datetime64[M]")
    day = (days - month.astype("datetime64[D]")).astype(int)
    length = _length(month)
    target = month + months
    kept = np.where(day + 1 == length, _length(target) - 1, np.minimum(day, _length(target) - 1))
    return target.astype("datetime64[D]") + kept


def _length(month: Any) -> Any:
    return ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(int)
