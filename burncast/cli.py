"""The command ``burncast``: its commands, in the order in which its help lists them.

The modules that they come from import what is heavy inside the command that needs it.
"""

from __future__ import annotations

from typing import Annotated

import typer

from burncast.commands.calibrating import app as calibrate
from burncast.commands.forecasts import compare, run
from burncast.commands.posterior_command import posterior
from burncast.commands.questions import decide, frontier, sensitivity, solve
from burncast.commands.ruin import explain, rare_ruin, replay
from burncast.commands.scenarios import check, elicit, examples, init, schema
from burncast.commands.sharing import export, from_sheet, report, serve, to_sheet
from burncast.hindsights import hindsight_command
from burncast.terminal import write_out

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


for _command in (
    run,
    compare,
    sensitivity,
    solve,
    frontier,
    decide,
    rare_ruin,
    explain,
    replay,
    report,
    serve,
    export,
    to_sheet,
    from_sheet,
    check,
    elicit,
    schema,
    init,
    examples,
):
    app.command()(_command)
