"""What answers were said to cost a search engine in February 2023, each estimate from its own figures.

SemiAnalysis: 30 bn USD of yearly profit, 36 bn a week later, and 3 bn with short answers on own chips; Morgan Stanley:
6 bn for half of all searches, in a report of Reuters of 22 February 2023. Profit of the segment in 2022: 55.5 bn.
"""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from guide_tables import assert_ruin_of_variants_is_stated
from numpy.typing import NDArray

import burncast

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "search-llm.toml"
VARIANTS = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["variants"]
SEED = 2023
PROFIT, PROFIT_LEFT, ADVERTISING = 55.5e9, 19.5e9, 162.5e9
SECONDS_PER_YEAR = 86_400 * 365

# The opening held still: what an answer costs in the month of the estimates.
STILL: dict[str, Any] = {
    "search_growth": 0,
    "efficiency_drift": 0,
    "efficiency_volatility": 0,
    "breakthrough_rate": 0,
    "gpu_price_drift": 0,
    "gpu_price_volatility": 0,
    "energy_volatility": 0,
}


def year(variant: str, inputs: dict[str, Any] | None = None, trajectories: int = 16_384) -> xr.Dataset:
    """Twelve months of a variant, standing still."""
    scenario = burncast.load(
        {
            "scenario": {"title": variant, "extends": str(EXAMPLE), "periods": 12},
            "inputs": VARIANTS[variant]["inputs"] | STILL | (inputs or {}),
            "outputs": {"track": ["answer_cost", "profit_lost", "cents_per_answer", "answers", "gpus_needed"]},
        }
    )
    return burncast.simulate(scenario, trajectories=trajectories, seed=SEED)


def spread(result: xr.Dataset, name: str, period: int = 12) -> tuple[float, float, float]:
    low, middle, high = (float(result[name].sel(period=period, quantile=point)) for point in (0.05, 0.5, 0.95))
    return low, middle, high


def paths(document: dict[str, Any], *names: str) -> dict[str, NDArray[np.float64]]:
    """Of 256 trajectories: shape (256, T + 1)."""
    tracking = document | {"outputs": {"track": list(names)}}
    followed = burncast.simulate(tracking, trajectories=256, seed=SEED, keep_paths=256)
    return {name: followed[f"paths_{name}"].transpose("trajectory", "period").values for name in names}


@pytest.fixture(scope="module")
def every_search() -> xr.Dataset:
    return year("every_search_as_chatgpt")


@pytest.fixture(scope="module")
def forecast() -> xr.Dataset:
    return burncast.simulate(burncast.load(EXAMPLE), trajectories=16_384, seed=SEED, variants=True)


def test_thirty_to_thirty_six_billion_a_year(every_search: xr.Dataset) -> None:
    low, middle, high = spread(every_search, "profit_lost")
    assert 29e9 < low < middle < high < 38e9
    assert 30e9 < middle < 36e9
    assert 36e9 == PROFIT - PROFIT_LEFT < high


def test_a_third_of_a_cent(every_search: xr.Dataset) -> None:
    low, middle, high = spread(every_search, "cents_per_answer")
    assert low < 0.33 < high
    assert middle == pytest.approx(0.33, rel=0.03)


def test_searches_of_the_estimate(every_search: xr.Dataset) -> None:
    """36 bn USD at 0.36 US cents, and the 320,000 searches a second that its critics held against it."""
    _, middle, _ = spread(every_search, "answers")
    assert 12 * middle == pytest.approx(320_000 * SECONDS_PER_YEAR, rel=0.01)
    assert 36e9 / (12 * middle) == pytest.approx(0.0036, rel=0.02)


def test_gpus_are_those_of_chatgpt_many_times(every_search: xr.Dataset) -> None:
    """28,936 A100 for 210.4 M answers a day."""
    _, answers, _ = spread(every_search, "answers")
    _, gpus, _ = spread(every_search, "gpus_needed")
    assert gpus == pytest.approx(28_936 / 210.4e6 * answers * 12 / 365.25, rel=0.01)


