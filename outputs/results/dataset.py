"""A finished simulation as a labelled :class:`xarray.Dataset`.

========================================== ==============================
variable                                   dimensions
========================================== ==============================
``ruin_probability``, ``…_se``             period (0 … T; cumulative)
``runway`` (inf where not ruined)          quantile
``funding_need``                           quantile
every tracked name                         (its own,) period, quantile
``<name>_mean``                            (its own,) period
``<name>_mean_se`` (Monte Carlo error)     (its own,) period
``<name>_sd`` (over trajectories)          (its own,) period
``paths_<name>`` (where paths were kept)   trajectory, (its own,) period
========================================== ==============================

with the coordinate ``date`` along ``period``, and the attributes of :mod:`burncast.outputs.files.cf_attributes`.
Several results stacked gain a leading dimension ``variant``.
"""

from __future__ import annotations

import functools
import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from burncast.distributions.errors import InputError
from burncast.outputs.files.cf_attributes import add_cf_attributes
from burncast.outputs.files.store import CREATED_BY
from burncast.outputs.results import estimates
from burncast.outputs.results.accessor import register_accessor
from burncast.outputs.results.variables import mean_name, mean_se_name, paths_name, sd_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from burncast.engine.program import Tracked
    from burncast.engine.scenario import Scenario
    from burncast.engine.simulate import Simulation

__all__ = ["QUANTILES", "check_quantiles", "replay_to_dataset", "stack", "to_dataset"]

QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.99)
_PACKAGES = ("numpy", "scipy", "numba", "xarray")


def to_dataset(simulation: Simulation, quantiles: Sequence[float] = QUANTILES) -> xr.Dataset:
    """The dataset of one simulation.

    ``quantiles`` are probabilities strictly between 0 and 1. Where the scenario has no ``[ruin]`` the variables about
    ruin are left out, and ``funding_need`` where it has no ``need``.
    """
    register_accessor()
    scenario = simulation.scenario
    probabilities = check_quantiles(quantiles)
    coordinates = _coordinates(scenario) | {"quantile": np.asarray(probabilities, dtype=np.float64)}
    variables: dict[str, tuple[object, ...]] = {}
    if scenario.ruin is not None:
        variables["ruin_probability"] = ("period", estimates.ruin_probability(simulation))
        variables["ruin_probability_se"] = ("period", estimates.ruin_probability_se(simulation))
        variables["runway"] = ("quantile", estimates.runway(simulation, probabilities), {"units": scenario.step})
        if scenario.ruin.need is not None:
            need = estimates.funding_need(simulation, probabilities)
            variables["funding_need"] = ("quantile", need, _unit(scenario.currency))
    for tracked in simulation.tracked:
        unit = _unit(scenario.quantities[tracked.name].unit)
        values = estimates.tracked_quantiles(simulation, tracked, probabilities)
        variables[tracked.name] = ((*tracked.dims, "period", "quantile"), values, unit)
        for name, estimate in (
            (mean_name(tracked.name), estimates.tracked_mean),
            (mean_se_name(tracked.name), estimates.tracked_mean_se),
            (sd_name(tracked.name), estimates.tracked_sd),
        ):
            variables[name] = ((*tracked.dims, "period"), estimate(simulation, tracked), unit)
    dataset = xr.Dataset(variables, coords=coordinates, attrs=_attributes(simulation))
    _add_paths(dataset, simulation)
    return add_cf_attributes(dataset)


def replay_to_dataset(
    scenario: Scenario,
    replayed: Mapping[str, tuple[Tracked, NDArray[np.float64]]],
    trajectory: int,
    seed: int,
    method: str = "random",
) -> xr.Dataset:
    """One trajectory's quantities, each with its values f64[elements, T+1], as a dataset over (its own,) ``period``.

    InputError where a quantity bears the name of a coordinate.
    """
    register_accessor()
    attributes = {
        "created_by": CREATED_BY,
        "title": scenario.title,
        "sha256": scenario.sha256,
        "seed": seed,
        "method": method,
        "trajectory": trajectory,
    }
    coordinates = _coordinates(scenario)
    variables = {}
    for name, (quantity, values) in replayed.items():
        if name in coordinates:
            raise InputError(f"the quantity {name!r} has the name of a coordinate of the result; rename it")
        shape = (*(len(labels) for labels in quantity.labels), scenario.periods + 1)
        unit = _unit(scenario.quantities[name].unit)
        variables[name] = ((*quantity.dims, "period"), values.reshape(shape), unit)
    return add_cf_attributes(xr.Dataset(variables, coords=coordinates, attrs=attributes))


