"""Calibration: inputs from data, parameters from observed financials, and scores of forecasts against outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from burncast.calibration.experience_curve import fit_experience_curve
    from burncast.calibration.fitting import fit
    from burncast.calibration.growth_curves import fit_growth
    from burncast.calibration.joint_processes import fit_processes
    from burncast.calibration.process_fit import fit_process

__all__ = ["fit", "fit_experience_curve", "fit_growth", "fit_process", "fit_processes"]

_HOMES = {
    "fit": "fitting",
    "fit_experience_curve": "experience_curve",
    "fit_growth": "growth_curves",
    "fit_process": "process_fit",
    "fit_processes": "joint_processes",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'burncast.calibration' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"burncast.calibration.{_HOMES[name]}"), name)
    return value
