"""The beta law, on any interval.

beta(a, b, low=0, high=1): u = (x − low)/(high − low) has density u^(a−1)·(1−u)^(b−1)/B(a, b). beta(mean, sd, low=0,
high=1): with m = (mean − low)/(high − low) and v = (sd/(high − low))², a + b = m(1 − m)/v − 1 and a = m(a + b), which
needs v < m(1 − m).
Twin: ``scipy.stats.beta(a, b, low, high − low)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray, Law, ordered, positive, real
from burncast.distributions.portable import exp, log

__all__ = ["Beta", "beta_from_moments"]


@dataclass(frozen=True)
class Beta(Law):
    """Beta with shapes ``a`` and ``b`` between ``low`` and ``high``."""

    a: float
    b: float
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        positive(self.a, "a")
        positive(self.b, "b")
        ordered(self.low, self.high)

    def _support(self) -> tuple[float, float]:
        return self.low, self.high

    def _moments(self) -> tuple[float, float]:
        total, width = self.a + self.b, self.high - self.low
        return self.low + width * self.a / total, width * float(np.sqrt(self.a * self.b / (total + 1))) / total

    def _cdf(self, x: FloatArray) -> FloatArray:
        u, v = self._from_low(x), self._from_high(x)
        return np.where(u < 0.5, special.betainc(self.a, self.b, u), special.betaincc(self.b, self.a, v))

    def _sf(self, x: FloatArray) -> FloatArray:
        u, v = self._from_low(x), self._from_high(x)
        return np.where(u < 0.5, special.betaincc(self.a, self.b, u), special.betainc(self.b, self.a, v))

    def _density(self, x: FloatArray) -> FloatArray:
        u, v = self._from_low(x), self._from_high(x)
        with np.errstate(divide="ignore"):
            power = special.xlogy(self.a - 1, u) + special.xlogy(self.b - 1, v) - special.betaln(self.a, self.b)
            return np.where((x >= self.low) & (x <= self.high), exp(power) / (self.high - self.low), 0.0)

    def _quantile(self, p: FloatArray) -> FloatArray:
        return self.low + (self.high - self.low) * _inverse(self.a, self.b, p)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return self.high - (self.high - self.low) * _inverse(self.b, self.a, q)

    def _from_low(self, x: FloatArray) -> FloatArray:
        return np.clip((x - self.low) / (self.high - self.low), 0.0, 1.0)

    def _from_high(self, x: FloatArray) -> FloatArray:
        return np.clip((self.high - x) / (self.high - self.low), 0.0, 1.0)


def beta_from_moments(mean: float, sd: float, low: float = 0.0, high: float = 1.0) -> Beta:
    """The beta law on [low, high] of the given mean and standard deviation."""
    ordered(low, high)
    real(mean, "mean")
    positive(sd, "sd")
    if not low < mean < high:
        raise LawError(
            f"mean is {mean:g}", argument="mean", expected=f"a number between low = {low:g} and high = {high:g}"
        )
    share = (mean - low) / (high - low)
    largest = float(np.sqrt((mean - low) * (high - mean)))
    if sd >= largest:
        raise LawError(
            f"no beta law on [{low:g}, {high:g}] with mean {mean:g} has an sd of {sd:g}",
            argument="sd",
            expected=f"an sd below {largest:.6g}",
        )
    total = (largest / sd) ** 2 - 1
    return Beta(share * total, (1 - share) * total, low, high)


def _inverse(a: float, b: float, p: FloatArray) -> FloatArray:
    """The u with I_u(a, b) = p, by SciPy or, where that gives up near 0, by the leading term u^a/(a·B(a, b)), exact
    there."""
    u = special.betaincinv(a, b, p)
    leading = exp((log(np.maximum(p, 1e-300)) + log(a) + special.betaln(a, b)) / a)
    return np.where(np.isnan(u), leading, u)
