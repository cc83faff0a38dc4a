"""Intervals of skill hold the truth as often as they say, for many companies and for one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from burncast.calibration.skill import skill


def test_skill_is_one_less_the_ratio_of_scores():
    found = skill([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], ["a", "b", "c"])
    assert found.value == pytest.approx(0.5)
    assert found.low < 0.5 < found.high
    gain = skill([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], ["a", "b", "c"], relative=False)
    assert gain.value == pytest.approx(2.0)


def share_held(draw, truth, replications=400, **options):
    random = np.random.default_rng(11)
    held = 0
    for _ in range(replications):
        difference, clusters = draw(random)
        found = skill(-difference, np.zeros_like(difference), clusters, relative=False, **options)
        held += found.low <= truth <= found.high
    return held / replications


def companies(random):
    """40 companies with 3 forecasts each that share a company's luck."""
    shared = random.normal(0.3, 1.0, size=40)
    return (shared[:, None] + random.normal(size=(40, 3))).ravel(), np.repeat(np.arange(40), 3).tolist()


def overlapping(random):
    """60 forecasts of one company, three steps ahead: differences move together over two lags."""
    shocks = random.normal(size=62)
    return 0.3 + shocks[2:] + shocks[1:-1] + shocks[:-2], ["one"] * 60


def test_intervals_of_many_companies_hold_the_truth():
    assert abs(share_held(companies, 0.3) - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 400)


def test_forgetting_that_companies_share_luck_is_noticed():
    def each_alone(random):
        difference, clusters = companies(random)
        return difference, list(range(len(clusters)))

    assert share_held(each_alone, 0.3) < 0.90


def test_overlapping_forecasts_of_one_company_need_their_overlap():
    assert share_held(overlapping, 0.3, overlap=3) > 0.87  # Newey and West's weights leave it a little short
    assert share_held(overlapping, 0.3, overlap=1) < 0.80


def test_what_cannot_be_told_is_nan():
    assert math.isnan(skill([], [], []).value)
    assert math.isnan(skill([1.0], [2.0], ["a"]).low)
    assert math.isnan(skill([0.0, 0.0], [0.0, 0.0], ["a", "b"]).value)
    point = skill([1.0, 1.0], [math.inf, 1.0], ["a", "b"], relative=False)
    assert point.value == math.inf
    assert math.isnan(point.low)
