"""The commands that look at ruin itself: ``rare-ruin``, ``explain`` and ``replay``."""

from __future__ import annotations

from typing import Annotated

import typer

from burncast.commands.options import (
    Folder,
    Json,
    Quantities,
    Runs,
    Sampling,
    Seed,
    Source,
    Threads,
    parse_trajectories,
    parse_whole,
)
from burncast.terminal import guarded

__all__ = ["explain", "rare_ruin", "replay"]


def _count(text: str) -> int:
    return parse_whole(text, 1, 1 << 24)


RunOf = Annotated[
    int | None,
    typer.Option(
        "-n",
        "--trajectories",
        parser=parse_trajectories,
        metavar="N",
        help="How many futures the run had; a Latin hypercube depends on it.",
        show_default=False,
    ),
]
By = Annotated[
    int | None,
    typer.Option(
        "--by", parser=_count, metavar="PERIOD", help="Ruin by the end of which period.", show_default="the horizon"
    ),
]
Particles = Annotated[
    int,
    typer.Option(
        "-n",
        "--particles",
        parser=_count,
        metavar="N",
        help="Futures in each replication; the standard error falls with the root of their number.",
    ),
]
Replications = Annotated[
    int,
    typer.Option("--replications", parser=_count, metavar="N", help="Independent replications, which tell the error."),
]
Moves = Annotated[
    int,
    typer.Option("--moves", parser=_count, metavar="N", help="Steps of each future at each level."),
]


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
        from burncast.commands.ruin_reports import report_rare_ruin

        report_rare_ruin(source, by, particles, replications, moves, seed, threads, out, as_json)


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
        from burncast.commands.ruin_reports import report_explanation

        report_explanation(source, by, trajectories, seed, threads, out, as_json)


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
        from burncast.commands.ruin_reports import report_path

        report_path(source, trajectory, quantity or [], seed, method, trajectories, out, as_json)
