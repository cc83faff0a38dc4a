"""The commands about decisions, called in this process."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from burncast.cli import app

WALK = """
[scenario]
title = "A walk"
periods = 12
currency = "USD"
[inputs]
burn = "normal(mean=1, sd=0.2)"
opening_cash = "uniform(6, 14)"
[processes]
shock = "iid(normal(0, 1))"
[stocks]
cash = { start = "opening_cash", next = "cash - burn + shock" }
[ruin]
when = "cash < 0"
need = "-cash"
"""


@pytest.fixture
def walk(tmp_path):
    file = tmp_path / "walk.toml"
    file.write_text(WALK, encoding="utf-8")
    return str(file)


def call(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)])


def test_sensitivity_prints_a_table(walk):
    done = call("sensitivity", walk, "--output", "ruin_probability[12]", "-n", 2048)
    assert done.exit_code == 0, done.stderr
    assert "What moves ruin_probability[12]" in done.stdout
    assert "depending on the inputs" in done.stdout


def test_sensitivity_as_json_and_into_a_folder(walk, tmp_path):
    folder = tmp_path / "out"
    done = call("sensitivity", walk, "--method", "tornado", "-n", "2e3", "--json", "--out", folder)
    assert done.exit_code == 0, done.stderr
    plain = json.loads(done.stdout)
    assert {entry["input"] for entry in plain["inputs"]} == {"burn", "opening_cash"}
    assert plain == json.loads((folder / "sensitivity.json").read_text(encoding="utf-8"))
    assert sorted(path.name for path in folder.iterdir()) == [
        "sensitivity.json",
        "sensitivity.nc",
        "sensitivity.png",
        "sensitivity.svg",
    ]


def test_sensitivity_of_a_group(walk):
    done = call("sensitivity", walk, "--group", "money=burn,opening_cash", "-n", 512, "--json")
    assert {entry["source"] for entry in json.loads(done.stdout)["sources"]} == {"money", "shock"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--output", "cash_men"], "did you mean 'cash'"),
        (["--method", "sobl"], "did you mean 'sobol'"),
        (["--group", "money"], "cannot read the group"),
        (["--group", "money=bern"], "did you mean 'burn'"),
        (["-n", "10"], "from 256"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(walk, options, said):
    done = call("sensitivity", walk, *options)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
