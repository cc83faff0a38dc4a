"""The box of a few inputs that best isolates a set of trajectories: the patient rule induction method.

Friedman and Fisher (1999, "Bump hunting in high-dimensional data"): from the whole sample a thin slice is peeled off,
again and again, from that side of that input that leaves the greatest share of the wanted trajectories in what remains.
*Density* is that share, *coverage* the part of all wanted trajectories that remain inside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "find_box"]

SLICE = 0.05


@dataclass(frozen=True, slots=True)
class Box:
    """``rules`` by column: (low, high), ±inf where a side is open; ``coverage``, ``density``, and the ``share`` of all
    trajectories inside.
    """

    rules: dict[int, tuple[float, float]]
    coverage: float
    density: float
    share: float


def find_box(
    values: NDArray[np.float64], wanted: NDArray[np.bool_], most_rules: int = 3, least_coverage: float = 0.5
) -> Box:
    """The box over ``values`` float64[N, inputs] for the ``wanted`` bool[N], of at most so many inputs.

    Peeling ends where no slice raises the density, or where coverage would fall below ``least_coverage``.
    """
    inside, hits = values, values[wanted]
    total = len(hits)
    rules: dict[int, tuple[float, float]] = {}
    while True:
        density, best = len(hits) / len(inside), None
        edges = np.quantile(inside, (SLICE, 1.0 - SLICE), axis=0)
        counts = ((inside >= edges[0]).sum(axis=0), (inside <= edges[1]).sum(axis=0))
        found = ((hits >= edges[0]).sum(axis=0), (hits <= edges[1]).sum(axis=0))
        for side in (0, 1):
            for column in range(values.shape[1]):
                if column not in rules and len(rules) == most_rules:
                    continue
                count, kept = int(counts[side][column]), int(found[side][column])
                if count == len(inside) or kept < max(least_coverage * total, 1.0):
                    continue
                if kept / count > density:
                    density, best = kept / count, (side, column)
        if best is None:
            break
        side, column = best
        edge = float(edges[side, column])
        low, high = rules.get(column, (-np.inf, np.inf))
        rules[column] = (edge, high) if side == 0 else (low, edge)
        inside, hits = (
            rows[rows[:, column] >= edge] if side == 0 else rows[rows[:, column] <= edge] for rows in (inside, hits)
        )
    return Box(rules, len(hits) / total, len(hits) / len(inside), len(inside) / len(values))
