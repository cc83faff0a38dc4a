"""OpenAI seen in mid-2024: the opening, and the first half-year against what the press reported of 2024.

The figures of the calendar year are held to the pace of its second half, the part that is simulated.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from guide_tables import assert_ruin_is_stated, assert_spreads_are_stated, section_rows, stated_numbers
from public_record import assert_holds, money_by_variant, public_record, spread, stated

import burncast
from burncast import Scenario

EXAMPLE = Path(__file__).parents[1] / "examples" / "openai-2024.toml"
PUBLIC = public_record("openai_2024")
SEED = 2024
TRAJECTORIES, TRAJECTORIES_BY_VARIANT = 32_768, 16_384
DECEMBER = 6

PACES: dict[str, Any] = {
    "users": "free_users + sum(subscribers)",
    "fleet": "reserved + on_demand",
    "revenue_pace": "12 * total_revenue",
    "api_pace": "12 * revenue['api']",
    "serving_pace": "12 * serving",
    "revenue_so_far": "12 * cumulative(total_revenue) / period",
    "computing_so_far": "12 * cumulative(serving + research + training + data_licences) / period",
    "training_so_far": "12 * cumulative(research + training + data_licences) / period",
    "staff_so_far": "12 * cumulative(staff) / period",
    "loss_so_far": "12 * cumulative(loss - stock_compensation) / period",
    "cash_burnt": "cumulative(burn)",
}
BRIDGE = {
    "serving": "serving_total",
    "training, research and data": "training_total",
    "staff": "staff_total",
    "other": "other_total",
    "revenue": "revenue_total",
    "shares for staff": "shares_total",
    "**loss**": "loss_total",
    "of it shares, which are no cash": "shares_returned",
    "of it paid in credits": "credits_total",
    "**cash burnt**": "cash_burnt",
}
"""From the loss to the cash, as the guide's table has it; what is not on the list is nought."""
TOTALS: dict[str, Any] = {
    "serving_total": "cumulative(serving)",
    "training_total": "cumulative(research + training + data_licences)",
    "staff_total": "cumulative(staff)",
    "other_total": "cumulative(other + policy_cost)",
    "revenue_total": "cumulative(-total_revenue)",
    "shares_total": "cumulative(stock_compensation)",
    "loss_total": "cumulative(loss)",
    "shares_returned": "cumulative(-stock_compensation)",
    "credits_total": "cumulative(-credits_used)",
}
BALANCES = ["total_revenue", "subscribers", "headcount", "valuation", "contract_price"]


STATED: dict[str, tuple[str, int, dict[str, str]]] = {
    "users in July": ("users", 1, {}),
    "yearly revenue pace in July, USD": ("revenue_pace", 1, {}),
    "revenue of August": ("total_revenue", 2, {}),
    "pace in September": ("revenue_pace", 3, {}),
    "revenue, second half, a year": ("revenue_so_far", DECEMBER, {}),
    "A100 that serve": ("fleet", 1, {}),
    "serving in July, a year": ("serving_pace", 1, {}),
    "computing, second half, a year": ("computing_so_far", DECEMBER, {}),
    "of it training, research and data": ("training_so_far", DECEMBER, {}),
    "staff in cash, second half, a year": ("staff_so_far", DECEMBER, {}),
    "loss without shares, second half, a year": ("loss_so_far", DECEMBER, {}),
    "cash burnt in the second half": ("cash_burnt", DECEMBER, {}),
    "subscribers of Plus at the opening": ("subscribers", 0, {"plan": "plus"}),
    "seats of firms at the opening": ("subscribers", 0, {"plan": "team"}),
    "pace of the interface in July": ("api_pace", 1, {}),
    "people in September": ("headcount", 3, {}),
    "valuation in September": ("valuation", 3, {}),
    "pace in December, published later": ("revenue_pace", DECEMBER, {}),
}
"""Rows of the guide's table: quantity, period and element."""


def half_year_document(inputs: dict[str, Any] | None = None) -> dict[str, Any]:
    """July to December 2024; what is so far is a yearly pace since July."""
    return {
        "scenario": {"title": "The second half of 2024", "extends": str(EXAMPLE), "periods": DECEMBER},
        "inputs": inputs or {},
        "formulas": PACES | TOTALS,
        "outputs": {"track": [*PACES, *TOTALS, *BALANCES]},
    }


