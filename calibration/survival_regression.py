"""How long subscribers stay, given what is known of them: accelerated failure time by maximum likelihood.

log(tenure) = intercept + Σ effect·covariate + scale·ε. The error ε makes the law: ``exponential`` and ``weibull``
(least extreme value), ``lognormal`` (normal), ``loglogistic`` (logistic). An effect of 0.1 makes tenures e^0.1 times as
long. Tenures that were censored count by the probability of staying longer; tenures in whole months by the probability
of leaving within that month. Source: Kalbfleisch and Prentice 2002, *The Statistical Analysis of Failure Time Data*,
chapters 2 and 3; the same as ``survreg`` of the R package survival.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import log_ndtr

from burncast.distributions.errors import InputError

__all__ = ["ERRORS", "SurvivalRegression", "regress_survival"]

Floats = NDArray[np.float64]

ERRORS = ("exponential", "weibull", "lognormal", "loglogistic")


@dataclass(frozen=True)
class SurvivalRegression:
    """A fitted model: ``effects`` by name, the first of them ``intercept``, with ``standard_errors`` and ``scale``.

    Words of a covariate have an effect each, against the most frequent one, named ``column=word``.
    """

    error: str
    effects: Mapping[str, float]
    standard_errors: Mapping[str, float]
    scale: float
    log_likelihood: float
    subscribers: int

    @property
    def aic(self) -> float:
        """Akaike's criterion: less is better."""
        return 2.0 * (len(self.effects) + (self.error != "exponential")) - 2.0 * self.log_likelihood

    def survival(self, months: ArrayLike, **of: float | str) -> Floats:
        """The probability of staying longer than ``months``; covariates left out are 0, or the usual word."""
        middle = self.effects["intercept"]
        for name, value in of.items():
            middle += self._effect(name, value)
        with np.errstate(divide="ignore"):
            return np.asarray(
                np.exp(_log_survival(self.error, (np.log(np.asarray(months, float)) - middle) / self.scale))
            )

    def monthly_churn(self, months: ArrayLike, **of: float | str) -> Floats:
        """The share that leaves within the month after ``months`` of tenure."""
        at = np.asarray(months, float)
        return np.asarray(1.0 - self.survival(at + 1.0, **of) / self.survival(at, **of))

    def _effect(self, name: str, value: float | str) -> float:
        if not isinstance(value, str):
            if name not in self.effects:
                raise InputError(f"the regression has no covariate {name!r} of numbers")
            return self.effects[name] * float(value)
        if not any(effect.startswith(f"{name}=") for effect in self.effects):
            raise InputError(f"the regression has no covariate {name!r} of words")
        return self.effects.get(f"{name}={value}", 0.0)


def regress_survival(
    tenure: Floats,
    churned: NDArray[np.bool_],
    covariates: Mapping[str, Sequence[Any] | NDArray[Any]],
    error: str,
    whole_months: bool,
) -> SurvivalRegression:
    """Fit one model to tenures float64[n] in months; tenures of 0 tell nothing and are left out.

    Raises InputError for an unknown error, columns of another length, values that are missing, and covariates that are
    the same for all or follow from one another.
    """
    if error not in ERRORS:
        raise InputError(f"errors are {', '.join(ERRORS)}, not {error!r}")
    names, design = _design(covariates, len(tenure))
    used = tenure > 0.0
    months, left, design = tenure[used], churned[used], design[used]
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise InputError("the covariates follow from one another, or are the same for all subscribers")
    logs = np.log(months)
    with np.errstate(divide="ignore"):
        begun = np.log(months - 1.0) if whole_months else logs
    free_scale = error != "exponential"

    def loss(at: Floats) -> float:
        scale = math.exp(at[-1]) if free_scale else 1.0
        middle = design @ at[: design.shape[1]]
        stayed = _log_survival(error, (logs - middle) / scale)
        if whole_months:
            before = _log_survival(error, (begun - middle) / scale)
            with np.errstate(divide="ignore", invalid="ignore"):
                gone = before + np.log(-np.expm1(np.minimum(stayed - before, -1e-300)))
        else:
            gone = _log_density(error, (logs - middle) / scale) - math.log(scale) - logs
        value = -float(np.where(left, gone, stayed).sum())
        return value if math.isfinite(value) else 1e300

    start = np.zeros(design.shape[1] + free_scale)
    start[0] = math.log(months.sum() / left.sum())
    best = minimize(loss, start, method="BFGS", options={"gtol": 1e-6 * len(months)})
    best = minimize(loss, best.x, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9, "maxiter": 4000})
    covariance = np.linalg.inv(_curvature(loss, best.x))
    errors = np.sqrt(np.diag(covariance))
    return SurvivalRegression(
        error,
        dict(zip(names, best.x.tolist(), strict=False)),
        dict(zip(names, errors.tolist(), strict=False)),
        math.exp(best.x[-1]) if free_scale else 1.0,
        -float(best.fun),
        len(months),
    )


def _log_survival(error: str, z: Floats) -> Floats:
    if error == "lognormal":
        return np.asarray(log_ndtr(-z))
    if error == "loglogistic":
        return np.asarray(-np.logaddexp(0.0, z))
    with np.errstate(over="ignore"):
        return np.asarray(-np.exp(z))


def _log_density(error: str, z: Floats) -> Floats:
    if error == "lognormal":
        return np.asarray(-0.5 * z * z - 0.5 * math.log(2.0 * math.pi))
    if error == "loglogistic":
        return np.asarray(z - 2.0 * np.logaddexp(0.0, z))
    with np.errstate(over="ignore"):
        return np.asarray(z - np.exp(z))


def _design(covariates: Mapping[str, Sequence[Any] | NDArray[Any]], rows: int) -> tuple[list[str], Floats]:
    names, columns = ["intercept"], [np.ones(rows)]
    for name, values in covariates.items():
        column = np.asarray(values)
        if column.shape != (rows,):
            raise InputError(
                f"covariate {name} has shape {column.shape}; expected one value for each of {rows} subscribers"
            )
        if column.dtype.kind in "biuf":
            if not np.isfinite(column.astype(float)).all():
                raise InputError(f"covariate {name} has values that are missing")
            names.append(name)
            columns.append(column.astype(float))
            continue
        words, counts = np.unique(column.astype(str), return_counts=True)
        for word in words[np.argsort(-counts, kind="stable")][1:]:
            names.append(f"{name}={word}")
            columns.append((column.astype(str) == word).astype(float))
    return names, np.column_stack(columns)


def _curvature(loss: Any, at: Floats) -> Floats:
    """The matrix of second derivatives by central differences."""
    count = at.size
    step = 1e-4 * np.maximum(np.abs(at), 1.0)
    out = np.empty((count, count))
    for i in range(count):
        for j in range(i, count):
            total = 0.0
            for si in (1, -1):
                for sj in (1, -1):
                    moved = at.copy()
                    moved[i] += si * step[i]
                    moved[j] += sj * step[j]
                    total += si * sj * loss(moved)
            out[i, j] = out[j, i] = total / (4.0 * step[i] * step[j])
    return out
