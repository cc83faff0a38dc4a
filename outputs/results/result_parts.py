"""A part of a dataset that burncast made: what kind it is, and one element of a tracked quantity."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import xarray as xr

from burncast.distributions.errors import InputError, nearest_name
from burncast.outputs.results.variables import tracked_names

__all__ = [
    "check_levels",
    "element_name",
    "element_of",
    "elements_of",
    "holds",
    "kind_of",
    "unknown",
]

_ELEMENT = re.compile(r"\s*(\w+)\s*(?:\[(.*)\])?\s*")
FAN_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def kind_of(dataset: xr.Dataset) -> str:
    """``a forecast``, ``a tornado``, ``shares of variance`` or ``a frontier``; otherwise what else the dataset is."""
    if "survival" in dataset:
        return "a frontier"
    if "swing" in dataset:
        return "a tornado"
    if "total" in dataset or "effect" in dataset:
        return "shares of variance"
    if "trajectory" in dataset.attrs and "quantile" not in dataset.dims:
        return "one trajectory"
    return "a forecast" if "quantile" in dataset.dims and "trajectories" in dataset.attrs else "none of burncast's"


def unknown(what: str, name: str, known: Iterable[str]) -> InputError:
    """The mistake of a name that is not there."""
    names = list(known)
    nearest = nearest_name(name, names)
    hint = f"; did you mean {nearest!r}?" if nearest else ""
    return InputError(f"there is no {what} {name!r}; expected one of {', '.join(names) or 'none'}{hint}")


def holds(result: xr.Dataset, name: str) -> bool:
    """Whether the result has this variable; one of several variants may have nothing in it."""
    return name in result and bool(result[name].notnull().any())


def element_of(result: xr.Dataset, quantity: str, element: Mapping[str, str]) -> xr.DataArray:
    """A tracked quantity over (period, quantile): ``cash``, ``users[plus]``, or ``users`` with ``product="plus"``.

    Raises InputError where that is none, or several.
    """
    found = elements_of(result, quantity, element)
    if len(found) > 1:
        dimensions = [str(one) for one in result[str(found[0].name)].dims if one not in ("period", "quantile")]
        missing = next(one for one in dimensions if len({str(each[one].item()) for each in found}) > 1)
        labels = [str(label) for label in result[missing].values]
        raise InputError(
            f"{quantity} has an element for each {missing}: {', '.join(labels)}; choose one, as {missing}={labels[0]!r}"
        )
    return found[0]


def elements_of(result: xr.Dataset, quantity: str, element: Mapping[str, str]) -> list[xr.DataArray]:
    """All elements of a tracked quantity that ``quantity`` and ``element`` leave, each over (period, quantile)."""
    match = _ELEMENT.fullmatch(quantity)
    name = match[1] if match else quantity
    tracked = tracked_names(result)
    if name not in tracked:
        raise unknown("tracked quantity", name, tracked)
    values = result[name]
    dimensions = [str(one) for one in values.dims if one not in ("period", "quantile")]
    chosen = dict(element)
    if match and match[2] is not None:
        labels = [label.strip().strip("'\"") for label in match[2].split(",")]
        if len(labels) > len(dimensions):
            raise InputError(f"{quantity}: {name} has {len(dimensions)} dimensions, not {len(labels)}")
        chosen |= dict(zip(dimensions, labels, strict=False))
    for dimension, label in chosen.items():
        if dimension not in dimensions:
            raise unknown(f"dimension of {name}", dimension, dimensions)
        known = [str(one) for one in result[dimension].values]
        if str(label) not in known:
            raise unknown(dimension, str(label), known)
        values = values.sel({dimension: label})
    left = [one for one in dimensions if one not in chosen]
    shape = tuple(values.sizes[one] for one in left)
    return [values.isel(dict(zip(left, places, strict=True))) for places in np.ndindex(shape)]


def element_name(values: xr.DataArray) -> str:
    """What an element is called: ``users[plus]``, or ``cash``."""
    kept = [name for name in values.coords if name not in ("period", "quantile", "date") and values[name].ndim == 0]
    labels = ", ".join(str(values[name].item()) for name in kept)
    return f"{values.name}[{labels}]" if labels else str(values.name)


def check_levels(result: xr.Dataset, asking: str, levels: Sequence[float] = FAN_LEVELS) -> None:
    """InputError where the result lacks a quantile of those that are shown."""
    known = result["quantile"].values.tolist()
    for level in levels:
        if level not in known:
            found = ", ".join(f"{one:g}" for one in known)
            raise InputError(f"{asking} shows the quantile {level:g}; the result has {found}")
