"""The place on a line where a condition begins or ceases to hold, by a scan and bisection, with its error.

Every evaluation is a simulation on the same random numbers, so the figure is one fixed function, a step function where
trajectories are counted; bisection finds its jump without asking for slopes. The figure's own confidence interval,
taken along, says between which places the true one lies: where its lower end crosses, and where its upper end does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["Crossing", "find_crossing", "scan_points"]

Band = tuple[float, float, float]
"""A figure between the ends of its interval: low, figure, high."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where the condition begins to hold: ``place`` is the last point seen at which it does.

    ``low`` and ``high`` are the ends of its interval, infinite where none is seen on the line; ``upwards`` says whether
    the condition holds above ``place``; ``changes`` counts how often it begins or ceases to hold along the scan.
    """

    place: float
    low: float
    high: float
    upwards: bool
    changes: int


def scan_points(low: float, high: float, count: int = 9) -> list[float]:
    """Places to look at first: evenly spaced, or by equal factors where the ends are positive and far apart."""
    if low > 0.0 and high > 10.0 * low:
        places = low * (high / low) ** (np.arange(count) / (count - 1))
    else:
        places = low + (high - low) * (np.arange(count) / (count - 1))
    return [low, *(float(place) for place in places[1:-1]), high]


def find_crossing(
    band: Callable[[float], Band],
    holds: Callable[[float], bool],
    scan: list[float],
    tolerance: float,
    ends_tolerance: float | None = None,
) -> Crossing | None:
    """The first crossing along ``scan``; None where the condition holds at all of its points, or at none.

    ``band`` is asked once for each place. A place is found to a relative ``tolerance``, the ends of its interval to
    ``ends_tolerance``, the same where it is None.
    """
    known = {place: band(place) for place in scan}
    changes = _changes([holds(known[place][1]) for place in scan])
    if not changes:
        return None
    upwards = holds(known[scan[changes[0]]][1])
    part = (scan[changes[0] - 1], scan[changes[0]])
    place = _bisect(band, holds, known, 1, part, tolerance)
    ends = []
    for end in (0, 2):
        crossed = [holds(known[point][end]) for point in scan]
        flips = [at for at in _changes(crossed) if crossed[at] == upwards]
        if flips:
            at = min(flips, key=lambda one: abs(one - changes[0]))
            ends.append(_bisect(band, holds, known, end, (scan[at - 1], scan[at]), ends_tolerance or tolerance))
        else:
            ends.append(np.inf if crossed[-1] != upwards else -np.inf)
    return Crossing(place, min(ends), max(ends), upwards, len(changes))


def _changes(truths: list[bool]) -> list[int]:
    return [place for place in range(1, len(truths)) if truths[place] != truths[place - 1]]


def _bisect(
    band: Callable[[float], Band],
    holds: Callable[[float], bool],
    known: dict[float, Band],
    end: int,
    part: tuple[float, float],
    tolerance: float,
) -> float:
    """The side on which the condition holds of a small bracket in ``part``, of which one side holds and one does not.

    It begins from the ``known`` places of the part, and adds to them.
    """
    places = sorted(place for place in known if part[0] <= place <= part[1])
    truths = [holds(known[place][end]) for place in places]
    at = _changes(truths)[0]
    low, high, at_low = places[at - 1], places[at], truths[at - 1]
    while high - low > tolerance * max(abs(low), abs(high)):
        middle = 0.5 * (low + high)
        known[middle] = band(middle)
        if holds(known[middle][end]) == at_low:
            low = middle
        else:
            high = middle
    return low if at_low else high
