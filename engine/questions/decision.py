"""What was found to be the best choice among decisions."""

from __future__ import annotations

from dataclasses import dataclass

from burncast.distributions.notebook_view import Cell, Shown, View

__all__ = ["Decision"]


@dataclass(frozen=True, slots=True)
class Decision(Shown):
    """A choice and what comes of it.

    Attributes: ``choice``, the value of each decision; ``figure``, what was asked for, and ``outcome``, its value;
    ``limit``, the condition kept (None: there was none) and ``limited``, its figure; ``present`` the choice of the
    scenario, with ``present_outcome`` and ``present_limited``; ``trade_off``, of everything tried the choices that
    nothing else beats, as (figure of the limit, outcome, choice); ``worlds``, what the worst was taken over;
    ``evaluations``, how many choices were tried.

    ``outcome`` and ``limited`` come from trajectories of their own, not from those that the choice was made on.
    """

    choice: dict[str, float]
    figure: str
    outcome: float
    limit: str | None
    limited: float | None
    present: dict[str, float]
    present_outcome: float
    present_limited: float | None
    trade_off: tuple[tuple[float, float, dict[str, float]], ...]
    worlds: tuple[str, ...]
    evaluations: int
    trajectories: int
    seed: int

    def _view(self) -> View:
        rows: list[list[Cell]] = [[name, self.present[name], value] for name, value in self.choice.items()]
        rows.append([self.figure, self.present_outcome, self.outcome])
        if self.limit is not None:
            rows.append([self.limit, self.present_limited, self.limited])
        how = f"{self.evaluations} choices tried on {self.trajectories:,} trajectories each, seed {self.seed}"
        worst = f"the worst of {', '.join(self.worlds)}" if len(self.worlds) > 1 else ""
        return View("Decision", ["", "now", "best"], rows, remarks=[worst, how])
