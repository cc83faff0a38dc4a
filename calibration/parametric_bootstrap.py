"""Samples like the observed one, drawn from a fitted law, each fitted again.

A replicate has as many rows as the sample, in the same windows of recording, with the same weights. Censoring on one
side is drawn too: a row that was censored keeps its limit, one that was observed gets a limit from the product-limit
estimate of the limits, given that it lay beyond the value (Davison & Hinkley, Bootstrap Methods and their Application,
Cambridge 1997, §3.5). Rows known as intervals are drawn where the intervals tile a line (counts of people by income
bracket): a value is then known as the bracket that it falls into.

Where the rows cannot be drawn (intervals that overlap, limits on both sides), the sample itself is weighted at random,
with weights from the flat Dirichlet law (Xu, Gotwalt, Hong, King & Meeker, The American Statistician 74 (2020)
345–358).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy import special

from burncast.calibration.censored_likelihood import Rows, rows_of
from burncast.calibration.fitted_families import FittedFamily
from burncast.calibration.sample import Array, Sample
from burncast.distributions.law import Law
from burncast.distributions.transport import evaluate, transport

__all__ = ["Replicates", "bootstrap_rows"]

_MANY = 10_000


@dataclass(frozen=True)
class Replicates:
    """Rows f64[fits, n] of the replicates; ``drawn`` is False where the sample itself was weighted at random."""

    rows: Rows
    drawn: bool


def bootstrap_rows(
    family: FittedFamily, law: Law, sample: Sample, replicates: int, rng: np.random.Generator
) -> Replicates:
    """``replicates`` samples like ``sample``, drawn from the fitted ``law``."""
    limits = _limits(sample)
    if limits is None:
        return Replicates(rows_of(sample, _random_weights(sample, replicates, rng)), drawn=False)
    values = _draw(family, law, sample, (replicates, len(sample)), rng)
    low, high = values, values
    if limits == "right":
        limit = _drawn_limits(values, sample.low, sample.high, rng)
        low, high = np.minimum(values, limit), np.where(values <= limit, values, np.inf)
    elif limits == "left":
        limit = -_drawn_limits(-values, -sample.high, -sample.low, rng)
        low, high = np.where(values >= limit, values, -np.inf), np.maximum(values, limit)
    elif limits == "brackets":
        edges = np.unique(np.concatenate([sample.low, sample.high]))
        edges = np.concatenate([[-np.inf], edges[np.isfinite(edges)], [np.inf]])
        bracket = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
        low, high = edges[bracket], edges[bracket + 1]
    shared = rows_of(sample)
    exact = bool(np.all(low == high))
    rows = Rows(low, high, shared.weights, shared.truncated_below, shared.truncated_above, exact, sample.truncated)
    return Replicates(rows, drawn=True)


def _limits(sample: Sample) -> str | None:
    """How rows are known: exactly, censored on one side, in brackets; None where they cannot be drawn."""
    if sample.exact.all():
        return "none"
    right, left = np.isinf(sample.high), np.isinf(sample.low)
    if np.all(sample.exact | right):
        return "right"
    if np.all(sample.exact | left):
        return "left"
    brackets = sorted(set(zip(sample.low.tolist(), sample.high.tolist(), strict=True)))
    apart = all(one[1] <= other[0] for one, other in itertools.pairwise(brackets))
    return "brackets" if apart and not sample.exact.any() and not sample.truncated else None


def _random_weights(sample: Sample, replicates: int, rng: np.random.Generator) -> Array:
    weights = rng.exponential(size=(replicates, len(sample))) * sample.weights
    return np.asarray(weights * (sample.size / weights.sum(axis=1, keepdims=True)))


def _draw(family: FittedFamily, law: Law, sample: Sample, shape: tuple[int, int], rng: np.random.Generator) -> Array:
    """Values of the law, each in its row's window."""
    u = rng.random(shape)
    if sample.truncated:
        shift = 1.0 if family.discrete else 0.0
        start = np.where(np.isfinite(sample.truncated_below), law.cdf(sample.truncated_below - shift), 0.0)
        end = np.where(np.isfinite(sample.truncated_above), law.cdf(sample.truncated_above), 1.0)
        u = start + u * (end - start)
    values = _from_table(law, u) if u.size > _MANY and not law.discrete else law.quantile(u)
    return np.clip(values, sample.truncated_below, sample.truncated_above) if sample.truncated else values


def _from_table(law: Law, u: Array) -> Array:
    """Quantiles from the transport table of the law, whose error is a hundred-millionth."""
    return evaluate(transport(law), special.ndtri(np.maximum(u, 1e-16)))


def _drawn_limits(values: Array, low: Array, high: Array, rng: np.random.Generator) -> Array:
    """Limits on the right for each row of the replicates: their own where they are known, else drawn beyond the
    observed value."""
    censored = np.isinf(high)
    times = np.sort(low[censored])
    limit = np.broadcast_to(np.where(censored, low, np.inf), values.shape).copy()
    at_risk = len(low) - np.searchsorted(np.sort(low), times, side="left")
    # A value observed at a limit was seen before it.
    at_risk = at_risk - np.array([np.sum((low == time) & ~censored) for time in times])
    order = np.arange(len(times)) - np.searchsorted(times, times, side="left")
    at_risk = np.maximum(at_risk - order, 1)
    below = 1.0 - np.cumprod(1.0 - 1.0 / at_risk)
    for row in np.flatnonzero(~censored):
        beyond = int(np.searchsorted(times, low[row], side="left"))
        before = below[beyond - 1] if beyond else 0.0
        target = before + rng.random(len(values)) * (1.0 - before)
        drawn = np.searchsorted(below, target, side="left")
        limit[:, row] = np.where(drawn < len(times), times[np.minimum(drawn, len(times) - 1)], np.inf)
    return limit
