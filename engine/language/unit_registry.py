"""Reads units from text, such as ``USD/GPU/hour``: products and quotients of the words of the vocabulary."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from burncast.distributions.errors import nearest_name
from burncast.engine.language.unit_algebra import Meaning, Unit, UnitSystem
from burncast.engine.language.unit_vocabulary import DEFINITIONS, canonical_names

__all__ = ["UnitRegistry", "UnitTextError", "unit_registry"]

_WORD = r"[A-Za-z][A-Za-z0-9_]*"
_TERM = rf"(?:{_WORD}(?:(?:\*\*|\^)-?[1-9])?|1)"
_FLAT = rf"{_TERM}(?:[*/]{_TERM})*"
_UNIT = re.compile(rf"(?:{_TERM}|\({_FLAT}\))(?:[*/](?:{_TERM}|\({_FLAT}\)))*", re.ASCII)
_FACTOR = re.compile(rf"([*/]?)(?:\(({_FLAT})\)|({_WORD})(?:(?:\*\*|\^)(-?[1-9]))?|1)", re.ASCII)
_AROUND_SIGN = re.compile(r"\s*([*/()^])\s*")
_MAX_LENGTH = 120


class UnitTextError(ValueError):
    """A unit that cannot be read: ``message``, and where one word is unknown the nearest known one."""

    def __init__(self, message: str, nearest: str | None = None) -> None:
        self.message, self.nearest = message, nearest
        super().__init__(message)


class UnitRegistry:
    """Reads units; ``extra`` are currencies and counted things besides those of the vocabulary.

    ``system`` knows what every unit means that has been read so far.
    """

    def __init__(self, extra: Iterable[str] = ()) -> None:
        self._names = canonical_names(extra)
        self._read: dict[str, Unit] = {}
        self._meanings: dict[str, Meaning] = {}
        self.system = UnitSystem(self._meanings)

    def read(self, text: str) -> Unit:
        """The unit that ``text`` means, such as ``USD/GPU/hour``; raises :class:`UnitTextError`."""
        if text not in self._read:
            compact = _AROUND_SIGN.sub(r"\1", text[: _MAX_LENGTH + 1].strip())
            if len(text) > _MAX_LENGTH or not _UNIT.fullmatch(compact):
                raise UnitTextError(f"{text[:_MAX_LENGTH]!r} is not a unit")
            self._read[text] = self._product(compact)
        return self._read[text]

    def _product(self, compact: str) -> Unit:
        unit = Unit(())
        for sign, group, word, exponent in _FACTOR.findall(compact):
            factor = self._product(group) if group else self._named(word) if word else Unit(())
            unit = unit.times(factor.power(float(exponent or 1)), -1.0 if sign == "/" else 1.0)
        return unit

    def _named(self, word: str) -> Unit:
        """The unit of one word, whose meaning is known from here on."""
        if word not in self._names:
            raise UnitTextError(f"there is no unit {word!r}", nearest_name(word, self._names))
        name = self._names[word]
        if name not in self._meanings:
            definition = DEFINITIONS.get(name)
            if definition is None:
                self._meanings[name] = (1.0, ((name, 1.0),))
            else:
                size, dimensions = self.system.meaning(self.read(definition[1]))
                self._meanings[name] = (definition[0] * size, dimensions)
        return Unit(((name, 1.0),))


@functools.lru_cache(maxsize=16)
def unit_registry(extra: tuple[str, ...] = ()) -> UnitRegistry:
    """The registry for a scenario's own words; the same words get the same registry, which knows what it has read."""
    return UnitRegistry(extra)
