"""What every law of an uncertain quantity can do.

A law is a frozen dataclass of plain numbers: hashable, comparable, free of randomness. Its functions are vectorised
over NumPy arrays and keep their relative accuracy in both tails: an upper tail is never one minus a lower one. A law is
drawn by :meth:`Law.from_normal`, which carries a standard normal z to the value of equal probability;
:mod:`burncast.distributions.transport` tabulates it.

A concrete law gives the underscored methods, which receive float64 arrays.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from burncast.distributions.errors import LawError
from burncast.distributions.notebook_view import Shown, View
from burncast.distributions.portable import exp

__all__ = ["FloatArray", "Law", "Parametric", "ordered", "positive", "real"]

FloatArray = NDArray[np.float64]

_ROOT_TWO_PI = float(np.sqrt(2 * np.pi))


class Law(Shown):
    """A probability law on the real line. Arrays of any shape go in, arrays of that shape come out."""

    @property
    def support(self) -> tuple[float, float]:
        """The smallest closed interval that holds all the probability; an end may be infinite."""
        return self._support()

    @property
    def mean(self) -> float:
        """The mean: infinite, or nan, where it does not exist."""
        return self._moments()[0]

    @property
    def sd(self) -> float:
        """The standard deviation: infinite, or nan, where it does not exist."""
        return self._moments()[1]

    def cdf(self, x: ArrayLike) -> FloatArray:
        """P(X ≤ x)."""
        return np.asarray(self._cdf(np.asarray(x, dtype=np.float64)), dtype=np.float64)

    def sf(self, x: ArrayLike) -> FloatArray:
        """P(X > x), accurate where it is tiny."""
        return np.asarray(self._sf(np.asarray(x, dtype=np.float64)), dtype=np.float64)

    def density(self, x: ArrayLike) -> FloatArray:
        """The density at x of the part of the law that has one (0 for a discrete law)."""
        return np.asarray(self._density(np.asarray(x, dtype=np.float64)), dtype=np.float64)

    def quantile(self, p: ArrayLike) -> FloatArray:
        """The smallest x with cdf(x) ≥ p, for p in [0, 1]."""
        return np.asarray(self._quantile(np.asarray(p, dtype=np.float64)), dtype=np.float64)

    def quantile_upper(self, q: ArrayLike) -> FloatArray:
        """The smallest x with sf(x) ≤ q: the inverse of ``sf``, accurate where q is tiny."""
        return np.asarray(self._quantile_upper(np.asarray(q, dtype=np.float64)), dtype=np.float64)

    def from_normal(self, z: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """The value x with P(X ≤ x) = Φ(z), and its slope dx/dz (infinite where the law has a gap).

        The half of z above zero goes through the upper tail, so both tails keep their accuracy.
        """
        return self._from_normal(np.asarray(z, dtype=np.float64))

    @property
    def discrete(self) -> bool:
        """Whether all the probability sits on finitely many points."""
        return False

    @property
    def inverted(self) -> bool:
        """Whether the quantile is found from the cdf, step by step, so that a table is made sooner from the cdf."""
        return False

    def atoms(self) -> tuple[FloatArray, FloatArray]:
        """The points of positive probability, ascending, and their probabilities; both empty for a continuous law."""
        return np.empty(0), np.empty(0)

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """Points inside the support where the density is not smooth."""
        return ()

    @property
    def tail_indices(self) -> tuple[float, float]:
        """Power of the lower and of the upper tail: moments of an order below it exist on that side."""
        return np.inf, np.inf

    @abstractmethod
    def _support(self) -> tuple[float, float]: ...

    @abstractmethod
    def _moments(self) -> tuple[float, float]: ...

    def _view(self) -> View:
        low, median = (float(value) for value in self.quantile([0.05, 0.5]))
        columns = ["mean", "sd", "p5", "median", "p95", "lowest", "highest"]
        row = [self.mean, self.sd, low, median, float(self.quantile_upper(0.05)), *map(float, self.support)]
        return View(type(self).__name__, columns, [row])

    @abstractmethod
    def _cdf(self, x: FloatArray) -> ArrayLike: ...

    @abstractmethod
    def _sf(self, x: FloatArray) -> ArrayLike: ...

    @abstractmethod
    def _density(self, x: FloatArray) -> ArrayLike: ...

    @abstractmethod
    def _quantile(self, p: FloatArray) -> ArrayLike: ...

    @abstractmethod
    def _quantile_upper(self, q: FloatArray) -> ArrayLike: ...

    def _from_normal(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        tail = np.asarray(special.ndtr(-np.abs(z)))
        x = np.empty_like(z)
        upper = z > 0
        x[upper] = self.quantile_upper(tail[upper])
        x[~upper] = self.quantile(tail[~upper])
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            slope = exp(-0.5 * z * z) / _ROOT_TWO_PI / self.density(x)
        return x, slope


class Parametric(Law):
    """A law that is a dataclass of finite numbers, those called in ``above_zero`` above 0."""

    above_zero: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        for name in type(self).__annotations__:
            (positive if name in self.above_zero else real)(getattr(self, name), name)


def real(value: float, argument: str) -> None:
    """Refuse a parameter that is not a finite number."""
    if not np.isfinite(value):
        raise LawError(f"{argument} is {value:g}", argument=argument, expected="a finite number")


def positive(value: float, argument: str) -> None:
    """Refuse a parameter that is not a finite number above zero."""
    real(value, argument)
    if value <= 0:
        raise LawError(f"{argument} is {value:g}", argument=argument, expected="a number above 0")


def ordered(low: float, high: float) -> None:
    """Refuse ends that are not finite numbers with low < high."""
    real(low, "low")
    real(high, "high")
    if not low < high:
        raise LawError(f"low is {low:g} and high is {high:g}", argument="low", expected="low < high")
