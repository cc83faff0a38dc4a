"""Maximum likelihood of many fits at once: the samples of a bootstrap, the folds of a cross-validation, several starts.

Newton's method with central differences, on coordinates without ends. A direction of negative curvature is turned into
one of ascent by the absolute values of the eigenvalues (Nocedal & Wright, Numerical Optimization, 2nd ed., Springer
2006, §3.4), steps are halved until the likelihood rises, and coordinates at a bound stay there while it rises outward.
Complete data of families with a closed form take that instead. Where an end of the support is found the likelihood has
kinks: there the simplex method of Nelder and Mead searches (:mod:`burncast.calibration.simplex_search`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.censored_likelihood import Rows, log_likelihood
from burncast.calibration.fittable import Candidate
from burncast.calibration.fitted_families import Coordinate
from burncast.calibration.sample import Array
from burncast.calibration.simplex_search import simplex_together

__all__ = ["Parametrisation", "climb_together", "fit_rows", "parametrisation"]

_STEP = 1e-4
_ITERATIONS = 60
_HALVINGS = 30
_LONGEST = 2.0
_CLOSE = 1e-9
_MOST_ELEMENTS = 500_000


@dataclass(frozen=True)
class Parametrisation:
    """The free parameters of a candidate as coordinates, measured from ``centre`` in units of ``spread``."""

    candidate: Candidate
    coordinates: tuple[Coordinate, ...]
    centre: float
    spread: float

    def theta(self, at: Array) -> tuple[Array, ...]:
        """All parameters, f64[fits, 1] each, at coordinates f64[fits, k]."""
        constants = self.candidate.constants
        found = {
            one.name: one.value(at[:, place, None], self.centre, self.spread)
            for place, one in enumerate(self.coordinates)
        }
        shape = (len(at), 1)
        return tuple(
            found[name] if name in found else np.full(shape, constants[name]) for name in self.candidate.family.names
        )

    def coordinates_of(self, theta: tuple[Array, ...]) -> Array:
        """Coordinates f64[fits, k] of the values f64[fits] of the free parameters, in their order."""
        columns = [
            one.of(np.asarray(values, dtype=np.float64), self.centre, self.spread)
            for one, values in zip(self.coordinates, theta, strict=True)
        ]
        low, high = self.bounds
        return np.clip(np.stack(columns, axis=-1), low, high)

    def values(self, at: Array) -> Array:
        """The free parameters f64[fits, k] at coordinates f64[fits, k]."""
        columns = [one.value(at[:, place], self.centre, self.spread) for place, one in enumerate(self.coordinates)]
        return np.stack(columns, axis=-1) if columns else np.empty((len(at), 0))

    @property
    def bounds(self) -> tuple[Array, Array]:
        """The ends of the coordinates, f64[k] each."""
        ends = [one.bounds(self.centre, self.spread) for one in self.coordinates]
        return np.array([low for low, _ in ends]), np.array([high for _, high in ends])

    @property
    def closed(self) -> bool:
        """Whether complete data have a closed form."""
        return self.candidate.family.closed is not None and len(self.coordinates) == len(
            self.candidate.family.coordinates
        )

    @property
    def kinked(self) -> bool:
        """Whether an end of the support is to be found."""
        return any(one.name in self.candidate.family.ends for one in self.coordinates)


def parametrisation(candidate: Candidate, middles: Array) -> Parametrisation:
    """Coordinates for a sample whose values lie about ``middles``."""
    centre = float(np.median(middles))
    spread = float(np.median(np.abs(middles - centre))) * 1.4826 or float(np.std(middles)) or abs(centre) or 1.0
    free = set(candidate.free)
    chosen = tuple(one for one in candidate.family.coordinates if one.name in free)
    return Parametrisation(candidate, chosen, centre, spread)


def fit_rows(scheme: Parametrisation, rows: Rows, start: Array) -> tuple[Array, Array]:
    """Coordinates f64[fits, k] of maximum likelihood from ``start`` f64[fits, k], and the log-likelihoods f64[fits].

    nan, −inf for a fit that has no maximum.
    """
    family = scheme.candidate.family
    if not scheme.coordinates:
        return start, log_likelihood(family, scheme.theta(start), rows)
    if scheme.closed and rows.all_exact and not rows.truncated and family.closed is not None:
        shape = np.broadcast_shapes(rows.low.shape, rows.weights.shape)
        found = family.closed(np.broadcast_to(rows.low, shape), np.broadcast_to(rows.weights, shape))
        at = scheme.coordinates_of(found)
        at = np.broadcast_to(at, (len(start), at.shape[1])).copy()
        return at, log_likelihood(family, scheme.theta(at), rows)
    if scheme.kinked:
        return _by_simplex(scheme, rows, start)
    return _in_chunks(scheme, rows, start)


def climb_together(
    objective: Callable[[Array, NDArray[np.int64]], Array], start: Array, bounds: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Maxima of many functions at once: coordinates f64[fits, k] and values f64[fits].

    ``objective(at, which)`` gives the values f64[m] of the functions numbered ``which`` i64[m] at ``at`` f64[m, k].
    """
    at = np.clip(np.array(start, dtype=np.float64), *bounds)
    best = objective(at, np.arange(len(at)))
    going = np.flatnonzero(np.isfinite(best))
    for _ in range(_ITERATIONS):
        if not len(going):
            break
        gradient, curvature = _differences(objective, at[going], best[going], going)
        step, gain = _ascent(gradient, curvature, at[going], bounds)
        waiting = np.arange(len(going))
        for halving in range(_HALVINGS):
            if not len(waiting):
                break
            which = going[waiting]
            trial = np.clip(at[which] + step[waiting] * 0.5**halving, *bounds)
            value = objective(trial, which)
            # Close to the maximum a gain drowns in rounding, and the step is taken on trust.
            slack = np.where(gain[waiting] < _CLOSE, _CLOSE, 0.0)
            better = value > best[which] - slack
            at[which[better]], best[which[better]] = trial[better], value[better]
            waiting = waiting[~better]
        gain[waiting] = 0.0
        going = going[gain > _CLOSE]
    return at, best


