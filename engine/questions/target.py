"""What a question about sensitivity is about: one figure of every trajectory, whose mean is the answer of a forecast.

===================  ==================================================================================
kind                 figure of a trajectory
===================  ==================================================================================
``ruin``             1 where it is ruined by the end of ``period``, else 0: the mean is the probability
``runway``           periods until ruin, T where there is none (the restricted mean survival time)
``need``             the greatest hole over time
``value``            the quantity ``name`` (its element with ``labels``) at ``period``
===================  ==================================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.errors import SimulationError
from burncast.engine.normal_space.outcomes import run_outcomes
from burncast.engine.program import Program

__all__ = ["Target", "figures"]


@dataclass(frozen=True, slots=True)
class Target:
    """A figure; ``text`` is how it was asked for. ``period`` is T where it plays no part."""

    text: str
    kind: Literal["ruin", "runway", "need", "value"]
    period: int
    name: str | None = None
    labels: tuple[str, ...] = ()

    @property
    def track(self) -> tuple[str, ...]:
        """The quantities that a program has to track for it."""
        return () if self.name is None else (self.name,)


def figures(
    target: Target,
    program: Program,
    trajectories: int,
    seed: int,
    *,
    first: int = 0,
    threads: int | None = None,
    explain: Callable[[int], SimulationError] | None = None,
) -> NDArray[np.float64]:
    """The figure of each trajectory, f64[trajectories]; ``program`` tracks what the target asks for, and first."""
    at = []
    if target.name is not None:
        tracked = program.tracked[0]
        places = [labels.index(label) for label, labels in zip(target.labels, tracked.labels, strict=True)]
        shape = [len(labels) for labels in tracked.labels]
        element = int(np.ravel_multi_index(places, shape)) if shape else 0
        at = [(tracked.first_element + element, target.period)]
    found = run_outcomes(program, trajectories, seed, at, first=first, threads=threads, explain=explain)
    match target.kind:
        case "ruin":
            return (found.passage <= target.period).astype(np.float64)
        case "runway":
            return np.minimum(found.passage, program.periods).astype(np.float64)
        case "need":
            return found.need
        case "value":
            return found.values[:, 0]
