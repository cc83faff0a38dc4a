"""``burncast sensitivity``: ask, print, write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from burncast.reporting import warm_up
from burncast.sensitivity_analysis import parse_groups, sensitivity
from burncast.terminal import progress_bar, say, show, write_json

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
    from burncast.engine.scenario import load
    from burncast.outputs.sensitivity_dataset import plain_sensitivity
    from burncast.outputs.store import check_folder, encode_dataset, encode_json, write_files

    named = parse_groups(groups)
    scenario = load(source)
    if out is not None:
        check_folder(out, FILES)
    warm_up(scenario, trajectories, seed)
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
    plain = plain_sensitivity(dataset)
    if out is not None:
        from burncast.outputs.chart_style import encode_figure
        from burncast.outputs.sensitivity_plots import sensitivity_plot

        contents = {"sensitivity.nc": encode_dataset(dataset), "sensitivity.json": encode_json(plain)}
        if dataset.sizes.get("source", dataset.sizes.get("input", 0)):
            figure = sensitivity_plot(dataset)
            contents |= {f"sensitivity.{kind}": encode_figure(figure, kind) for kind in ("svg", "png")}
        write_files(out, contents, FILES)
        say(f"results are in {out}")
    if as_json:
        write_json(plain)
    else:
        from burncast.outputs.sensitivity_tables import present_sensitivity

        show(present_sensitivity(dataset))
