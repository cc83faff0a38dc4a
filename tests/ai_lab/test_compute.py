"""From requests to GPUs: the published cost, efficiency, experience, breakthroughs, utilisation."""

import numpy as np
import pytest
from ai_lab.followed import follow, follow_all
from ai_lab.neutral import assert_neutral
from ai_lab.quiet import quiet, still
from laws import assert_mean, assert_probability
from scipy import integrate, special, stats

TRAJECTORIES = 65_536
TIME = np.arange(1, 37) / 12
FREE = 0

# SemiAnalysis, February 2023, as reported in the press: 694,444 USD a day, 28,936 A100, 0.33 US cents a request.
DAILY, GPUS, REQUEST = 694_444, 28_936, 0.0033
PUBLISHED = {
    "opening_users": 100e6,
    "opening_subscribers": {"value": {"plus": 0, "team": 0}},
    "opening_api_requests": 0,
    "free_usage": DAILY / REQUEST * 30.4375 / 100e6,
}


def assert_means(values, expected):
    assert_mean(values.mean(axis=0), values.std(axis=0) / np.sqrt(len(values)), expected)


# The published figures


def test_the_published_cost_is_reproduced_whatever_share_of_the_fleet_computes():
    document = still({**PUBLISHED, "utilisation": "uniform(0.2, 0.9)"})
    names = ("gpus_needed", "daily_serving_cost", "cost_per_request", "reserved")
    path = follow_all(document, *names, trajectories=16)
    np.testing.assert_allclose(path["gpus_needed"][:, 1:], GPUS)
    np.testing.assert_allclose(path["reserved"], GPUS)
    np.testing.assert_allclose(path["daily_serving_cost"][:, 1:], DAILY)
    np.testing.assert_allclose(path["cost_per_request"][:, FREE, 1:], REQUEST)
    np.testing.assert_allclose(100 * path["cost_per_request"][:, FREE, 1:], 1 / 3, rtol=0.02)  # a third of a cent


def test_when_traffic_triples_250_million_a_year_become_750():
    """The press, May 2023: some 250 M USD a year in February, and traffic that has tripled since. In the month of the
    step what is missing is rented by the hour; from the next on it is reserved."""
    document = still(PUBLISHED, formulas={"season": "1 + step(2, 6)"})
    path = follow(document, "serving", "gpus_needed")
    yearly = 12 * path["serving"]
    assert yearly[5] == pytest.approx(250e6, rel=0.02)
    assert yearly[7] == pytest.approx(750e6, rel=0.02)
    np.testing.assert_allclose(yearly[7:], 3 * yearly[5])
    assert yearly[6] == pytest.approx((1 + 2 * 1.6) * yearly[5])
    assert path["gpus_needed"][6] == pytest.approx(3 * GPUS)


# The chain


def test_gpus_follow_from_requests_tokens_and_the_weight_of_the_model():
    channels = ["free", "plus", "team", "api", "partner"]
    tokens = dict(zip(channels, [400, 1500, 2500, 800, 3000], strict=True))
    weight = dict(zip(channels, [0.3, 2, 5, 0.7, 1.1], strict=True))
    document = still(
        {
            "tokens_per_request": {"value": tokens},
            "model_weight": {"value": weight},
            "gpu_seconds_per_token": 0.004,
            "utilisation": 0.4,
            "opening_partner_requests": 1e8,
        },
        periods=2,
    )
    path = follow(document, "requests", "gpu_hours", "gpus_needed", "serving_cost", "serving", "reserved")
    requests = np.array([98.95e6 * 60, 1e6 * 200, 50e3 * 200, 300e6, 1e8])
    hours = requests * list(tokens.values()) * list(weight.values()) * 0.004 / 3600
    np.testing.assert_allclose(path["requests"][:, 1], requests)
    np.testing.assert_allclose(path["gpu_hours"][:, 1], hours)
    assert path["gpus_needed"][1] == pytest.approx(hours.sum() / 0.4 / 730.5)
    assert path["reserved"][0] == pytest.approx(path["gpus_needed"][1])
    np.testing.assert_allclose(path["serving_cost"][:, 1], path["serving"][1] * hours / hours.sum())


