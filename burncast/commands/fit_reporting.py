"""``burncast calibrate fit``: laws fitted to a column of a CSV file; ranking, picture, and an entry for a scenario."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from burncast.commands.answering import Answer
from burncast.distributions.errors import DataError, InputError, Problem
from burncast.terminal import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from burncast.calibration.entry import Entry
    from burncast.calibration.fitted_law import Fit, Uncertainty
    from burncast.calibration.fitting import Criterion
    from burncast.calibration.observed_data import ObservedData
    from burncast.calibration.sample import Sample

__all__ = ["FILES", "FitRequest", "report_fit"]

FILES = ("fit.json", "fit.svg", "fit.png")


@dataclass(frozen=True, slots=True)
class FitRequest:
    """What ``burncast calibrate fit`` was asked for a law: columns of ``data``, families, and what to do with it."""

    data: str
    column: str
    families: tuple[str, ...]
    name: str
    where: Mapping[str, str]
    date: str | None
    upper: str | None
    right_censored: str | None
    left_censored: str | None
    weights: str | None
    window: tuple[float, float] | None
    missing: Literal["refuse", "drop"]
    duplicates: Literal["refuse", "drop", "keep"]
    unit: str | None
    criterion: Criterion
    uncertainty: Uncertainty
    replicates: int | None
    seed: int


def report_fit(request: FitRequest, into: Path | None, out: Path | None, as_json: bool) -> None:
    """Fit, print the ranking and the entry, put it into the scenario ``into``, write figures and picture to ``out``."""
    from rich.text import Text

    from burncast.calibration.fitting import fit
    from burncast.calibration.insertion import insert_entries
    from burncast.outputs.files.store import check_folder

    if not request.name.isidentifier():
        message = f"--name {request.name} cannot be the name of a quantity; expected letters, digits and underscores"
        raise InputError(message)
    if out is not None:
        check_folder(out, FILES)
    data, sample = _sample(request)
    try:
        best = fit(
            sample,
            request.families or None,
            name=request.name,
            unit=request.unit or data.scenario_unit,
            uncertainty=request.uncertainty,
            criterion=request.criterion,
            replicates=request.replicates,
            seed=request.seed,
        )
    except InputError as error:
        raise DataError([Problem(str(error), request.data, None, request.column)]) from None
    remarks = [*data.notes(), *_serial(data, request)]
    entry = best.entry
    entry = dataclasses.replace(entry, note="; ".join([entry.note or "", *remarks]))
    if into is not None:
        insert_entries(into, [entry])
        say(f"{request.name} is in {into}")
    text = "\n".join([best.table, *remarks, "", entry.toml().rstrip()])
    pictures = {"fit": _picture(best, request, data.unit)} if out is not None else {}
    Answer("fit", _plain(best, entry, remarks), Text(text), pictures=pictures).give(out, FILES, as_json)


def _sample(request: FitRequest) -> tuple[ObservedData, Sample]:
    from burncast.calibration.fittable import candidates
    from burncast.calibration.observed_data import read_data
    from burncast.calibration.sample import make_sample

    named = candidates(request.families) if request.families else []
    families = [one.family for one in named]
    bounded = bool(named) and all(one.family.support(one.constants)[0] == 0.0 for one in named)
    zero_allowed = all(one.discrete or one.name in ("exponential", "gpareto") for one in families)
    numbers = [one for one in (request.column, request.upper, request.weights) if one is not None]
    flags = [one for one in (request.right_censored, request.left_censored) if one is not None]
    exact = request.upper is None and not flags
    data = read_data(
        request.data,
        numbers=numbers,
        dates=[request.date] if request.date else [],
        flags=flags,
        where=request.where,
        positive=[request.column] if bounded and exact and not zero_allowed else [],
        not_negative=[
            *([request.weights] if request.weights else []),
            *([request.column] if bounded and exact else []),
        ],
        optional=[request.column, request.upper] if request.upper else [],
        missing=request.missing,
        duplicates=request.duplicates,
    )
    unread = f" in {data.unit}" if data.unit and not request.unit and not data.scenario_unit else ""
    source = f"{data.provenance(request.date)}, column {request.column}{unread}"
    upper = None
    values = data[request.column]
    if request.upper:
        import numpy as np

        values = np.where(np.isnan(values), -np.inf, values)
        upper = np.where(np.isnan(data[request.upper]), np.inf, data[request.upper])
    try:
        sample = make_sample(
            values,
            upper=upper,
            right_censored=data[request.right_censored] if request.right_censored else None,
            left_censored=data[request.left_censored] if request.left_censored else None,
            truncated=request.window,
            weights=data[request.weights] if request.weights else None,
            source=source,
            rows=data.rows,
        )
    except InputError as error:
        raise DataError([Problem(str(error), request.data, None, request.column)]) from None
    return data, sample


def _serial(data: ObservedData, request: FitRequest) -> list[str]:
    """A statement on rows that depend on one another, where they have dates and are observed exactly."""
    from burncast.calibration.serial_dependence import serial_statement

    if request.date is None or request.upper or request.right_censored or request.left_censored:
        return []
    statement = serial_statement(data[request.date], data[request.column])
    return [] if statement is None else [statement]


def _plain(best: Fit, entry: Entry, remarks: list[str]) -> dict[str, Any]:
    from burncast.outputs.files.store import CREATED_BY

    return {
        "created_by": CREATED_BY,
        "family": best.family,
        "source": best.sample.source,
        "sample": best.sample.described(),
        "rows": len(best.sample),
        "effective_rows": best.sample.size,
        "parameters": best.parameters,
        "standard_errors": {name: _finite(value) for name, value in best.standard_errors.items()},
        "covariance": [[_finite(value) for value in row] for row in best.covariance.tolist()],
        "log_likelihood": best.log_likelihood,
        "ranking": [
            {
                "family": one.family,
                "aic": one.aic,
                "bic": one.bic,
                "log_score": _finite(one.log_score),
                "log_score_se": _finite(one.log_score_se),
            }
            for one in best.ranking
        ],
        "not_fitted": list(best.refused),
        "distances": best.distances,
        "p_values": best.p_values,
        "plug_in": best.plug_in,
        "predictive": None if best.uncertainty == "none" else best.predictive,
        "statements": remarks,
        "entry": entry.toml(),
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _picture(best: Fit, request: FitRequest, unit: str | None) -> Figure:
    from burncast.calibration.empirical_cdf import empirical_cdf
    from burncast.distributions.truncation import truncate
    from burncast.outputs.charts.fit_chart import fit_chart

    laws = best.law, None if best.uncertainty == "none" else best.predictive_law
    if request.window is not None:
        laws = truncate(laws[0], *request.window), None if laws[1] is None else truncate(laws[1], *request.window)
    unit = best.unit or unit
    verdict = "does not fit" if best.p_value < 0.05 else "fits"
    tested = f"{best.family} {verdict}: p = {best.p_value:.2g} (Anderson–Darling)" if best.p_values else best.family
    return fit_chart(
        empirical_cdf(best.sample),
        *laws,
        label=f"{request.column}, {unit}" if unit else request.column,
        finding=tested if len(best.ranking) == 1 else f"{tested}; best of {len(best.ranking)} families",
        context=best.sample.source or best.sample.described(),
        grouped=not bool(best.sample.exact.any()),
    )