def _differences(
    objective: Callable[[Array, NDArray[np.int64]], Array], at: Array, best: Array, which: NDArray[np.int64]
) -> tuple[Array, Array]:
    """Gradients f64[m, k] and second derivatives f64[m, k, k] by central differences."""
    count, size = at.shape
    up, down = np.empty((2, count, size))
    for i in range(size):
        move = np.zeros(size)
        move[i] = _STEP
        up[:, i], down[:, i] = objective(at + move, which), objective(at - move, which)
    gradient = (up - down) / (2 * _STEP)
    second = np.empty((count, size, size))
    for i in range(size):
        second[:, i, i] = (up[:, i] - 2 * best + down[:, i]) / _STEP**2
        for j in range(i):
            move = np.zeros(size)
            move[i] = move[j] = _STEP
            both = objective(at + move, which) + objective(at - move, which)
            rest = up[:, i] + up[:, j] + down[:, i] + down[:, j] - 2 * best
            second[:, i, j] = second[:, j, i] = (both - rest) / (2 * _STEP**2)
    return gradient, second


def _ascent(gradient: Array, curvature: Array, at: Array, bounds: tuple[Array, Array]) -> tuple[Array, Array]:
    """Steps f64[m, k] that ascend, and the gain that each promises; no step where the derivatives are not finite."""
    sound = np.asarray(np.isfinite(gradient).all(axis=1) & np.isfinite(curvature).all(axis=(1, 2)), dtype=np.bool_)
    held = ((at <= bounds[0]) & (gradient < 0)) | ((at >= bounds[1]) & (gradient > 0)) | ~sound[:, None]
    gradient = np.where(held, 0.0, gradient)
    size = at.shape[1]
    both = held[:, :, None] | held[:, None, :]
    curvature = np.where(both, -np.eye(size), np.where(sound[:, None, None], curvature, -np.eye(size)))
    values, vectors = np.linalg.eigh(curvature)
    steepness = np.maximum(np.abs(values), 1e-6 * (1 + np.abs(values).max(axis=1, keepdims=True)))
    along = np.einsum("mji,mj->mi", vectors, gradient) / steepness
    step = np.einsum("mij,mj->mi", vectors, along)
    gain = np.sum(step * gradient, axis=1)
    longest = np.abs(step).max(axis=1, keepdims=True)
    return step * np.minimum(1.0, _LONGEST / np.maximum(longest, 1e-300)), gain


def _in_chunks(scheme: Parametrisation, rows: Rows, start: Array) -> tuple[Array, Array]:
    size = max(1, _MOST_ELEMENTS // rows.low.shape[1])
    parts = []
    for first in range(0, len(start), size):
        chunk = slice(first, first + size)
        own = rows.of(chunk)

        def objective(at: Array, which: NDArray[np.int64], own: Rows = own) -> Array:
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                value = log_likelihood(scheme.candidate.family, scheme.theta(at), own.of(which))
            return np.where(np.isnan(value), -np.inf, value)

        parts.append(climb_together(objective, start[chunk], scheme.bounds))
    return np.concatenate([at for at, _ in parts]), np.concatenate([value for _, value in parts])


def _by_simplex(scheme: Parametrisation, rows: Rows, start: Array) -> tuple[Array, Array]:
    """Nelder and Mead's method for all fits abreast, begun anew once where it ended."""
    low, high = scheme.bounds

    def objective(at: Array, which: NDArray[np.int64]) -> Array:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            value = log_likelihood(scheme.candidate.family, scheme.theta(at), rows.of(which))
        inside = np.all((at >= low) & (at <= high), axis=1)
        return np.where(inside & ~np.isnan(value), value, -np.inf)

    at, values = start, np.empty(0)
    for reach in (0.2, 0.05):
        at, values = simplex_together(objective, at, reach)
    return at, values
