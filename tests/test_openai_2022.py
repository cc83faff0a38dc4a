"""OpenAI in 2022: the year's accounts, and the first months of the chatbot, against the record."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from guide_tables import assert_ruin_is_stated, assert_spreads_are_stated, section_rows
from public_record import assert_holds, money_by_variant, public_record, spread, stated

import burncast
from burncast import Scenario

EXAMPLE = Path(__file__).parents[1] / "examples" / "openai-2022.toml"
PUBLIC = public_record("openai_2022")
SEED = 2024
TRAJECTORIES, TRAJECTORIES_BY_VARIANT = 32_768, 16_384
DECEMBER, JANUARY, FEBRUARY, APRIL, MAY, NEXT_DECEMBER = 12, 13, 14, 16, 17, 24
"""Periods, counted from January 2022."""

FIGURES: dict[str, Any] = {
    "users": "free_users + sum(subscribers)",
    "revenue_so_far": "cumulative(total_revenue)",
    "loss_so_far": "cumulative(loss - stock_compensation)",
    "computing_so_far": "cumulative(serving + research + training + data_licences)",
    "training_so_far": "cumulative(training)",
    "staff_so_far": "cumulative(staff)",
    "other_so_far": "cumulative(other)",
    "revenue_of_2023": "cumulative(total_revenue * after('2023-01'))",
    "revenue_pace": "12 * total_revenue",
    "chat_daily_cost": "(serving_cost['free'] + serving_cost['plus']) / 30.4375",
    "chat_gpus": "(gpu_hours['free'] + gpu_hours['plus']) / busy_share / hours_per_month",
    "cents_per_request": "100 * serving_cost['free'] / requests['free']",
    "free_requests": "requests['free'] * 1",
    "money": {"value": "opening_cash + opening_credits", "unit": "USD"},
}


STATED: dict[str, tuple[str, int, dict[str, str]]] = {
    "revenue of 2022, USD": ("revenue_so_far", DECEMBER, {}),
    "loss of 2022": ("loss_so_far", DECEMBER, {}),
    "computing and data": ("computing_so_far", DECEMBER, {}),
    "staff": ("staff_so_far", DECEMBER, {}),
    "other": ("other_so_far", DECEMBER, {}),
    "the large run of the year": ("training_so_far", DECEMBER, {}),
    "people in January 2023": ("headcount", JANUARY, {}),
    "users in April 2023": ("users", APRIL, {}),
    "cost of the chatbot a day, February 2023": ("chat_daily_cost", FEBRUARY, {}),
    "A100 that serve it": ("chat_gpus", FEBRUARY, {}),
    "US cents per request": ("cents_per_request", FEBRUARY, {}),
    "yearly revenue pace in May 2023": ("revenue_pace", MAY, {}),
    "revenue of 2023": ("revenue_of_2023", NEXT_DECEMBER, {}),
    "pace in December 2023, published later": ("revenue_pace", NEXT_DECEMBER, {}),
    "people in November 2023, published later": ("headcount", NEXT_DECEMBER - 1, {}),
}
"""Rows of the guide's table: quantity, period and element."""


def years_document(inputs: dict[str, Any] | None = None) -> dict[str, Any]:
    """2022 and 2023; what is so far is since January 2022."""
    return {
        "scenario": {"title": "2022 and 2023", "extends": str(EXAMPLE), "periods": NEXT_DECEMBER},
        "inputs": inputs or {},
        "formulas": FIGURES,
        "outputs": {"track": [*FIGURES, "headcount"]},
    }


def two_years(inputs: dict[str, Any] | None = None, trajectories: int = TRAJECTORIES) -> xr.Dataset:
    return burncast.simulate(burncast.load(years_document(inputs)), trajectories=trajectories, seed=SEED)


@pytest.fixture(scope="module")
def example() -> Scenario:
    return burncast.load(EXAMPLE)


@pytest.fixture(scope="module")
def years() -> xr.Dataset:
    return two_years()


@pytest.fixture(scope="module")
def forecast() -> xr.Dataset:
    return money_by_variant(EXAMPLE, TRAJECTORIES_BY_VARIANT, SEED)


