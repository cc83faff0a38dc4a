"""What a scenario had said of figures that became known later: a backtest of one company.

The scenario is left as it was written; its forecast of each figure, as it would be reported by its source, is set
beside the report. The probability integral transform (PIT) is the share of forecast reports that are at or below it:
over many figures of a calibrated forecast it is uniform, and near 0 or 1 it says that the forecast missed. Figures of
one company are far from independent, so that few of them settle nothing about calibration.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.learning import Summary
from burncast.calibration.observation_rows import ObservationSource
from burncast.calibration.observations import read_observations
from burncast.calibration.scores import crps
from burncast.distributions.notebook_view import Cell, Shown, View
from burncast.engine.scenario import Scenario

__all__ = ["Hindsight", "hindsight"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hindsight(Shown):
    """One report of a figure against the forecast.

    ``forecast`` is the law of the true figure; ``report`` what was reported (of a bound, the bound); ``pit`` the
    probability that the forecast gave to a report at or below it, allowing for the error of reports, and for a bound
    the probability that it holds; ``crps`` the continuous ranked probability score of the forecast at the report, in
    the figure's unit, nan for a bound; ``band`` the least central band of the forecast, 0 to 1, that holds the report.
    """

    figure: str
    source: str
    said: str
    row: int | None
    forecast: Summary
    report: float
    is_bound: bool
    pit: float
    crps: float

    @property
    def band(self) -> float:
        """|2·PIT − 1|: 0.9 stands at an edge of the central 90 %; nan for a bound."""
        return math.nan if self.is_bound else abs(2.0 * self.pit - 1.0)

    @property
    def missed(self) -> bool:
        """Whether it lies outside the central 90 %, or, for a bound, was given less than 5 %."""
        return self.pit < 0.05 if self.is_bound else self.band > 0.9

    def _view(self) -> View:
        forecast = self.forecast
        missed = "missed" if self.missed else ""
        rows: list[list[Cell]] = [[self.said, forecast.p5, forecast.p50, forecast.p95, f"{self.pit:.3f}", missed]]
        return View(self.figure, ["said", "forecast: p5", "median", "p95", "PIT", ""], rows, remarks=[self.source])


def hindsight(
    scenario: Scenario,
    observations: ObservationSource,
    *,
    trajectories: int = 16_384,
    seed: int = 0,
    threads: int | None = None,
) -> tuple[Hindsight, ...]:
    """Set every report of ``observations`` beside what ``scenario`` forecasts of it, in the order of the rows.

    Observations are stated as for :func:`burncast.posterior`. Raises DataError where they cannot be read.
    """
    from burncast.engine.simulate import run

    observed = read_observations(observations, scenario)
    simulation = run(scenario, trajectories, seed, threads=threads, keep_paths=trajectories, program=observed.program)
    assert simulation.paths is not None
    found: list[Hindsight] = []
    for figure in observed.figures:
        truth = figure.truth(simulation.paths)
        known = truth[np.isfinite(truth)]
        for one in figure.statements:
            measurement = one.measurement
            below = math.fsum(measurement.probability_below(known)) / len(known)
            score = math.nan if measurement.is_bound else float(crps(known, measurement.central))
            central = measurement.central
            said = (figure.title, one.source, one.text, one.row)
            found.append(Hindsight(*said, Summary.of(known), central, measurement.is_bound, below, score))
    return tuple(sorted(found, key=lambda one: one.row or 0))
