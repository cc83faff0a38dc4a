from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_files import HEAD, only_problem, write

from burncast.engine.language.expressions import Binary, Call, Known, Number, Sequence
from burncast.engine.language.scenario_model import Step, period_end
from burncast.engine.reading.schedules import Calendar, lay_on_periods, read_date
from burncast.engine.scenario import load

PRICES = "date,usd,eur\n2023-07-31,2,\n2023-06-15,1,5\n2023-09-01,4,7\n\n2023-09-30,5,\n"


def values(path: Path, name: str = "a") -> tuple[float, ...]:
    known = load(path).quantities[name].value
    assert isinstance(known, Known)
    return known.values


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        ("hold", (3, 3, 3, 7, 7, 7, 7, 7, 9, 9, 9, 9, 9)),
        ("interpolate", (3, 3, 5, 7, 7.4, 7.8, 8.2, 8.6, 9, 9, 9, 9, 9)),
        ("zero", (0, 3, 0, 7, 0, 0, 0, 0, 9, 0, 0, 0, 0)),
    ],
)
def test_a_table_of_dates(tmp_path: Path, between: str, expected: tuple[float, ...]) -> None:
    table = '{ "2023-06" = 3, "2024-01-31" = 9, "2023-08-20" = 7 }'
    path = write(tmp_path, HEAD + f'[processes]\na = {{ schedule = {table}, between = "{between}" }}\n')
    assert values(path) == pytest.approx(expected)


def test_hold_is_the_default_and_dates_before_the_start_count(tmp_path: Path) -> None:
    text = HEAD + '[inputs]\na = { schedule = { "2022-01" = 1, "2023-08" = 2, "2030" = 3 } }\n'
    assert values(write(tmp_path, text)) == (1, 1, 1, *[2] * 10)


def test_amounts_outside_the_horizon_are_left_out_of_zero_schedules(tmp_path: Path) -> None:
    table = '{ "2022-01" = 1, "2023-06-01" = 2, "2023-06-30" = 3, "2030" = 4 }'
    text = HEAD + f'[formulas]\na = {{ schedule = {table}, between = "zero" }}\n'
    assert values(write(tmp_path, text)) == (0, 5, *[0] * 11)


def test_without_a_start_the_keys_are_periods(tmp_path: Path) -> None:
    text = '[scenario]\nperiods = 3\n[inputs]\na = { schedule = { "1" = 4, "3" = 6 }, between = "interpolate" }\n'
    assert values(write(tmp_path, text)) == (4, 4, 5, 6)


@pytest.mark.parametrize(
    ("column", "between", "expected"),
    [
        ("usd", "hold", (1, 1, 2, 2, 5)),
        ("usd", "interpolate", (1, 1, 2, 3.5, 5)),
        ("usd", "zero", (0, 1, 2, 0, 9)),
        ("eur", "hold", (5, 5, 5, 5, 7)),
    ],
)
def test_a_column_of_a_file(tmp_path: Path, column: str, between: str, expected: tuple[float, ...]) -> None:
    write(tmp_path, PRICES, "data/prices.csv")
    call = f'series("data/prices.csv", "{column}", between="{between}")'
    assert values(write(tmp_path, HEAD + f"[processes]\na = '{call}'\n"))[:5] == pytest.approx(expected)


def test_a_series_stands_inside_expressions_and_beside_the_file_that_names_it(tmp_path: Path) -> None:
    write(tmp_path, PRICES, "base/prices.csv")
    write(tmp_path, HEAD + '[formulas]\na = \'2 * series("prices.csv", "usd")\'\n', "base/base.toml")
    scenario = load(write(tmp_path, '[scenario]\nextends = "base/base.toml"\n'))
    product = scenario.quantities["a"].value
    assert isinstance(product, Binary)
    assert product.left == Number(2.0)
    assert isinstance(product.right, Known)


def test_an_empirical_sample(tmp_path: Path) -> None:
    write(tmp_path, PRICES, "prices.csv")
    text = HEAD + "[inputs]\na = 'empirical(\"prices.csv\", \"usd\")'\nb = 'empirical([1, 2])'\n"
    scenario = load(write(tmp_path, text))
    sample = Sequence(tuple(Number(value) for value in (2.0, 1.0, 4.0, 5.0)))
    assert scenario.quantities["a"].value == Call("empirical", (sample,), ())
    assert scenario.quantities["b"].value == Call("empirical", (Sequence((Number(1.0), Number(2.0))),), ())


def test_the_digest_covers_the_files(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + '[processes]\na = \'series("prices.csv", "usd")\'\n')
    write(tmp_path, PRICES, "prices.csv")
    first = load(path)
    write(tmp_path, PRICES.replace(",4,", ",4.5,"), "prices.csv")
    second = load(path)
    assert first.sha256 != second.sha256
    assert hash(first) != hash(second)
    assert "# sha256 of prices.csv: " in first.text


