"""The fleet: lead time, headroom, scarcity, what is bought, what is rented, and custom chips."""

import numpy as np
import pytest
from ai_lab.followed import follow, follow_all
from ai_lab.neutral import assert_neutral
from ai_lab.quiet import quiet, still
from laws import assert_mean, assert_probability
from oracles import markov_chain
from scipy.stats import norm

HOURS = 730.5
PRICE = 694_444 / 28_936 / 24
TRAJECTORIES = 65_536

# Demand that rises by so much from month 5 on, while everything else stands still.
STEP = 5

SCARCE = {"scarcity_rate": 1, "scarcity_end": 0}


def doubled(inputs=None, height=1, **sections):
    return still(inputs, formulas={"season": f"1 + step({height}, {STEP})", **sections.pop("formulas", {})}, **sections)


def test_without_lead_time_what_is_missing_is_rented_for_one_month():
    path = follow(doubled({"release_rate": 0}), "gpus_needed", "reserved", "on_demand", "serving")
    need = path["gpus_needed"][1]
    np.testing.assert_allclose(path["gpus_needed"][STEP:], 2 * need)
    np.testing.assert_allclose(path["on_demand"][1:], need * (np.arange(1, 37) == STEP), atol=1e-6 * need)
    month = need * HOURS * PRICE
    np.testing.assert_allclose(path["serving"][[1, STEP, STEP + 1]], [month, (1 + 1.6) * month, 2 * month])


@pytest.mark.parametrize("lead_time", [1, 4])
def test_ordered_capacity_arrives_after_an_exponential_delay_with_the_lead_time_as_its_mean(lead_time):
    path = follow(
        doubled({"lead_time": lead_time, "release_rate": 0}, periods=240), "gpus_needed", "arriving", "on_order"
    )
    need = path["gpus_needed"][1]
    waited = np.arange(240 - STEP + 1)
    share = (lead_time / (1 + lead_time)) ** waited / (1 + lead_time)
    np.testing.assert_allclose(path["arriving"][STEP:], need * share, rtol=1e-6, atol=1e-9 * need)
    assert (waited * path["arriving"][STEP:]).sum() / path["arriving"][STEP:].sum() == pytest.approx(lead_time, 1e-6)
    assert path["on_order"][-1] == pytest.approx(0, abs=1e-6 * need)


@pytest.mark.parametrize("own_share", [0, 0.4])
def test_renewals_are_ordered_ahead_so_that_a_standing_fleet_lacks_nothing(own_share):
    inputs = {"lead_time": "uniform(0, 12)", "own_share": own_share, "opening_owned": 1000}
    path = follow_all(still(inputs), "gpus_needed", "owned", "reserved", "missing", "on_order", trajectories=64)
    fleet = path["owned"] + path["reserved"]
    np.testing.assert_allclose(fleet[:, 1:], path["gpus_needed"][:, 1:])
    np.testing.assert_allclose(path["missing"][:, 1:], 0, atol=1e-6)
    assert np.ptp(path["on_order"][:, 0]) > 1000


def test_a_longer_lead_time_costs_more_while_demand_grows():
    path = follow_all(
        quiet({"lead_time": "discrete([0, 3, 9])", "usage_growth": 1}), "lead_time", "serving", trajectories=64
    )
    cost = {months: path["serving"][path["lead_time"][:, 0] == months][0, 1:].sum() for months in (0, 3, 9)}
    assert 1.05 * cost[0] < cost[3]
    assert 1.05 * cost[3] < cost[9]


def test_headroom_is_paid_for_and_absorbs_a_rise_of_its_size():
    path = follow(doubled({"headroom": 0.25}, height=0.25), "gpus_needed", "reserved", "on_demand", "reserved_cost")
    need = path["gpus_needed"][1]
    assert path["reserved"][0] == pytest.approx(1.25 * need)
    assert path["reserved_cost"][1] == pytest.approx(1.25 * need * HOURS * PRICE)
    np.testing.assert_allclose(path["on_demand"][1:], 0, atol=1e-6 * need)
    bare = follow(doubled(height=0.25), "on_demand")
    assert bare["on_demand"][STEP] == pytest.approx(0.25 * need)


