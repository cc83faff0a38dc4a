"""The units of the arguments of processes: powers of the process's own unit and of years."""

from __future__ import annotations

from typing import TypeAlias

from burncast.engine.language.expression_nodes import Call, Expression

__all__ = ["Power", "argument_units"]

Power: TypeAlias = tuple[float, float]
"""Powers of the process's own unit and of the year."""

_OWN: Power = (1.0, 0.0)
_PER_YEAR: Power = (0.0, -1.0)
_YEARS: Power = (0.0, 1.0)

_REVERTING: dict[str, Power | None] = {
    "start": _OWN,
    "mean": _OWN,
    "half_life": _YEARS,
    "speed": _PER_YEAR,
    "volatility": None,
}
_ARGUMENTS: dict[str, dict[str, Power | None]] = {
    "gbm": {"start": _OWN, "drift": _PER_YEAR, "volatility": None},
    "ou": _REVERTING,
    "log_ou": _REVERTING,
    "random_walk": {"start": _OWN, "drift": (1.0, -1.0), "volatility": None},
    "ar1": {"start": _OWN, "mean": _OWN, "phi": (0.0, 0.0), "sd": _OWN},
    "jumps": {"rate": _PER_YEAR, "size": _OWN, "decay": _PER_YEAR, "start": _OWN},
}
"""In the order in which they may be given without their names; None where nothing is checked."""


def argument_units(call: Call) -> list[tuple[str, Expression, Power]]:
    """(name, argument, power) of each argument of a process whose unit is known, ``start`` first."""
    known = _ARGUMENTS.get(call.function, {})
    given = [*zip(known, call.arguments, strict=False), *call.keywords]
    found = [(name, argument, power) for name, argument in given if (power := known.get(name)) is not None]
    return sorted(found, key=lambda item: item[2] != _OWN)
