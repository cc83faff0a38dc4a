"""The commands, called in this process: what they print where, what they write, and the code they leave with."""

from __future__ import annotations

import errno
import json
import os
import tomllib
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import burncast
from burncast.cli import app
from burncast.distributions.errors import InterruptedRunError, SimulationError
from burncast.engine import simulate as engine_simulate
from burncast.engine.documents.packaged import packaged_scenarios
from burncast.outputs.files import store
from burncast.outputs.files.result_files import FILES
from burncast.outputs.files.store import read_dataset

WALK = """
[scenario]
title = "A walk"
start = "2024-01"
periods = 12
currency = "USD"

[dimensions]
part = ["wages", "rent"]

[inputs]
burn = "normal(mean=1e8, sd=2e7)"

[processes]
market = "gbm(start=1, drift=0, volatility=0.3)"

[formulas]
cost = { value = { wages = "0.7 * burn * market", rent = "0.3 * burn" }, over = "part" }

[stocks]
cash = { start = 1e9, next = "cash - sum(cost)", unit = "USD" }

[ruin]
when = "cash < 0"
need = "-cash"

[outputs]
track = ["cash", "cost"]

[variants.rich]
stocks.cash = { start = 5e9 }
"""


@pytest.fixture
def walk(tmp_path):
    path = tmp_path / "walk.toml"
    path.write_text(WALK)
    return path


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_run_prints_the_figures_on_stdout(walk):
    done = call("run", walk, "-n", "1e4", "--seed", 7)
    assert done.exit_code == 0, done.output
    result = burncast.simulate(walk, 10_000, seed=7)
    median = result["runway"].sel(quantile=0.5).item()
    for part in ("A walk", "Dec 2024", "Funding that lasts", "cost[rent]", "10,000 trajectories, seed 7"):
        assert part in done.stdout, part
    assert f"{median:g} months" in done.stdout
    assert "Traceback" not in done.output


def test_json_is_all_there_is_on_stdout(walk):
    done = call("run", walk, "-n", "10_000", "--seed", 7, "--json", "--fail-if", "runway[0.5] < 1")
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    result = burncast.simulate(walk, 10_000, seed=7)
    assert figures["ruin_probability"][-1]["probability"] == result["ruin_probability"].values[-1]
    assert figures["funding_need"][-1]["amount"] == result["funding_need"].sel(quantile=0.99)
    assert figures["trajectories"] == 10_000
    assert figures["conditions"][0]["held"] is False
    assert {entry["name"] for entry in figures["horizon"]} == {"cash", "cost"}


def test_out_writes_every_file_and_writes_them_again(walk, tmp_path):
    folder = tmp_path / "new" / "results"
    for seed in (1, 2):
        done = call("run", walk, "-n", 1000, "--seed", seed, "--out", folder)
        assert done.exit_code == 0, done.output
        assert sorted(os.listdir(folder)) == sorted(FILES)
        assert read_dataset(folder / "dataset.nc").attrs["seed"] == seed
        assert json.loads((folder / "summary.json").read_text())["seed"] == seed


