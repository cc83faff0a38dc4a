"""``burncast calibrate hindsight`` on the command line."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from burncast.cli import app

SCENARIO = """
[scenario]
title = "A shop"
start = "2024-01"
periods = 3
[inputs]
opening = "normal(100, 10)"
[stocks]
cash = { start = "opening", next = "cash - 10" }
"""
ROWS = "variable,period,value,sd,source\ncash,2024-02,70,2,the bank\ncash,2024-03,200,2,a paper\n"


def run(tmp_path, *arguments, rows=ROWS):
    scenario, later = tmp_path / "shop.toml", tmp_path / "later.csv"
    scenario.write_text(SCENARIO, encoding="utf-8")
    later.write_text(rows, encoding="utf-8")
    return CliRunner().invoke(app, ["calibrate", "hindsight", str(scenario), str(later), *arguments])


def test_the_table_and_the_file(tmp_path):
    result = run(tmp_path, "--out", str(tmp_path / "after"), "-n", "4096")
    assert result.exit_code == 0, result.output
    assert "A shop" in result.output
    assert "The central 90 % held 1 of 2 reports." in result.output
    written = json.loads((tmp_path / "after" / "hindsight.json").read_text(encoding="utf-8"))
    assert [row["missed"] for row in written["reports"]] == [False, True]
    assert abs(written["reports"][0]["forecast"]["mean"] - 80.0) < 4 * 10 / 64


def test_json_has_the_same(tmp_path):
    result = run(tmp_path, "--json", "-n", "1024")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["reports"][1]["row"] == 3


def test_bad_rows_are_named_and_exit_with_2(tmp_path):
    result = run(tmp_path, rows=ROWS.replace("cash,2024-02", "csh,2024-02"))
    assert result.exit_code == 2
    assert "later.csv:2: variable" in result.output
    assert "did you mean 'cash'" in result.output
