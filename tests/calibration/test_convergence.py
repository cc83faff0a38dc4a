"""Diagnostics of runs: R-hat as ArviZ computes it, effective sample sizes that are known."""

from __future__ import annotations

import numpy as np
import pytest

from burncast.calibration.convergence import effective_sample_size, split_r_hat


def draws(kind):
    generator = np.random.default_rng(1)
    normal = generator.normal(size=(4, 1000))
    return {
        "alike": normal,
        "shifted": generator.normal(size=(4, 1000)) + 0.1 * np.arange(4)[:, None],
        "wider": generator.standard_cauchy(size=(3, 501)) * np.array([1, 1, 2])[:, None],
        "tied": np.round(normal),
    }[kind]


@pytest.mark.parametrize(
    ("kind", "published"),
    [("alike", 1.001569927811536), ("shifted", 1.006653612495522), ("wider", 1.039014285771373)],
)
def test_r_hat_is_that_of_arviz(kind, published):
    """``arviz_stats.base.array_stats.rhat`` of the same draws, arviz-stats 0.8."""
    assert split_r_hat(draws(kind)) == pytest.approx(published, rel=1e-12)


def test_r_hat_of_arviz_itself():
    base = pytest.importorskip("arviz_stats.base", reason="arviz-stats is not installed")
    for kind in ("alike", "shifted", "wider", "tied"):
        expected = base.array_stats.rhat(draws(kind), chain_axis=0, draw_axis=1)
        assert split_r_hat(draws(kind)) == pytest.approx(float(expected), rel=1e-9)


def test_r_hat_of_what_does_not_vary_and_of_runs_apart():
    assert split_r_hat(np.ones((3, 100))) == 1.0
    assert split_r_hat(np.repeat(np.arange(3.0)[:, None], 100, axis=1)) > 10


def test_effective_sample_size():
    generator = np.random.default_rng(2)
    alone = np.tile(np.arange(1000), (4, 1))
    independent = generator.normal(size=(4, 1000))
    assert effective_sample_size(independent, alone) == pytest.approx(4000, rel=1e-3)
    assert effective_sample_size(np.repeat(independent[:, :100], 10, axis=1), alone // 10) == pytest.approx(
        400, rel=0.01
    )
    families = np.tile(np.arange(100), (4, 10))
    moved = np.array([effective_sample_size(generator.normal(size=(4, 1000)), families) for _ in range(40)])
    assert moved.mean() > 3500
    within = generator.normal(size=(4, 100))[:, np.arange(1000) % 100]
    half = np.sqrt(0.5) * (within + generator.normal(size=(4, 1000)))
    assert effective_sample_size(half, families) == pytest.approx(4000 / (1 + 9 * 0.5), rel=0.3)
    assert effective_sample_size(np.ones((2, 10)), np.zeros((2, 10), np.int64)) == 20
