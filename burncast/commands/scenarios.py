"""The commands about scenario files: ``check``, ``elicit``, ``schema``, ``init`` and ``examples``."""

from __future__ import annotations

from typing import Annotated

import typer

from burncast.commands.options import Folder, Json, Source
from burncast.terminal import guarded, write_json, write_out

__all__ = ["check", "elicit", "examples", "init", "schema"]

Law = Annotated[
    str, typer.Argument(metavar="LAW", help='A distribution, such as lognormal or "beta(low=1)".', show_default=False)
]
Statements = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="STATEMENT...",
        help='What is said of it: p10=2 p90=8, mode=3, mean=4 sd=2, "edges=[0, 10, 20, 40]" "chips=[3, 5, 1]".',
        show_default=False,
    ),
]


def check(
    context: typer.Context,
    source: Source,
    program: Annotated[bool, typer.Option("--program", help="Print the compiled program.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found, or every problem, as JSON.")] = False,
) -> None:
    """Validate a scenario without running it: units, order of computation, what is uncertain."""
    with guarded(context.obj):
        from burncast.commands.checking import check_scenario

        raise typer.Exit(check_scenario(source, program=program, as_json=as_json))


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
        from burncast.commands.eliciting import report_law

        report_law(law, statements or [], name, out, as_json)


def schema(context: typer.Context) -> None:
    """Print the JSON Schema of scenario files, for editors.

    A scenario that begins with "#:schema ./scenario.schema.json" is completed and checked while it is typed.

    Example: burncast schema > scenario.schema.json
    """
    with guarded(context.obj):
        from burncast.engine.documents.schema import scenario_schema

        write_json(scenario_schema())


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
        from burncast.commands.starting_points import starting_point

        write_out(starting_point(source))


def examples(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print names, titles and descriptions as JSON.")] = False,
) -> None:
    """List the packaged scenarios: examples on public figures, and models to extend.

    Example: burncast examples
    """
    with guarded(context.obj):
        from burncast.commands.starting_points import show_starting_points

        show_starting_points(as_json=as_json)
