"""A finished simulation made from given paths: an exact stand-in for the engine, so that outputs are tested against
plain NumPy on the same numbers."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np


class KnownTally:
    """Every value kept: rows × trajectories."""

    def __init__(self, rows, first_passage):
        self.rows = np.asarray(rows, dtype=float)
        self.first_passage = first_passage
        self.trajectories = int(first_passage.sum())

    def quantile(self, row, probabilities):
        return np.quantile(self.rows[row], probabilities, method="inverted_cdf")

    def quantiles(self, rows, probabilities):
        return np.array([self.quantile(row, probabilities) for row in rows])

    def mean(self, row):
        return float(self.rows[row].mean())

    def sd(self, row):
        return float(self.rows[row].std(ddof=1)) if self.rows.shape[1] > 1 else math.nan

    def mean_se(self, row):
        return self.sd(row) / math.sqrt(self.rows.shape[1])


@dataclass
class KnownSimulation:
    scenario: SimpleNamespace
    trajectories: int
    independent: int
    tally: KnownTally
    tracked: tuple
    seed: int = 2**63 + 7
    method: str = "random"
    replications: None = None
    precision: None = None
    controlled: None = None
    spread: None = None
    seconds: float = 0.5
    paths: np.ndarray | None = None
    notes: tuple[str, ...] = ()
    stream_version: int = 1
    values: dict = field(default_factory=dict)


def month_end(first: datetime.date, offset: int) -> datetime.date:
    """The last day of the month before ``first`` moved on by ``offset`` months."""
    months = first.year * 12 + first.month - 1 + offset
    return datetime.date(months // 12, months % 12 + 1, 1) - datetime.timedelta(days=1)


def known_simulation(
    paths,
    *,
    kinds=None,
    units=None,
    dimensions=None,
    over=None,
    start=datetime.date(2023, 6, 1),
    currency="USD",
    ruin=True,
    keep=0,
    title="Known paths",
    step="month",
):
    """``paths``: name → f64[n, dims…, T+1]; ruin is ``cash < 0`` and the need ``-cash``."""
    dimensions, over, kinds, units = dimensions or {}, over or {}, kinds or {}, units or {}
    first = next(iter(paths.values()))
    count, periods = first.shape[0], first.shape[-1] - 1
    tracked, rows, blocks = [], [], []
    for name, values in paths.items():
        flat = values.reshape(count, -1, periods + 1)
        labels = tuple(tuple(dimensions[dimension]) for dimension in over.get(name, ()))
        tracked.append(
            SimpleNamespace(
                name=name,
                dims=tuple(over.get(name, ())),
                labels=labels,
                first_element=len(rows) // (periods + 1),
                elements=flat.shape[1],
                first_period=1 if kinds.get(name) == "formula" else 0,
            )
        )
        blocks.append(flat)
        rows.extend(flat.transpose(1, 2, 0).reshape(-1, count))
    cash = paths["cash"].reshape(count, periods + 1) if "cash" in paths else np.ones((count, periods + 1))
    ruined = cash < 0
    passage = np.where(ruined.any(axis=1), ruined.argmax(axis=1), periods + 1)
    rows.append(np.maximum((-cash).max(axis=1), 0.0))
    location = SimpleNamespace(problem=None)
    scenario = SimpleNamespace(
        title=title,
        start=start,
        periods=periods,
        step=step,
        currency=currency,
        dimensions={name: tuple(labels) for name, labels in dimensions.items()},
        quantities={
            name: SimpleNamespace(
                name=name, kind=kinds.get(name, "stock"), unit=units.get(name), over=None, location=location
            )
            for name in paths
        },
        ruin=SimpleNamespace(when="cash < 0", need="-cash") if ruin else None,
        track=tuple(paths),
        variants={},
        text='[scenario]\ntitle = "Known paths → ∞"\n',
        sha256="0" * 64,
        file=None,
        dates=lambda: [month_end(start, offset) for offset in range(periods + 1)],
    )
    return KnownSimulation(
        scenario=scenario,
        trajectories=count,
        independent=count,
        tally=KnownTally(rows, np.bincount(passage, minlength=periods + 2)),
        tracked=tuple(tracked),
        paths=np.concatenate(blocks, axis=1)[:keep] if keep else None,
    )


def falling_cash(count=2000, periods=36, opening=8e9, burn=3e8, spread=3e8, seed=5):
    """Cash as a discrete Gaussian walk with drift −burn, f64[count, periods + 1]."""
    steps = np.random.default_rng(seed).normal(-burn, spread, (count, periods))
    return np.concatenate([np.full((count, 1), opening), opening + np.cumsum(steps, axis=1)], axis=1)
