"""A result as a zarr store: the dataset in a folder of compressed chunks, which grids and clouds read in parts.

The store is of zarr's format 2 with consolidated metadata, which every reader knows (zarr-python 2 and 3, GDAL, xarray)
without a warning: format 3 has no settled form for texts yet. Needs zarr 3 (extra ``zarr``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from burncast.outputs.files.cf_attributes import with_bounds
from burncast.outputs.files.extras import require
from burncast.outputs.files.store import dataset_encoding

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["encode_zarr"]


def encode_zarr(result: xr.Dataset) -> dict[str, bytes]:
    """The store's files by their paths in it. InputError where zarr is missing."""
    storage = require("zarr.storage", "zarr", "writing zarr")
    dated = with_bounds(result.assign_attrs(_plain(result.attrs)))
    files: dict[str, Any] = {}
    store = storage.MemoryStore(store_dict=files)
    dated.to_zarr(store, zarr_format=2, consolidated=True, encoding=dataset_encoding(dated))
    return {name: files[name].to_bytes() for name in sorted(files)}


def _plain(attributes: dict[str, Any]) -> dict[str, Any]:
    """Whole numbers as text, as in netCDF: JSON has no 64-bit integers that every reader keeps."""
    return {name: str(value) if isinstance(value, int) else value for name, value in attributes.items()}
