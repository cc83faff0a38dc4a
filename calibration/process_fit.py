"""Processes of the scenario language fitted to a series: maximum likelihood on exact transition densities.

What can be fitted stands in :mod:`burncast.calibration.transition_laws`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.entry import CorrelationEntry, Entry
from burncast.calibration.gaussian_process import GaussianProcess
from burncast.calibration.innovation_tests import InnovationTests, innovation_tests
from burncast.calibration.jump_diffusion import JumpDiffusion
from burncast.calibration.mean_reversion import MeanReversion, mean_reversion, reversion_statements
from burncast.calibration.observed_information import Array, covariance_from, observed_information
from burncast.calibration.observed_series import ObservedSeries, observed_series
from burncast.calibration.process_parameters import Parameter, values_at
from burncast.calibration.regime_switching import RegimeSwitching
from burncast.calibration.transition_laws import (
    LOGARITHMIC,
    REVERTING,
    TransitionLaw,
    check_process,
    transition_law,
)
from burncast.distributions.errors import InputError
from burncast.distributions.notebook_view import Shown, View
from burncast.engine.language.scenario_model import YEARS_PER_STEP, Step

__all__ = ["Bootstrap", "ProcessFit", "fit_process", "with_bootstrap"]

_NORMAL_95 = 1.959963984540054
_PATHS_AT_ONCE = 2_500_000


@dataclass(frozen=True)
class Bootstrap:
    """What refits of simulated series show: the ``bias`` of the coordinates, and ``covariance``.

    The bias is that of series simulated from the fit; ``coordinates``, f64[replicates, p], and their covariance are of
    series simulated from the fit less its bias, ``at_bound`` of which came to a bound of what is looked at. Source:
    Kilian 1998, *Review of Economics and Statistics* 80, 218–230.
    """

    coordinates: Array
    bias: Array
    covariance: Array
    at_bound: int


@dataclass(frozen=True, repr=False)
class ProcessFit(Shown):
    """A fitted process.

    ``law`` holds the observations and their density; ``coordinates`` and their ``covariance`` are those of
    :class:`~burncast.calibration.process_parameters.Parameter`. ``log_likelihood`` is of the values given the first
    one, so that ``aic`` and ``bic`` compare all processes fitted to the same observations. ``statements`` say what the
    series cannot tell, ``tests`` whether the innovations look as they should.
    """

    process: str
    series: ObservedSeries
    step: Step
    law: TransitionLaw
    coordinates: Array
    covariance: Array
    log_likelihood: float
    tests: InnovationTests
    statements: tuple[str, ...]
    reversion: MeanReversion | None = None
    bootstrap: Bootstrap | None = field(default=None, repr=False)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What was estimated, in the order of the coordinates."""
        return self.law.parameters

    @property
    def values(self) -> dict[str, float]:
        """The estimates by name, in the units of the language."""
        return values_at(self.parameters, self.coordinates)

    @property
    def standard_errors(self) -> dict[str, float]:
        """Of the estimates, from the observed information; nan where a parameter is not identified."""
        slopes = [one.slope(float(at)) for one, at in zip(self.parameters, self.coordinates, strict=True)]
        sds = np.sqrt(np.diag(self.covariance))
        return {one.name: float(slope * sd) for one, slope, sd in zip(self.parameters, slopes, sds, strict=True)}

    @property
    def centre(self) -> Array:
        """The coordinates, less their bias where a bootstrap told it."""
        return self.coordinates if self.bootstrap is None else self.coordinates - self.bootstrap.bias

    @property
    def spread(self) -> Array:
        """The covariance of the coordinates: the bootstrap's where there is one."""
        return self.covariance if self.bootstrap is None else self.bootstrap.covariance

    @property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """Intervals of 95 %: normal in the coordinate, so that they keep to the parameter's support.

        With a bootstrap they are corrected for bias.
        """
        sds = np.sqrt(np.diag(self.spread))
        return {
            one.name: (one.value(float(at - _NORMAL_95 * sd)), one.value(float(at + _NORMAL_95 * sd)))
            for one, at, sd in zip(self.parameters, self.centre, sds, strict=True)
        }

    @property
    def count(self) -> int:
        """The transitions that the likelihood is made of."""
        return len(self.law.y) - 1

    @property
    def aic(self) -> float:
        """Akaike's criterion: smaller is better."""
        return 2.0 * len(self.coordinates) - 2.0 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion: smaller is better."""
        return math.log(self.count) * len(self.coordinates) - 2.0 * self.log_likelihood

    @property
    def logarithms(self) -> bool:
        """Whether the law is of logarithms."""
        return self.process in LOGARITHMIC

    def simulate(self, replicates: int, seed: int = 0) -> Array:
        """Series of the fitted law from the first observation at the same times, f64[n + 1, replicates]."""
        paths = self.law.simulate(self.coordinates, np.random.default_rng(seed), replicates)
        return np.exp(paths) if self.logarithms else paths

    def entries(
        self, name: str, *, unit: str | None = None, source: str | None = None, uncertain: bool = True
    ) -> list[Entry | CorrelationEntry]:
        """Entries that make ``name`` a quantity of a scenario: :mod:`burncast.calibration.process_entries`."""
        from burncast.calibration.process_entries import process_entries

        return process_entries(self, name, unit=unit, source=source, uncertain=uncertain)

    @property
    def table(self) -> str:
        """The estimates, the tests of the innovations, and what the series cannot tell, in words."""
        from burncast.calibration.process_table import process_table

        return process_table(self)

    def __repr__(self) -> str:
        return self.table

    def _view(self) -> View:
        return View(f"A {self.process} fitted to {self.count + 1:,} observations", text=self.table)


@overload
def fit_process(
    times: Sequence[Any] | NDArray[Any],
    values: Sequence[float] | NDArray[Any],
    process: str,
    *,
    step: Step = ...,
    season: bool = ...,
    trend: bool = ...,
    bootstrap: int = ...,
    seed: int = ...,
) -> ProcessFit: ...


@overload
def fit_process(
    times: Sequence[Any] | NDArray[Any],
    values: Sequence[float] | NDArray[Any],
    process: list[str] | tuple[str, ...],
    *,
    step: Step = ...,
    season: bool = ...,
    trend: bool = ...,
    bootstrap: int = ...,
    seed: int = ...,
) -> tuple[ProcessFit, ...]: ...


def fit_process(
    times: Sequence[Any] | NDArray[Any],
    values: Sequence[float] | NDArray[Any],
    process: str | list[str] | tuple[str, ...],
    *,
    step: Step = "month",
    season: bool = False,
    trend: bool = False,
    bootstrap: int = 0,
    seed: int = 0,
) -> ProcessFit | tuple[ProcessFit, ...]:
    """Fit a process to ``values`` observed at ``times`` (dates, or years as numbers), or several, the best AIC first.

    ``step`` is the period of the scenario, which ``ar1`` and the Markov chains count in. ``bootstrap`` series are
    simulated from the fit and fitted again, which corrects the bias of short series. The same ``seed`` gives the same
    bootstrap.

    Raises :class:`DataError` for a series that cannot be used (values that are not above 0 where logarithms are taken
    are named), :class:`InputError` for a process that does not exist.
    """
    names = (process,) if isinstance(process, str) else tuple(process)
    for name in names:
        check_process(name)
    if step not in YEARS_PER_STEP:
        raise InputError(f"step is {step!r}; expected one of {', '.join(YEARS_PER_STEP)}")
    series = observed_series(times, values)
    fits = [_fit(series, name, step, season, trend) for name in names]
    if bootstrap:
        fits = [with_bootstrap(fit, bootstrap, seed) for fit in fits]
    if isinstance(process, str):
        return fits[0]
    if len({fit.count for fit in fits}) > 1:
        used = ", ".join(f"{fit.process} {fit.count + 1}" for fit in fits)
        raise InputError(f"these processes use different observations and cannot be ranked: {used}; fit each alone")
    return tuple(sorted(fits, key=lambda fit: fit.aic))


def with_bootstrap(fit: ProcessFit, replicates: int, seed: int) -> ProcessFit:
    """The fit with the bias and covariance that refits of ``replicates`` simulated series show."""
    least = 4 * len(fit.coordinates)
    if replicates < least:
        raise InputError(f"bootstrap is {replicates}; expected at least {least} replicates")
    if not np.isfinite(fit.covariance).all():
        reason = "no bootstrap was made, for not all parameters are identified"
        return ProcessFit(**{**_fields(fit), "statements": (*fit.statements, reason)})
    generator = np.random.default_rng(seed)
    bias = _refitted(fit, fit.coordinates, generator, replicates).mean(axis=0) - fit.coordinates
    corrected = fit.law.bounded(fit.coordinates - bias)
    found = _refitted(fit, corrected, generator, replicates)
    at_bound = sum(bool(fit.law.at_bound(one)) for one in found)
    boot = Bootstrap(found, bias, np.atleast_2d(np.cov(found, rowvar=False)), at_bound)
    said = fit.statements
    if at_bound:
        said += (f"{at_bound} of {replicates} simulated series of this length show no {_what_is_lost(fit)} at all",)
    return ProcessFit(**{**_fields(fit), "bootstrap": boot, "statements": said})


def _refitted(fit: ProcessFit, coordinates: Array, generator: np.random.Generator, replicates: int) -> Array:
    """Coordinates fitted to series simulated at ``coordinates``, f64[replicates, p]."""
    at_once = max(_PATHS_AT_ONCE // len(fit.law.y), 1)
    parts = []
    for begin in range(0, replicates, at_once):
        paths = fit.law.simulate(coordinates, generator, min(at_once, replicates - begin))
        parts.append(fit.law.refit(paths, coordinates))
    return np.concatenate(parts)


def _fields(fit: ProcessFit) -> dict[str, Any]:
    return {name: getattr(fit, name) for name in fit.__dataclass_fields__}


def _what_is_lost(fit: ProcessFit) -> str:
    return "mean reversion" if fit.process in REVERTING else "jumps" if fit.process == "jump_diffusion" else "regimes"


def _fit(series: ObservedSeries, process: str, step: Step, season: bool, trend: bool) -> ProcessFit:
    law, used = transition_law(series, process, step, season=season, trend=trend)
    said = []
    if len(used.values) < len(series.values):
        said.append(f"{len(used.values)} of {len(series.values)} observations are used, the last of each {step}")
    coordinates = law.estimate()
    fixed = set(law.at_bound(coordinates))
    covariance = _covariance(law, coordinates, fixed)
    reversion = None
    if isinstance(law, GaussianProcess) and law.reverts:
        reversion = mean_reversion(law, coordinates)
        said += reversion_statements(law, coordinates, reversion)
    elif fixed:
        said.append(f"{', '.join(sorted(fixed))} came to the end of what is looked at: the series does not identify it")
    said += _weak(law, coordinates, covariance, used)
    jacobian = float(np.log(used.values[1:]).sum()) if process in LOGARITHMIC else 0.0
    autoregressions = 1 if process in REVERTING else 0
    tests = innovation_tests(law.innovations(coordinates), autoregressions)
    height = law.log_likelihood(coordinates) - jacobian
    return ProcessFit(process, used, step, law, coordinates, covariance, height, tests, tuple(said), reversion)


def _covariance(law: TransitionLaw, coordinates: Array, fixed: set[str]) -> Array:
    """Of the coordinates that are free; nan for those at a bound."""
    free = [place for place, one in enumerate(law.parameters) if one.name not in fixed]

    def log_likelihood(at: Array) -> float:
        whole = coordinates.copy()
        whole[free] = at
        return law.log_likelihood(whole)

    found = np.full((len(coordinates), len(coordinates)), np.nan)
    found[np.ix_(free, free)] = covariance_from(observed_information(log_likelihood, coordinates[free]))
    return found


def _weak(law: TransitionLaw, coordinates: Array, covariance: Array, series: ObservedSeries) -> list[str]:
    """Drifts that cannot be told from 0, jumps that are few, and a curvature that fails."""
    said = []
    for place, one in enumerate(law.parameters):
        at, sd = float(coordinates[place]), math.sqrt(covariance[place, place])
        if one.name.startswith(("drift", "trend")) and abs(at) < _NORMAL_95 * sd:
            said.append(
                f"{one.name} of {at:.3g} a year cannot be told from 0: its standard error is {sd:.2g}; only a longer "
                f"series narrows it (four times {series.span:.3g} years to halve it), a denser one does not"
            )
    if isinstance(law, JumpDiffusion):
        jumps = math.exp(coordinates[2]) * series.span
        if jumps < 10:
            said.append(f"jump_rate and jump_size rest on about {jumps:.2g} jumps in {series.span:.3g} years")
    if isinstance(law, RegimeSwitching):
        turbulent = float(law.filtered(coordinates)[1:, 1].sum())
        if min(turbulent, len(law.gaps) - turbulent) < 10:
            rare = "turbulent" if turbulent < len(law.gaps) - turbulent else "calm"
            said.append(
                f"the {rare} regime was seen for about {min(turbulent, len(law.gaps) - turbulent):.2g} periods only"
            )
    return said
