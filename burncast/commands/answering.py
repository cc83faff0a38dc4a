"""How a command that asks one question answers: the scenario made ready, then files, JSON or tables.

``burncast sensitivity``, ``solve``, ``frontier``, ``decide``, ``rare-ruin`` and ``explain`` stand on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from burncast.commands.reporting import warm_up
from burncast.terminal import say, show, write_json

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure
    from rich.console import RenderableType

    from burncast.engine.scenario import Scenario

__all__ = ["Answer", "about", "make_ready"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, called ``name``: as ``plain`` data, as a ``table``, perhaps as a ``dataset`` and ``pictures``.

    ``pictures`` are by the names of their files, without an ending; each file is ``name`` or such a name.
    """

    name: str
    plain: Mapping[str, Any]
    table: RenderableType
    dataset: xr.Dataset | None = None
    pictures: Mapping[str, Figure] = field(default_factory=dict)

    def give(self, out: Path | None, files: tuple[str, ...], as_json: bool) -> None:
        """Write ``files``, those of them that there are, into ``out``; print the table, or the data."""
        if out is not None:
            from burncast.outputs.charts.chart_style import encode_figure
            from burncast.outputs.files.store import encode_dataset, encode_json, write_files

            contents = {f"{self.name}.json": encode_json(self.plain)}
            if self.dataset is not None:
                contents[f"{self.name}.nc"] = encode_dataset(self.dataset)
            for picture, figure in self.pictures.items():
                contents |= {f"{picture}.{kind}": encode_figure(figure, kind) for kind in ("svg", "png")}
            write_files(out, contents, files)
            say(f"results are in {out}")
        if as_json:
            write_json(self.plain)
        else:
            show(self.table)


def make_ready(source: str, out: Path | None, files: tuple[str, ...], trajectories: int, seed: int) -> Scenario:
    """The scenario, once the folder for the results is known to be writable and the simulator is compiled."""
    from burncast.engine.scenario import load
    from burncast.outputs.files.store import check_folder

    scenario = load(source)
    if out is not None:
        check_folder(out, files)
    warm_up(scenario, trajectories, seed)
    return scenario


def about(scenario: Scenario) -> dict[str, Any]:
    """What every answer as plain data begins with."""
    from burncast.outputs.files.store import CREATED_BY

    return {"created_by": CREATED_BY, "title": scenario.title, "sha256": scenario.sha256}
