"""``burncast solve``, ``burncast frontier`` and ``burncast decide``: ask, print, write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from burncast.deciding import decide
from burncast.distributions.errors import InputError
from burncast.funding import frontier
from burncast.reporting import warm_up
from burncast.solving import solve
from burncast.terminal import progress_bar, say, show, write_json, write_out

__all__ = ["report_decision", "report_frontier", "report_solution"]

FILES = ("frontier.nc", "frontier.json", "frontier.svg", "frontier.png")


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
    from burncast.engine.scenario import load
    from burncast.outputs.amounts import format_amount
    from burncast.outputs.store import CREATED_BY
    from burncast.outputs.summary import as_plain

    ends = _numbers(between) if between is not None else None
    scenario = load(source)
    warm_up(scenario, trajectories, seed)
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
    if as_json:
        plain = {"created_by": CREATED_BY, "title": scenario.title, "sha256": scenario.sha256, **as_plain(found)}
        plain["scan"] = [{"value": value, "figure": as_plain(figure)} for value, figure in found.scan]
        write_json(plain)
        return
    from burncast.outputs.decision_tables import present_scan

    unit = f" {found.unit}" if found.unit else ""
    low, high = ("beyond the range" if end is None else format_amount(end, digits=4) for end in (found.low, found.high))
    compared = so_that.replace("<", ">").split(">")[0].strip()
    write_out(f"{scenario.title}\n\n")
    value = format_amount(found.value, digits=4)
    write_out(f"{found.input} must be {found.bound} {value}{unit} (95 %: {low} to {high}), so that {so_that}.\n\n")
    show(present_scan(found.input, compared, found.scan))
    write_out(f"\n{found.trajectories:,} trajectories for each value, seed {found.seed}, on the same random numbers\n")
    for note in found.notes:
        write_out(f"note: {note}\n")


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
    from burncast.engine.scenario import load
    from burncast.outputs.decision_tables import plain_frontier, present_frontier
    from burncast.outputs.store import check_folder, encode_dataset, encode_json, write_files

    asked = _numbers(amounts.split(",")) if amounts is not None else None
    scenario = load(source)
    if out is not None:
        check_folder(out, FILES)
    warm_up(scenario, trajectories, seed)
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
    plain = plain_frontier(dataset)
    if out is not None:
        from burncast.outputs.chart_style import encode_figure
        from burncast.outputs.frontier_plot import frontier_plot

        figure = frontier_plot(dataset)
        contents = {"frontier.nc": encode_dataset(dataset), "frontier.json": encode_json(plain)}
        contents |= {f"frontier.{kind}": encode_figure(figure, kind) for kind in ("svg", "png")}
        write_files(out, contents, FILES)
        say(f"results are in {out}")
    if as_json:
        write_json(plain)
    else:
        show(present_frontier(dataset))


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
    as_json: bool,
) -> None:
    """Everything that ``burncast decide`` does."""
    from burncast.engine.scenario import load
    from burncast.outputs.store import CREATED_BY
    from burncast.outputs.summary import as_plain

    scenario = load(source)
    warm_up(scenario, trajectories, seed)
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
    if as_json:
        plain = {"created_by": CREATED_BY, "title": scenario.title, "sha256": scenario.sha256, **as_plain(found)}
        plain["trade_off"] = [
            {"limited": limited, "outcome": outcome, "choice": choice} for limited, outcome, choice in found.trade_off
        ]
        write_json(as_plain(plain))
        return
    from burncast.outputs.choice_tables import present_choice

    units = {name: scenario.quantities[name].unit or "" for name in found.choice}
    show(present_choice(scenario.title, units, found))


def _numbers(texts: Sequence[str]) -> list[float]:
    from burncast.outputs.amounts import parse_amount

    found = []
    for text in texts:
        try:
            found.append(parse_amount(text))
        except ValueError:
            raise InputError(f"{text.strip()!r} is not a number; expected one such as 2.5M or 3e9") from None
    return found