def test_run_with_variants_shows_and_stores_each(walk, tmp_path):
    done = call("run", walk, "--variants", "-n", 1000, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "── base ──" in done.stdout
    assert "── rich ──" in done.stdout
    dataset = read_dataset(tmp_path / "out" / "dataset.nc")
    assert dataset["variant"].values.tolist() == ["base", "rich"]
    assert list(json.loads((tmp_path / "out" / "summary.json").read_text())["variants"]) == ["base", "rich"]


def test_compare_puts_variants_or_files_side_by_side(walk, tmp_path):
    done = call("compare", walk, "--variants", "-n", 1000)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Out of money by")
    assert [line.split()[0] for line in lines[2:4]] == ["base", "rich"]
    other = tmp_path / "other" / "walk.toml"
    other.parent.mkdir()
    other.write_text(WALK.replace("periods = 12", "periods = 9"))
    done = call("compare", walk, other, "-n", 1000, "--json")
    assert list(json.loads(done.stdout)["variants"]) == ["walk", "walk (2)"]


def test_variants_share_their_random_numbers(walk):
    result = burncast.simulate(walk, 1000, keep_paths=3, variants=True)
    difference = result["paths_cash"].sel(variant="rich") - result["paths_cash"].sel(variant="base")
    assert abs(difference - 4e9).max() < 1e-5


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        (["ruin_probability[12] > 0.5"], 3),
        (["ruin_probability[12] > 99 %"], 0),
        (["runway[0.95] < 6", "cash_mean[12] < 0"], 3),
        (["funding_need[0.9] > 1tn", 'cost_mean["wages", 12] < 0'], 0),
    ],
)
def test_fail_if_leaves_with_code_3(walk, conditions, code):
    done = call("run", walk, "-n", 1000, *(part for text in conditions for part in ("--fail-if", text)))
    assert done.exit_code == code, done.output
    assert ("condition held" in done.stderr) == (code == 3)


def test_check_tells_what_is_uncertain_and_in_what_order(walk):
    done = call("check", walk)
    assert done.exit_code == 0, done.output
    for part in (
        "1 inputs, 1 processes, 1 formulas, 1 stocks",
        "cost → ",
        "drawn once: burn",
        "market",
        "variants: rich",
    ):
        assert part in done.stdout, part
    found = json.loads(call("check", walk, "--json").stdout)
    assert found["ok"]
    assert found["order"].index("burn") < found["order"].index("cost")
    assert call("check", walk, "--program").stdout.count("\n") > 5


def test_check_reports_every_problem_as_text_or_data(walk):
    walk.write_text(WALK.replace("0.3 * burn", "0.3 * brun").replace("gbm(", "gmb("))
    done = call("check", walk)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "'brun'" in done.stderr
    assert "'burn'" in done.stderr
    data = call("check", walk, "--json")
    assert data.exit_code == 2
    problems = json.loads(data.stdout)["problems"]
    assert all(problem["file"] == str(walk) and problem["line"] for problem in problems)
    assert {problem["nearest"] for problem in problems} == {"burn", "gbm"}


def test_check_reports_the_mistakes_of_base_and_variants_together(walk):
    text = WALK.replace('"cash < 0"', '"csh(cash) < 0"').replace(
        "stocks.cash = {", 'formulas.cost = "crash(burn)"\nstocks.cash = {'
    )
    walk.write_text(text)
    problems = json.loads(call("check", walk, "--json").stdout)["problems"]
    assert [problem["key"] for problem in problems] == ["ruin.when", "variants.rich.formulas.cost"]


def test_init_prints_a_scenario_that_runs(tmp_path):
    path = tmp_path / "my.toml"
    path.write_text(call("init").stdout)
    assert call("check", path).exit_code == 0
    assert call("run", path, "-n", 256).exit_code == 0


def test_examples_are_listed_with_what_they_say_of_themselves():
    listed = call("examples").stdout
    data = json.loads(call("examples", "--json").stdout)
    assert sorted(entry["name"] for entry in data) == sorted(packaged_scenarios())
    for entry in data:
        assert set(entry) == {"name", "purpose", "title", "description", "extends"}
        about = tomllib.loads(packaged_scenarios()[entry["name"]].read_text())["scenario"]
        assert (entry["title"], entry["description"]) == (about["title"], about.get("description"))
        assert f"{entry['name']:<{len(entry['name'])}} " in listed
        assert entry["title"] in listed
        assert (entry["description"] or "") in listed
        assert "\n" not in entry["title"] + (entry["description"] or "")
    purposes = {entry["name"]: entry["purpose"] for entry in data}
    assert (purposes["chatgpt-2023"], purposes["ai-lab"]) == ("example", "model")
    assert listed.index("chatgpt-2023") < listed.index("Models to extend") < listed.index("ai-lab")


