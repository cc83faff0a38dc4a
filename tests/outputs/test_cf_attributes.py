"""Datasets keep the rules of the CF conventions, and dates mean the same before, in the file and after."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from cf_rules import violations
from known_simulation import falling_cash, known_simulation

from burncast.outputs.files.cf_attributes import with_bounds, without_bounds
from burncast.outputs.files.store import encode_dataset, read_dataset
from burncast.outputs.results.dataset import stack, to_dataset


def forecast(**options):
    users = np.random.default_rng(3).uniform(1, 9, (30, 2, 7))
    return to_dataset(
        known_simulation(
            {"cash": falling_cash(30, 6), "users": users},
            dimensions={"product": ["free", "plus"]},
            over={"users": ("product",)},
            kinds={"users": "formula"},
            units={"cash": "USD", "users": "user"},
            keep=3,
            **options,
        )
    )


@pytest.mark.parametrize("make", [forecast, lambda: stack({"base": forecast(), "war": forecast()})])
def test_the_file_keeps_the_rules(make, tmp_path):
    path = tmp_path / "dataset.nc"
    path.write_bytes(encode_dataset(make()))
    assert violations(path) == []


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda one: one.attrs.pop("Conventions"), "2.6.1"),
        (lambda one: one.attrs.pop("history"), "2.6.2"),
        (lambda one: one["date"].attrs.pop("standard_name"), "4.4: no time"),
        (lambda one: one["quantile"].attrs.pop("long_name"), "3.2: quantile"),
        (lambda one: one["date"].attrs.update(standard_name="moment"), "3.3"),
        (lambda one: one["cash_mean"].attrs.update(cell_methods="realization: quantile"), "7.3"),
        (lambda one: one["cash_mean"].attrs.update(ancillary_variables="cash_error"), "cash_error"),
        (lambda one: one.update({"two words": one["runway"]}), "2.3: two words"),
        (lambda one: one.update({"quantile": one["quantile"][::-1].values[[0, 2, 1, *range(3, 10)]]}), "1.3: "),
    ],
)
def test_the_rules_notice_what_is_wrong(spoil, rule, tmp_path):
    dataset = forecast()
    spoil(dataset)
    path = tmp_path / "dataset.nc"
    path.write_bytes(encode_dataset(dataset))
    assert any(rule in line for line in violations(path))


def test_any_reader_of_cf_finds_the_dates(tmp_path):
    path = tmp_path / "dataset.nc"
    path.write_bytes(encode_dataset(forecast()))
    with xr.open_dataset(path, engine="scipy", decode_timedelta=False) as read:
        assert set(read.data_vars) == set(forecast().data_vars)
        assert read["date"].dtype == read["date_bounds"].dtype == np.dtype("datetime64[ns]")
        np.testing.assert_array_equal(read["date"], forecast()["date"])
        days = read["date_bounds"].values.astype("datetime64[D]")
    assert (
        days[:3].tolist()
        == np.array(
            [["2023-05-31", "2023-05-31"], ["2023-05-31", "2023-06-30"], ["2023-06-30", "2023-07-31"]], "datetime64[D]"
        ).tolist()
    )


def test_bounds_stay_in_the_file(tmp_path):
    before = forecast()
    assert "bounds" not in before["date"].attrs
    xr.testing.assert_identical(without_bounds(with_bounds(before)), before)
    assert "bounds" not in before["date"].attrs, "the result itself is left as it was"
    (tmp_path / "dataset.nc").write_bytes(encode_dataset(before))
    xr.testing.assert_identical(read_dataset(tmp_path / "dataset.nc"), before)


def test_without_dates_and_with_names_taken_there_are_no_bounds():
    assert "date_bounds" not in with_bounds(forecast(start=None))
    taken = forecast().rename({"users": "bound"})
    assert "date_bounds" not in with_bounds(taken)


def test_the_same_result_gives_the_same_file():
    assert encode_dataset(forecast()) == encode_dataset(forecast())


def test_the_history_says_how_to_repeat():
    assert forecast().attrs["history"].endswith("trajectories 30, seed 9223372036854775815, method random")
    assert forecast()["cash_mean"].attrs["cell_methods"] == "realization: mean"
    assert forecast()["ruin_probability"].attrs["ancillary_variables"] == "ruin_probability_se"
