"""Any distribution of ``scipy.stats`` by its name: scipy("rice", b=0.8, loc=1, scale=2).

Its parameters have SciPy's names; ``loc`` (0) and, for continuous ones, ``scale`` (1) shift and stretch it. SciPy
computes the distribution function, the density, the moments and, where it has formulas for them, the quantiles. Two
things it does not do well enough to be drawn from far tails, and they are replaced. Quantiles that it finds by
iteration, or not at all in the far tail, are inverted here. A tail that SciPy does not have to 1e-9 at a probability of
about 1e-9 (most often because it is one minus the other) is the integral of the density from a probability of 1e-4
outward, by exp–sinh quadrature to an infinite end and by tanh–sinh quadrature to a finite one (Takahasi & Mori, Publ.
RIMS 9, 1974).

A law of whole numbers becomes :class:`~burncast.distributions.discrete.Discrete`: every point whose probability matters
to a draw. SciPy's own functions may differ in the last bit from one processor to another, and so may draws.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from burncast.distributions.discrete import Discrete, discrete
from burncast.distributions.errors import LawError, nearest_name
from burncast.distributions.family import Argument, Family
from burncast.distributions.inversion import invert
from burncast.distributions.law import FloatArray, Law
from burncast.distributions.portable import exp, sinh

__all__ = ["ScipyFamily", "ScipyLaw", "checked_parameters", "scipy_law"]

FAR = 1e-4
"""Tails below this may be integrals of the density."""

TRUSTED = 1e-9
MOST_POINTS = 200_000
LEAST = 1e-18
"""Probability that a discrete law may leave out on either side: draws reach to 9.5e-18."""

_GRID = np.arange(-4.4, 4.4 + 1 / 64, 1 / 32)
_NODES = exp(np.pi / 2 * sinh(_GRID))
_SLOPES = np.pi / 2 * np.sqrt(1 + sinh(_GRID) ** 2) / 32
_WEIGHTS = _SLOPES * _NODES
_SHARES = 1 / (1 + exp(-np.pi * sinh(_GRID)))
_SHARE_WEIGHTS = 2 * _SLOPES * _SHARES / (1 + exp(np.pi * sinh(_GRID)))


@dataclass(frozen=True)
class ScipyLaw(Law):
    """A continuous distribution of ``scipy.stats``: ``parameters`` by name, ``loc`` and ``scale`` among them; build it
    with :func:`scipy_law`."""

    family: str
    parameters: tuple[tuple[str, float], ...]

    @property
    def inverted(self) -> bool:
        """Whether either half is inverted from its tail."""
        return not all(self._has_quantiles)

    @property
    def tail_indices(self) -> tuple[float, float]:
        """Only whether the mean and the sd exist is known of a tail."""
        index = 1.0 if not np.isfinite(self.mean) else 2.0 if not np.isfinite(self.sd) else np.inf
        low, high = (index if np.isinf(end) else np.inf for end in self.support)
        return low, high

    def _support(self) -> tuple[float, float]:
        if self.family == "vonmises":  # SciPy's goes on around the circle
            given = dict(self.parameters)
            return given["loc"] - np.pi * given["scale"], given["loc"] + np.pi * given["scale"]
        low, high = self._frozen.support()
        return float(low), float(high)

    def _moments(self) -> tuple[float, float]:
        return self._stated_moments

    def _cdf(self, x: FloatArray) -> FloatArray:
        return self._tail(x, upper=False)

    def _sf(self, x: FloatArray) -> FloatArray:
        return self._tail(x, upper=True)

    def _density(self, x: FloatArray) -> FloatArray:
        return _quietly(self._frozen.pdf, x)

    def _quantile(self, p: FloatArray) -> FloatArray:
        if self._has_quantiles[0]:
            return np.clip(_quietly(self._frozen.ppf, p), *self.support)
        centre, spread = self._centre
        return invert(self._cdf, self._density, p, self.support, centre, spread, rising=True)

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        if self._has_quantiles[1]:
            return np.clip(_quietly(self._frozen.isf, q), *self.support)
        centre, spread = self._centre
        return invert(self._sf, self._density, q, self.support, centre, spread, rising=False)

    def _tail(self, x: FloatArray, *, upper: bool) -> FloatArray:
        low, high = self.support
        inside = np.clip(x, low, high)
        value = np.clip(_quietly(self._frozen.sf if upper else self._frozen.cdf, inside), 0.0, 1.0)
        value = np.where(x >= high, 0.0 if upper else 1.0, np.where(x < low, 1.0 if upper else 0.0, value))
        far = (value < FAR) & (x < high) & (x > low) & ((x > self._centre[0]) == upper)
        if not self._integrated[upper] or not np.any(far):
            return value
        value[far] = self._integral(x[far], upper=upper)[0]
        return value

    def _integral(self, x: FloatArray, *, upper: bool) -> tuple[FloatArray, FloatArray]:
        """The density summed from ``x`` to that end, and how far a grid half as fine is from it, relatively."""
        sign, end = (1.0, self.support[1]) if upper else (-1.0, self.support[0])
        if np.isinf(end):
            length, nodes, weights = self._decay(x, sign), _NODES, _WEIGHTS
        else:
            length, nodes, weights = sign * (end - x), _SHARES, _SHARE_WEIGHTS
        terms = weights * self._density(x[:, None] + sign * length[:, None] * nodes)
        terms = np.nan_to_num(terms, posinf=0.0)
        fine, coarse = length * np.sum(terms, axis=1), 2 * length * np.sum(terms[:, ::2], axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return fine, np.nan_to_num(np.abs(coarse / fine - 1), nan=1.0)

    def _decay(self, x: FloatArray, sign: float) -> FloatArray:
        """The distance over which the density falls by a factor of e."""
        step = 1e-4 * np.maximum(np.abs(x - self._centre[0]), 1e-3 * self._centre[1])
        here, further = (_quietly(self._frozen.logpdf, x + sign * ahead * step) for ahead in (0.0, 1.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            length = np.nan_to_num(step / (here - further), nan=0.0, posinf=0.0, neginf=0.0)
        return np.where(length > 0, length, self._centre[1])

    @cached_property
    def _frozen(self) -> Any:
        from scipy import stats

        return getattr(stats, self.family)(**dict(self.parameters))

    @cached_property
    def _stated_moments(self) -> tuple[float, float]:
        """SciPy's where it has formulas, else integrals of the density on both sides of the median."""
        from scipy.stats import rv_continuous

        dist = self._frozen.dist
        shapes = [value for key, value in self.parameters if key not in ("loc", "scale")]
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = type(dist)._munp is not rv_continuous._munp or not any(
                moment is None for moment in dist._stats(*shapes)[:2]
            )
            if found:
                return float(self._frozen.mean()), float(self._frozen.std())
        centre = self._centre[0]
        mean = sum(self._moment(1, upper=upper) for upper in (False, True))
        square = sum(self._moment(2, upper=upper) for upper in (False, True))
        return centre + mean, float(np.sqrt(max(square - mean * mean, 0.0)))

    def _moment(self, power: int, *, upper: bool) -> float:
        """The integral of (x − median)^power from the median to an end; infinite or nan where it does not exist."""
        sign, end = (1.0, self.support[1]) if upper else (-1.0, self.support[0])
        centre, spread = self._centre
        infinite = np.isinf(end)
        length = spread if infinite else sign * (end - centre)
        out = sign * length * (_NODES if infinite else _SHARES)
        terms = np.nan_to_num((_WEIGHTS if infinite else _SHARE_WEIGHTS) * out**power * self._density(centre + out))
        total = length * float(np.sum(terms))
        return total if abs(terms[-1]) <= 1e-12 * abs(np.sum(terms)) else sign * np.inf

    @cached_property
    def _centre(self) -> tuple[float, float]:
        """About the median and the distance to a quartile."""
        lower, middle, upper = _quietly(self._frozen.ppf, np.array([0.25, 0.5, 0.75]))
        return float(middle), float(max(upper - middle, middle - lower))

    @cached_property
    def _integrated(self) -> tuple[bool, bool]:
        """Whether the lower and the upper tail are integrals of the density."""
        return self._needs_integral(upper=False), self._needs_integral(upper=True)

    def _needs_integral(self, *, upper: bool) -> bool:
        tail = self._frozen.sf if upper else self._frozen.cdf
        end, (centre, spread) = self.support[upper], self._centre
        for count in range(1, 200):
            share = 2.0**-count
            out = spread * 2.0 ** (count / 2) * (1.0 if upper else -1.0)
            x = np.array([centre + out if np.isinf(end) else end - share * (end - centre)])
            value = float(_quietly(tail, x)[0])
            if value <= 1e-9:
                break
        integral, unsure = (float(one[0]) for one in self._integral(x, upper=upper))
        return bool(unsure < 1e-6 and integral > 0 and not abs(value - integral) <= TRUSTED * integral)

    @cached_property
    def _has_quantiles(self) -> tuple[bool, bool]:
        """Whether SciPy has the lower and the upper quantile, good enough in the far tail."""
        from scipy.stats import rv_continuous

        kind = type(self._frozen.dist)
        own = kind._ppf is not rv_continuous._ppf, kind._isf is not rv_continuous._isf
        found = []
        for upper, quantile in ((False, self._frozen.ppf), (True, self._frozen.isf)):
            bounded = bool(np.isfinite(self.support[upper]))
            usable = not self._integrated[upper] and (own[upper] or (upper and own[0] and bounded))
            try:
                usable = usable and bool(np.all(np.isfinite(_quietly(quantile, np.array([LEAST, 1e-12])))))
            except (ArithmeticError, RuntimeError, ValueError):
                usable = False
            found.append(usable)
        return found[0], found[1]


