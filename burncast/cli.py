"""The commands: parse, call, print. Everything heavy is imported inside the command that needs it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from burncast.calibrating import app as calibrate
from burncast.hindsights import hindsight_command
from burncast.options import (
    Amounts,
    Between,
    By,
    Conditions,
    ControlVariates,
    Evaluations,
    Figure,
    Find,
    Folder,
    Groups,
    Json,
    Law,
    Limit,
    Method,
    Minimise,
    Moves,
    Out,
    Output,
    Particles,
    Port,
    Quantities,
    Replications,
    ReportRuns,
    ReportSeed,
    RunOf,
    Runs,
    Sampling,
    Scenarios,
    Seed,
    SoThat,
    Source,
    Statements,
    Stock,
    Threads,
    Token,
    Trajectories,
    UntilFigure,
    UntilSe,
    Variants,
    WorstCase,
)
from burncast.posterior_command import posterior
from burncast.terminal import guarded, write_json, write_out

__all__ = ["app"]

app = typer.Typer(
    name="burncast",
    help="How likely is a company to run out of money, when, and how much funding would prevent it?",
    epilog="Exit codes: 0 done, 1 failure, 2 bad input, 3 a --fail-if condition held.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


app.add_typer(calibrate)
calibrate.command()(posterior)
calibrate.command("hindsight")(hindsight_command)


def _print_version(asked: bool) -> None:
    if asked:
        import burncast

        write_out(f"burncast {burncast.__version__}\n")
        raise typer.Exit


@app.callback()
def _settings(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    context.obj = debug


@app.command()
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
        from burncast.reporting import Request, load_columns, report

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


@app.command()
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
        from burncast.distributions.errors import InputError
        from burncast.reporting import Request, load_columns, report

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


@app.command()
def sensitivity(
    context: typer.Context,
    source: Source,
    output: Output = "ruin_probability",
    method: Method = "sobol",
    group: Groups = None,
    trajectories: Runs = 16_384,
    seed: Seed = 0,
    threads: Threads = None,
    out: Folder = None,
    as_json: Json = False,
) -> None:
    """Say where the uncertainty of an output comes from: which inputs, which processes.

    Example: burncast sensitivity startup --output "ruin_probability[24]" --method tornado --out results
    """
    with guarded(context.obj):
        from burncast.sensitivity_report import report_sensitivity

        report_sensitivity(source, output, method, group or [], trajectories, seed, threads, out, as_json)


@app.command()
def solve(
    context: typer.Context,
    source: Source,
    find: Find,
    so_that: SoThat,
    between: Between = None,
    trajectories: Runs = 100_000,
    seed: Seed = 0,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Find what an input would have to be for a condition to hold.

    Example: burncast solve startup --find inputs.opening_cash --so-that "ruin_probability[24] <= 0.2"
    """
    with guarded(context.obj):
        from burncast.decision_reports import report_solution

        report_solution(source, find, so_that, between, trajectories, seed, threads, as_json)


@app.command()
def frontier(
    context: typer.Context,
    source: Source,
    amounts: Amounts = None,
    stock: Stock = None,
    trajectories: Runs = 100_000,
    seed: Seed = 0,
    threads: Threads = None,
    out: Folder = None,
    as_json: Json = False,
) -> None:
    """Show how much more money at the start buys how much more probability of survival.

    Example: burncast frontier startup --amounts 0,1M,2M,5M --out results
    """
    with guarded(context.obj):
        from burncast.decision_reports import report_frontier

        report_frontier(source, amounts, stock, trajectories, seed, threads, out, as_json)


@app.command()
def decide(
    context: typer.Context,
    source: Source,
    best: Figure,
    so_that: Limit = None,
    minimise: Minimise = False,
    worst_case: WorstCase = False,
    evaluations: Evaluations = 150,
    trajectories: Runs = 20_000,
    seed: Seed = 0,
    threads: Threads = None,
    out: Folder = None,
    as_json: Json = False,
) -> None:
    """Search inputs marked `decision = [low, high]` for the best values, under a limit of risk.

    Example: burncast decide my.toml --best "cash_mean[36]" --so-that "ruin_probability[24] <= 0.05"
    """
    with guarded(context.obj):
        from burncast.decision_reports import report_decision

        report_decision(
            source, best, so_that, minimise, worst_case, evaluations, trajectories, seed, threads, out, as_json
        )


@app.command()
def rare_ruin(
    context: typer.Context,
    source: Source,
    by: By = None,
    particles: Particles = 4096,
    replications: Replications = 8,
    moves: Moves = 8,
    seed: Seed = 0,
    threads: Threads = None,
    out: Folder = None,
    as_json: Json = False,
) -> None:
    """Estimate a probability of ruin that drawing would hardly meet, down to one in a billion.

    Example: burncast rare-ruin startup --by 6
    """
    with guarded(context.obj):
        from burncast.ruin_reports import report_rare_ruin

        report_rare_ruin(source, by, particles, replications, moves, seed, threads, out, as_json)


