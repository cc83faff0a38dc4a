"""Energy and water: power drawn, prices that spike and fall below zero, what clouds pass on, droughts, CO₂."""

import numpy as np
import pytest
from ai_lab.followed import follow, follow_all
from ai_lab.neutral import assert_neutral
from ai_lab.quiet import still
from laws import assert_mean, assert_probability
from oracles import markov_chain, shot_noise

TRAJECTORIES = 65_536
TIME = np.arange(1, 37) / 12
HOURS = 730.5
LEVEL = 0.08
OWNED = {"opening_owned": 10e3, "opening_gpus": 10e3, "gpu_life": 1e12}


def test_power_water_and_co2_follow_from_gpu_hours():
    inputs = {"power_per_gpu": "uniform(0.3, 1.5)", "pue": "uniform(1, 2)", "water_per_kwh": "uniform(0, 3)"}
    names = ("own_energy", "rented_energy", "energy_cost", "water", "water_cost", "emissions", "on_demand")
    path = follow_all(still(OWNED | inputs, periods=1), *names, *inputs, trajectories=32)
    kwh = HOURS * path["power_per_gpu"][:, 0] * path["pue"][:, 0]
    own, rented = 10e3 * kwh, path["on_demand"][:, 1] * kwh
    assert np.all(path["on_demand"][:, 1] > 10e3)
    np.testing.assert_allclose(path["own_energy"][:, 1], own)
    np.testing.assert_allclose(path["rented_energy"][:, 1], rented)
    np.testing.assert_allclose(path["energy_cost"][:, 1], own * LEVEL)
    np.testing.assert_allclose(path["water"][:, 1], (own + rented) * path["water_per_kwh"][:, 0])
    np.testing.assert_allclose(path["water_cost"][:, 1], own * path["water_per_kwh"][:, 0] * 0.002)
    np.testing.assert_allclose(path["emissions"][:, 1], (own + rented) * 0.00037)


def test_a_hundred_thousand_gpu_hours_in_round_numbers():
    """1,000 A100 for 100 hours: 65 MWh at the servers, 78 MWh in all, 6,240 USD, 29 tonnes of CO₂."""
    inputs = {"opening_owned": 1000, "opening_gpus": 1000, "hours_per_month": 100, "gpu_life": 1e12}
    nobody = {"opening_users": 0, "opening_subscribers": {"value": {"plus": 0, "team": 0}}, "opening_api_requests": 0}
    path = follow(still({**inputs, **nobody}, periods=1), "own_energy", "energy_cost", "emissions")
    assert path["own_energy"][1] == pytest.approx(78e3)
    assert path["energy_cost"][1] == pytest.approx(6240)
    assert path["emissions"][1] == pytest.approx(28.86)


def test_clouds_pass_a_share_of_a_change_of_price_on():
    rising = {"energy_level": {"schedule": {"2024-01": LEVEL, "2024-07": 0.20, "2025-01": 0.02}}}
    path = follow_all(
        still({"pass_through": "uniform(0, 1)"}, processes=rising, correlations=[]),
        "pass_through",
        "energy_cost",
        "rented_energy",
        trajectories=16,
    )
    change = np.repeat([0, 0.12, -0.06], [6, 6, 24])
    passed = path["pass_through"][:, :1] * path["rented_energy"][:, 1:] * change
    np.testing.assert_allclose(path["energy_cost"][:, 1:], passed, atol=1e-3)
    assert path["energy_cost"][0, 7] > 0 > path["energy_cost"][0, 13]


# Prices


def test_the_level_reverts_to_its_median():
    path = follow_all(still({"energy_volatility": 0.4}), "energy_price", trajectories=TRAJECTORIES)["energy_price"]
    assert_probability((path[:, 1:] > LEVEL).sum(axis=0), TRAJECTORIES, np.full(36, 0.5))
    spread = 0.4 * np.sqrt(0.5 / (2 * np.log(2)))
    assert np.log(path[:, -1]).std() == pytest.approx(spread, rel=4 / np.sqrt(2 * TRAJECTORIES))


def test_spikes_raise_the_price_on_average_by_rate_and_size_and_fade_in_weeks():
    rate, size = 6, 1.5
    document = still({"spike_rate": rate, "spike_size": size})
    path = follow_all(document, "energy_price", "spikes", trajectories=TRAJECTORIES)
    price = path["energy_price"][:, 1:]
    mean = LEVEL * (1 + size * shot_noise.cumulant(1, rate, 1, 18, TIME))
    assert_mean(price.mean(axis=0), price.std(axis=0) / np.sqrt(TRAJECTORIES), mean)
    assert mean[-1] == pytest.approx(1.5 * LEVEL)
    assert price.min() == pytest.approx(LEVEL)
    assert np.log(2) / 18 * 52 == pytest.approx(2, rel=0.01)  # weeks in which half is gone


