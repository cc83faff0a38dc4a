"""``burncast solve``, ``burncast frontier`` and ``burncast decide``: ask, print, write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from burncast.commands.answering import Answer, about, make_ready
from burncast.deciding import decide
from burncast.distributions.errors import InputError
from burncast.funding import frontier
from burncast.solving import solve
from burncast.terminal import progress_bar

__all__ = ["report_decision", "report_frontier", "report_solution"]

DECISION_FILES = ("decision.json", "decision.svg", "decision.png")
FRONTIER_FILES = ("frontier.nc", "frontier.json", "frontier.svg", "frontier.png")


def report_solution(
    source: str,
    find: str,
    so_that: str,
    between: Sequence[str] | None,
    trajectories: int,
    seed: int,
    threads: int | None,
    as_json: bool,
) -> None:
    """Everything that ``burncast solve`` does."""
    from burncast.outputs.results.summary import as_plain
    from burncast.outputs.tables.decision_tables import present_solution

    ends = _numbers(between) if between is not None else None
    scenario = make_ready(source, None, (), trajectories, seed)
    with progress_bar(f"{find}, simulations", 1) as progress:
        found = solve(
            scenario,
            find,
            so_that,
            between=(ends[0], ends[1]) if ends is not None else None,
            trajectories=trajectories,
            seed=seed,
            threads=threads,
            progress=progress,
        )
    plain = {**about(scenario), **as_plain(found)}
    plain["scan"] = [{"value": value, "figure": as_plain(figure)} for value, figure in found.scan]
    Answer("solution", plain, present_solution(scenario.title, found)).give(None, (), as_json)


def report_frontier(
    source: str,
    amounts: str | None,
    stock: str | None,
    trajectories: int,
    seed: int,
    threads: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Everything that ``burncast frontier`` does."""
    from burncast.outputs.tables.decision_tables import plain_frontier, present_frontier

    asked = _numbers(amounts.split(",")) if amounts is not None else None
    scenario = make_ready(source, out, FRONTIER_FILES, trajectories, seed)
    with progress_bar(scenario.title, 1) as progress:
        dataset = frontier(
            scenario,
            amounts=asked,
            stock=stock,
            trajectories=trajectories,
            seed=seed,
            threads=threads,
            progress=progress,
        )
    pictures = {}
    if out is not None:
        from burncast.outputs.charts.drawing import figure_of
        from burncast.outputs.charts.frontier_plot import frontier_drawing

        pictures["frontier"] = figure_of(frontier_drawing(dataset))
    answer = Answer("frontier", plain_frontier(dataset), present_frontier(dataset), dataset, pictures)
    answer.give(out, FRONTIER_FILES, as_json)


def report_decision(
    source: str,
    figure: str,
    limit: str | None,
    minimise: bool,
    worst_case: bool,
    evaluations: int,
    trajectories: int,
    seed: int,
    threads: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Everything that ``burncast decide`` does."""
    from burncast.outputs.results.summary import as_plain
    from burncast.outputs.tables.choice_tables import present_choice

    scenario = make_ready(source, out, DECISION_FILES, trajectories, seed)
    with progress_bar(f"{figure}, choices", evaluations) as progress:
        found = decide(
            scenario,
            figure,
            limit,
            minimise=minimise,
            worst_case=worst_case,
            evaluations=evaluations,
            trajectories=trajectories,
            seed=seed,
            threads=threads,
            progress=progress,
        )
    plain = {**about(scenario), **as_plain(found)}
    plain["trade_off"] = [
        as_plain({"limited": limited, "outcome": outcome, "choice": choice})
        for limited, outcome, choice in found.trade_off
    ]
    pictures = {}
    if out is not None and found.trade_off:
        from burncast.outputs.charts.choice_plot import choice_drawing
        from burncast.outputs.charts.drawing import figure_of

        pictures["decision"] = figure_of(choice_drawing(scenario, found))
    Answer("decision", plain, present_choice(scenario, found), None, pictures).give(out, DECISION_FILES, as_json)


def _numbers(texts: Sequence[str]) -> list[float]:
    from burncast.outputs.words.amounts import parse_amount

    found = []
    for text in texts:
        try:
            found.append(parse_amount(text))
        except ValueError:
            raise InputError(f"{text.strip()!r} is not a number; expected one such as 2.5M or 3e9") from None
    return found
