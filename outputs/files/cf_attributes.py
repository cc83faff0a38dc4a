"""What variables of a result are, in the words of the CF conventions (https://cfconventions.org, version 1.11).

Tools that read netCDF and zarr show ``long_name`` and ``units``, find the calendar by ``standard_name = "time"``, and
learn from ``cell_methods`` what was averaged: ``realization``, CF's standard name of the members of an ensemble, stands
for trajectories. Quantiles have no cell method: the conventions (appendix E) know none but the median; the coordinate
``quantile`` says what they are. Units are the scenario's: UDUNITS, which CF asks for, knows no currencies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from burncast.outputs.results.variables import mean_name, mean_se_name, paths_name, sd_name, tracked_names

if TYPE_CHECKING:
    from collections.abc import Hashable

    import xarray as xr

__all__ = ["BOUNDS", "CONVENTIONS", "add_cf_attributes", "with_bounds", "without_bounds"]

CONVENTIONS = "CF-1.11"
BOUNDS = "date_bounds"
_END = "bound"


def add_cf_attributes(dataset: xr.Dataset) -> xr.Dataset:
    """The same dataset, in place, with attributes added to it and to its variables; those that are there stay."""
    created = str(dataset.attrs.get("created_by", "Created by burncast"))
    run = [f"{key} {dataset.attrs[key]}" for key in ("trajectories", "seed", "method") if key in dataset.attrs]
    own = {
        "Conventions": CONVENTIONS,
        "source": created.removeprefix("Created by ") + ", Monte Carlo simulation",
        "history": ", ".join([created, *run]),
    }
    dataset.attrs = own | dataset.attrs
    for name, attributes in _attributes(dataset).items():
        if name in dataset.variables:
            variable = dataset.variables[name]
            variable.attrs = attributes | variable.attrs
    return dataset


def with_bounds(dataset: xr.Dataset) -> xr.Dataset:
    """With ``date_bounds``, from the last day of the period before to that of each, which CF's ``bounds`` names.

    Left out where there are no dates, or where the scenario has these names for something else.
    """
    taken = {str(name) for name in (*dataset.variables, *dataset.dims)}
    if "date" not in dataset.coords or taken & {BOUNDS, _END}:
        return dataset
    end = dataset["date"]
    begin = end.shift(period=1)
    begin = begin.where(dataset["period"] > 0, end)
    pairs = np.stack([begin.values, end.values], axis=-1)
    dated = dataset.assign_coords({BOUNDS: ((*end.dims, _END), pairs)})
    dated["date"].attrs = dated["date"].attrs | {"bounds": BOUNDS}
    return dated


def without_bounds(dataset: xr.Dataset) -> xr.Dataset:
    """What :func:`with_bounds` was given."""
    if "date" not in dataset.coords or dataset["date"].attrs.get("bounds") != BOUNDS:
        return dataset
    plain = dataset.drop_vars(BOUNDS, errors="ignore")
    plain["date"].attrs = {key: value for key, value in plain["date"].attrs.items() if key != "bounds"}
    return plain


def _attributes(dataset: xr.Dataset) -> dict[Hashable, dict[str, str]]:
    """By variable; some may not be in the dataset."""
    found: dict[Hashable, dict[str, str]] = {
        name: {"long_name": f"element of {name}"} for name in dataset.dims if name in dataset.coords
    }
    found |= {
        "period": {"long_name": "periods since the opening", "units": "1"},
        "date": {"standard_name": "time", "long_name": "last day of the period"},
        "quantile": {"long_name": "probability that the value is not exceeded", "units": "1"},
        "trajectory": {"standard_name": "realization", "long_name": "number of the trajectory", "units": "1"},
        "variant": {"long_name": "variant of the scenario"},
        "ruin_probability": {
            "long_name": "probability of ruin by the end of the period",
            "units": "1",
            "cell_methods": "realization: mean",
            "ancillary_variables": "ruin_probability_se",
        },
        "ruin_probability_se": {"long_name": "standard error of ruin_probability", "units": "1"},
        "runway": {
            "long_name": "periods until ruin, quantiles over trajectories",
            "comment": "infinite where ruin is not before the horizon",
        },
        "funding_need": {
            "long_name": "greatest funding need until the horizon, quantiles over trajectories",
            "cell_methods": "time: maximum",
        },
    }
    for name in tracked_names(dataset):
        words, mean, error = name.replace("_", " "), mean_name(name), mean_se_name(name)
        ancillary = {"ancillary_variables": error} if error in dataset else {}
        found |= {
            name: {"long_name": f"{words}, quantiles over trajectories"},
            mean: {"long_name": f"{words}, mean over trajectories", "cell_methods": "realization: mean"} | ancillary,
            error: {"long_name": f"standard error of {mean}"},
            sd_name(name): {
                "long_name": f"{words}, standard deviation over trajectories",
                "cell_methods": "realization: standard_deviation",
            },
            paths_name(name): {"long_name": f"{words} of single trajectories"},
        }
    return found
