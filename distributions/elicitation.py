"""Laws from percentiles: "5 % below 20, 95 % below 60".

As many percentiles as unknown parameters are met exactly (to about 1e-12 in normal score). More are met as well as the
family can: the parameters minimise the sum of squared differences between stated and fitted probabilities (O'Hagan et
al., Uncertain Judgements, Wiley 2006, §6.4). A mode may stand for one percentile: the slope of the density vanishes
there. Chips laid between edges, as on a roulette board, are percentiles at the inner edges. Statements that no law of
the family can meet are refused, and the one at fault is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import special

from burncast.distributions.errors import LawError
from burncast.distributions.law import FloatArray, Law
from burncast.distributions.least_squares import least_squares
from burncast.distributions.lognormal import Lognormal
from burncast.distributions.normal import Normal
from burncast.distributions.piecewise import check_chips
from burncast.distributions.portable import exp, log

__all__ = ["Elicitation", "Percentile", "check_percentiles", "elicit", "interval", "percentiles_of_chips"]

EXACT = 1e-9
WEIGHT_OF_A_MODE = 100.0
"""How much more a mode counts than a probability where both cannot be met."""


def _anywhere(given: Mapping[str, float]) -> tuple[float, float]:
    del given
    return -np.inf, np.inf


@dataclass(frozen=True, slots=True)
class Percentile:
    """A statement that X lies below ``value`` with ``probability``; ``name`` is how it was written, as in p5."""

    name: str
    probability: float
    value: float


@dataclass(frozen=True, slots=True)
class Elicitation:
    """How a family is fitted to percentiles.

    ``free``: the parameters, in order, that percentiles may determine; any of them may be given instead. ``positive``:
    those of them that are above 0. ``constants``: parameters that must be given or have defaults in ``build``.
    ``start(p, x, given)``: a first guess of every free parameter. ``support(given)``: the ends within which the values
    must lie. ``with_mode``: whether the laws have a mode inside, where the density is smooth.
    """

    free: tuple[str, ...]
    build: Callable[..., Law]
    start: Callable[[FloatArray, FloatArray, Mapping[str, float]], Mapping[str, float]]
    positive: frozenset[str] = frozenset()
    constants: tuple[str, ...] = ()
    support: Callable[[Mapping[str, float]], tuple[float, float]] = _anywhere
    with_mode: bool = True


def elicit(
    family: str,
    elicitation: Elicitation,
    percentiles: tuple[Percentile, ...],
    given: Mapping[str, float],
    mode: float | None = None,
) -> Law:
    """The law of the family with the ``given`` parameters and these ``percentiles`` and ``mode``, exactly or as nearly
    as can be."""
    unknown = [name for name in elicitation.free if name not in given]
    ordered = check_percentiles(family, percentiles, elicitation.support(given))
    _check_count(elicitation, ordered, unknown, mode)
    least, most = elicitation.support(given)
    if mode is not None and not (least < mode < most and np.isfinite(mode)):
        expected = f"a finite number above {least:g}" + (f" and below {most:g}" if np.isfinite(most) else "")
        raise LawError(f"mode = {mode:g} is outside the support of {family}", argument="mode", expected=expected)
    p: FloatArray = np.array([one.probability for one in ordered])
    x: FloatArray = np.array([one.value for one in ordered])
    exact = len(ordered) + (mode is not None) == len(unknown)
    scores = np.asarray(special.ndtri(p), dtype=np.float64)

    def law_of(theta: FloatArray) -> Law:
        values = {
            name: float(exp(value) if name in elicitation.positive else value)
            for name, value in zip(unknown, theta, strict=True)
        }
        return elicitation.build(**given, **values)

    def residuals(theta: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):
            try:
                law = law_of(theta)
            except LawError:
                return np.full(len(p) + (mode is not None), np.inf)
            cdf = law.cdf(x)
            left = cdf - p
            if exact:
                left = np.where(cdf <= 0.5, special.ndtri(cdf), -np.asarray(special.ndtri(law.sf(x)))) - scores
            if mode is None:
                return np.asarray(left, dtype=np.float64)
            return np.append(left, (1.0 if exact else WEIGHT_OF_A_MODE) * _slope_at(law, mode, _width(x, mode)))

    with np.errstate(all="ignore"):
        guess = elicitation.start(*_with_mode(p, x, mode), given)
        start = np.array([float(log(guess[name])) if name in elicitation.positive else guess[name] for name in unknown])
        theta, left = least_squares(residuals, start)
    impossible = not np.all(np.isfinite(left)) or (exact and np.max(np.abs(left)) > EXACT)
    if impossible or (mode is not None and not _is_mode(law_of(theta), mode)):
        stated = ", ".join(f"{name} = {value:g}" for name, value in given.items())
        names = [one.name for one in ordered] + ([] if mode is None else ["mode"])
        values = [one.value for one in ordered] + ([] if mode is None else [mode])
        wanted = ", ".join(f"{name} = {value:g}" for name, value in zip(names, values, strict=True))
        raise LawError(
            f"no {family} law{' with ' + stated if stated else ''} has {wanted}",
            argument=names[int(np.argmax(np.abs(np.nan_to_num(left, nan=np.inf))))] if impossible else "mode",
            expected="percentiles that fit the family, or another family",
        )
    return law_of(theta)


def interval(low: float, high: float) -> Law:
    """The law whose central 90 % reach from ``low`` to ``high``: lognormal if both are positive, else normal.

    >>> float(interval(2.0, 8.0).quantile(0.5))
    4.0
    """
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise LawError(f"the interval {low:g} to {high:g} is empty", argument="low", expected="low < high, both finite")
    reach = 2 * float(special.ndtri(0.95))
    if low > 0:
        return Lognormal(float(log(low) + log(high)) / 2, float(log(high) - log(low)) / reach)
    return Normal((low + high) / 2, (high - low) / reach)


def check_percentiles(
    family: str, percentiles: tuple[Percentile, ...], support: tuple[float, float]
) -> list[Percentile]:
    """The percentiles in their order; refused where they contradict each other or lie outside the support."""
    ordered = sorted(percentiles, key=lambda one: one.probability)
    for one in ordered:
        if not 0 < one.probability < 1:
            raise LawError(
                f"{one.name} is no percentile", argument=one.name, expected="one between 0 and 100, exclusive"
            )
        if not np.isfinite(one.value):
            raise LawError(f"{one.name} is {one.value:g}", argument=one.name, expected="a finite number")
    least, most = support
    for one in ordered:
        if not least < one.value < most:
            raise LawError(
                f"{one.name} = {one.value:g} is outside the support of {family}",
                argument=one.name,
                expected=f"a value above {least:g}" + (f" and below {most:g}" if np.isfinite(most) else ""),
            )
    for left, right in pairwise(ordered):
        if left.probability == right.probability:
            raise LawError(f"{left.name} and {right.name} are the same percentile", argument=right.name, expected="one")
        if not left.value < right.value:
            raise LawError(
                f"{left.name} = {left.value:g} is not below {right.name} = {right.value:g}",
                argument=left.name,
                expected="values that rise with the percentile",
            )
    return ordered


def percentiles_of_chips(edges: Sequence[float], chips: Sequence[float]) -> tuple[Percentile, ...]:
    """What ``chips`` laid between neighbouring ``edges`` say of the inner edges; over an empty interval, of its middle.

    >>> [(one.probability, one.value) for one in percentiles_of_chips([0, 10, 20, 30], [1, 2, 1])]
    [(0.25, 10.0), (0.75, 20.0)]
    """
    check_chips(edges, chips)
    shares = np.cumsum(np.array(chips, dtype=np.float64))[:-1] / float(np.sum(chips))
    values = np.array(edges, dtype=np.float64)[1:-1]
    inside = [float(share) for share in np.unique(shares) if 0 < share < 1]
    if not inside:
        raise LawError("all chips lie in one interval", argument="chips", expected="chips in two intervals or more")
    return tuple(
        Percentile("edges", share, float((values[shares == share].min() + values[shares == share].max()) / 2))
        for share in inside
    )


def _check_count(elicitation: Elicitation, ordered: list[Percentile], unknown: list[str], mode: float | None) -> None:
    if not unknown:
        raise LawError(
            f"{', '.join(elicitation.free)} are all given", argument=ordered[0].name, expected="no percentiles"
        )
    wanted = len(unknown) - (mode is not None)
    if len(ordered) < wanted:
        beside = "" if mode is None else " and the mode"
        raise LawError(
            f"{len(ordered)} percentile{'s' if len(ordered) > 1 else ''}{beside} cannot determine "
            f"{' and '.join(unknown)}",
            argument=ordered[0].name,
            expected=f"at least {wanted} percentiles",
        )


def _width(x: FloatArray, mode: float) -> float:
    return float(max(x.max(), mode) - min(x.min(), mode)) or 1.0


def _slope_at(law: Law, mode: float, width: float) -> float:
    """Slope of the logarithm of the density, per width: 0 at a mode."""
    step = 1e-3 * width
    near = log(law.density(mode + step * np.array([-2.0, -1.0, 1.0, 2.0])))
    return float((8 * (near[2] - near[1]) - (near[3] - near[0])) / 12e-3)


def _is_mode(law: Law, mode: float) -> bool:
    with np.errstate(all="ignore"):
        highest = np.max(law.density(law.quantile(np.linspace(0.01, 0.99, 99))))
        return bool(highest <= law.density(mode) * (1 + 1e-3))


def _with_mode(p: FloatArray, x: FloatArray, mode: float | None) -> tuple[FloatArray, FloatArray]:
    """For a first guess the mode stands for the point below which 40 % lie, where that fits its neighbours."""
    if mode is None or mode in x:
        return p, x
    low, high = float(np.max(p[x < mode], initial=0.0)), float(np.min(p[x > mode], initial=1.0))
    share = 0.4 if low < 0.4 < high else (low + high) / 2
    order = np.argsort(np.append(x, mode))
    return np.append(p, share)[order], np.append(x, mode)[order]