@dataclass(frozen=True, slots=True)
class ScipyFamily(Family):
    """What a scenario can name in ``scipy.stats``: every distribution has parameters of its own, and is stated by them
    alone."""

    @property
    def signatures(self) -> tuple[str, ...]:
        """One form: a name, then SciPy's parameters."""
        return ('scipy("name", its parameters by name…, loc=…, scale=…)',)

    def build(self, arguments: Sequence[Argument], keywords: Mapping[str, Argument]) -> Law:
        """The law; LawError where there is none of this name, or with such parameters."""
        if len(arguments) != 1 or not isinstance(arguments[0], str):
            raise LawError("scipy needs the name of a distribution of scipy.stats", expected=self.signatures[0])
        for name, value in keywords.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise LawError(f"{name} is no number", argument=name, expected="a number")
        return scipy_law(
            arguments[0], {name: value for name, value in keywords.items() if isinstance(value, int | float)}
        )


def scipy_law(name: str, parameters: Mapping[str, float]) -> ScipyLaw | Discrete:
    """The distribution ``name`` of ``scipy.stats`` with these parameters, ``loc`` and ``scale`` among them.

    >>> round(scipy_law("rice", {"b": 0.8}).mean, 6)
    1.446231
    """
    whole = checked_parameters(name, parameters)
    if "scale" in whole:
        return ScipyLaw(name, tuple(whole.items()))
    from scipy import stats

    return _points(getattr(stats, name)(**whole), name)


