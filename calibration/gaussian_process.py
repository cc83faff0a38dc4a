"""Processes whose transitions are normal, with exact densities at irregular times: linear ones and exponentials.

Between two observations a gap Δ apart, with deviations from a known pattern g (trend, season) written y = x − β·g,

* ``random_walk`` (and ``gbm``, of the logarithm): y₁ ~ N(y₀ + bΔ, s²Δ); the drift of ``gbm`` is b + s²/2;
* ``ou`` (and ``log_ou``, of the logarithm): y₁ ~ N(m + a(y₀ − m), s²(1 − a²)/(2κ)), a = exp(−κΔ), κ = ln 2/half-life;
* ``ar1``: y₁ ~ N(m + a(y₀ − m), s²(1 − a²)/(1 − φ²)), a = φ^Δ with Δ in periods.

Given the reversion (half-life or φ) the maximum over the other parameters is a weighted least-squares fit, so that the
likelihood is maximised over one number. It is conditional on the first observation. All replicates of a bootstrap share
the observation times, so their profiles over a grid of reversions are matrix products.

Sources: Glasserman 2003, *Monte Carlo Methods in Financial Engineering*, §3.1 and §3.3 (exact transitions); Hamilton
1994, *Time Series Analysis*, §5.2 (conditional likelihood).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
from scipy import optimize

from burncast.calibration.observed_information import Array
from burncast.calibration.process_parameters import Parameter, positive, real, share

__all__ = ["GaussianProcess", "Reversion"]

Reversion: TypeAlias = Literal["none", "speed", "phi"]
_GRID = 160


@dataclass(frozen=True)
class GaussianProcess:
    """Observations ``y`` (values or logarithms) at ``times``, in years, or in periods for ``phi``; ``pattern`` is g.

    ``logarithms`` says that y are logarithms of the values: the drift is then that of ``gbm``, and the mean that of
    ``log_ou``.
    """

    times: Array
    y: Array
    reversion: Reversion
    logarithms: bool
    pattern: Array
    pattern_names: tuple[str, ...]

    @cached_property
    def gaps(self) -> Array:
        """Times between observations, f64[n]."""
        return np.diff(self.times)

    @property
    def reverts(self) -> bool:
        """Whether it returns to a mean."""
        return self.reversion != "none"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Their order is that of the coordinates: reversion, level (or drift), spread, then the pattern's."""
        level = positive("mean") if self.logarithms else real("mean")
        unit = "1/year" if self.logarithms else None
        spread = positive("volatility", "")
        base = {
            "none": (real("drift", unit), spread),
            "speed": (positive("half_life", "year"), level, spread),
            "phi": (share("phi", -1.0, 1.0), level, positive("sd")),
        }[self.reversion]
        seasonal = "" if self.logarithms else None
        return base + tuple(real(name, unit if name == "trend" else seasonal) for name in self.pattern_names)

    @property
    def bounds(self) -> tuple[float, float]:
        """The coordinates of reversion that are looked at: from one that is over within the shortest gaps to one that
        moves a deviation by a hundredth over the whole sample."""
        span, typical = float(self.times[-1] - self.times[0]), float(np.median(self.gaps))
        if self.reversion == "speed":
            return math.log(math.log(2.0) * typical / 30.0), math.log(math.log(2.0) * 100.0 * span)
        whole = bool(np.all(self.gaps == np.round(self.gaps)))
        most = math.exp(-0.01 / span)
        return -9.0 if whole else math.log(1.0 + 1e-9), math.log((1.0 + most) / (1.0 - most))

    def decay(self, coordinate: Array | np.float64) -> tuple[Array, Array]:
        """What is left of a deviation over each gap, and the variance of its innovation for s = 1, f64[..., n]."""
        if not self.reverts:
            return np.ones_like(self.gaps), self.gaps
        at = np.asarray(coordinate)[..., None]
        if self.reversion == "speed":
            speed = math.log(2.0) * np.exp(-at)
            reach = speed * self.gaps
            return np.exp(-reach), -np.expm1(-2.0 * reach) / (2.0 * speed)
        phi = np.tanh(at / 2.0)
        size = np.maximum(np.abs(phi), 1e-300)
        left = np.where(phi < 0, np.where(np.round(self.gaps) % 2 == 1, -1.0, 1.0), 1.0) * size**self.gaps
        return left, -np.expm1(2.0 * self.gaps * np.log(size)) / (1.0 - phi * phi)

    def _design(self, left: Array) -> Array:
        """What the linear coefficients (level or drift, then the pattern's) are multiplied by, f64[n, 1 + q]."""
        level = 1.0 - left if self.reverts else self.gaps
        return np.column_stack([level, self.pattern[1:] - left[:, None] * self.pattern[:-1]])

    def _profile(self, coordinate: float) -> tuple[float, Array, float]:
        """The log-likelihood maximised over everything but the reversion, the linear coefficients and s."""
        left, variance = self.decay(np.asarray(coordinate))
        scale = 1.0 / np.sqrt(variance)
        centre = float(self.y.mean()) if self.reverts else 0.0
        target = (self.y[1:] - centre - left * (self.y[:-1] - centre)) * scale
        solution, *_ = np.linalg.lstsq(self._design(left) * scale[:, None], target, rcond=None)
        linear: Array = np.asarray(solution, dtype=np.float64)
        residual = target - self._design(left) @ linear * scale
        n = len(target)
        s = math.sqrt(max(float(residual @ residual) / n, 1e-300))
        linear[0] += centre
        value = -n * (0.5 * math.log(2.0 * math.pi) + 0.5 + math.log(s)) - 0.5 * float(np.log(variance).sum())
        return value, linear, s

    def _coordinates(self, reversion: float, linear: Array, s: float) -> Array:
        level = linear[0] + (0.5 * s * s if self.logarithms and not self.reverts else 0.0)
        head = [reversion, level, math.log(s)] if self.reverts else [level, math.log(s)]
        return np.array([*head, *linear[1:]])

    def profile(self, reversion: float) -> float:
        """The highest log-likelihood of y at a reversion coordinate."""
        return self._profile(reversion)[0]

    def at_reversion(self, reversion: float) -> Array:
        """The coordinates of greatest likelihood among those with a reversion."""
        _, linear, s = self._profile(reversion)
        return self._coordinates(reversion, linear, s)

    def estimate(self) -> Array:
        """The coordinates of greatest likelihood; the reversion may be at one of its :attr:`bounds`."""
        if not self.reverts:
            return self.at_reversion(0.0)
        grid = np.linspace(*self.bounds, _GRID)
        deviation = (self.y - self.y.mean())[:, None]
        best = int(np.argmax(self._profiles(grid, deviation[:-1], np.diff(deviation, axis=0))[:, 0]))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, _GRID - 1)]
        found = optimize.minimize_scalar(
            lambda at: -self.profile(at), bounds=(low, high), method="bounded", options={"xatol": 1e-10}
        )
        at = float(found.x) if -found.fun > self.profile(grid[best]) else float(grid[best])
        return self.at_reversion(at)

    def at_bound(self, coordinates: Array) -> tuple[str, ...]:
        """The name of the reversion if it lies at the end of what is looked at."""
        if not self.reverts:
            return ()
        (low, high), at = self.bounds, float(coordinates[0])
        margin = (high - low) / _GRID
        return () if low + margin < at < high - margin else (self.parameters[0].name,)

    def bounded(self, coordinates: Array) -> Array:
        """The nearest coordinates within the bounds."""
        found = coordinates.copy()
        if self.reverts:
            found[0] = np.clip(found[0], *self.bounds)
        return found

    def _unpacked(self, coordinates: Array) -> tuple[Array, Array, Array, float]:
        head = 3 if self.reverts else 2
        s = math.exp(coordinates[head - 1])
        level = coordinates[head - 2] - (0.5 * s * s if self.logarithms and not self.reverts else 0.0)
        left, variance = self.decay(coordinates[0])
        mean = self._design(left) @ np.array([level, *coordinates[head:]])
        return left, mean, np.sqrt(variance), s

    def innovations(self, coordinates: Array) -> Array:
        """Standardised innovations, independent N(0, 1) under the law, f64[n]."""
        left, mean, root, s = self._unpacked(coordinates)
        return (self.y[1:] - left * self.y[:-1] - mean) / (s * root)

    def log_likelihood(self, coordinates: Array) -> float:
        """Of y given its first value."""
        left, mean, root, s = self._unpacked(coordinates)
        z = (self.y[1:] - left * self.y[:-1] - mean) / (s * root)
        return float(-0.5 * (z @ z) - np.log(root).sum() - len(z) * (math.log(s) + 0.5 * math.log(2.0 * math.pi)))

    def simulate(self, coordinates: Array, generator: np.random.Generator, replicates: int) -> Array:
        """Paths of y from its first value at the same times, f64[n + 1, replicates]."""
        left, mean, root, s = self._unpacked(coordinates)
        y = np.empty((len(self.times), replicates))
        y[0] = self.y[0]
        shocks = generator.standard_normal((len(left), replicates))
        shocks *= (s * root)[:, None]
        shocks += mean[:, None]
        for i, share_left in enumerate(left):
            np.multiply(y[i], share_left, out=y[i + 1])
            y[i + 1] += shocks[i]
        return y

    def refit(self, paths: Array, around: Array) -> Array:
        """The coordinates of greatest likelihood of each path, f64[replicates, p].

        The reversion is looked for on a grid, 8 standard errors to each side of the coordinates ``around`` where they
        are well known, else over all of :attr:`bounds`, and refined by a parabola.
        """
        if not self.reverts:
            return self._least_squares(paths, np.zeros(paths.shape[1]))
        low, high = self.bounds
        below, here, above = (self.profile(around[0] + shift) for shift in (-0.05, 0.0, 0.05))
        curvature = (2 * here - below - above) / 0.05**2
        known = curvature > 1 / 0.5**2
        if known:
            reach = 8.0 / math.sqrt(curvature)
            low, high = max(low, around[0] - reach), min(high, around[0] + reach)
        grid = np.linspace(low, high, _GRID // 2 if known else _GRID)
        y = paths - around[1]
        before, change = y[:-1], np.diff(y, axis=0)
        heights = self._profiles(grid, before, change)
        best = np.clip(np.argmax(heights, axis=0), 1, len(grid) - 2)
        left, middle, right = (np.take_along_axis(heights, (best + shift)[None], axis=0)[0] for shift in (-1, 0, 1))
        bend = np.minimum(left - 2 * middle + right, -1e-12)
        at = grid[best] + (grid[1] - grid[0]) * np.clip(0.5 * (left - right) / bend, -1.0, 1.0)
        return self._least_squares(paths, at)

    def _profiles(self, grid: Array, before: Array, change: Array) -> Array:
        """Profile log-likelihoods of paths at every reversion of a grid, f64[grid, replicates], up to a constant."""
        left, variance = self.decay(grid)
        weight, pull = 1.0 / variance, 1.0 - left
        squares = weight @ (change * change) + (2 * weight * pull) @ (change * before)
        squares += (weight * pull * pull) @ (before * before)
        scale = np.sqrt(weight)
        designs = np.stack([self._design(one) for one in left]) * scale[:, :, None]
        bases = np.linalg.qr(designs).Q.transpose(0, 2, 1) * scale[:, None, :]
        flat = bases.reshape(-1, bases.shape[-1])
        explained = flat @ change + (bases * pull[:, None, :]).reshape(flat.shape) @ before
        squares -= (explained.reshape(len(grid), -1, change.shape[1]) ** 2).sum(axis=1)
        n = change.shape[0]
        return np.asarray(-0.5 * n * np.log(np.maximum(squares, 1e-300)) - 0.5 * np.log(variance).sum(axis=1)[:, None])

    def _least_squares(self, paths: Array, reversion: Array) -> Array:
        """Level, pattern and spread of each path at its reversion."""
        count = paths.shape[1]
        found = np.empty((count, len(self.parameters)))
        for one in range(count):
            path = GaussianProcess(
                self.times, paths[:, one], self.reversion, self.logarithms, self.pattern, self.pattern_names
            )
            _, linear, s = path._profile(float(reversion[one]))
            found[one] = self._coordinates(float(reversion[one]), linear, s)
        return found
