"""Figures as people read them: amounts (``3.1bn``), probabilities with their errors, spans of time and dates."""

from __future__ import annotations

import datetime
import math

from burncast.distributions.amounts import distinct_amounts, format_amount, parse_amount

__all__ = [
    "distinct_amounts",
    "format_amount",
    "format_date",
    "format_periods",
    "format_probability",
    "parse_amount",
    "zero_count_bound",
]


def format_probability(probability: float, standard_error: float, trajectories: int) -> str:
    """A probability in per cent with its Monte Carlo standard error.

    Where no trajectory (or every one) was ruined the standard error says nothing; the exact 95 % bound stands instead.

    >>> format_probability(0.12345, 0.00033, 1_000_000), format_probability(0.0, 0.0, 1_000_000)
    ('12.35 % ± 0.03', '0 % (< 0.0003 % at 95 %)')
    """
    if probability in (0.0, 1.0) and standard_error == 0.0:
        bound = 100 * zero_count_bound(trajectories)
        places = _decimals(bound)
        bound = math.ceil(bound * 10**places) / 10**places
        if probability == 0.0:
            return f"0 % (< {bound:.{places}f} % at 95 %)"
        return f"100 % (> {100 - bound:.{places}f} % at 95 %)"
    decimals = _decimals(100 * standard_error)
    return f"{100 * probability:.{decimals}f} % ± {100 * standard_error:.{decimals}f}"


def zero_count_bound(trajectories: int) -> float:
    """One-sided 95 % upper bound of a probability of which ``trajectories`` independent trials showed no case.

    Clopper and Pearson (1934) at zero successes: 1 − 0.05^(1/n), close to the "rule of three" 3/n.
    """
    return -math.expm1(math.log(0.05) / trajectories)


def format_periods(periods: float | None, horizon: int, step: str) -> str:
    """A runway in periods; censored at the horizon where it is None or infinite.

    >>> format_periods(14, 36, "month"), format_periods(1, 36, "week"), format_periods(None, 36, "month")
    ('14 months', '1 week', '> 36 months')
    """
    if periods is None or math.isinf(periods):
        return f"> {horizon} {step}{'' if horizon == 1 else 's'}"
    return f"{periods:g} {step}{'' if periods == 1 else 's'}"


def format_date(date: datetime.date, step: str) -> str:
    """The end of a period as people name it: the month, or the day where the step is a week.

    >>> format_date(datetime.date(2024, 5, 31), "month"), format_date(datetime.date(2024, 5, 31), "week")
    ('May 2024', '31 May 2024')
    """
    month = _MONTHS[date.month - 1]
    return f"{date.day} {month} {date.year}" if step == "week" else f"{month} {date.year}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _decimals(size: float) -> int:
    """Decimal places that show the first significant digit of ``size`` (at least one place)."""
    return min(12, max(1, -math.floor(math.log10(size)))) if size > 0 else 1
