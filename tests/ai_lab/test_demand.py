"""People: growth that saturates, seasons, announcements and features, rivals, launches."""

import numpy as np
import pytest
from ai_lab.followed import follow, follow_all
from ai_lab.neutral import assert_neutral
from ai_lab.quiet import quiet, still
from laws import assert_mean

TRAJECTORIES = 65_536
NOBODY_PAYS = {"opening_subscribers": {"value": {"plus": 0, "team": 0}}}
ON = {"announcement_rate": 1}
ANNOUNCED = {"announced": {"schedule": {"2024-01": 0, "2024-06": 1.5}}}  # instead of the random ones
MONTH = 6


def test_sign_ups_follow_the_bass_curve():
    """F. M. Bass, Management Science 15 (1969), equation 7: months of 1/100 of the time that the curve takes."""
    innovation, imitation, months = 0.0002, 0.01, 900
    inputs = {"innovation": innovation, "imitation": imitation, "population": 1e9, "opening_users": 0}
    path = follow(still({**inputs, **NOBODY_PAYS}, periods=months), "free_users", "sign_ups", "potential")
    rate = innovation + imitation
    fading = np.exp(-rate * np.arange(months + 1))
    curve = 1e9 * (1 - fading) / (1 + imitation / innovation * fading)
    np.testing.assert_allclose(path["free_users"], curve, atol=0.01 * 1e9)
    assert np.nanargmax(path["sign_ups"]) == pytest.approx(np.log(imitation / innovation) / rate, abs=6)
    assert path["free_users"][-1] > 0.98e9
    np.testing.assert_allclose(path["free_users"] + path["potential"], 1e9)


def test_without_innovation_growth_is_logistic_exponential_first_and_saturating():
    imitation, opening = 0.02, 1e6
    inputs = {"imitation": imitation, "population": 1e9, "opening_users": opening}
    users = follow(still({**inputs, **NOBODY_PAYS}, periods=720), "free_users")["free_users"]
    logistic = 1e9 / (1 + (1e9 / opening - 1) * np.exp(-imitation * np.arange(721)))
    np.testing.assert_allclose(users, logistic, atol=0.02 * 1e9)
    np.testing.assert_allclose(users[1:13] / users[:12], 1 + imitation, rtol=1e-4)
    assert np.all(np.diff(users) >= 0)
    assert 0.99e9 < users[-1] <= 1e9


def test_subscribers_spread_the_word_as_free_users_do():
    inputs = {"imitation": 0.1, "population": 1e9, "opening_users": 50e6}
    paying, free = (
        follow(still({**inputs, "opening_subscribers": {"value": {"plus": plus, "team": 0}}}, periods=1), "sign_ups")
        for plus in (20e6, 0)
    )
    assert paying["sign_ups"][1] == pytest.approx(0.1 * 0.05 * 950e6)
    assert paying["sign_ups"][1] == pytest.approx(free["sign_ups"][1])


def test_people_who_stop_lapse_and_can_be_won_again():
    inputs = {"lapse": 0.1, "return_rate": 0.05, **NOBODY_PAYS}
    path = follow(still(inputs), "free_users", "lapsed", "potential")
    free, lapsed = 100e6 * 0.9 ** np.arange(37), [0.0]
    for month in range(36):
        lapsed.append(0.95 * lapsed[-1] + 0.1 * free[month])
    np.testing.assert_allclose(path["free_users"], free)
    np.testing.assert_allclose(path["lapsed"], lapsed)
    np.testing.assert_allclose(path["potential"], 1e9 - free - lapsed)