def second_half(inputs: dict[str, Any] | None = None, trajectories: int = TRAJECTORIES) -> xr.Dataset:
    return burncast.simulate(burncast.load(half_year_document(inputs)), trajectories=trajectories, seed=SEED)


@pytest.fixture(scope="module")
def example() -> Scenario:
    return burncast.load(EXAMPLE)


@pytest.fixture(scope="module")
def half_year() -> xr.Dataset:
    return second_half()


@pytest.fixture(scope="module")
def forecast() -> xr.Dataset:
    return money_by_variant(EXAMPLE, TRAJECTORIES_BY_VARIANT, SEED)


@pytest.mark.parametrize(
    ("name", "period", "key", "nearness"),
    [
        ("users", 1, "users", 0.02),
        ("revenue_pace", 1, "revenue_pace", 0.03),
        ("total_revenue", 2, "revenue_august", 0.03),
        ("revenue_pace", 3, "revenue_pace_september", 0.05),
        ("fleet", 1, "gpus", 0.03),
        ("serving_pace", 1, "serving", 0.03),
        ("computing_so_far", DECEMBER, "computing", 0.12),
        ("training_so_far", DECEMBER, "training.high", 0.15),
        ("staff_so_far", DECEMBER, "staff_cost", 0.05),
        ("loss_so_far", DECEMBER, "loss", 0.12),
        ("cash_burnt", DECEMBER, "cash_burn", 0.20),
        ("headcount", 3, "headcount_september", 0.03),
    ],
)
def test_published_figures(half_year: xr.Dataset, name: str, period: int, key: str, nearness: float) -> None:
    assert_holds(spread(half_year, name, period), PUBLIC[key], nearness)


def test_revenue_is_within_the_estimates(half_year: xr.Dataset) -> None:
    low, middle, high = spread(half_year, "revenue_so_far", DECEMBER)
    assert PUBLIC["revenue_2024.low"] < middle < PUBLIC["revenue_2024.high"]
    assert low < PUBLIC["revenue_2024_expected"] < high


def test_revenue_of_the_calendar_year(half_year: xr.Dataset) -> None:
    """The first half grew steadily from December's pace, on which two sources differ, to June's."""
    december = (PUBLIC["pace_december_2023.low"] + PUBLIC["pace_december_2023.high"]) / 2
    june = PUBLIC["revenue_pace"]
    first_half = (june - december) / np.log(june / december) / 2
    low, _, high = (first_half + pace / 2 for pace in spread(half_year, "revenue_so_far", DECEMBER))
    assert low < PUBLIC["revenue_2024.low"] < high


def test_subscribers(half_year: xr.Dataset) -> None:
    assert_holds(spread(half_year, "subscribers", 0, plan="plus"), PUBLIC["plus_subscribers"], 0.08)
    low, _, high = spread(half_year, "subscribers", 0, plan="team")
    assert low < PUBLIC["seats"] < high


def test_both_readings_of_the_interface_are_inside_the_spread(half_year: xr.Dataset) -> None:
    low, _, high = spread(half_year, "api_pace", 1)
    assert low < PUBLIC["api_revenue.low"] < PUBLIC["api_revenue.high"] < high


def test_a_gpu_hour_costs_what_the_partner_charges(half_year: xr.Dataset) -> None:
    np.testing.assert_allclose(spread(half_year, "contract_price", 0), PUBLIC["gpu_hour_price"], rtol=0.003)
    yearly = PUBLIC["gpus"] * 8_766 * PUBLIC["gpu_hour_price"]
    assert yearly == pytest.approx(PUBLIC["serving"], rel=0.01)


def test_both_valuations_of_the_year_are_inside_the_spread(half_year: xr.Dataset) -> None:
    low, _, high = spread(half_year, "valuation", 3)
    assert low < PUBLIC["valuation.low"] < PUBLIC["valuation.high"] < high


def test_the_list_price_of_gpus_is_noticed() -> None:
    dear = second_half({"partner_gpu_price": 1.70}, trajectories=8_192)
    assert spread(dear, "serving_pace", 1)[0] > PUBLIC["serving"]
    with pytest.raises(AssertionError):
        assert_holds(spread(dear, "computing_so_far", DECEMBER), PUBLIC["computing"], 0.12)