@pytest.mark.parametrize("name", sorted(packaged_scenarios()))
def test_init_copies_a_packaged_scenario_with_its_comments(name, tmp_path):
    done = call("init", "--from", name)
    assert done.exit_code == 0, done.output
    first, _, rest = packaged_scenarios()[name].read_text().partition("\n")
    assert first.startswith("#:schema")
    assert done.stdout == f"#:schema scenario.schema.json\n{rest}"
    path = tmp_path / "my.toml"
    path.write_text(done.stdout)
    assert call("check", path).exit_code == 0


def test_init_from_an_unknown_name_gives_the_nearest():
    done = call("init", "--from", "chatgtp-2023")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "did you mean 'chatgpt-2023'" in done.stderr
    assert "ai-lab" in done.stderr


def test_check_shows_the_description(walk):
    walk.write_text(WALK.replace('title = "A walk"', 'title = "A walk"\ndescription = "Down, mostly."'))
    assert call("check", walk).stdout.splitlines()[:2] == ["A walk", "Down, mostly."]
    assert json.loads(call("check", walk, "--json").stdout)["description"] == "Down, mostly."


def test_schema_is_json():
    assert json.loads(call("schema").stdout)["$schema"].startswith("https://json-schema.org/")


BAD_OPTIONS = [
    (["-n", "0"], "between 1 and"),
    (["-n", "-5"], "between 1 and"),
    (["-n", "1.5"], "not a whole number"),
    (["-n", "1e999999999"], "not a whole number"),
    (["-n", "nan"], "not a whole number"),
    (["-n", "many"], "not a number"),
    (["-n", "1e18"], "between 1 and"),
    (["--seed", "-1"], "between 0 and"),
    (["--seed", "18446744073709551616"], "between 0 and"),
    (["--threads", "0"], "between 1 and 4,096"),
    (["--fail-if", "nonsense"], "cannot read the condition"),
    (["--fail-if", "ruin_probability[13] > 0"], "from 0 to 12"),
    (["--fail-if", "csh_mean > 0"], "did you mean 'cash_mean'"),
    (["--no-such-option"], "No such option"),
]


@pytest.mark.parametrize(("options", "message"), BAD_OPTIONS, ids=lambda value: str(value)[:40])
def test_bad_options_are_explained_before_anything_runs(walk, monkeypatch, options, message):
    monkeypatch.setattr(engine_simulate, "run", None)
    done = call("run", walk, *options)
    assert done.exit_code == 2, done.output
    assert message in " ".join(done.stderr.replace("│", " ").split())
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("[scenario", "walk.toml:1: "),
        ("\x00\x01", "walk.toml:1: "),
        (WALK.replace("periods = 12", "periodz = 12"), "periods"),
        (WALK.replace("periods = 12", "periods = -1"), "periods"),
        (WALK.replace("sum(cost)", "sum(cots)"), "cost"),
        (WALK.replace("normal(mean=1e8, sd=2e7)", "normal(mean=1e8, sd=-1)"), "sd"),
        (WALK.replace("normal(mean=1e8, sd=2e7)", "__import__('os').system('true')"), "burn"),
        (WALK.replace('"cash", "cost"', '"cash", "cats"'), "cats"),
        (WALK.replace("cash = {", "runway = {").replace("cash", "runway"), "name of a part of the result"),
    ],
    ids=range(10),
)
def test_bad_scenarios_are_explained_with_the_file(walk, content, message):
    walk.write_text(content)
    for command in ("run", "check"):
        done = call(command, walk)
        assert done.exit_code == 2, done.output
        assert message in done.stderr
        assert str(walk) in done.stderr
        assert done.stdout == ""


def test_bytes_that_are_no_text_and_folders_are_no_scenarios(tmp_path):
    (tmp_path / "latin.toml").write_bytes(b'[scenario]\ntitle = "\xe9"\n')
    for source in (tmp_path / "latin.toml", tmp_path, tmp_path / "missing.toml", "no-such-example"):
        done = call("run", source)
        assert done.exit_code == 2, done.output
        assert len(done.stderr.splitlines()) == 1