@app.command()
def explain(
    context: typer.Context,
    source: Source,
    by: By = None,
    trajectories: Runs = 65_536,
    seed: Seed = 0,
    threads: Threads = None,
    out: Folder = None,
    as_json: Json = False,
) -> None:
    """Say why ruin: what differs on ruined trajectories, where they are, and the most typical of them.

    Example: burncast explain startup --by 24 --out why
    """
    with guarded(context.obj):
        from burncast.ruin_reports import report_explanation

        report_explanation(source, by, trajectories, seed, threads, out, as_json)


@app.command()
def replay(
    context: typer.Context,
    source: Source,
    trajectory: Annotated[int, typer.Argument(metavar="NUMBER", help="Which trajectory, from 0.", show_default=False)],
    quantity: Quantities = None,
    seed: Seed = 0,
    method: Sampling = "random",
    trajectories: RunOf = None,
    out: Folder = None,
    as_json: Json = False,
) -> None:
    """Show one trajectory of a run, period by period; --out writes every quantity of it.

    Example: burncast replay startup 3201 --quantity cash --quantity headcount
    """
    with guarded(context.obj):
        from burncast.ruin_reports import report_path

        report_path(source, trajectory, quantity or [], seed, method, trajectories, out, as_json)


@app.command()
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
    lang: Annotated[str, typer.Option("--lang", metavar="LANGUAGE", help="en or fr.")] = "en",
    pdf: Annotated[bool, typer.Option("--pdf", help="Write the same as a PDF beside it.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    no_why: Annotated[bool, typer.Option("--no-why", help="Leave out the search for reasons; faster.")] = False,
) -> None:
    """Write one HTML page for a reader: the answer, pictures, reasons, every assumption, how to repeat it.

    Of a scenario, or of the folder of a saved run. A PDF needs the extra "pdf".

    Example: burncast report startup -o report.html --lang fr
    """
    with guarded(context.obj):
        from burncast.report_command import make_report

        make_report(source, out, trajectories, seed, lang, not no_why, pdf, force, threads)


@app.command()
def serve(
    context: typer.Context,
    source: Source,
    port: Port = None,
    seed: Seed = 0,
    threads: Threads = None,
    lang: Annotated[str, typer.Option("--lang", metavar="LANGUAGE", help="en or fr.")] = "en",
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


@app.command()
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
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
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


@app.command("to-sheet")
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
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write the assumptions of a scenario as a spreadsheet to fill in; every command reads it like the scenario.

    Example: burncast to-sheet startup -o assumptions.xlsx
    """
    with guarded(context.obj):
        from burncast.spreadsheets import convert_to_sheet

        convert_to_sheet(source, out, decimal_comma=decimal_comma, force=force)


@app.command("from-sheet")
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
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write what a spreadsheet fills in as a scenario file.

    Example: burncast from-sheet assumptions.xlsx -o my.toml
    """
    with guarded(context.obj):
        from burncast.spreadsheets import convert_from_sheet

        convert_from_sheet(sheet, out, update, force=force)


@app.command()
def check(
    context: typer.Context,
    source: Source,
    program: Annotated[bool, typer.Option("--program", help="Print the compiled program.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found, or every problem, as JSON.")] = False,
) -> None:
    """Validate a scenario without running it: units, order of computation, what is uncertain."""
    with guarded(context.obj):
        from burncast.checking import check_scenario

        raise typer.Exit(check_scenario(source, program=program, as_json=as_json))


@app.command()
def elicit(
    context: typer.Context,
    law: Law,
    statements: Statements = None,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What the entry to paste is called.")] = "x",
    out: Folder = None,
    as_json: Json = False,
) -> None:
    """Turn a judgement into a distribution: its parameters, percentiles, misfit, and an entry to paste.

    Example: burncast elicit lognormal p10=2 p90=8 --out results
    """
    with guarded(context.obj):
        from burncast.eliciting import report_law

        report_law(law, statements or [], name, out, as_json)


@app.command()
def schema(context: typer.Context) -> None:
    """Print the JSON Schema of scenario files, for editors.

    A scenario that begins with "#:schema ./scenario.schema.json" is completed and checked while it is typed.

    Example: burncast schema > scenario.schema.json
    """
    with guarded(context.obj):
        from burncast.engine.schema import scenario_schema

        write_json(scenario_schema())


@app.command()
def init(
    context: typer.Context,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="NAME", help="A packaged scenario instead; `burncast examples` lists them."),
    ] = None,
) -> None:
    """Print a commented scenario to start from.

    Example: burncast init > my.toml
    """
    with guarded(context.obj):
        from burncast.starting_points import starting_point

        write_out(starting_point(source))


@app.command()
def examples(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print names, titles and descriptions as JSON.")] = False,
) -> None:
    """List the packaged scenarios: examples on public figures, and models to extend.

    Example: burncast examples
    """
    with guarded(context.obj):
        from burncast.starting_points import show_starting_points

        show_starting_points(as_json=as_json)
