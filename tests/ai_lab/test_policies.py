"""What management does when cash is short: when it begins and ends, what it brings, what it costs.

On still ground the months that cash lasts fall below 25 in some month known in advance; every policy is tested there.
"""

from functools import cache

import numpy as np
import pytest
from ai_lab.followed import follow
from ai_lab.quiet import quiet, still
from scipy import stats

import burncast

MONTHS = np.arange(37)
TRIGGER = 25
FLOWS = ("cash", "revenue", "research", "training", "requests", "market_share", "api_requests", "months_of_cash")
TRIGGERS = ("price_rise", "cap", "freeze", "pause", "free_cut", "pivot")
#: A round that brings cash for two years, so that the shortage ends.
RECOVERY = {"round_trigger": TRIGGER, "closing": 1, "preparation": 4}


@cache
def ground():
    return follow(still(), *FLOWS)


@cache
def short():
    """The first month in which cash lasts less than the trigger."""
    return int(np.flatnonzero(ground()["months_of_cash"] < TRIGGER)[0])


def when_short(policy, inputs=None, base=still, names=FLOWS, **kwargs):
    return follow(base({f"{policy}_trigger": TRIGGER} | (inputs or {}), **kwargs), *names)


def test_by_default_management_does_nothing_even_without_cash():
    document = still({"opening_cash": 1e6})
    acts = ("price_risen", "capping", "freezing", "pausing", "cutting_free", "pivoted", "policy_cost")
    found = follow(document, *acts, "months_of_cash")
    assert found["months_of_cash"][-1] == 0
    assert not any(found[act][1:].any() for act in acts)


def test_a_price_rise_is_for_good_and_costs_once():
    found = when_short("price_rise", {"price_rise": 0.25, "policy_price": 7e6})
    assert 3 < short() < 30
    risen = np.where(short() < MONTHS, 1.25, 1)
    plans = ground()["revenue"][1:3, 1:] * risen[1:]
    np.testing.assert_allclose(found["revenue"][1:3, 1:], plans, rtol=1e-12)
    np.testing.assert_array_equal(found["revenue"][3:, 1:], ground()["revenue"][3:, 1:])
    more = 0.25 * 21.25e6 * np.clip(MONTHS - short(), 0, None) - np.where(short() <= MONTHS, 7e6, 0)
    np.testing.assert_allclose(found["cash"] - ground()["cash"], more, rtol=1e-9, atol=1e-2)


def test_customers_answer_a_price_rise():
    names = ("upgrades", "monthly_churn", "price_level")
    answers = {"price_elasticity": 1.2, "churn_price_elasticity": 0.7, "outage_churn": 0}
    found = when_short("price_rise", answers | {"price_rise": 0.25}, quiet, (*names, "months_of_cash", "free_users"))
    first = int(np.flatnonzero(found["price_level"] > 1)[0])
    assert found["months_of_cash"][first - 1] < TRIGGER <= found["months_of_cash"][first - 2]
    np.testing.assert_allclose(found["monthly_churn"][0, first:], 0.08 * 1.25**0.7, rtol=1e-9)
    np.testing.assert_allclose(found["monthly_churn"][0, 1:first], 0.08, rtol=1e-9)
    rate = found["upgrades"][0, 1:] / found["free_users"][:-1]
    np.testing.assert_allclose(rate[first:], 0.001 * 1.25**-1.2, rtol=1e-9)
    np.testing.assert_allclose(rate[: first - 1], 0.001, rtol=1e-9)


def test_a_policy_ends_with_the_shortage_and_a_price_rise_does_not():
    names = ("months_of_cash", "capping", "freezing", "pausing", "cutting_free", "price_level")
    document = still({f"{policy}_trigger": TRIGGER for policy in TRIGGERS} | RECOVERY, periods=18)
    found = follow(document, *names)
    short_now = found["months_of_cash"][1:] < TRIGGER
    assert 0 < short_now.sum() < 18
    assert not short_now[-1]
    for act in names[1:5]:
        np.testing.assert_array_equal(found[act][1:], short_now)
    assert found["price_level"][-1] == 1.25


