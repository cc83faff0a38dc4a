"""The families of laws that can be fitted to data, as functions of arrays of parameters.

Parameters are those of the scenario language (see the laws in :mod:`burncast.distributions`), so that a fit is written
down as it is found. Functions take values f64[…, n] and parameters f64[…, 1], one row for each fit, and broadcast. A
value outside of the support has log density −inf. What a parameter may be is said by its coordinate, in which a search
moves on the whole line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from burncast.calibration.sample import Array

__all__ = ["Closed", "Coordinate", "FittedFamily", "Starts"]

Starts = Callable[..., list[tuple[float, ...]]]
Closed = Callable[..., tuple[Array, ...]]


@dataclass(frozen=True, slots=True)
class Coordinate:
    """How a parameter maps onto the whole line.

    ``real`` and ``location`` are themselves (a location is measured from the sample's median, in its spread),
    ``positive`` has its logarithm, ``share`` its logit. ``low`` and ``high`` bound the parameter itself: beyond them
    the likelihood is not regular or the law does not change any more.
    """

    name: str
    kind: Literal["real", "location", "positive", "share"]
    low: float = -np.inf
    high: float = np.inf

    def of(self, value: Array, centre: float, spread: float) -> Array:
        """The coordinate of parameter values."""
        least, most = {"positive": (0.0, np.inf), "share": (0.0, 1.0)}.get(self.kind, (-np.inf, np.inf))
        value = np.clip(value, max(self.low, least), min(self.high, most))
        with np.errstate(divide="ignore"):
            if self.kind == "positive":
                return np.asarray(np.log(value))
            if self.kind == "share":
                return np.asarray(np.log(value) - np.log1p(-value))
        return (value - centre) / spread if self.kind == "location" else value

    def value(self, at: Array, centre: float, spread: float) -> Array:
        """The parameter at coordinates."""
        if self.kind == "positive":
            return np.asarray(np.exp(at))
        if self.kind == "share":
            return np.asarray(1 / (1 + np.exp(-at)))
        return at * spread + centre if self.kind == "location" else at

    def bounds(self, centre: float, spread: float) -> tuple[float, float]:
        """The ends of the coordinate."""
        ends = {"positive": (-600.0, 600.0), "share": (-35.0, 35.0)}.get(self.kind, (-1e9, 1e9))
        low, high = (float(self.of(np.asarray(end), centre, spread)) for end in (self.low, self.high))
        return max(low, ends[0]), min(high, ends[1])


@dataclass(frozen=True)
class FittedFamily:
    """A family and how to fit it.

    ``constants`` are parameters with a value that is given rather than found, unless told otherwise; those without a
    value must be given. ``closed`` finds the maximum likelihood of complete data in one step from values and weights
    f64[…, n]. ``ends`` are ends of the support that are found: the extremes of the data decide them, so that the
    likelihood is not regular.
    """

    name: str
    coordinates: tuple[Coordinate, ...]
    log_density: Callable[..., Array]
    cdf: Callable[..., Array]
    sf: Callable[..., Array]
    starts: Starts
    constants: Mapping[str, float | None]
    support: Callable[[Mapping[str, float]], tuple[float, float]]
    closed: Closed | None = None
    discrete: bool = False
    ends: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, those first that are found."""
        return (*(one.name for one in self.coordinates), *self.constants)