@pytest.mark.parametrize(
    ("name", "period", "key", "nearness"),
    [
        ("revenue_so_far", DECEMBER, "revenue_2022", 0.03),
        ("loss_so_far", DECEMBER, "loss_2022", 0.05),
        ("loss_so_far", DECEMBER, "loss_2022_other", 0.07),
        ("computing_so_far", DECEMBER, "compute_2022", 0.05),
        ("staff_so_far", DECEMBER, "staff_2022", 0.03),
        ("other_so_far", DECEMBER, "other_2022", 0.05),
        ("training_so_far", DECEMBER, "gpt4", 0.15),
        ("headcount", JANUARY, "headcount", 0.02),
        ("chat_daily_cost", FEBRUARY, "daily_cost", 0.15),
        ("chat_gpus", FEBRUARY, "gpus", 0.15),
        ("cents_per_request", FEBRUARY, "cents_per_request", 0.08),
    ],
)
def test_published_figures(years: xr.Dataset, name: str, period: int, key: str, nearness: float) -> None:
    assert_holds(spread(years, name, period), PUBLIC[key], nearness)


def test_the_loss_lies_between_the_two_that_were_published(years: xr.Dataset) -> None:
    assert PUBLIC["loss_2022_other"] < spread(years, "loss_so_far", DECEMBER)[1] < PUBLIC["loss_2022"]
    from_fortune = PUBLIC["compute_2022"] + PUBLIC["staff_2022"] + PUBLIC["other_2022"] - PUBLIC["revenue_2022"]
    assert PUBLIC["loss_2022_other"] < from_fortune < PUBLIC["loss_2022"]


def test_every_method_of_costing_gpt4_is_inside_the_spread(years: xr.Dataset) -> None:
    low, _, high = spread(years, "training_so_far", DECEMBER)
    assert low < PUBLIC["gpt4.low"] < PUBLIC["gpt4.high"] < high


def test_users_of_the_chatbot(years: xr.Dataset) -> None:
    assert spread(years, "users", 10)[2] < 0.1 * PUBLIC["users.low"]
    low, middle, high = spread(years, "users", APRIL)
    assert low < PUBLIC["users.low"] < middle < high


def test_the_first_month_against_the_second(years: xr.Dataset) -> None:
    """Half of the people came in the first month: visits of December were 46 % of January's."""
    december, january = (spread(years, "free_requests", period)[1] for period in (DECEMBER, JANUARY))
    assert december / january == pytest.approx(PUBLIC["visits_december"] / PUBLIC["visits_january"], abs=0.1)


def test_revenue_expected_in_the_spring_of_2023(years: xr.Dataset) -> None:
    low, _, high = spread(years, "revenue_of_2023", NEXT_DECEMBER)
    assert low < PUBLIC["revenue_2023"] < high
    low, _, high = spread(years, "revenue_pace", MAY)
    assert low < PUBLIC["revenue_pace"] < high


def test_the_money_is_no_more_than_was_put_in(years: xr.Dataset) -> None:
    low, middle, high = spread(years, "money", 1)
    assert 1e9 < low < middle < high < PUBLIC["money_raised.high"]


@pytest.mark.parametrize(
    ("wrong", "name", "period", "key"),
    [
        ({"free_usage": "120 to 240"}, "chat_daily_cost", FEBRUARY, "daily_cost"),
        ({"staff_2022": 150e6}, "staff_so_far", DECEMBER, "staff_2022"),
        ({"hiring_rate": "0.06 to 0.08"}, "headcount", JANUARY, "headcount"),
    ],
)
def test_a_wrong_figure_is_noticed(wrong: dict[str, Any], name: str, period: int, key: str) -> None:
    assert spread(two_years(wrong, trajectories=8_192), name, period)[0] > PUBLIC[key]


def test_what_came_of_it_was_more_than_anyone_expected(years: xr.Dataset) -> None:
    """The example does not know of GPT-4, and its revenue and staff at the end of 2023 stay below the record."""
    assert spread(years, "revenue_pace", NEXT_DECEMBER)[2] < PUBLIC["later_pace_december.low"]
    assert spread(years, "headcount", 23)[2] < PUBLIC["later_headcount"]


