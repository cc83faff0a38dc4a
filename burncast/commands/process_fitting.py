"""``burncast calibrate fit --process``: a process fitted to dated values of a column; figures, picture and entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from burncast.commands.answering import Answer
from burncast.distributions.errors import DataError, InputError, Problem
from burncast.terminal import say

if TYPE_CHECKING:
    from typing import Literal

    from burncast.calibration.observed_data import ObservedData
    from burncast.calibration.process_fit import ProcessFit
    from burncast.engine.language.scenario_model import Step

__all__ = ["FILES", "report_process"]

FILES = ("fit.json", "fit.svg", "fit.png")
_REPLICATES = 200


def report_process(
    data: str,
    column: str,
    processes: Sequence[str],
    *,
    name: str,
    date: str = "date",
    where: Mapping[str, str] | None = None,
    missing: Literal["refuse", "drop"] = "refuse",
    duplicates: Literal["refuse", "drop"] = "refuse",
    unit: str | None = None,
    step: Step = "month",
    season: bool = False,
    trend: bool = False,
    bootstrap: int | None = None,
    seed: int = 0,
    plug_in: bool = False,
    into: Path | None = None,
    out: Path | None = None,
    as_json: bool = False,
) -> None:
    """Fit the processes to a column of a CSV file, print the best by AIC, and its entries.

    ``bootstrap`` series correct the bias of the best one's parameters: by default 200 where it returns to a mean, else
    none. ``into`` puts the entries into a scenario file, ``out`` writes ``fit.json`` and the picture.
    """
    from burncast.calibration.entry import entries_as_toml
    from burncast.calibration.insertion import insert_entries
    from burncast.calibration.process_entries import process_entries
    from burncast.calibration.process_fit import fit_process, with_bootstrap
    from burncast.calibration.process_table import process_table
    from burncast.calibration.transition_laws import REVERTING, check_process
    from burncast.outputs.files.store import check_folder

    if not name.isidentifier():
        raise InputError(f"--name {name} cannot be the name of a quantity; expected letters, digits and underscores")
    if out is not None:
        check_folder(out, FILES)
    for process in processes:
        check_process(process)
    series = _series(data, column, date, where, missing, duplicates, processes)
    options: dict[str, Any] = {"step": step, "season": season, "trend": trend}
    fits = fit_process(series[date], series[column], tuple(processes), **options)
    if bootstrap is None:
        bootstrap = _REPLICATES if fits[0].process in REVERTING else 0
    best = with_bootstrap(fits[0], bootstrap, seed) if bootstrap else fits[0]
    unread = f" in {series.unit}" if series.unit and not unit and not series.scenario_unit else ""
    source = "; ".join([f"{series.provenance(date)}, column {column}{unread}", *series.notes()])
    entries = process_entries(
        best,
        name,
        unit=unit or series.scenario_unit,
        source=source,
        uncertain=not plug_in,
    )
    if into is not None:
        insert_entries(into, entries)
        say(f"{name} is in {into}")
    text = entries_as_toml(entries)
    table = "\n".join([series.provenance(date), *series.notes(), "", process_table(best, fits), "", text.rstrip()])
    pictures = {"fit": _picture(best, series, column, unit or series.unit)} if out is not None else {}
    Answer("fit", _plain(best, fits, series, date, text), _as_text(table), pictures=pictures).give(out, FILES, as_json)


def _series(
    data: str,
    column: str,
    date: str,
    where: Mapping[str, str] | None,
    missing: Literal["refuse", "drop"],
    duplicates: Literal["refuse", "drop"],
    processes: Sequence[str],
) -> ObservedData:
    """The column in order of its dates; where logarithms are taken all values must be above 0."""
    from burncast.calibration.observed_data import read_data
    from burncast.calibration.transition_laws import LOGARITHMIC

    positive = [column] if any(one in LOGARITHMIC for one in processes) else []
    found = read_data(
        data,
        numbers=[column],
        dates=[date],
        where=where,
        positive=positive,
        missing=missing,
        duplicates=duplicates,
    )
    if len(found) < 4:
        raise DataError([Problem(f"has {len(found)} rows", data, None, column, "at least 4 observations")])
    return found.ordered_by(date)


def _plain(
    fit: ProcessFit, fits: Sequence[ProcessFit], series: ObservedData, date: str, entries: str
) -> dict[str, Any]:
    from burncast.outputs.files.store import CREATED_BY

    tests = fit.tests
    return {
        "created_by": CREATED_BY,
        "process": fit.process,
        "source": series.provenance(date),
        "observations": fit.count + 1,
        "estimates": fit.values,
        "standard_errors": {key: _finite(value) for key, value in fit.standard_errors.items()},
        "intervals": {key: [_finite(end) for end in ends] for key, ends in fit.intervals.items()},
        "covariance_of_coordinates": [[_finite(value) for value in row] for row in fit.spread.tolist()],
        "log_likelihood": fit.log_likelihood,
        "ranking": [{"process": one.process, "aic": one.aic, "bic": one.bic} for one in fits],
        "tests": {
            name: {"statistic": result.statistic, "p_value": result.p_value}
            for name, result in (
                ("ljung_box", tests.ljung_box),
                ("ljung_box_squares", tests.ljung_box_squares),
                ("jarque_bera", tests.jarque_bera),
                ("kolmogorov_smirnov", tests.kolmogorov_smirnov),
            )
        },
        "statements": [*series.notes(), *tests.findings(), *fit.statements],
        "entries": entries,
    }


def _finite(value: float) -> float | None:
    return float(value) if abs(value) < float("inf") else None


def _picture(fit: ProcessFit, series: ObservedData, column: str, unit: str | None) -> Any:
    from burncast.calibration.process_table import process_fan, process_finding
    from burncast.outputs.charts.process_chart import process_chart

    dates = fit.series.dates
    times = [day.item() for day in dates.astype("datetime64[D]")] if dates is not None else fit.series.times
    return process_chart(
        times,
        fit.series.values,
        process_fan(fit),
        fit.tests.innovations,
        label=f"{column}, {unit}" if unit else column,
        finding=process_finding(fit),
        context=f"{fit.process} fitted to {Path(series.file).name}, {fit.count + 1} observations",
    )


def _as_text(text: str) -> Any:
    from rich.text import Text

    return Text(text)
