"""Fit families of laws to a sample: :func:`fit`.

>>> found = fit([2.1, 3.4, 1.2, 5.6, 2.8, 4.1, 1.9, 3.0], "lognormal", name="price", unit="USD")
>>> {name: round(value, 3) for name, value in found.parameters.items()}
{'mu': 1.006, 'sigma': 0.449}
>>> found.plug_in
'lognormal(mu=1.00648, sigma=0.44932)'
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from burncast.calibration.censored_likelihood import rows_of
from burncast.calibration.cross_validation import cross_validated_log_score
from burncast.calibration.fittable import Candidate, candidates, usual_candidates
from burncast.calibration.fitted_law import UNCERTAINTIES, Fit, Uncertainty
from burncast.calibration.maximum_likelihood import fit_rows, parametrisation
from burncast.calibration.sample import Array, Sample, make_sample
from burncast.distributions.errors import InputError

__all__ = ["CRITERIA", "Criterion", "fit"]

Criterion = Literal["aic", "bic", "log_score"]
CRITERIA: tuple[Criterion, ...] = ("aic", "bic", "log_score")

_REPLICATES = 499
_MOST_VALUES = 2_500_000


def fit(
    samples: ArrayLike | Sample,
    families: str | Sequence[str] | None = None,
    *,
    upper: ArrayLike | None = None,
    right_censored: ArrayLike | None = None,
    left_censored: ArrayLike | None = None,
    truncated: tuple[ArrayLike, ArrayLike] | None = None,
    weights: ArrayLike | None = None,
    name: str = "fitted",
    unit: str | None = None,
    source: str | None = None,
    uncertainty: Uncertainty = "bootstrap",
    criterion: Criterion = "aic",
    replicates: int | None = None,
    seed: int = 0,
) -> Fit:
    """Fit one family, several, or the usual ones for such values, and return the best with its rivals.

    ``families`` are names of the scenario language, with parameters that are known: ``"lognormal"``,
    ``["gamma", "student_t(df=4)", "binomial(trials=10)"]``. Rows may be censored: ``right_censored`` and
    ``left_censored`` mark values of which only a bound is known, ``upper`` makes the samples lower ends of intervals.
    ``truncated`` is the window outside of which nothing was recorded. ``weights`` say how much rows count beside one
    another. ``uncertainty`` is what the entry holds of the doubt about the parameters: ``"bootstrap"``, ``"laplace"``
    (quicker, good from some fifty values on), or ``"none"`` for the plug-in law. ``replicates`` defaults to 499, fewer
    for samples beyond 5,000 rows.

    Raises InputError for samples that cannot be (see :func:`~burncast.calibration.sample.make_sample`), unknown
    families, and when none can be fitted.
    """
    sample = make_sample(
        samples,
        upper=upper,
        right_censored=right_censored,
        left_censored=left_censored,
        truncated=truncated,
        weights=weights,
        source=source,
    )
    if criterion not in CRITERIA:
        raise InputError(f"criterion is {criterion!r}; expected one of {', '.join(CRITERIA)}")
    if uncertainty not in UNCERTAINTIES:
        raise InputError(f"uncertainty is {uncertainty!r}; expected bootstrap, laplace or none")
    if replicates is not None and replicates < 19:
        raise InputError(f"replicates is {replicates}; expected at least 19")
    if not name.isidentifier():
        raise InputError(f"name is {name!r}; expected letters, digits and underscores")
    tried = usual_candidates(sample) if families is None else candidates(families)
    count = replicates or int(np.clip(_MOST_VALUES // len(sample), 99, _REPLICATES))
    found: list[Fit] = []
    refused: list[str] = []
    for candidate in tried:
        try:
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                found.append(_fitted(candidate, sample, uncertainty, count, seed, name, unit))
        except InputError as error:
            refused.append(f"{candidate.text}: {error}")
    if not found:
        raise InputError("; ".join(refused))
    found.sort(key=lambda one: -one.log_score if criterion == "log_score" else getattr(one, criterion))
    return dataclasses.replace(found[0], rivals=tuple(found[1:]), refused=tuple(refused))


def _fitted(
    candidate: Candidate,
    sample: Sample,
    uncertainty: Uncertainty,
    replicates: int,
    seed: int,
    name: str,
    unit: str | None,
) -> Fit:
    family = candidate.family
    _check_support(candidate, sample)
    middles = _inside(candidate, sample)
    scheme = parametrisation(candidate, middles)
    _check_spread(candidate, sample, middles)
    starts = family.starts(middles, sample.weights, *(candidate.constants[one] for one in family.constants))
    places = [place for place, one in enumerate(family.coordinates) if one.name in candidate.free]
    start = (
        scheme.coordinates_of(tuple(np.array([one[place] for one in starts]) for place in places))
        if places
        else np.zeros((1, 0))
    )
    at, values = fit_rows(scheme, rows_of(sample, np.repeat(sample.weights[None], len(start), axis=0)), start)
    best = int(np.argmax(np.where(np.isfinite(values), values, -np.inf)))
    if not np.isfinite(values[best]):
        raise InputError("the likelihood has no maximum for these values")
    score, error = cross_validated_log_score(scheme, sample, at[best], seed)
    return Fit(
        candidate,
        sample,
        scheme,
        at[best],
        float(values[best]),
        score,
        error,
        uncertainty,
        replicates,
        seed,
        name,
        unit,
    )


def _check_support(candidate: Candidate, sample: Sample) -> None:
    family = candidate.family
    least, most = family.support(candidate.constants)
    shown = f"[{least:g}, {most:g}]" if np.isfinite(most) else f"above {least:g}"
    closed = family.discrete or family.name in ("exponential", "gpareto")
    low = np.where(np.isfinite(sample.low), sample.low, least)
    high = np.where(np.isfinite(sample.high), sample.high, most)
    exact = sample.exact
    wrong = (high < least) | (low > most) | (exact & ((low < least) | (high > most)))
    if not closed:
        wrong |= exact & ((low == least) | (high == most))
    if wrong.any():
        at = int(np.argmax(wrong))
        more = f" (and {wrong.sum() - 1} more)" if wrong.sum() > 1 else ""
        value = sample.middles[at]
        raise InputError(f"{sample.where(at)} is {value:g}{more}, where {candidate.text} has values {shown} alone")
    if family.discrete:
        broken = exact & (sample.low != np.floor(sample.low))
        if broken.any():
            at = int(np.argmax(broken))
            raise InputError(
                f"{sample.where(at)} is {sample.low[at]:g}, where {candidate.text} has whole numbers alone"
            )


def _inside(candidate: Candidate, sample: Sample) -> Array:
    """A value for each row strictly inside the support, from which a search may begin."""
    least, most = candidate.family.support(candidate.constants)
    middles = sample.middles
    if sample.exact.all():
        return middles
    inner = middles[(middles > least) & (middles < most)]
    typical = float(np.median(inner)) if len(inner) else (least + 1.0 if np.isfinite(least) else 0.0)
    return np.where((middles > least) & (middles < most), middles, typical)


def _check_spread(candidate: Candidate, sample: Sample, middles: Array) -> None:
    """A law with a density can come as near to a single point as it likes: no maximum."""
    if np.isinf(sample.high).all() or np.isinf(sample.low).all():
        raise InputError("every row is censored on the same side; expected some values that were observed")
    free, different = len(candidate.free), len(np.unique(middles))
    if candidate.family.discrete or not free:
        return
    if different < 2 and free > 1:
        raise InputError(f"all {len(sample)} values are {middles[0]:g}; expected at least two different ones")
    if free > different:
        raise InputError(f"{different} different values, for {free} parameters")
    if not sample.exact.any() and len(set(zip(sample.low, sample.high, strict=True))) <= 1:
        raise InputError("every row says the same; expected values or intervals that differ")
