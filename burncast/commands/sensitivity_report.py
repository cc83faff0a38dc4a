"""``burncast sensitivity``: ask, print, write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from burncast.commands.answering import Answer, make_ready
from burncast.sensitivity_analysis import parse_groups, sensitivity
from burncast.terminal import progress_bar

__all__ = ["report_sensitivity"]

FILES = ("sensitivity.nc", "sensitivity.json", "sensitivity.svg", "sensitivity.png")


def report_sensitivity(
    source: str,
    output: str,
    method: str,
    groups: Sequence[str],
    trajectories: int,
    seed: int,
    threads: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Everything that the command does."""
    from burncast.outputs.results.sensitivity_dataset import plain_sensitivity
    from burncast.outputs.tables.sensitivity_tables import present_sensitivity

    named = parse_groups(groups)
    scenario = make_ready(source, out, FILES, trajectories, seed)
    with progress_bar(f"{output}, runs", 1) as progress:
        dataset = sensitivity(
            scenario,
            output,
            method,
            groups=named,
            trajectories=trajectories,
            seed=seed,
            threads=threads,
            progress=progress,
        )
    pictures = {}
    if out is not None and dataset.sizes.get("source", dataset.sizes.get("input", 0)):
        from burncast.outputs.charts.drawing import figure_of
        from burncast.outputs.charts.sensitivity_plots import sensitivity_drawing

        pictures["sensitivity"] = figure_of(sensitivity_drawing(dataset))
    plain, table = plain_sensitivity(dataset), present_sensitivity(dataset)
    Answer("sensitivity", plain, table, dataset, pictures).give(out, FILES, as_json)
