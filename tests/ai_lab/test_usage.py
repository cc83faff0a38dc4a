"""Usage under a flat price: the heavy tail, caps through the limited expected value, and who stays."""

import numpy as np
import pytest
from ai_lab.followed import follow, follow_all
from ai_lab.neutral import assert_neutral
from ai_lab.quiet import quiet, still
from scipy import integrate, stats

PLUS, TEAM = 0, 1


def per_plan(plus, team=0):
    return {"value": {"plus": plus, "team": team}}


def lognormal(mean, spread):
    return stats.lognorm(spread, scale=mean * np.exp(-(spread**2) / 2))


def test_a_cap_leaves_the_limited_expected_value():
    inputs = {
        "usage": per_plan("uniform(50, 800)", 200),
        "usage_spread": "uniform(0.3, 2)",
        "fair_use_cap": "uniform(20, 5000)",
    }
    path = follow_all(
        still(inputs, periods=1), "usage", "usage_spread", "fair_use_cap", "subscriber_usage", trajectories=32
    )
    for mean, spread, cap, got in zip(
        path["usage"][:, PLUS, 0],
        path["usage_spread"][:, 0],
        path["fair_use_cap"][:, 0],
        path["subscriber_usage"][:, PLUS, 1],
        strict=True,
    ):
        law = lognormal(mean, spread)  # E[min(X, cap)] is the area under the survival function up to the cap
        area, _ = integrate.quad(law.sf, 0, cap, points=[min(law.median(), cap)], epsabs=1e-9, epsrel=1e-10, limit=200)
        assert got == pytest.approx(area, rel=1e-8)
        assert got < min(mean, cap) * (1 + 1e-12)


def test_a_cap_lowers_the_cost_of_serving_by_what_it_cuts():
    document = {"opening_users": 1e6, "opening_subscribers": per_plan(1e6), "opening_api_requests": 0}
    capped, free = (
        follow(still(document | more), "serving", "subscriber_usage") for more in ({"fair_use_cap": 300}, {})
    )
    kept = lognormal(200, 1).expect(lambda x: np.minimum(x, 300), lb=0, ub=300) + 300 * lognormal(200, 1).sf(300)
    assert capped["subscriber_usage"][PLUS, 1] == pytest.approx(kept)
    np.testing.assert_allclose(capped["serving"][1:], kept / 200 * free["serving"][1:])
    assert kept / 200 < 0.75


def test_the_heavy_user_is_one_in_a_hundred():
    path = follow_all(
        still({"usage": per_plan(250, 250), "usage_spread": "uniform(0.2, 2)", "fair_use_cap": "uniform(500, 5000)"}),
        *("usage_spread", "fair_use_cap", "heavy_usage"),
        trajectories=64,
    )
    quantile = np.array([lognormal(250, spread).isf(0.01) for spread in path["usage_spread"][:, 0]])
    cap = path["fair_use_cap"][:, 0]
    np.testing.assert_allclose(path["heavy_usage"][:, PLUS, 9], np.minimum(quantile, cap), rtol=1e-3)
    assert 10 < (quantile < cap).sum() < 54


def test_usage_grows_for_free_users_and_subscribers():
    path = follow_all(still({"usage_growth": "uniform(-1, 1)"}), "usage_growth", "requests", trajectories=32)
    grown = np.exp(path["usage_growth"][:, :1, None] * np.arange(1, 37) / 12)
    first = follow(still(), "requests")["requests"][:, 1:2]
    np.testing.assert_allclose(path["requests"][:, :3, 1:], first[:3] * grown)
    np.testing.assert_allclose(path["requests"][:, 3:, 1:], np.tile(first[3:], (32, 1, 36)))


# Selection


def population(selection, spread, churn, upgrades, months, users=200_000):
    """Mean log-usage and log of mean usage, above those of new subscribers, in a population of log-normal users.

    Every user cancels with a chance ∝ usage^(−selection), ``churn`` on average; new ones are drawn from the first law.
    Weights on stratified users stand for the people, so that nothing but the law counts.
    """
    log_usage = spread * stats.norm.ppf((np.arange(users) + 0.5) / users)
    people = np.ones(users) / users
    shift, growth = [0.0], [0.0]
    for _ in range(months):
        hazard = np.exp(-selection * log_usage)
        hazard = np.minimum(churn * hazard * people.sum() / (hazard * people).sum(), 1)
        people = people * (1 - hazard) + upgrades / users
        shift.append((log_usage * people).sum() / people.sum())
        growth.append(np.log((np.exp(log_usage) * people).sum() / people.sum()) - spread**2 / 2)
    return np.array(shift), np.array(growth)