def test_compare_needs_something_to_compare(walk, tmp_path):
    other = tmp_path / "euro.toml"
    other.write_text(WALK.replace('"USD"', '"EUR"').replace("[variants.rich]\nstocks.cash = { start = 5e9 }\n", ""))
    for arguments, message in (
        ([walk], "two or more"),
        ([other, "--variants"], "no [variants]"),
        ([walk, other], "cannot put side by side"),
    ):
        done = call("compare", *arguments)
        assert done.exit_code == 2, done.output
        assert message in done.stderr


def test_files_of_others_stop_the_run_before_it_begins(walk, tmp_path, monkeypatch):
    monkeypatch.setattr(engine_simulate, "run", None)
    (tmp_path / "summary.json").write_text("{}")
    done = call("run", walk, "--out", tmp_path)
    assert done.exit_code == 2
    assert "burncast did not make it" in done.stderr
    assert (tmp_path / "summary.json").read_text() == "{}"


def test_a_full_disk_leaves_the_earlier_result(walk, tmp_path, monkeypatch):
    folder = tmp_path / "out"
    assert call("run", walk, "-n", 1000, "--out", folder).exit_code == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(path, content):
        path.write_bytes(content[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(store, "_write_through", full)
    done = call("run", walk, "-n", 1000, "--seed", 9, "--out", folder)
    assert done.exit_code == 2
    assert done.stderr == f"burncast: cannot write the results into {folder}: No space left on device\n"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (InterruptedRunError(65_536, 10**6), 130, "stopped after 65,536 of 1,000,000 trajectories"),
        (KeyboardInterrupt(), 130, "stopped"),
        (SimulationError("burn became nan", quantity="burn", trajectory=3, period=4), 2, "burn became nan"),
        (MemoryError(), 1, "out of memory"),
        (RuntimeError("odd\nsecond line"), 1, "internal error: RuntimeError: odd; the traceback: burncast --debug"),
    ],
)
def test_whatever_goes_wrong_is_one_line_and_a_code(walk, monkeypatch, error, code, message):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(engine_simulate, "run", fail)
    done = call("run", walk)
    assert done.exit_code == code
    assert done.stdout == ""
    (line,) = [line for line in done.stderr.splitlines() if "compiling" not in line]
    assert line.startswith(f"burncast: {message}")


