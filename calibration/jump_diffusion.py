"""Jump diffusion: a geometric Brownian motion whose logarithm also jumps, at Poisson times, by normal amounts.

Over a gap Δ the logarithm gains N(bΔ + kμ, σ²Δ + kδ²) with k ~ Poisson(rate·Δ) and b = drift − σ²/2: its density is a
Poisson mixture of normals, exact at any gap. The jumps are described by their size √(μ² + δ²) and by how far they
lean to one side, μ/size. The likelihood has no maximum where σ goes to 0 (a normal of no width may sit on one
observation), so σ is kept above a twentieth of the spread of the whole series. Sources: Merton 1976, *Journal of
Financial Economics* 3, 125–144; Honoré 1998, *Pitfalls in estimating jump-diffusion models* (the degenerate maximum).
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

__all__ = ["JumpDiffusion"]

_NARROWEST = 0.05
_MOST_JUMPS = 60


@dataclass(frozen=True)
class JumpDiffusion:
    """Logarithms ``y`` at ``times`` in years; the order of the coordinates is that of :attr:`parameters`."""

    times: Array
    y: Array

    parameters: tuple[Parameter, ...] = (
        real("drift", "1/year"),
        positive("volatility", ""),
        positive("jump_rate", "1/year"),
        positive("jump_size", ""),
        share("jump_lean", -1.0, 1.0),
    )

    @cached_property
    def gaps(self) -> Array:
        """Times between observations, f64[n]."""
        return np.diff(self.times)

    @cached_property
    def _total(self) -> float:
        """The volatility of all movements together."""
        gained = np.diff(self.y)
        rest = gained - self.gaps * (gained.sum() / self.gaps.sum())
        return max(math.sqrt(float(np.mean(rest**2 / self.gaps))), 1e-12)

    @cached_property
    def bounds(self) -> list[tuple[float, float]]:
        """Of the coordinates: from a fifth of a jump in the whole series to one in every other gap."""
        size = self._total * math.sqrt(float(np.median(self.gaps)))
        rates = math.log(0.2 / float(self.gaps.sum())), math.log(0.5 / float(np.median(self.gaps)))
        spread = math.log(_NARROWEST * self._total), math.log(2.0 * self._total)
        far = float(np.abs(np.diff(self.y)).max())
        sizes = math.log(0.05 * size), math.log(max(5.0 * far, size))
        return [(-math.inf, math.inf), spread, (rates[0], max(rates[1], rates[0] + 1e-6)), sizes, (-6.0, 6.0)]

    def _mixture(self, coordinates: Array) -> tuple[Array, Array, Array]:
        """Logarithms of the weights, means and standard deviations of each gap's normals, f64[n, jumps + 1]."""
        drift, volatility, rate, size, lean = (
            one.value(float(at)) for one, at in zip(self.parameters, coordinates, strict=True)
        )
        expected = rate * self.gaps[:, None]
        most = float(expected.max())
        k = np.arange(min(int(most + 8.0 * math.sqrt(most) + 6.0), _MOST_JUMPS) + 1)
        weights = k * np.log(expected) - expected - special.gammaln(k + 1.0)
        means = (drift - 0.5 * volatility**2) * self.gaps[:, None] + k * (lean * size)
        variances = volatility**2 * self.gaps[:, None] + k * (size * size * (1.0 - lean * lean))
        return weights, means, np.sqrt(variances)

    def log_likelihood(self, coordinates: Array) -> float:
        """Of y given its first value."""
        weights, means, sds = self._mixture(coordinates)
        z = (np.diff(self.y)[:, None] - means) / sds
        terms = weights - 0.5 * z * z - np.log(sds) - 0.5 * math.log(2.0 * math.pi)
        largest = terms.max(axis=1)
        return float((largest + np.log(np.exp(terms - largest[:, None]).sum(axis=1))).sum())

    def innovations(self, coordinates: Array) -> Array:
        """Normal quantiles of the predictive probabilities, independent N(0, 1) under the law, f64[n]."""
        weights, means, sds = self._mixture(coordinates)
        return mixture_scores(np.exp(weights), (np.diff(self.y)[:, None] - means) / sds)

    def estimate(self) -> Array:
        """The coordinates of greatest likelihood within the bounds, from several first guesses."""
        starts = [self._first_guess(threshold) for threshold in (2.0, 3.0, 4.0)]
        return climb_from_several(self.log_likelihood, starts, self.bounds)

    def _first_guess(self, threshold: float) -> Array:
        """Movements of more than ``threshold`` robust standard deviations are jumps."""
        gained = np.diff(self.y) / np.sqrt(self.gaps)
        centre = float(np.median(gained))
        width = max(1.4826 * float(np.median(np.abs(gained - centre))), 0.2 * self._total)
        jumped = np.abs(gained - centre) > threshold * width
        calm = np.diff(self.y)[~jumped]
        span = float(self.gaps[~jumped].sum())
        b = float(calm.sum()) / span if span > 0 else 0.0
        volatility = max(float(np.std(gained[~jumped])) if calm.size > 1 else width, 2 * _NARROWEST * self._total)
        jumps = (
            np.diff(self.y)[jumped]
            if jumped.any()
            else np.array([3.0 * width * math.sqrt(float(np.median(self.gaps)))])
        )
        size = max(float(np.sqrt(np.mean(jumps**2))), 1e-9)
        lean = float(np.clip(jumps.mean() / size, -0.9, 0.9))
        rate = max(int(jumped.sum()), 1) / float(self.gaps.sum())
        logit = math.log((1 + lean) / (1 - lean))
        return np.array([b + volatility**2 / 2, math.log(volatility), math.log(rate), math.log(size), logit])

    def simulate(self, coordinates: Array, generator: np.random.Generator, replicates: int) -> Array:
        """Paths of y from its first value at the same times, f64[n + 1, replicates]."""
        drift, volatility, rate, size, lean = (
            one.value(float(at)) for one, at in zip(self.parameters, coordinates, strict=True)
        )
        shape = (len(self.gaps), replicates)
        counts = generator.poisson(rate * self.gaps[:, None], shape)
        sds = np.sqrt(volatility**2 * self.gaps[:, None] + counts * (size * size * (1.0 - lean * lean)))
        gained = (drift - 0.5 * volatility**2) * self.gaps[:, None] + counts * (lean * size)
        gained += sds * generator.standard_normal(shape)
        return np.concatenate([np.full((1, replicates), self.y[0]), self.y[0] + np.cumsum(gained, axis=0)])

    def refit(self, paths: Array, around: Array) -> Array:
        """The coordinates of greatest likelihood of each path, climbed to from the data's, f64[replicates, p]."""
        laws = [JumpDiffusion(self.times, path) for path in paths.T]
        return np.array([climb(law.log_likelihood, around, law.bounds, gain=1e-9) for law in laws])

    def bounded(self, coordinates: Array) -> Array:
        """The nearest coordinates within the bounds."""
        low, high = (np.array(one) for one in zip(*self.bounds, strict=True))
        return np.asarray(np.clip(coordinates, low, high))

    def at_bound(self, coordinates: Array) -> tuple[str, ...]:
        """The parameters that lie at the end of what is looked at."""
        return at_ends(self.parameters, coordinates, self.bounds)
