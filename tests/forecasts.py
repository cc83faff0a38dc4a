"""Scenarios as TOML text, simulated, and estimates read from their tallies."""

import tomllib
from dataclasses import dataclass

import numpy as np

from burncast.engine import simulate
from burncast.engine.scenario import load

__all__ = ["Forecast", "forecast", "whole_number_counts"]


@dataclass(frozen=True)
class Forecast:
    """A finished run, asked by name."""

    simulation: simulate.Simulation

    @property
    def tally(self):
        return self.simulation.tally

    @property
    def trajectories(self):
        return self.simulation.trajectories

    @property
    def hits(self):
        """Trajectories ruined by the end of periods 0 … T, i64[T + 1]."""
        return np.cumsum(self.tally.first_passage[:-1])

    def row(self, name, period, element=0):
        """The tally's row of an element of a tracked quantity."""
        (tracked,) = (each for each in self.simulation.tracked if each.name == name)
        assert period >= tracked.first_period
        return (tracked.first_element + element) * (self.simulation.scenario.periods + 1) + period

    def mean(self, name, period, element=0):
        """Mean and standard error."""
        row = self.row(name, period, element)
        return self.tally.mean(row), self.tally.mean_se(row)

    def means(self, name, periods):
        """Means and standard errors over some periods, f64[2, periods]."""
        return np.array([self.mean(name, period) for period in periods]).T

    def sd(self, name, period, element=0):
        """Sample standard deviation."""
        return self.tally.sd(self.row(name, period, element))


def forecast(text, trajectories=1_000_000, seed=20_230_601):
    """Simulate a scenario given as TOML text, in which ``[scenario]`` may leave out the title."""
    document = tomllib.loads(text)
    document["scenario"].setdefault("title", "a closed form")
    return Forecast(simulate.run(load(document), trajectories, seed, threads=2))


def whole_number_counts(tally, row, most):
    """How often a row was 0 … ``most`` and, last, anything else; exact, as whole numbers below 512 have own bins."""
    counts = np.zeros(most + 2, np.int64)
    for number in range(most + 1):
        key = int(np.float64(number).view(np.uint64) >> np.uint64(44))
        if key >> 8 in tally.tops(row):
            counts[number] = tally.page(row, key >> 8)[key & 255]
    counts[-1] = tally.count(row) - counts.sum()
    return counts
