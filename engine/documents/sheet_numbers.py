"""Numbers as people and spreadsheets write them: ``1,234.5``, ``1 234,5``, ``1.234,50 €``, ``5 %``.

Whether a sign is a decimal point or parts thousands is settled for a whole sheet, by the cells that can only be read
one way: ``0,05`` says that a comma is the decimal sign, ``1,234.5`` that a point is. A cell that could be either where
no other cell says which is a mistake, never a guess.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, TypeAlias

__all__ = ["DecimalSign", "decimal_sign", "readings"]

DecimalSign: TypeAlias = Literal[".", ","]

_AROUND = re.compile(r"([-+−]?)\s*[$€£¥]?\s*([-+−]?)\s*([\d.,][\d.,eE+\-\s'’_]*?)\s*[$€£¥]?\s*(%?)")
_SPACED = re.compile(r"(?<=\d)[\s'’_](?=\d{3}(?!\d))")
_MARKS: tuple[tuple[DecimalSign, str, str], ...] = ((".", r"\.", ","), (",", ",", r"\."))
_FORMS: dict[DecimalSign, re.Pattern[str]] = {
    sign: re.compile(rf"(?=.?\d)(\d*|[1-9]\d{{0,2}}(?:{other}\d{{3}})+)({mark}\d*)?([eE][-+]?\d+)?")
    for sign, mark, other in _MARKS
}


def readings(text: str) -> dict[DecimalSign, float]:
    """What a text is as a number, by the decimal sign with which it can be read; nothing where it is none.

    >>> readings("1,234.5"), readings("1.234"), readings("5 %"), readings("2 to 8")
    ({'.': 1234.5}, {'.': 1.234, ',': 1234.0}, {'.': 0.05, ',': 0.05}, {})
    """
    around = _AROUND.fullmatch(text)
    if around is None or (around[1] and around[2]):
        return {}
    body = _SPACED.sub("", around[3])
    minus = "-" if (around[1] or around[2]) in ("-", "−") else ""
    found: dict[DecimalSign, float] = {}
    for sign, form in _FORMS.items():
        if form.fullmatch(body):
            value = Decimal(minus + body.replace("," if sign == "." else ".", "").replace(",", "."))
            found[sign] = float(value.scaleb(-2) if around[4] else value)
    return {sign: number for sign, number in found.items() if math.isfinite(number)}


def decimal_sign(texts: Iterable[str]) -> DecimalSign | None:
    """The decimal sign of a sheet by its cells: that of most of those which tell, None where none does."""
    counts: dict[DecimalSign, int] = {".": 0, ",": 0}
    for text in texts:
        found = readings(text)
        if len(found) == 1:
            counts[next(iter(found))] += 1
    if not any(counts.values()):
        return None
    return "," if counts[","] > counts["."] else "."
