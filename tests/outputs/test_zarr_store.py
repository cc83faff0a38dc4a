"""zarr stores hold the dataset, read by xarray alone, without a warning."""

from __future__ import annotations

import pytest
import xarray as xr
from exported import forecast, variants

import burncast
from burncast.outputs.files.cf_attributes import without_bounds
from burncast.outputs.files.zarr_store import encode_zarr

pytest.importorskip("zarr", minversion="3", reason="zarr (extra zarr) is not installed")


@pytest.mark.parametrize("make", [forecast, variants, lambda: forecast(start=None)])
def test_the_dataset_comes_back_as_it_was(make, tmp_path):
    result = make()
    burncast.export(result, tmp_path / "result.zarr")
    read = without_bounds(xr.open_zarr(tmp_path / "result.zarr", decode_timedelta=False).load())
    whole = {key: str(value) for key, value in result.attrs.items() if isinstance(value, int)}
    xr.testing.assert_identical(read, result.assign_attrs(whole))
    for name in result.variables:
        assert read[name].dtype == result[name].dtype, name


def test_the_same_result_gives_the_same_files():
    assert encode_zarr(forecast()) == encode_zarr(forecast())
    assert ".zmetadata" in encode_zarr(forecast())
