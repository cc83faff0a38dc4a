"""The best choice among decisions, by trying: a search that compares outcomes and asks for no slopes.

The outcome of a choice is a simulation on the same random numbers as every other's, so the search sees one fixed
function; it has steps where trajectories are counted. Differential evolution (Storn and Price 1997) searches the whole
box, Nelder and Mead's simplex the neighbourhood of what it found. Choices that break the limit rank below all that keep
it, and among themselves by how far they break it (Deb 2000, "An efficient constraint handling method for genetic
algorithms").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Tried", "efficient", "search"]

MEMBERS = 6
REFINED = 0.25


@dataclass(frozen=True, slots=True)
class Tried:
    """A choice, its loss (what is made small), and by how much it breaks the limit (0 or less where it keeps it)."""

    choice: tuple[float, ...]
    loss: float
    excess: float


def search(
    evaluate: Callable[[tuple[float, ...]], Tried],
    bounds: Sequence[tuple[float, float]],
    start: Sequence[float],
    evaluations: int,
    seed: int,
) -> list[Tried]:
    """Everything tried, each choice once, the best first; ``start`` among it.

    About ``evaluations`` choices are tried, three quarters of them all over the box.
    """
    from scipy.optimize import Bounds, differential_evolution, minimize

    tried: dict[tuple[float, ...], Tried] = {}
    low, high = (np.array(ends, dtype=np.float64) for ends in zip(*bounds, strict=True))
    first = _remembered(evaluate, tried, tuple(float(value) for value in start))
    scale = abs(first.loss) or 1.0

    def score(place: NDArray[np.float64]) -> float:
        choice = tuple(float(value) for value in np.clip(low + place * (high - low), low, high))
        return _score(_remembered(evaluate, tried, choice), scale)

    members = MEMBERS * len(bounds)
    begin = (np.array(start) - low) / (high - low)
    generations = max(1, round(evaluations * (1.0 - REFINED) / members) - 1)
    found = differential_evolution(
        score,
        Bounds(np.zeros(len(bounds)), np.ones(len(bounds))),
        maxiter=generations,
        popsize=MEMBERS,
        seed=np.random.default_rng(seed),
        polish=False,
        x0=begin,
        tol=0,
    )
    minimize(
        score,
        np.asarray(found.x, dtype=np.float64),
        method="Nelder-Mead",
        bounds=Bounds(0.0, 1.0),
        options={"maxfev": max(1, round(evaluations * REFINED)), "xatol": 1e-4, "fatol": 0.0},
    )
    return sorted(tried.values(), key=lambda one: (_score(one, scale), one.choice))


def efficient(points: Sequence[tuple[float, float]]) -> list[int]:
    """The places of points that no other beats in both coordinates, which are made small, by the first coordinate.

    >>> efficient([(3.0, 1.0), (1.0, 2.0), (2.0, 2.5), (1.5, 1.5)])
    [1, 3, 0]
    """
    best = math.inf
    kept = []
    for place in sorted(range(len(points)), key=lambda place: points[place]):
        if points[place][1] < best:
            best = points[place][1]
            kept.append(place)
    return kept


def _remembered(
    evaluate: Callable[[tuple[float, ...]], Tried], tried: dict[tuple[float, ...], Tried], choice: tuple[float, ...]
) -> Tried:
    if choice not in tried:
        tried[choice] = evaluate(choice)
    return tried[choice]


def _score(one: Tried, scale: float) -> float:
    """Between −1 and 1 where the limit is kept, above 2 where not, in the order of what is better."""
    return 2.0 + one.excess if one.excess > 0.0 else 2.0 / math.pi * math.atan(one.loss / scale)
