"""Discrete and empirical laws against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from burncast.distributions.bernoulli import bernoulli
from burncast.distributions.discrete import constant, discrete
from burncast.distributions.empirical import empirical

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
    assert float(law.sf(1.0)) == pytest.approx(1.01e-14, rel=1e-12)
    assert float(law.quantile_upper(1e-17)) == 3
    assert float(law.quantile_upper(5e-15)) == 2
    assert float(law.quantile_upper(0.5)) == 1


def test_bernoulli_and_constant():
    law, twin = bernoulli(0.3), stats.bernoulli(0.3)
    assert (law.mean, law.sd) == pytest.approx((twin.mean(), twin.std()))
    np.testing.assert_array_equal(law.quantile([0.2, 0.69, 0.71]), twin.ppf([0.2, 0.69, 0.71]))
    assert bernoulli(0.0).support == (0, 0)
    assert bernoulli(1.0).support == (1, 1)
    assert constant(4.0).sd == 0
    assert law.discrete
