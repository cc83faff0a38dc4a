"""How spreadsheets show numbers: formats of Excel for a column, and for the axis of a chart."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable

__all__ = ["DATE", "SHARE", "WHOLE", "as_shown", "axis_format", "number_format", "plain_format"]

DATE = "d mmm yyyy"
SHARE = "0.00%"
WHOLE = "#,##0"
_SCALES = ((1e12, ',,,,"tn"'), (1e9, ',,,"bn"'), (1e6, ',,"M"'), (1e3, ',"k"'))
_MARKS = 10
"""Marks that an axis has at most."""


def number_format(values: Iterable[float]) -> str:
    """A format that shows the digits that matter of all ``values``, from cents to trillions.

    From billions on with the suffix of the middle one and some decimals; 0 is then the very 0.

    >>> [number_format(values) for values in ([2.5e8, 3e5], [1200, 3.5], [0.02, 7], [0.002], [0], [3e18])]
    ['#,##0', '#,##0.00', '#,##0.00', '0.00000', '0', '0.00E+00']
    >>> [number_format(values) for values in ([2.5e9, 4e6, 7e6], [3e9, 0, 8e12, 4e9], [-1e12])]
    ['#,##0.0,,"M";-#,##0.0,,"M";0', '#,##0.000,,,"bn";-#,##0.000,,,"bn";0', '#,##0.000,,,,"tn";-#,##0.000,,,,"tn";0']
    """
    sizes = [abs(value) for value in values if value == value and value not in (0.0, float("inf"), float("-inf"))]
    if not sizes:
        return "0"
    least, most = min(sizes), max(sizes)
    if most >= 1e18 or most < 1e-6:
        return "0.00E+00"
    if most >= 1e9:
        middle = statistics.median(sizes)
        suffix, places = next(((suffix, 3) for scale, suffix in _SCALES[:2] if middle >= scale), (_SCALES[2][1], 1))
        return f"{WHOLE}.{'0' * places}{suffix};-{WHOLE}.{'0' * places}{suffix};0"
    if most >= 1e4 or (least >= 1000 and most >= 1000):
        return WHOLE
    if most >= 1:
        return "#,##0.00"
    return f"0.{'0' * (2 - math.floor(math.log10(most)))}"


def plain_format(value: float) -> str:
    """A format for a number as the scenario states it: whole thousands parted, all else as spreadsheets have it.

    >>> [plain_format(value) for value in (13e9, 36, 0.15, 12_345.6)]
    ['#,##0', '', '', '']
    """
    return WHOLE if abs(value) >= 10_000 and float(value).is_integer() else ""


def as_shown(value: float, look: str) -> str:
    """About what a cell of this format shows, at least as long.

    >>> as_shown(-61_897_756_000.0, '#,##0.000,,,"bn"'), as_shown(0.5, "0.00%"), as_shown(12.0, "0.00")
    ('-61.898bn', '-100.0000%', '12.00')
    """
    if "E+" in look or look.endswith("%"):
        return "-100.0000%"
    if not look or look == "General":
        return f"{value:.10g}"
    scaled, _, suffix = look.partition(";")[0].partition('"')
    digits = scaled.rstrip(",")
    shown = value / 1000.0 ** (len(scaled) - len(digits))
    return f"{shown:,.{len(digits.partition('.')[2])}f}{suffix.rstrip(chr(34))}"


def axis_format(values: Iterable[float]) -> str:
    """A short format with the suffix of the largest: k, M, bn or tn; as many digits as tell the axis' marks apart.

    >>> [axis_format(values) for values in ([2.5e9, -8e9], [4.5e7], [900], [7.5], [0.02], [999_990, 1_000_010])]
    ['0.0##,,,"bn"', '0.##,,"M"', '#,##0', '0.0#', '0.00##', '#,##0']
    """
    finite = [value for value in values if abs(value) < float("inf")]
    most = max(map(abs, finite), default=0.0)
    if most >= 1e16 or 0.0 < most < 1e-3:
        return "0.0E+00"
    look, least = (WHOLE, 1.0) if most >= 100 else ("0.0#", 0.01) if most >= 1 else ("0.00##", 1e-4)
    for scale, suffix in _SCALES:
        if most >= scale and (scale > 1e3 or most >= 1e4):
            look, least = (f"0.##{suffix}", 0.01 * scale) if most >= 10 * scale else (f"0.0##{suffix}", 1e-3 * scale)
            break
    mark = (max(finite, default=0.0) - min(finite, default=0.0)) / _MARKS
    if not 0.0 < mark < least:
        return look
    digits = min(12, max(0, math.ceil(-math.log10(mark))))
    return f"{WHOLE}.{'0' * digits}" if digits else WHOLE