def test_nobody_is_made_or_lost_and_no_place_is_below_empty_at_extremes():
    inputs = {
        "population": 1e9,
        "opening_users": "uniform(0, 1e9)",
        "opening_subscribers": {"value": {"plus": 0, "team": 0}},
        "imitation": "uniform(0, 20)",
        "innovation": "uniform(0, 2)",
        "lapse": "uniform(0, 1)",
        "return_rate": "uniform(0, 1)",
        "conversion": {"value": {"plus": "uniform(0, 1)", "team": "uniform(0, 1)"}},
        "churn": {"value": {"plus": "uniform(0, 3)", "team": "uniform(0, 3)"}},
        "stay_free": "uniform(0, 1)",
        "demand_volatility": 3,
        "churn_volatility": 3,
        "announcement_rate": 20,
        "rival_volatility": 1,
        "launch_users": "uniform(0, 1e9)",
    }
    path = follow_all(
        quiet(inputs, periods=24), "potential", "free_users", "subscribers", "lapsed", trajectories=1024, seed=3
    )
    people = [path["potential"], path["free_users"], *np.moveaxis(path["subscribers"], 1, 0), path["lapsed"]]
    np.testing.assert_allclose(sum(people), 1e9, rtol=1e-9)
    assert min(place.min() for place in people) >= -1e-6
    assert max(place.max() for place in people) <= 1e9 * (1 + 1e-9)


def test_requests_have_a_season():
    path = follow(still({"season_amplitude": 0.2}), "requests", "season", "gpus_needed")
    season = 1 + 0.2 * np.cos(2 * np.pi * (np.arange(1, 37) - 11) / 12)  # the first month is January
    np.testing.assert_allclose(path["season"][1:], season)
    flat = follow(still(), "requests", "gpus_needed")
    np.testing.assert_allclose(path["requests"][:, 1:], flat["requests"][:, 1:] * season)
    np.testing.assert_allclose(path["gpus_needed"][1:], flat["gpus_needed"][1:] * season)
    assert season.mean() == pytest.approx(1)


# Announcements


def expected_attention(months, weight=1.5, lift=0.5, decay=6, review=3, feature=0.03):
    """Curiosity fades; features come out exponentially, and count from the month after they are out."""
    waited = np.asarray(months)
    before = waited < 0
    curiosity = weight * np.exp(-decay * np.where(before, 0, waited) / 12)
    features = weight * (1 - (1 - 1 / review) ** np.where(before, 0, waited))
    return np.where(before, 1, (1 + lift * curiosity) * (1 + feature * features))


def test_an_announcement_lifts_sign_ups_at_once_and_its_feature_lifts_them_for_good():
    path = follow(quiet(ON, processes=ANNOUNCED), "attention", "sign_ups", "potential", "free_users", "subscribers")
    attention = expected_attention(np.arange(1, 37) - MONTH)
    np.testing.assert_allclose(path["attention"][1:], attention)
    users = path["free_users"] + path["subscribers"].sum(axis=0)
    trend = (0.002 + 0.08 * users / 1e9) * path["potential"]
    np.testing.assert_allclose(path["sign_ups"][1:], trend[:-1] * attention)
    assert path["attention"][MONTH] == pytest.approx(1.75)
    assert path["attention"][-1] == pytest.approx(1 + 0.03 * 1.5, rel=1e-4)
    assert users[-1] > 1.02 * follow(quiet(), "free_users")["free_users"][-1]


def test_features_wait_for_the_safety_review():
    document = still({**ON, "review_months": "discrete([1, 3, 12])"}, processes=ANNOUNCED)
    path = follow_all(document, "review_months", "features", "in_review", "released", trajectories=32)
    waited = np.maximum(np.arange(37) - MONTH + 1, 0)
    for months, out in zip(path["review_months"][:, 0], path["features"], strict=True):
        np.testing.assert_allclose(out, 1.5 * (1 - (1 - 1 / months) ** waited))
    np.testing.assert_allclose((path["features"] + path["in_review"])[:, MONTH:], 1.5)
    longest = path["review_months"][:, 0] == 12
    assert np.all(path["features"][longest, -1] < path["features"][~longest, -1].min())


