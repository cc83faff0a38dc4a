"""Training and research: when runs start, what they cost, how they fail, and what a generation brings."""

import numpy as np
import pytest
from ai_lab.followed import follow, follow_all, run
from ai_lab.quiet import quiet, still
from forecasts import Forecast
from scipy import stats

TRAJECTORIES = 65_536
NEVER = 1e6
PLANNED = {"first_run": 0.5, "run_interval": NEVER, "run_months": 3, "run_cost": 90e6}


def unit_lognormal(sd):
    """The law lognormal(mean=1, sd=sd)."""
    sigma = np.sqrt(np.log1p(sd**2))
    return stats.lognorm(s=sigma, scale=np.exp(-(sigma**2) / 2))


def test_no_run_is_due_by_default():
    found = follow(still(), "training", "generation")
    assert not found["training"][1:].any()
    assert not found["generation"].any()


def test_a_run_costs_its_budget_in_equal_parts_and_leaves_a_generation():
    with_run = follow(still(PLANNED | {"generation_gain": 0.3}), "training", "generation", "strength")
    without = follow(still(), "training")
    due = np.isin(np.arange(37), (6, 7, 8))
    np.testing.assert_array_equal(with_run["training"][1:], (without["training"] + np.where(due, 30e6, 0))[1:])
    np.testing.assert_array_equal(with_run["generation"], np.arange(37) >= 8)
    np.testing.assert_array_equal(with_run["strength"], np.where(np.arange(37) >= 8, 1.3, 1))


def test_a_run_is_paid_in_cash():
    paid = follow(still(), "cash")["cash"] - follow(still(PLANNED), "cash")["cash"]
    np.testing.assert_allclose(paid, 30e6 * np.clip(np.arange(37) - 5, 0, 3), rtol=1e-9, atol=1e-3)


def test_each_generation_costs_more_than_the_last():
    training = follow(still(PLANNED | {"run_interval": 1, "run_cost_growth": 2.5}), "training")["training"]
    expected = np.zeros(37)
    for generation, first in enumerate((6, 18, 30)):
        expected[first : first + 3] = 30e6 * 2.5**generation
    np.testing.assert_allclose(training[1:], expected[1:], rtol=1e-12)


def test_a_run_that_is_due_waits_until_the_last_one_is_done():
    found = follow(still(PLANNED | {"run_interval": 0.1, "run_cost_growth": 1}), "training", "generation")
    np.testing.assert_allclose(found["training"][6:], 30e6)
    np.testing.assert_array_equal(found["generation"], np.maximum(np.arange(37) - 5, 0) // 3)


@pytest.mark.parametrize(("months", "whole"), [(0.2, 1), (1, 1), (2.4, 2), (2.5, 3), (2.6, 3), (6, 6)])
def test_a_run_takes_whole_months_and_costs_its_budget_whatever_its_length(months, whole):
    found = follow(still(PLANNED | {"run_months": months}), "training", "generation")
    assert np.count_nonzero(found["training"][1:]) == whole
    assert found["training"][1:].sum() == pytest.approx(90e6, rel=1e-12)
    assert found["generation"][-1] == 1


def test_runs_and_research_follow_the_price_of_gpus():
    drift, growth = 0.5, 0.4
    document = still(PLANNED | {"gpu_price_drift": drift, "research_growth": growth, "opening_research": 7e6})
    found = follow(document, "training", "research")
    years = np.arange(1, 37) / 12
    np.testing.assert_allclose(found["research"][1:], 7e6 * np.exp((growth + drift) * years), rtol=1e-12)
    np.testing.assert_allclose(found["training"][6:9], 30e6 * np.exp(drift * years[5:8]), rtol=1e-12)


def test_data_licences_grow():
    found = follow(still({"opening_data": 3e6, "data_growth": 0.3}), "data_licences")["data_licences"]
    np.testing.assert_allclose(found[1:], 3e6 * np.exp(0.3 * np.arange(1, 37) / 12), rtol=1e-12)


def test_a_run_that_always_fails_is_run_again_in_part_for_ever():
    document = still(PLANNED | {"run_months": 4, "failure": 1, "rerun": 0.5, "generation_gain": 0.3})
    found = follow(document, "training", "generation", "strength", "run_ends")
    np.testing.assert_allclose(found["training"][6:], 90e6 / 4)
    assert not found["generation"].any()
    assert (found["strength"] == 1).all()
    np.testing.assert_array_equal(np.flatnonzero(found["run_ends"] == 1), np.arange(9, 37, 2))


def test_failures_delay_generations_and_cost_reruns_as_often_as_they_should():
    """A run of 4 months that fails with probability f is run again in half: the generation is there after 4 + 2k
    months with probability 1 − f^(k+1), and the months of running have the mean 4 + 2f/(1 − f)."""
    failure = 0.3
    document = still(PLANNED | {"run_months": 4, "failure": failure, "rerun": 0.5}, periods=30)
    document["formulas"] = {"spent": "cumulative(training)"}
    forecast = Forecast(run(document, "generation", "spent", trajectories=TRAJECTORIES))
    for period, tries in ((8, 0), (9, 1), (10, 1), (11, 2), (15, 4)):
        mean, error = forecast.mean("generation", period)
        assert mean == pytest.approx(1 - failure**tries, abs=4 * error)
    mean, error = forecast.mean("spent", 30)
    assert mean == pytest.approx(90e6 / 4 * (4 + 2 * failure / (1 - failure)), abs=4 * error)


def test_dates_slip_by_their_law():
    """The second run starts in the first month at or after 0.5 + 1.5 · slip years."""
    document = still(PLANNED | {"run_interval": 1.5, "run_slip": 1})
    document["formulas"] = {"second": "generation > 1.5"}
    forecast = Forecast(run(document, "second", trajectories=TRAJECTORIES))
    law = unit_lognormal(0.35)
    for period in (16, 20, 24, 28, 33):
        started = law.cdf((period / 12 - 0.5) / 1.5)
        mean, error = forecast.mean("second", period + 3)  # paid in three months, seen at the next one's opening
        assert 0.02 < started < 0.98
        assert mean == pytest.approx(started, abs=4 * error)


def test_the_first_date_may_itself_be_uncertain():
    document = still(PLANNED | {"first_run": "uniform(0.5, 2.5)", "run_months": 1})
    forecast = Forecast(run(document, "generation", trajectories=TRAJECTORIES))
    for period in (9, 12, 18, 27):
        mean, error = forecast.mean("generation", period)
        assert mean == pytest.approx((period / 12 - 0.5) / 2, abs=4 * error)


def test_the_cost_of_a_run_is_drawn_once_for_all_of_its_months():
    document = still(PLANNED | {"run_overrun": 1})
    training = follow_all(document, "training", trajectories=2_048)["training"]
    np.testing.assert_array_equal(training[:, 7], training[:, 6])
    np.testing.assert_array_equal(training[:, 8], training[:, 6])
    assert stats.kstest(training[:, 6] / 30e6, unit_lognormal(0.4).cdf).pvalue > 1e-4
    assert stats.kstest(training[:, 6] / 30e6, unit_lognormal(0.5).cdf).pvalue < 1e-4


def test_a_stronger_generation_brings_sign_ups():
    document = quiet(PLANNED | {"generation_gain": 0.44, "sign_up_sensitivity": 0.5})
    stronger, base = follow(document, "sign_ups")["sign_ups"], follow(quiet(), "sign_ups")["sign_ups"]
    np.testing.assert_array_equal(stronger[1:9], base[1:9])
    assert stronger[9] == pytest.approx(1.2 * base[9], rel=1e-9)
