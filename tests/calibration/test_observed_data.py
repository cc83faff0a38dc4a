"""Observed data are read strictly: every mistake is one message with file, row and column; nothing vanishes."""

from __future__ import annotations

import numpy as np
import pytest

from burncast.calibration.observed_data import read_data
from burncast.distributions.errors import DataError, InputError

PRICES = """date,gpu,price,unit
2023-01-05,A100,4.1,USD/hour
2023-02,A100,3.9,USD/hour
2023-03-01T12:30,H100,8.2,USD/hour
"""


@pytest.fixture
def written(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "prices.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_columns_rows_unit_and_provenance(written):
    data = read_data(written(PRICES), numbers=["price"], dates=["date"], words=["gpu"], where={"gpu": "A100"})
    assert data["price"].tolist() == [4.1, 3.9]
    assert data["date"].astype(str).tolist() == ["2023-01-05T00:00:00", "2023-02-01T00:00:00"]
    assert data.rows.tolist() == [2, 3]
    assert data.unit == "USD/hour"
    assert data.provenance("date") == "prices.csv, gpu = A100, 2 rows from 2 to 3, 2023-01-05 to 2023-02-01"
    assert data.notes() == []


def test_a_time_of_day_and_a_zone_are_kept(written):
    path = written("date,x\n2023-03-01T12:30,1\n2023-03-01 12:30:00+02:00,2\n")
    dates = read_data(path, numbers=["x"], dates=["date"])["date"]
    assert dates.astype(str).tolist() == ["2023-03-01T12:30:00", "2023-03-01T10:30:00"]


MISTAKES = [
    ("", {"numbers": ["x"]}, "prices.csv: is empty"),
    ("x,y\n", {"numbers": ["x"]}, "prices.csv:1: has a header and no rows of data"),
    ("x,y\n1,2\n3\n", {"numbers": ["x"]}, "prices.csv:3: has 1 cells where the header has 2"),
    ("x;y\n1;2\n", {"numbers": ["x"]}, "the columns are not separated by commas"),
    ("x,x\n1,2\n", {"numbers": ["x"]}, "prices.csv:1: x: two columns have this name"),
    ('x,y\n"1,2\n', {"numbers": ["x"]}, "is not a CSV file"),
    (PRICES, {"numbers": ["prise"]}, "prices.csv:1: there is no column 'prise'; did you mean 'price'?"),
    (PRICES, {"numbers": ["wholesale"]}, "there is no column 'wholesale'; expected one of date, gpu, price, unit"),
    (PRICES, {"numbers": ["price"], "where": {"gpu": "A10"}}, "gpu: no row has 'A10'; did you mean 'A100'?"),
    ("x\n1\n12 USD\n3\n$4\n", {"numbers": ["x"]}, "prices.csv:3: x: is '12 USD' (and 1 more row); expected a number"),
    ("x\n1\ninf\n", {"numbers": ["x"]}, "prices.csv:3: x: is 'inf'; expected a number"),
    ("x\n1_0\n", {"numbers": ["x"]}, "prices.csv:2: x: is '1_0'; expected a number"),
    ("x,y\n1,\n,2\nNA,4\n", {"numbers": ["x"]}, "prices.csv:3: x: is missing (and 1 more row); expected a value"),
    ("d,x\n31/12/2023,1\n", {"dates": ["d"]}, "prices.csv:2: d: is '31/12/2023'; expected a date such as 2023-06-15"),
    ("d,x\n2023-02-30,1\n", {"dates": ["d"]}, "prices.csv:2: d: is '2023-02-30'; expected a date"),
    (
        "x\n2\n-3\n0\n",
        {"numbers": ["x"], "positive": ["x"]},
        "prices.csv:3: x: is '-3' (and 1 more row); expected a number above 0",
    ),
    (
        "w\n2\n-3\n0\n",
        {"numbers": ["w"], "not_negative": ["w"]},
        "prices.csv:3: w: is '-3'; expected a number from 0 on",
    ),
    ("e,x\n1,1\n2,3\n", {"flags": ["e"]}, "prices.csv:3: e: is '2'; expected 1 or 0"),
    ("k,x\na,1\nb,2\na,1\n", {"numbers": ["x"]}, "prices.csv:4: is the same as row 2 in every column"),
    (
        "x,unit\n1,USD\n2,USD\n3,EUR\n",
        {"numbers": ["x"]},
        "prices.csv:4: unit: is 'EUR', but 'USD' in row 2; expected one unit",
    ),
    ("x,currency\n1,USD\n3,EUR\n", {"numbers": ["x"]}, "prices.csv:3: currency: is 'EUR', but 'USD' in row 2"),
]


@pytest.mark.parametrize(("text", "asked", "message"), MISTAKES, ids=range(len(MISTAKES)))
def test_every_mistake_names_file_row_and_column(written, text, asked, message):
    with pytest.raises(DataError) as caught:
        read_data(written(text), **asked)
    assert message in str(caught.value)
    assert isinstance(caught.value, InputError)
    assert str(caught.value).count("\n") == len(caught.value.problems) - 1


def test_all_columns_are_reported_together(written):
    with pytest.raises(DataError) as caught:
        read_data(written("d,x\nmay,1\n2023-01-01,one\n"), dates=["d"], numbers=["x"])
    assert [(one.line, one.key) for one in caught.value.problems] == [(3, "x"), (2, "d")]
    assert (caught.value.row, caught.value.column) == (3, "x")


def test_a_missing_file_names_the_nearest(written):
    path = written(PRICES)
    with pytest.raises(DataError, match=r"there is no such file; did you mean 'prices.csv'\?"):
        read_data(path.with_name("price.csv"), numbers=["price"])


def test_a_file_in_another_encoding_is_refused(written):
    with pytest.raises(DataError, match="is not UTF-8 text"):
        read_data(written("x,name\n1,Zürich\n", "latin-1"), numbers=["x"])


def test_rows_are_left_out_on_request_and_reported(written):
    path = written("k,x,y\na,1,2\nb,,3\nc,4,\nc,4,\na,1,2\n")
    data = read_data(path, numbers=["x", "y"], missing="drop", duplicates="drop")
    assert data["x"].tolist() == [1.0]
    assert data.notes() == [
        "2 rows left out: the same as an earlier row in every column (rows 5, 6)",
        "1 row left out: x is missing (row 3)",
        "1 row left out: y is missing (row 4)",
    ]
    kept = read_data(path, numbers=["x"], missing="drop", duplicates="keep")
    assert kept["x"].tolist() == [1.0, 4.0, 4.0, 1.0]


def test_one_column_of_values_may_repeat_them(written):
    assert read_data(written("x\n1\n1\n2\n"), numbers=["x"])["x"].tolist() == [1.0, 1.0, 2.0]


def test_optional_cells_may_be_missing(written):
    data = read_data(written("low,high\n1,2\n,5\n"), numbers=["low", "high"], optional=["low"])
    assert np.isnan(data["low"]).tolist() == [False, True]


def test_a_series_is_put_in_order_and_has_each_date_once(written):
    data = read_data(written("date,x\n2023-03,3\n2023-01,1\n"), numbers=["x"], dates=["date"]).ordered_by("date")
    assert data["x"].tolist() == [1.0, 3.0]
    assert data.rows.tolist() == [3, 2]
    twice = read_data(written("date,x\n2023-03,3\n2023-01,1\n2023-03,4\n"), numbers=["x"], dates=["date"])
    with pytest.raises(DataError, match=r"prices.csv:4: date: 2023-03-01 stands twice, in rows 2 and 4"):
        twice.ordered_by("date")


def test_rows_are_lines_of_the_file_even_below_a_cell_of_several_lines(written):
    path = written('note,x\n"one\ntwo",1\n\nlast,oops\n')
    with pytest.raises(DataError, match=r"prices.csv:5: x: is 'oops'"):
        read_data(path, numbers=["x"])
