"""The predictive law of a fit, written in the language: which of the ways of :mod:`burncast.calibration.predictive`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from burncast.calibration.predictive import (
    Z_GRID,
    WrittenLaw,
    calibrated_cdf,
    closed_form,
    mean_cdf,
    mixture_of_members,
    piecewise_law,
)
from burncast.calibration.sample import Array
from burncast.distributions.errors import InputError, LawError
from burncast.distributions.law import Law
from burncast.engine.language.expressions import ExpressionError

if TYPE_CHECKING:
    from burncast.calibration.fitted_law import Fit

__all__ = ["write_predictive"]

_WORST = 0.03
_MOST_COUNTS = 2_000


def write_predictive(one: Fit) -> WrittenLaw:
    """The law of a new value with the uncertainty of the parameters in it.

    Raises InputError where the rows leave so much open that no law can be written.
    """
    try:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            written = _way(one)
    except (LawError, ExpressionError) as error:
        message = f"{one.family}: the law of a new value is none that the language can state: {error}"
        raise InputError(f"{message}; uncertainty='none' leaves the doubt out") from None
    if written.error > _WORST:
        message = f"{one.family}: so few rows leave the parameters so open that no law of a new value can be written"
        raise InputError(f"{message}; expected more rows, a family of fewer parameters, or uncertainty='none'")
    return written


def _way(one: Fit) -> WrittenLaw:
    """The law by whichever way there is."""
    family = one.candidate.family
    closed = closed_form(
        family.name, bool(one.candidate.given and family.name != "binomial"), one.sample, one.candidate.constants
    )
    if closed is not None:
        return closed
    fitted = tuple(float(value[0, 0]) for value in one.theta)
    if one.scheme.kinked:
        return _beyond_ends(one, fitted)
    calibrated = one.uncertainty != "laplace" and one.refits.distances is not None and not family.discrete
    if one.uncertainty == "laplace":
        theta = one.scheme.theta(_laplace(one))
        method = f"Laplace, {one.replicates} draws"
    else:
        theta = one.scheme.theta(one.refits.coordinates)
        kind = "parametric bootstrap" if one.refits.distances is not None else "random weights"
        method = f"{kind}, {len(one.refits.coordinates)} samples"
    points = _counts(one.law) if family.discrete else one.law.from_normal(Z_GRID)[0]
    below = calibrated_cdf(family, theta, points) if calibrated else mean_cdf(family, theta, points)
    return mixture_of_members(one.candidate, theta, fitted, points, below, method)


def _counts(law: Law) -> Array:
    """Whole numbers from well below the law to well above it: all of them, or some thousand where they are many."""
    low, high = float(law.quantile(1e-9)), float(law.quantile(1 - 1e-9))
    width = high - low + 2
    return np.unique(np.floor(np.linspace(max(0.0, low - width), high + width, _MOST_COUNTS)))


def _laplace(one: Fit) -> Array:
    covariance = one.coordinate_covariance
    if not np.all(np.isfinite(covariance)):
        raise InputError(
            f"{one.family}: the likelihood is not regular at its maximum; expected uncertainty='bootstrap'"
        )
    rng = np.random.default_rng([one.seed, 3])
    moves = rng.multivariate_normal(
        np.zeros(len(covariance)), covariance, size=(one.replicates + 1) // 2, method="eigh"
    )
    low, high = one.scheme.bounds
    return np.asarray(np.clip(one.coordinates + np.concatenate([moves, -moves]), low, high))


def _beyond_ends(one: Fit, fitted: tuple[float, ...]) -> WrittenLaw:
    names = one.candidate.family.names
    theta = dict(zip(names, one.scheme.theta(one.refits.coordinates), strict=True))
    known = dict(zip(names, fitted, strict=True))
    method = f"parametric bootstrap, {len(one.refits.coordinates)} samples"
    values = one.law.quantile((np.arange(400) + 0.5) / 400)
    if one.candidate.family.name == "pareto":
        place = (np.log(theta["low"]), 1 / theta["alpha"])
        return piecewise_law("log", place, (float(np.log(known["low"])), 1 / known["alpha"]), np.log(values), method)
    place = (theta["low"], theta["high"] - theta["low"])
    return piecewise_law("none", place, (known["low"], known["high"] - known["low"]), values, method)
