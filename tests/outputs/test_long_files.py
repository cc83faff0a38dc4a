"""CSV and Parquet, read back by other readers: every number of the dataset to the last bit, and nothing else."""

from __future__ import annotations

import csv
import datetime
import io
import math

import numpy as np
import pytest
import xarray as xr
from exported import forecast, variants

from burncast.outputs.files.csv_file import encode_csv
from burncast.outputs.files.parquet_file import encode_parquet
from burncast.outputs.results.variables import quantile_label

STATISTICS = {"_mean": "mean", "_mean_se": "mean_se", "_sd": "sd"}


def expected_rows(result: xr.Dataset) -> dict[tuple, float]:
    """Every number of the dataset that is not NaN, found by walking through it: the key says all of what it is."""
    found = {}
    tracked = [name for name in ("cash", "users") if name in result]
    for variable in result.data_vars:
        array, name, statistic = result[variable], str(variable), None
        if name == "ruin_probability":
            statistic = "probability"
        elif name == "ruin_probability_se":
            name, statistic = "ruin_probability", "probability_se"
        elif name.startswith("paths_"):
            name, statistic = name.removeprefix("paths_"), "path"
        for known in tracked:
            if name.removeprefix(known) in STATISTICS:
                statistic, name = STATISTICS[name.removeprefix(known)], known
        for index in np.ndindex(array.shape):
            value = float(array.values[index])
            place = {dim: result[dim].values[i] for dim, i in zip(array.dims, index, strict=True)}
            if math.isnan(value):
                continue
            label = statistic or "p" + f"{100 * place['quantile']:.10g}"
            period = int(place["period"]) if "period" in place else None
            date = None if period is None or "date" not in result.coords else result["date"].sel(period=period)
            key = (
                str(place["variant"]) if "variant" in place else None,
                period,
                None if date is None else date.values.astype("datetime64[D]").item(),
                name,
                str(place["product"]) if "product" in place else None,
                label,
                int(place["trajectory"]) if "trajectory" in place else None,
            )
            assert key not in found
            found[key] = value
    return found


def keys(row: dict[str, object]) -> tuple:
    return tuple(
        row.get(name) for name in ("variant", "period", "date", "quantity", "product", "statistic", "trajectory")
    )


def csv_rows(content: bytes) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    for row in rows:
        for name in row:
            row[name] = row[name] or None
        for name in ("variant", "product"):
            if row.get(name):
                row[name] = row[name].removeprefix("'")
        row["period"] = None if row["period"] is None else int(row["period"])
        row["trajectory"] = None if row.get("trajectory") is None else int(row["trajectory"])
        row["date"] = None if row.get("date") is None else datetime.date.fromisoformat(row["date"])
        row["value"] = float(row["value"])
    return rows


def parquet_rows(content: bytes) -> list[dict[str, object]]:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow (extra parquet) is not installed")
    return parquet.read_table(io.BytesIO(content)).to_pylist()


@pytest.mark.parametrize(
    "make", [forecast, variants, lambda: forecast(start=None, keep=0), lambda: forecast(ruin=False)]
)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_every_number_is_there_once_and_to_the_last_bit(make, kind):
    if kind == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow (extra parquet) is not installed")
    result = make()
    rows = csv_rows(encode_csv(result)) if kind == "csv" else parquet_rows(encode_parquet(result))
    assert len(rows) == len({keys(row) for row in rows})
    assert {keys(row): row["value"] for row in rows} == expected_rows(result)
    units = {"ruin_probability": None, "runway": "month", "funding_need": "USD", "cash": "USD", "users": "user"}
    assert all(row["unit"] == units[row["quantity"]] for row in rows)


def test_pandas_and_excel_read_the_csv_without_help():
    pandas = pytest.importorskip("pandas")
    content = encode_csv(forecast())
    frame = pandas.read_csv(io.BytesIO(content), parse_dates=["date"])
    assert frame.columns[0] == "period", "the mark of UTF-8 is no part of the name"
    assert frame["date"].dtype.kind == "M"
    assert frame["value"].dtype == np.float64
    assert np.isinf(frame.query("quantity == 'runway' and statistic == 'p99'")["value"]).all()
    assert content.startswith(b"\xef\xbb\xbf")
    assert not encode_csv(forecast().drop_dims("product")).startswith(b"\xef\xbb\xbf")


def test_every_row_of_the_csv_says_where_it_comes_from():
    for row in csv_rows(encode_csv(forecast())):
        assert (row["sha256"], row["seed"], row["method"]) == ("0" * 64, str(2**63 + 7), "random")
        assert (row["trajectories"], row["burncast"]) == ("40", "0.1.0")
    stacked = variants()
    stacked.attrs["variant_sha256"] = "\n".join(["0" * 64, "1" * 64])
    found = {(row["variant"], row["sha256"]) for row in csv_rows(encode_csv(stacked))}
    assert found == {("base", "0" * 64), ("@war", "1" * 64)}


def test_no_cell_of_the_csv_is_a_formula():
    cells = [cell for row in csv.reader(io.StringIO(encode_csv(variants()).decode("utf-8-sig"))) for cell in row]
    texts = [cell for cell in cells if cell and cell[0] in "=+-@\t\r"]
    assert all(float(cell) < 0 for cell in texts)
    assert "'=free" in cells
    assert "'@war" in cells


def test_the_metadata_of_parquet():
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow (extra parquet) is not installed")
    schema = parquet.read_schema(io.BytesIO(encode_parquet(variants())))
    metadata = {key.decode(): value.decode() for key, value in schema.metadata.items() if not key.startswith(b"ARROW")}
    assert metadata["sha256"] == "0" * 64
    assert metadata["seed"] == str(2**63 + 7)
    assert metadata["burncast"] == "0.1.0"
    assert {"title", "trajectories", "method", "scenario", "variant_sha256", "variant_attributes"} <= set(metadata)
    kinds = dict(zip(schema.names, map(str, schema.types), strict=True))
    assert (kinds["date"], kinds["period"], kinds["value"]) == ("date32[day]", "int32", "double")


@pytest.mark.parametrize("encode", [encode_csv, encode_parquet])
def test_the_same_result_gives_the_same_bytes(encode):
    if encode is encode_parquet:
        pytest.importorskip("pyarrow", reason="pyarrow (extra parquet) is not installed")
    assert encode(variants()) == encode(variants())


def test_a_dimension_called_as_a_column_has_another_column():
    rows = csv_rows(encode_csv(forecast(keep=0).rename({"product": "value"})))
    assert {row["value_element"] for row in rows} == {None, "'=free", "plüs"}


def test_labels_of_quantiles_are_exact_and_differ():
    close = [0.1, 0.1 + 2**-56, 0.9999999, 0.99999999]
    labels = [quantile_label(p) for p in close]
    assert len(set(labels)) == len(close)
    assert [float(label[1:]) for label in labels] == pytest.approx([100 * p for p in close], rel=1e-15, abs=0)
