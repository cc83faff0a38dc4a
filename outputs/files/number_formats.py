"""How spreadsheets show numbers: formats of Excel for a column, and for the axis of a chart."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterable

__all__ = [
    "DATE",
    "SHARE",
    "WHOLE",
    "as_shown",
    "axis_format",
    "number_format",
    "plain_format",
    "seen_format",
    "share_format",
]

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


def seen_format(value: float, look: str) -> str:
    """A format of a column for one of its numbers: in whole units where millions, billions or trillions would show 0.

    >>> [seen_format(value, '#,##0.0,,"M"') for value in (-42_123, 3e6, 0.0)]
    ['#,##0', '#,##0.0,,"M"', '#,##0.0,,"M"']
    """
    hidden = '"' in look and 0.5 <= abs(value) < float("inf") and not re.search("[1-9]", as_shown(value, look))
    return WHOLE if hidden else look


def share_format(shares: Iterable[float]) -> str:
    """Percent with as many decimals as all ``shares`` take, four at most; Excel shows ``0.##%`` of 5 % as ``5.%``.

    >>> [share_format(shares) for shares in ([0.05, 0.5], [0.025, 0.5], [0.9999], [])]
    ['0%', '0.0%', '0.00%', '0%']
    """
    known = [100.0 * share for share in shares]
    places = (places for places in range(4) if all(abs(one - round(one, places)) < 1e-9 for one in known))
    digits = next(places, 4)
    return f"0.{'0' * digits}%" if digits else "0%"


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
    """A short format with the suffix of the largest: k, M, bn or tn; as many decimals as tell the axis' marks apart.

    All marks have the same number of them: Excel shows ``0.##`` of 5 as ``5.``.

    >>> [axis_format(values) for values in ([2.5e9, -8e9], [3.1e9], [900], [7.5], [0.02], [999_990, 1_000_010])]
    ['#,##0,,,"bn"', '#,##0.0,,,"bn"', '#,##0', '#,##0.0', '#,##0.000', '#,##0']
    """
    finite = [value for value in values if abs(value) < float("inf")]
    most = max(map(abs, finite), default=0.0)
    if most >= 1e16 or 0.0 < most < 1e-3:
        return "0.0E+00"
    mark = (max(finite, default=0.0) - min(finite, default=0.0) or most) / _MARKS
    scaled = ((scale, suffix) for scale, suffix in _SCALES if most >= scale and (scale > 1e3 or most >= 1e4))
    scale, suffix = next(scaled, (1.0, ""))
    if mark < 1e-3 * scale:
        scale, suffix = 1.0, ""
    digits = min(12, max(0, math.ceil(-math.log10(mark / scale)))) if mark else 0
    return f"{WHOLE}.{'0' * digits}{suffix}" if digits else f"{WHOLE}{suffix}"
