"""``burncast calibrate``: what data and observed figures say of the quantities of a scenario."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from burncast.commands.options import Folder, Json, Seed, parse_whole
from burncast.terminal import guarded

__all__ = ["app"]

app = typer.Typer(
    name="calibrate",
    help="Inputs and processes from data.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _settings() -> None:
    """Inputs and processes from data."""


class Missing(StrEnum):
    """What becomes of rows with a missing cell."""

    refuse = "refuse"
    drop = "drop"


class Duplicates(StrEnum):
    """What becomes of rows that repeat an earlier one."""

    refuse = "refuse"
    drop = "drop"
    keep = "keep"


class Criterion(StrEnum):
    """By what families are ranked."""

    aic = "aic"
    bic = "bic"
    log_score = "log_score"


class Uncertainty(StrEnum):
    """How the doubt about the parameters gets into the entry."""

    bootstrap = "bootstrap"
    laplace = "laplace"
    none = "none"


class Step(StrEnum):
    """The length of a period of the scenario."""

    month = "month"
    week = "week"
    quarter = "quarter"


def _replicates(text: str) -> int:
    return parse_whole(text, 19, 100_000)


Data = Annotated[str, typer.Argument(metavar="DATA.csv", help="A CSV file with a header row.", show_default=False)]
Column = Annotated[str, typer.Option("--column", metavar="NAME", help="The column of values.", show_default=False)]
Families = Annotated[
    list[str] | None,
    typer.Option(
        "--family",
        metavar="FAMILY",
        help="A law to fit, such as lognormal or student_t(df=4); several are ranked. Default: the usual ones.",
        show_default=False,
    ),
]
Processes = Annotated[
    list[str] | None,
    typer.Option(
        "--process",
        metavar="PROCESS",
        help="A process to fit to dated values, such as log_ou; several are ranked.",
        show_default=False,
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="COLUMN=VALUE", help="Only rows with this value.", show_default=False),
]
Date = Annotated[
    str | None,
    typer.Option("--date", metavar="NAME", help="The column of dates (needed by a process).", show_default=False),
]
Into = Annotated[
    Path | None,
    typer.Option(
        "--into",
        metavar="SCENARIO",
        help="Put the entry into this scenario file; comments stay.",
        show_default=False,
    ),
]
Name = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", help="What the entry is called (default: the column)."),
]
Unit = Annotated[
    str | None,
    typer.Option("--unit", metavar="UNIT", help="The entry's unit, such as USD/GPU/hour.", show_default=False),
]


@app.command("fit")
def fit_column(
    context: typer.Context,
    data: Data,
    column: Column,
    family: Families = None,
    process: Processes = None,
    where: Where = None,
    date: Date = None,
    into: Into = None,
    name: Name = None,
    unit: Unit = None,
    upper: Annotated[
        str | None,
        typer.Option("--upper", metavar="NAME", help="The column of upper ends: values are intervals; empty is open."),
    ] = None,
    right_censored: Annotated[
        str | None,
        typer.Option("--right-censored", metavar="NAME", help="A column of 1 where the truth is at least the value."),
    ] = None,
    left_censored: Annotated[
        str | None,
        typer.Option("--left-censored", metavar="NAME", help="A column of 1 where the truth is at most the value."),
    ] = None,
    weights: Annotated[
        str | None, typer.Option("--weights", metavar="NAME", help="A column of how much each row counts.")
    ] = None,
    window: Annotated[
        str | None,
        typer.Option("--window", metavar="LOW,HIGH", help="Values outside were not recorded; an end may be left out."),
    ] = None,
    missing: Annotated[Missing, typer.Option("--missing", help="Rows with a missing cell.")] = Missing.refuse,
    duplicates: Annotated[
        Duplicates, typer.Option("--duplicates", help="Rows that repeat an earlier one in every column.")
    ] = Duplicates.refuse,
    criterion: Annotated[Criterion, typer.Option("--criterion", help="What families are ranked by.")] = Criterion.aic,
    uncertainty: Annotated[
        Uncertainty, typer.Option("--uncertainty", help="How the doubt about the parameters gets into the entry.")
    ] = Uncertainty.bootstrap,
    plug_in: Annotated[
        bool, typer.Option("--plug-in", help="Leave the doubt about the parameters out (--uncertainty none).")
    ] = False,
    replicates: Annotated[
        int | None,
        typer.Option("--replicates", parser=_replicates, metavar="N", help="Samples of the bootstrap."),
    ] = None,
    step: Annotated[Step, typer.Option("--step", help="The scenario's period, for a process.")] = Step.month,
    season: Annotated[bool, typer.Option("--season", help="A process with a pattern over the year.")] = False,
    trend: Annotated[bool, typer.Option("--trend", help="A process with a trend.")] = False,
    seed: Seed = 0,
    out: Folder = None,
    as_json: Json = False,
) -> None:
    """Fit a law, or a process, to a column of data: the entry for a scenario, with the doubt about its parameters.

    Example: burncast calibrate fit prices.csv --column price --family lognormal --into my.toml --name gpu_price
    """
    with guarded(context.obj):
        from burncast.distributions.errors import InputError

        picked = _conditions(where or [])
        called = column if name is None else name
        if process:
            from burncast.commands.process_fitting import report_process

            options = {
                "--family": family,
                "--upper": upper,
                "--right-censored": right_censored,
                "--left-censored": left_censored,
                "--weights": weights,
                "--window": window,
                "--duplicates keep": duplicates is Duplicates.keep,
            }
            for option, given in options.items():
                if given:
                    raise InputError(f"{option} does not go with --process")
            report_process(
                data,
                column,
                process,
                name=called,
                date=date or "date",
                where=picked,
                missing=missing.value,
                duplicates="drop" if duplicates is Duplicates.drop else "refuse",
                unit=unit,
                step=step.value,
                season=season,
                trend=trend,
                bootstrap=replicates if uncertainty is Uncertainty.bootstrap else 0,
                seed=seed,
                plug_in=plug_in or uncertainty is Uncertainty.none,
                into=into,
                out=out,
                as_json=as_json,
            )
            return
        from burncast.commands.fit_reporting import FitRequest, report_fit

        for option, given in {"--season": season, "--trend": trend}.items():
            if given:
                raise InputError(f"{option} goes with --process alone")
        request = FitRequest(
            data,
            column,
            tuple(family or ()),
            called,
            picked,
            date,
            upper,
            right_censored,
            left_censored,
            weights,
            None if window is None else _window(window),
            missing.value,
            duplicates.value,
            unit,
            criterion.value,
            "none" if plug_in else uncertainty.value,
            replicates,
            seed,
        )
        report_fit(request, into, out, as_json)


def _conditions(written: list[str]) -> dict[str, str]:
    """``column=value`` pairs.

    >>> _conditions(["gpu=A100 40GB", "price_type=hour"])
    {'gpu': 'A100 40GB', 'price_type': 'hour'}
    """
    from burncast.distributions.errors import InputError

    picked: dict[str, str] = {}
    for text in written:
        column, separator, value = text.partition("=")
        if not separator or not column.strip():
            raise InputError(f"--where {text} is no condition; expected COLUMN=VALUE")
        if column.strip() in picked:
            raise InputError(f"--where {text}: {column.strip()} is given twice")
        picked[column.strip()] = value.strip()
    return picked


def _window(text: str) -> tuple[float, float]:
    """The ends of a window of recording.

    >>> _window("10,"), _window("-1, 2.5")
    ((10.0, inf), (-1.0, 2.5))
    """
    from burncast.distributions.errors import InputError

    parts = text.split(",")
    try:
        if len(parts) != 2:
            raise ValueError
        low = float(parts[0]) if parts[0].strip() else float("-inf")
        high = float(parts[1]) if parts[1].strip() else float("inf")
    except ValueError:
        raise InputError(f"--window {text} is no window; expected LOW,HIGH, such as 10,500 or 10,") from None
    if not low < high:
        raise InputError(f"--window {text}: the lower end is not below the upper one")
    return low, high
