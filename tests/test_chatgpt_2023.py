"""The opening state of the example reproduces what was public in spring 2023, contradictions included.

``STILL`` extends the example and stops its processes, so that the one simulated month is April 2023 again, or the
month that the published cost estimate belongs to.
"""

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import burncast
from burncast import Scenario
from burncast.engine.language.expressions import Number, walk
from burncast.engine.reading.quantities import ByElement, Quantity

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "chatgpt-2023.toml"
TRAJECTORIES = 65_536
SEED = 2023
P5, P95 = 0.05, 0.95

with (ROOT / "tests" / "data" / "chatgpt_2023_public_record.csv").open(encoding="utf-8", newline="") as table:
    PUBLIC = {row["key"]: float(row["central"]) for row in csv.DictReader(table) if row["central"]}

STILL: dict[str, Any] = {
    "scenario": {"title": "April 2023 once more", "extends": str(EXAMPLE), "periods": 1},
    "inputs": {
        **dict.fromkeys(("efficiency_drift", "efficiency_volatility", "load_volatility", "season_amplitude"), 0),
        **dict.fromkeys(("gpu_price_drift", "gpu_price_volatility", "energy_volatility"), 0),
        **dict.fromkeys(("api_growth", "api_volatility", "api_price_drift", "api_price_volatility", "api_cut_rate"), 0),
    },
    "correlations": [],
    "formulas": {
        "visits": {"value": "april_visits", "unit": "visit/month"},
        "chat_requests": "requests['free'] + requests['plus']",
        "chat_cost": "serving_cost['free'] + serving_cost['plus']",
        "chat_daily_cost": "chat_cost / 30.4375",
        "chat_yearly_cost": "12 * chat_cost",
        "chat_gpus": "(gpu_hours['free'] + gpu_hours['plus']) / busy_share / hours_per_month",
        "cents_per_request": "100 * chat_cost / chat_requests",
        "daily_requests": "chat_requests / 30.4375",
        "revenue_pace": "12 * total_revenue",
        "compute_of_2022": "research_2022 + serving_2022",
        "loss_of_2022": "compute_of_2022 + staff_2022 + other_2022 - revenue_2022",
    },
    "outputs": {
        "track": [
            *("visits", "free_users", "subscribers", "headcount", "chat_daily_cost", "chat_yearly_cost", "chat_gpus"),
            *("cents_per_request", "daily_requests", "revenue_pace", "compute_of_2022", "loss_of_2022"),
        ]
    },
}

# The month of the published estimate: its traffic, no subscribers yet, GPUs paid as they are needed.
REFERENCE: dict[str, Any] = {
    **STILL,
    "inputs": {
        **STILL["inputs"],
        "visits_multiple": 1,
        "on_demand_premium": 1,
        "opening_subscribers": {"value": {"plus": 0, "team": 0}},
    },
}


def simulate(source: Any, **options: Any) -> xr.Dataset:
    return burncast.simulate(burncast.load(source), trajectories=TRAJECTORIES, seed=SEED, **options)


@pytest.fixture(scope="module")
def example() -> Scenario:
    return burncast.load(EXAMPLE)


@pytest.fixture(scope="module")
def april() -> xr.Dataset:
    return simulate(STILL)


@pytest.fixture(scope="module")
def reference() -> xr.Dataset:
    return simulate(REFERENCE)


@pytest.fixture(scope="module")
def forecast(example: Scenario) -> xr.Dataset:
    return burncast.simulate(example, trajectories=TRAJECTORIES, seed=SEED, variants=True)


def spread(result: xr.Dataset, name: str, period: int = 1) -> tuple[float, float, float]:
    """p5, median and p95."""
    quantiles = result[name].sel(period=period, quantile=[P5, 0.5, P95])
    low, middle, high = (float(value) for value in quantiles)
    return low, middle, high


@pytest.mark.parametrize(
    ("name", "key", "nearness"),
    [
        ("chat_daily_cost", "daily_cost", 0.08),
        ("chat_daily_cost", "daily_cost_rounded", 0.08),
        ("chat_yearly_cost", "yearly_cost_february", 0.10),
        ("chat_gpus", "gpus", 0.03),
        ("cents_per_request", "cents_per_request", 0.08),
    ],
)
def test_estimate_of_february(reference: xr.Dataset, name: str, key: str, nearness: float) -> None:
    low, middle, high = spread(reference, name)
    assert low < PUBLIC[key] < high
    assert middle == pytest.approx(PUBLIC[key], rel=nearness)


