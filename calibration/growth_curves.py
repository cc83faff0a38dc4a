"""Growth towards a ceiling from cumulative data: the curves of Bass and of Verhulst.

* ``bass``: market·(1 − e^(−(p+q)t))/(1 + (q/p)e^(−(p+q)t)), t in years since the launch, ``innovation`` p and
  ``imitation`` q.
* ``logistic``: market/(1 + e^(−growth·(t − midpoint))).

What is added between two observations is fitted by non-linear least squares: errors of cumulative figures are carried
on, those of their differences are not. An error's variance is proportional to the time between the two. A ceiling that
is fitted before growth has clearly turned comes out too low, by more than its standard error says. Sources: Bass 1969,
*Management Science* 15, 215–227; Srinivasan and Mason 1986, *Marketing Science* 5, 169–178; Van den Bulte and Lilien
1997, *Marketing Science* 16, 338–353 (the ceiling's bias).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from burncast.calibration.entry import CorrelationEntry, Entry
from burncast.calibration.observed_information import Array
from burncast.calibration.observed_series import ObservedSeries, observed_series
from burncast.calibration.process_parameters import Parameter, positive, real, values_at
from burncast.distributions.errors import DataError, InputError, Problem, nearest_name
from burncast.distributions.notebook_view import Shown, View

__all__ = ["Curve", "GrowthFit", "fit_growth"]

Curve: TypeAlias = Literal["bass", "logistic"]
_CURVES: dict[str, tuple[Parameter, ...]] = {
    "bass": (positive("market"), positive("innovation", "1/year"), positive("imitation", "1/year")),
    "logistic": (positive("market"), positive("growth", "1/year"), real("midpoint", "year")),
}
_TURNED = 0.9
"""Growth has turned where it is below this share of its peak."""
_VAGUE = 0.25
"""A standard error of the ceiling's logarithm above this is no knowledge of the ceiling."""


@dataclass(frozen=True)
class GrowthFit(Shown):
    """A fitted curve: ``coordinates`` (logarithms but for the midpoint) and their ``covariance``, in the order of
    ``parameters``; ``market`` is left out where it was given. ``origin`` is when t is 0, in years before the last
    observation; ``residual_sd`` is of what is added in a year; ``statements`` say what the series cannot tell."""

    curve: Curve
    series: ObservedSeries
    parameters: tuple[Parameter, ...]
    coordinates: Array
    covariance: Array
    origin: float
    residual_sd: float
    given_market: float | None
    statements: tuple[str, ...]

    @property
    def values(self) -> dict[str, float]:
        """The parameters by name, the given market included."""
        given = {} if self.given_market is None else {"market": self.given_market}
        return given | values_at(self.parameters, self.coordinates)

    @property
    def standard_errors(self) -> dict[str, float]:
        """Of the parameters that were estimated."""
        sds = np.sqrt(np.diag(self.covariance))
        slopes = [one.slope(float(at)) for one, at in zip(self.parameters, self.coordinates, strict=True)]
        return {one.name: float(slope * sd) for one, slope, sd in zip(self.parameters, slopes, sds, strict=True)}

    def at(self, years: Array) -> Array:
        """The cumulative curve, ``years`` after the last observation."""
        return _cumulative(self.curve, np.asarray(years) + self.origin, self.values)

    def entries(
        self, name: str, *, unit: str | None = None, source: str | None = None, uncertain: bool = True
    ) -> list[Entry | CorrelationEntry]:
        """Parameters with their joint law, and a formula ``name`` that is the curve from the last observation on."""
        sds = np.sqrt(np.diag(self.covariance))
        found: list[Entry | CorrelationEntry] = []
        if self.given_market is not None:
            found.append(Entry(f"{name}_market", self.given_market, unit=unit, note="given"))
        for one, at, sd in zip(self.parameters, self.coordinates.tolist(), sds.tolist(), strict=True):
            note = f"estimate {one.value(at):.6g} ± {one.slope(at) * sd:.2g}, n = {len(self.series.values) - 1}"
            note = "; ".join([f"{note}, non-linear least squares of a {self.curve} curve", *self.statements])
            value = one.law(at, sd) if uncertain else one.value(at)
            its_unit = unit if one.name == "market" else one.unit
            found.append(Entry(f"{name}_{one.name}", value, unit=its_unit, source=source, note=note))
        now = f"(time + {self.origin:.6g})"
        if self.curve == "bass":
            p, q = f"{name}_innovation", f"{name}_imitation"
            fall = f"exp(-({p} + {q}) * {now})"
            value = f"{name}_market * (1 - {fall}) / (1 + {q} / {p} * {fall})"
        else:
            value = f"{name}_market / (1 + exp(-{name}_growth * ({now} - {name}_midpoint)))"
        note = f"{self.curve} curve of {len(self.series.values)} cumulative figures"
        found.append(Entry(name, value, "formulas", unit=unit, source=source, note=note))
        if uncertain and len(self.parameters) > 1:
            matrix = np.round(self.covariance / np.outer(sds, sds), 6)
            np.fill_diagonal(matrix, 1.0)
            rows = tuple(map(tuple, matrix.tolist()))
            between = tuple(f"{name}_{one.name}" for one in self.parameters)
            found.append(
                CorrelationEntry(between, matrix=rows, comment=f"the parameters of {name} were fitted together")
            )
        return found

    def _view(self) -> View:
        errors = self.standard_errors
        rows = [[name, value, errors.get(name)] for name, value in self.values.items()]
        return View(f"A {self.curve} curve", ["parameter", "estimate", "standard error"], rows, remarks=self.statements)