@pytest.mark.parametrize(
    ("expression", "message", "nearest"),
    [
        ("series('prices.csv', 'uds')", "no column 'uds'", "usd"),
        ("series('none.csv', 'usd')", "'none.csv' cannot be read", None),
        ("series('.', 'usd')", "cannot be read", None),
        ("series('words.csv', 'usd')", "row 3: 'two' is not a number", None),
        ("series('infinite.csv', 'usd')", "row 2: 'inf' is not a number", None),
        ("series('undated.csv', 'usd')", "row 2: 'June' is no point in time", None),
        ("series('hollow.csv', 'usd')", "is empty", None),
        ("series('nothing.csv', 'usd')", "no column", None),
        ("series('bytes.csv', 'usd')", "is not a CSV file", None),
        ("series('prices.csv')", "takes a file and a column", None),
        ("series('prices.csv', 'usd', 'hold')", "takes a file and a column", None),
        ("series('prices.csv', b)", "takes a file and a column", None),
        ("series('prices.csv', 'usd', between='hodl')", "is unknown", "hold"),
        ("empirical('prices.csv')", "takes a file and a column", None),
        ("empirical('prices.csv', 'sud')", "no column", "usd"),
    ],
)
def test_what_is_wrong_with_a_file(tmp_path: Path, expression: str, message: str, nearest: str | None) -> None:
    write(tmp_path, PRICES, "prices.csv")
    write(tmp_path, "date,usd\n2023-06,1\n2023-07,two\n", "words.csv")
    write(tmp_path, "date,usd\n2023-06,inf\n", "infinite.csv")
    write(tmp_path, "date,usd\nJune,1\n", "undated.csv")
    write(tmp_path, "date,usd\n2023-06,\n", "hollow.csv")
    write(tmp_path, "", "nothing.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00\x01")
    problem = only_problem(write(tmp_path, HEAD + f'[inputs]\nb = 1\n[processes]\na = "{expression}"\n'))
    assert (problem.line, problem.key) == (7, "processes.a")
    assert message in problem.message
    assert problem.nearest == nearest


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('{ "June" = 1 }', "no point in time"),
        ('{ "2023-13" = 1 }', "no point in time"),
        ("{}", "empty"),
        ('{ "2023-06" = nan }', "finite"),
        ('{ "2023-06" = "x" }', "expected a number"),
    ],
)
def test_what_is_wrong_with_a_schedule(tmp_path: Path, table: str, message: str) -> None:
    problem = only_problem(write(tmp_path, HEAD + f"[processes]\na = {{ schedule = {table} }}\n"))
    assert problem.line == 5
    assert message in str(problem)


def test_a_schedule_goes_with_no_value_and_between_with_a_schedule(tmp_path: Path) -> None:
    both = HEAD + '[inputs]\na = { value = 1, schedule = { "2023-06" = 1 } }\n'
    assert "both" in only_problem(write(tmp_path, both)).message
    alone = HEAD + '[inputs]\na = { value = 1, between = "hold" }\n'
    assert "without a `schedule`" in only_problem(write(tmp_path, alone)).message


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2023", datetime.date(2023, 1, 1)),
        ("2023-6", datetime.date(2023, 6, 1)),
        (" 2023-06-15T12:00:00Z", datetime.date(2023, 6, 15)),
        ("2023-06-31", None),
        ("15.06.2023", None),
        ("0000-01", None),
        ("", None),
    ],
)
def test_dates(text: str, date: datetime.date | None) -> None:
    assert read_date(text) == date


_steps: st.SearchStrategy[Step] = st.sampled_from(["month", "week", "quarter"])


@given(
    st.dates(datetime.date(1990, 1, 1), datetime.date(2040, 1, 1)),
    st.dates(datetime.date(1980, 1, 1), datetime.date(2060, 1, 1)),
    _steps,
)
@settings(max_examples=200, deadline=None)
def test_a_date_lies_in_its_period(start: datetime.date, date: datetime.date, step: Step) -> None:
    period = Calendar(start, step, 10).period_of(date)
    assert period_end(start, step, period - 1) < date <= period_end(start, step, period)


_points = st.lists(
    st.tuples(st.integers(-5, 25), st.floats(-1e6, 1e6)), min_size=1, max_size=8, unique_by=lambda p: p[0]
)


@given(_points)
@settings(max_examples=100, deadline=None)
def test_paths_agree_with_numpy(points: list[tuple[int, float]]) -> None:
    points.sort()
    dates, amounts = np.array([p for p, _ in points]), np.array([v for _, v in points])
    grid = np.arange(21)
    held = amounts[np.maximum(np.searchsorted(dates, grid, side="right") - 1, 0)]
    assert lay_on_periods(points, 20, "hold") == tuple(held)
    interpolated = np.interp(grid, dates, amounts)
    np.testing.assert_allclose(lay_on_periods(points, 20, "interpolate"), interpolated, rtol=1e-9, atol=1e-6)
    inside = [(period, value) for period, value in points if 1 <= period <= 20]
    assert sum(lay_on_periods(points, 20, "zero")) == pytest.approx(sum(value for _, value in inside), abs=1e-6)
