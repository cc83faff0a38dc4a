"""Every error that burncast raises on purpose: few, and each carries its data.

An :class:`InputError` is the user's to mend (exit code 2); any other :class:`BurncastError` is a failure (exit code 1).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "BurncastError",
    "DataError",
    "FormulaError",
    "InputError",
    "InterruptedRunError",
    "LawError",
    "Problem",
    "ScenarioError",
    "SimulationError",
    "nearest_name",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: where it stands, what is wrong, what was expected, the nearest valid name."""

    message: str
    file: str | None = None
    line: int | None = None
    key: str | None = None
    expected: str | None = None
    nearest: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        text = ": ".join(part for part in (place, self.key, self.message) if part)
        if self.expected:
            text += f"; expected {self.expected}"
        if self.nearest:
            text += f"; did you mean {self.nearest!r}?"
        return text


class BurncastError(Exception):
    """Base of every error raised on purpose."""


class InputError(BurncastError):
    """Something the user wrote cannot be used."""


class ScenarioError(InputError):
    """All the problems of a scenario, reported at once.

    Attributes: ``problems``, never empty, each once, in the order of files and lines; ``file``, ``line`` and ``key`` of
    the first one.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        once = dict.fromkeys(problems)
        self.problems = tuple(sorted(once, key=lambda problem: (problem.file or "", problem.line or 0)))
        first = self.problems[0]
        self.file, self.line, self.key = first.file, first.line, first.key
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DataError(InputError):
    """Observed data that cannot be used as they are: every problem at once, one of each kind.

    Attributes: ``problems``, never empty, whose ``line`` is the row of the file (the header is row 1) and whose ``key``
    is the column; ``file``, ``row`` and ``column`` of the first one.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        self.file, self.row, self.column = first.file, first.line, first.key
        super().__init__("\n".join(str(problem) for problem in self.problems))


class FormulaError(InputError):
    """An expression that reads well but means nothing: ``argument`` names the offending part, if one can be named."""

    def __init__(
        self, message: str, *, argument: str | None = None, expected: str | None = None, nearest: str | None = None
    ) -> None:
        self.message, self.argument, self.expected, self.nearest = message, argument, expected, nearest
        super().__init__(str(Problem(message, key=argument, expected=expected, nearest=nearest)))


class LawError(FormulaError):
    """A distribution that cannot be: ``argument`` names the offending parameter, where one can be named."""


class SimulationError(InputError):
    """A quantity of the scenario became NaN or infinite.

    Attributes: ``quantity``, ``trajectory`` and ``period`` say where it first did.
    """

    def __init__(self, message: str, *, quantity: str, trajectory: int, period: int) -> None:
        self.quantity, self.trajectory, self.period = quantity, trajectory, period
        super().__init__(message)


class InterruptedRunError(BurncastError):
    """The run was stopped: ``done`` of ``total`` trajectories had been finished."""

    def __init__(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        super().__init__(f"stopped after {done:,} of {total:,} trajectories")


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like ``name``, or None where none comes close.

    Among names that look equally like it, one with the same letters is nearest, then one of the same length.

    >>> nearest_name("gmb", ["gumbel", "gbm"])
    'gbm'
    """
    matches = difflib.get_close_matches(name, list(known), n=5, cutoff=0.6)

    def unlikeness(other: str) -> tuple[float, bool, int]:
        likeness = difflib.SequenceMatcher(None, other, name).ratio()
        return -round(likeness, 6), sorted(other) != sorted(name), abs(len(other) - len(name))

    return min(matches, key=unlikeness, default=None)
