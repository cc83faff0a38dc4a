"""Observations that lie outside everything a scenario can produce, found before anything is conditioned on them.

A figure that no draw of the prior comes near is not yet impossible: it may be rare. So trajectories are driven towards
it, as towards ruin that is hardly met, through levels that a quarter of them reaches; what they cannot reach at one in
10²⁰ or so is out of reach.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.figures import Figure
from burncast.engine.conditioning import condition_on
from burncast.engine.normal_space.condition import Exceedance
from burncast.engine.normal_space.given import GivenOutcomes
from burncast.engine.program import Program

__all__ = ["Unreached", "unreached"]

Floats = NDArray[np.float64]

NEAR = 5.0
"""Standard deviations of its error within which a figure is reached."""

PARTICLES, MOVES = 256, 6
LEAST_LOG_PROBABILITY = -46.0


@dataclass(frozen=True, slots=True)
class Unreached:
    """A figure, the nearest truth that was found, and how many standard deviations of its error lie between."""

    figure: Figure
    nearest: float
    deviations: float

    def __str__(self) -> str:
        said = " or ".join(one.text for one in self.figure.statements)
        return (
            f"{self.figure.title}: observed {said}; the scenario produces {self.nearest:.4g} at the nearest, "
            f"{self.deviations:.3g} standard deviations of the observation away"
        )


def unreached(program: Program, figure: Figure, tracked: Floats, seed: int) -> Unreached | None:
    """The figure, where neither ``tracked`` float64[N, elements, T + 1] of the prior nor a search comes near it."""
    if _distances(figure, tracked).min() <= NEAR:
        return None

    def closeness(outcomes: GivenOutcomes) -> Floats:
        assert outcomes.tracked is not None
        return np.where(outcomes.failed, -math.inf, -_distances(figure, outcomes.tracked))

    found = condition_on(
        program, Exceedance(closeness, -NEAR), seed, particles=PARTICLES, moves=MOVES, keep_tracked=True
    )
    if found.log_probability > LEAST_LOG_PROBABILITY:
        return None
    assert found.outcomes.tracked is not None
    distances = np.where(found.outcomes.failed, math.inf, _distances(figure, found.outcomes.tracked))
    best = int(np.argmin(distances))
    return Unreached(figure, float(figure.truth(found.outcomes.tracked)[best]), float(distances[best]))


def _distances(figure: Figure, tracked: Floats) -> Floats:
    """How far each trajectory is from what the nearest of the sources says, in standard deviations of its error."""
    truth = figure.truth(tracked)
    with np.errstate(invalid="ignore"):
        each = [np.abs(one.measurement.deviations(truth)) for one in figure.statements]
    return np.where(np.isfinite(truth), np.min(each, axis=0), math.inf)
