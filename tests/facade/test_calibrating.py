"""``burncast calibrate fit``: the entry, the picture, the figures, and messages with file, row and column."""

from __future__ import annotations

import json
import tomllib

import numpy as np
import pytest
from typer.testing import CliRunner

import burncast
from burncast.calibration.serial_dependence import serial_statement
from burncast.cli import app

SCENARIO = """\
# A small company.
[scenario]
title = "t"
periods = 3

[inputs]
price = { value = 3, unit = "USD", note = "a guess" }  # per hour

[stocks]
cash = { start = 100, next = "cash - price", unit = "USD" }
"""


def call(*arguments):
    result = CliRunner().invoke(app, ["calibrate", "fit", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def prices(tmp_path):
    rng = np.random.default_rng(1)
    values = rng.lognormal(1.0, 0.4, 40).round(4)
    rows = [
        f"2023-{1 + i // 28:02d}-{1 + i % 28:02d},{'A' if i % 2 else 'B'},{value},USD,1"
        for i, value in enumerate(values)
    ]
    path = tmp_path / "prices.csv"
    path.write_text("\n".join(["date,gpu,price,unit,seen", *rows]) + "\n")
    return path


def test_it_prints_the_entry_and_puts_it_into_a_scenario(prices, tmp_path):
    mine = tmp_path / "my.toml"
    mine.write_text(SCENARIO)
    options = ["--family", "lognormal", "--where", "gpu=A", "--date", "date", "--into", mine, "--name", "price"]
    code, out, err = call(prices, "--column", "price", *options)
    assert (code, err) == (0, f"burncast: price is in {mine}\n")
    assert out.startswith("lognormal fitted to 20 values\nprices.csv, gpu = A, 20 rows from 3 to 41, 2023-01-02 to ")
    entry = tomllib.loads(out[out.index("[inputs.price]") :])["inputs"]["price"]
    assert entry["unit"] == "USD"
    assert entry["source"] == "prices.csv, gpu = A, 20 rows from 3 to 41, 2023-01-02 to 2023-02-12, column price"
    text = mine.read_text()
    assert "# A small company." in text
    assert "# per hour" in text
    assert tomllib.loads(text)["inputs"]["price"] == entry
    assert burncast.load(mine).quantities["price"].note.startswith("lognormal by maximum likelihood from 20 values")


def test_figures_and_picture(prices, tmp_path):
    folder = tmp_path / "out"
    code, out, _ = call(
        prices, "--column", "price", "--family", "gamma", "--family", "normal", "--out", folder, "--json"
    )
    found = json.loads(out)
    assert code == 0
    assert found["family"] == "gamma"
    assert [one["family"] for one in found["ranking"]] == ["gamma", "normal"]
    assert found["rows"] == 40
    assert set(found["p_values"]) == {"KS", "CvM", "AD"}
    assert sorted(path.name for path in folder.iterdir()) == ["fit.json", "fit.png", "fit.svg"]
    assert json.loads((folder / "fit.json").read_text()) == found
    assert "gamma" in (folder / "fit.svg").read_text()


def test_plug_in_weights_and_censoring(prices, tmp_path):
    code, _, err = call(prices, "--column", "price", "--family", "exponential", "--right-censored", "seen", "--plug-in")
    assert code == 2
    assert "every row is censored on the same side" in err
    path = tmp_path / "paid.csv"
    path.write_text("days,open,weight,most\n3,0,1,4\n5,0,2,\n9,1,1,12\n14,0,1,15\n20,1,3,25\n")
    code, out, _ = call(path, "--column", "days", "--family", "exponential", "--right-censored", "open", "--plug-in")
    assert code == 0
    assert "plug-in     exponential(mean=17)" in out
    assert "predictive" not in out.partition("[inputs")[0]
    code, out, _ = call(path, "--column", "days", "--family", "exponential", "--weights", "weight", "--plug-in")
    assert f"plug-in     exponential(mean={96 / 8:g})" in out
    code, out, _ = call(path, "--column", "days", "--family", "exponential", "--upper", "most", "--plug-in", "--json")
    assert json.loads(out)["sample"] == "5 values, 1 of them censored on the right, 4 of them known as intervals"
    code, out, _ = call(path, "--column", "days", "--family", "exponential", "--window", "2,", "--plug-in")
    assert f"plug-in     exponential(mean={51 / 5 - 2:g})" in out


MISTAKES = [
    (["--column", "prise"], "prices.csv:1: there is no column 'prise'; did you mean 'price'?"),
    (["--column", "price", "--where", "gpu=C"], "gpu: no row has 'C'"),
    (["--column", "price", "--where", "gpu"], "--where gpu is no condition; expected COLUMN=VALUE"),
    (["--column", "price", "--where", "gpu=A", "--where", "gpu=B"], "gpu is given twice"),
    (["--column", "gpu"], "prices.csv:2: gpu: is 'B' (and 39 more rows); expected a number such as 1234.5"),
    (["--column", "price", "--family", "lognorm"], "there is no family 'lognorm' to fit"),
    (["--column", "price", "--family", "beta"], "prices.csv: price: beta: row 2 is "),
    (["--column", "price", "--name", "a b"], "--name a b cannot be the name of a quantity"),
    (["--column", "price", "--window", "5"], "--window 5 is no window; expected LOW,HIGH"),
    (["--column", "price", "--window", "5,2"], "the lower end is not below the upper one"),
    (["--column", "price", "--window", "3,"], "lies below the window"),
    (["--column", "price", "--season"], "--season goes with --process alone"),
    (["--column", "price", "--process", "gbm", "--family", "gamma"], "--family does not go with --process"),
    (["--column", "price", "--into", "nowhere.toml"], "there is no such file"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "message"), MISTAKES, ids=range(len(MISTAKES)))
def test_every_mistake_is_one_message(prices, options, message):
    code, out, err = call(prices, "--replicates", "19", *options)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_value_that_has_no_logarithm_names_its_row(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("x\n1\n-2\n3\n")
    code, _, err = call(path, "--column", "x", "--family", "lognormal")
    assert code == 2
    assert f"{path}:3: x: is '-2'; expected a number above 0, for its logarithm is taken" in err


def test_units_that_a_scenario_does_not_know_stay_in_the_source(tmp_path):
    path = tmp_path / "rents.csv"
    path.write_text("rent,unit\n" + "".join(f"{2 + i / 7},USD per chip-hour\n" for i in range(9)))
    code, out, _ = call(path, "--column", "rent", "--family", "normal", "--duplicates", "keep")
    assert code == 0
    assert "column rent in USD per chip-hour" in out
    assert "unit = " not in out


def test_neighbours_that_are_alike_are_pointed_out(tmp_path):
    rng = np.random.default_rng(2)
    walk = np.cumsum(rng.normal(size=60)) + 50
    dates = np.datetime64("2023-01-01") + np.arange(60)
    assert serial_statement(dates, rng.normal(size=60)) is None
    assert serial_statement(np.repeat(dates[:30], 2), walk) is None
    path = tmp_path / "walk.csv"
    path.write_text("date,x\n" + "".join(f"{day},{value}\n" for day, value in zip(dates, walk, strict=True)))
    code, out, _ = call(path, "--column", "x", "--family", "normal", "--date", "date")
    assert code == 0
    assert "neighbouring dates are alike (rank correlation 0." in out
    assert "a process describes such values" in tomllib.loads(out[out.index("[inputs.x]") :])["inputs"]["x"]["note"]


def test_a_process_goes_the_other_way(tmp_path):
    rng = np.random.default_rng(3)
    values = np.exp(np.cumsum(rng.normal(0, 0.05, 60)))
    months = np.datetime64("2018-01") + np.arange(60)
    path = tmp_path / "gbm.csv"
    path.write_text("date,x\n" + "".join(f"{month},{value}\n" for month, value in zip(months, values, strict=True)))
    code, out, _ = call(path, "--column", "x", "--process", "gbm", "--name", "price", "--plug-in")
    assert code == 0
    assert "[processes.price]" in out
