"""Churn from subscriber data: how many of those who are still there leave in a month, by how long they have been there.

Most subscribers of a sample are still there when it ends: their tenure is censored, and leaving them out, or counting
them as stayers for good, would both be wrong. Survival is estimated by Kaplan and Meier (1958, *JASA* 53, 457–481) with
Greenwood's variance and intervals on the scale of log(−log S) (Kalbfleisch and Prentice 2002, *The Statistical Analysis
of Failure Time Data*, §1.4). Within a band of tenure the rate of leaving is taken as constant, which gives an input of
a scenario: with d who left in N months of subscription, and Jeffreys' prior, monthly churn is Beta(d + ½, N − d + ½)
where tenure is counted in whole months, and 1 − exp(−Gamma(d + ½, 1/N)) where it is continuous.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import beta, gamma

from burncast.calibration.entry import Entry
from burncast.calibration.survival_regression import ERRORS, SurvivalRegression, regress_survival
from burncast.distributions.errors import InputError
from burncast.distributions.notebook_view import Cell, Shown, View

__all__ = ["ChurnBand", "ChurnFit", "SurvivalCurve", "fit_churn", "kaplan_meier"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SurvivalCurve:
    """The share of subscribers still there after ``time``, the tenures at which somebody left; float64[k] each.

    ``low`` and ``high`` bound the 95 % interval; ``at_risk`` were there until then, ``left`` of them left.
    """

    time: Floats
    survival: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    left: Floats

    def at(self, time: ArrayLike) -> Floats:
        """Survival at any tenure: a step function, 1 before anybody left."""
        place = np.searchsorted(self.time, np.asarray(time, float), side="right")
        return np.asarray(np.concatenate([[1.0], self.survival])[place])


@dataclass(frozen=True)
class ChurnBand:
    """Monthly churn of those who have been there more than ``first`` and up to ``last`` months (inf: and longer).

    ``churn`` is the posterior median, ``low`` and ``high`` the ends of the central 90 %; ``left`` left in ``months``
    months of subscription; ``law`` is the posterior as an expression of the scenario language.
    """

    first: float
    last: float
    left: int
    months: float
    churn: float
    low: float
    high: float
    law: str

    @property
    def label(self) -> str:
        """A name for the element of a dimension: ``months_0_to_3``, ``months_12_on``."""
        return f"months_{self.first:g}_" + ("on" if math.isinf(self.last) else f"to_{self.last:g}")


@dataclass(frozen=True)
class ChurnFit(Shown):
    """What subscriber data say of churn.

    ``whole`` is the band of all tenures, ``bands`` its parts; ``regressions`` the parametric models of the same data,
    best first by AIC, with covariates where they were given.
    """

    curve: SurvivalCurve
    whole: ChurnBand
    bands: tuple[ChurnBand, ...]
    regressions: tuple[SurvivalRegression, ...]
    name: str
    source: str | None
    subscribers: int

    @property
    def entry(self) -> Entry:
        """Monthly churn as an input of a scenario, whatever the tenure."""
        return Entry(self.name, self.whole.law, unit="1/month", source=self.source, note=self._note([self.whole]))

    def entry_by_tenure(self, dimension: str = "tenure") -> Entry:
        """Monthly churn by band of tenure: the scenario declares the ``dimension`` with :attr:`labels`."""
        laws = {band.label: band.law for band in self.bands}
        note = self._note(self.bands)
        return Entry(self.name, laws, unit="1/month", source=self.source, note=note, over=dimension)

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the bands."""
        return tuple(band.label for band in self.bands)

    def monthly(self, last: int) -> Floats:
        """The share of those still there that leaves in each month of tenure 1 … ``last``, by Kaplan and Meier."""
        survival = self.curve.at(np.arange(last + 1))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(1.0 - survival[1:] / survival[:-1])

    def _note(self, bands: Sequence[ChurnBand]) -> str:
        left, months = sum(band.left for band in bands), sum(band.months for band in bands)
        return (
            f"{left:,} of {self.subscribers:,} subscribers left in {months:,.0f} months of subscription, the others "
            "were still there (censored); posterior with Jeffreys' prior, churn constant within a band of tenure"
        )

    def _view(self) -> View:
        rows: list[list[Cell]] = [
            [
                "all" if band is self.whole else band.label.replace("_", " "),
                *(f"{100 * share:.2f} %" for share in (band.churn, band.low, band.high)),
                band.left,
                round(band.months),
            ]
            for band in (self.whole, *self.bands)
        ]
        columns = ["tenure", "monthly churn", "5 %", "95 %", "left", "months observed"]
        return View(f"{self.name} of {self.subscribers:,} subscribers", columns, rows, remarks=[self.source or ""])


