"""``burncast calibrate posterior``: condition a scenario on observed figures, print what they taught, keep it."""

from __future__ import annotations

from typing import Annotated

import typer

from burncast.commands.options import Folder, Json, Seed, Source, Threads, parse_whole
from burncast.terminal import guarded

__all__ = ["posterior"]


def _particles(text: str) -> int:
    return parse_whole(text, 256, 1 << 17)


def _runs(text: str) -> int:
    return parse_whole(text, 2, 64)


def _moves(text: str) -> int:
    return parse_whole(text, 1, 1000)


def posterior(
    context: typer.Context,
    source: Source,
    observations: Annotated[
        str, typer.Argument(metavar="OBSERVATIONS", help="A CSV or TOML file of observed figures.", show_default=False)
    ],
    particles: Annotated[
        int,
        typer.Option("--particles", parser=_particles, metavar="N", help="Trajectories of a run, a multiple of 16."),
    ] = 1024,
    runs: Annotated[int, typer.Option("--runs", parser=_runs, metavar="N", help="Independent runs.")] = 4,
    moves: Annotated[int, typer.Option("--moves", parser=_moves, metavar="N", help="Steps at each level.")] = 24,
    seed: Seed = 0,
    threads: Threads = None,
    out: Folder = None,
    as_json: Json = False,
) -> None:
    """Condition a scenario on observed figures: what did they teach, and which of them strain?

    With --out the folder gets posterior.toml, a scenario that begins where the observations end.

    Example: burncast calibrate posterior my.toml observations.csv --out after
    """
    with guarded(context.obj):
        from burncast.commands.reporting import warm_up
        from burncast.engine.scenario import load
        from burncast.outputs.files.store import check_folder
        from burncast.outputs.tables.posterior_tables import present_posterior
        from burncast.posteriors import FILES, plain_posterior, save_posterior
        from burncast.posteriors import posterior as condition
        from burncast.terminal import say, show, write_json

        scenario = load(source)
        if out is not None:
            check_folder(out, FILES)
        warm_up(scenario, particles, seed)
        found = condition(scenario, observations, seed, particles=particles, runs=runs, moves=moves, threads=threads)
        if out is not None:
            save_posterior(found, out)
            say(f"results are in {out}")
        if as_json:
            write_json(plain_posterior(found))
        else:
            show(present_posterior(plain_posterior(found)))
