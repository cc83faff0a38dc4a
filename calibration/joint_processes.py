"""Several series at once: each process fitted by itself, then the correlation of their innovations.

Two Brownian motions with correlation ρ drive the processes. Over a gap Δ the innovations of processes that revert at
speeds κ₁ and κ₂ then have the correlation ρ·c(Δ), c = (1 − e^(−(κ₁+κ₂)Δ))/((κ₁+κ₂)√(v₁v₂)), where v are their variances
for s = 1; c is 1 for equal speeds. ρ has the greatest likelihood of the standardised innovations between the dates that
both series have, and what is reported is the correlation of the shocks of a scenario's period.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from burncast.calibration.entry import CorrelationEntry, Entry
from burncast.calibration.gaussian_process import GaussianProcess
from burncast.calibration.observed_information import Array
from burncast.calibration.process_entries import innovating_process, process_entries
from burncast.calibration.process_fit import ProcessFit, fit_process
from burncast.distributions.errors import DataError, InputError, Problem
from burncast.distributions.notebook_view import Cell, Shown, View
from burncast.engine.language.scenario_model import YEARS_PER_STEP, Step

__all__ = ["JointFit", "fit_processes"]

Series: TypeAlias = tuple[Sequence[Any] | NDArray[Any], Sequence[float] | NDArray[Any]]
_FEWEST = 5
_WIDEST = 0.9999


@dataclass(frozen=True)
class JointFit(Shown):
    """``correlation`` of the shocks of a period of ``step``, with ``standard_errors`` and the ``counts`` of common
    intervals that each rests on, all f64[k, k] in the order of ``fits``; ``statements`` say which dates were used."""

    fits: Mapping[str, ProcessFit]
    correlation: Array
    standard_errors: Array
    counts: Array
    statements: tuple[str, ...]

    def entries(
        self, *, units: Mapping[str, str] | None = None, source: str | None = None, uncertain: bool = True
    ) -> list[Entry | CorrelationEntry]:
        """Every process with its parameters, and the correlation between them."""
        found: list[Entry | CorrelationEntry] = []
        for name, fit in self.fits.items():
            unit = (units or {}).get(name)
            found += process_entries(fit, name, unit=unit, source=source, uncertain=uncertain)
        members = tuple(innovating_process(fit, name) for name, fit in self.fits.items())
        matrix = np.round(self.correlation, 4)
        pairs = [
            f"{one} and {other}: {matrix[i, j]:g} ± {self.standard_errors[i, j]:.2g}, n = {self.counts[i, j]:.0f}"
            for (i, one), (j, other) in combinations(enumerate(self.fits), 2)
        ]
        comment = "correlation of the innovations; " + "; ".join(pairs)
        if len(members) == 2:
            return [*found, CorrelationEntry(members, rho=float(matrix[0, 1]), comment=comment)]
        return [*found, CorrelationEntry(members, matrix=tuple(map(tuple, matrix.tolist())), comment=comment)]

    def _view(self) -> View:
        rows: list[list[Cell]] = [
            [one, other, f"{self.correlation[i, j]:.3f} ± {self.standard_errors[i, j]:.2g}", int(self.counts[i, j])]
            for (i, one), (j, other) in combinations(enumerate(self.fits), 2)
        ]
        columns = ["process", "and", "correlation", "common intervals"]
        fitted = [
            f"{name}: {fit.process}, {', '.join(_estimate(fit, parameter) for parameter in fit.values)}"
            for name, fit in self.fits.items()
        ]
        return View("Processes fitted together", columns, rows, remarks=[*fitted, *self.statements])


def _estimate(fit: ProcessFit, parameter: str) -> str:
    """A parameter and its standard error, where there is one."""
    error = fit.standard_errors[parameter]
    return f"{parameter} {fit.values[parameter]:.4g}" + (f" ± {error:.2g}" if math.isfinite(error) else "")


def fit_processes(
    series: Mapping[str, Series],
    process: str | Mapping[str, str],
    *,
    step: Step = "month",
    season: bool = False,
    trend: bool = False,
    bootstrap: int = 0,
    seed: int = 0,
) -> JointFit:
    """Fit a process to each of several ``series``, given as (times, values) by name, and correlate their innovations.

    ``process`` is one for all or one for each name: linear ones and their exponentials. The series may have different
    dates: parameters use all of them, the correlation of a pair the dates that both have. The rest is as in
    :func:`~burncast.calibration.process_fit.fit_process`.

    Raises :class:`DataError` for series that cannot be used or have fewer than six dates in common, and
    :class:`InputError` for processes whose innovations are no normals of their own.
    """
    if len(series) < 2:
        raise InputError(f"fit_processes takes two or more series, not {len(series)}; fit_process fits one")
    fits: dict[str, ProcessFit] = {}
    for name, (times, values) in series.items():
        chosen = process if isinstance(process, str) else process.get(name)
        if chosen is None:
            raise InputError(f"there is no process for {name!r}; expected one for each of {', '.join(series)}")
        try:
            fit = fit_process(
                times, values, chosen, step=step, season=season, trend=trend, bootstrap=bootstrap, seed=seed
            )
        except DataError as error:
            raise DataError(replace(one, key=one.key or name) for one in error.problems) from None
        if not isinstance(fit.law, GaussianProcess):
            raise InputError(
                f"{chosen} of {name} cannot be fitted jointly; expected a process without jumps and regimes"
            )
        fits[name] = fit
    size = len(fits)
    correlation, errors, counts = np.eye(size), np.zeros((size, size)), np.zeros((size, size))
    said = []
    for (i, one), (j, other) in combinations(enumerate(fits), 2):
        rho, width, count = _correlation(fits[one], fits[other], (one, other), YEARS_PER_STEP[step])
        correlation[i, j] = correlation[j, i] = rho
        errors[i, j] = errors[j, i] = width
        counts[i, j] = counts[j, i] = count
        lengths = {len(fits[name].series.values) for name in (one, other)}
        if lengths != {count + 1}:
            said.append(f"the correlation of {one} and {other} rests on the {count + 1} dates that both have")
    if float(np.linalg.eigvalsh(correlation)[0]) < 0:
        said.append("the correlations of the pairs fit no joint law; a run moves them to the nearest that do")
    return JointFit(fits, correlation, errors, counts, tuple(said))


def _correlation(one: ProcessFit, other: ProcessFit, names: tuple[str, str], dt: float) -> tuple[float, float, int]:
    """Correlation of the shocks of a period of ``dt`` years, its standard error, and the common intervals."""
    places = _common(one, other)
    if len(places[0]) <= _FEWEST:
        message = f"{names[0]} and {names[1]} have {len(places[0])} dates in common"
        raise DataError([Problem(message, expected=f"at least {_FEWEST + 1} for a correlation of their innovations")])
    scores = []
    for fit, at in zip((one, other), places, strict=True):
        law = fit.law
        assert isinstance(law, GaussianProcess)
        scores.append(
            replace(law, times=law.times[at], y=law.y[at], pattern=law.pattern[at]).innovations(fit.coordinates)
        )
    gaps = np.diff(one.series.times[places[0]])
    speeds = _speed(one, dt), _speed(other, dt)
    shares = _shared(gaps, *speeds)
    (x, y), n = scores, len(gaps)

    def misfit(rho: float) -> float:
        r = rho * shares
        rest = 1.0 - r * r
        return float(np.sum(0.5 * np.log(rest) + (x * x - 2 * r * x * y + y * y) / (2 * rest)))

    found = optimize.minimize_scalar(misfit, bounds=(-_WIDEST, _WIDEST), method="bounded", options={"xatol": 1e-9})
    rho = float(found.x)
    width = 1e-3 * (1 - rho * rho)
    curvature = (misfit(rho + width) - 2 * misfit(rho) + misfit(rho - width)) / width**2
    share = float(_shared(np.array([dt]), *speeds)[0])
    return rho * share, share / math.sqrt(curvature) if curvature > 0 else math.nan, n


def _common(one: ProcessFit, other: ProcessFit) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The places of the dates (or times) that both series have."""
    keys = [fit.series.times if fit.series.dates is None else fit.series.dates for fit in (one, other)]
    if (one.series.dates is None) != (other.series.dates is None):
        raise DataError([Problem("one series has dates, the other numbers", expected="dates for both")])
    _, first, second = np.intersect1d(keys[0], keys[1], assume_unique=True, return_indices=True)
    return first, second


def _speed(fit: ProcessFit, dt: float) -> float:
    """Of mean reversion per year; 0 for none, nan where signs alternate."""
    if fit.process == "ar1":
        phi = fit.values["phi"]
        return -math.log(phi) / dt if phi > 0 else math.nan
    return math.log(2.0) / fit.values["half_life"] if fit.reversion is not None else 0.0


def _shared(gaps: Array, one: float, other: float) -> Array:
    """c(Δ) of the module, f64[n]; 1 where a speed is nan."""
    if math.isnan(one) or math.isnan(other) or one == other:
        return np.ones_like(gaps)

    def integral(speed: float) -> Array:
        return -np.expm1(-speed * gaps) / speed if speed > 0 else gaps

    return np.asarray(integral(one + other) / np.sqrt(integral(2 * one) * integral(2 * other)))