def fit_growth(
    times: Sequence[Any] | NDArray[Any],
    cumulative: Sequence[float] | NDArray[Any],
    curve: Curve = "bass",
    *,
    launch: Any = None,
    market: float | None = None,
) -> GrowthFit:
    """Fit a curve of growth to cumulative figures at dates (or years).

    ``launch`` is when Bass's curve begins, by default at the first observation; ``market`` is the ceiling where it is
    known otherwise, which a series that ends before its inflection cannot tell.

    Raises :class:`DataError` for figures that fall or are too few, :class:`InputError` for a curve that does not exist.
    """
    if curve not in _CURVES:
        nearest = nearest_name(curve, _CURVES)
        raise InputError(str(Problem(f"there is no curve {curve!r}", expected="bass or logistic", nearest=nearest)))
    series = observed_series(times, cumulative)
    origin = series.span
    if launch is not None:
        origin = observed_series([launch, *np.asarray(times)], [0.0, *np.asarray(cumulative)]).span
    free = tuple(one for one in _CURVES[curve] if market is None or one.name != "market")
    _check(series, origin, market, len(free))
    added, gaps = np.diff(series.values), np.diff(series.times)
    t = series.times - series.times[-1] + origin
    fixed = {} if market is None else {"market": market}

    def residuals(at: Array) -> Array:
        curve_at = _cumulative(curve, t, fixed | values_at(free, np.clip(at, -500.0, 500.0)))
        return np.asarray((added - np.diff(curve_at)) / np.sqrt(gaps))

    starts = _first_guesses(curve, series, t, market)
    found = min(
        (optimize.least_squares(residuals, start, x_scale="jac", max_nfev=400) for start in starts),
        key=lambda one: one.cost,
    )
    variance = 2.0 * float(found.cost) / (len(added) - len(free))
    jacobian = np.asarray(found.jac)
    try:
        covariance = np.asarray(np.linalg.inv(jacobian.T @ jacobian)) * variance
    except np.linalg.LinAlgError:
        covariance = np.full((len(free), len(free)), math.inf)
    coordinates = np.asarray(found.x, dtype=np.float64)
    values = fixed | values_at(free, coordinates)
    said = []
    if market is None and not math.sqrt(covariance[0, 0]) < _VAGUE:
        said.append("market is not identified: state market= from other knowledge, or wait until growth has turned")
    if market is None and _share_of_peak(curve, float(t[-1]), values) > _TURNED:
        said.append(
            "growth has not clearly turned: a market that is fitted so early comes out too low, and its standard error "
            "does not show it"
        )
    return GrowthFit(curve, series, free, coordinates, covariance, origin, math.sqrt(variance), market, tuple(said))


def _check(series: ObservedSeries, origin: float, market: float | None, free: int) -> None:
    fell = np.flatnonzero(np.diff(series.values) < 0)
    if len(fell):
        place = int(fell[0]) + 1
        when = series.times[place] if series.dates is None else str(series.dates[place])[:10]
        message = (
            f"the figure at {when}, {series.values[place]:g}, is below the one before it, {series.values[place - 1]:g}"
        )
        raise DataError([Problem(message, expected="cumulative figures, which never fall")])
    if series.values[0] < 0 or series.values[-1] <= series.values[0]:
        raise DataError([Problem("the figures do not grow", expected="cumulative figures from 0 on")])
    if len(series.values) < free + 2:
        message = f"{len(series.values)} figures are too few for {free} parameters"
        raise DataError([Problem(message, expected=f"at least {free + 2}")])
    if origin < series.span:
        raise DataError(
            [Problem("the launch is after the first figure", expected="a launch at the first figure or before")]
        )
    if market is not None and not market > series.values[-1]:
        raise InputError(f"market is {market:g}; expected more than the last figure, {series.values[-1]:g}")


def _cumulative(curve: str, t: Array, values: dict[str, float]) -> Array:
    market = values["market"]
    if curve == "logistic":
        return np.asarray(market * special.expit(values["growth"] * (t - values["midpoint"])))
    p, q = values["innovation"], values["imitation"]
    fall = np.exp(-(p + q) * t)
    return np.asarray(market * (1.0 - fall) / (1.0 + q / p * fall))


def _share_of_peak(curve: str, t: float, values: dict[str, float]) -> float:
    """How much is added at ``t`` beside what is added at the most; 1 before that."""
    reached = float(_cumulative(curve, np.array(t), values)) / values["market"]
    if curve == "logistic":
        return 1.0 if reached < 0.5 else 4.0 * reached * (1.0 - reached)
    p, q = values["innovation"], values["imitation"]
    turning = max((q - p) / (2.0 * q), 0.0)
    added, most = ((p + q * share) * (1.0 - share) for share in (reached, turning))
    return 1.0 if reached < turning else added / most


def _first_guesses(curve: str, series: ObservedSeries, t: Array, market: float | None) -> list[Array]:
    last, length = float(series.values[-1]), float(t[-1])
    found = []
    for times_last in (1.05, 2.0, 8.0) if market is None else (market / last,):
        head = [math.log(times_last * last)] if market is None else []
        for speed in (2.0, 5.0, 12.0):
            rate = speed / length
            if curve == "logistic":
                midpoint = length - math.log(1.0 / max(times_last - 1.0, 1e-3)) / rate
                found.append(np.array([*head, math.log(rate), midpoint]))
            else:
                found.append(np.array([*head, math.log(0.03 * rate), math.log(rate)]))
    return found
