"""A company of twenty on somebody else's API: healthy ranges, the provider's bill, and accounts that close.

Ranges are those published in 2024: Carta on seed rounds and dilution, Andreessen Horowitz on gross margins, list prices
of models collected by AgentOps (tokencost), US pay of ai-jobs.net.
"""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from guide_tables import assert_ruin_of_variants_is_stated
from numpy.typing import NDArray

import burncast

Floats = NDArray[np.float64]

ROOT = Path(__file__).parents[1]
EXAMPLE = "startup"
SEED = 2024
TRAJECTORIES = 16_384
FOLLOWED = (
    *("cash", "credits", "credits_used", "raised", "dilution", "ownership", "loss", "burn", "stock_compensation"),
    *("serving", "research", "staff", "other", "policy_cost", "total_revenue", "gpu_hour_price", "served_share"),
    *("requests", "compute_per_token", "reserved", "owned", "potential", "free_users", "lapsed", "subscribers"),
)


@pytest.fixture(scope="module")
def forecast() -> xr.Dataset:
    return burncast.simulate(burncast.load(EXAMPLE), trajectories=TRAJECTORIES, seed=SEED, variants=True)


@pytest.fixture(scope="module")
def base(forecast: xr.Dataset) -> xr.Dataset:
    return forecast.sel(variant="base")


@pytest.fixture(scope="module")
def paths() -> dict[str, Floats]:
    """Of 256 trajectories: shape (256, 37), or (256, labels, 37)."""
    document = {
        "scenario": {"title": "startup, followed", "extends": EXAMPLE},
        "outputs": {"track": list(FOLLOWED)},
    }
    followed = burncast.simulate(document, trajectories=256, seed=SEED, keep_paths=256)
    return {name: followed[f"paths_{name}"].transpose("trajectory", ..., "period").values for name in FOLLOWED}


def spread(result: xr.Dataset, name: str, period: int) -> tuple[float, float, float]:
    low, middle, high = (float(result[name].sel(period=period, quantile=point)) for point in (0.05, 0.5, 0.95))
    return low, middle, high


def test_margin_after_tokens_is_that_of_companies_that_sell_ai(base: xr.Dataset) -> None:
    """50 to 60 % are often seen, 60 to 80 % at other software companies (Andreessen Horowitz)."""
    low, middle, high = spread(base, "gross_margin", 1)
    assert 0.5 < middle < 0.7
    assert low < 0.5 < 0.8 < high


def test_seed_money_lasts_a_year_and_some(base: xr.Dataset) -> None:
    low, middle, high = spread(base, "months_of_cash", 1)
    assert 9 < low < 12 < middle < 18 < high < 26
    assert spread(base, "cash", 0)[0] > 2.9e6


def test_revenue_grows_as_seed_companies_do(base: xr.Dataset) -> None:
    """Between half as much again and three times as much a year in the median, and some shrink."""
    first, later = spread(base, "yearly_revenue", 1), spread(base, "yearly_revenue", 13)
    assert first[0] == pytest.approx(12 * (1500 * 20 + 1200 * 40))
    assert 1.5 < later[1] / first[1] < 3
    assert later[0] / first[0] < 1.4


def test_ruin_comes_between_the_first_money_and_the_next(base: xr.Dataset) -> None:
    ruin = base.ruin_probability.values
    assert ruin[6] < 0.01
    assert 0.05 < ruin[12] < 0.35
    assert 0.3 < ruin[24] < 0.7


@pytest.mark.parametrize(
    ("variant", "sign"),
    [
        ("freeze", -1),
        ("raise_prices", -1),
        ("no_round", 1),
        ("provider_gets_dearer", 1),
        ("provider_competes", 1),
        ("free_users_on_the_large_model", 1),
    ],
)
def test_variants(forecast: xr.Dataset, variant: str, sign: int) -> None:
    ruin = forecast.ruin_probability.sel(period=36)
    assert sign * float(ruin.sel(variant=variant) - ruin.sel(variant="base")) > 0.02