def fit_churn(
    tenure: ArrayLike,
    churned: ArrayLike,
    *,
    bands: Sequence[float] = (3, 12),
    covariates: Mapping[str, Sequence[Any] | NDArray[Any]] | None = None,
    errors: Sequence[str] = ERRORS,
    name: str = "churn",
    source: str | None = None,
) -> ChurnFit:
    """Fit churn to subscribers with ``tenure`` float64[n] in months, of whom some ``churned`` bool[n] at that tenure.

    ``bands`` part tenure for churn by tenure. ``covariates`` are columns of n numbers or words, for the regressions
    (see :func:`~burncast.calibration.survival_regression.regress_survival`), one for each of ``errors``. Tenures that
    are all whole count as months begun, so that who left after 3 did so between 2 and 3.

    Raises InputError for tenures that are negative, missing or zero for all, columns of different lengths, bands that
    do not rise, and where nobody left.
    """
    months, left = _checked(tenure, churned)
    edges = [0.0, *(float(edge) for edge in bands), math.inf]
    if any(low >= high for low, high in pairwise(edges)):
        raise InputError(f"bands of tenure are months that rise from above 0, not {list(bands)}")
    whole_months = bool((months == np.round(months)).all())
    parts = tuple(_band(months, left, low, high, whole_months) for low, high in pairwise(edges))
    found = [regress_survival(months, left, covariates or {}, error, whole_months) for error in errors]
    return ChurnFit(
        kaplan_meier(months, left),
        _band(months, left, 0.0, math.inf, whole_months),
        tuple(part for part in parts if part.months > 0.0),
        tuple(sorted(found, key=lambda one: one.aic)),
        name,
        source,
        len(months),
    )


def kaplan_meier(tenure: ArrayLike, churned: ArrayLike) -> SurvivalCurve:
    """The product-limit estimate of survival; who was censored at a tenure was there until it.

    >>> curve = kaplan_meier([1, 2, 2, 3, 4], [True, True, False, True, False])
    >>> curve.survival.round(4).tolist()
    [0.8, 0.6, 0.3]
    """
    months, left = _checked(tenure, churned)
    time = np.unique(months[left])
    gone = np.array([(left & (months == at)).sum() for at in time], float)
    at_risk = np.array([(months >= at).sum() for at in time], float)
    survival = np.cumprod(1.0 - gone / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(gone / (at_risk * (at_risk - gone)))
        half = ndtri(0.975) * np.sqrt(variance) / np.abs(np.log(survival))
        low, high = survival ** np.exp(half), survival ** np.exp(-half)
    nobody = survival == 0.0
    return SurvivalCurve(time, survival, np.where(nobody, 0.0, low), np.where(nobody, math.nan, high), at_risk, gone)


def _band(months: Floats, left: NDArray[np.bool_], first: float, last: float, whole_months: bool) -> ChurnBand:
    spent = float(np.clip(months, first, last).sum() - first * months.size)
    gone = int((left & (months > first) & (months <= last)).sum())
    if whole_months:
        low, middle, high = (float(beta.ppf(q, gone + 0.5, spent - gone + 0.5)) for q in (0.05, 0.5, 0.95))
        law = f"beta({gone + 0.5:g}, {spent - gone + 0.5:g})"
    else:
        rates = (float(gamma.ppf(q, gone + 0.5, scale=1.0 / spent)) if spent else math.nan for q in (0.05, 0.5, 0.95))
        low, middle, high = (-math.expm1(-rate) for rate in rates)
        law = f"per_period(1 - exp(-gamma({gone + 0.5:g}, {1.0 / spent if spent else math.nan:.6g})))"
    return ChurnBand(first, last, gone, spent, middle, low, high, law)


def _checked(tenure: ArrayLike, churned: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    months, left = np.asarray(tenure, float), np.asarray(churned)
    if months.ndim != 1 or months.shape != left.shape:
        raise InputError(f"tenure and churned are two columns of one length, not {months.shape} and {left.shape}")
    if not np.isin(left, (0, 1)).all():
        raise InputError("churned says for each subscriber whether they left: true or false, 1 or 0")
    bad = np.flatnonzero(~(np.isfinite(months) & (months >= 0.0)))
    if bad.size:
        raise InputError(f"tenure of subscriber {bad[0]} (from 0) is {months[bad[0]]:g}; expected months from 0 on")
    if not left.any():
        raise InputError("nobody left: churn cannot be told, only that it is small")
    if not (months > 0.0).any():
        raise InputError("every tenure is 0 months")
    return months, left.astype(bool)
