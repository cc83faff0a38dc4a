"""The names of the variables that a result makes from a tracked quantity's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["mean_name", "mean_se_name", "paths_name", "sd_name", "tracked_names"]


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


def tracked_names(result: xr.Dataset) -> list[str]:
    """The tracked quantities of a result, in its order."""
    return [
        str(name) for name in result.data_vars if mean_name(str(name)) in result and "quantile" in result[name].dims
    ]
