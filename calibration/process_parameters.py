"""Parameters of processes and the coordinates in which their uncertainty is nearly normal.

A parameter on the whole line is its own coordinate, a positive one has its logarithm, one between two ends the logit of
its place between them. A normal law of the coordinate is then ``normal``, ``lognormal`` or ``johnson_sb`` of the
parameter: laws of the scenario language, whose correlations are those of the coordinates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Parameter", "positive", "real", "share", "values_at"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter called ``name`` in the language, with its ``support`` and its unit.

    The unit is ``None`` where it is that of the data, and empty where it is left open."""

    name: str
    support: tuple[float, float]
    unit: str | None = None

    def value(self, coordinate: float) -> float:
        """The parameter at a coordinate.

        >>> positive("volatility").value(0.0), share("phi", -1.0, 1.0).value(0.0)
        (1.0, 0.0)
        """
        low, high = self.support
        if math.isinf(low):
            return float(coordinate)
        if math.isinf(high):
            return low + math.exp(coordinate)
        return low + (high - low) / (1.0 + math.exp(-coordinate))

    def slope(self, coordinate: float) -> float:
        """How fast the parameter changes with its coordinate."""
        low, high = self.support
        if math.isinf(low):
            return 1.0
        value = self.value(coordinate)
        return value - low if math.isinf(high) else (value - low) * (high - value) / (high - low)

    def law(self, coordinate: float, sd: float) -> str:
        """The law of the parameter whose coordinate is normal, as the language writes it.

        >>> share("p", 0.0, 1.0).law(-2.0, 0.5)
        'johnson_sb(gamma=4, delta=2)'
        """
        low, high = self.support
        if math.isinf(low):
            return f"normal(mean={_text(coordinate)}, sd={_text(sd)})"
        if math.isinf(high):
            return f"lognormal(mu={_text(coordinate)}, sigma={_text(sd)})"
        ends = "" if self.support == (0.0, 1.0) else f", low={_text(low)}, high={_text(high)}"
        return f"johnson_sb(gamma={_text(-coordinate / sd)}, delta={_text(1.0 / sd)}{ends})"


def real(name: str, unit: str | None = None) -> Parameter:
    """A parameter that may be any number."""
    return Parameter(name, (-math.inf, math.inf), unit)


def positive(name: str, unit: str | None = None) -> Parameter:
    """A parameter above 0."""
    return Parameter(name, (0.0, math.inf), unit)


def share(name: str, low: float, high: float) -> Parameter:
    """A parameter without unit between two ends."""
    return Parameter(name, (low, high), "")


def values_at(parameters: tuple[Parameter, ...], coordinates: NDArray[np.float64]) -> dict[str, float]:
    """The parameters by name at their coordinates."""
    return {one.name: one.value(float(at)) for one, at in zip(parameters, coordinates, strict=True)}


def _text(value: float) -> str:
    return f"{value:.6g}"
