"""The languages of the report: its fixed texts, and how each writes numbers, dates and amounts.

The texts stand in ``catalogues/<code>.toml``, the same keys in each. French puts a no-break space before signs of two
parts (``14 %``, ``Source :``), a comma in decimals and a narrow no-break space between thousands (Lexique des règles
typographiques en usage à l'Imprimerie nationale, 2002); 10⁹ is a milliard, Md.
"""

from __future__ import annotations

import datetime
import functools
import math
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from burncast.distributions.errors import InputError, nearest_name
from burncast.engine.language.unit_vocabulary import CURRENCIES, plural_of
from burncast.outputs.words.amounts import format_amount, zero_count_bound

__all__ = ["LANGUAGES", "Language", "language"]

LANGUAGES = ("en", "fr")
NO_BREAK, NARROW = "\u00a0", "\u202f"
_AMOUNT = re.compile(r"(−?)([\d.,]+)(tn|bn|M|k|)")
_TIMES = ("hour", "day", "week", "month", "quarter", "year")
_FRENCH_SUFFIX = {"bn": "Md", "M": "M", "k": "k"}


@dataclass(frozen=True, slots=True)
class Language:
    """The texts of a language by ``section.key``, and its ways of writing."""

    code: str
    texts: dict[str, Any]

    def text(self, key: str, **values: object) -> str:
        """The text ``key`` with ``values`` in its braces."""
        return str(self.texts[key]).format(**values)

    def texts_of(self, key: str) -> list[str]:
        """A list of texts, such as the headings of a table."""
        return list(self.texts[key])

    def joined(self, parts: Iterable[str]) -> str:
        """Parts of a sentence that semicolons hold apart."""
        return (f"{NARROW}; " if self.code == "fr" else "; ").join(parts)

    def number(self, text: str) -> str:
        """A number as Python writes it, ``1,234.5``, as this language does."""
        if self.code == "fr":
            return text.replace(",", NARROW).replace(".", ",")
        return text

    def whole(self, value: int) -> str:
        """A whole number with its thousands told apart."""
        return self.number(f"{value:,}")

    def amount(self, value: float, digits: int = 3) -> str:
        """An amount to so many significant digits.

        >>> [language(code).amount(3.104e9) for code in ("en", "fr")]
        ['3.1bn', '3,1\\xa0Md']
        """
        text = format_amount(value, digits=digits)
        if self.code != "fr":
            return text
        match = _AMOUNT.fullmatch(text)
        if match is None:
            return self.number(text)
        sign, figures, suffix = match.groups()
        if suffix == "tn":
            figures, suffix = f"{float(figures.replace(',', '')) * 1000:,.0f}", "bn"
        unit = f"{NO_BREAK}{_FRENCH_SUFFIX[suffix]}" if suffix else ""
        return f"{sign}{self.number(figures)}{unit}"

    def money(self, value: float, unit: str | None) -> str:
        """An amount with its currency or unit.

        A rate stands before its stroke; units of time have their plural, and in English all units.

        >>> [language("en").money(value, unit) for value, unit in ((-0.342, "1/year"), (3.0, "month"), (2e6, "user"))]
        ['−0.342/year', '3\\xa0months', '2M\\xa0users']
        """
        if not unit:
            return self.amount(value)
        if unit.startswith("1/"):
            return f"{self.amount(value)}{unit[1:]}"
        if self.code == "en" and unit in CURRENCIES:
            return f"{unit}{NO_BREAK}{self.amount(value)}"
        return f"{self.amount(value)}{NO_BREAK}{self._counted(value, unit)}"

    def _counted(self, value: float, unit: str) -> str:
        """A unit as it stands after a number."""
        is_one = abs(value) == 1.0 if self.code == "en" else abs(value) < 2.0
        if unit in _TIMES:
            one, many = self.texts[f"word.{unit}"]
            return str(one if is_one else many)
        return unit if is_one or self.code != "en" else plural_of(unit)

    def share(self, value: float, digits: int = 3) -> str:
        """A share in per cent, to as many digits more as tell it from everything.

        >>> language("fr").share(0.1234), language("fr").share(0.99991)
        ('12,3\\xa0%', '99,99\\xa0%')
        """
        size = 100 * value
        while size < 100.0 <= float(f"{size:.{digits}g}") and digits < 15:
            digits += 1
        text = f"{size:.{digits}g}"
        if "e" in text:
            text = f"{size:.12f}".rstrip("0") if abs(size) < 1 else f"{size:.0f}"
        return f"{self.number(text)}{NO_BREAK}%"

    def probability(self, value: float, error: float, independent: int) -> str:
        """A probability with its standard error; with its exact bound where no future, or every one, counts."""
        if error == 0.0 and value in (0.0, 1.0):
            bound = zero_count_bound(independent)
            if value == 0.0:
                return f"{self.share(0.0)} ({self.bound(bound, '<')})"
            return f"{self.share(1.0)} ({self.bound(1.0 - bound, '>')})"
        return self.text(
            "word.standard_error",
            share=self.chance(value, error),
            error=self.number(f"{100 * error:.{_places(100 * error)}f}"),
        )

    def chance(self, value: float, error: float, *, left: bool = False) -> str:
        """A probability to as many digits as its standard error has; or what is ``left`` of it, to add up to 100 %.

        >>> [language("en").chance(0.1205, 0.0023, left=left) for left in (False, True)]
        ['12.0\\xa0%', '88.0\\xa0%']
        """
        if error == 0.0:
            return self.share(1.0 - value if left else value)
        places = _places(100 * error)
        size = round(100 * value, places)
        return f"{self.number(f'{100.0 - size if left else size:.{places}f}')}{NO_BREAK}%"

    def points(self, difference: float, error: float) -> str:
        """A difference between probabilities in points of a per cent, with its standard error.

        >>> language("en").points(0.0312, 0.0004)
        '+3.12\\xa0±\\xa00.04\\xa0points'
        """
        places = _places(100 * error)
        size = self.number(f"{100 * difference:+.{places}f}").replace("-", "−")
        return self.text("word.points", difference=size, error=self.number(f"{100 * error:.{places}f}"))

    def bound(self, value: float, sign: str) -> str:
        """A bound of a probability: ``< 0.003 %``."""
        return f"{sign}{NO_BREAK}{self.bound_share(value)}"

    def bound_share(self, value: float) -> str:
        """A bound as a share, with as many digits as tell it from nothing and from everything."""
        rest = min(value, 1.0 - value)
        places = _places(100 * rest)
        return f"{self.number(f'{100 * value:.{places}f}')}{NO_BREAK}%"

    def date(self, date: datetime.date, step: str) -> str:
        """The end of a period as people name it: the month, or the day where the step is a week."""
        month = self.texts["word.months"][date.month - 1]
        return self._first(f"{date.day} {month} {date.year}") if step == "week" else f"{month} {date.year}"

    def tick(self, label: str) -> str:
        """A mark of a time axis with the months of this language."""
        for place, month in enumerate(_ENGLISH_MONTHS):
            label = label.replace(month, f"\0{place}\0")
        return self._first(re.sub("\0(\\d+)\0", lambda found: self.texts["word.short_months"][int(found[1])], label))

    def _first(self, day: str) -> str:
        """A day and its month; in French the first of a month is an ordinal."""
        return re.sub("^1 ", "1er ", day) if self.code == "fr" else day

    def span(self, periods: float, step: str) -> str:
        """So many periods.

        >>> language("en").span(1, "week"), language("fr").span(36, "month")
        ('1\\xa0week', '36\\xa0mois')
        """
        one, many = self.texts[f"word.{step}"]
        return f"{self.number(f'{periods:g}')}{NO_BREAK}{one if periods == 1 else many}"


