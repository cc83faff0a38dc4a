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
    inside = np.ascontiguousarray(values.T)
    hits, columns = inside[:, wanted], np.arange(len(inside))
    total, size = hits.shape[1], inside.shape[1]
    rules: dict[int, tuple[float, float]] = {}
    while True:
        density, best = hits.shape[1] / inside.shape[1], None
        edges = np.quantile(inside, (SLICE, 1.0 - SLICE), axis=1)
        counts, found = (
            ((rows >= edges[0][:, None]).sum(axis=1), (rows <= edges[1][:, None]).sum(axis=1))
            for rows in (inside, hits)
        )
        for side in (0, 1):
            for row in range(len(columns)):
                count, kept = int(counts[side][row]), int(found[side][row])
                if count == inside.shape[1] or kept < max(least_coverage * total, 1.0):
                    continue
                if kept / count > density:
                    density, best = kept / count, (side, row)
        if best is None:
            break
        side, row = best
        edge, column = float(edges[side, row]), int(columns[row])
        low, high = rules.get(column, (-np.inf, np.inf))
        rules[column] = (edge, high) if side == 0 else (low, edge)
        inside, hits = (
            rows[:, rows[row] >= edge] if side == 0 else rows[:, rows[row] <= edge] for rows in (inside, hits)
        )
        if len(rules) == most_rules < len(columns):  # no other column may be asked any more
            kept_rows = np.isin(columns, list(rules))
            inside, hits, columns = inside[kept_rows], hits[kept_rows], columns[kept_rows]
    return Box(rules, hits.shape[1] / total, hits.shape[1] / inside.shape[1], inside.shape[1] / size)
