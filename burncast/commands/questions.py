"""The commands that ask about a forecast: ``sensitivity``, ``solve``, ``frontier`` and ``decide``."""

from __future__ import annotations

from typing import Annotated

import typer

from burncast.commands.options import Folder, Json, Runs, Seed, Source, Threads, parse_whole
from burncast.terminal import guarded

__all__ = ["decide", "frontier", "sensitivity", "solve"]


def _evaluations(text: str) -> int:
    return parse_whole(text, 10, 100_000)


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
Figure = Annotated[
    str,
    typer.Option("--best", metavar="FIGURE", help='What is made great: "cash_mean[36]", "runway[0.5]".'),
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
        from burncast.commands.sensitivity_report import report_sensitivity

        report_sensitivity(source, output, method, group or [], trajectories, seed, threads, out, as_json)


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
        from burncast.commands.decision_reports import report_solution

        report_solution(source, find, so_that, between, trajectories, seed, threads, as_json)


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
        from burncast.commands.decision_reports import report_frontier

        report_frontier(source, amounts, stock, trajectories, seed, threads, out, as_json)


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
        from burncast.commands.decision_reports import report_decision

        report_decision(
            source, best, so_that, minimise, worst_case, evaluations, trajectories, seed, threads, out, as_json
        )
