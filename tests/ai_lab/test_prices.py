"""Plans and prices: conversion, price elasticity, and churn that answers to price, rivals, crises and outages."""

import numpy as np
import pytest
from ai_lab.followed import follow, follow_all
from ai_lab.neutral import assert_neutral
from ai_lab.quiet import quiet, still

PLUS, TEAM = 0, 1
TIME = np.arange(1, 37) / 12


def per_plan(plus, team=0):
    return {"value": {"plus": plus, "team": team}}


def test_free_users_become_subscribers_and_subscribers_cancel_at_the_plans_own_rates():
    path = follow(quiet(), "subscribers", "free_users", "upgrades", "cancellations", "revenue")
    for plan, (opening, conversion, churn, price) in enumerate([(1e6, 1e-3, 0.08, 20), (50e3, 5e-5, 0.02, 25)]):
        subscribers = opening
        for month in range(1, 37):
            assert path["revenue"][1 + plan, month] == pytest.approx(subscribers * price)
            assert path["upgrades"][plan, month] == pytest.approx(conversion * path["free_users"][month - 1])
            subscribers += conversion * path["free_users"][month - 1] - churn * subscribers
            assert path["subscribers"][plan, month] == pytest.approx(subscribers)


def test_who_cancels_stays_as_a_free_user_or_goes():
    path = follow(still({"churn": per_plan(0.1, 0.05), "stay_free": 0.7}), "free_users", "lapsed", "subscribers")
    gone = 1e6 * (1 - 0.9 ** np.arange(37)) + 50e3 * (1 - 0.95 ** np.arange(37))
    np.testing.assert_allclose(path["lapsed"], 0.3 * gone)
    np.testing.assert_allclose(path["free_users"], 100e6 - 1.05e6 + 0.7 * gone)
    np.testing.assert_allclose(path["subscribers"].sum(axis=0), 1.05e6 - gone)


def test_plans_are_sold_from_their_month_on():
    inputs = {"plans_from": 7, "opening_subscribers": per_plan(0, 0), "conversion": per_plan(0.001)}
    path = follow(still(inputs), "upgrades", "revenue")
    np.testing.assert_array_equal(path["upgrades"][PLUS, 1:] > 0, np.arange(1, 37) >= 7)
    np.testing.assert_array_equal(path["revenue"][1, 1:] > 0, np.arange(1, 37) >= 8)


# Price


def test_upgrades_and_cancellations_answer_to_the_price_by_their_elasticities():
    inputs = {
        "price_drift": "uniform(-0.5, 0.5)",
        "price_elasticity": "uniform(0, 3)",
        "churn_price_elasticity": "uniform(0, 3)",
    }
    names = ("upgrades", "free_users", "cancellations", "subscribers", "revenue", *inputs)
    path = follow_all(quiet(inputs), *names, trajectories=64)
    level = np.exp(path["price_drift"] * np.append(0, TIME))[:, 1:]
    fewer = level ** -path["price_elasticity"][:, 1:]
    more = level ** path["churn_price_elasticity"][:, 1:]
    np.testing.assert_allclose(path["upgrades"][:, PLUS, 1:], 0.001 * path["free_users"][:, :-1] * fewer)
    cancelling = np.minimum(np.array([[[0.08], [0.02]]]) * more[:, None], 0.6)
    np.testing.assert_allclose(path["cancellations"][..., 1:], path["subscribers"][..., :-1] * cancelling)
    np.testing.assert_allclose(path["revenue"][:, 1, 1:], path["subscribers"][:, PLUS, :-1] * 20 * level)


def test_in_the_long_run_revenue_goes_as_price_to_one_minus_both_elasticities():
    inputs = {"churn": per_plan(0.2, 0.1), "conversion": per_plan(1e-6, 1e-7), "stay_free": 1}
    answers = {"price_elasticity": "uniform(0, 1)", "churn_price_elasticity": "uniform(0, 1)"}
    rise = {"price_rise_trigger": 1000, "price_rise": 0.5}
    kept = follow(still(inputs, periods=120), "revenue")["revenue"][PLUS + 1, -1]
    path = follow_all(still({**inputs, **answers, **rise}, periods=120), "revenue", *answers, trajectories=64)
    elasticity = path["price_elasticity"][:, 0] + path["churn_price_elasticity"][:, 0]
    raised = path["revenue"][:, PLUS + 1, -1]
    np.testing.assert_allclose(raised / kept, 1.5 ** (1 - elasticity), rtol=1e-3)
    np.testing.assert_array_equal(raised > kept, elasticity < 1)


# Churn


def test_subscribers_leave_for_stronger_rivals():
    inputs = {"rival_drift": "uniform(-1, 1)", "churn_rival_sensitivity": "uniform(0, 2)"}
    path = follow_all(quiet(inputs, periods=12), "monthly_churn", *inputs, trajectories=64)
    factor = np.exp(path["churn_rival_sensitivity"] * path["rival_drift"] * np.arange(13) / 12)[:, 1:]
    np.testing.assert_allclose(path["monthly_churn"][:, PLUS, 1:], 0.08 * factor)
    np.testing.assert_allclose(path["monthly_churn"][:, TEAM, 1:], 0.02 * factor)


def test_subscriptions_are_cut_first_in_a_crisis():
    crisis = {"market_crisis_rate": 1, "market_crisis_end": 0}
    path = follow(quiet({"crisis_churn": 0.75, **crisis}), "monthly_churn", "api_requests")
    np.testing.assert_allclose(path["monthly_churn"][:, 1:], [[0.08 * 1.75] * 36, [0.02 * 1.75] * 36])
    np.testing.assert_array_equal(path["api_requests"], follow(quiet(), "api_requests")["api_requests"])


def test_a_crisis_raises_churn_only_while_it_lasts():
    inputs = {"crisis_churn": 0.75, "market_crisis_rate": 0.1}
    path = follow_all(quiet(inputs), "monthly_churn", "market", trajectories=64)
    assert 0.1 < path["market"][:, 1:].mean() < 0.7
    expected = np.where(path["market"][:, 1:] == 1, 0.14, 0.08)
    np.testing.assert_allclose(path["monthly_churn"][:, PLUS, 1:], expected)


def test_requests_turned_away_cost_subscribers():
    inputs = {"scarcity_rate": 1, "scarcity_end": 0, "scarcity_shortfall": 0.4, "outage_churn": 0.5, "opening_gpus": 0}
    path = follow(quiet(inputs), "monthly_churn", "served_share")
    assert path["served_share"][1] == pytest.approx(0.6)
    np.testing.assert_allclose(path["monthly_churn"][PLUS, 1:], 0.08 + 0.5 * (1 - path["served_share"][1:]))


def test_churn_wanders_around_its_mean_level():
    path = follow_all(quiet({"churn_volatility": 0.3}), "monthly_churn", trajectories=65_536)
    last = path["monthly_churn"][:, PLUS, -1]
    spread = 0.3 * np.sqrt(0.5 / (2 * np.log(2)) * (1 - 0.25 ** (3 / 0.5)))  # of the logarithm, after three years
    below = (last < 0.08).mean()
    assert below == pytest.approx(0.5, abs=4 * 0.5 / 256)
    assert np.log(last).std() == pytest.approx(spread, rel=4 / np.sqrt(2 * 65_536))


def test_everything_that_is_off_is_neutral():
    assert_neutral(
        formulas={
            "price_level": 1,
            "monthly_churn": "min(churn * churn_level, 0.6)",
            "upgrades": "min(conversion, 0.2) * free_users",
        },
    )
