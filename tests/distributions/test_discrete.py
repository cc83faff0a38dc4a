"""Discrete and empirical laws against NumPy, counts against SciPy and mpmath."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws_and_twins import COUNT_TWINS
from scipy import stats

from burncast.distributions.bernoulli import bernoulli
from burncast.distributions.beta_binomial import beta_binomial, beta_binomial_from_moments
from burncast.distributions.binomial import binomial
from burncast.distributions.discrete import constant, discrete
from burncast.distributions.empirical import empirical
from burncast.distributions.errors import LawError
from burncast.distributions.lognormal import Lognormal
from burncast.distributions.negative_binomial import (
    negative_binomial,
    negative_binomial_from_dispersion,
    negative_binomial_from_moments,
)
from burncast.distributions.poisson import poisson
from burncast.distributions.zero_inflation import hurdle, zero_inflated

SAMPLES = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=30)


@given(SAMPLES, st.lists(st.floats(0, 1), min_size=1, max_size=10))
def test_empirical_quantile_is_numpys(sample, probabilities):
    expected = np.quantile(np.array(sample), probabilities, method="inverted_cdf")
    np.testing.assert_array_equal(empirical(sample).quantile(probabilities), expected)


@given(SAMPLES)
def test_empirical_moments_and_cdf_are_the_samples(sample):
    law = empirical(sample)
    assert (law.mean, law.sd) == pytest.approx((np.mean(sample), np.std(sample)), abs=1e-12)
    for x in (-6.0, -0.5, 0.0, 3.0, 6.0):
        assert float(law.cdf(x)) == np.mean(np.array(sample) <= x)
        assert float(law.sf(x)) == np.mean(np.array(sample) > x)


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(1, 9)), min_size=1, max_size=10))
def test_whole_weights_mean_repetition(pairs):
    values, weights = [float(value) for value, _ in pairs], [float(weight) for _, weight in pairs]
    repeated = [value for value, weight in zip(values, weights, strict=True) for _ in range(int(weight))]
    assert empirical(values, weights) == empirical(repeated)


def test_tails_of_a_discrete_law():
    law = discrete([1.0, 2.0, 3.0], [1.0, 1e-14, 1e-16])
    assert float(law.sf(1.0)) == pytest.approx(1.01e-14, rel=1e-12, abs=0)
    assert float(law.quantile_upper(1e-17)) == 3
    assert float(law.quantile_upper(5e-15)) == 2
    assert float(law.quantile_upper(0.5)) == 1


PROBABILITIES = np.array([1e-12, 1e-9, 1e-6, 1e-3, 0.05, 0.3, 0.5, 0.8, 0.97])


@pytest.mark.parametrize(
    ("law", "twin"), COUNT_TWINS, ids=[f"{k}-{twin.dist.name}" for k, (_, twin) in enumerate(COUNT_TWINS)]
)
def test_counts_agree_with_scipy(law, twin):
    points, probabilities = law.atoms()
    np.testing.assert_allclose(probabilities, twin.pmf(points), rtol=1e-9, atol=1e-30)
    np.testing.assert_allclose([law.mean, law.sd], [twin.mean(), twin.std()], rtol=1e-12)
    x = twin.ppf([0.001, 0.1, 0.5, 0.9])
    np.testing.assert_allclose(law.cdf(x), twin.cdf(x), rtol=1e-11)
    np.testing.assert_allclose(law.sf(x), twin.sf(x), rtol=1e-11)


@pytest.mark.parametrize(
    ("law", "last_count", "mass"),
    [
        (poisson(400.0), 1_500, lambda k: mpmath.mpf(400) ** k / mpmath.factorial(k)),
        (binomial(900, 0.25), 900, lambda k: mpmath.binomial(900, k) * mpmath.mpf(3) ** (900 - k)),
        (
            negative_binomial(2.5, 0.125),
            1_500,
            lambda k: mpmath.gamma(k + 2.5) / mpmath.factorial(k) * (mpmath.mpf(7) / 8) ** k,
        ),
        (beta_binomial(300, 3.0, 40.0), 300, lambda k: mpmath.binomial(300, k) * mpmath.beta(k + 3, 340 - k)),
    ],
    ids=["poisson", "binomial", "negative_binomial", "beta_binomial"],
)
def test_counts_in_the_tails_against_mpmath(law, last_count, mass):
    with mpmath.workdps(60):
        masses = [mass(k) for k in range(last_count + 1)]
        total = mpmath.fsum(masses)
        below, sums = [], mpmath.mpf(0)
        for one in masses:
            sums += one
            below.append(sums / total)
        for p in PROBABILITIES:
            first = next(k for k, value in enumerate(below) if value >= mpmath.mpf(float(p)))
            last = next(k for k, value in enumerate(below) if 1 - value <= mpmath.mpf(float(p)))
            assert float(law.quantile(p)) == first
            assert float(law.quantile_upper(p)) == last
            assert float(law.cdf(first)) == pytest.approx(float(below[first]), rel=1e-12, abs=0)
            assert float(law.sf(last)) == pytest.approx(float(1 - below[last]), rel=1e-12, abs=1e-30)


def test_counts_by_moments_and_at_their_ends():
    for law, mean, sd in (
        (negative_binomial_from_moments(10.0, 7.0), 10, 7),
        (negative_binomial_from_dispersion(10.0, 2.5), 10, np.sqrt(50)),
    ):
        assert (law.mean, law.sd) == pytest.approx((mean, sd), rel=1e-12)
    drawn = beta_binomial_from_moments(50, 0.2, 0.1)
    assert (drawn.mean, drawn.sd) == pytest.approx((10, np.sqrt(50 * 0.16 + 50 * 49 * 0.01)), rel=1e-12)
    assert poisson(0.0) == binomial(7, 0.0) == negative_binomial(2.0, 1.0) == beta_binomial(0, 1.0, 1.0) == constant(0)
    assert binomial(7, 1.0) == constant(7)


def test_more_zeros():
    counts, p = poisson(2.0), 0.25
    inflated, jumped = zero_inflated(counts, p), hurdle(counts, p)
    none = math.exp(-2)
    assert float(inflated.cdf(0)) == pytest.approx(p + (1 - p) * none, rel=1e-13)
    assert float(jumped.cdf(0)) == pytest.approx(p, rel=1e-13)
    assert inflated.mean == pytest.approx((1 - p) * 2, rel=1e-13)
    assert jumped.mean == pytest.approx((1 - p) * 2 / (1 - none), rel=1e-13)
    sales = hurdle(Lognormal(0.0, 1.0), 0.4)
    assert float(sales.quantile(0.39)) == 0
    assert float(sales.quantile(0.7)) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(
    ("build", "argument"),
    [
        (lambda: poisson(-1.0), "rate"),
        (lambda: poisson(1e12), "rate"),
        (lambda: binomial(2.5, 0.5), "trials"),
        (lambda: binomial(2, 1.5), "probability"),
        (lambda: negative_binomial(1.0, 0.0), "probability"),
        (lambda: negative_binomial_from_moments(10.0, 3.0), "sd"),
        (lambda: beta_binomial(1e9, 1.0, 1.0), "trials"),
        (lambda: negative_binomial(1e9, 1e-300), "probability"),
        (lambda: negative_binomial_from_moments(10.0, 1e200), "sd"),
        (lambda: hurdle(constant(-1.0), 0.5), None),
        (lambda: zero_inflated(constant(1.0), -0.5), "p"),
    ],
)
def test_impossible_counts_are_refused_by_name(build, argument):
    with pytest.raises(LawError) as caught:
        build()
    assert caught.value.argument == argument


def test_bernoulli_and_constant():
    law, twin = bernoulli(0.3), stats.bernoulli(0.3)
    assert (law.mean, law.sd) == pytest.approx((twin.mean(), twin.std()))
    np.testing.assert_array_equal(law.quantile([0.2, 0.69, 0.71]), twin.ppf([0.2, 0.69, 0.71]))
    assert bernoulli(0.0).support == (0, 0)
    assert bernoulli(1.0).support == (1, 1)
    assert constant(4.0).sd == 0
    assert law.discrete
