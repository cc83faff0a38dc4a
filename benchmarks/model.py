"""The model of the comparison, and what every implementation of it hands back.

A company sells a product that runs on rented GPUs. In months 1 … 36, with dt = 1/12 and eight fresh normals z::

    price, usage, gpu_price, wages     x ← x·exp(trend + spread·z)                   geometric Brownian motions
    energy, utilisation                y ← phi·y + pull + spread·z, value exp(y)     exponentials of Ornstein–Uhlenbeck
    growth                             x ← phi·x + pull + spread·z                   Ornstein–Uhlenbeck
    churn                              x ← x + trend + spread·z                      a random walk

    revenue    = users·price
    gpu_hours  = users·usage·hours_per_query / utilisation
    burn       = gpu_hours·gpu_price·(1 − energy_share + energy_share·energy) + wages − revenue
    users      ← users·(1 + (growth − churn)·dt)           with the users of the month's opening everywhere above
    cash       ← cash − burn
    ruin       where cash < 0 at the end of a month; the trajectory goes on, and its need is the largest −cash

The numbers are those of ``model.toml``, where the same is a scenario. Every implementation returns the same three
statistics, :class:`Outcome`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["MODEL_FILE", "NEED_BINS", "NEED_WIDTH", "PERIODS", "Numbers", "Outcome", "model_numbers"]

MODEL_FILE = Path(__file__).parent / "model.toml"
PERIODS = 36
DT = 1.0 / 12.0

NEED_BINS = 256
NEED_WIDTH = float(2**25)
"""Bins of the funding need, USD, with edges that burncast's finer bins have too; the last takes everything above."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of the equations; arrays are in the order of the docstring."""

    gbm_start: NDArray[np.float64]  # [4]
    gbm_trend: NDArray[np.float64]  # [4]
    gbm_spread: NDArray[np.float64]  # [4]
    ou_start: NDArray[np.float64]  # [3]: energy and utilisation as logarithms, growth
    ou_phi: NDArray[np.float64]  # [3]
    ou_pull: NDArray[np.float64]  # [3]
    ou_spread: NDArray[np.float64]  # [3]
    walk_start: float
    walk_trend: float
    walk_spread: float
    users: float
    cash: float
    hours_per_query: float
    energy_share: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run computes.

    ``first_passage`` int64[38]: ruined first at the end of month 0 … 36, or never. ``mean_cash`` float64[36]: at the
    end of months 1 … 36. ``need`` int64[NEED_BINS]: a histogram of the funding need.
    """

    first_passage: NDArray[np.int64]
    mean_cash: NDArray[np.float64]
    need: NDArray[np.int64]

    def as_lists(self) -> dict[str, list[float]]:
        """For a pipe; floats survive it exactly."""
        return {
            "first_passage": self.first_passage.tolist(),
            "mean_cash": self.mean_cash.tolist(),
            "need": self.need.tolist(),
        }

    @staticmethod
    def from_lists(lists: dict[str, list[float]]) -> Outcome:
        return Outcome(
            np.array(lists["first_passage"], np.int64), np.array(lists["mean_cash"]), np.array(lists["need"], np.int64)
        )


@cache
def model_numbers() -> Numbers:
    """The numbers of ``model.toml``, turned into those of one monthly step."""
    from burncast.engine.numerics.elementary_numpy import exp, log
    from burncast.engine.scenario import load

    scenario = load(MODEL_FILE)

    def stated(name: str) -> dict[str, float]:
        call: Any = scenario.quantities[name].value
        return {key: float(value.value) for key, value in call.keywords}

    def number(name: str) -> float:
        value: Any = scenario.quantities[name].value
        return float(value.value)

    motions = [stated(name) for name in ("price", "usage", "gpu_price", "wages")]
    volatility = np.array([m["volatility"] for m in motions])
    drift = np.array([m["drift"] for m in motions])
    reverting = [stated(name) for name in ("energy", "utilisation", "growth")]
    for process in reverting[:2]:
        process["start"], process["mean"] = (float(log(np.array([process[key]]))[0]) for key in ("start", "mean"))
    speed = math.log(2.0) / np.array([p["half_life"] for p in reverting])
    phi = exp(speed * -DT)
    variance = (1.0 - phi * phi) / (speed * 2.0)
    walk = stated("churn")
    return Numbers(
        gbm_start=np.array([m["start"] for m in motions]),
        gbm_trend=(drift - volatility * volatility * 0.5) * DT,
        gbm_spread=volatility * math.sqrt(DT),
        ou_start=np.array([p["start"] for p in reverting]),
        ou_phi=phi,
        ou_pull=np.array([p["mean"] for p in reverting]) * (1.0 - phi),
        ou_spread=np.array([p["volatility"] for p in reverting]) * np.sqrt(variance),
        walk_start=walk["start"],
        walk_trend=walk["drift"] * DT,
        walk_spread=walk["volatility"] * math.sqrt(DT),
        users=number("users"),
        cash=number("cash"),
        hours_per_query=number("hours_per_query"),
        energy_share=number("energy_share"),
    )
