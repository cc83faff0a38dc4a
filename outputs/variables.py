"""The names of the variables that a result makes from a tracked quantity's name."""

from __future__ import annotations

__all__ = ["mean_name", "paths_name"]


def mean_name(tracked: str) -> str:
    """The variable that holds a tracked quantity's mean."""
    return f"{tracked}_mean"


def paths_name(tracked: str) -> str:
    """The variable that holds a tracked quantity's kept paths."""
    return f"paths_{tracked}"
