import datetime

import numpy as np
import pytest
import xarray as xr
from known_simulation import falling_cash, known_simulation

from burncast.distributions.errors import InputError
from burncast.outputs.results.dataset import QUANTILES, stack, to_dataset


def two_products(count=50, periods=6):
    users = np.random.default_rng(3).uniform(1, 9, (count, 2, periods + 1))
    return known_simulation(
        {"cash": falling_cash(count, periods), "users": users},
        dimensions={"product": ["free", "plus"]},
        over={"users": ("product",)},
        kinds={"users": "formula"},
        units={"cash": "USD", "users": "user"},
        keep=4,
    ), users


def test_the_layout_is_the_documented_one():
    simulation, users = two_products()
    dataset = to_dataset(simulation)
    dims = {str(name): variable.dims for name, variable in dataset.data_vars.items()}
    assert dims == {
        "ruin_probability": ("period",),
        "ruin_probability_se": ("period",),
        "runway": ("quantile",),
        "funding_need": ("quantile",),
        "cash": ("period", "quantile"),
        "cash_mean": ("period",),
        "cash_mean_se": ("period",),
        "cash_sd": ("period",),
        "users": ("product", "period", "quantile"),
        "users_mean": ("product", "period"),
        "users_mean_se": ("product", "period"),
        "users_sd": ("product", "period"),
        "paths_cash": ("trajectory", "period"),
        "paths_users": ("trajectory", "product", "period"),
    }
    assert dataset["period"].values.tolist() == list(range(7))
    assert dataset["date"].dims == ("period",)
    assert dataset["date"].values[0] == np.datetime64("2023-05-31")
    assert tuple(dataset["quantile"].values) == QUANTILES
    assert dataset["cash"].attrs["units"] == "USD"
    np.testing.assert_array_equal(dataset["paths_users"].values, users[:4])
    np.testing.assert_allclose(dataset["users_mean"].sel(product="plus", period=3), users[:, 1, 3].mean())
    sd = users[:, 1, 3].std(ddof=1)
    np.testing.assert_allclose(dataset["users_sd"].sel(product="plus", period=3), sd)
    np.testing.assert_allclose(dataset["users_mean_se"].sel(product="plus", period=3), sd / np.sqrt(50))
    assert np.isnan(dataset["users_sd"].sel(period=0)).all()


def test_attributes_say_how_to_repeat_the_run():
    simulation, _ = two_products()
    attributes = to_dataset(simulation).attrs
    assert attributes["seed"] == 2**63 + 7
    assert attributes["scenario"] == simulation.scenario.text
    assert {"title", "sha256", "trajectories", "method", "stream_version", "seconds", "numpy"} <= set(attributes)


def test_without_ruin_there_is_nothing_about_ruin():
    dataset = to_dataset(known_simulation({"cash": falling_cash(20, 3)}, ruin=False))
    assert set(dataset.data_vars) == {"cash", "cash_mean", "cash_mean_se", "cash_sd"}


def test_without_a_start_there_are_no_dates():
    assert "date" not in to_dataset(known_simulation({"cash": falling_cash(20, 3)}, start=None)).coords


@pytest.mark.parametrize("quantiles", [[0.0], [1.0], [-0.1], [float("nan")], [0.5, 0.5]])
def test_impossible_quantiles_are_refused(quantiles):
    with pytest.raises(InputError, match="quantiles"):
        to_dataset(known_simulation({"cash": falling_cash(20, 3)}), quantiles)


def test_variants_stack_in_their_order_and_lose_nothing():
    base, war = (to_dataset(known_simulation({"cash": falling_cash(40, 6, burn=burn)})) for burn in (3e8, 9e8))
    stacked = stack({"base": base, "a war": war})
    assert stacked["variant"].values.tolist() == ["base", "a war"]
    assert all(variable.dims[0] == "variant" for variable in stacked.data_vars.values())
    for name, dataset in (("base", base), ("a war", war)):
        for variable in dataset.data_vars:
            np.testing.assert_array_equal(stacked[variable].sel(variant=name), dataset[variable])
    assert stacked["date"].dims == ("period",)
    assert stacked.attrs["seconds"] == 1.0


def test_scenarios_of_different_length_and_time_stack_too():
    long = to_dataset(known_simulation({"cash": falling_cash(40, 6)}))
    short = to_dataset(known_simulation({"cash": falling_cash(40, 3)}))
    later = to_dataset(known_simulation({"cash": falling_cash(40, 6)}, start=datetime.date(2024, 1, 1)))
    assert stack({"long": long, "short": short})["date"].dims == ("period",)
    assert np.isnan(stack({"long": long, "short": short})["ruin_probability"].sel(variant="short", period=6))
    both = stack({"long": long, "later": later})
    assert both["date"].dims == ("variant", "period")
    assert both["date"].sel(variant="later", period=0).values == np.datetime64("2023-12-31")
    xr.testing.assert_equal(
        both["cash"].sel(variant="long").drop_vars(["variant", "date"]), long["cash"].drop_vars("date")
    )