@pytest.mark.parametrize(
    ("selection", "spread", "churn", "renewed"),
    [(0.2, 1.0, 0.08, False), (0.5, 0.6, 0.05, False), (0.5, 1.0, 0.08, True), (0.5, 1.0, 0.08, False)],
)
def test_heavy_users_stay_as_in_a_simulated_population(selection, spread, churn, renewed):
    subscribers = 1e6
    inputs = {"selection": selection, "usage_spread": spread, "churn": per_plan(churn), "stay_free": 0}
    inputs |= {"opening_users": 900e6, "opening_subscribers": per_plan(subscribers)}
    if renewed:  # as many come as leave, out of so many free users that their number hardly changes
        inputs |= {"conversion": per_plan(churn * subscribers / 899e6)}
    path = follow(quiet(still(inputs)["inputs"]), "usage_shift", "wanted_usage", "subscribers")
    shift, growth = population(selection, spread, churn, churn if renewed else 0, 36)
    assert shift[-1] > 0.3
    np.testing.assert_allclose(path["usage_shift"][PLUS], shift, atol=0.035 * shift[-1])
    np.testing.assert_allclose(np.log(path["wanted_usage"][PLUS, 1:] / 200), growth[:-1], atol=0.09 * growth[-1])
    expected = np.ones(37) if renewed else (1 - churn) ** np.arange(37)
    np.testing.assert_allclose(path["subscribers"][PLUS], subscribers * expected, rtol=0.01)


def test_selection_raises_the_cost_of_a_subscriber_month_by_month():
    document = {"selection": 0.5, "churn": per_plan(0.08, 0.02), "efficiency_drift": 0, "gpu_price_drift": 0}
    path = follow(quiet(document), "subscriber_usage", "subscriber_cost", "cost_per_request")
    usage = path["subscriber_usage"][:, 1:]
    assert np.all(np.diff(usage) > 0)
    assert np.all(usage[PLUS, -1] > usage[TEAM, -1])  # more leave plus, so that selection is faster there
    np.testing.assert_allclose(path["subscriber_cost"][:, 1:], usage * path["cost_per_request"][1:3, 1:])


@pytest.mark.parametrize("selection", [0, 0.5, 5])
def test_selection_keeps_its_head_at_extremes(selection):
    inputs = {"selection": selection, "usage_spread": "uniform(0, 3)", "churn": per_plan("uniform(0, 2)", 0.6)}
    inputs |= {"usage": per_plan(200, "uniform(0, 1)"), "conversion": per_plan("uniform(0, 1)", 0)}
    path = follow_all(still(inputs, periods=60), "usage_variance", "usage_shift", "subscriber_usage", trajectories=512)
    assert np.all(path["usage_variance"] >= 0)
    assert np.all(path["usage_shift"] >= 0)
    assert np.all(np.isfinite(path["subscriber_usage"][..., 1:]))


def test_nobody_differs_where_the_spread_is_nothing():
    path = follow(still({"usage_spread": 0, "fair_use_cap": 150, "usage": per_plan(100, 200)}), "subscriber_usage")
    np.testing.assert_allclose(path["subscriber_usage"][:, 1:], [[100] * 36, [150] * 36], rtol=1e-5)


# The published figures


def test_copilot_loses_twenty_on_the_average_and_eighty_on_the_heavy_user():
    """GitHub Copilot, 2023: 10 USD a month, average loss above 20, heavy users losing up to 80; one usage law.

    A log-normal cost of 30.2 on average and 90 for one in a hundred has a spread σ with
    σ²/2 − 2.326σ + ln(90/30.2) = 0.
    """
    spread = 2.326 - np.sqrt(2.326**2 - 2 * np.log(90 / 30.2))
    request = 28_936 * 86_400 / (694_444 / 0.0033) / 3600 * 694_444 / 28_936 / 24 * 2  # USD, by a large model
    document = still(
        {
            "opening_users": 1.5e6,
            "opening_subscribers": per_plan(1.5e6),
            "opening_api_requests": 0,
            "price": per_plan(10, 10),
            "usage": per_plan(30.2 / request, 100),
            "usage_spread": spread,
        },
        periods=1,
    )
    path = follow(document, "subscriber_cost", "subscriber_margin", "heavy_margin", "margin", "subscribers")
    assert path["subscriber_margin"][PLUS, 1] == pytest.approx(-20.2)
    assert path["heavy_margin"][PLUS, 1] == pytest.approx(-80, abs=0.01)
    assert path["margin"][1, 1] == pytest.approx(-20.2 * 1.5e6)
    law = lognormal(30.2, spread)
    assert law.isf(0.01) == pytest.approx(90, abs=0.05)
    assert law.cdf(10) < 0.05  # hardly anybody pays for himself


def test_nobody_is_capped_and_nobody_selected_by_default():
    path = follow_all(
        {"scenario": {"title": "As it stands", "extends": "ai-lab"}},
        *("subscriber_usage", "wanted_usage", "usage", "usage_shift"),
        trajectories=64,
    )
    np.testing.assert_allclose(path["subscriber_usage"][..., 1:], path["wanted_usage"][..., 1:], rtol=1e-12)
    np.testing.assert_array_equal(path["usage_shift"], 0)


def test_everything_that_is_off_is_neutral():
    assert_neutral(
        formulas={"cap": "fair_use_cap", "wanted_usage": "usage"},
        stocks={"usage_shift": {"next": "0 * usage_shift"}, "usage_variance": {"next": "usage_variance"}},
    )
