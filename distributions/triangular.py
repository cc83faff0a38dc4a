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
        rise, fall = self.mode - self.low, self.high - self.mode
        sd = float(np.sqrt((rise * rise + rise * fall + fall * fall) / 18))
        return self.low + (2 * rise + fall) / 3, sd

    def _cdf(self, x: FloatArray) -> FloatArray:
        return np.where(x < self.mode, self._rising(x), 1 - self._falling(x))

    def _sf(self, x: FloatArray) -> FloatArray:
        return np.where(x < self.mode, 1 - self._rising(x), self._falling(x))

    def _density(self, x: FloatArray) -> FloatArray:
        rise, fall = self.mode - self.low, self.high - self.mode
        height = 2 / (self.high - self.low)
        left = height * (x - self.low) / (rise or 1.0)
        right = height * (self.high - x) / (fall or 1.0)
        inside = (x >= self.low) & (x <= self.high)
        return np.where(inside, np.where(x < self.mode, left, right if fall else height), 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        return np.where(p <= self._share_below_mode, self._on_rise(p), self._on_fall(1 - p))

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return np.where(1 - q <= self._share_below_mode, self._on_rise(1 - q), self._on_fall(q))

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """The mode, where the density has a kink."""
        return (self.mode,) if self.low < self.mode < self.high else ()

    @property
    def _share_below_mode(self) -> float:
        return (self.mode - self.low) / (self.high - self.low)

    def _rising(self, x: FloatArray) -> FloatArray:
        area = (self.high - self.low) * (self.mode - self.low) or 1.0
        return np.clip(x - self.low, 0.0, None) ** 2 / area

    def _falling(self, x: FloatArray) -> FloatArray:
        area = (self.high - self.low) * (self.high - self.mode) or 1.0
        return np.clip(self.high - x, 0.0, None) ** 2 / area

    def _on_rise(self, p: FloatArray) -> FloatArray:
        return self.low + np.sqrt(p * (self.high - self.low) * (self.mode - self.low))

    def _on_fall(self, q: FloatArray) -> FloatArray:
        return self.high - np.sqrt(q * (self.high - self.low) * (self.high - self.mode))


def mode_inside(low: float, mode: float, high: float) -> None:
    """Refuse anything but low ≤ mode ≤ high with low < high."""
    ordered(low, high)
    real(mode, "mode")
    if not low <= mode <= high:
        raise LawError(
            f"mode is {mode:g}", argument="mode", expected=f"a number between low = {low:g} and high = {high:g}"
        )
