"""The programming interface: shares of four suppliers, elasticity, price war, floor, self-build; and the partner."""

import numpy as np
import pytest
from ai_lab.followed import follow, follow_all
from ai_lab.neutral import assert_neutral
from ai_lab.quiet import quiet, still
from laws import assert_mean
from scipy import integrate, stats

TRAJECTORIES = 65_536
TIME = np.arange(37) / 12
SHARES = np.array([0.5, 0.2, 0.1, 0.2])  # own, closed, open, self-built
API, PARTNER = 3, 4


def assert_means(values, expected):
    assert_mean(values.mean(axis=0), values.std(axis=0) / np.sqrt(len(values)), expected)


# Who supplies


def test_shares_are_those_of_a_logit_model_in_strength_and_price():
    inputs = {
        "api_price_drift": "uniform(-1, 1)",
        "rival_price_drift": "uniform(-1, 1)",
        "price_sensitivity": "uniform(0, 4)",
        "rival_drift": "uniform(-1, 1)",
        "open_drift": "uniform(-1, 2)",
        "self_build_drift": "uniform(-1, 1)",
    }
    document = quiet(inputs, stocks={"strength": {"start": 1.3}})
    path = follow_all(document, "market_share", "api_requests", *inputs, trajectories=64)
    given = {name: path[name][:, :1] * TIME for name in inputs}
    dearer = given["api_price_drift"] - given["rival_price_drift"]
    utility = np.stack(
        [
            np.log(1.3) - path["price_sensitivity"][:, :1] * dearer,
            given["rival_drift"],
            given["open_drift"],
            given["self_build_drift"],
        ],
        axis=1,
    ) + np.log(SHARES[:, None])
    logit = np.exp(utility) / np.exp(utility).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(path["market_share"][..., 1:], logit[..., 1:])
    np.testing.assert_allclose(path["market_share"][..., 1:].sum(axis=1), 1)
    market = 300e6 / 0.5 * np.exp(0.6 * TIME)
    np.testing.assert_allclose(path["api_requests"][:, 1:], (market * logit[:, 0])[:, 1:])


@pytest.mark.parametrize(
    ("switch", "taker"),
    [("rival_drift", 1), ("open_drift", 2), ("self_build_drift", 3)],
    ids=["closed", "open", "self"],
)
def test_what_a_rival_gains_everybody_else_loses_in_proportion(switch, taker):
    path = follow(still({switch: 0.5}), "market_share", "api_requests")
    grown = SHARES[taker] * np.exp(0.5 * TIME[1:])
    share = grown / (1 - SHARES[taker] + grown)
    np.testing.assert_allclose(path["market_share"][taker, 1:], share)
    np.testing.assert_allclose(path["api_requests"][1:], 300e6 * (1 - share) / (1 - SHARES[taker]))


def test_the_random_strength_of_open_models_grows_at_its_drift():
    path = follow_all(still({"open_drift": 0.4, "open_volatility": 0.5}), "open_models", trajectories=TRAJECTORIES)
    assert_means(path["open_models"][:, [12, 36]], np.exp([0.4, 1.2]))


# Demand and price


def test_the_market_grows_on_average_at_its_rate():
    document = still({"api_growth": 0.6, "api_volatility": 0.4})
    path = follow_all(document, "api_requests", trajectories=TRAJECTORIES)["api_requests"]
    assert_means(path[:, [12, 36]], 300e6 * np.exp([0.6, 1.8]))


def test_cheaper_requests_are_asked_more_by_the_elasticity():
    inputs = {"api_price_drift": "uniform(-1, 0.5)", "api_elasticity": "uniform(0, 2)"}
    path = follow_all(still(inputs), "api_requests", "api_price", "revenue", *inputs, trajectories=64)
    price = np.exp(path["api_price_drift"][:, :1] * TIME)[:, 1:]
    requests = price ** -path["api_elasticity"][:, 1:]
    np.testing.assert_allclose(path["api_price"][:, 1:], 0.004 * price)
    np.testing.assert_allclose(path["api_requests"][:, 1:], 300e6 * requests)
    np.testing.assert_allclose(path["revenue"][:, API, 1:], 300e6 * requests * 0.004 * price)


def test_a_price_cut_pays_only_where_elasticity_is_above_one():
    inputs = {"api_price_drift": -0.7, "api_elasticity": "uniform(0, 2)"}
    path = follow_all(still(inputs), "revenue", "api_elasticity", trajectories=32)
    revenue, elasticity = path["revenue"][:, API], path["api_elasticity"][:, 0]
    np.testing.assert_allclose(revenue[:, -1] / revenue[:, 1], np.exp(0.7 * (elasticity - 1) * 35 / 12))
    np.testing.assert_array_equal(revenue[:, -1] > revenue[:, 1], elasticity > 1)