def checked_parameters(name: str, parameters: Mapping[str, float]) -> dict[str, float]:
    """All parameters of the distribution ``name`` in SciPy's order; LawError where SciPy has none such."""
    from scipy import stats

    kinds = (stats.rv_continuous, stats.rv_discrete)
    found = vars(stats).get(name)
    if not isinstance(found, kinds):
        known = [other for other, value in vars(stats).items() if isinstance(value, kinds)]
        message = f"scipy.stats has no distribution {name!r}"
        raise LawError(message, expected="the name of a univariate one", nearest=nearest_name(name, known))
    shapes = [part.strip() for part in str(found.shapes or "").split(",") if part.strip()]
    whole = {"loc": 0.0} | ({"scale": 1.0} if isinstance(found, stats.rv_continuous) else {})
    order = [*shapes, *whole]
    for given, value in parameters.items():
        if given not in order:
            message = f"scipy.stats.{name} has no parameter {given!r}"
            raise LawError(message, argument=given, expected=", ".join(order), nearest=nearest_name(given, order))
        if not np.isfinite(value):
            message = f"scipy.stats.{name}: {given} is {value:g}"
            raise LawError(message, argument=given, expected="a finite number")
        whole[given] = float(value)
    missing = [shape for shape in shapes if shape not in whole]
    if missing:
        raise LawError(f"scipy.stats.{name}: {missing[0]} is missing", argument=missing[0], expected=", ".join(order))
    if not np.all(found._argcheck(*(whole[shape] for shape in shapes))) or whole.get("scale", 1.0) <= 0:
        shown = ", ".join(f"{key}={whole[key]:g}" for key in order)
        raise LawError(f"scipy.stats.{name} is not defined for {shown}", expected="parameters that SciPy accepts")
    return {key: whole[key] for key in order}


def _points(frozen: Any, name: str) -> Discrete:
    """Every whole number whose probability matters."""
    low, high = (float(end) for end in frozen.support())
    middle = float(np.clip(np.floor(frozen.mean()), low, high)) if np.isfinite(frozen.mean()) else np.nan
    reach = 64.0
    while np.isfinite(middle) and reach <= MOST_POINTS:
        ends = np.array([max(low, middle - reach), min(high, middle + reach)])
        outer = _quietly(frozen.pmf, ends)
        if all(end == bound or mass * reach < LEAST for end, bound, mass in zip(ends, (low, high), outer, strict=True)):
            points = np.arange(ends[0], ends[1] + 1)
            return discrete(points.tolist(), np.maximum(_quietly(frozen.pmf, points), 0.0).tolist())
        reach *= 2
    message = f"scipy.stats.{name} is so spread out that more than {MOST_POINTS:,} of its numbers matter"
    raise LawError(message, expected="a lighter tail, or a law without counts")


def _quietly(function: Any, x: FloatArray) -> FloatArray:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return np.array(function(x), dtype=np.float64)
