"""What a scenario had said of later figures, against closed forms of a Gaussian scenario."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

import burncast
from burncast.distributions.errors import DataError

SCENARIO = {
    "scenario": {"start": "2024-01", "periods": 6, "currency": "USD"},
    "inputs": {"burn": "normal(mean=10, sd=2)"},
    "processes": {"shock": "iid(normal(0, 3))"},
    "stocks": {"cash": {"start": 100, "next": "cash - burn + shock", "unit": "USD"}},
}
MEAN, SD = 70.0, math.sqrt((3 * 2) ** 2 + 3 * 3**2)
"""Of cash after three months."""


def report(**said):
    return {"variable": "cash", "period": "2024-03", "source": "the bank", **said}


def test_the_transform_and_the_score_are_those_of_the_normal_law():
    rows = [
        report(value=60.0, sd=4.0),
        report(value=84.0, sd=4.0, source="a paper"),
        report(low=75.0, source="a rumour"),
    ]
    found = burncast.hindsight(SCENARIO, rows, seed=3, trajectories=65_536)
    error = 4 / math.sqrt(65_536)
    for one, value in zip(found[:2], (60.0, 84.0), strict=True):
        z = (value - MEAN) / SD
        assert one.pit == pytest.approx(norm.cdf((value - MEAN) / math.hypot(SD, 4.0)), abs=0.5 * error)
        exact = SD * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / math.sqrt(math.pi))
        assert one.crps == pytest.approx(exact, abs=2 * SD * error)
        assert one.forecast.p50 == pytest.approx(MEAN, abs=1.3 * SD * error)
    assert found[2].is_bound
    assert found[2].pit == pytest.approx(norm.sf((75.0 - MEAN) / SD), abs=0.5 * error)
    assert math.isnan(found[2].crps)
    assert [one.missed for one in found] == [False, False, False]


def test_what_the_forecast_missed_is_said():
    found = burncast.hindsight(SCENARIO, [report(value=110.0, sd=1.0), report(low=120.0, source="a rumour")])
    assert [one.missed for one in found] == [True, True]
    assert found[0].band > 0.99


def test_transforms_of_true_outcomes_are_uniform_and_those_of_a_bold_forecast_are_not():
    random = np.random.default_rng(9)
    reports = MEAN + random.normal(scale=math.hypot(SD, 4.0), size=80)
    rows = [report(value=float(value), sd=4.0, source=f"draw {place}") for place, value in enumerate(reports)]
    right = np.array([one.pit for one in burncast.hindsight(SCENARIO, rows, trajectories=2048)])
    bold = {**SCENARIO, "inputs": {"burn": 10.0}, "processes": {"shock": "iid(normal(0, 1))"}}
    wrong = np.array([one.pit for one in burncast.hindsight(bold, rows, trajectories=2048)])
    assert abs((np.abs(2 * right - 1) > 0.9).mean() - 0.1) < 4 * math.sqrt(0.09 / 80)
    assert (np.abs(2 * wrong - 1) > 0.9).mean() > 0.3


def test_a_figure_that_is_not_there_is_named():
    with pytest.raises(DataError, match="did you mean 'cash'"):
        burncast.hindsight(SCENARIO, [{**report(value=1.0, sd=1.0), "variable": "csh"}])
