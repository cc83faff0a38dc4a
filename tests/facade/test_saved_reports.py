"""Reports of saved runs: the run's own figures, and what is computed anew from the scenario that it carries."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

import burncast
from burncast.cli import app
from burncast.distributions.errors import InputError
from burncast.engine.scenario import load
from burncast.outputs.report.runs import fresh_run, saved_runs
from burncast.saved_results import read_forecast, saved_scenario

SCENARIO = """
[scenario]
title = "Two years"
periods = 6
start = "2024-01"
currency = "USD"
[inputs]
burn = "uniform(0.5, 1.5)"
[processes]
noise = "iid(normal(mean=0, sd=0.3))"
[stocks]
cash = { start = 5, next = "cash - burn + noise", unit = "USD" }
[ruin]
when = "cash < 0"
need = "-cash"
[variants.dear]
inputs.burn = "uniform(0.8, 1.8)"
[variants.cheap]
inputs.burn = "uniform(0.3, 1.2)"
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    (folder / "mine.toml").write_text(SCENARIO)
    arguments = [
        "run",
        str(folder / "mine.toml"),
        "--variants",
        "-n",
        "2000",
        "--seed",
        "3",
        "--out",
        str(folder / "r"),
    ]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    return folder / "r"


def test_a_saved_run_tells_the_figures_of_the_run(results):
    scenario = load(results.parent / "mine.toml")
    saved = saved_runs(read_forecast(results), saved_scenario(read_forecast(results)))
    assert list(saved) == ["base", "dear", "cheap"]
    from burncast.forecast import simulations

    for name, simulation in simulations(scenario, 2000, 3, variants=True):
        fresh = fresh_run(simulation)
        assert saved[name].scenario.sha256 == fresh.scenario.sha256
        assert saved[name].probability.tolist() == fresh.probability.tolist()
        assert saved[name].error.tolist() == fresh.error.tolist()
        assert saved[name].quantiles("cash").tolist() == fresh.quantiles("cash").tolist()
        assert saved[name].horizon() == fresh.horizon()
        assert [saved[name].runway(share) for share in (0.05, 0.5)] == [fresh.runway(share) for share in (0.05, 0.5)]
        assert {one: saved[name].needs[one] for one in (0.5, 0.8, 0.95)} == {
            one: fresh.needs[one] for one in (0.5, 0.8, 0.95)
        }


def test_the_report_says_what_was_saved_and_what_is_new(results, tmp_path):
    done = CliRunner().invoke(app, ["report", str(results), "-o", str(tmp_path / "a.html"), "--no-why"])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "a.html").read_text()
    probability = float(read_forecast(results)["ruin_probability"].isel(variant=0, period=6))
    assert f">{100 * probability:.0f}." in text or f">{100 * probability:.1f}" in text
    assert f"The forecast is that of a run saved in {results}" in text
    assert "and 2 variants are its numbers" in text
    assert "more funding and survival; errors of differences between variants; pictures of processes" in text
    assert f"burncast report {results} -o {tmp_path / 'a.html'} --no-why<" in text
    assert "burncast run scenario.toml -n 2000 --seed 3 --variants --json<" in text


def test_a_dataset_at_hand_is_a_result_too(tmp_path):
    stocks = {"cash": {"start": 3, "next": "cash - 1"}}
    result = burncast.simulate({"scenario": {"periods": 3}, "stocks": stocks}, 16)
    burncast.report(result, tmp_path / "a.html", why=False)
    assert "a run saved in a dataset" in (tmp_path / "a.html").read_text()


def test_a_variant_of_a_result_is_told_with_its_own_scenario(results):
    scenario = load(results.parent / "mine.toml")
    runs = saved_runs(read_forecast(results).isel(variant=1), scenario)
    assert [run.scenario for run in runs.values()] == [scenario.variants["dear"]]


def test_what_the_scenario_does_not_hold_is_left_out(results):
    result = read_forecast(results).assign_coords(variant=["base", "dear", "other"])
    assert list(saved_runs(result, saved_scenario(result))) == ["base", "dear"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one.assign_attrs(sha256="0" * 64), "are not those that the results were computed from"),
        (lambda one: one.assign_attrs(scenario="[scenario]\nperiods = 0\n"), "cannot be read by this version"),
        (lambda one: one.assign_attrs(scenario=f"# sha256 of a.csv: {'0' * 64}\n"), "reads 'a.csv', which is neither"),
        (lambda one: one.sel(quantile=[0.5]), "has no quantile 0.05"),
        (lambda one: one.drop_attrs(), "carries no scenario"),
    ],
)
def test_results_that_cannot_be_told_of(results, tmp_path, change, said):
    with pytest.raises(InputError, match=said):
        burncast.report(change(read_forecast(results)), tmp_path / "a.html", why=False)


@pytest.mark.parametrize(
    ("source", "more", "said"),
    [
        ("r", ["-n", "5"], "leave out -n and --seed"),
        ("", [], "expected a folder that burncast run --out wrote"),
        ("none.nc", [], "there is no"),
        ("mine.nc", [], "is no result of burncast"),
    ],
)
def test_mistakes_of_the_command(results, tmp_path, source, more, said):
    (results.parent / "mine.nc").write_text("mine")
    arguments = ["report", str(results.parent / source), "-o", str(tmp_path / "a.html"), *more]
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, said in done.output.replace("\n", " ")) == (2, True), done.output


def test_files_that_the_scenario_reads_are_looked_for_beside_the_results(tmp_path):
    (tmp_path / "rates.csv").write_text("date,rate\n2024-01-31,1\n2024-12-31,1\n")
    scenario = {
        "scenario": {"periods": 3, "start": "2024-01"},
        "processes": {"rate": {"value": "series('rates.csv', 'rate')"}},
        "stocks": {"cash": {"start": 3, "next": "cash - rate"}},
    }
    path = tmp_path / "mine.toml"
    path.write_text(burncast_toml(scenario))
    result = burncast.simulate(path, 16)
    with pytest.raises(InputError, match="neither beside the results nor here"):
        saved_scenario(result)
    assert saved_scenario(result, [tmp_path]).sha256 == result.attrs["sha256"]
    (tmp_path / "rates.csv").write_text("date,rate\n2024-01-31,2\n2024-12-31,2\n")
    with pytest.raises(InputError, match="are not those that the results were computed from"):
        saved_scenario(result, [tmp_path])


def burncast_toml(tables):
    from burncast.engine.documents.toml_text import write_toml

    return write_toml(tables)
