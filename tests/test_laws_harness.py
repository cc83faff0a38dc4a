"""Each statistical harness passes on the right law and fails on a slightly wrong one."""

import numpy as np
import pytest
from laws import (
    assert_continuous_law,
    assert_discrete_law,
    assert_mean,
    assert_probability,
    assert_quantile,
    assert_sd,
    assert_tallied_law,
)
from scipy import stats
from tallied import chunks_of, tally_of

N = 1_000_000
normals = np.random.default_rng(12).normal(size=N)
TALLY = tally_of(chunks_of(normals))
PROBABILITIES = np.array([0.01, 0.1, 0.5, 0.8, 0.999])


def test_mean():
    se = normals.std() / np.sqrt(N)
    assert_mean(normals.mean(), se, 0.0)
    assert_mean([0.0, normals.mean()], [0.0, se], 0.0)
    for wrong in (0.006, -0.006, np.nan):
        with pytest.raises(AssertionError, match="standard errors"):
            assert_mean(normals.mean(), se, wrong)
    with pytest.raises(AssertionError):
        assert_mean([normals.mean(), 1e-9], [se, 0.0], 0.0)
    with pytest.raises(AssertionError):
        assert_mean(np.nan, se, 0.0)


def test_probability():
    hits = np.count_nonzero(normals < -1.0)
    assert_probability(hits, N, stats.norm.cdf(-1.0))
    assert_probability([0, N], N, [0.0, 1.0])
    with pytest.raises(AssertionError):
        assert_probability(hits, N, stats.norm.cdf(-1.0, scale=1.01))
    with pytest.raises(AssertionError):
        assert_probability(1, N, 0.0)


def test_sd():
    assert_sd(normals.std(ddof=1), N, 1.0)
    with pytest.raises(AssertionError):
        assert_sd(normals.std(ddof=1), N, 1.005)


def test_quantile():
    estimates = TALLY.quantile(0, PROBABILITIES)
    assert_quantile(estimates, PROBABILITIES, N, stats.norm.cdf)
    with pytest.raises(AssertionError, match="quantiles"):
        assert_quantile(estimates, PROBABILITIES, N, stats.norm(scale=1.02).cdf)
    exact = np.quantile(normals, PROBABILITIES)
    assert_quantile(exact, PROBABILITIES, N, stats.norm.cdf, resolution=0.0)
    with pytest.raises(AssertionError, match="quantiles"):
        assert_quantile(exact, PROBABILITIES, N, stats.norm(loc=0.01).cdf, resolution=0.0)


def test_discrete_law():
    counts = np.bincount(np.random.default_rng(3).poisson(2.0, size=N), minlength=40)
    outcomes = np.arange(len(counts))
    assert_discrete_law(counts, stats.poisson.pmf(outcomes, 2.0))
    with pytest.raises(AssertionError, match="chi-square"):
        assert_discrete_law(counts, stats.poisson.pmf(outcomes, 2.02))
    with pytest.raises(AssertionError, match="impossible"):
        assert_discrete_law([5, 5, 1], [0.5, 0.5, 0.0])
    with pytest.raises(AssertionError, match="sum to"):
        assert_discrete_law([5, 5], [0.5, 0.4])


def test_continuous_law():
    assert_continuous_law(normals, stats.norm.cdf)
    for wrong in (stats.norm(scale=1.015), stats.norm(loc=0.008), stats.t(df=20)):
        with pytest.raises(AssertionError, match="Kolmogorov"):
            assert_continuous_law(normals, wrong.cdf)


def test_tallied_law():
    assert_tallied_law(TALLY, 0, stats.norm.cdf)
    for wrong in (stats.norm(scale=1.015), stats.norm(loc=0.008), stats.t(df=20)):
        with pytest.raises(AssertionError, match="Kolmogorov"):
            assert_tallied_law(TALLY, 0, wrong.cdf)
