"""Amounts as people read and write them: ``3.1bn``, ``450M``, ``12.5 %``.

Three significant digits, the suffixes k, M, bn and tn (10³, 10⁶, 10⁹, 10¹²), and the same notation read back.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable

__all__ = ["distinct_amounts", "format_amount", "parse_amount"]

_SUFFIXES = (("tn", 1e12), ("bn", 1e9), ("M", 1e6), ("k", 1e3))
_FACTORS = {"": 1.0, "%": 0.01, **dict(_SUFFIXES)}
_AMOUNT = re.compile(r"\s*([+-]?(?:\d[\d_]*)?(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(tn|bn|M|k|%)?\s*")


def format_amount(value: float, *, digits: int = 3) -> str:
    """``value`` to ``digits`` significant digits with a suffix.

    >>> [format_amount(value) for value in (3.104e9, 450e6, 999.9e6, -1234.0, 0.0036, 0.0)]
    ['3.1bn', '450M', '1bn', '−1,234', '0.0036', '0']
    """
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0.0:
        return "0"
    sign = "−" if value < 0 else ""
    size = float(f"{abs(value):.{digits - 1}e}")
    if size >= 1e16 or size < 1e-4:
        mantissa, exponent = f"{size:.{digits - 1}e}".split("e")
        return f"{sign}{_trim(mantissa)}e{int(exponent)}"
    if 1e3 <= size < 1e4:
        return f"{sign}{abs(value):,.0f}"
    suffix, factor = next(((name, factor) for name, factor in _SUFFIXES if size >= factor), ("", 1.0))
    scaled = size / factor
    decimals = max(0, digits - 1 - math.floor(math.log10(scaled)))
    return f"{sign}{_trim(f'{scaled:,.{decimals}f}')}{suffix}"


def distinct_amounts(values: Iterable[float], say: Callable[[float, int], str] | None = None) -> list[str]:
    """Amounts to as many digits, three at least, as tell those apart that differ; ``say`` writes one to so many.

    >>> distinct_amounts([3.104e9, 450e6]), distinct_amounts([8.0001e9, 8.0002e9])
    (['3.1bn', '450M'], ['8.0001bn', '8.0002bn'])
    """
    amounts = list(values)
    for digits in range(3, 16):
        texts = [say(value, digits) if say else format_amount(value, digits=digits) for value in amounts]
        if len(set(texts)) >= len(set(amounts)):
            break
    return texts


def parse_amount(text: str) -> float:
    """The number that ``text`` writes, suffix and underscores allowed; ValueError where it writes none.

    >>> [parse_amount(text) for text in ("3.1bn", "1_000", "1e6", "10 %", "-2M")]
    [3100000000.0, 1000.0, 1000000.0, 0.1, -2000000.0]
    """
    match = _AMOUNT.fullmatch(text.replace("−", "-"))
    if match is None:
        raise ValueError(f"{text!r} is not a number")
    return float(match[1]) * _FACTORS[match[2] or ""]


def _trim(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
