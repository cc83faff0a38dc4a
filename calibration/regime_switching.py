"""Regime switching: drift and volatility by the state of a hidden Markov chain, which moves once a period.

In every period the chain moves, then the series gains N(m, v) of its state. The likelihood is that of Hamilton's
filter; over a gap of several periods, whose values were not observed, the states in between are summed over: given the
first state, the last one and how many periods were spent in each, the gain is normal. Before the first observation the
chain is in equilibrium. The products of the filter's matrices are taken pair by pair, so that no loop runs over the
periods.

The states are ``calm`` and ``turbulent``, in order of volatility, which is kept above a fiftieth of the whole series'
(with none the likelihood has no maximum). Sources: Hamilton 1989, *Econometrica* 57, 357–384; Hamilton 1994, *Time
Series Analysis*, §22.4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from burncast.calibration.likelihood_climbing import at_ends, climb, climb_from_several, mixture_scores
from burncast.calibration.observed_information import Array
from burncast.calibration.process_parameters import Parameter, positive, real, share

__all__ = ["STATES", "RegimeSwitching"]

STATES = ("calm", "turbulent")
_NARROWEST = 0.02
_LEVELS = 4
"""Products of so many doublings are far from underflow, for in each factor the likelier state has density 1."""


@dataclass(frozen=True)
class RegimeSwitching:
    """``y`` (values, or logarithms) at whole ``periods``, each ``dt`` years long."""

    periods: Array
    y: Array
    dt: float
    logarithms: bool

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Drift and volatility of each state, then the probabilities of leaving it in a period."""
        drift = "1/year" if self.logarithms else None
        of_states = [
            one for state in STATES for one in (real(f"drift_{state}", drift), positive(f"volatility_{state}", ""))
        ]
        return (*of_states, *(share(f"leave_{state}", 0.0, 1.0) for state in STATES))

    @cached_property
    def gaps(self) -> Array:
        """Periods between observations, f64[n]."""
        return np.diff(self.periods)

    @cached_property
    def _total(self) -> float:
        gained = np.diff(self.y)
        rest = gained - self.gaps * (gained.sum() / self.gaps.sum())
        return max(math.sqrt(float(np.mean(rest**2 / self.gaps)) / self.dt), 1e-12)

    @cached_property
    def bounds(self) -> list[tuple[float, float]]:
        """Of the coordinates."""
        spread = math.log(_NARROWEST * self._total), math.log(10.0 * self._total)
        free = (-math.inf, math.inf)
        return [free, spread, free, spread, (-7.0, 4.0), (-7.0, 4.0)]

    def transition(self, coordinates: Array) -> Array:
        """Probabilities of the chain per period, f64[2, 2]."""
        p, q = special.expit(coordinates[4:6])
        return np.array([[1.0 - p, p], [q, 1.0 - q]])

    def _equilibrium(self, coordinates: Array) -> Array:
        p, q = special.expit(coordinates[4:6])
        return np.asarray(np.array([q, p]) / (p + q))

    def _moments(self, coordinates: Array) -> tuple[Array, Array]:
        """Mean and variance of a period's gain in each state, f64[2]."""
        drift, variance = coordinates[[0, 2]], np.exp(2.0 * coordinates[[1, 3]])
        return (drift - (0.5 * variance if self.logarithms else 0.0)) * self.dt, variance * self.dt

    def _components(self, coordinates: Array) -> tuple[Array, Array]:
        """For each gap the probabilities of (first state, last state, periods in the second one), and the standardised
        gain for each number of periods, with the logarithm of its density's factor: f64[n, 2, 2, c], f64[2, n, c]."""
        longest = int(self.gaps.max())
        counts = np.arange(longest + 1)
        paths = np.zeros((longest + 1, 2, 2, longest + 1))
        paths[0, [0, 1], [0, 1], 0] = 1.0
        step = self.transition(coordinates)
        for k in range(longest):
            paths[k + 1, :, 0, :] = paths[k].transpose(0, 2, 1) @ step[:, 0]
            paths[k + 1, :, 1, 1:] = (paths[k].transpose(0, 2, 1) @ step[:, 1])[:, :-1]
        mean, variance = self._moments(coordinates)
        stay = np.maximum(self.gaps[:, None] - counts, 0.0)
        sd = np.sqrt(stay * variance[0] + counts * variance[1])
        sd = np.where(sd > 0, sd, 1.0)
        z = (np.diff(self.y)[:, None] - stay * mean[0] - counts * mean[1]) / sd
        return paths[self.gaps.astype(np.int64)], np.stack([z, -np.log(sd) - 0.5 * math.log(2.0 * math.pi)])

    def _matrices(self, coordinates: Array) -> tuple[Array, float]:
        """The filter's matrices, each divided by its largest density, and the sum of those logarithms."""
        paths, (z, factor) = self._components(coordinates)
        logs = factor - 0.5 * z * z
        logs = np.where(paths.sum(axis=(1, 2)) > 0, logs, -math.inf)
        largest = logs.max(axis=1)
        return np.einsum("nabc,nc->nab", paths, np.exp(logs - largest[:, None])), float(largest.sum())

    def log_likelihood(self, coordinates: Array) -> float:
        """Of y given its first value."""
        matrices, total = self._matrices(coordinates)
        whole = np.tile(np.eye(2), (2 ** math.ceil(math.log2(len(matrices))), 1, 1))
        whole[: len(matrices)] = matrices
        level = 0
        while len(whole) > 1:
            whole = whole[0::2] @ whole[1::2]
            level += 1
            if level % _LEVELS == 0:
                size = whole.max(axis=(1, 2))
                if not (size > 0).all():
                    return -math.inf
                total += float(np.log(size).sum())
                whole = whole / size[:, None, None]
        height = float((self._equilibrium(coordinates) @ whole[0]).sum())
        return total + math.log(height) if height > 0 else -math.inf

    def filtered(self, coordinates: Array) -> Array:
        """Probabilities of the states at each observation given it and all before, f64[n + 1, 2]."""
        matrices, _ = self._matrices(coordinates)
        found = np.empty((len(matrices) + 1, 2))
        found[0] = self._equilibrium(coordinates)
        for i, matrix in enumerate(matrices):
            joint = found[i] @ matrix
            found[i + 1] = joint / joint.sum()
        return found

    def innovations(self, coordinates: Array) -> Array:
        """Normal quantiles of the predictive probabilities, independent N(0, 1) under the law, f64[n]."""
        paths, (z, _) = self._components(coordinates)
        weights = np.einsum("na,nabc->nc", self.filtered(coordinates)[:-1], paths)
        return mixture_scores(weights, z)

    def estimate(self) -> Array:
        """The coordinates of greatest likelihood within the bounds, from several first guesses, states in order."""
        gained = np.diff(self.y)
        rate = float(gained.sum()) / (float(self.gaps.sum()) * self.dt)
        starts = []
        for ratio, leave in ((2.0, -3.0), (4.0, -2.0), (1.2, -2.0)):
            spread = math.log(self._total)
            for lean in (0.0, 1.0):
                apart = lean * self._total
                low, high = spread - 0.5 * math.log(ratio), spread + 0.5 * math.log(ratio)
                starts.append(np.array([rate + apart, low, rate - apart, high, leave, leave]))
        return _in_order(climb_from_several(self.log_likelihood, starts, self.bounds))

    def simulate(self, coordinates: Array, generator: np.random.Generator, replicates: int) -> Array:
        """Paths of y from its first value at the same periods, from a chain in equilibrium, f64[n + 1, replicates]."""
        mean, variance = self._moments(coordinates)
        step, sd = self.transition(coordinates), np.sqrt(variance)
        state = (generator.random(replicates) < self._equilibrium(coordinates)[1]).astype(np.int64)
        y = np.empty((len(self.y), replicates))
        y[0] = now = np.full(replicates, self.y[0])
        for i, gap in enumerate(self.gaps.astype(np.int64)):
            for _ in range(gap):
                state = (generator.random(replicates) < step[state, 1]).astype(np.int64)
                now = now + mean[state] + sd[state] * generator.standard_normal(replicates)
            y[i + 1] = now
        return y

    def refit(self, paths: Array, around: Array) -> Array:
        """The coordinates of greatest likelihood of each path, climbed to from the data's, f64[replicates, p]."""
        laws = [RegimeSwitching(self.periods, path, self.dt, self.logarithms) for path in paths.T]
        return np.array([_in_order(climb(law.log_likelihood, around, law.bounds, gain=1e-9)) for law in laws])

    def bounded(self, coordinates: Array) -> Array:
        """The nearest coordinates within the bounds."""
        low, high = (np.array(one) for one in zip(*self.bounds, strict=True))
        return np.asarray(np.clip(coordinates, low, high))

    def at_bound(self, coordinates: Array) -> tuple[str, ...]:
        """The parameters that lie at the end of what is looked at."""
        return at_ends(self.parameters, coordinates, self.bounds)


def _in_order(coordinates: Array) -> Array:
    return coordinates if coordinates[1] <= coordinates[3] else coordinates[[2, 3, 0, 1, 5, 4]]
