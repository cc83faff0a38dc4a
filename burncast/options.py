"""How the command line reads numbers: ``1_000_000``, ``1e6`` and ``1000000`` are the same."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "Amounts",
    "Between",
    "By",
    "Conditions",
    "ControlVariates",
    "Evaluations",
    "Figure",
    "Find",
    "Folder",
    "Groups",
    "Json",
    "Law",
    "Limit",
    "Method",
    "Minimise",
    "Moves",
    "Out",
    "Output",
    "Particles",
    "Port",
    "Quantities",
    "Replications",
    "RunOf",
    "Runs",
    "Sampling",
    "Scenarios",
    "Seed",
    "SoThat",
    "Source",
    "Statements",
    "Stock",
    "Threads",
    "Token",
    "Trajectories",
    "UntilFigure",
    "UntilSe",
    "Variants",
    "WorstCase",
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


def _trajectories(text: str) -> int:
    return parse_whole(text, 1, MOST_TRAJECTORIES)


def _evaluations(text: str) -> int:
    return parse_whole(text, 10, 100_000)


def _count(text: str) -> int:
    return parse_whole(text, 1, 1 << 24)


def _port(text: str) -> int:
    return parse_whole(text, 1, 65_535)


def _threads(text: str) -> int:
    return parse_whole(text, 1, MOST_THREADS)


def _seed(text: str) -> int:
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
        parser=_trajectories,
        metavar="N",
        show_default="1_000_000",
        help="Futures to draw; 1_000_000 and 1e6 are the same. The first n are the same however many are drawn.",
    ),
]
Seed = Annotated[
    int, typer.Option("--seed", parser=_seed, metavar="SEED", help="The same seed gives the same result, bit for bit.")
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
Folder = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help="Write table and picture into this folder.", show_default=False),
]
Runs = Annotated[
    int,
    typer.Option("-n", "--trajectories", parser=_trajectories, metavar="N", help="Futures to draw in each run."),
]
RunOf = Annotated[
    int | None,
    typer.Option(
        "-n",
        "--trajectories",
        parser=_trajectories,
        metavar="N",
        help="How many futures the run had; a Latin hypercube depends on it.",
        show_default=False,
    ),
]
ReportRuns = Annotated[
    int | None,
    typer.Option(
        "-n",
        "--trajectories",
        parser=_trajectories,
        metavar="N",
        help="Futures to draw; of a saved run they are its own.",
        show_default="100_000",
    ),
]
ReportSeed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        parser=_seed,
        metavar="SEED",
        help="The same seed gives the same report; of a saved run it is its own.",
        show_default="0",
    ),
]
Output = Annotated[
    str,
    typer.Option(
        "--output",
        metavar="OUTPUT",
        help='What is asked about: "ruin_probability[24]", "runway", "funding_need", "cash_mean[36]".',
    ),
]
Method = Annotated[
    str,
    typer.Option(
        "--method",
        metavar="METHOD",
        help="sobol: shares of variance, and inputs against processes; shapley: shares that add up, of dependent "
        "inputs too; tornado: each input at its p10 and p90.",
    ),
]
Groups = Annotated[
    list[str] | None,
    typer.Option(
        "--group",
        metavar="NAME=A,B",
        help="Ask quantities as one: prices=gpu_price,energy_price. May be given several times.",
        show_default=False,
    ),
]
Find = Annotated[
    str,
    typer.Option(
        "--find", metavar="INPUT", help="An input, inputs.opening_cash, or an element of one, inputs.price.plus."
    ),
]
SoThat = Annotated[
    str,
    typer.Option(
        "--so-that",
        metavar="CONDITION",
        help='What shall hold: "ruin_probability[24] <= 0.05", "runway[0.05] >= 18", "cash_mean[36] > 0".',
    ),
]
Between = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--between",
        metavar="LOW HIGH",
        help="Where to look; a tenth to ten times the input's median where left out.",
        show_default=False,
    ),
]
Amounts = Annotated[
    str | None,
    typer.Option(
        "--amounts",
        metavar="A,B,...",
        help="Extra funding to try, such as 0,5M,10M; up to the funding need at 95 % where left out.",
        show_default=False,
    ),
]
Stock = Annotated[
    str | None,
    typer.Option(
        "--stock",
        metavar="STOCK",
        help="The stock that the money is added to; the one that ruin is about where left out.",
        show_default=False,
    ),
]
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
Figure = Annotated[
    str,
    typer.Option("--best", metavar="FIGURE", help='What is made great: "cash_mean[36]", "runway[0.5]".'),
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
Quantities = Annotated[
    list[str] | None,
    typer.Option(
        "--quantity",
        metavar="NAME",
        help="What to show; what is tracked where left out. May be given several times.",
        show_default=False,
    ),
]
Limit = Annotated[
    str | None,
    typer.Option(
        "--so-that",
        metavar="CONDITION",
        help='What must hold: "ruin_probability[24] <= 0.05".',
        show_default=False,
    ),
]
Minimise = Annotated[bool, typer.Option("--minimise", help="Make the figure small instead.")]
WorstCase = Annotated[bool, typer.Option("--worst-case", help="Take the worst over the scenario and its variants.")]
Evaluations = Annotated[
    int, typer.Option("--evaluations", parser=_evaluations, metavar="N", help="How many choices are tried, about.")
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
Json = Annotated[bool, typer.Option("--json", help="Print the figures as JSON instead of tables.")]
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
