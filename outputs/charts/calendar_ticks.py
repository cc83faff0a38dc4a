"""Where a time axis carries marks, and what they say: starts of months (or days), the year where it begins."""

from __future__ import annotations

import datetime

__all__ = ["MOST", "calendar_ticks", "day_number"]

MOST = 8
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240)
_EPOCH = datetime.date(1970, 1, 1)


def day_number(date: datetime.date) -> float:
    """Days since 1970-01-01, the unit of matplotlib's date axes.

    >>> day_number(datetime.date(1970, 2, 1))
    31.0
    """
    return float((date - _EPOCH).days)


def calendar_ticks(first: datetime.date, last: datetime.date, most: int = MOST) -> list[tuple[float, str]]:
    """Between two and ``most`` or so (day number, label) from ``first`` to ``last``.

    >>> [label for _, label in calendar_ticks(datetime.date(2023, 5, 31), datetime.date(2025, 5, 31))]
    ['Jul 2023', 'Oct', '2024', 'Apr', 'Jul', 'Oct', '2025', 'Apr']
    """
    for step in _MONTH_STEPS:
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        starts = [datetime.date(month // 12, month % 12 + 1, 1) for month in months if month % step == 0]
        starts = [start for start in starts if first <= start <= last]
        if len(starts) <= most:
            break
    if len(starts) < 2:
        return _day_ticks(first, last, min(most, 5))
    labels = [f"{start:%Y}" if start.month == 1 else f"{start:%b}" for start in starts]
    if starts[0].month != 1:
        labels[0] = f"{starts[0]:%b %Y}"
    return [(day_number(start), label) for start, label in zip(starts, labels, strict=True)]


def _day_ticks(first: datetime.date, last: datetime.date, most: int) -> list[tuple[float, str]]:
    span = max((last - first).days, 1)
    every = -(-span // max(most - 1, 1))
    days = [first + datetime.timedelta(days=offset) for offset in range(0, span + 1, every)]
    return [(day_number(day), f"{day.day} {day:%b %Y}" if day == first else f"{day.day} {day:%b}") for day in days]
