"""Moves that know what the data say: steps along a normal law fitted to the particles instead of the prior.

A likelihood informs few directions of normal space, and those much more than the others, so that a step that suits all
directions is too small for most of them. In the directions that the figures of a likelihood depend on, found by
differences, the particles' own mean and variances stand in place of 0 and 1: z′ = m + √(1 − s²)·(z − m) + s·√C·ξ is
reversible with respect to N(m, C), and a move is accepted by what the target differs from that law (Rudolf and Sprungk
2018, "On a generalization of the preconditioned Crank–Nicolson Metropolis algorithm"; Cui, Law and Marzouk 2016,
"Dimension-independent likelihood-informed MCMC", for the directions). Where the figures are linear in the normals and
their errors normal, every step is accepted, however long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.symmetric import eigenvectors, product
from burncast.engine.instructions.normals import Normals
from burncast.engine.normal_space.given import GivenOutcomes

__all__ = ["Reference", "Residuals", "fit_reference"]

Floats = NDArray[np.float64]
Residuals = Callable[[GivenOutcomes], Floats]
"""Of N trajectories, float64[J, N]: by how many standard deviations J figures miss what was observed."""

Run = Callable[[Normals], GivenOutcomes]

POINTS = 3
"""Particles at which differences are taken."""

STEP = 0.3
"""How far apart they are taken, either way, in standard deviations of a normal."""

COLUMNS = 1024
MOST_DIRECTIONS = 24
LEAST_WEIGHT = 0.03
"""Coordinates that turn a direction by less than this share of the largest are left out."""


@dataclass(frozen=True, slots=True)
class Reference:
    """N(m, C) that differs from N(0, I) in k directions alone.

    ``directions`` float64[k, c] are orthonormal, over c coordinates: rows of inputs ``inputs`` first, then ``shocks``
    as (stream, period − 1); ``centre`` float64[k] are the coefficients of m, ``variances`` float64[k] those of C.
    """

    inputs: NDArray[np.int64]
    shocks: tuple[NDArray[np.int64], NDArray[np.int64]]
    directions: Floats
    centre: Floats
    variances: Floats

    def coefficients(self, normals: Normals) -> Floats:
        """Along each direction, float64[k, N]."""
        return product(self.directions, self._coordinates(normals))

    def shift(self, old: Floats, new: Normals, size: float) -> Floats:
        """Turn steps of the prior's law, from coefficients ``old`` to ``new``, into steps of this one, in place.

        Returns the coefficients that they lead to.
        """
        keep = np.sqrt(1.0 - size * size)
        stepped = self.coefficients(new)
        centre, spread = self.centre[:, None], np.sqrt(self.variances)[:, None]
        wanted = centre + keep * (old - centre) + spread * (stepped - keep * old)
        moved = product(self.directions.T, wanted - stepped)
        known = len(self.inputs)
        new.inputs[self.inputs] += moved[:known]
        new.shocks[self.shocks] += moved[known:].astype(np.float32)
        return np.asarray(wanted)

    def log_ratio(self, coefficients: Floats) -> Floats:
        """The log-density of the prior's law less that of this one, up to a constant, float64[N]."""
        centre, precision = self.centre[:, None], (1.0 / self.variances)[:, None]
        each = precision * (coefficients - centre) ** 2 - coefficients**2
        return 0.5 * np.asarray(each.sum(axis=0))

    def _coordinates(self, normals: Normals) -> Floats:
        return np.concatenate([normals.inputs[self.inputs], normals.shocks[self.shocks].astype(np.float64)])


def fit_reference(
    normals: Normals, inputs: NDArray[np.int64], residuals: Residuals, run: Run, power: float
) -> Reference | None:
    """The law of particles, with directions that a likelihood raised to ``power`` informs; None where there are none.

    ``inputs`` are the rows of ``normals`` that are read.
    """
    periods, count = normals.shocks.shape[1:]
    places = np.linspace(0, count, POINTS, endpoint=False).astype(np.int64)
    slopes = [_slopes(normals.columns(np.array([place])), inputs, residuals, run) for place in places]
    gradients = np.concatenate(slopes) * np.sqrt(power / POINTS)
    gradients = gradients[np.isfinite(gradients).all(axis=1)]
    weights = np.sqrt((gradients**2).sum(axis=0)) if len(gradients) else np.zeros(0)
    if not len(weights) or not weights.max() > 0.0:
        return None
    chosen = np.flatnonzero(weights >= LEAST_WEIGHT * weights.max())
    gradients = gradients[:, chosen]
    squares = product(gradients, gradients.T)
    strengths, vectors = _spectrum(squares)
    kept = np.flatnonzero(strengths > 1e-3)[:MOST_DIRECTIONS]
    if not len(kept):
        return None
    directions = product(vectors[:, kept].T, gradients) / np.sqrt(strengths[kept])[:, None]
    known = chosen[chosen < len(inputs)]
    moving = chosen[chosen >= len(inputs)] - len(inputs)
    reference = Reference(
        inputs[known], (moving // periods, moving % periods), directions, np.zeros(len(kept)), np.ones(len(kept))
    )
    along = reference.coefficients(normals)
    centre = along.mean(axis=1)
    variances, turned = _spectrum(product(along - centre[:, None], (along - centre[:, None]).T) / count)
    return Reference(
        reference.inputs,
        reference.shocks,
        product(turned.T, directions),
        product(turned.T, centre[:, None])[:, 0],
        np.clip(variances, 1e-6, 4.0),
    )


def _spectrum(matrix: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues, the greatest first, and their vectors as columns."""
    values, vectors = eigenvectors(matrix, np.eye(len(matrix)))
    order = np.argsort(-values, kind="stable")
    return values[order], vectors[:, order]


def _slopes(point: Normals, inputs: NDArray[np.int64], residuals: Residuals, run: Run) -> Floats:
    """Differences of the residuals by every coordinate at one point, float64[J, inputs + streams · periods]."""
    streams, periods, _ = point.shocks.shape
    total = len(inputs) + streams * periods
    found: list[Floats] = []
    for first in range(0, total, COLUMNS // 2):
        count = min(COLUMNS // 2, total - first)
        both = point.columns(np.zeros(2 * count, np.int64))
        for column in range(2 * count):
            coordinate, step = first + column % count, STEP if column < count else -STEP
            if coordinate < len(inputs):
                both.inputs[inputs[coordinate], column] += step
            else:
                stream, period = divmod(coordinate - len(inputs), periods)
                both.shocks[stream, period, column] += np.float32(step)
        with np.errstate(invalid="ignore"):
            each = residuals(run(both))
            found.append((each[:, :count] - each[:, count:]) / (2.0 * STEP))
    return np.concatenate(found, axis=1)
