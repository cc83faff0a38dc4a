"""The nearest correlation matrix against published ones, the factor, and the t copula against its closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from burncast.distributions.correlation import cholesky_factor, nearest_correlation, t_copula_tables
from burncast.distributions.errors import LawError
from burncast.distributions.transport import evaluate


def test_the_example_of_higham_2002():
    # N. Higham, "Computing the nearest correlation matrix", IMA J. Numer. Anal. 22 (2002), the 3 x 3 example.
    given_matrix = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    nearest, distance = nearest_correlation(given_matrix)
    expected = [[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]]
    np.testing.assert_allclose(nearest, expected, atol=5e-5)
    assert distance == pytest.approx(0.5278, abs=5e-5)


def test_a_valid_matrix_is_left_alone():
    for valid in (np.eye(3), np.ones((2, 2)), np.array([[1, 0.5], [0.5, 1]])):
        nearest, distance = nearest_correlation(valid)
        np.testing.assert_array_equal(nearest, valid)
        assert distance == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 6), st.integers(0, 10_000))
def test_repairs_are_valid_and_no_valid_neighbour_is_nearer(size, seed):
    random = np.random.default_rng(seed)
    symmetric = random.uniform(-1, 1, (size, size))
    matrix = np.tril(symmetric, -1) + np.tril(symmetric, -1).T + np.eye(size)
    nearest, distance = nearest_correlation(matrix)
    assert np.linalg.eigvalsh(nearest)[0] >= -1e-12
    np.testing.assert_array_equal(np.diag(nearest), 1)
    np.testing.assert_array_equal(nearest, nearest.T)
    assert distance == pytest.approx(np.linalg.norm(nearest - matrix))
    for _ in range(20):
        rows = random.normal(size=(size, size))
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        for share in (1.0, 0.1, 0.01):
            other = (1 - share) * nearest + share * (rows @ rows.T)
            assert np.linalg.norm(other - matrix) >= distance - 1e-7
    factor = cholesky_factor(nearest)
    np.testing.assert_allclose(factor @ factor.T, nearest, atol=1e-10)
    np.testing.assert_array_equal(factor, np.tril(factor))


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ([[1, 0.5]], "not square"),
        ([[1, 1.5], [1.5, 1]], "1 with 2 is 1.5"),
        ([[1, 0.5], [0.4, 1]], "symmetric"),
        ([[0.9, 0.5], [0.5, 1]], "diagonal"),
        ([[1, float("nan")], [float("nan"), 1]], "nan"),
    ],
)
def test_matrices_that_are_no_correlations_are_refused(matrix, words):
    with pytest.raises(LawError, match=words):
        nearest_correlation(matrix)


@pytest.mark.parametrize("df", [1.0, 2.0, 4.0, 7.5, 30.0, 1000.0])
def test_t_copula_tables_against_scipy(df):
    stretch, normalise = t_copula_tables(df)
    z = np.random.default_rng(1).uniform(-8.4, 8.4, 2_000)
    chi_squared = np.where(z < 0, stats.chi2.ppf(stats.norm.cdf(z), df), stats.chi2.isf(stats.norm.sf(z), df))
    np.testing.assert_allclose(evaluate(stretch, z), np.sqrt(df / chi_squared), rtol=2e-8, atol=2e-8)
    t = np.where(z < 0, stats.t.ppf(stats.norm.cdf(z), df), stats.t.isf(stats.norm.sf(z), df))
    np.testing.assert_allclose(evaluate(normalise, np.arcsinh(t / np.sqrt(df))), z, rtol=2e-8, atol=2e-8)
    assert stretch.error <= 1e-8
    assert normalise.error <= 1e-8


def t_copula_pairs(df: float, rho: float, size: int) -> np.ndarray:
    y = np.random.default_rng(7).normal(size=(3, size))
    correlated = cholesky_factor([[1.0, rho], [rho, 1.0]]) @ y[:2]
    stretch, normalise = t_copula_tables(df)
    return evaluate(normalise, np.arcsinh(correlated * evaluate(stretch, y[2]) / np.sqrt(df)))


def test_t_copula_has_normal_margins_kendalls_tau_and_tail_dependence():
    df, rho, size = 3.0, 0.5, 200_000
    z = t_copula_pairs(df, rho, size)
    for margin in z:
        assert stats.kstest(margin, "norm").pvalue > 1e-4
    # Kendall's tau is 2/π·arcsin(rho) whatever df (Demarta & McNeil 2005, eq. 6).
    tau = stats.kendalltau(z[0, :20_000], z[1, :20_000]).statistic
    assert tau == pytest.approx(2 / np.pi * np.arcsin(rho), abs=4 * 0.0075)
    # P(both above the level)/P(one above) tends to 2·T_{df+1}(−√((df+1)(1−rho)/(1+rho))); near it at 0.1 %.
    limit = 2 * stats.t.cdf(-np.sqrt((df + 1) * (1 - rho) / (1 + rho)), df + 1)
    level = stats.norm.isf(0.001)
    joint = np.mean(np.all(z > level, axis=0)) / 0.001
    assert joint == pytest.approx(limit, abs=0.05 + 4 * np.sqrt(limit / (0.001 * size)))
    gaussian = cholesky_factor([[1.0, rho], [rho, 1.0]]) @ np.random.default_rng(8).normal(size=(2, size))
    assert np.mean(np.all(gaussian > level, axis=0)) / 0.001 < limit - 0.1


def test_df_below_one_is_refused():
    with pytest.raises(LawError, match="at least 1"):
        t_copula_tables(0.5)