# The price war


def test_the_price_war_cuts_by_lasting_jumps():
    """E[exp(−Σ J)] of a compound Poisson sum is exp(rate · t · (E[exp(−J)] − 1))."""
    rate = 1.5
    path = follow_all(still({"api_cut_rate": rate}), "api_price", trajectories=TRAJECTORIES)["api_price"][:, 1:]
    spread = np.sqrt(np.log(1 + (0.2 / 0.3) ** 2))
    law = stats.lognorm(spread, scale=0.3 * np.exp(-(spread**2) / 2))
    kept, _ = integrate.quad(lambda cut: np.exp(-cut) * law.pdf(cut), 0, np.inf)
    assert 0.7 < kept < 0.8
    assert_means(path / 0.004, np.exp(rate * TIME[1:] * (kept - 1)))
    assert np.all(np.diff(path, axis=1) <= 1e-18)
    untouched = (path[:, -1] == path[0].max()).mean()
    chance = np.exp(-3 * rate)
    assert_mean(untouched, np.sqrt(chance * (1 - chance) / TRAJECTORIES), chance)


def test_nothing_is_sold_below_the_floor():
    floor = 0.8
    inputs = {"price_floor": floor, "api_cut_rate": 6, "gpu_price_drift": 0.3}
    path = follow_all(still(inputs), "api_price", "api_unit_cost", "api_price_cuts", trajectories=64)
    unit = (
        28_936 * 86_400 / (694_444 / 0.0033) / 3600 * 694_444 / 28_936 / 24 * 0.5
    )  # USD, by a model of half the weight
    cost = unit * np.exp(0.3 * TIME[1:])
    np.testing.assert_allclose(path["api_unit_cost"][:, 1:], np.tile(cost, (64, 1)))
    asked = 0.004 * np.exp(-path["api_price_cuts"][:, 1:])
    np.testing.assert_allclose(path["api_price"][:, 1:], np.maximum(asked, floor * cost))
    assert np.any(asked > floor * cost)
    assert np.any(asked < floor * cost)


def test_cuts_that_rivals_match_move_no_shares_and_those_they_do_not_win_clients():
    inputs = {"api_cut_rate": 3, "price_sensitivity": 1.5}
    alone, matched, floored = (
        follow_all(still({**inputs, **more}), "market_share", "api_price", "api_price_cuts", trajectories=64)
        for more in ({}, {"cuts_matched": 1}, {"cuts_matched": 1, "price_floor": 2})
    )
    pull = np.exp(1.5 * alone["api_price_cuts"][:, 1:])
    np.testing.assert_allclose(alone["market_share"][:, 0, 1:], pull / (1 + pull))
    np.testing.assert_allclose(matched["market_share"][:, 0, 1:], 0.5)
    dearer = floored["api_price"][:, 1:] / (0.004 * np.exp(-floored["api_price_cuts"][:, 1:]))
    np.testing.assert_allclose(floored["market_share"][:, 0, 1:], dearer**-1.5 / (1 + dearer**-1.5))
    assert dearer.max() > 2


def test_rivals_follow_the_trend_of_prices_unless_told_otherwise():
    path = follow_all(
        quiet({"api_price_drift": "uniform(-1, 1)", "price_sensitivity": 2}), "market_share", trajectories=8
    )
    np.testing.assert_allclose(path["market_share"][..., 1:], np.broadcast_to(SHARES[:, None], (8, 4, 36)))


# The partner


def test_a_partner_pays_wholesale_by_request_and_costs_computing():
    inputs = {"opening_partner_requests": 1e9, "partner_growth": 0.5, "wholesale_price": 0.003}
    path = follow(still(inputs), "revenue", "requests", "gpus_needed", "serving_cost", "cost_per_request")
    requests = 1e9 * np.exp(0.5 * TIME[1:])
    np.testing.assert_allclose(path["requests"][PARTNER, 1:], requests)
    np.testing.assert_allclose(path["revenue"][PARTNER, 1:], 0.003 * requests)
    alone = follow(still(), "gpus_needed")["gpus_needed"][1:]
    gpus = requests * 28_936 * 86_400 / (694_444 / 0.0033) / 3600 / 730.5
    np.testing.assert_allclose(path["gpus_needed"][1:] - alone, gpus)
    np.testing.assert_allclose(path["serving_cost"][PARTNER, 1:], requests * path["cost_per_request"][PARTNER, 1:])


def test_everything_that_is_off_is_neutral():
    assert_neutral(
        inputs={"rival_price_drift": 5, "cuts_matched": 0.7, "partner_growth": 9, "wholesale_price": 9},
        formulas={
            "api_price": "api_price_level",
            "api_requests": "opening_api_requests * api_demand",
            "partner_requests": 0,
        },
    )