def test_capacity_is_built_ahead_of_a_feature_in_review():
    document = still(
        {"announcement_rate": 1, "build_ahead": 0.5, "review_months": 4},
        processes={"announced": {"schedule": {"2024-01": 0, "2024-06": 1}}},
    )
    path = follow(document, "in_review", "fleet_needed", "fleet_target", "reserved")
    np.testing.assert_allclose(path["in_review"][6:], 0.75 ** np.arange(1, 32))
    np.testing.assert_allclose(path["fleet_target"][1:], path["fleet_needed"][1:] * (1 + 0.5 * path["in_review"][:-1]))
    assert path["reserved"][7] == pytest.approx(path["fleet_needed"][7] * (1 + 0.5 * 0.75))


def test_surplus_contracts_are_paid_until_they_run_off():
    path = follow(doubled(height=-0.9), "reserved", "reserved_cost", "gpus_needed")
    left = path["reserved"][STEP] * (1 - 0.06) ** np.arange(32)
    assert path["gpus_needed"][STEP] < left[-1]
    np.testing.assert_allclose(path["reserved"][STEP:], left)
    np.testing.assert_allclose(path["reserved_cost"][STEP + 1 :], left[:-1] * HOURS * PRICE)


def test_a_contract_keeps_its_price_and_new_ones_cost_what_they_cost_then():
    discount, drift = 0.3, -0.2
    path = follow(still({"cloud_discount": discount, "gpu_price_drift": drift}), "contract_price", "gpu_hour_price")
    price = PRICE * np.exp(drift * np.arange(37) / 12)
    np.testing.assert_allclose(path["gpu_hour_price"], price)
    average = [PRICE * (1 - discount)]
    for month in range(1, 37):  # a standing fleet: 6 % of it is renewed each month
        average.append(0.94 * average[-1] + 0.06 * price[month] * (1 - discount))
    np.testing.assert_allclose(path["contract_price"], average)


def test_the_cloud_discount_is_on_what_is_reserved_alone():
    inputs = {"cloud_discount": "uniform(0, 0.6)", "release_rate": 0}
    path = follow_all(doubled(inputs), "cloud_discount", "reserved_cost", "on_demand_cost", trajectories=64)
    full = follow(doubled({"release_rate": 0}), "reserved_cost", "on_demand_cost")
    kept = 1 - path["cloud_discount"][:, :1]
    np.testing.assert_allclose(path["reserved_cost"][:, 1:], kept * full["reserved_cost"][1:])
    np.testing.assert_allclose(path["on_demand_cost"][:, 1:], np.tile(full["on_demand_cost"][1:], (64, 1)))


# Scarcity


def test_scarcity_raises_the_price_by_the_hour_and_turns_a_share_of_requests_away():
    path = follow(
        doubled({**SCARCE, "release_rate": 0, "scarcity_shortfall": 0.4, "scarcity_premium": 0.7}),
        *("gpus_needed", "on_demand", "on_demand_cost", "served_share", "revenue", "subscribers"),
    )
    need = path["gpus_needed"][1]
    assert path["on_demand"][STEP] == pytest.approx(0.6 * need)
    assert path["on_demand_cost"][STEP] == pytest.approx(0.6 * need * HOURS * PRICE * 1.6 * 1.7)
    assert path["served_share"][STEP] == pytest.approx(1 - 0.4 / 2)
    api, plus = path["revenue"][3], path["subscribers"][0]
    assert api[STEP] == pytest.approx(0.8 * 2 * api[STEP - 1])
    np.testing.assert_allclose(path["served_share"][1:STEP], 1)
    assert plus[STEP] == pytest.approx(plus[STEP - 1] * (1 - 0.2 * 0.2))


def test_what_is_reserved_is_safe_from_scarcity():
    scarce, plenty = (follow(still(inputs), "serving", "served_share") for inputs in (SCARCE, {}))
    np.testing.assert_array_equal(scarce["serving"], plenty["serving"])
    np.testing.assert_allclose(scarce["served_share"][1:], 1)


def test_scarcity_comes_and_goes_at_its_rates():
    path = follow_all(still({"scarcity_rate": 0.04}), "supply", trajectories=TRAJECTORIES)
    scarce = markov_chain.occupation([[0.96, 0.04], [0.1, 0.9]], 0, 36)[:, 1]
    assert_probability(path["supply"][:, 1:].sum(axis=0), TRAJECTORIES, scarce[1:])


# Bought and worn out


