"""What was found of an input that has to be somewhere for a condition to hold."""

from __future__ import annotations

from dataclasses import dataclass

from burncast.distributions.amounts import format_amount
from burncast.distributions.notebook_view import Cell, Shown, View

__all__ = ["Solution"]


@dataclass(frozen=True, slots=True)
class Solution(Shown):
    """What an input would have to be.

    Attributes: ``input`` as it was named and ``so_that``, the condition; ``value``, where it begins to hold, and
    ``low`` and ``high``, its 95 % interval from the error of the simulation (None where an end lies beyond the range);
    ``bound``, ``at least`` or ``at most``; ``figure``, what the condition compares, at ``value``; ``scan``, the figure
    at places along the range, as (value, figure); ``unit`` of the input; ``notes``.
    """

    input: str
    so_that: str
    value: float
    low: float | None
    high: float | None
    bound: str
    figure: float
    scan: tuple[tuple[float, float], ...]
    unit: str
    trajectories: int
    seed: int
    notes: tuple[str, ...]

    def _view(self) -> View:
        unit = f" {self.unit}" if self.unit else ""
        rows: list[list[Cell]] = [
            ["value", self.value],
            ["95 %, from", self.low],
            ["95 %, to", self.high],
            ["figure there", self.figure],
        ]
        how = f"{self.trajectories:,} trajectories, seed {self.seed}"
        title = f"{self.input} has to be {self.bound} {format_amount(self.value)}{unit} for {self.so_that}"
        return View(title, ["", self.unit], rows, remarks=[*self.notes, how])
