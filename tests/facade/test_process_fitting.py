"""A process fitted to a column of a file: what is printed, written and put into a scenario, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import burncast
from burncast.cli import app
from burncast.commands.process_fitting import report_process
from burncast.distributions.errors import DataError, InputError

DATA = Path(__file__).parents[2] / "examples" / "calibration" / "electricity_dayahead.csv"
SCENARIO = """\
# Prices of electricity
[scenario]
title = "a site in Belgium"
start = "2017-01"
periods = 12

[processes]
power = { value = "gbm(start=40, volatility=0.3)", unit = "EUR/MWh" }  # to be fitted

[stocks]
cash = { start = 1e6, next = "cash - 1e3 * power" }
"""


def fitted(capsys, processes=("log_ou", "gbm"), market="BE", **options):
    report_process(str(DATA), "mean_price", processes, name="power", where={"market": market}, **options)
    return capsys.readouterr().out


def test_the_best_process_its_figures_and_its_entries(capsys):
    text = fitted(capsys)
    assert "electricity_dayahead.csv, market = BE, 728 rows from 2 to 729, 2015-01-04 to 2016-12-31" in text
    assert text.index("log_ou  ") < text.index("gbm  ")
    assert "half_life" in text
    assert "[processes.power]" in text
    assert 'unit = "EUR/MWh"' in text
    assert "column mean_price" in text


def test_json_and_files(capsys, tmp_path):
    found = json.loads(fitted(capsys, out=tmp_path, as_json=True, plug_in=True))
    assert found["process"] == "log_ou"
    assert [one["process"] for one in found["ranking"]] == ["log_ou", "gbm"]
    assert set(found["estimates"]) == {"half_life", "mean", "volatility"}
    assert "[inputs" not in found["entries"]
    assert any("innovations" in one for one in found["statements"])
    assert sorted(file.name for file in tmp_path.iterdir()) == ["fit.json", "fit.png", "fit.svg"]


def test_into_a_scenario(capsys, tmp_path):
    file = tmp_path / "my.toml"
    file.write_text(SCENARIO, encoding="utf-8")
    fitted(capsys, into=file)
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# Prices of electricity\n")
    assert "# to be fitted" in text
    scenario = burncast.load(file)
    assert {"power_half_life", "power_mean", "power_volatility"} < set(scenario.quantities)
    assert len(scenario.correlations) == 1


def test_prices_below_zero_are_named_with_their_row(capsys):
    with pytest.raises(
        DataError, match=r"electricity_dayahead.csv:.*mean_price: is '-12.89'; expected a number above 0"
    ):
        fitted(capsys, market="DE")
    assert "ou fitted to 179 observations" in fitted(capsys, ("ou",), market="DE")


def test_mistakes(capsys, tmp_path):
    with pytest.raises(InputError, match="did you mean 'log_ou'"):
        fitted(capsys, ("logou",))
    with pytest.raises(DataError, match="did you mean 'mean_price'"):
        report_process(str(DATA), "mean_pric", ["ou"], name="power", where={"market": "BE"})
    with pytest.raises(DataError, match="stands twice"):
        report_process(str(DATA), "mean_price", ["ou"], name="power")
    with pytest.raises(InputError, match="cannot be the name of a quantity"):
        report_process(str(DATA), "mean_price", ["ou"], name="my price", where={"market": "BE"})
    file = tmp_path / "other.toml"
    with pytest.raises(InputError, match="there is no such file"):
        fitted(capsys, into=file)


def test_the_command(tmp_path):
    command = ["calibrate", "fit", str(DATA), "--column", "mean_price", "--where", "market=BE", "--name", "power"]
    done = CliRunner().invoke(app, [*command, "--process", "log_ou", "--process", "gbm", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "bias corrected by a bootstrap of 200" in done.output
    assert (tmp_path / "fit.svg").exists()
    certain = CliRunner().invoke(app, [*command, "--process", "log_ou", "--plug-in", "--season"])
    assert "estimates taken for certain" in certain.output
    assert "season_january" in certain.output
    done = CliRunner().invoke(app, [*command, "--process", "log_ou", "--family", "gamma"])
    assert done.exit_code == 2
    assert "--family does not go with --process" in done.output


def test_a_unit_that_is_none_of_a_scenario_and_rows_left_out_go_into_the_source(capsys, tmp_path):
    file = tmp_path / "rates.csv"
    rows = [f"2020-{month:02}-01,{1 + month / 50},EUR per dollar" for month in range(1, 12)]
    file.write_text("\n".join(["date,rate,unit", *rows, "2020-12-01,,EUR per dollar"]) + "\n", encoding="utf-8")
    report_process(str(file), "rate", ["gbm"], name="rate", missing="drop")
    text = capsys.readouterr().out
    assert 'unit = "EUR' not in text
    assert "column rate in EUR per dollar; 1 row left out: rate is missing (row 13)" in text
    with pytest.raises(InputError, match="did you mean 'gbm'"):
        report_process(str(tmp_path / "none.csv"), "rate", ["gbmm"], name="rate")
