"""The packaged model of an AI lab without chance, the ground on which its mechanisms are tested one at a time.

:func:`quiet` gives every uncertain input one value and every volatility 0; growth, churn and drifts go on.
:func:`still` stops these too: every month is like the opening, so that what a test turns on is all that moves.
Both return a document for :func:`burncast.load`; what a caller passes overrides them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import burncast
from burncast.engine.trajectories.replay import replay

__all__ = ["QUIET", "STILL", "path", "paths", "quiet", "still"]

Document = dict[str, Any]

QUIET: dict[str, Any] = {
    "imitation": 0.08,
    "lapse": 0.04,
    "demand_volatility": 0,
    "conversion": {"value": {"plus": 0.001, "team": 0.00005}},
    "churn": {"value": {"plus": 0.08, "team": 0.02}},
    "churn_volatility": 0,
    "api_growth": 0.6,
    "api_volatility": 0,
    "api_price_drift": -0.3,
    "usage": {"value": {"plus": 200, "team": 200}},
    "efficiency_drift": -0.4,
    "efficiency_volatility": 0,
    "gpu_price_drift": -0.15,
    "gpu_price_volatility": 0,
    "energy_volatility": 0,
    "research_growth": 0.4,
    "run_slip": 0,
    "run_overrun": 0,
    "hiring_rate": 0.035,
    "cost_per_head": 400e3,
}

STILL: dict[str, Any] = QUIET | {
    "innovation": 0,
    "imitation": 0,
    "lapse": 0,
    "return_rate": 0,
    "conversion": {"value": {"plus": 0, "team": 0}},
    "churn": {"value": {"plus": 0, "team": 0}},
    "api_growth": 0,
    "api_price_drift": 0,
    "partner_growth": 0,
    "efficiency_drift": 0,
    "gpu_price_drift": 0,
    "research_growth": 0,
    "data_growth": 0,
    "hiring_rate": 0,
    "attrition": 0,
    "pay_growth": 0,
}


def quiet(
    inputs: Mapping[str, Any] | None = None,
    *,
    periods: int = 36,
    track: Sequence[str] | None = None,
    **sections: Any,
) -> Document:
    """The model without chance. ``inputs`` go over :data:`QUIET`; ``sections`` (``processes={...}``, ``stocks={...}``,
    ``formulas={...}``, ``correlations=[]``, ``variants={...}``) go over the model. An input by label, such as
    ``churn``, is overridden as ``{"value": {...}}``."""
    return _document(QUIET, inputs, periods, track, sections)


def still(
    inputs: Mapping[str, Any] | None = None,
    *,
    periods: int = 36,
    track: Sequence[str] | None = None,
    **sections: Any,
) -> Document:
    """The model without chance, growth, churn and drift; arguments as in :func:`quiet`."""
    return _document(STILL, inputs, periods, track, sections)


def paths(document: Document, trajectory: int = 0, seed: int = 0) -> dict[str, NDArray[np.float64]]:
    """Every quantity of one trajectory: shape (T + 1,), or (labels…, T + 1); NaN at 0 where it has no opening."""
    replayed = replay(burncast.load(document), trajectory, seed)
    return {name: values if quantity.dims else values[0] for name, (quantity, values) in replayed.items()}


def path(document: Document, name: str, trajectory: int = 0, seed: int = 0) -> NDArray[np.float64]:
    """One quantity of one trajectory, as in :func:`paths`."""
    return paths(document, trajectory, seed)[name]


def _document(
    base: Mapping[str, Any],
    inputs: Mapping[str, Any] | None,
    periods: int,
    track: Sequence[str] | None,
    sections: Mapping[str, Any],
) -> Document:
    document: Document = {
        "scenario": {"title": "An AI lab without chance", "extends": "ai-lab", "periods": periods},
        "inputs": {**base, **(inputs or {})},
        **sections,
    }
    if track is not None:
        document["outputs"] = {"track": list(track)}
    return document
