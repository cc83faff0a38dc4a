"""Scores of forecasts against closed forms, brute force and an independent package."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import kstest, norm

from burncast.calibration.scores import (
    brier_score,
    covered,
    crps,
    log_score,
    pinball_loss,
    pit,
    probability_log_score,
    reliability,
)


def test_crps_is_the_mean_error_less_half_the_mean_distance_of_pairs():
    random = np.random.default_rng(1)
    sample, observed = random.standard_t(3, (5, 12)), random.normal(size=5)
    for members, truth, found in zip(sample, observed, crps(sample, observed), strict=True):
        distances = [abs(a - b) for i, a in enumerate(members) for j, b in enumerate(members) if i != j]
        assert found == pytest.approx(np.abs(members - truth).mean() - 0.5 * np.mean(distances), rel=1e-12)


def test_crps_of_normal_samples_is_on_average_that_of_the_normal_law():
    """Gneiting and Raftery 2007, p. 367; exactly so for samples of any size, here of 5."""
    observed = np.array([-1.5, 0.0, 0.7])
    exact = observed * (2 * norm.cdf(observed) - 1) + 2 * norm.pdf(observed) - 1 / math.sqrt(math.pi)
    found = crps(np.random.default_rng(2).normal(size=(200_000, 1, 5)), observed)
    error = found.std(axis=0, ddof=1) / math.sqrt(len(found))
    assert np.abs(found.mean(axis=0) - exact).max() < 4 * error.max()
    unfair = found + 0.5 * 2 / math.sqrt(math.pi) / 5
    assert np.abs(unfair.mean(axis=0) - exact).min() > 4 * error.max()


def test_scores_agree_with_scoringrules():
    scoringrules = pytest.importorskip(
        "scoringrules", reason="the package scoringrules is an oracle of the tests alone"
    )
    random = np.random.default_rng(3)
    sample, observed = random.gamma(2.0, size=(50, 30)), random.gamma(2.0, size=50)
    assert crps(sample, observed) == pytest.approx(
        scoringrules.crps_ensemble(observed, sample, estimator="fair"), rel=1e-9
    )
    quantile, probability = random.normal(size=50), random.uniform(size=50)
    expected = scoringrules.quantile_score(observed, quantile, probability)
    assert pinball_loss(quantile, observed, probability) == pytest.approx(expected, rel=1e-9)
    happened = random.uniform(size=50) < probability
    assert brier_score(probability, happened) == pytest.approx(
        scoringrules.brier_score(happened, probability), rel=1e-9
    )


def test_log_score_nears_the_log_density():
    observed = np.array([-2.0, 0.0, 1.0, 3.0])
    sample = norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    found = log_score(np.broadcast_to(sample, (4, 20_000)), observed)
    assert found == pytest.approx(-norm.logpdf(observed), abs=0.15)
    moved = log_score(1000.0 * sample, 1000.0)
    assert float(moved) == pytest.approx(float(found[2]) + math.log(1000.0), rel=1e-12)


def test_the_kernel_of_the_log_score_integrates_to_one():
    members = np.array([0.0, 0.3, 1.0, 2.5])
    body = quad(lambda t: math.exp(-float(log_score(members, math.sinh(t)))) * math.cosh(t), -30.0, 30.0, limit=500)[0]
    assert body == pytest.approx(1.0, abs=1e-3)


def test_a_point_has_no_density():
    assert log_score([2.0, 2.0, 2.0], [1.0]).tolist() == [math.inf]
    assert log_score([2.0, 2.0, 2.0], [2.0]).tolist() == [-math.inf]
    assert float(crps([2.0], 5.0)) == 3.0


@pytest.mark.parametrize("score", [crps, log_score])
def test_the_truth_scores_best_on_average(score):
    random = np.random.default_rng(4)
    truth = random.normal(size=4000)
    sample = random.normal(size=(4000, 200))
    right = score(sample, truth)
    for wrong in (sample + 0.3, sample * 0.7, sample * 1.4):
        worse = score(wrong, truth) - right
        assert worse.mean() > 4 * worse.std(ddof=1) / math.sqrt(worse.size)


def test_pinball_loss_is_least_at_the_quantile():
    sample = np.random.default_rng(5).exponential(size=100_000)
    for probability in (0.1, 0.5, 0.9):
        candidates = np.linspace(0.01, 4.0, 800)
        losses = [pinball_loss(candidate, sample, probability).mean() for candidate in candidates]
        assert candidates[int(np.argmin(losses))] == pytest.approx(-math.log1p(-probability), abs=0.03)


def test_the_transform_of_calibrated_forecasts_is_uniform_and_that_of_others_is_not():
    random = np.random.default_rng(6)
    truth, sample = random.normal(size=2000), random.normal(size=(2000, 400))
    assert kstest(pit(sample, truth), "uniform").pvalue > 0.001
    assert kstest(pit(0.8 * sample, truth), "uniform").pvalue < 0.001
    assert pit([0.0, 0.0, 1.0, 1.0], 1.0) == pytest.approx((2 + 1 + 0.5) / 5)


def test_bands_hold_as_often_as_they_say():
    random = np.random.default_rng(7)
    truth, sample = random.normal(size=4000), random.normal(size=(4000, 1000))
    held = covered(sample, truth, [0.5, 0.9])
    assert held.shape == (4000, 2)
    for share, level in zip(held.mean(axis=0), (0.5, 0.9), strict=True):
        assert abs(share - level) < 4 * math.sqrt(level * (1 - level) / 4000) + 0.003


def test_probabilities_of_events():
    assert brier_score([0.2, 0.2], [True, False]) == pytest.approx([0.64, 0.04])
    found = probability_log_score([0.25, 0.25, 0.0], [True, False, True])
    assert found == pytest.approx([math.log(4.0), -math.log(0.75), math.inf])


def test_reliability_of_calibrated_forecasts_lies_in_its_band_and_equal_forecasts_stay_together():
    random = np.random.default_rng(8)
    said = random.beta(1.0, 3.0, size=20_000)
    curve = reliability(said, random.uniform(size=said.size) < said, bins=10)
    assert curve.count.sum() == said.size
    assert (np.diff(curve.said) > 0).all()
    assert ((curve.low <= curve.happened) & (curve.happened <= curve.high)).sum() >= 7
    wrong = reliability(said, random.uniform(size=said.size) < said**2, bins=10)
    assert ((wrong.low <= wrong.happened) & (wrong.happened <= wrong.high)).sum() <= 3
    few = reliability([0.1] * 50 + [0.6] * 50, [False] * 50 + [True] * 50, bins=10)
    assert few.said == pytest.approx([0.1, 0.6])
    assert few.count.tolist() == [50, 50]
    assert reliability([], []).count.tolist() == []