def test_announcements_are_a_compound_poisson_process():
    rate, delay = 4, 3
    document = still({"announcement_rate": rate, "review_months": delay}, periods=24)
    path = follow_all(document, "announced", "curiosity", "features", trajectories=TRAJECTORIES)
    month = np.arange(25)
    expected = {
        "announced": rate * month / 12,
        "curiosity": rate / 12 * np.exp(-0.5) * (1 - np.exp(-0.5 * month)) / (1 - np.exp(-0.5)),
        "features": rate / 12 * np.array([np.sum(1 - (1 - 1 / delay) ** np.arange(1, m + 1)) for m in month]),
    }
    for name, mean in expected.items():
        assert_mean(path[name].mean(axis=0), path[name].std(axis=0) / np.sqrt(TRAJECTORIES), mean)
    variance = rate * 2 * (1 + 0.5**2)  # rate · time · E[weight²]
    assert path["announced"][:, -1].var() == pytest.approx(variance, rel=0.03)


# Rivals and launches


def test_stronger_rivals_take_sign_ups_and_upgrades():
    inputs = {"rival_drift": "uniform(-1, 1)", "sign_up_sensitivity": "uniform(0, 2)"}
    path = follow_all(
        quiet(inputs, periods=12),
        *("rival_drift", "sign_up_sensitivity", "sign_ups", "potential", "free_users", "subscribers", "upgrades"),
        trajectories=64,
    )
    lost = np.exp(-path["sign_up_sensitivity"] * path["rival_drift"] * np.arange(13) / 12)[:, 1:]
    users = path["free_users"] + path["subscribers"].sum(axis=1)
    trend = ((0.002 + 0.08 * users / 1e9) * path["potential"])[:, :-1]
    np.testing.assert_allclose(path["sign_ups"][:, 1:], trend * lost)
    np.testing.assert_allclose(path["upgrades"][:, 0, 1:], 0.001 * path["free_users"][:, :-1] * lost)


def test_own_strength_brings_sign_ups_as_weaker_rivals_would():
    stronger = follow(quiet(stocks={"strength": {"start": 1.44}}, periods=1), "sign_ups")
    assert stronger["sign_ups"][1] == pytest.approx(1.2 * follow(quiet(periods=1), "sign_ups")["sign_ups"][1])


def test_rivals_grow_on_average_at_their_drift():
    document = still({"rival_drift": 0.3, "rival_volatility": 0.4}, periods=24)
    rivals = follow_all(document, "rivals", trajectories=TRAJECTORIES)["rivals"][:, -1]
    assert_mean(rivals.mean(), rivals.std() / 256, np.exp(0.6))


def test_a_launch_brings_its_people_in_two_months():
    path = follow(still({"launch_users": 60e6, "launch_period": 4, **NOBODY_PAYS}), "free_users", "sign_ups")
    np.testing.assert_allclose(path["sign_ups"][1:], np.where(np.isin(np.arange(1, 37), [4, 5]), 30e6, 0))
    np.testing.assert_allclose(path["free_users"][[3, 4, 5, 36]], [100e6, 130e6, 160e6, 160e6])


def test_everything_that_is_off_is_neutral():
    trend = "(innovation + imitation * (free_users + sum(subscribers)) / population) * potential * demand"
    assert_neutral(
        inputs={"announcement_lift": 9, "curiosity_decay": 1, "review_months": 9, "feature_lift": 9},
        formulas={
            "season": 1,
            "attention": 1,
            "relative_strength": 1,
            "sign_ups": f"min({trend}, 0.5 * per_period(potential))",
            "requests": {
                "value": {
                    "free": "free_users * free_usage * exp(usage_growth * time)",
                    "plus": "subscribers['plus'] * subscriber_usage['plus']",
                    "team": "subscribers['team'] * subscriber_usage['team']",
                    "api": "api_requests",
                    "partner": "partner_requests",
                }
            },
        },
    )
