"""Staff: heads, what they cost in cash and in shares, and hiring that reacts to the runway."""

import numpy as np
import pytest
from ai_lab.followed import follow, run
from ai_lab.quiet import quiet, still
from forecasts import Forecast
from scipy import integrate, stats

MONTHS = np.arange(37)
TRAJECTORIES = 65_536


def test_heads_grow_by_hiring_less_attrition_and_cost_follows_them():
    document = still({"hiring_rate": 0.05, "attrition": 0.02, "cost_per_head": 360e3, "pay_growth": 0.06})
    found = follow(document, "headcount", "staff", "other")
    heads = 400 * 1.03**MONTHS
    np.testing.assert_allclose(found["headcount"], heads, rtol=1e-12)
    np.testing.assert_allclose(found["staff"][1:], heads[:-1] * 30e3 * np.exp(0.06 * MONTHS[1:] / 12), rtol=1e-12)
    np.testing.assert_allclose(found["other"][1:], 3e6 * 1.03 ** MONTHS[:-1], rtol=1e-12)


def test_staff_is_paid_in_cash():
    cheap, dear = (follow(still({"cost_per_head": pay}), "cash")["cash"] for pay in (300e3, 420e3))
    np.testing.assert_allclose(cheap - dear, 400 * 10e3 * MONTHS, rtol=1e-9)


def test_shares_are_a_loss_and_no_cash():
    base = follow(quiet(), "cash", "burn", "loss", "headcount", "outflow")
    paid = follow(quiet({"stock_per_head": 1.2e6}), "cash", "burn", "loss", "headcount", "outflow")
    growth = np.exp(0.05 * MONTHS[1:] / 12)
    difference = paid["loss"][1:] - base["loss"][1:]
    np.testing.assert_allclose(difference, base["headcount"][:-1] * 100e3 * growth, rtol=1e-9)
    np.testing.assert_array_equal(paid["headcount"], base["headcount"])
    np.testing.assert_allclose(paid["burn"], base["burn"], rtol=1e-9)
    np.testing.assert_allclose(paid["cash"], base["cash"], rtol=1e-9)


def test_hiring_slows_in_proportion_when_cash_gets_short():
    document = still({"hiring_rate": 0.04, "full_hiring": 25, "opening_outflow": 37e6})
    found = follow(document, "hiring", "headcount", "months_of_cash")
    willing = np.clip(found["months_of_cash"][1:] / 25, 0, 1)
    assert willing[0] == 1
    assert willing.min() == 0
    assert 0.4 < willing[12] < 0.6
    np.testing.assert_allclose(found["hiring"][1:], 0.04 * found["headcount"][:-1] * willing, rtol=1e-9)


def test_hiring_that_reacts_saves_cash():
    careful, careless = (
        follow(still({"hiring_rate": 0.04, "full_hiring": months}), "cash", "headcount") for months in (25, 0)
    )
    assert careful["headcount"][-1] < careless["headcount"][-1]
    assert careful["cash"][-1] > careless["cash"][-1]


def test_by_default_hiring_does_not_look_at_cash():
    rich, poor = (
        follow(still({"hiring_rate": 0.04, "opening_cash": cash}), "cash", "headcount") for cash in (1e12, 1e6)
    )
    assert poor["cash"][-1] < -1e9
    np.testing.assert_array_equal(rich["headcount"], poor["headcount"])


def test_uncertain_hiring_gives_the_mean_of_its_law():
    """E[(1 + h)^12] over the law of h."""
    document = still({"hiring_rate": "0.02 to 0.05"}, periods=12)
    forecast = Forecast(run(document, "headcount", trajectories=TRAJECTORIES))
    middle, width = np.log(0.02 * 0.05) / 2, np.log(0.05 / 0.02) / (2 * stats.norm.ppf(0.95))
    law = stats.lognorm(s=width, scale=np.exp(middle))
    expected, _ = integrate.quad(lambda rate: (1 + rate) ** 12 * law.pdf(rate), *law.ppf([1e-12, 1 - 1e-12]))
    mean, error = forecast.mean("headcount", 12)
    assert mean == pytest.approx(400 * expected, abs=4 * error)
