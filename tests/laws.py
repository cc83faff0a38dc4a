"""The statistical harness: estimates held against exact values, in standard errors.

Every ``assert_…`` says by how many standard errors it failed. ``LIMIT`` = 4 is exceeded by chance once in 16,000
and seeds are fixed, so that a failure is a wrong law. What each harness can tell apart is shown in
``test_laws_harness.py``, where each is made to fail on a slightly wrong law.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from burncast.engine.statistics.bins import BINS, bin_starts
from burncast.engine.tally import Tally

__all__ = [
    "LIMIT",
    "assert_continuous_law",
    "assert_discrete_law",
    "assert_mean",
    "assert_probability",
    "assert_quantile",
    "assert_sd",
    "assert_tallied_law",
]

LIMIT = 4.0
"""Standard errors allowed."""

CHANCE = 1e-5
"""A goodness-of-fit test fails below this p-value."""

KOLMOGOROV = float(np.sqrt(np.log(2.0 / CHANCE) / 2.0))
"""Greatest √n·D allowed: 2.47, from the tail 2·exp(−2x²) of Kolmogorov's law (an upper bound at every n)."""

BIN = 2.0**-8
"""Relative width of a tally's bins."""


def assert_mean(estimate: ArrayLike, se: ArrayLike, exact: ArrayLike, limit: float = LIMIT) -> None:
    """Every ``estimate`` lies within ``limit`` standard errors ``se`` of ``exact``; equal where ``se`` is 0."""
    estimate, se, exact = np.broadcast_arrays(
        np.asarray(estimate, np.float64), np.asarray(se, np.float64), np.asarray(exact, np.float64)
    )
    rounding = 1e-12 * np.abs(exact)
    excess = np.maximum(np.abs(estimate - exact) - rounding, 0.0)
    errors = np.divide(excess, se, out=np.where(excess > 0.0, np.inf, 0.0), where=se > 0.0)
    worst = int(np.argmax(np.where(np.isnan(errors), np.inf, errors)))
    assert np.all(errors <= limit), (
        f"{errors.flat[worst]:.1f} standard errors off (allowed {limit}): "
        f"{estimate.flat[worst]:.8g} ± {se.flat[worst]:.2g}, exactly {exact.flat[worst]:.8g} (entry {worst})"
    )


def assert_probability(hits: ArrayLike, trajectories: int, exact: ArrayLike, limit: float = LIMIT) -> None:
    """``hits`` of ``trajectories`` are what an event of probability ``exact`` gives: errors √(p(1 − p)/n) of that p."""
    exact = np.asarray(exact, np.float64)
    assert_mean(np.asarray(hits) / trajectories, np.sqrt(exact * (1.0 - exact) / trajectories), exact, limit)


def assert_sd(estimate: float, trajectories: int, exact: float, excess_kurtosis: float = 0.0) -> None:
    """A sample standard deviation against the exact one: its error is σ·√((κ + 2)/4n), asymptotically."""
    assert_mean(estimate, exact * np.sqrt((excess_kurtosis + 2.0) / (4.0 * trajectories)), exact)


def assert_quantile(
    estimate: ArrayLike,
    probability: ArrayLike,
    trajectories: int,
    cdf: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    resolution: float = BIN,
) -> None:
    """Quantile estimates, known to a relative ``resolution``, against ``cdf``.

    Held in probability: F at the estimate is p within ``LIMIT`` errors √(p(1 − p)/n), which needs no density.
    """
    estimate, p = np.asarray(estimate, np.float64), np.asarray(probability, np.float64)
    room = resolution * np.abs(estimate)
    error = LIMIT * np.sqrt(p * (1.0 - p) / trajectories) + 1.0 / trajectories
    below, above = np.asarray(cdf(estimate - room)), np.asarray(cdf(estimate + room))
    assert np.all((below <= p + error) & (above >= p - error)), (
        f"quantiles {estimate} at {p} have probabilities {below} to {above}, allowed errors {error}"
    )


def assert_discrete_law(counts: ArrayLike, probabilities: ArrayLike) -> None:
    """Pearson's chi-square of ``counts`` over all outcomes; cells expected below 5 are pooled."""
    counts, probabilities = np.asarray(counts, np.float64), np.asarray(probabilities, np.float64)
    expected = counts.sum() * probabilities
    assert np.isclose(probabilities.sum(), 1.0, rtol=0.0, atol=1e-9), f"probabilities sum to {probabilities.sum()}"
    assert np.all(counts[probabilities <= 0.0] == 0.0), "an impossible outcome occurred"
    rare = expected < 5.0
    observed = np.append(counts[~rare], counts[rare].sum())
    expected = np.append(expected[~rare], expected[rare].sum())
    observed, expected = observed[expected > 0.0], expected[expected > 0.0]
    statistic = float(((observed - expected) ** 2 / expected).sum())
    chance = float(stats.chi2.sf(statistic, max(len(observed) - 1, 1)))
    assert chance >= CHANCE, (
        f"chi-square {statistic:.1f} on {len(observed) - 1} degrees of freedom: p-value {chance:.1e}"
    )


def assert_continuous_law(values: ArrayLike, cdf: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> None:
    """Kolmogorov–Smirnov of independent ``values`` against a continuous ``cdf``, at a fixed threshold of √n·D."""
    ordered = np.sort(np.asarray(values, np.float64).ravel())
    n = len(ordered)
    exact = np.asarray(cdf(ordered))
    ranks = np.arange(n + 1) / n
    distance = max(float(np.max(ranks[1:] - exact)), float(np.max(exact - ranks[:-1])))
    _assert_distance(distance, n)


def assert_tallied_law(tally: Tally, row: int, cdf: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> None:
    """Kolmogorov–Smirnov of a whole row of a tally against a continuous ``cdf``, at the edges of its bins.

    The counts at the edges are exact, so the bins blur nothing; the true D can only be greater.
    """
    edges, below = [], []
    negative = sorted((top for top in tally.tops(row) if top >= 2048), reverse=True)
    positive = [top for top in tally.tops(row) if top < 2048]
    total = 0
    for top in negative:
        starts = -np.abs(bin_starts((top << 8) + np.arange(BINS)))[::-1]
        counts = tally.page(row, top).astype(np.int64)[::-1]
        edges.append(starts)
        below.append(total + np.cumsum(counts))
        total += int(counts.sum())
    for top in positive:
        starts = bin_starts((top << 8) + np.arange(BINS))
        counts = tally.page(row, top).astype(np.int64)
        edges.append(starts)
        below.append(total + np.cumsum(counts) - counts)
        total += int(counts.sum())
    shares = np.concatenate(below) / total
    _assert_distance(float(np.max(np.abs(shares - np.asarray(cdf(np.concatenate(edges)))))), total)


def _assert_distance(distance: float, n: int) -> None:
    scaled = distance * np.sqrt(n)
    assert scaled <= KOLMOGOROV, f"Kolmogorov distance {distance:.2e}, √n·D = {scaled:.2f} > {KOLMOGOROV:.2f}"
