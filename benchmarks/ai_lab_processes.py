"""What the world does to the AI lab, month by month: processes of ``engine/models/ai-lab.toml`` in NumPy."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["MonthlyProcesses", "World"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

DT = 1.0 / 12.0
REVERTING, GROWING = 4, 5
HALF_LIVES = np.array([[0.5], [0.5], [0.5], [0.25]])  # demand, energy price, churn, load; years
DEMAND_AND_GPU, GPU_AND_ENERGY = 0.3, 0.2  # correlations of shocks; none between demand and energy
ANNOUNCEMENT = (1.0, 0.5)  # mean and standard deviation, log-normal
PRICE_CUT = (0.55, 0.30)
SLIP = (1.0, 0.35)
OVERRUN = (1.0, 0.4)


class World(NamedTuple):
    """One month, float64[n] or bool[n]."""

    demand: Array
    energy_price: Array
    churn_level: Array
    busy_share: Array
    gpu_hour_price: Array
    rivals: Array
    open_models: Array
    efficiency: Array
    api_demand: Array
    announcement: Array
    price_cuts: Array
    scarce: Flags
    crisis: Flags


class MonthlyProcesses:
    """The state of all processes of ``n`` trajectories."""

    def __init__(self, inputs: SimpleNamespace, rng: np.random.Generator, n: int) -> None:
        self.x, self.rng, self.n, x = inputs, rng, n, inputs
        self.z = np.empty((REVERTING + GROWING, n))

        speed = math.log(2.0) / HALF_LIVES
        self.phi = np.exp(-speed * DT)
        deviations = np.array([x.demand_volatility, x.energy_volatility, x.churn_volatility, x.load_volatility])
        self.reverting_sd = deviations[:, None] * np.sqrt((1.0 - self.phi**2) / (2.0 * speed))
        self.reverting, self.levels = np.zeros((2, REVERTING, n))
        self.idle_odds = (1.0 - x.utilisation) / x.utilisation

        drifts = (x.gpu_price_drift, x.rival_drift, x.open_drift, x.efficiency_drift, x.api_growth)
        gpu_price, rivals, open_models = x.gpu_price_volatility, x.rival_volatility, x.open_volatility
        deviations = np.array([gpu_price, rivals, open_models, x.efficiency_volatility, x.api_volatility])
        self.growing_sd = deviations[:, None] * math.sqrt(DT)
        self.trend = np.stack([np.broadcast_to(drift, n) for drift in drifts]) * DT - self.growing_sd**2 / 2.0
        self.growing = np.ones((GROWING, n))
        self.growing[0] = x.opening_gpu_price

        self.price_cuts = np.zeros(n)
        self.scarce, self.crisis = np.zeros((2, n), np.bool_)

    def step(self) -> World:
        x, rng, z = self.x, self.rng, self.z
        rng.standard_normal(out=z)
        demand, energy, gpu = z[0], z[1], z[REVERTING]
        of_rest = GPU_AND_ENERGY / math.sqrt(1.0 - DEMAND_AND_GPU**2)
        energy *= math.sqrt(1.0 - of_rest**2)
        energy += of_rest * gpu
        gpu *= math.sqrt(1.0 - DEMAND_AND_GPU**2)
        gpu += DEMAND_AND_GPU * demand

        self.reverting *= self.phi
        z[:REVERTING] *= self.reverting_sd
        self.reverting += z[:REVERTING]
        levels = np.exp(self.reverting, out=self.levels)
        levels[1] *= x.opening_energy_price
        levels[3] /= levels[3] + self.idle_odds

        z[REVERTING:] *= self.growing_sd
        z[REVERTING:] += self.trend
        self.growing *= np.exp(z[REVERTING:], out=z[REVERTING:])

        self.price_cuts += self.jumps(x.api_cut_rate, PRICE_CUT)
        self.scarce = self.turned(self.scarce, x.scarcity_rate, x.scarcity_end)
        self.crisis = self.turned(self.crisis, x.market_crisis_rate, x.market_crisis_end)
        return World(
            demand=levels[0],
            energy_price=levels[1],
            churn_level=levels[2],
            busy_share=levels[3],
            gpu_hour_price=self.growing[0],
            rivals=self.growing[1],
            open_models=self.growing[2],
            efficiency=self.growing[3],
            api_demand=self.growing[4],
            announcement=self.jumps(x.announcement_rate, ANNOUNCEMENT),
            price_cuts=self.price_cuts,
            scarce=self.scarce,
            crisis=self.crisis,
        )

    def slip(self, n: int) -> Array:
        """How long between two training runs, against the plan."""
        return self.lognormal(n, SLIP)

    def overrun(self, n: int) -> Array:
        """A training run's cost against the plan."""
        return self.lognormal(n, OVERRUN)

    def jumps(self, rate: float, size: tuple[float, float]) -> Array:
        """Sums of the month's jumps: the jumps of all trajectories, ``rate`` a year each, thrown on them at random."""
        count = self.rng.poisson(rate * DT * self.n)
        thrown = self.rng.integers(self.n, size=count)
        return np.bincount(thrown, self.lognormal(count, size), minlength=self.n).astype(np.float64, copy=False)

    def lognormal(self, n: int, mean_and_sd: tuple[float, float]) -> Array:
        mean, sd = mean_and_sd
        variance = math.log1p((sd / mean) ** 2)
        x = self.rng.standard_normal(n)
        x *= math.sqrt(variance)
        x += math.log(mean) - variance / 2.0
        return np.exp(x, out=x)

    def turned(self, state: Flags, begins: float, ends: float) -> Flags:
        """A chain of two states after one month."""
        u = self.rng.random(self.n)
        return np.where(state, u >= ends, u < begins)
