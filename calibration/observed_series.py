"""A series of one quantity at dates or times, checked and put in order of time.

Times are counted in years. Dates that all fall on the same day of the month (or on its last day) are whole months
apart, each a twelfth of a year as in a scenario; other dates are counted in days of 1/365.25 years.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.observed_information import Array
from burncast.distributions.errors import DataError, Problem

__all__ = ["ObservedSeries", "observed_series"]

_DAYS_PER_YEAR = 365.25
_SHORTEST = 4


@dataclass(frozen=True)
class ObservedSeries:
    """``values`` at ascending ``times`` (years), with their ``dates`` where they have some."""

    times: Array
    values: Array
    dates: NDArray[np.datetime64] | None

    @property
    def span(self) -> float:
        """From the first observation to the last, in years."""
        return float(self.times[-1] - self.times[0])

    @property
    def months(self) -> Array:
        """The place in the calendar, 1 for (the middle of) January up to 12 for December, f64[n].

        Series of months have the number of the month, as ``seasonal`` in a scenario does.
        """
        if self.dates is None:
            raise DataError([Problem("the series has no dates", expected="dates, for a season follows the calendar")])
        days = self.dates.astype("datetime64[D]")
        month = days.astype("datetime64[M]")
        number = np.asarray(month.astype(np.int64) % 12 + 1.0, dtype=np.float64)
        if _monthly(days):
            return number
        length = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.float64)
        day = (days - month.astype("datetime64[D]")).astype(np.float64)
        return np.asarray(number - 0.5 + (day + 0.5) / length)

    def picked(self, places: NDArray[Any]) -> ObservedSeries:
        """The observations at some places."""
        dates = None if self.dates is None else self.dates[places]
        return ObservedSeries(self.times[places], self.values[places], dates)


def observed_series(times: Sequence[Any] | NDArray[Any], values: Sequence[float] | NDArray[Any]) -> ObservedSeries:
    """The series of ``values`` at ``times``: numbers in years, dates, or texts such as ``2024-03-01``.

    Raises :class:`DataError` for values that are missing or infinite, dates that cannot be read or stand twice, lengths
    that differ, or fewer than four observations. Rows are counted from 0, as the arrays are.
    """
    try:
        given = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError([Problem("the values are not numbers", expected="an array of numbers")]) from None
    moments = _moments(times)
    if given.ndim != 1 or moments.shape != given.shape:
        message = f"there are {moments.shape} times for {given.shape} values"
        raise DataError([Problem(message, expected="two lists of the same length")])
    missing = np.flatnonzero(~np.isfinite(given))
    if len(missing):
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        message = f"the value at place {missing[0]} is {given[missing[0]]}{more}"
        raise DataError([Problem(message, expected="a finite number; leave out what was not observed")])
    if len(given) < _SHORTEST:
        raise DataError([Problem(f"the series has {len(given)} observations", expected=f"at least {_SHORTEST}")])
    order = np.argsort(moments, kind="stable")
    moments = moments[order]
    same = np.flatnonzero(moments[1:] == moments[:-1])
    if len(same):
        one, other = order[same[0]], order[same[0] + 1]
        message = f"the times at places {one} and {other} are the same, {moments[same[0]]}"
        raise DataError([Problem(message, expected="one value for each time")])
    if moments.dtype.kind != "M":
        return ObservedSeries(moments, given[order], None)
    return ObservedSeries(_years(moments), given[order], moments)


def _moments(times: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    """Numbers as float64, dates as datetime64[s]."""
    array = np.asarray(times)
    if array.dtype.kind in "fiu":
        numbers = array.astype(np.float64)
        if not np.isfinite(numbers).all():
            place = int(np.flatnonzero(~np.isfinite(numbers))[0])
            raise DataError([Problem(f"the time at place {place} is {numbers[place]}", expected="a number of years")])
        return numbers
    try:
        dates = array.astype("datetime64[s]")
    except (TypeError, ValueError) as error:
        raise DataError([Problem(f"a time cannot be read: {error}", expected="years or dates")]) from None
    if np.isnat(dates).any():
        place = int(np.flatnonzero(np.isnat(dates))[0])
        raise DataError([Problem(f"the date at place {place} is missing", expected="a date such as 2024-03-01")])
    return dates


def _monthly(days: NDArray[Any]) -> bool:
    """Whether all dates fall on the same day of the month, or all on its last."""
    month = days.astype("datetime64[M]")
    day = (days - month.astype("datetime64[D]")).astype(np.int64)
    left = ((month + 1).astype("datetime64[D]") - days).astype(np.int64)
    return bool((day == day[0]).all() or (left == 1).all())


def _years(moments: NDArray[Any]) -> Array:
    days = moments.astype("datetime64[D]")
    if _monthly(days) and (moments == days).all():
        months = days.astype("datetime64[M]").astype(np.int64)
        return np.asarray((months - months[0]) / 12.0)
    seconds = (moments - moments[0]) / np.timedelta64(1, "s")
    return np.asarray(seconds / (86_400.0 * _DAYS_PER_YEAR), dtype=np.float64)