def test_a_wrong_price_is_noticed() -> None:
    dear = simulate({**REFERENCE, "inputs": {**REFERENCE["inputs"], "opening_gpu_price": "pert(1.4, 1.6, 2.0)"}})
    assert spread(dear, "chat_daily_cost")[0] > PUBLIC["daily_cost"]
    assert spread(dear, "cents_per_request")[0] > PUBLIC["cents_per_request"]


def test_derived_figures_of_the_estimate(reference: xr.Dataset) -> None:
    derived_requests = PUBLIC["daily_cost"] / (PUBLIC["cents_per_request"] / 100)
    assert spread(reference, "daily_requests")[1] == pytest.approx(derived_requests, rel=0.03)
    assert PUBLIC["daily_cost"] / PUBLIC["gpus"] / 24 == pytest.approx(1.0, abs=0.001)


def test_visits_of_april(april: xr.Dataset) -> None:
    low, middle, high = spread(april, "visits")
    assert low < PUBLIC["visits"] < high
    assert middle == pytest.approx(PUBLIC["visits"], rel=0.005)


def test_users_grow_as_visits_did() -> None:
    """The month after April would grow as April did, did the boom not fade and the ceiling not slow it."""
    steady = {"processes": {"demand": "log_ou(start=boom, mean=boom, half_life=1)"}, "inputs": {"announcement_rate": 0}}
    next_month = {
        **steady,
        "scenario": {"extends": str(EXAMPLE), "title": "one month", "periods": 1},
        "inputs": {**steady["inputs"], "population": 1e12},
        "formulas": {"growth": "100 * (sign_ups - lapsing) / (free_users + sum(subscribers))"},
        "outputs": {"track": ["growth"]},
    }
    assert spread(simulate(next_month), "growth")[1] == pytest.approx(PUBLIC["visits_growth"], abs=0.1)


def test_users_are_above_the_lower_bound(april: xr.Dataset) -> None:
    low, middle, _ = spread(april, "free_users")
    assert low > 0.95 * 100e6
    assert middle > 100e6


def test_both_readings_of_the_cost_are_inside_the_spread(april: xr.Dataset) -> None:
    low, _, high = spread(april, "chat_yearly_cost")
    assert low < PUBLIC["yearly_cost_february"] < PUBLIC["yearly_cost_april"] < high


@pytest.mark.parametrize(
    ("multiple", "key"),
    [("normal(mean=1.0, sd=0.04)", "yearly_cost_february"), ("normal(mean=2.9, sd=0.12)", "yearly_cost_april")],
)
def test_each_reading_reproduces_its_source(multiple: str, key: str) -> None:
    result = simulate({**STILL, "inputs": {**STILL["inputs"], "visits_multiple": multiple}})
    low, middle, high = spread(result, "chat_yearly_cost")
    assert low < PUBLIC[key] < high
    assert middle == pytest.approx(PUBLIC[key], rel=0.15)


def test_tripled_traffic_agrees_with_similarweb() -> None:
    growth = [1 + PUBLIC[key] / 100 for key in ("visits_growth_february", "visits_growth_march", "visits_growth")]
    assert np.prod(growth) == pytest.approx(2.85, abs=0.01)
    assert np.prod(growth[1:]) == pytest.approx(1.75, abs=0.01)


def test_revenue_pace(april: xr.Dataset) -> None:
    low, middle, high = spread(april, "revenue_pace")
    assert low < PUBLIC["revenue_pace"] < high
    assert middle == pytest.approx(PUBLIC["revenue_pace"], rel=0.15)


def test_revenue_expected_for_2023() -> None:
    """Four months at most at April's pace, then the simulated ones; 200 M was expected before the year began."""
    year = {
        "scenario": {"extends": str(EXAMPLE), "title": "2023", "periods": 8},
        "formulas": {"revenue_of_2023": "cumulative(total_revenue + pulse(1) * 3.2 * opening_revenue / 12)"},
        "outputs": {"track": ["revenue_of_2023"]},
    }
    low, _, high = spread(simulate(year), "revenue_of_2023", period=8)
    assert low < PUBLIC["revenue_2023"] < high


def test_accounts_of_2022(april: xr.Dataset) -> None:
    low, _, high = spread(april, "loss_of_2022")
    assert low < PUBLIC["loss_2022"] < high
    assert low < PUBLIC["loss_2022_other"] < high
    low, _, high = spread(april, "compute_of_2022")
    assert low < PUBLIC["compute_2022"] < high
    from_fortune = PUBLIC["compute_2022"] + PUBLIC["staff_2022"] + PUBLIC["other_2022"] - PUBLIC["revenue_2022"]
    assert PUBLIC["loss_2022_other"] < from_fortune < PUBLIC["loss_2022"]