def test_caps_cut_usage_to_its_limited_expected_value_and_annoy():
    """E[min(X, c)] = m Φ((ln c − μ − σ²)/σ) + c (1 − Φ((ln c − μ)/σ)) for X lognormal with mean m."""
    names = ("subscriber_usage", "monthly_churn", "capping", "requests")
    inputs = {"policy_cap": 250, "cap_churn": 0.2, "churn": {"value": {"plus": 0.08, "team": 0.02}}, "outage_churn": 0}
    found = when_short("cap", inputs, names=names)
    on = found["capping"][1:] == 1
    assert 0 < on.sum() < 36
    mean, spread, cap = 200, 1.0, 250
    middle = np.log(mean) - spread**2 / 2
    beyond = (np.log(cap) - middle) / spread
    limited = mean * stats.norm.cdf(beyond - spread) + cap * stats.norm.sf(beyond)
    assert limited < 0.75 * mean
    for plan, churn in enumerate((0.08, 0.02)):
        np.testing.assert_allclose(found["subscriber_usage"][plan, 1:], np.where(on, limited, mean), rtol=1e-6)
        np.testing.assert_allclose(found["monthly_churn"][plan, 1:], np.where(on, 1.2, 1) * churn, rtol=1e-12)


def test_a_policy_cap_above_the_fair_use_cap_changes_no_usage():
    inputs = {"fair_use_cap": 200, "policy_cap": 300}
    found = when_short("cap", inputs, names=("subscriber_usage",))["subscriber_usage"][:, 1:]
    np.testing.assert_allclose(found, np.broadcast_to(found[:, :1], found.shape))


def test_caps_save_computing_as_contracts_run_out():
    """Fewer requests leave reserved GPUs unused until their contracts end; from then on the bill is smaller."""
    costs = when_short("cap", {"policy_cap": 50, "cap_churn": 0}, names=("gpus_needed", "serving"))
    serving, needed = costs["serving"], costs["gpus_needed"]
    first = short()
    saved = 1 - needed[-1] / needed[1]
    assert 0.02 < saved < 0.5
    assert serving[first] == pytest.approx(serving[1], rel=1e-9)
    assert serving[-1] == pytest.approx(serving[1] * max(1 - saved, 0.94 ** (36 - first)), rel=1e-6)


def test_a_hiring_freeze_stops_hiring_and_more_people_leave():
    inputs = {"hiring_rate": 0.03, "attrition": 0.01, "freeze_attrition": 0.5}
    found = when_short("freeze", inputs, names=("headcount", "freezing"))
    growth = found["headcount"][1:] / found["headcount"][:-1]
    frozen = found["freezing"][1:] == 1
    assert 0 < frozen.sum() < 36
    np.testing.assert_allclose(growth, np.where(frozen, 0.985, 1.02), rtol=1e-12)


def test_a_pause_saves_research_and_puts_off_the_next_run():
    run = {"first_run": 10 / 12, "run_interval": 1e6, "run_months": 2, "run_cost": 80e6}
    names = (*FLOWS, "pausing", "generation")
    found = when_short("pause", run | RECOVERY | {"round_trigger": 22, "pause_saving": 0.4}, names=names)
    paused = found["pausing"] == 1
    assert paused[10]
    np.testing.assert_allclose(found["research"][1:], np.where(paused, 12e6, 20e6)[1:], rtol=1e-12)
    starts = int(np.flatnonzero(~paused & (MONTHS >= 10))[0])
    assert starts > 10
    np.testing.assert_array_equal(np.flatnonzero(found["training"] > 0), [starts, starts + 1])


