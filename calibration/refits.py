"""The fits to samples like the observed one: how far the estimates, and the distances of the sample, go by chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from burncast.calibration.goodness_of_fit import distances, uniform_intervals
from burncast.calibration.maximum_likelihood import fit_rows
from burncast.calibration.parametric_bootstrap import bootstrap_rows
from burncast.calibration.sample import Array
from burncast.distributions.errors import InputError

if TYPE_CHECKING:
    from burncast.calibration.fitted_law import Fit

__all__ = ["Refits", "refit"]

_FARTHEST = 30.0
_FEWEST = 10


@dataclass(frozen=True)
class Refits:
    """The fits to the replicates of a sample: coordinates f64[fits, k], and distances f64[fits, 3] of the replicates
    from the law fitted to each (None where replicates could not be drawn)."""

    coordinates: Array
    distances: Array | None
    failed: int


def refit(one: Fit) -> Refits:
    """Fit ``one.replicates`` samples drawn from the fitted law."""
    family = one.candidate.family
    replicates = bootstrap_rows(family, one.law, one.sample, one.replicates, np.random.default_rng([one.seed, 2]))
    start = np.repeat(one.coordinates[None], one.replicates, axis=0)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        at, values = fit_rows(one.scheme, replicates.rows, start)
        sound = np.isfinite(values) & np.all(np.abs(at - one.coordinates) < _FARTHEST, axis=1)
        if sound.sum() < _FEWEST:
            raise InputError(
                f"{one.family} cannot be fitted to samples like this one; uncertainty='none' leaves it out"
            )
        at = at[sound]
        if not replicates.drawn:
            return Refits(at, None, int((~sound).sum()))
        rows = replicates.rows.of(sound)
        lower, upper = uniform_intervals(family, one.scheme.theta(at), rows)
        return Refits(at, distances(lower, upper, rows.weights), int((~sound).sum()))
