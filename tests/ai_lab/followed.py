"""A few quantities of some trajectories, on the machine itself.

Tracking little is what makes it quick: a document is read, compiled and run in a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from burncast.engine import simulate
from burncast.engine.documents.document import Document, read_document
from burncast.engine.documents.merging import merge, normalised
from burncast.engine.scenario import load

__all__ = ["follow", "follow_all", "run"]

Floats = NDArray[np.float64]
SEED = 2024


def run(document: Mapping[str, Any], *names: str, trajectories: int, seed: int = SEED, keep: int = 0) -> Any:
    """The finished simulation of a document that extends the model and tracks ``names``."""
    over = normalised(read_document({**document, "outputs": {"track": list(names)}}))
    scenario = load(merge(_model(), over).data)  # what `extends` does, but the model's file is read once for all tests
    return simulate.run(scenario, trajectories, seed, threads=2, keep_paths=keep)


def follow_all(
    document: Mapping[str, Any], *names: str, trajectories: int = 256, seed: int = SEED
) -> dict[str, Floats]:
    """Paths of the first trajectories by name: shape (n, T + 1), or (n, labels, T + 1); NaN without an opening."""
    simulation = run(document, *names, trajectories=trajectories, seed=seed, keep=trajectories)
    found = {}
    for tracked in simulation.tracked:
        values = simulation.paths[:, tracked.first_element : tracked.first_element + tracked.elements]
        found[tracked.name] = values if tracked.dims else values[:, 0]
    return found


def follow(document: Mapping[str, Any], *names: str, seed: int = SEED) -> dict[str, Floats]:
    """The first trajectory alone: shape (T + 1,), or (labels, T + 1)."""
    return {name: values[0] for name, values in follow_all(document, *names, trajectories=1, seed=seed).items()}


@cache
def _model() -> Document:
    return normalised(read_document("ai-lab"))
