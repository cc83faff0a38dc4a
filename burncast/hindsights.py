"""``burncast.hindsight`` and ``burncast calibrate hindsight``: a scenario against what became known later."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from burncast.commands.options import Folder, Json, Seed, Source, Threads, parse_whole
from burncast.terminal import guarded

if TYPE_CHECKING:
    from burncast.calibration.hindsight import Hindsight
    from burncast.calibration.observation_rows import ObservationSource
    from burncast.engine.scenario import ScenarioSource

__all__ = ["hindsight", "hindsight_command"]

FILES = ("hindsight.json",)


def hindsight(
    scenario: ScenarioSource,
    observations: ObservationSource,
    seed: int = 0,
    *,
    trajectories: int = 16_384,
    threads: int | None = None,
) -> tuple[Hindsight, ...]:
    """What a scenario had said of figures that became known later, report by report.

    ``observations`` are a CSV or TOML file or rows, as for :func:`burncast.posterior`; the scenario is not changed by
    them. Each result has ``forecast``, ``report``, ``pit``, ``crps`` and ``missed``. Raises InputError.
    """
    from burncast.calibration.hindsight import hindsight as look_back
    from burncast.engine.scenario import load

    return look_back(load(scenario), observations, trajectories=trajectories, seed=seed, threads=threads)


def _trajectories(text: str) -> int:
    return parse_whole(text, 16, 1 << 20)


def hindsight_command(
    context: typer.Context,
    source: Source,
    observations: Annotated[
        str, typer.Argument(metavar="OBSERVATIONS", help="A CSV or TOML file of observed figures.", show_default=False)
    ],
    trajectories: Annotated[
        int,
        typer.Option("-n", "--trajectories", parser=_trajectories, metavar="N", help="How many futures are drawn."),
    ] = 16_384,
    seed: Seed = 0,
    threads: Threads = None,
    out: Folder = None,
    as_json: Json = False,
) -> None:
    """What had a scenario said of figures that became known later?

    Example: burncast calibrate hindsight my.toml later.csv
    """
    with guarded(context.obj):
        from burncast.commands.answering import Answer, about, make_ready
        from burncast.outputs.tables.hindsight_table import hindsight_table

        scenario = make_ready(source, out, FILES, trajectories, seed)
        found = hindsight(scenario, observations, seed, trajectories=trajectories, threads=threads)
        rows = [_plain(one) for one in found]
        plain = {**about(scenario), "trajectories": trajectories, "seed": seed, "reports": rows}
        Answer("hindsight", plain, hindsight_table(scenario.title, rows)).give(out, FILES, as_json)


def _plain(one: Hindsight) -> dict[str, Any]:
    forecast = {key: getattr(one.forecast, key) for key in ("mean", "sd", "p5", "p50", "p95")}
    return {
        "figure": one.figure,
        "source": one.source,
        "said": one.said,
        "row": one.row,
        "report": one.report,
        "bound": one.is_bound,
        "forecast": forecast,
        "pit": one.pit,
        "crps": None if math.isnan(one.crps) else one.crps,
        "missed": one.missed,
    }