def test_a_part_of_new_capacity_is_bought_and_written_off():
    share, life, outlay = 0.7, 48, 25e3
    path = follow(
        still({"own_share": share}),
        *("arriving", "owned", "reserved", "gpus_needed", "capital_expenditure", "depreciation", "book_value"),
        *("owned_cost", "contract_price"),
    )
    owned = book = 0.0
    for month in range(1, 37):
        assert path["depreciation"][month] == pytest.approx(book / life)
        assert path["capital_expenditure"][month] == pytest.approx(share * path["arriving"][month] * outlay)
        assert path["owned_cost"][month] == pytest.approx(owned * 0.15 * HOURS)
        owned += share * path["arriving"][month] - owned / life
        book += share * path["arriving"][month] * outlay - book / life
        assert path["owned"][month] == pytest.approx(owned)
        assert path["book_value"][month] == pytest.approx(book)
    np.testing.assert_allclose((path["owned"] + path["reserved"])[1:], path["gpus_needed"][1:])
    assert path["owned"][-1] > 0.5 * path["gpus_needed"][-1]


def test_bought_hardware_wears_out_exponentially():
    inputs = {"opening_owned": 10e3, "opening_gpus": 10e3, "gpu_life": 24}
    path = follow(doubled(inputs, height=-1, formulas={"ordered": "0"}), "owned", "book_value", "reserved")
    np.testing.assert_allclose(path["owned"], 10e3 * (1 - 1 / 24) ** np.arange(37))
    np.testing.assert_allclose(path["book_value"], 25e3 * path["owned"])
    np.testing.assert_array_equal(path["reserved"], 0)


def test_the_rent_is_a_process_that_can_rise():
    inputs = {"gpu_price_drift": -0.15, "gpu_price_volatility": 0.3}
    path = follow_all(still(inputs, periods=12), "gpu_hour_price", trajectories=TRAJECTORIES)
    final = path["gpu_hour_price"][:, -1] / PRICE
    assert_mean(final.mean(), final.std() / 256, np.exp(-0.15))
    assert_probability((final > 1).sum(), TRAJECTORIES, norm.sf((0.15 + 0.3**2 / 2) / 0.3))


# Custom chips


def test_a_custom_chip_takes_its_share_of_the_work_and_cuts_its_cost():
    inputs = {"chip_time": 1, "chip_ramp": 0.5, "chip_share": 0.8, "chip_cost_ratio": 0.4, "release_rate": 1}
    path = follow(
        still({**inputs, "chip_budget": 7e6, "opening_energy_price": 1e-12}, periods=48),
        *("on_chips", "chip_gpus", "gpus_needed", "serving", "chip_development", "own_energy"),
    )
    months = np.arange(1, 49)
    np.testing.assert_allclose(path["on_chips"][1:], 0.8 * np.clip((months - 12) / 6, 0, 1), atol=1e-12)
    np.testing.assert_array_equal(path["chip_development"][1:], np.where(months < 12, 7e6, 0))
    before, after = path["serving"][1], path["serving"][-1]
    energy_free_water = path["own_energy"][-1] * 1.8 * 0.002
    assert (after - energy_free_water) / before == pytest.approx(1 - 0.8 * (1 - 0.4))


def test_the_contracts_a_chip_replaces_are_paid_until_they_run_off():
    path = follow(still({"chip_time": 0, "chip_ramp": 0, "chip_share": 0.5}), "reserved", "gpus_needed")
    need = path["gpus_needed"][1]
    np.testing.assert_allclose(path["reserved"], need * np.maximum(0.94 ** np.arange(37), 0.5))


def test_the_date_of_a_chip_may_be_uncertain():
    document = still({"chip_time": "uniform(0, 4)", "chip_ramp": 1, "chip_share": 0.6}, periods=48)
    path = follow_all(document, "on_chips", trajectories=TRAJECTORIES)["on_chips"][:, [24, 48]]
    time = np.array([2.0, 4.0])
    arrived = (time**2 - (time - 1) ** 2) / 2 / 4  # the mean of clip(time - arrival, 0, 1)
    assert_mean(path.mean(axis=0), path.std(axis=0) / np.sqrt(TRAJECTORIES), 0.6 * arrived)


def test_everything_that_is_off_is_neutral():
    assert_neutral(
        inputs={"chip_ramp": 3, "chip_share": 0.1, "chip_cost_ratio": 9, "purchase_price": 1, "running_cost_owned": 9},
        formulas={
            "fleet_needed": "gpus_needed",
            "fleet_target": "gpus_needed",
            "arriving": "ordered * operating",
            "ordered": "max(per_period(fleet_target - reserved) + run_off, 0) * operating",
            "missing": "max(gpus_needed - reserved, 0)",
            "on_demand": "missing * operating",
            "served_share": 1,
            "on_demand_price": "gpu_hour_price * on_demand_premium",
            "owned_cost": 0,
            "chip_development": 0,
        },
    )
