"""``burncast rare-ruin``, ``burncast explain`` and ``burncast replay``: ask, print, write."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from burncast.commands.answering import Answer, about, make_ready
from burncast.distributions.errors import InputError, nearest_name
from burncast.forecast import replay, simulate
from burncast.rare_events import explain_ruin, rare_ruin
from burncast.terminal import progress_bar

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

    from burncast.engine.questions.explain_ruin import RuinExplanation
    from burncast.engine.scenario import Scenario

__all__ = ["report_explanation", "report_path", "report_rare_ruin"]

RARE_FILES = ("rare_ruin.json",)
EXPLANATION_FILES = (
    "explanation.nc",
    "explanation.json",
    *(f"{picture}.{kind}" for picture in ("shifts", "typical_path") for kind in ("svg", "png")),
)
PATH_FILES = ("path.nc", "path.json")
FAN_TRAJECTORIES = 16_384


def report_rare_ruin(
    source: str,
    by: int | None,
    particles: int,
    replications: int,
    moves: int,
    seed: int,
    threads: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Everything that ``burncast rare-ruin`` does."""
    from burncast.outputs.tables.rare_ruin_tables import plain_rare_ruin, present_rare_ruin

    scenario = make_ready(source, out, RARE_FILES, particles, seed)
    with progress_bar(f"{scenario.title}, replications", replications + 1) as progress:
        found = rare_ruin(
            scenario,
            by,
            seed,
            particles=particles,
            replications=replications,
            moves=moves,
            threads=threads,
            progress=progress,
        )
    plain = {**about(scenario), **plain_rare_ruin(scenario, found)}
    Answer("rare_ruin", plain, present_rare_ruin(scenario, found, particles)).give(out, RARE_FILES, as_json)


def report_explanation(
    source: str, by: int | None, trajectories: int, seed: int, threads: int | None, out: Path | None, as_json: bool
) -> None:
    """Everything that ``burncast explain`` does."""
    from burncast.outputs.tables.explanation_tables import plain_explanation, present_explanation
    from burncast.outputs.tables.path_tables import path_columns

    scenario = make_ready(source, out, EXPLANATION_FILES, trajectories, seed)
    found = explain_ruin(scenario, by, seed, trajectories=trajectories, threads=threads)
    path = replay(scenario, found.typical, seed)
    columns = path_columns(scenario)
    command = f"burncast replay {shlex.quote(source)} {found.typical} --seed {seed}"
    plain = {**about(scenario), **plain_explanation(scenario, found, path, columns, command)}
    table = present_explanation(scenario, found, path, columns, command)
    pictures = _pictures(scenario, found, path, columns, threads) if out is not None else {}
    Answer("explanation", plain, table, path, pictures).give(out, EXPLANATION_FILES, as_json)


def report_path(
    source: str,
    trajectory: int,
    named: Sequence[str],
    seed: int,
    method: str,
    trajectories: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Everything that ``burncast replay`` does."""
    from rich.console import Group
    from rich.text import Text

    from burncast.outputs.tables.path_tables import path_columns, plain_path, present_path

    scenario = make_ready(source, out, PATH_FILES, 1, seed)
    for name in named:
        if name not in scenario.quantities:
            nearest = nearest_name(name, scenario.quantities)
            raise InputError(f"there is no quantity {name!r}" + (f"; did you mean {nearest!r}?" if nearest else ""))
    path = replay(scenario, trajectory, seed, method=method, trajectories=trajectories)
    columns = path_columns(scenario, named)
    records = plain_path(scenario, path, columns, scenario.periods)
    plain = {**about(scenario), "trajectory": trajectory, "seed": seed, "method": method, "path": records}
    heading = Text(f"{scenario.title}, trajectory {trajectory:,} of seed {seed}", style="bold")
    table = Group(heading, Text(""), present_path(scenario, path, columns, scenario.periods))
    Answer("path", plain, table, path).give(out, PATH_FILES, as_json)


def _pictures(
    scenario: Scenario, found: RuinExplanation, path: xr.Dataset, columns: Sequence[str], threads: int | None
) -> dict[str, Figure]:
    """The shifts, and the typical trajectory among all where what ruin is about is one number."""
    import dataclasses

    from burncast.outputs.charts.drawing import figure_of
    from burncast.outputs.charts.ruin_plots import shift_drawing, typical_drawing

    pictures = {"shifts": figure_of(shift_drawing(scenario, found))} if found.inputs or found.processes else {}
    main = next((name for name in columns if path[name].dims == ("period",)), None)
    if main is not None:
        alone = dataclasses.replace(scenario, track=(main,), variants={})
        count = min(found.trajectories, FAN_TRAJECTORIES)
        forecast = simulate(alone, count, found.seed, threads=threads)
        pictures["typical_path"] = figure_of(typical_drawing(scenario, found, forecast, path, main))
    return pictures
