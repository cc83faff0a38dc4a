"""One usage law carries what was published on the coding assistant: price 10, average loss above 20, heavy users at 80.

The figures are those of the Wall Street Journal of October 2023 for the first months of that year, in USD a month for
each user; subscribers are those that Microsoft named in January 2024, later than anything in the file.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from guide_tables import assert_ruin_of_variants_is_stated
from scipy import integrate, optimize, stats

import burncast

ROOT = Path(__file__).parents[1]
EXAMPLE = "copilot"
SEED = 2023
PRICE, AVERAGE_LOSS, HEAVY_LOSS = 10.0, 20.0, 80.0

# The opening held still: no drift and no noise between the months of the report and the first simulated month.
STILL: dict[str, Any] = {
    "efficiency_drift": 0,
    "efficiency_volatility": 0,
    "breakthrough_rate": 0,
    "gpu_price_drift": 0,
    "gpu_price_volatility": 0,
    "energy_volatility": 0,
}


def extended(inputs: dict[str, Any], *track: str, periods: int = 1, **tables: Any) -> Any:
    document = {
        "scenario": {"title": "copilot, for a test", "extends": EXAMPLE, "periods": periods},
        "inputs": inputs,
        "outputs": {"track": list(track)},
        **tables,
    }
    return burncast.load(document)


def opening(inputs: dict[str, Any], *track: str, trajectories: int = 8_192, **tables: Any) -> xr.Dataset:
    scenario = extended(STILL | inputs, *track, **tables)
    return burncast.simulate(scenario, trajectories=trajectories, seed=SEED).sel(period=1)


def quantiles(values: xr.DataArray, *points: float) -> list[float]:
    return [float(values.sel(quantile=point)) for point in points]


@pytest.fixture(scope="module")
def forecast() -> xr.Dataset:
    return burncast.simulate(burncast.load(EXAMPLE), trajectories=16_384, seed=SEED, variants=True)


def test_the_three_figures_of_the_report() -> None:
    still = opening({}, "subscriber_margin", "heavy_margin")
    low, high = quantiles(still["subscriber_margin"].sel(plan="plus"), 0.01, 0.99)
    assert -1.35 * AVERAGE_LOSS < low < high < -AVERAGE_LOSS
    heavy = quantiles(still["heavy_margin"].sel(plan="plus"), 0.01, 0.5, 0.99)
    np.testing.assert_allclose(heavy, -HEAVY_LOSS, rtol=4e-3)


def test_another_heavy_user_is_noticed() -> None:
    dear = opening({"heavy_loss": 100}, "heavy_margin")
    assert quantiles(dear["heavy_margin"].sel(plan="plus"), 0.5)[0] < -1.2 * HEAVY_LOSS


@pytest.mark.parametrize("one_in", [20, 50, 100])
def test_one_law_has_that_mean_and_that_tail(one_in: int) -> None:
    """SciPy's log-normal law with mean 31 whose upper quantile is 90, found without the formula of the file."""
    mean, score = PRICE + 21.0, float(stats.norm.isf(1 / one_in))

    def tail(spread: float) -> float:
        law = stats.lognorm(s=spread, scale=mean * math.exp(-(spread**2) / 2))
        return float(law.isf(1 / one_in)) - (PRICE + HEAVY_LOSS)

    spread = float(optimize.brentq(tail, 0.05, score))
    law = stats.lognorm(s=spread, scale=mean * math.exp(-(spread**2) / 2))
    assert law.mean() == pytest.approx(mean)
    cap = 2 * mean
    capped = integrate.quad(law.sf, 0, cap)[0]

    fixed = {"average_loss": 21, "heavy_score": score}
    still = opening(fixed, "paying_their_way", trajectories=256)
    # The histogram of the quantiles is exact to 2**-8.
    paying = still["paying_their_way"].sel(plan="plus")
    assert quantiles(paying, 0.5)[0] == pytest.approx(float(law.cdf(PRICE)), rel=5e-3)
    limited = opening(fixed | {"fair_use_cap": "2 * usage['plus']"}, "subscriber_usage", trajectories=256)
    usage = float(limited["subscriber_usage_mean"].sel(plan="plus"))
    assert usage / 2000 == pytest.approx(capped / mean, rel=1e-6)


def test_the_other_solution_would_leave_half_of_them_idle() -> None:
    score = 2.0
    spread = score + math.sqrt(score**2 - 2 * math.log((PRICE + HEAVY_LOSS) / 31.0))
    law = stats.lognorm(s=spread, scale=31.0 * math.exp(-(spread**2) / 2))
    assert law.isf(stats.norm.sf(score)) == pytest.approx(PRICE + HEAVY_LOSS)
    assert law.median() < 0.5


@pytest.mark.parametrize(("period", "paid"), [(5, 1.0e6), (8, 1.3e6)], ids=["September 2023", "December 2023"])
def test_subscribers_that_were_named_later(period: int, paid: float) -> None:
    """Microsoft, 30 January 2024: more than 1.3 million paid subscribers, 30 % more than a quarter before."""
    scenario = extended({}, "paid", periods=period, formulas={"paid": "sum(subscribers)"})
    found = burncast.simulate(scenario, trajectories=16_384, seed=SEED)["paid"].sel(period=period)
    low, high = quantiles(found, 0.05, 0.95)
    assert low < paid < high


def test_the_loss_of_a_million_subscribers() -> None:
    million = {"opening_subscribers": {"value": {"plus": 1e6, "team": 0}}}
    still = opening(million, "lost", formulas={"lost": "-12 * subscriber_margin['plus'] * subscribers['plus']"})
    assert 240e6 < quantiles(still["lost"], 0.5)[0] < 1.25 * 240e6


def test_the_figure_implies_more_gpus_than_chatgpt_had() -> None:
    """At 1 USD an hour; SemiAnalysis counted 28,936 A100 for ChatGPT in February 2023."""
    assert quantiles(opening({}, "gpus_needed")["gpus_needed"], 0.05)[0] > 0.9 * 28_936


@pytest.mark.parametrize(
    ("variant", "sign"),
    [("double_price", -1), ("smaller_models", -1), ("fair_use_cap", -1), ("cost_stays", 1), ("heavy_users_stay", 1)],
)
def test_what_helps_and_what_does_not(forecast: xr.Dataset, variant: str, sign: int) -> None:
    ruin = forecast.ruin_probability.sel(period=36)
    assert sign * float(ruin.sel(variant=variant) - ruin.sel(variant="base")) > 0.01


def test_a_cap_at_twice_the_average_saves_less_than_cheaper_answers(forecast: xr.Dataset) -> None:
    cash = forecast["cash_mean"].sel(period=36)
    base, cap, cheaper = (float(cash.sel(variant=name)) for name in ("base", "fair_use_cap", "smaller_models"))
    assert 0 < cap - base < 0.5 * (cheaper - base)


def test_guide_states_what_the_example_says(forecast: xr.Dataset) -> None:
    assert_ruin_of_variants_is_stated("examples.md", "`copilot`", forecast)
