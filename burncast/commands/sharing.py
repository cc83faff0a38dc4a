"""The commands that hand results on: ``report``, ``serve``, ``export``, ``to-sheet`` and ``from-sheet``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from burncast.commands.options import Quantities, Seed, Source, Threads, parse_seed, parse_trajectories, parse_whole
from burncast.terminal import guarded

__all__ = ["export", "from_sheet", "report", "serve", "to_sheet"]

Language = Annotated[str, typer.Option("--lang", metavar="LANGUAGE", help="en or fr.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


def _port(text: str) -> int:
    return parse_whole(text, 1, 65_535)


ReportRuns = Annotated[
    int | None,
    typer.Option(
        "-n",
        "--trajectories",
        parser=parse_trajectories,
        metavar="N",
        help="Futures to draw; of a saved run they are its own.",
        show_default="100_000",
    ),
]
ReportSeed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        parser=parse_seed,
        metavar="SEED",
        help="The same seed gives the same report; of a saved run it is its own.",
        show_default="0",
    ),
]
Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        parser=_port,
        metavar="PORT",
        help="Where the page is; another free one where the usual one is taken.",
        show_default="8642",
    ),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="BURNCAST_TOKEN",
        metavar="SECRET",
        help="The secret of the address, so that an open page finds the server again after a restart; other users of "
        "the machine can see it on a command line, so rather give it in the environment.",
        show_default="a new one each time",
    ),
]


def report(
    context: typer.Context,
    source: Source,
    out: Annotated[
        Path,
        typer.Option(
            "-o", "--out", metavar="FILE", help="The file to write; a PDF if it ends in .pdf.", show_default=False
        ),
    ],
    trajectories: ReportRuns = None,
    seed: ReportSeed = None,
    threads: Threads = None,
    lang: Language = "en",
    pdf: Annotated[bool, typer.Option("--pdf", help="Write the same as a PDF beside it.")] = False,
    force: Force = False,
    no_why: Annotated[bool, typer.Option("--no-why", help="Leave out the search for reasons; faster.")] = False,
) -> None:
    """Write one HTML page for a reader: the answer, pictures, reasons, every assumption, how to repeat it.

    Of a scenario, or of the folder of a saved run. A PDF needs the extra "pdf".

    Example: burncast report startup -o report.html --lang fr
    """
    with guarded(context.obj):
        from burncast.report_command import make_report

        make_report(source, out, trajectories, seed, lang, not no_why, pdf, force, threads)


def serve(
    context: typer.Context,
    source: Source,
    port: Port = None,
    seed: Seed = 0,
    threads: Threads = None,
    lang: Language = "en",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address of the page.")] = False,
    token: Token = None,
) -> None:
    """Open a page to ask "what if": drag an input and see the forecast change.

    The page is for this machine alone, at an address with a secret, which goes to stdout; Ctrl-C ends it.

    Example: burncast serve my.toml
    """
    with guarded(context.obj):
        from burncast.what_if.serving import serve_scenario

        serve_scenario(source, port, seed, threads, lang, not no_browser, token)


def export(
    context: typer.Context,
    results: Annotated[
        Path, typer.Argument(metavar="RESULTS", help="What `burncast run --out` wrote: a folder.", show_default=False)
    ],
    to: Annotated[
        str | None, typer.Option("--to", metavar="FORMAT", help="xlsx, csv, parquet, json, netcdf, zarr or sip.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="The file to write; beside RESULTS if left out.")
    ] = None,
    quantity: Quantities = None,
    variant: Annotated[str | None, typer.Option("--variant", metavar="NAME", help="One of several, alone.")] = None,
    force: Force = False,
    period: Annotated[
        int | None, typer.Option("--period", metavar="T", help="Of --to sip: the last where left out.")
    ] = None,
    arrays: Annotated[
        bool, typer.Option("--arrays", help="Of --to sip: write kept paths instead of fitted laws.")
    ] = False,
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance", metavar="P", min=0.0, help="Of --to sip: how far in probability a fitted law may be off."
        ),
    ] = 0.01,
) -> None:
    """Write a result as a file that other tools open; FORMAT may come from the ending of FILE.

    Example: burncast export results --to xlsx
    """
    with guarded(context.obj):
        from burncast.exporting import export_results

        options = {"variant": variant, "period": period, "arrays": arrays, "tolerance": tolerance}
        export_results(results, to, out, quantity or [], force, **options)


def to_sheet(
    context: typer.Context,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help="FILE.xlsx or FILE.csv.", show_default=False)
    ],
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[SCENARIO]", help="Where left out, the one that `burncast init` prints.", show_default=False
        ),
    ] = None,
    decimal_comma: Annotated[
        bool, typer.Option("--decimal-comma", help="CSV with semicolons, and commas in numbers.")
    ] = False,
    force: Force = False,
) -> None:
    """Write the assumptions of a scenario as a spreadsheet to fill in; every command reads it like the scenario.

    Example: burncast to-sheet startup -o assumptions.xlsx
    """
    with guarded(context.obj):
        from burncast.spreadsheets import convert_to_sheet

        convert_to_sheet(source, out, decimal_comma=decimal_comma, force=force)


def from_sheet(
    context: typer.Context,
    sheet: Annotated[Path, typer.Argument(metavar="SHEET", help="A spreadsheet that was filled in.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="The scenario file to write.", show_default=False)
    ] = None,
    update: Annotated[
        Path | None,
        typer.Option(
            "--update", metavar="FILE", help="The scenario file to change, comments kept.", show_default=False
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Write what a spreadsheet fills in as a scenario file.

    Example: burncast from-sheet assumptions.xlsx -o my.toml
    """
    with guarded(context.obj):
        from burncast.spreadsheets import convert_from_sheet

        convert_from_sheet(sheet, out, update, force=force)
