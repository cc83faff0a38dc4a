"""The commands that simulate: ``run`` and ``compare``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from burncast.commands.options import Json, Sampling, Scenarios, Seed, Source, Threads, Trajectories
from burncast.terminal import guarded

__all__ = ["compare", "run"]

ControlVariates = Annotated[
    str,
    typer.Option(
        "--control-variates",
        metavar="all|A,B,...",
        help="Correct probabilities of ruin and means by the known means of draws: all, or those of some quantities.",
        show_default=False,
    ),
]
UntilSe = Annotated[
    str | None,
    typer.Option(
        "--until-se",
        metavar="ERROR",
        help="Stop once the standard error of --until-figure is no more than this: 0.0005, or 1% of the figure.",
        show_default=False,
    ),
]
UntilFigure = Annotated[
    str,
    typer.Option(
        "--until-figure",
        metavar="FIGURE",
        help='What --until-se is about: "ruin_probability[24]", "runway[0.5]", "funding_need[0.9]", "cash_mean[36]".',
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FOLDER",
        help="Write dataset.nc, summary.json, and a fan chart and a ruin curve as SVG and PNG into this folder.",
        show_default=False,
    ),
]
Variants = Annotated[bool, typer.Option("--variants", help="Run the scenario's variants too, on the same draws.")]
Conditions = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-if",
        metavar="CONDITION",
        help='Leave with exit code 3 if this holds, e.g. "ruin_probability[12] > 0.1", "runway[0.05] < 12", '
        '"funding_need[0.9] > 3bn", "cash_mean[36] < 0". May be given several times: any one suffices.',
        show_default=False,
    ),
]


def run(
    context: typer.Context,
    source: Source,
    trajectories: Trajectories = 1_000_000,
    seed: Seed = 0,
    threads: Threads = None,
    method: Sampling = "random",
    control_variates: ControlVariates = "",
    until_se: UntilSe = None,
    until_figure: UntilFigure = "ruin_probability",
    variants: Variants = False,
    out: Out = None,
    as_json: Json = False,
    fail_if: Conditions = None,
) -> None:
    """Simulate a scenario: probability of ruin, runway, funding need.

    The tables go to stdout, progress and messages to stderr.

    Example: burncast run chatgpt-2023 -n 1e6 --seed 7 --out results
    """
    with guarded(context.obj):
        from burncast.commands.reporting import Request, load_columns, report

        request = Request(
            trajectories,
            seed,
            threads,
            out,
            as_json,
            fail_if or [],
            side_by_side=False,
            method=method,
            until_se=until_se,
            until_figure=until_figure,
            control_variates=control_variates,
        )
        raise typer.Exit(report(load_columns([source], variants), request))


def compare(
    context: typer.Context,
    sources: Scenarios,
    variants: Variants = False,
    trajectories: Trajectories = 1_000_000,
    seed: Seed = 0,
    threads: Threads = None,
    method: Sampling = "random",
    control_variates: ControlVariates = "",
    until_se: UntilSe = None,
    until_figure: UntilFigure = "ruin_probability",
    out: Out = None,
    as_json: Json = False,
    fail_if: Conditions = None,
) -> None:
    """Put scenarios side by side, on the same random numbers.

    Several files, or one with --variants.

    Example: burncast compare my.toml --variants
    """
    with guarded(context.obj):
        from burncast.commands.reporting import Request, load_columns, report
        from burncast.distributions.errors import InputError

        if len(sources) == 1 and not variants:
            raise InputError("compare needs two or more scenarios, or one with --variants")
        request = Request(
            trajectories,
            seed,
            threads,
            out,
            as_json,
            fail_if or [],
            side_by_side=True,
            method=method,
            until_se=until_se,
            until_figure=until_figure,
            control_variates=control_variates,
        )
        raise typer.Exit(report(load_columns(sources, variants), request))
