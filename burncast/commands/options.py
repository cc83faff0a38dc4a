"""What several commands take, and how they read numbers: ``1_000_000``, ``1e6`` and ``1000000`` are the same."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "Folder",
    "Json",
    "Quantities",
    "Runs",
    "Sampling",
    "Scenarios",
    "Seed",
    "Source",
    "Threads",
    "Trajectories",
    "parse_seed",
    "parse_trajectories",
    "parse_whole",
]

MOST_TRAJECTORIES = 10**12
MOST_SEED = 2**64 - 1
MOST_THREADS = 4096


def parse_whole(text: str, least: int, most: int) -> int:
    """A whole number between ``least`` and ``most``.

    >>> parse_whole("1e6", 1, 10**12), parse_whole("1_000", 1, 10**12)
    (1000000, 1000)
    """
    try:
        number = Decimal(text)
        is_whole = number.is_finite() and abs(number.adjusted()) < 40 and number == int(number)
    except InvalidOperation:
        raise typer.BadParameter(f"{text!r} is not a number; expected one such as 1000000, 1_000_000 or 1e6") from None
    if not is_whole:
        raise typer.BadParameter(f"{text} is not a whole number")
    if not least <= int(number) <= most:
        raise typer.BadParameter(f"{text} is not between {least:,} and {most:,}")
    return int(number)


def parse_trajectories(text: str) -> int:
    """A number of trajectories."""
    return parse_whole(text, 1, MOST_TRAJECTORIES)


def _threads(text: str) -> int:
    return parse_whole(text, 1, MOST_THREADS)


def parse_seed(text: str) -> int:
    """A seed."""
    return parse_whole(text, 0, MOST_SEED)


Source = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a packaged one.", show_default=False)
]
Scenarios = Annotated[
    list[str],
    typer.Argument(metavar="SCENARIO...", help="Scenario files, or names of packaged ones.", show_default=False),
]
Trajectories = Annotated[
    int,
    typer.Option(
        "-n",
        "--trajectories",
        parser=parse_trajectories,
        metavar="N",
        show_default="1_000_000",
        help="Futures to draw; 1_000_000 and 1e6 are the same. The first n are the same however many are drawn.",
    ),
]
Seed = Annotated[
    int,
    typer.Option("--seed", parser=parse_seed, metavar="SEED", help="The same seed gives the same result, bit for bit."),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        parser=_threads,
        metavar="N",
        help="Threads to compute on; the result does not depend on it.",
        show_default="all processors",
    ),
]
Sampling = Annotated[
    str,
    typer.Option(
        "--method",
        metavar="METHOD",
        help="How futures are spread: random, sobol, lhs, antithetic or library; the error is that of the method.",
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help="Write table and picture into this folder.", show_default=False),
]
Runs = Annotated[
    int,
    typer.Option("-n", "--trajectories", parser=parse_trajectories, metavar="N", help="Futures to draw in each run."),
]
Quantities = Annotated[
    list[str] | None,
    typer.Option(
        "--quantity",
        metavar="NAME",
        help="What to show; what is tracked where left out. May be given several times.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the figures as JSON instead of tables.")]
