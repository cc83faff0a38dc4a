"""What a sample alone says of its distribution function, against published and exact values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from burncast.calibration.empirical_cdf import empirical_cdf
from burncast.calibration.sample import make_sample

SIX_MP = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def test_product_limit_of_the_remission_times_as_published():
    """Kleinbaum & Klein, Survival Analysis, 3rd ed., Springer 2012, ch. 2."""
    values, below = empirical_cdf(make_sample(SIX_MP, right_censored=np.arange(21) >= 9))
    assert values.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert (1 - below).tolist() == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)


def test_complete_and_weighted_rows_are_counted():
    values, below = empirical_cdf(make_sample([3, 1, 2, 2]))
    assert values.tolist() == [1, 2, 3]
    assert below.tolist() == pytest.approx([0.25, 0.75, 1.0])
    _, below = empirical_cdf(make_sample([3, 1, 2], weights=[2, 1, 1]))
    assert below.tolist() == pytest.approx([0.25, 0.5, 1.0])


def test_left_censoring_is_right_censoring_seen_from_above():
    x, hidden = np.array([1.0, 2.0, 2.5, 3.0, 4.0, 5.0]), np.array([0, 1, 0, 0, 1, 0])
    values, below = empirical_cdf(make_sample(x, left_censored=hidden))
    mirrored = stats.ecdf(stats.CensoredData.right_censored(-x, hidden.astype(bool))).sf
    assert values.tolist() == [1.0, 2.5, 3.0, 5.0]
    before = [float(mirrored.evaluate(-value - 1e-9)) for value in values]
    assert below.tolist() == pytest.approx(before)


def test_delayed_entry_counts_those_who_had_entered():
    """Two entered at 0 and one at 2: half of those at risk go at 1, half at 3, all at 4."""
    sample = make_sample([1.0, 3.0, 4.0], truncated=([0.0, 0.0, 2.0], np.inf))
    values, below = empirical_cdf(sample)
    assert values.tolist() == [1, 3, 4]
    assert below.tolist() == pytest.approx([0.5, 0.75, 1.0])


def test_brackets_are_known_at_their_ends():
    x = np.random.default_rng(1).gamma(2, 1, 300)
    values, below = empirical_cdf(make_sample(np.floor(x), upper=np.floor(x) + 1))
    assert below == pytest.approx([np.mean(x <= value) for value in values], abs=1e-9)
    low, high = x * 0.8, x * 1.1
    values, below = empirical_cdf(make_sample(low, upper=high))
    assert np.all(np.diff(below) >= -1e-12)
    assert np.abs(below - stats.gamma(2).cdf(values)).max() < 0.12
    late = np.where(np.arange(300) < 5, x + 1, x + 2)
    assert empirical_cdf(make_sample(x, truncated=(-np.inf, late))) is None
