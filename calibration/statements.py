"""What a row of observations says of its figure: numbers become a law of errors, or a problem in their column."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Literal, cast

from burncast.calibration.figures import Statement
from burncast.calibration.measurement import Z95, Measurement
from burncast.calibration.observation_rows import Row
from burncast.distributions.errors import Problem

__all__ = ["read_statement"]

_NUMBERS = ("low", "central", "high", "value", "sd", "weight")
_PLUS_MINUS = re.compile(r"(?P<value>.*?)\s*(?:±|\+/-|\+-)\s*(?P<sd>.*)")


def read_statement(row: Row, factor: float, problems: list[Problem]) -> Statement | None:
    """What a row says of its figure, in the quantity's unit, of which one stated unit is ``factor``; None where it says
    nothing that can be used, which goes to ``problems``.
    """
    before = len(problems)
    said = {column: _number(row, column, problems) for column in _NUMBERS if row.text(column)}
    given = {column: value for column, value in said.items() if value is not None}
    for column in ("value", "central"):
        if (match := _PLUS_MINUS.fullmatch(row.text(column))) is not None:
            given |= _plus_minus(row, column, match, problems)
    if "sd" in given and row.text("sd").endswith("%"):
        given["sd"] *= 0.01 * abs(given.get("value", given.get("central", math.nan)))
    weight = given.pop("weight", 1.0)
    if not weight > 0.0:
        problems.append(row.problem("weight", f"is {weight:g}", "a number above 0"))
    if len(problems) > before:
        return None
    if "value" in given and "central" in given:
        problems.append(row.problem("value", "is given beside `central`", "one of them"))
        return None
    if "value" in given:
        given["central"] = given.pop("value")
    text = _said(given)
    measurement = _measurement(row, {column: value * factor for column, value in given.items()}, problems)
    if measurement is None:
        return None
    return Statement(measurement, weight, row.text("source"), row.line, text)


def _number(row: Row, column: str, problems: list[Problem]) -> float | None:
    """A number, without the per cent sign that an sd may have; what ± joins is taken apart later."""
    text = row.text(column)
    if column in ("value", "central") and _PLUS_MINUS.fullmatch(text):
        return None
    found = _finite(text.removesuffix("%") if column == "sd" else text)
    if found is None:
        problems.append(row.problem(column, f"is {text!r}", "a number such as 1234.5 or 1.76e9"))
    return found


def _plus_minus(row: Row, column: str, match: re.Match[str], problems: list[Problem]) -> dict[str, float]:
    value, sd = _finite(match["value"]), _finite(match["sd"].removesuffix("%"))
    if value is None or sd is None or row.text("sd"):
        problems.append(row.problem(column, f"is {row.text(column)!r}", "a value and its sd: 540e6 ± 10e6"))
        return {}
    return {column: value, "sd": sd * 0.01 * abs(value) if match["sd"].endswith("%") else sd}


def _measurement(row: Row, given: Mapping[str, float], problems: list[Problem]) -> Measurement | None:
    """The law of errors that the numbers mean, in the quantity's unit."""
    low, central, high, sd = (given.get(column) for column in ("low", "central", "high", "sd"))
    if sd is not None and not sd > 0.0:
        problems.append(row.problem("sd", f"is {sd:g}", "a number above 0"))
        return None
    if central is not None and sd is not None and low is None and high is None:
        return Measurement("normal", central, sd, sd)
    if low is not None and high is not None and sd is None:
        if low < high and (central is None or low < central < high):
            return _interval(low, central, high)
        problems.append(row.problem("low", "low, central and high do not ascend", "low < central < high"))
        return None
    bounds = [(kind, end) for kind, end in (("at least", low), ("at most", high)) if end is not None]
    if central is None and len(bounds) == 1:
        kind, end = bounds[0]
        return Measurement(cast(Literal["at least", "at most"], kind), end, sd or 0.0, sd or 0.0)
    shown = ", ".join("value" if column == "central" and row.text("value") else column for column in given)
    expected = "low and high (with or without central), a value and its sd, or one bound: low or high alone"
    column = "value" if "central" in given and row.text("value") else next(iter(given), "central")
    message = "says nothing" if not given else f"{shown} alone does not say how sure it is"
    if len(given) > 1:
        message = f"{shown} together say no law of errors"
    problems.append(row.problem(column, message, expected))
    return None


def _interval(low: float, central: float | None, high: float) -> Measurement:
    if low > 0.0:
        a, c = math.log(low), math.log(high)
        b = 0.5 * (a + c) if central is None else math.log(central)
        return Measurement("lognormal", math.exp(b), (b - a) / Z95, (c - b) / Z95)
    b = 0.5 * (low + high) if central is None else central
    return Measurement("normal", b, (b - low) / Z95, (high - b) / Z95)


def _said(given: Mapping[str, float]) -> str:
    """What a source says, in a few words."""
    low, central, high, sd = (given.get(column) for column in ("low", "central", "high", "sd"))
    if sd is not None and central is not None:
        return f"{central:g} ± {sd:g}"
    if low is not None and high is not None:
        return f"{low:g} to {high:g}" + (f", {central:g}" if central is not None else "")
    return f"at least {low:g}" if low is not None else f"at most {high:g}" if high is not None else ""


def _finite(text: str) -> float | None:
    try:
        value = float(text.strip()) if "_" not in text else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None