def test_rounds_sell_what_rounds_sell(paths: dict[str, Floats]) -> None:
    """Carta, second quarter of 2024: quartiles of 14.1 and 25.7 % for a seed round, 14.4 and 24.5 % for the next."""
    dilution = paths["dilution"][:, 1:]
    sold = dilution[dilution > 0]
    assert sold.size > 60
    assert 0.12 < np.median(sold) < 0.30
    assert sold.max() <= 0.30 + 1e-12


def test_cash_moves_by_named_flows_alone(paths: dict[str, Floats]) -> None:
    flow = {name: values[..., 1:] for name, values in paths.items()}
    spent = sum(flow[name] for name in ("serving", "research", "staff", "other", "policy_cost"))
    moved = flow["total_revenue"] - spent + flow["credits_used"] + flow["raised"]
    np.testing.assert_allclose(np.diff(paths["cash"]), moved, rtol=1e-9, atol=1e-2)


def test_credits_pay_tokens_and_nothing_else(paths: dict[str, Floats]) -> None:
    used = paths["credits_used"][:, 1:]
    assert np.all(used <= (paths["serving"] + paths["research"])[:, 1:] * (1 + 1e-12))
    np.testing.assert_allclose(np.diff(paths["credits"]), -used, rtol=1e-9, atol=1e-6)
    assert np.all(paths["credits"] >= 0)
    assert np.all(paths["credits"][:, 0] > paths["credits"][:, 12])


def test_loss_and_burn_differ_by_options_and_credits(paths: dict[str, Floats]) -> None:
    flow = {name: values[..., 1:] for name, values in paths.items()}
    between = flow["stock_compensation"] + flow["credits_used"]
    np.testing.assert_allclose(flow["loss"] - flow["burn"], between, rtol=1e-9, atol=1e-6)
    assert np.all(flow["stock_compensation"] > 0)


def test_every_token_is_bought_at_the_price_of_the_month(paths: dict[str, Floats]) -> None:
    flow = {name: values[..., 1:] for name, values in paths.items()}
    weights, tokens = np.array([0.1, 1, 1, 1, 1]), np.array([2000, 5000, 5000, 5000, 5000])
    millions = np.einsum("nct,c->nt", flow["requests"], weights * tokens) * flow["compute_per_token"] / 1e6
    bill = millions * flow["served_share"] * flow["gpu_hour_price"]
    np.testing.assert_allclose(flow["serving"], bill, rtol=1e-9)
    assert np.all(paths["reserved"] == 0)
    assert np.all(paths["owned"] == 0)


def test_everyone_is_counted(paths: dict[str, Floats]) -> None:
    people = paths["potential"] + paths["free_users"] + paths["lapsed"] + paths["subscribers"].sum(axis=1)
    np.testing.assert_allclose(people, 2e6, rtol=1e-9)


def test_owners_own_all_of_it(paths: dict[str, Floats]) -> None:
    np.testing.assert_allclose(paths["ownership"].sum(axis=1), 1, rtol=1e-12)
    founders = 0.8 * np.cumprod(1 - paths["dilution"][:, 1:], axis=1)
    np.testing.assert_allclose(paths["ownership"][:, 1, 1:], founders, rtol=1e-9)


def test_rationing_turns_a_tenth_away() -> None:
    always = {"scarcity_rate": 1, "scarcity_end": 0}
    document = {
        "scenario": {"title": "rationed", "extends": EXAMPLE, "periods": 3},
        "inputs": always,
        "outputs": {"track": ["served_share"]},
    }
    found = burncast.simulate(burncast.load(document), trajectories=256, seed=SEED)["served_share_mean"]
    np.testing.assert_allclose(found.sel(period=slice(1, None)).values, 0.9, rtol=1e-9)


def test_guide_states_what_the_example_says(forecast: xr.Dataset) -> None:
    assert_ruin_of_variants_is_stated("examples.md", "`startup`", forecast)
