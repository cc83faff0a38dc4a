"""Calibration: inputs from data, parameters from observed financials, and scores of forecasts against outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from burncast.calibration.fitting import fit

__all__ = ["fit"]


def __getattr__(name: str) -> Any:
    if name != "fit":
        raise AttributeError(f"module 'burncast.calibration' has no attribute {name!r}")
    from burncast.calibration import fitting

    globals()[name] = fitting.fit
    return fitting.fit
