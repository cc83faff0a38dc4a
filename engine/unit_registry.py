"""Units read by pint, from a registry that holds the vocabulary of :mod:`burncast.engine.unit_vocabulary` and no more.

Importing this module imports pint, which takes a quarter of a second: only a scenario that names a unit pays for it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any

import pint

from burncast.distributions.errors import nearest_name
from burncast.engine.unit_algebra import Unit, UnitSystem
from burncast.engine.unit_vocabulary import DEFINITIONS, canonical_names

__all__ = ["UnitRegistry", "UnitTextError", "unit_registry"]

_TERM = r"(?:[A-Za-z][A-Za-z0-9_]*(?:(?:\*\*|\^)-?[1-9])?|1)"
_FLAT = rf"{_TERM}(?:[*/]{_TERM})*"
_UNIT = re.compile(rf"(?:{_TERM}|\({_FLAT}\))(?:[*/](?:{_TERM}|\({_FLAT}\)))*", re.ASCII)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
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
        self._registry: Any = pint.UnitRegistry(None)
        self._read: dict[str, Unit] = {}
        self.system = UnitSystem({})

    def read(self, text: str) -> Unit:
        """The unit that ``text`` means, such as ``USD/GPU/hour``; raises :class:`UnitTextError`."""
        if text not in self._read:
            compact = _AROUND_SIGN.sub(r"\1", text[: _MAX_LENGTH + 1].strip())
            if len(text) > _MAX_LENGTH or not _UNIT.fullmatch(compact):
                raise UnitTextError(f"{text[:_MAX_LENGTH]!r} is not a unit")
            canonical = _WORD.sub(lambda match: self._canonical(match.group()), compact).replace("^", "**")
            self._read[text] = Unit(_powers(self._registry.parse_units(canonical)))
        return self._read[text]

    def _canonical(self, name: str) -> str:
        if name not in self._names:
            raise UnitTextError(f"there is no unit {name!r}", nearest_name(name, self._names))
        self._define(self._names[name])
        return self._names[name]

    def _define(self, name: str) -> None:
        """Define a unit, after those it is made of, and learn what it means; a registry of everything would be slow."""
        if name in self.system.meanings:
            return
        definition = DEFINITIONS.get(name, f"[{name}]")
        if not definition.startswith("["):
            for part in _WORD.findall(definition):
                if part in self._names:
                    self._define(part)
        self._registry.define(f"{name} = {definition}")
        factor, base = self._registry.get_base_units(name)
        self.system = UnitSystem({**self.system.meanings, name: (float(factor), _powers(base))})


@functools.lru_cache(maxsize=16)
def unit_registry(extra: tuple[str, ...] = ()) -> UnitRegistry:
    """The registry for a scenario's own words; the same words get the same registry, which knows what it has read."""
    return UnitRegistry(extra)


def _powers(unit: Any) -> tuple[tuple[str, float], ...]:
    return tuple(sorted((str(name), float(power)) for name, power in unit._units.items()))