def test_facts_stand_in_the_file_as_published(example: Scenario) -> None:
    facts = {"round_total": "round", "share_sale": "share_sale", "price": "price", "revenue_2022": "revenue_2022"}
    facts |= {"staff_2022": "staff_2022", "other_2022": "other_2022"}
    replayed = burncast.replay(example, trajectory=0, seed=SEED)
    for name, key in facts.items():
        assert float(np.ravel(replayed[name])[0]) == PUBLIC[key]


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("visits_multiple", ("SemiAnalysis", "press of May 2023", "press of April 2023", "account of 2024")),
        ("loss_2022", ("The Information", "540 M", "account of 2024", "500 M")),
        ("round_total", ("10 bn", "in 2022", "23 January 2023")),
        ("opening_revenue", ("The Information", "200 M")),
    ],
)
def test_conflicting_sources_are_named(example: Scenario, name: str, sources: tuple[str, ...]) -> None:
    quantity = example.quantities[name]
    for source in sources:
        assert source in (quantity.source or "")


def test_every_number_has_a_source_or_is_called_judgement(example: Scenario) -> None:
    uncertain = [q for q in example.quantities.values() if q.kind in ("input", "process") and _has_numbers(q)]
    assert [q.name for q in uncertain if not q.source and not _explains(q.note)] == []
    assert not re.search(r"\d{3}_[0-9a-f]{6,}", EXAMPLE.read_text(encoding="utf-8"))


def _has_numbers(quantity: Quantity) -> bool:
    """Whether an entry states a number of its own, other than 0 and 1."""
    value = quantity.value
    parts = value.values.values() if isinstance(value, ByElement) else [value]
    numbers = {node.value for part in parts for node in walk(part) if isinstance(node, Number)}
    return bool(numbers - {0.0, 1.0})


def _explains(note: str | None) -> bool:
    return note is not None and ("judgement" in note or note.startswith(("derived", "switch")))


def test_at_least_eight_shocks_a_month(example: Scenario) -> None:
    assert sum(q.kind == "process" for q in example.quantities.values()) >= 8


def test_ruin_curve_says_something(forecast: xr.Dataset) -> None:
    ruin = forecast.ruin_probability.sel(variant="base").values
    assert np.all(np.diff(ruin) >= 0)
    assert ruin[12] < 0.01 < ruin[24] < ruin[36]
    assert 0.05 < ruin[36] < 0.30


@pytest.mark.parametrize(
    "variant", ["price_war", "gpu_scarcity", "no_new_round", "credits_only", "cost_of_early_february"]
)
def test_variants_for_the_worse(forecast: xr.Dataset, variant: str) -> None:
    ruin = forecast.ruin_probability.sel(period=36)
    assert float(ruin.sel(variant=variant)) > float(ruin.sel(variant="base")) + 0.005


def test_variants_for_the_better(forecast: xr.Dataset) -> None:
    ruin = forecast.ruin_probability.sel(period=36)
    assert float(ruin.sel(variant="cost_of_april")) < float(ruin.sel(variant="base")) - 0.005


def test_guide_states_what_the_example_says(forecast: xr.Dataset) -> None:
    page = (ROOT / "docs" / "guide" / "chatgpt-2023.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `?(\w+)`? \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) % \|", page, re.MULTILINE)
    assert {name for name, *_ in rows} == {str(name) for name in forecast.variant.values}
    for name, *stated in rows:
        ruin = forecast.ruin_probability.sel(variant=name, period=[12, 24, 36]).values
        np.testing.assert_allclose([float(percent) / 100 for percent in stated], ruin, rtol=0.1, atol=0.005)


@pytest.mark.parametrize("trajectory", [0, 1])
def test_credits_pay_compute_and_nothing_else(example: Scenario, trajectory: int) -> None:
    path = burncast.replay(example, trajectory=trajectory, seed=SEED)
    later = path.sel(period=slice(1, None))
    credits, used = path["credits"].values, later["credits_used"].values
    assert np.all(credits >= 0)
    assert np.all(used <= later["compute_bill"].values * (1 + 1e-12))
    in_kind = later["instalment"].values * float(np.ravel(path["in_kind_share"])[0])
    np.testing.assert_allclose(credits[1:], credits[:-1] + in_kind - used, rtol=1e-9, atol=1.0)
    in_cash = sum(later[name].values for name in ("serving", "research", "training", "staff", "other"))
    np.testing.assert_allclose(
        later["burn"].values, in_cash - used - later["total_revenue"].values, rtol=1e-9, atol=1.0
    )
