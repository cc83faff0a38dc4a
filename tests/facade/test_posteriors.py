"""burncast.posterior, what it leaves on disk, and the command."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from typer.testing import CliRunner

import burncast
from burncast.cli import app

SCENARIO = """\
[scenario]
title = "A shop"
start = "2024-01"
periods = 12
currency = "USD"

[inputs]
burn = { value = "normal(mean=1e6, sd=0.3e6)", unit = "USD/month" }
idle = "uniform(0, 1)"

[processes]
mood = "gbm(start=1, drift=0, volatility=0.3)"

[stocks]
cash = { start = 7e6, next = "cash - burn * mood", unit = "USD" }

[ruin]
when = "cash < 0"
need = "-cash"

[variants.frugal]
inputs.burn = "normal(mean=0.5e6, sd=0.1e6)"
"""
OBSERVATIONS = """\
variable,aggregate,period,low,central,high,value,sd,unit,source
cash,,2024-03-31,,,,3.2e6,0.2e6,USD,bank
cash,,2024-02,4e6,,5e6,,,USD,press
"""
QUICK = {"particles": 256, "runs": 2, "moves": 6, "seed": 3}
OPTIONS = ["--particles", "256", "--runs", "2", "--moves", "6", "--seed", "3"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("posterior")
    (place / "shop.toml").write_text(SCENARIO)
    (place / "observations.csv").write_text(OBSERVATIONS)
    return place


@pytest.fixture(scope="module")
def found(folder):
    return burncast.posterior(folder / "shop.toml", folder / "observations.csv", **QUICK)


def test_what_is_saved_is_the_same_scenario(found, folder):
    written = burncast.save_posterior(found, folder / "after")
    assert sorted(path.name for path in written) == sorted(
        ["posterior.toml", "posterior.npz", "posterior.json", "posterior.svg", "posterior.png"]
    )
    again = burncast.load(folder / "after" / "posterior.toml")
    assert again.sha256 == found.scenario.sha256
    one, two = (burncast.simulate(scenario, 5000, seed=2, variants=True) for scenario in (found.scenario, again))
    for name in ("ruin_probability", "cash", "cash_mean"):
        np.testing.assert_array_equal(one[name], two[name])
    assert one.attrs["independent"] == min(5000, round(found.effective_sample_size))
    plain = json.loads((folder / "after" / "posterior.json").read_text())
    assert plain["log_evidence"] == found.log_evidence
    assert [entry["name"] for entry in plain["inputs"]] == ["burn"]
    assert plain["inputs"][0]["posterior"]["sd"] < 0.5 * plain["inputs"][0]["prior"]["sd"]
    burncast.save_posterior(found, folder / "after")


def test_the_forecast_goes_on_from_the_last_observation(found):
    prior = burncast.simulate(dataclasses.replace(found.scenario, particles=None), 20_000, seed=2)
    after = burncast.simulate(found.scenario, 20_000, seed=2)
    assert float(after.cash_mean[3]) == pytest.approx(3.3e6, abs=0.2e6)
    assert float(prior.cash_mean[3]) == pytest.approx(4e6, abs=0.05e6)
    assert float(after.ruin_probability[12]) > float(prior.ruin_probability[12])
    spread = [float(after.cash[t, -1] - after.cash[t, 0]) for t in (3, 12)]
    assert spread[1] > 3 * spread[0]
    assert float(after.ruin_probability_se[6]) > 0


def test_a_scenario_that_reads_data_is_saved_beside_them(tmp_path):
    (tmp_path / "prices.csv").write_text("date,usd\n2024-01,1\n2024-06,2\n")
    text = SCENARIO.replace('"gbm(start=1, drift=0, volatility=0.3)"', "\"series('prices.csv', 'usd')\"")
    (tmp_path / "shop.toml").write_text(text)
    rows = [{"variable": "cash", "period": "2024-02", "value": 5e6, "sd": 1e6}]
    found = burncast.posterior(tmp_path / "shop.toml", rows, **QUICK)
    with pytest.raises(burncast.InputError, match=r"reads 'prices\.csv', which is not in"):
        burncast.save_posterior(found, tmp_path / "elsewhere")
    burncast.save_posterior(found, tmp_path)
    assert burncast.load(tmp_path / "posterior.toml").sha256 == found.scenario.sha256


def invoke(*words):
    return CliRunner().invoke(app, ["calibrate", "posterior", *map(str, words)])


def test_the_command_prints_tables_and_writes_files(found, folder):
    done = invoke(folder / "shop.toml", folder / "observations.csv", *OPTIONS, "--out", folder / "out")
    assert done.exit_code == 0, done.stderr
    assert "A shop" in done.stdout
    assert "burn" in done.stdout
    assert f"log evidence {found.log_evidence:.2f}" in done.stdout
    assert "cash, value, 2024-03-31" in done.stdout
    assert burncast.load(folder / "out" / "posterior.toml").sha256 == found.scenario.sha256


def test_the_command_as_json(found, folder):
    done = invoke(folder / "shop.toml", folder / "observations.csv", *OPTIONS, "--json")
    assert done.exit_code == 0
    plain = json.loads(done.stdout)
    assert plain["log_evidence"] == found.log_evidence
    assert {one["source"] for one in plain["observations"]} == {"bank", "press"}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "cush,,2024-02,,,,1,1,,",
            "observations.csv:2: variable: the scenario has no quantity 'cush'; did you mean 'cash'?",
        ),
        ("cash,,2024-02,,,,9e6,1e3,,", "1 observation is outside everything the scenario can produce"),
    ],
)
def test_bad_observations_leave_with_2_and_one_message(row, message, tmp_path):
    (tmp_path / "shop.toml").write_text(SCENARIO.replace("normal(mean=1e6, sd=0.3e6)", "uniform(0.5e6, 1e6)"))
    (tmp_path / "observations.csv").write_text(OBSERVATIONS.splitlines()[0] + "\n" + row + "\n")
    done = invoke(tmp_path / "shop.toml", tmp_path / "observations.csv", *OPTIONS, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_commands_ready_the_machine_for_a_posterior_too(found, folder, monkeypatch):
    from burncast.engine.numerics.native import Native

    burncast.save_posterior(found, folder / "ready")
    monkeypatch.setattr(Native, "is_on_disk", lambda _: False)
    words = ["frontier", str(folder / "ready" / "posterior.toml"), "--amounts", "0,1M", "-n", "2000"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.stderr


def test_the_verdict_names_strain_and_runs_that_disagree():
    from burncast.outputs.tables.posterior_tables import verdict

    one = {"figure": "cash, value, 3", "strains": True}
    assert verdict({"observations": [one], "r_hat": 1.01}) == "Strained by: cash, value, 3."
    assert "more --moves" in verdict({"observations": [], "r_hat": 1.2})
