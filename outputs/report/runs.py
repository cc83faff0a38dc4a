"""A finished run as the report reads it: its scenario, and its dataset, fresh from the engine or saved by ``--out``.

All figures of the report come from here, so a report of a saved run tells the same numbers as the run did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from burncast.distributions.errors import InputError
from burncast.outputs.results import estimates
from burncast.outputs.results.dataset import to_dataset
from burncast.outputs.results.variables import mean_name

if TYPE_CHECKING:
    from burncast.engine.scenario import Scenario
    from burncast.engine.simulate import Simulation

__all__ = ["CONFIDENCES", "HorizonRow", "Run", "fresh_run", "saved_runs"]

CONFIDENCES = (*np.arange(0.5, 0.96, 0.025).round(3).tolist(), 0.96, 0.97, 0.98, 0.99)
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HorizonRow:
    """A tracked quantity (one element of it) at the last period: its mean, and its quantiles 5, 50 and 95 %."""

    name: str
    labels: tuple[str, ...]
    mean: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Run:
    """A run of ``trajectories`` futures, worth ``independent`` independent ones; ``needs`` is the funding that carries
    a share of futures through, by that share, empty where the scenario says no need.
    """

    scenario: Scenario
    dataset: xr.Dataset
    trajectories: int
    independent: int
    needs: Mapping[float, float] = field(default_factory=dict)

    @property
    def has_ruin(self) -> bool:
        """Whether the scenario says what ruin is."""
        return self.scenario.ruin is not None

    @property
    def probability(self) -> Floats:
        """Probability of ruin by the end of each period, f64[T+1]."""
        return np.asarray(self.dataset["ruin_probability"].values, dtype=np.float64)

    @property
    def error(self) -> Floats:
        """Its standard error, f64[T+1]."""
        return np.asarray(self.dataset["ruin_probability_se"].values, dtype=np.float64)

    @property
    def seed(self) -> int:
        """The seed of the run."""
        return int(self.dataset.attrs["seed"])

    @property
    def method(self) -> str:
        """How its trajectories were spread."""
        return str(self.dataset.attrs["method"])

    @property
    def notes(self) -> list[str]:
        """What the engine remarked."""
        return [note for note in str(self.dataset.attrs["notes"]).split("\n") if note]

    @property
    def tracked(self) -> dict[str, tuple[str, ...]]:
        """Name → dimensions of each tracked quantity, in the scenario's order."""
        return {
            name: tuple(str(one) for one in self.dataset[name].dims if one not in ("period", "quantile"))
            for name in self.scenario.track
            if name in self.dataset
        }

    def runway(self, share: float) -> int | None:
        """The period by whose end so many futures are ruined; None where that is beyond the horizon."""
        periods = float(self.dataset["runway"].sel(quantile=share))
        return int(periods) if np.isfinite(periods) else None

    def quantiles(self, name: str) -> Floats:
        """Quantiles 5, 25, 50, 75 and 95 % of a tracked number over time, f64[5, T+1]."""
        return np.asarray(self.dataset[name].sel(quantile=list(LEVELS)).transpose("quantile", "period").values)

    def horizon(self) -> list[HorizonRow]:
        """Each element of each tracked quantity at the last period."""
        rows = []
        for name, dims in self.tracked.items():
            ends = self.dataset[name].sel(quantile=[0.05, 0.5, 0.95]).isel(period=-1).transpose(*dims, "quantile")
            means = self.dataset[mean_name(name)].isel(period=-1).transpose(*dims)
            for place in np.ndindex(means.shape):
                labels = tuple(str(self.dataset[dim].values[at]) for dim, at in zip(dims, place, strict=True))
                low, middle, high = (float(value) for value in ends.values[place])
                rows.append(HorizonRow(name, labels, float(means.values[place]), low, middle, high))
        return rows


def fresh_run(simulation: Simulation) -> Run:
    """A run that the engine has just finished."""
    needs: dict[float, float] = {}
    if simulation.scenario.ruin is not None and simulation.scenario.ruin.need is not None:
        amounts = estimates.funding_need(simulation, CONFIDENCES)
        needs = dict(zip(CONFIDENCES, amounts.tolist(), strict=True))
    dataset = to_dataset(simulation)
    return Run(simulation.scenario, dataset, simulation.trajectories, simulation.independent, needs)


def saved_runs(dataset: xr.Dataset, scenario: Scenario) -> dict[str, Run]:
    """Name → run of a saved dataset, ``base`` first, then those of the scenario's variants that are in it.

    InputError where the dataset is none of ``scenario``, or has not the quantiles that a report tells.
    """
    missing = [level for level in (*LEVELS, 0.8, 0.9, 0.99) if not np.isclose(dataset["quantile"].values, level).any()]
    if missing:
        raise InputError(f"the saved run has no quantile {missing[0]:g}; expected one by burncast run --out")
    if "variant" not in dataset.dims:
        name = str(dataset["variant"].item()) if "variant" in dataset.coords else ""
        scenario = scenario.variants.get(name, scenario)
        return {"base": _saved_run(dataset, scenario, int(dataset.attrs["trajectories"]))}
    names = [str(name) for name in dataset["variant"].values]
    digests = str(dataset.attrs["variant_sha256"]).split("\n")
    counts = str(dataset.attrs.get("variant_trajectories", "")).split("\n")
    runs = {}
    for place, (name, digest) in enumerate(zip(names, digests, strict=True)):
        own = scenario if place == 0 else scenario.variants.get(name)
        if own is not None and own.sha256 == digest:
            count = int(counts[place]) if len(counts) == len(names) else int(dataset.attrs["trajectories"])
            one = dataset.isel(variant=place, drop=True).isel(period=slice(0, own.periods + 1))
            runs["base" if place == 0 else name] = _saved_run(one, own, count)
    return runs


def _saved_run(dataset: xr.Dataset, scenario: Scenario, trajectories: int) -> Run:
    told, worth = (int(dataset.attrs[name]) for name in ("trajectories", "independent"))
    needs = {}
    if scenario.ruin is not None and scenario.ruin.need is not None:
        kept = dataset["funding_need"].sel(quantile=slice(0.499, None))
        needs = {round(float(level), 6): float(kept.sel(quantile=level)) for level in kept["quantile"].values}
    return Run(scenario, dataset, trajectories, trajectories if worth == told else worth, needs)