def test_three_billion_with_short_answers_on_own_chips() -> None:
    low, middle, high = spread(year("short_answers_on_own_chips"), "profit_lost")
    assert low < 3e9 < high
    assert middle == pytest.approx(3e9, rel=0.15)


def test_six_billion_for_half_of_fewer_searches() -> None:
    low, middle, high = spread(year("half_of_fewer_searches"), "profit_lost")
    assert low < 6e9 < high
    assert middle == pytest.approx(6e9, rel=0.15)


@pytest.mark.parametrize("variant", ["short_answers_on_own_chips", "half_of_fewer_searches"])
def test_one_estimate_is_not_the_other(every_search: xr.Dataset, variant: str) -> None:
    assert spread(year(variant), "profit_lost")[2] < 0.3 * spread(every_search, "profit_lost")[0]


def test_twice_the_tokens_cost_twice_as_much(every_search: xr.Dataset) -> None:
    longer = year("every_search_as_chatgpt", {"answer_tokens": 4000})
    _, once, _ = spread(every_search, "profit_lost")
    assert spread(longer, "profit_lost")[1] == pytest.approx(2 * once, rel=1e-2)


def test_the_base_holds_both_counts_of_searches() -> None:
    document = {
        "scenario": {"title": "searches", "extends": str(EXAMPLE), "periods": 1},
        "formulas": {"yearly_pace": "yearly_searches * 1"},
    }
    drawn = paths(document, "yearly_pace")["yearly_pace"][:, 1]
    few, many = (drawn > 2.5e12) & (drawn < 4e12), (drawn > 8.5e12) & (drawn < 11.7e12)
    assert np.all(few | many)
    assert 0.4 < few.mean() < 0.6


@pytest.mark.parametrize("variant", ["every_search_as_chatgpt", "fewer_clicks", "no_answers_at_all"])
def test_profit_is_what_it_was_less_what_is_lost(variant: str) -> None:
    """Advertising less other costs, as it would have been, less the two losses, is the profit of every month."""
    document = {
        "scenario": {"title": variant, "extends": str(EXAMPLE)},
        "inputs": VARIANTS[variant]["inputs"],
        "formulas": {"growth": "exp(ad_growth * time)"},
    }
    names = ("growth", "serving", "clicks_cost", "loss", "cash", "profit_lost")
    path = paths(document, *names)
    flow = {name: values[:, 1:] for name, values in path.items()}
    untouched = ADVERTISING / 12 * flow["growth"] - (ADVERTISING - PROFIT) / 12
    lost = flow["serving"] + flow["clicks_cost"] / 12
    np.testing.assert_allclose(-flow["loss"], untouched - lost, rtol=1e-9)
    np.testing.assert_allclose(np.diff(path["cash"]), untouched - lost, rtol=1e-6)
    year = np.lib.stride_tricks.sliding_window_view(lost, 12, axis=1).sum(axis=2)
    np.testing.assert_allclose(flow["profit_lost"][:, 11:], year, rtol=1e-9)


def test_own_chips_cut_cost() -> None:
    with_chips = year("every_search_as_chatgpt", {"chip_time": -1})
    ratio = spread(with_chips, "profit_lost")[1] / spread(year("every_search_as_chatgpt"), "profit_lost")[1]
    assert ratio == pytest.approx(0.6, abs=0.03)


def test_what_threatens_profit(forecast: xr.Dataset) -> None:
    """A tenth of a year's profit: hardly by answers rolled out slowly, surely by answers to all, or by none."""
    ruin = forecast.ruin_probability.sel(period=36)
    base = float(ruin.sel(variant="base"))
    assert 0.02 < base < 0.15
    assert float(ruin.sel(variant="every_search_as_chatgpt")) > 0.99
    assert float(ruin.sel(variant="no_answers_at_all")) > 0.99
    assert float(ruin.sel(variant="fewer_clicks")) > 10 * base
    assert float(ruin.sel(variant="short_answers_on_own_chips")) < 0.5 * base


def test_guide_states_what_the_example_says(forecast: xr.Dataset) -> None:
    assert_ruin_of_variants_is_stated("examples.md", "`search-llm`", forecast)
