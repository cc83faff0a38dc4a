"""What was found of an input that has to be somewhere for a condition to hold."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Solution"]


@dataclass(frozen=True, slots=True)
class Solution:
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
