"""Units as products of powers of named units: multiplied, compared and written without leaving their names behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

__all__ = ["Dimensions", "Meaning", "Unit", "UnitSystem"]

Dimensions: TypeAlias = tuple[tuple[str, float], ...]
Meaning: TypeAlias = tuple[float, Dimensions]
"""What a named unit is: its size, and powers of base dimensions."""

_SCALE_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Unit:
    """Powers of named units; ``loose`` where a bare number was multiplied in, which may have been a conversion."""

    powers: Dimensions
    loose: bool = False

    def times(self, other: Unit, exponent: float = 1.0) -> Unit:
        """This unit times a power of another: ``exponent = -1`` divides."""
        powers = dict(self.powers)
        for name, power in other.powers:
            powers[name] = powers.get(name, 0.0) + power * exponent
        return Unit(_tidy(powers), self.loose or other.loose)

    def power(self, exponent: float) -> Unit:
        """This unit to a power."""
        return Unit(_tidy({name: power * exponent for name, power in self.powers}), self.loose)

    def loosened(self) -> Unit:
        """The same unit with its scale in doubt."""
        return Unit(self.powers, True)

    def phrase(self) -> str:
        """For a sentence: "in USD/month", or "a plain number"."""
        return f"in {self}" if self.powers else "a plain number"

    def __str__(self) -> str:
        above = "*".join(_written(name, power) for name, power in self.powers if power > 0)
        below = "".join("/" + _written(name, -power) for name, power in self.powers if power < 0)
        return (above or ("1" if below else "a plain number")) + below


@dataclass(frozen=True, slots=True)
class UnitSystem:
    """What each named unit means; ``meanings`` may grow. Products are remembered."""

    meanings: Mapping[str, Meaning]
    _found: dict[Dimensions, Meaning] = field(default_factory=dict)

    def meaning(self, unit: Unit) -> Meaning:
        """Size and dimensions of a unit in base units."""
        if unit.powers in self._found:
            return self._found[unit.powers]
        scale, dimensions = 1.0, dict[str, float]()
        for name, power in unit.powers:
            size, base = self.meanings[name]
            scale *= size**power
            for dimension, exponent in base:
                dimensions[dimension] = dimensions.get(dimension, 0.0) + exponent * power
        self._found[unit.powers] = scale, _tidy(dimensions)
        return self._found[unit.powers]

    def is_plain(self, unit: Unit) -> bool:
        """Whether a unit has no dimension: users per user, months per year."""
        return not self.meaning(unit)[1]

    def same_dimensions(self, one: Unit, other: Unit) -> bool:
        """Whether one could be converted into the other by a factor."""
        return self.meaning(one)[1] == self.meaning(other)[1]

    def ratio(self, one: Unit, other: Unit) -> float:
        """How many of ``other`` make one of ``one``; both have the same dimensions."""
        return self.meaning(one)[0] / self.meaning(other)[0]

    def agree(self, one: Unit, other: Unit) -> bool:
        """The same dimensions, and the same scale unless that of one is in doubt."""
        if not self.same_dimensions(one, other):
            return False
        return one.loose or other.loose or abs(self.ratio(one, other) - 1.0) < _SCALE_TOLERANCE


def _tidy(powers: Mapping[str, float]) -> Dimensions:
    kept = {name: round(power, 9) for name, power in powers.items() if abs(power) > 1e-9}
    return tuple(sorted(kept.items()))


def _written(name: str, power: float) -> str:
    return name if power == 1 else f"{name}**{power:g}"
