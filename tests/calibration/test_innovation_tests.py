"""Ljung–Box, Jarque–Bera and Kolmogorov–Smirnov against sums written out, SciPy, and their laws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from burncast.calibration.innovation_tests import innovation_tests, jarque_bera, ljung_box


def test_ljung_box_of_a_series_computed_by_hand():
    """x = 1, 2, 4, 3: the mean is 2.5, the deviations −1.5, −0.5, 1.5, 0.5, Σ = 5; ρ₁ = (0.75 − 0.75 + 0.75)/5 = 0.15,
    ρ₂ = (−2.25 − 0.25)/5 = −0.5; Q = 4·6·(0.15²/3 + 0.5²/2) = 3.18, and a χ² of 2 exceeds it with exp(−1.59)."""
    found = ljung_box(np.array([1.0, 2.0, 4.0, 3.0]), 2)
    assert found.statistic == pytest.approx(3.18)
    assert found.p_value == pytest.approx(np.exp(-1.59))
    assert ljung_box(np.array([1.0, 2.0, 4.0, 3.0]), 2, fitted=1).df == 1


def test_jarque_bera_and_kolmogorov_smirnov_are_scipys():
    z = np.random.default_rng(1).standard_t(4, 200)
    found, tests = stats.jarque_bera(z), innovation_tests(z)
    assert jarque_bera(z).statistic == pytest.approx(found.statistic)
    assert jarque_bera(z).p_value == pytest.approx(found.pvalue, abs=0)
    assert tests.kolmogorov_smirnov.statistic == pytest.approx(stats.kstest(z, "norm").statistic)
    assert np.all(np.diff(tests.sorted_innovations) >= 0)
    assert tests.normal_quantiles == pytest.approx(stats.norm.ppf((np.arange(200) + 0.5) / 200))


def test_p_values_are_uniform_for_white_noise_and_small_for_what_they_are_made_for():
    generator = np.random.default_rng(2)
    noise = generator.standard_normal((600, 200))
    below = np.mean([innovation_tests(row).ljung_box.p_value < 0.1 for row in noise])
    assert abs(below - 0.1) < 4 * np.sqrt(0.09 / 600)
    dependent = noise[0].copy()
    for i in range(1, 200):
        dependent[i] += 0.5 * dependent[i - 1]
    assert innovation_tests(dependent).ljung_box.p_value < 1e-3
    clustered = noise[1] * np.where(np.arange(200) // 40 % 2, 3.0, 0.5)
    tests = innovation_tests(clustered)
    assert tests.ljung_box_squares.p_value < 1e-3
    assert "volatility changes over time" in " ".join(tests.findings())
    assert innovation_tests(noise[2]).findings() == ()