def test_without_credits_the_loss_is_burnt() -> None:
    """340 M of cash in a half-year against a loss of 5 bn in the year: credits are what lies between."""
    bare = second_half({"opening_credits": 0}, trajectories=8_192)
    low, middle, _ = spread(bare, "cash_burnt", DECEMBER)
    assert low > PUBLIC["cash_burn"]
    assert middle == pytest.approx(PUBLIC["loss"] / 2, rel=0.15)


def test_what_came_later_is_inside_the_spread(half_year: xr.Dataset) -> None:
    low, _, high = spread(half_year, "revenue_pace", DECEMBER)
    assert low < PUBLIC["later_pace_december"] < high


def test_facts_stand_in_the_file_as_published(example: Scenario) -> None:
    facts = {"opening_cash": "cash", "opening_headcount": "headcount", "partner_gpu_price": "gpu_hour_price"}
    facts |= {"profit_share": "profit_share"}
    for name, key in facts.items():
        assert stated(example, name) == PUBLIC[key]
    assert stated(example, "price", "plus") == PUBLIC["price_plus"]


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("api_revenue_share", ("FutureSearch", "510 M", "The Information", "1 bn")),
        ("opening_research", ("3 bn", "4 bn", "7 bn", "training alone")),
        ("opening_credits", ("Semafor", "10 bn")),
    ],
)
def test_conflicting_sources_are_named(example: Scenario, name: str, sources: tuple[str, ...]) -> None:
    quantity = example.quantities[name]
    for source in sources:
        assert source in (quantity.source or "")


def test_twelve_months_of_money_if_nobody_helps(forecast: xr.Dataset) -> None:
    months = int(PUBLIC["months_of_money.high"])
    ruin = forecast.ruin_probability.sel(variant="no_round").values
    assert ruin[months - 4] < 0.5 < ruin[months + 2]
    assert np.all(np.diff(ruin) >= 0)


@pytest.mark.parametrize("month", [12, 24, 36])
def test_variants_are_in_order(forecast: xr.Dataset, month: int) -> None:
    ruin = {
        str(variant): float(forecast.ruin_probability.sel(variant=variant, period=month))
        for variant in forecast.variant.values
    }
    worse = ("no_round", "credits_nearly_used", "price_war", "gpu_scarcity", "no_efficiency")
    better = ("dearer_plans", "too_big_to_fail")
    for name in worse:
        assert ruin[name] > ruin["base"] + 0.01, name
    for name in better:
        assert ruin[name] < ruin["base"] - 0.01, name
    assert ruin["base"] < ruin["no_round_but_policies"] < ruin["no_round"]


def test_a_rescue_never_hurts_and_a_closed_market_never_helps(forecast: xr.Dataset) -> None:
    """On the same random numbers, at every date."""
    ruin = forecast.ruin_probability
    assert bool((ruin.sel(variant="too_big_to_fail") <= ruin.sel(variant="base")).all())
    assert bool((ruin.sel(variant="no_round") >= ruin.sel(variant="base")).all())


def test_guide_states_what_the_example_says(half_year: xr.Dataset, forecast: xr.Dataset) -> None:
    rows = section_rows("examples.md", "`openai-2024`")
    assert_spreads_are_stated(
        rows, {label: spread(half_year, name, period, **element) for label, (name, period, element) in STATED.items()}
    )
    assert_ruin_is_stated(rows, forecast, TRAJECTORIES_BY_VARIANT)


def test_guide_states_what_lies_between_loss_and_cash(half_year: xr.Dataset) -> None:
    rows = section_rows("examples.md", "`openai-2024`")
    means = {label: float(half_year[f"{name}_mean"].sel(period=DECEMBER)) for label, name in BRIDGE.items()}
    for label, mean in means.items():
        (stated,) = stated_numbers(rows[label])
        assert stated.agrees(mean, slack=0.02e9), label
    *costs, loss, shares, credits_used, burnt = means.values()
    assert sum(costs) == pytest.approx(loss, rel=1e-9)
    assert loss + shares + credits_used == pytest.approx(burnt, rel=1e-9)