def test_a_run_that_has_begun_goes_on_through_a_pause():
    run = {"first_run": (short() - 1) / 12, "run_interval": 1e6, "run_months": 3, "run_cost": 3e6}
    found = when_short("pause", run, names=("training", "pausing", "generation"))
    assert found["pausing"][short()] == 1
    assert found["generation"][short() + 1] == 1


def test_cutting_free_users_refuses_requests_and_loses_sign_ups():
    inputs = {"free_cut": 0.6, "free_cut_sign_ups": 0.3}
    names = ("cutting_free", "sign_ups", "requests", "free_users")
    found = when_short("free_cut", inputs, quiet, names)
    base = follow(quiet(), *names)
    cut = found["cutting_free"][1:] == 1
    first = int(np.argmax(cut)) + 1
    assert 1 < first < 36
    asked = found["requests"][0, 1:] / found["free_users"][:-1]
    np.testing.assert_allclose(asked, np.where(cut, 0.4 * 60, 60), rtol=1e-12)
    assert found["sign_ups"][first] == pytest.approx(0.7 * base["sign_ups"][first], rel=1e-9)


def test_an_open_source_pivot_saves_training_and_loses_the_programming_interface():
    """The attraction of the own interface is halved: from 0.5 of 1 to 0.25 of 0.75."""
    inputs = {"pivot_saving": 0.5, "pivot_api_loss": 0.5, "policy_price": 7e6}
    run = {"first_run": 1, "run_interval": 1, "run_months": 2, "run_cost": 40e6, "run_cost_growth": 1}
    found, base = when_short("pivot", inputs | run), follow(still(run), *FLOWS)
    pivoted = short() < MONTHS
    share = np.where(pivoted, 1 / 3, 0.5)
    np.testing.assert_allclose(found["market_share"][0, 1:], share[1:], rtol=1e-12)
    np.testing.assert_allclose(found["market_share"].sum(axis=0)[1:], 1, rtol=1e-12)
    np.testing.assert_allclose(found["revenue"][3, 1:], 1.2e6 * share[1:] / 0.5, rtol=1e-12)
    for name in ("research", "training"):
        np.testing.assert_allclose(found[name][1:], np.where(pivoted, 0.5, 1)[1:] * base[name][1:], rtol=1e-12)
    assert found["cash"][short()] == pytest.approx(base["cash"][short()] - 7e6, rel=1e-12)


def test_a_company_that_has_stopped_pays_for_no_policy():
    document = still({"opening_cash": 30e6, "hard_stop": 1, "price_rise_trigger": 0.5, "opening_outflow": 1e6})
    found = follow(document, "policy_cost", "price_risen", "stopped")
    assert found["stopped"][1] == 1
    assert found["price_risen"][2] == 1
    assert not found["policy_cost"][1:].any()


def test_policies_combine_as_variants():
    """On still ground, effects that do not meet add up."""
    alone = {
        "price": {"price_rise_trigger": TRIGGER},
        "pause": {"pause_trigger": TRIGGER},
        "pivot": {"pivot_trigger": TRIGGER, "pivot_saving": 0},
    }
    short_forever = {"opening_outflow": 38e6, "opening_cash": 500e6}
    variants = {name: {"inputs": changes} for name, changes in alone.items()}
    variants["all"] = {"inputs": {key: value for changes in alone.values() for key, value in changes.items()}}
    document = still(short_forever, variants=variants, track=["cash"], periods=12)
    cash = burncast.simulate(document, trajectories=64, variants=True).cash_mean
    effect = cash - cash.sel(variant="base")
    assert set(effect.variant.values) == {"base", *alone, "all"}
    assert effect.sel(variant="price")[-1] > 0
    assert effect.sel(variant="pause")[-1] > 0
    assert effect.sel(variant="pivot")[-1] < 0
    added = effect.sel(variant=list(alone)).sum("variant")
    np.testing.assert_allclose(effect.sel(variant="all"), added, rtol=1e-3)
