"""Observed figures: aggregates of a scenario's quantities, and what sources say of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.measurement import Measurement
from burncast.distributions.portable import exp, log
from burncast.engine.program import Program

__all__ = ["AGGREGATES", "Aggregate", "Figure", "Observations", "Statement"]

Floats: TypeAlias = NDArray[np.float64]
Aggregate: TypeAlias = Literal["value", "sum", "mean", "change"]
AGGREGATES = ("value", "sum", "mean", "change")


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source says of a figure, in the quantity's unit; ``row`` is where it stands in the file."""

    measurement: Measurement
    weight: float
    source: str
    row: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure and all that is said of it: an aggregate of a quantity over the periods ``first`` to ``last``.

    ``element`` is its place among the elements that the program of :class:`Observations` tracks.
    """

    name: str
    labels: tuple[str, ...]
    aggregate: Aggregate
    period: str
    first: int
    last: int
    is_relative: bool
    element: int
    statements: tuple[Statement, ...]

    @property
    def title(self) -> str:
        """How it is named to people: ``users["plus"], value, 2023-06``."""
        member = "[" + ", ".join(f'"{label}"' for label in self.labels) + "]" if self.labels else ""
        return ", ".join(part for part in (self.name + member, self.aggregate, self.period) if part)

    def truth(self, tracked: Floats) -> Floats:
        """The figure on N trajectories, float64[N], from ``tracked`` float64[N, elements, T + 1]."""
        path = tracked[:, self.element]
        if self.aggregate == "change":
            before, after = path[:, self.first - 1], path[:, self.last]
            with np.errstate(divide="ignore", invalid="ignore"):
                return 100.0 * (after / before - 1.0) if self.is_relative else after - before
        total = path[:, self.first].copy()
        for period in range(self.first + 1, self.last + 1):
            total += path[:, period]
        return total / (self.last - self.first + 1) if self.aggregate == "mean" else total

    def log_likelihood(self, truth: Floats) -> Floats:
        """The log-density of what is said, given the truth: that of the mixture of the sources, float64[N]."""
        whole = math.fsum(one.weight for one in self.statements)
        if len(self.statements) == 1:
            return self.statements[0].measurement.log_density(truth)
        each = [one.measurement.log_density(truth) + math.log(one.weight / whole) for one in self.statements]
        most = np.max(each, axis=0)
        base = np.where(np.isfinite(most), most, 0.0)
        total = np.zeros_like(most)
        for one in each:
            total += exp(one - base)
        return np.where(np.isfinite(most), base + log(np.where(total > 0.0, total, 1.0)), -math.inf)


@dataclass(frozen=True, slots=True)
class Observations:
    """Figures in the order in which they are first stated, and the program that tracks what they are about."""

    figures: tuple[Figure, ...]
    program: Program
    file: str | None

    @property
    def last(self) -> int:
        """The last observed period."""
        return max(figure.last for figure in self.figures)

    def log_likelihood(self, tracked: Floats) -> Floats:
        """The log-likelihood of N trajectories, float64[N]; sources of different figures are independent."""
        total = np.zeros(len(tracked))
        for figure in self.figures:
            total += figure.log_likelihood(figure.truth(tracked))
        return total

    def residuals(self, tracked: Floats) -> Floats:
        """By how many standard deviations each source's report is missed, float64[sources, N], each by its weight."""
        rows: list[Floats] = []
        for figure in self.figures:
            truth = figure.truth(tracked)
            whole = math.fsum(one.weight for one in figure.statements)
            with np.errstate(invalid="ignore"):
                rows.extend(
                    math.sqrt(one.weight / whole) * one.measurement.deviations(truth) for one in figure.statements
                )
        return np.array(rows)