def test_debug_lets_a_surprise_through(walk, monkeypatch):
    monkeypatch.setattr(engine_simulate, "run", lambda *_, **__: 1 // 0)
    assert isinstance(call("--debug", "run", walk).exception, ZeroDivisionError)


def test_a_quantity_that_becomes_infinite_is_named(walk):
    walk.write_text(WALK.replace('"cash - sum(cost)"', '"cash - sum(cost) / (period - 6)"'))
    done = call("run", walk, "-n", 1000)
    assert done.exit_code == 2
    assert "cash" in done.stderr
    assert "period 6" in done.stderr
    assert "replay" in done.stderr


@pytest.mark.parametrize(
    "command", [command.callback.__name__.replace("_", "-") for command in app.registered_commands]
)
def test_every_command_has_help(command):
    done = call(command, "--help")
    assert done.exit_code == 0
    assert "Usage" in done.output


def test_the_readme_shows_what_its_scenario_prints(tmp_path):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    scenario, shown = (readme.split(f"```{kind}\n")[1].split("```")[0] for kind in ("toml", "text"))
    (tmp_path / "my.toml").write_text(scenario)
    printed = call("run", tmp_path / "my.toml").stdout
    assert [line.rstrip() for line in printed.splitlines()[:-1]] == shown.splitlines()[:-1]


def test_a_method_is_run_named_and_its_error_kept(walk, tmp_path):
    out = tmp_path / "spread"
    done = CliRunner().invoke(app, ["run", str(walk), "-n", "4096", "--method", "sobol", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "method sobol" in done.output
    dataset = read_dataset(out / "dataset.nc")
    plain = burncast.simulate(walk, 4096)
    assert (dataset.attrs["method"], dataset.attrs["independent"]) == ("sobol", 16)
    assert 0 < float(dataset["ruin_probability_se"][-1]) < 0.5 * float(plain["ruin_probability_se"][-1])


def test_without_ruin_the_bound_counts_what_is_independent(walk):
    done = CliRunner().invoke(app, ["run", str(walk), "--variants", "-n", "4096", "--method", "antithetic", "--json"])
    rich = json.loads(done.output)["variants"]["rich"]["ruin_probability"][-1]
    assert rich["probability"] == 0.0
    assert rich["bound_95"] == pytest.approx(1 - 0.05 ** (1 / 2048))


@pytest.mark.parametrize("options", [["--method", "sobel"], ["--method", "lhs", "-n", "10"]])
def test_a_method_that_cannot_be_is_bad_input(walk, options):
    done = CliRunner().invoke(app, ["run", str(walk), "-n", "1000", *options])
    assert done.exit_code == 2, done.output


def test_running_until_precise_enough_trusts_the_methods_own_error(walk):
    spread = burncast.simulate(walk, 10**6, method="sobol", until_se=1e-3)
    plain = burncast.simulate(walk, 10**6, until_se=1e-3)
    assert float(spread["ruin_probability_se"][-1]) <= 1e-3
    assert spread.attrs["trajectories"] <= plain.attrs["trajectories"]


def test_a_run_until_precise_enough_says_why_it_stopped(walk):
    done = call("run", walk, "--until-se", "1%", "--until-figure", "cash_mean", "--json")
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    cash = next(entry for entry in figures["horizon"] if entry["name"] == "cash")
    assert figures["stopping"]["figure"] == "cash_mean"
    assert figures["stopping"]["reached"] is True
    assert figures["stopping"]["estimate"] == cash["mean"]
    assert figures["stopping"]["standard_error"] <= 0.01 * abs(cash["mean"])
    assert figures["trajectories"] < 1_000_000
    done = call("compare", walk, "--variants", "-n", 70_000, "--until-se", 1e-9)
    assert "base: stopped at the most trajectories allowed: the standard error of ruin_probability is " in done.stdout
    assert json.loads(call("run", walk, "-n", 1000, "--json").stdout)["stopping"] is None


@pytest.mark.parametrize("options", [["--until-se", "0"], ["--until-se", "1%", "--until-figure", "runway"]])
def test_a_precision_that_cannot_be_is_bad_input(walk, options):
    done = call("run", walk, *options)
    assert done.exit_code == 2
    assert len([line for line in done.stderr.splitlines() if "compiling" not in line]) == 1


def test_control_variates_are_in_every_figure_and_named(walk, tmp_path):
    done = call("run", walk, "-n", 5000, "--control-variates", "all", "--json", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    result = burncast.simulate(walk, 5000, control_variates=True)
    assert figures["control_variates"] == ["burn", "market"]
    assert figures["ruin_probability"][-1]["probability"] == result["ruin_probability"].values[-1]
    assert figures["ruin_probability"][-1]["standard_error"] == result["ruin_probability_se"].values[-1]
    assert figures["horizon"][0]["mean"] == result["cash_mean"].values[-1]
    written = read_dataset(tmp_path / "out" / "dataset.nc")
    np.testing.assert_array_equal(written["cash_mean_se"], result["cash_mean_se"])
    done = call("run", walk, "-n", 5000, "--control-variates", "market")
    assert "method random, 1 quantity as control variates, " in done.stdout
    done = call("run", walk, "-n", 5000, "--control-variates", "markt")
    assert done.exit_code == 2
    assert "did you mean 'market'?" in done.stderr
