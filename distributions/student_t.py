"""Student's t law, shifted and scaled.

student_t(df, mean=0, scale=1): (X − mean)/scale has density ∝ (1 + t²/df)^(−(df+1)/2). The sd is scale·√(df/(df − 2)),
which needs df > 2; student_t(df, mean, sd) states it instead. Twin: ``scipy.stats.t(df, mean, scale)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray, Law, positive, real
from burncast.distributions.moments import moments_that_exist
from burncast.distributions.portable import exp, log1p

__all__ = ["StudentT", "student_t_from_moments"]


@dataclass(frozen=True)
class StudentT(Law):
    """Student t with ``df`` degrees of freedom about ``location``, stretched by ``scale``."""

    df: float
    location: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        positive(self.df, "df")
        real(self.location, "mean")
        positive(self.scale, "scale")

    @property
    def tail_indices(self) -> tuple[float, float]:
        """Both tails fall like |x|^−df."""
        return self.df, self.df

    def _support(self) -> tuple[float, float]:
        return -np.inf, np.inf

    def _moments(self) -> tuple[float, float]:
        sd = self.scale * float(np.sqrt(self.df / (self.df - 2))) if self.df > 2 else np.inf
        return moments_that_exist(self.tail_indices, self.location, sd)

    def _cdf(self, x: FloatArray) -> ArrayLike:
        return special.stdtr(self.df, self._score(x))

    def _sf(self, x: FloatArray) -> ArrayLike:
        return special.stdtr(self.df, -self._score(x))

    def _density(self, x: FloatArray) -> ArrayLike:
        u = self._score(x)
        with np.errstate(over="ignore"):
            power = -(self.df + 1) / 2 * log1p(u * u / self.df) - special.betaln(self.df / 2, 0.5)
        return np.asarray(exp(power) / (np.sqrt(self.df) * self.scale))

    def _quantile(self, p: FloatArray) -> ArrayLike:
        return self.location + self.scale * special.stdtrit(self.df, p)

    def _quantile_upper(self, q: FloatArray) -> ArrayLike:
        return self.location - self.scale * special.stdtrit(self.df, q)

    def _score(self, x: FloatArray) -> FloatArray:
        return (x - self.location) / self.scale


def student_t_from_moments(df: float, mean: float, sd: float) -> StudentT:
    """The Student t law of ``df`` > 2 degrees of freedom with the given mean and standard deviation."""
    real(df, "df")
    positive(sd, "sd")
    if df <= 2:
        raise LawError(
            f"a Student t law has an sd only where df is above 2, and df is {df:g}", argument="sd", expected="scale"
        )
    return StudentT(df, mean, sd * float(np.sqrt((df - 2) / df)))
