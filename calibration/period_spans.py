"""Which periods of a scenario words mean: ``12``, ``2023-06``, ``2023-06-30``, ``2023-Q3``, ``2024-H1``, ``2024``, and
two of them with ``to`` between, ``2023-06 to 2024-05``.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from burncast.engine.language.scenario_model import Scenario, period_end
from burncast.engine.reading.schedules import Calendar

__all__ = ["Span", "SpanError", "read_span"]

_SPAN = re.compile(
    r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?))?"
)
_NUMBER = re.compile(r"\d{1,5}")


class SpanError(ValueError):
    """Words that mean no periods of the scenario: ``message``, and what was ``expected``."""

    def __init__(self, message: str, expected: str | None = None) -> None:
        self.message, self.expected = message, expected
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Span:
    """Periods ``first`` to ``last``, both included; ``is_whole`` where they begin and end with the days named."""

    first: int
    last: int
    is_whole: bool


def read_span(text: str, scenario: Scenario) -> Span:
    """The periods that ``text`` means; raises :class:`SpanError`."""
    ends = [end.strip() for end in re.split(r"\s+to\s+|\.\.", text.strip())]
    if len(ends) > 2 or not all(ends):
        raise SpanError(f"{text!r} is no period", _expected(scenario))
    if all(_NUMBER.fullmatch(end) and (scenario.start is None or int(end) < 1000) for end in ends):
        span = Span(int(ends[0]), int(ends[-1]), True)
    elif scenario.start is None:
        raise SpanError(f"{text!r} is no period", _expected(scenario))
    else:
        span = _dated(text, [_days(end, scenario) for end in ends], scenario, scenario.start)
    if span.first > span.last:
        raise SpanError(f"{text!r} ends before it begins")
    if span.last > scenario.periods:
        raise SpanError(f"{text!r} reaches beyond the last period, {_last(scenario)}")
    return span


def _dated(
    text: str, ends: list[tuple[datetime.date, datetime.date]], scenario: Scenario, start: datetime.date
) -> Span:
    calendar = Calendar(start, scenario.step, scenario.periods)
    begin, end = ends[0][0], ends[-1][1]
    first, last = calendar.period_of(begin), calendar.period_of(end)
    if last < 0 or (first < 0 <= last) or (first == 0 < last):
        raise SpanError(f"{text!r} begins before the first simulated day, {start}", "the part that is simulated")
    day = datetime.timedelta(days=1)
    is_whole = period_end(start, scenario.step, first - 1) == begin - day and (
        period_end(start, scenario.step, last) == end
    )
    return Span(first, last, is_whole)


def _days(text: str, scenario: Scenario) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of what one end of a span names."""
    match = _SPAN.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        year, quarter, half, month, day = (int(part) if part else 0 for part in match.groups())
        if day:
            return (found := datetime.date(year, month, day)), found
        months = 3 if quarter else 6 if half else 1 if month else 12
        first = 3 * quarter - 2 if quarter else 6 * half - 5 if half else month or 1
        begin = datetime.date(year, first, 1)
        return begin, _first_of_month(year, first + months) - datetime.timedelta(days=1)
    except ValueError:
        raise SpanError(f"{text!r} is no period", _expected(scenario)) from None


def _first_of_month(year: int, month: int) -> datetime.date:
    return datetime.date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _expected(scenario: Scenario) -> str:
    if scenario.start is None:
        return "a number of a period such as 12, or 3 to 8 (the scenario has no `start`)"
    return "2023-06, 2023-06-30, 2023-Q3, 2024-H1, 2024, 2023-06 to 2024-05, or a number of a period"


def _last(scenario: Scenario) -> str:
    dates = scenario.dates()
    return f"{scenario.periods}, which ends on {dates[-1]}" if dates else str(scenario.periods)
