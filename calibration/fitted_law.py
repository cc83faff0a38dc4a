"""What a fit found: estimates and their errors, how well the law fits, and the law of a new value."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from burncast.calibration.censored_likelihood import log_likelihood, rows_of
from burncast.calibration.entry import Entry
from burncast.calibration.fit_table import fit_note, fit_table
from burncast.calibration.fittable import Candidate
from burncast.calibration.goodness_of_fit import STATISTICS, distances, uniform_intervals
from burncast.calibration.maximum_likelihood import Parametrisation
from burncast.calibration.observed_information import covariance_from, observed_information
from burncast.calibration.predictive import WrittenLaw
from burncast.calibration.refits import Refits, refit
from burncast.calibration.sample import Array, Sample
from burncast.calibration.written_predictive import write_predictive
from burncast.distributions.families import make_law
from burncast.distributions.law import Law
from burncast.distributions.notebook_view import Shown, View
from burncast.engine.language.constants import law as law_of
from burncast.engine.language.expressions import parse

__all__ = ["UNCERTAINTIES", "Fit", "Uncertainty"]

Uncertainty = Literal["bootstrap", "laplace", "none"]
UNCERTAINTIES: tuple[Uncertainty, ...] = ("bootstrap", "laplace", "none")


@dataclass(frozen=True, eq=False)
class Fit(Shown):
    """A family fitted to a sample by maximum likelihood.

    Attributes: ``log_likelihood``; ``log_score`` and its standard error ``log_score_se``, per row, cross-validated;
    ``rivals``, the other families that were tried, best first; ``refused``, those that could not be fitted, with the
    reason. Figures that need the bootstrap (``p_values``, ``predictive``, ``entry``) are found when they are first
    asked for; the same ``seed`` gives the same figures.
    """

    candidate: Candidate
    sample: Sample
    scheme: Parametrisation = field(repr=False)
    coordinates: Array
    log_likelihood: float
    log_score: float
    log_score_se: float
    uncertainty: Uncertainty
    replicates: int
    seed: int
    name: str
    unit: str | None
    rivals: tuple[Fit, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """The family, with what was given of it."""
        return self.candidate.text

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters that were found, as the language names them."""
        values = self.scheme.values(self.coordinates[None])[0]
        return dict(zip(self.candidate.free, values.tolist(), strict=True))

    @property
    def standard_errors(self) -> dict[str, float]:
        """Of the parameters: from the observed information, or from the bootstrap where the likelihood is not regular
        (an end of the support is found, a parameter lies at its bound)."""
        errors = np.sqrt(np.diag(self.covariance))
        return dict(zip(self.candidate.free, errors.tolist(), strict=True))

    @cached_property
    def covariance(self) -> Array:
        """Of the parameters, f64[k, k], in the order of ``parameters``."""
        inner = self.coordinate_covariance
        if np.all(np.isfinite(inner)):
            slopes = self._slopes
            return np.asarray(slopes[:, None] * inner * slopes[None])
        values = self.scheme.values(self.refits.coordinates)
        return np.atleast_2d(np.cov(values, rowvar=False))

    @property
    def at_bound(self) -> tuple[str, ...]:
        """Parameters that the search left at the end of what they may be."""
        low, high = self.scheme.bounds
        held = (self.coordinates <= low + 1e-6) | (self.coordinates >= high - 1e-6)
        return tuple(name for name, one in zip(self.candidate.free, held, strict=True) if one)

    @property
    def aic(self) -> float:
        """Akaike's criterion, 2k − 2 log L; lower is better."""
        return 2 * len(self.candidate.free) - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion, k·log n − 2 log L, n the effective number of observations; lower is better."""
        return len(self.candidate.free) * float(np.log(self.sample.size)) - 2 * self.log_likelihood

    @cached_property
    def distances(self) -> dict[str, float]:
        """KS, CvM and AD of the sample from the fitted law."""
        return dict(zip(STATISTICS, self._distances[0].tolist(), strict=True))

    @cached_property
    def p_values(self) -> dict[str, float]:
        """For KS, CvM and AD: how often a sample of the fitted law, fitted again, lies as far from its fit or farther.

        Empty where samples like this one cannot be drawn (intervals that overlap, limits on both sides).
        """
        simulated = self.refits.distances
        if simulated is None:
            return {}
        farther = np.sum(simulated >= self._distances * (1 - 1e-12), axis=0)
        return dict(zip(STATISTICS, ((1 + farther) / (1 + len(simulated))).tolist(), strict=True))

    @property
    def p_value(self) -> float:
        """That of Anderson and Darling, which looks at the tails; nan where there is none."""
        return self.p_values.get("AD", float("nan"))

    @cached_property
    def refits(self) -> Refits:
        """The fits to the replicates."""
        return refit(self)

    @property
    def refitted(self) -> dict[str, Array]:
        """The parameters of the replicates, f64[fits] each: their spread is the uncertainty of the estimates."""
        return dict(zip(self.candidate.free, self.scheme.values(self.refits.coordinates).T, strict=True))

    @property
    def plug_in(self) -> str:
        """The law with the estimates for parameters, as the language writes it."""
        return self.candidate.write(self.parameters)

    @property
    def predictive(self) -> str:
        """The law of a new value with the uncertainty of the parameters in it, as the language writes it."""
        return self.written.text

    @cached_property
    def written(self) -> WrittenLaw:
        """The predictive law, how it was made, and how exactly it could be written."""
        return write_predictive(self)

    @cached_property
    def law(self) -> Law:
        """The law with the estimates for parameters."""
        known = {**self.candidate.constants, **self.parameters}
        return make_law(self.candidate.family.name, [], known)

    @cached_property
    def predictive_law(self) -> Law:
        """The predictive law, as the scenario will read it."""
        return law_of(parse(self.predictive))

    @property
    def entry(self) -> Entry:
        """The predictive law (the plug-in one if ``uncertainty`` is ``"none"``) as an input, with source and note."""
        value = self.plug_in if self.uncertainty == "none" else self.predictive
        return Entry(self.name, value, unit=self.unit, source=self.sample.source, note=fit_note(self))

    @property
    def ranking(self) -> tuple[Fit, ...]:
        """This fit and its rivals, best first."""
        return (self, *self.rivals)

    @property
    def table(self) -> str:
        """The ranking and the parameters as text."""
        return fit_table(self)

    def __repr__(self) -> str:
        return self.table

    @property
    def theta(self) -> tuple[Array, ...]:
        """All parameters of the family in its order, f64[1, 1] each."""
        return self.scheme.theta(self.coordinates[None])

    @cached_property
    def _distances(self) -> Array:
        rows = rows_of(self.sample)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            lower, upper = uniform_intervals(self.candidate.family, self.theta, rows)
        return distances(lower, upper, rows.weights)

    @cached_property
    def coordinate_covariance(self) -> Array:
        """Of the coordinates in which the search moved, f64[k, k]; nan where the likelihood is not regular."""
        size = len(self.coordinates)
        if self.scheme.kinked or self.at_bound or not size:
            return np.full((size, size), np.nan)
        rows = rows_of(self.sample)

        def objective(at: Array) -> float:
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                return float(log_likelihood(self.candidate.family, self.scheme.theta(at[None]), rows)[0])

        return covariance_from(observed_information(objective, self.coordinates))

    @property
    def _slopes(self) -> Array:
        """How fast the parameters change with their coordinates."""
        moved = np.repeat(self.coordinates[None], 2, axis=0)
        moved[0] -= 1e-5
        moved[1] += 1e-5
        values = self.scheme.values(moved)
        return np.asarray((values[1] - values[0]) / 2e-5)

    def _view(self) -> View:
        return View(f"Laws fitted to {self.name}", text=self.table)