def end_of_month_gluts(rng, rate, decay, months, trajectories):
    """What is left of a compound Poisson process of log-normal gluts at a month's end, made jump by jump."""
    years = months / 12
    spread = np.sqrt(np.log(1 + 0.7**2))
    counts = rng.poisson(rate * years, trajectories)
    owner = np.repeat(np.arange(trajectories), counts)
    left = rng.lognormal(-(spread**2) / 2, spread, len(owner)) * np.exp(-decay * rng.uniform(0, years, len(owner)))
    return np.bincount(owner, left, trajectories)


@pytest.mark.parametrize("size", [0.8, 2.0])
def test_gluts_drive_the_price_below_zero_as_often_as_in_an_independent_simulation(size):
    rate, many = 8, 400_000
    path = follow_all(
        still(OWNED | {"glut_rate": rate, "glut_size": size, "power_per_gpu": 1}, periods=24),
        *("energy_price", "own_energy", "energy_cost", "rented_energy"),
        trajectories=TRAJECTORIES,
    )
    price = path["energy_price"][:, -1]
    oracle = 1 - size * end_of_month_gluts(np.random.default_rng(5), rate, 18, 24, many)
    chance = (oracle < 0).mean()
    assert 0.01 < chance < 0.5
    error = np.sqrt(chance * (1 - chance) * (1 / TRAJECTORIES + 1 / many))
    assert_mean((price < 0).mean(), error, chance)
    paid = path["own_energy"][:, -1] * price + 0.5 * path["rented_energy"][:, -1] * (price - LEVEL)
    np.testing.assert_allclose(path["energy_cost"][:, -1], paid, atol=1e-3)
    assert np.all(paid[price < 0] < 0)


# Drought


def test_a_drought_stops_a_share_of_owned_gpus_and_makes_water_dear():
    drought = {"drought_rate": 1, "drought_end": 0, "drought_outage": 0.4, "drought_water": 3}
    names = ("owned_running", "own_energy", "on_demand", "water_cost", "served_share", "on_demand_cost")
    dry, wet = (follow(still(OWNED | more, periods=1), *names) for more in (drought, {}))
    assert dry["owned_running"][1] == pytest.approx(0.6 * 10e3)
    assert dry["own_energy"][1] == pytest.approx(0.6 * wet["own_energy"][1])
    assert dry["on_demand"][1] - wet["on_demand"][1] == pytest.approx(0.4 * 10e3)
    assert dry["water_cost"][1] == pytest.approx(3 * 0.6 * wet["water_cost"][1])
    assert dry["on_demand_cost"][1] > wet["on_demand_cost"][1]
    assert dry["served_share"][1] == pytest.approx(1)


def test_a_drought_while_gpus_are_scarce_turns_requests_away():
    worst = {"drought_rate": 1, "drought_end": 0, "scarcity_rate": 1, "scarcity_end": 0, "scarcity_shortfall": 0.25}
    need = follow(still(periods=1), "gpus_needed")["gpus_needed"][1]
    fleet = {"opening_owned": need, "opening_gpus": need, "gpu_life": 1e12}
    path = follow(still(fleet | worst, periods=1), "served_share", "on_demand")
    assert path["on_demand"][1] == pytest.approx(0.3 * need * 0.75)
    assert path["served_share"][1] == pytest.approx(1 - 0.3 * 0.25)


def test_droughts_come_and_go_at_their_rates():
    path = follow_all(still({"drought_rate": 0.05}), "weather", "owned_running", trajectories=TRAJECTORIES)
    dry = markov_chain.occupation([[0.95, 0.05], [0.3, 0.7]], 0, 36)[1:, 1]
    assert_probability(path["weather"][:, 1:].sum(axis=0), TRAJECTORIES, dry)


def test_everything_that_is_off_is_neutral():
    assert_neutral(
        inputs={"spike_size": 9, "glut_size": 9, "drought_outage": 0.9, "drought_water": 9, "drought_end": 0.9},
        formulas={
            "energy_price": "energy_level",
            "owned_running": "owned",
            "water_cost": "own_energy * water_per_kwh * water_price",
        },
    )
