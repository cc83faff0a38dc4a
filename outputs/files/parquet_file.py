"""A result as a Parquet file: the long table, with where it comes from in the file's key-value metadata.

Labels are dictionary columns, ``period`` and ``trajectory`` 32-bit integers, ``date`` a date. The metadata has the keys
of :func:`~burncast.outputs.results.provenance.provenance`, ``created_by``, ``scenario`` (the text that simulates it
again), and of several variants ``variant_attributes``: what differs, as JSON, but for the time that they took. Needs
pyarrow (extra ``parquet``).
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from burncast.outputs.files.extras import require
from burncast.outputs.files.long_table import LabelColumn, long_table
from burncast.outputs.results.provenance import provenance

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["encode_parquet"]

_ATTRIBUTES = ("created_by", "scenario", "step", "currency", "variant_sha256")


def encode_parquet(result: xr.Dataset) -> bytes:
    """The file; columns are those of :mod:`burncast.outputs.files.long_table`. InputError where pyarrow is missing."""
    pyarrow = require("pyarrow", "parquet", "writing Parquet")
    parquet = require("pyarrow.parquet", "parquet", "writing Parquet")
    table = long_table(result)
    columns = {name: _array(pyarrow, column) for name, column in table.before.items()}
    columns["value"] = pyarrow.array(table.value)
    columns |= {name: _array(pyarrow, column) for name, column in table.after.items()}
    carried = provenance(result) | {key: str(result.attrs[key]) for key in _ATTRIBUTES if key in result.attrs}
    if "variant_attributes" in result.attrs:
        differing = {
            name: dict(own, seconds=None) for name, own in json.loads(result.attrs["variant_attributes"]).items()
        }
        carried["variant_attributes"] = json.dumps(differing, ensure_ascii=False)
    buffer = io.BytesIO()
    parquet.write_table(pyarrow.table(columns, metadata=carried), buffer, compression="zstd")
    return buffer.getvalue()


def _array(pyarrow: Any, column: LabelColumn) -> Any:
    """Text as a dictionary; numbers and dates, which repeat as often, as what they are."""
    codes = pyarrow.array(column.codes, mask=np.asarray(column.codes < 0))
    if all(isinstance(label, str) for label in column.labels):
        return pyarrow.DictionaryArray.from_arrays(codes, pyarrow.array(column.labels, pyarrow.string()))
    numbers = all(isinstance(label, int) for label in column.labels)
    return pyarrow.array(column.labels, pyarrow.int32() if numbers else pyarrow.date32()).take(codes)
