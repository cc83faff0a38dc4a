"""The names of the variables that a result makes from a tracked quantity's name, and of its quantiles."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from burncast.distributions.errors import InputError, nearest_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

__all__ = ["mean_name", "mean_se_name", "only", "paths_name", "quantile_label", "sd_name", "tracked_names"]


def mean_name(tracked: str) -> str:
    """The variable that holds a tracked quantity's mean."""
    return f"{tracked}_mean"


def mean_se_name(tracked: str) -> str:
    """The variable that holds the standard error of a tracked quantity's mean."""
    return f"{tracked}_mean_se"


def sd_name(tracked: str) -> str:
    """The variable that holds a tracked quantity's standard deviation over trajectories."""
    return f"{tracked}_sd"


def paths_name(tracked: str) -> str:
    """The variable that holds a tracked quantity's kept paths."""
    return f"paths_{tracked}"


def quantile_label(probability: float) -> str:
    """The statistic that a quantile is, exactly.

    >>> [quantile_label(p) for p in (0.05, 0.5, 0.999, 1 / 3)]
    ['p5', 'p50', 'p99.9', 'p33.33333333333333']
    """
    return f"p{(Decimal(repr(float(probability))) * 100).normalize():f}"


def tracked_names(result: xr.Dataset) -> list[str]:
    """The tracked quantities of a result, in its order."""
    return [
        str(name) for name in result.data_vars if mean_name(str(name)) in result and "quantile" in result[name].dims
    ]


def only(result: xr.Dataset, quantities: Sequence[str]) -> xr.Dataset:
    """The result with these tracked quantities alone, all where empty; InputError where it has one of them not."""
    tracked = tracked_names(result)
    for name in quantities:
        if name not in tracked:
            nearest = nearest_name(name, tracked)
            hint = f"; did you mean {nearest!r}?" if nearest else ""
            raise InputError(f"the result has no tracked quantity {name!r}; it has {', '.join(tracked)}{hint}")
    if not quantities:
        return result
    unwanted = [
        variable
        for name in tracked
        if name not in quantities
        for variable in (name, mean_name(name), mean_se_name(name), sd_name(name), paths_name(name))
    ]
    return result.drop_vars(unwanted, errors="ignore")
