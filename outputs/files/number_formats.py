"""How spreadsheets show numbers: formats of Excel for a column, and for the axis of a chart."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["DATE", "SHARE", "WHOLE", "axis_format", "number_format"]

DATE = "d mmm yyyy"
SHARE = "0.00%"
WHOLE = "#,##0"
_SCALES = ((1e12, ',,,,"tn"'), (1e9, ',,,"bn"'), (1e6, ',,"M"'), (1e3, ',"k"'))


def number_format(values: Iterable[float]) -> str:
    """A format that shows the digits that matter of all ``values``, from cents to trillions.

    >>> [number_format(values) for values in ([2.5e9, 1e12], [1200, 3.5], [0.02, 7], [0.002], [0], [3e17])]
    ['#,##0', '#,##0.00', '#,##0.00', '0.0000', '0', '0.00E+00']
    """
    sizes = [abs(value) for value in values if value == value and value not in (0.0, float("inf"), float("-inf"))]
    if not sizes:
        return "0"
    least, most = min(sizes), max(sizes)
    if most >= 1e16 or most < 1e-4:
        return "0.00E+00"
    if most >= 1e6 or (least >= 1000 and most >= 1000):
        return WHOLE
    return "#,##0.00" if most >= 0.1 else "0.0000" if most >= 1e-3 else "0.000000"


def axis_format(values: Iterable[float]) -> str:
    """A short format with the suffix of the largest: k, M, bn or tn.

    >>> [axis_format(values) for values in ([2.5e9, -8e9], [4.5e7], [900], [7.5], [0.02])]
    ['0.0##,,,"bn"', '0.##,,"M"', '#,##0', '0.0#', '0.00##']
    """
    most = max((abs(value) for value in values if abs(value) < float("inf")), default=0.0)
    if most >= 1e16:
        return "0.0E+00"
    for scale, suffix in _SCALES:
        if most >= scale and (scale > 1e3 or most >= 1e4):
            return f"0.{'##' if most >= 10 * scale else '0##'}{suffix}"
    return WHOLE if most >= 100 else "0.0#" if most >= 1 else "0.00##" if most >= 1e-3 or most == 0 else "0.0E+00"