def stack(datasets: Mapping[str, xr.Dataset]) -> xr.Dataset:
    """Several results side by side along a leading dimension ``variant``, in the order given.

    The attributes are the first one's; ``variant_attributes`` is JSON of what is otherwise of each, by name, and
    ``variant_sha256`` tells the scenarios, a line each. Where it was left to a standard error how long each of them
    ran, ``variant_trajectories`` and ``stopped`` tell that too. Periods and labels are joined: where one result has a
    period or an element that another lacks, the other is NaN.
    """
    undated = [dataset.drop_vars("date", errors="ignore") for dataset in datasets.values()]
    stacked = xr.concat(
        undated,
        dim=xr.Variable("variant", list(datasets)),
        data_vars="all",
        coords="minimal",
        compat="override",
        join="outer",
        combine_attrs="override",
    )
    stacked.attrs["variant_sha256"] = "\n".join(str(dataset.attrs["sha256"]) for dataset in datasets.values())
    stacked.attrs["seconds"] = float(sum(dataset.attrs["seconds"] for dataset in datasets.values()))
    if "stopped" in stacked.attrs:
        ends = [(name, dataset.attrs) for name, dataset in datasets.items()]
        stacked.attrs["stopped"] = "\n".join(f"{name}: {attributes['stopped']}" for name, attributes in ends)
        stacked.attrs["reached"] = min(int(attributes["reached"]) for _, attributes in ends)
        stacked.attrs["variant_trajectories"] = "\n".join(str(attributes["trajectories"]) for _, attributes in ends)
    differing = {
        name: {key: value for key, value in dataset.attrs.items() if stacked.attrs.get(key) != value}
        for name, dataset in datasets.items()
    }
    stacked.attrs["variant_attributes"] = json.dumps(differing, ensure_ascii=False)
    dates = [dataset["date"].reindex(period=stacked["period"]) for dataset in datasets.values() if "date" in dataset]
    if len(dates) < len(datasets):
        return add_cf_attributes(stacked)
    longest = max(dates, key=lambda date: int(date.notnull().sum()))
    if all(bool((date.isnull() | (date == longest)).all()) for date in dates):
        return add_cf_attributes(stacked.assign_coords(date=("period", longest.data)))
    dated = stacked.assign_coords(date=(("variant", "period"), np.stack([date.data for date in dates])))
    return add_cf_attributes(dated)


def check_quantiles(quantiles: Sequence[float]) -> list[float]:
    """The probabilities as floats; InputError where one is not strictly between 0 and 1, or comes twice."""
    probabilities = [float(value) for value in quantiles]
    wrong = [value for value in probabilities if not 0.0 < value < 1.0]
    if wrong:
        raise InputError(f"quantiles are probabilities strictly between 0 and 1, not {wrong[0]:g}")
    if len(set(probabilities)) < len(probabilities):
        raise InputError(f"quantiles name a probability twice: {probabilities}")
    return probabilities


def _coordinates(scenario: Scenario) -> dict[str, object]:
    coordinates: dict[str, object] = {name: list(labels) for name, labels in scenario.dimensions.items()}
    coordinates["period"] = np.arange(scenario.periods + 1, dtype=np.int64)
    if scenario.start is not None:
        coordinates["date"] = ("period", np.asarray(scenario.dates(), dtype="datetime64[ns]"))
    return coordinates


def _attributes(simulation: Simulation) -> dict[str, object]:
    """Everything needed to repeat the run."""
    scenario = simulation.scenario
    attributes: dict[str, object] = {
        "created_by": CREATED_BY,
        "title": scenario.title,
        "scenario": scenario.text,
        "sha256": scenario.sha256,
        "seed": simulation.seed,
        "trajectories": simulation.trajectories,
        "independent": simulation.independent,
        "method": simulation.method,
        "stream_version": simulation.stream_version,
        "step": scenario.step,
        "currency": scenario.currency or "",
        "seconds": float(simulation.seconds),
        "notes": "\n".join(simulation.notes),
        "python": platform.python_version(),
    }
    if simulation.controlled is not None:
        attributes["control_variates"] = ", ".join(simulation.controlled.quantities)
    if simulation.precision is not None:
        attributes["until_se"] = simulation.precision.goal
        attributes["until_figure"] = simulation.precision.figure
        attributes["until_estimate"] = float(simulation.precision.estimate)
        attributes["until_standard_error"] = float(simulation.precision.standard_error)
        attributes["reached"] = int(simulation.precision.reached)
        attributes["stopped"] = simulation.precision.reason
    return attributes | _versions()


@functools.cache
def _versions() -> dict[str, str]:
    return {package: version(package) for package in _PACKAGES}


def _unit(unit: str | None) -> dict[str, str]:
    return {"units": unit} if unit else {}


def _add_paths(dataset: xr.Dataset, simulation: Simulation) -> None:
    """The kept paths f64[k, elements of all tracked, T+1], split by quantity."""
    if simulation.paths is None:
        return
    count = simulation.paths.shape[0]
    dataset.coords["trajectory"] = np.arange(count, dtype=np.int64)
    for tracked in simulation.tracked:
        block = simulation.paths[:, tracked.first_element : tracked.first_element + tracked.elements]
        shape = (dataset.sizes[dimension] for dimension in tracked.dims)
        values = block.reshape(count, *shape, simulation.scenario.periods + 1)
        unit = _unit(simulation.scenario.quantities[tracked.name].unit)
        name = paths_name(tracked.name)
        if name in dataset:
            raise InputError(f"the tracked quantity {name!r} has the name of the paths of {tracked.name!r}; rename it")
        dataset[name] = (("trajectory", *tracked.dims, "period"), values, unit)
