"""Maximisation of the log-likelihoods of mixtures, and the scores of their predictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import optimize, special

from burncast.calibration.observed_information import Array
from burncast.calibration.process_parameters import Parameter

__all__ = ["at_ends", "climb", "climb_from_several", "mixture_scores"]

_IMPOSSIBLE = 1e12


def climb(
    log_likelihood: Callable[[Array], float],
    start: Array,
    bounds: Sequence[tuple[float, float]],
    *,
    steps: int = 200,
    gain: float = 1e-12,
) -> Array:
    """The maximum that quasi-Newton steps reach from ``start`` within ``bounds`` (L-BFGS-B, Byrd et al. 1995).

    They end after so many ``steps``, or where one gains less than ``gain`` relative to the height.
    """
    low, high = (np.array(one) for one in zip(*bounds, strict=True))

    def misfit(at: Array) -> float:
        value = log_likelihood(at)
        return -value if np.isfinite(value) else _IMPOSSIBLE

    options: Any = {"maxiter": steps, "ftol": gain, "gtol": 1e-6}
    found = optimize.minimize(
        misfit, np.clip(start, low, high), method="L-BFGS-B", bounds=list(bounds), options=options
    )
    return np.asarray(found.x, dtype=np.float64)


def climb_from_several(
    log_likelihood: Callable[[Array], float], starts: Sequence[Array], bounds: Sequence[tuple[float, float]]
) -> Array:
    """The highest maximum reached from ``starts``: a few steps from each, then all the way from the highest two."""
    begun = sorted((climb(log_likelihood, start, bounds, steps=12) for start in starts), key=log_likelihood)
    return max((climb(log_likelihood, one, bounds) for one in begun[-2:]), key=log_likelihood)


def at_ends(parameters: Sequence[Parameter], at: Array, bounds: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    """The names of the parameters whose coordinates lie at a bound."""
    return tuple(
        one.name
        for one, where, (low, high) in zip(parameters, at, bounds, strict=True)
        if where <= low + 1e-4 or where >= high - 1e-4
    )


def mixture_scores(weights: Array, z: Array) -> Array:
    """Normal quantiles of the probabilities that mixtures of normals give to what was observed, f64[n].

    ``weights`` and the standardised observations ``z`` are f64[n, components]. Source: Rosenblatt 1952, *Annals of
    Mathematical Statistics* 23, 470–472.
    """
    total = weights.sum(axis=1)
    below = (weights * special.ndtr(z)).sum(axis=1) / total
    above = (weights * special.ndtr(-z)).sum(axis=1) / total
    low, high = special.ndtri(np.maximum(below, 1e-300)), -special.ndtri(np.maximum(above, 1e-300))
    return np.asarray(np.where(below < 0.5, low, high))