def test_facts_stand_in_the_file_as_published(example: Scenario) -> None:
    assert stated(example, "staff_2022") == PUBLIC["staff_2022"]
    assert stated(example, "other_2022") == PUBLIC["other_2022"]
    assert stated(example.variants["ten_billion"], "partner_total") == PUBLIC["partner_total"]


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("loss_2022", ("The Information", "540 M", "account of 2024", "500 M")),
        ("launch_users", ("18 M", "304 M", "667 M", "100 million")),
        ("opening_money", ("New York Times", "1 bn", "2 bn")),
    ],
)
def test_sources_are_named(example: Scenario, name: str, sources: tuple[str, ...]) -> None:
    quantity = example.quantities[name]
    for source in sources:
        assert source in (quantity.source or "")


def test_variants_are_in_order(forecast: xr.Dataset) -> None:
    ruin = forecast.ruin_probability
    at = {
        str(name): {month: float(ruin.sel(variant=name, period=month)) for month in (12, 24, 36)}
        for name in ruin.variant.values
    }
    assert max(curve[12] for curve in at.values()) < 0.001
    assert at["no_round"][36] > at["base"][36] + 0.1
    assert at["no_chatbot_no_round"][36] > at["no_chatbot"][36] + 0.1
    assert at["cash_not_credits"][36] < at["base"][36] - 0.1
    assert at["ten_billion"][36] < 0.01 < at["cash_not_credits"][36]


def test_the_chatbot_costs_first_and_earns_later(forecast: xr.Dataset) -> None:
    with_it, without = (forecast.ruin_probability.sel(variant=name) for name in ("no_round", "no_chatbot_no_round"))
    assert float(with_it.sel(period=24)) > float(without.sel(period=24)) + 0.02
    assert float(with_it.sel(period=36)) < float(without.sel(period=36)) - 0.02


def test_credits_hide_the_burn() -> None:
    """Without rounds the same dollars last as long in cash as in credits; credits let a round be sought late."""
    document = {
        "scenario": {"title": "In cash or in kind", "extends": str(EXAMPLE)},
        "outputs": {"track": ["months_of_cash", "burn"]},
        "variants": {"no_round_in_cash": {"inputs": {"opening_credit_share": 0, "closing": 1e-9}}},
    }
    result = burncast.simulate(burncast.load(document), trajectories=8_192, seed=SEED, variants=True)
    no_round = result.ruin_probability.sel(variant=["no_round", "no_round_in_cash"])
    assert float(abs(no_round.diff("variant")).max()) < 0.01 < float(no_round.max())
    base = result.sel(variant="base", quantile=0.5)
    assert float(base.months_of_cash.sel(period=DECEMBER)) > 72
    assert float(base.burn.sel(period=NEXT_DECEMBER)) > 5 * float(base.burn.sel(period=DECEMBER))


def test_a_closed_market_never_helps_and_new_money_never_hurts(forecast: xr.Dataset) -> None:
    """On the same random numbers, at every date."""
    ruin = forecast.ruin_probability
    assert bool((ruin.sel(variant="no_round") >= ruin.sel(variant="base")).all())
    assert bool((ruin.sel(variant="ten_billion") <= ruin.sel(variant="base")).all())
    assert np.all(np.diff(ruin.sel(variant="base").values) >= 0)


def test_guide_states_what_the_example_says(years: xr.Dataset, forecast: xr.Dataset) -> None:
    rows = section_rows("examples.md", "`openai-2022`")
    assert_spreads_are_stated(
        rows, {label: spread(years, name, period, **element) for label, (name, period, element) in STATED.items()}
    )
    assert_ruin_is_stated(rows, forecast, TRAJECTORIES_BY_VARIANT)


def test_a_wrong_number_in_the_guide_is_noticed(years: xr.Dataset, forecast: xr.Dataset) -> None:
    rows = section_rows("examples.md", "`openai-2022`")
    with pytest.raises(AssertionError):
        assert_ruin_is_stated(rows | {"base": ["0 %", "11 %", "40 %", "900 M"]}, forecast, TRAJECTORIES_BY_VARIANT)
    with pytest.raises(AssertionError):
        assert_spreads_are_stated(
            {"people": ["375", "353", "382", "411"]}, {"people": spread(years, "headcount", JANUARY)}
        )