_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@functools.cache
def language(code: str) -> Language:
    """A language by its code; InputError where it is not known."""
    if code not in LANGUAGES:
        nearest = nearest_name(code, LANGUAGES)
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        raise InputError(f"the language is {code!r}; expected one of {', '.join(LANGUAGES)}{hint}")
    path = Path(__file__).parent / "catalogues" / f"{code}.toml"
    sections = tomllib.loads(path.read_text(encoding="utf-8"))
    texts = {f"{section}.{key}": text for section, entries in sections.items() for key, text in entries.items()}
    return Language(code, {key: _unbroken(text, code) for key, text in texts.items()})


def _unbroken(text: Any, code: str) -> Any:
    """The text with no-break spaces before per cent and around ±, and in French before signs of two parts."""
    if isinstance(text, list):
        return [_unbroken(entry, code) for entry in text]
    whole = re.sub(r" (?=[%±])|(?<=±) ", NO_BREAK, str(text))
    if code != "fr":
        return whole
    return re.sub(r" (?=[;!?])", NARROW, re.sub(r" (?=[:»])|(?<=«) ", NO_BREAK, whole))


def _places(size: float) -> int:
    """Decimal places that show the first significant digit of ``size``, one at least."""
    return min(12, max(1, -math.floor(math.log10(size)))) if size > 0 else 1