def test_compute_per_token_falls_with_efficiency():
    document = still({"efficiency_drift": -0.4, "efficiency_volatility": 0.2})
    path = follow_all(document, "gpus_needed", trajectories=TRAJECTORIES)["gpus_needed"][:, [12, 36]]
    start = follow(still(), "gpus_needed")["gpus_needed"][1]
    assert_means(path / start, np.exp([-0.4, -1.2]))


def test_each_doubling_of_experience_saves_a_fifth():
    before = 5e12
    path = follow(
        still({"learning_exponent": -np.log2(0.8), "experience": before}),
        *("compute_per_token", "served_tokens", "gpus_needed", "requests"),
    )
    monthly = path["requests"][:, 1].sum() * 1000
    np.testing.assert_allclose(path["served_tokens"], monthly * np.arange(37))
    doublings = np.log2(1 + monthly * np.arange(36) / before)
    assert doublings[-1] > 4
    np.testing.assert_allclose(path["compute_per_token"][1:], 0.8**doublings)
    np.testing.assert_allclose(path["gpus_needed"][1:], path["gpus_needed"][1] * 0.8**doublings)


def test_breakthroughs_are_rare_jumps_that_halve_the_compute():
    """E[exp(−Σ J)] of a compound Poisson sum is exp(rate · t · (E[exp(−J)] − 1))."""
    rate = 0.5
    path = follow_all(still({"breakthrough_rate": rate}), "compute_per_token", trajectories=TRAJECTORIES)
    compute = path["compute_per_token"][:, 1:]
    spread = np.sqrt(np.log(1 + (0.3 / 0.7) ** 2))
    law = stats.lognorm(spread, scale=0.7 * np.exp(-(spread**2) / 2))
    kept, _ = integrate.quad(lambda saved: np.exp(-saved) * law.pdf(saved), 0, np.inf)
    assert kept == pytest.approx(0.5, abs=0.03)
    assert_means(compute, np.exp(rate * TIME * (kept - 1)))
    assert_probability((compute == 1).sum(axis=0), TRAJECTORIES, np.exp(-rate * TIME))
    assert np.all(np.diff(compute, axis=1) <= 0)


def test_utilisation_wanders_on_the_logit_scale():
    volatility = 1.5
    document = still({"utilisation": 0.7, "load_volatility": volatility})
    path = follow_all(document, "busy_share", "gpus_needed", trajectories=TRAJECTORIES)
    spread = volatility * np.sqrt(0.25 / (2 * np.log(2)) * (1 - 0.25 ** (TIME / 0.25)))
    average = [
        stats.norm(np.log(7 / 3), sd).expect(special.expit, lb=np.log(7 / 3) - 12 * sd, ub=np.log(7 / 3) + 12 * sd)
        for sd in spread[[0, 5, 35]]
    ]
    assert average[-1] < 0.69
    assert_means(path["busy_share"][:, [1, 6, 36]], average)
    without = follow(still(), "gpus_needed")["gpus_needed"][1]
    np.testing.assert_allclose((path["gpus_needed"] * path["busy_share"])[:, 1:], 0.7 * without)


def test_everything_that_is_off_is_neutral():
    assert_neutral(
        inputs={"experience": 1},
        formulas={"compute_per_token": "efficiency", "busy_share": "logistic(log(utilisation / (1 - utilisation)))"},
    )


def test_serving_falls_as_efficiency_and_rent_do_once_contracts_have_run_off():
    """In the long run cost per request is compute per token times rent; contracts signed earlier keep theirs longer."""
    path = follow(quiet({"release_rate": 1}), "cost_per_request", "efficiency", "gpu_price_index")
    expected = REQUEST * path["efficiency"] * path["gpu_price_index"]
    slow = follow(quiet(), "cost_per_request")["cost_per_request"][FREE]
    assert np.all(slow[2:] > 0.999 * expected[2:])
    np.testing.assert_allclose(path["cost_per_request"][FREE, 6:], expected[6:], rtol=0.15)
