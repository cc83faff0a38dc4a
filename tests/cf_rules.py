"""Rules of the CF conventions 1.11 that a netCDF-3 file is held to, read from the file itself and not through xarray.

Numbers are those of the sections of https://cfconventions.org/cf-conventions/cf-conventions.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.io import netcdf_file

__all__ = ["violations"]

STANDARD_NAMES = {"time", "realization"}
CALENDARS = {"standard", "gregorian", "proleptic_gregorian", "noleap", "all_leap", "360_day", "julian", "none"}
METHODS = {
    "point",
    "sum",
    "maximum",
    "median",
    "mid_range",
    "minimum",
    "mean",
    "mode",
    "standard_deviation",
    "variance",
}
FILLS = ("_FillValue", "missing_value")


def violations(path: Path) -> list[str]:
    """What is against the rules, a line each."""
    with netcdf_file(path, mmap=False) as file:
        return [*_of_file(file), *(line for name in file.variables for line in _of_variable(file, name))]


def _of_file(file) -> Iterator[str]:
    if not re.fullmatch(r"CF-1\.\d+", _text(file, "Conventions")):
        yield "2.6.1: Conventions"
    for name in ("title", "history", "source"):
        if not _text(file, name):
            yield f"2.6.2: no {name}"
    for name in (*file.variables, *file.dimensions):
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            yield f"2.3: {name} begins with no letter, or has others than letters, digits and underscores"
    if not any(_text(variable, "standard_name") == "time" for variable in file.variables.values()):
        yield "4.4: no time"


def _of_variable(file, name: str) -> Iterator[str]:
    variable = file.variables[name]
    bounds = {_text(one, "bounds") for one in file.variables.values()}
    if name not in bounds and not (_text(variable, "long_name") or _text(variable, "standard_name")):
        yield f"3.2: {name} has neither long_name nor standard_name"
    if _text(variable, "standard_name") not in STANDARD_NAMES | {""}:
        yield f"3.3: the standard_name of {name}"
    dims = [dim for dim in variable.dimensions if not dim.startswith("string")]
    if variable.dimensions == (name,):
        values = variable[:]
        if variable.typecode() == "c" or not (np.all(np.diff(values) > 0) or np.all(np.diff(values) < 0)):
            yield f"1.3: the coordinate variable {name} is not numeric and monotonic"
        if any(hasattr(variable, fill) for fill in FILLS):
            yield f"2.5.1: the coordinate variable {name} has missing values"
    if _text(variable, "standard_name") == "time":
        yield from _of_time(file, name)
    for other in (*_text(variable, "coordinates").split(), *_text(variable, "ancillary_variables").split()):
        if other not in file.variables:
            yield f"5 and 3.4: {name} names {other}, which is not there"
        elif other in _text(variable, "coordinates").split() and not set(_plain(file, other)) <= set(dims):
            yield f"5: the coordinate {other} of {name} has dimensions of its own"
    methods = _text(variable, "cell_methods")
    if methods:
        for cell, method in re.findall(r"(\S+): (\S+)", methods):
            if cell not in {*file.dimensions, *STANDARD_NAMES, "area"} or method not in METHODS:
                yield f"7.3: the cell_methods of {name}"
        if not re.fullmatch(r"(\S+: \S+ ?)+", methods):
            yield f"7.3: the form of the cell_methods of {name}"


def _of_time(file, name: str) -> Iterator[str]:
    time = file.variables[name]
    if not re.fullmatch(r"days since \d{4}-\d\d-\d\d( 00:00:00)?", _text(time, "units")):
        yield f"4.4: the units of {name}"
    if _text(time, "calendar") not in CALENDARS:
        yield f"4.4.1: the calendar of {name}"
    bounds = file.variables.get(_text(time, "bounds"))
    if bounds is None:
        yield f"7.1: {name} has no bounds"
        return
    if bounds.shape != (*time.shape, 2) or bounds.dimensions[:-1] != time.dimensions:
        yield f"7.1: the bounds of {name} have another shape"
        return
    if not np.all((bounds[..., 0] <= time[:]) & (time[:] <= bounds[..., 1])):
        yield f"7.1: {name} lies outside of its bounds"
    if not np.array_equal(bounds[..., 1:, 0], bounds[..., :-1, 1]):
        yield f"7.1: the cells of {name} do not touch"
    for key in ("units", "calendar"):
        if _text(bounds, key) not in ("", _text(time, key)):
            yield f"7.1: the bounds of {name} have other {key}"


def _plain(file, name: str) -> list[str]:
    return [dim for dim in file.variables[name].dimensions if not dim.startswith("string")]


def _text(holder, name: str) -> str:
    value = getattr(holder, name, b"")
    return value.decode() if isinstance(value, bytes) else str(value)
