"""The triangular law.

triangular(low, mode, high): the density rises linearly from low to mode and falls linearly to high; mode may equal
an end. Twin: ``scipy.stats.triang((mode − low)/(high − low), low, high − low)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray, Law, ordered, real

__all__ = ["Triangular", "mode_inside"]


@dataclass(frozen=True)
class Triangular(Law):
    """Triangular between ``low`` and ``high`` with its peak at ``mode``."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        mode_inside(self.low, self.mode, self.high)

    def _support(self) -> tuple[float, float]:
        return self.low, self.high

    def _moments(self) -> tuple[float, float]:
        rise, fall = self._rise, self._fall
        sd = float(np.sqrt((rise * rise + rise * fall + fall * fall) / 18))
        return self.low + (2 * rise + fall) / 3, sd

    def _cdf(self, x: FloatArray) -> FloatArray:
        return np.where(x < self.mode, self._beyond(x - self.low, self._rise), self._share(x - self.mode, self._fall))

    def _sf(self, x: FloatArray) -> FloatArray:
        return np.where(x < self.mode, self._share(self.mode - x, self._rise), self._beyond(self.high - x, self._fall))

    def _density(self, x: FloatArray) -> FloatArray:
        rise, fall = self._rise, self._fall
        height = 2 / self._width
        left = height * (x - self.low) / (rise or 1.0)
        right = height * (self.high - x) / (fall or 1.0)
        inside = (x >= self.low) & (x <= self.high)
        return np.where(inside, np.where(x < self.mode, left, right if fall else height), 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        rest = np.maximum(p - self._rise / self._width, 0.0)
        rising = self.low + np.sqrt(p * self._width * self._rise)
        return np.where(rest > 0, self.mode + self._from_mode(rest, self._fall), np.minimum(rising, self.mode))

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        rest = np.maximum(q - self._fall / self._width, 0.0)
        falling = self.high - np.sqrt(q * self._width * self._fall)
        return np.where(rest > 0, self.mode - self._from_mode(rest, self._rise), np.maximum(falling, self.mode))

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """The mode, where the density has a kink."""
        return (self.mode,) if self.low < self.mode < self.high else ()

    @property
    def _width(self) -> float:
        return self.high - self.low

    @property
    def _rise(self) -> float:
        return self.mode - self.low

    @property
    def _fall(self) -> float:
        return self.high - self.mode

    def _beyond(self, distance: FloatArray, side: float) -> FloatArray:
        """The probability between an end and the point at this distance from it, on the side of that length."""
        return np.clip(distance, 0.0, side) ** 2 / (self._width * side or 1.0)

    def _share(self, distance: FloatArray, side: float) -> FloatArray:
        """The probability of the other side and of this one up to a distance from the mode."""
        distance = np.clip(distance, 0.0, side)
        return 1 - side / self._width + distance * (2 * side - distance) / (self._width * side or 1.0)

    def _from_mode(self, probability: FloatArray, side: float) -> FloatArray:
        """The distance from the mode that holds a probability, on the side of that length."""
        area = probability * self._width * side
        root = np.sqrt(np.maximum(side * side - area, 0.0))
        return area / np.maximum(side + root, 1e-300)


def mode_inside(low: float, mode: float, high: float) -> None:
    """Refuse anything but low ≤ mode ≤ high with low < high."""
    ordered(low, high)
    real(mode, "mode")
    if not low <= mode <= high:
        raise LawError(
            f"mode is {mode:g}", argument="mode", expected=f"a number between low = {low:g} and high = {high:g}"
        )
