"""What an input must be, and what more money buys, against the exact ruin of a Gaussian walk."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from oracles.gaussian_walk import ruin_probability
from scipy.optimize import brentq
from typer.testing import CliRunner

import burncast
from burncast.cli import app
from burncast.distributions.errors import InputError
from burncast.engine.compiler import compile_scenario
from burncast.engine.draws.particles import Particles
from burncast.engine.instructions.normals import used_draws
from burncast.engine.scenario import load
from burncast.outputs.charts.drawing import figure_of
from burncast.outputs.charts.frontier_plot import frontier_drawing

WALK = {
    "scenario": {"title": "A walk", "periods": 12, "currency": "USD"},
    "dimensions": {"plan": ["small", "large"]},
    "inputs": {
        "opening_cash": {"value": "uniform(6, 14)", "unit": "USD"},
        "burn": 1,
        "fee": {"value": {"small": 0, "large": 2}, "over": "plan"},
    },
    "processes": {"shock": "iid(normal(0, 1))"},
    "stocks": {"cash": {"start": "opening_cash", "next": "cash - burn + shock"}},
    "ruin": {"when": "cash < 0", "need": "-cash"},
}


def exact_opening(target, period=12):
    return brentq(lambda start: ruin_probability(start, -1.0, 1.0, 12)[period] - target, 1.0, 40.0)


def test_the_opening_cash_that_is_enough():
    found = burncast.solve(WALK, "inputs.opening_cash", "ruin_probability[12] <= 0.05", trajectories=60_000, seed=5)
    exact = exact_opening(0.05)
    assert found.bound == "at least"
    assert found.unit == "USD"
    assert found.low is not None
    assert found.high is not None
    error = (found.high - found.low) / 3.92
    assert abs(found.value - exact) < 4.5 * error + 1e-3 * exact
    assert found.high - found.low < 0.06 * exact
    assert found.low <= found.value <= found.high
    assert found.figure <= 0.05


def test_solving_a_burn_that_can_be_borne():
    """With 15 at the start, the burn at which a tenth is ruined."""
    scenario = {**WALK, "inputs": {**WALK["inputs"], "opening_cash": 15}}
    found = burncast.solve(scenario, "burn", "ruin_probability <= 10%", trajectories=60_000, seed=5)
    exact = brentq(lambda burn: ruin_probability(15.0, -burn, 1.0, 12)[12] - 0.1, 0.1, 3.0)
    assert found.bound == "at most"
    assert found.low is not None
    assert found.high is not None
    assert abs(found.value - exact) < 4.5 * (found.high - found.low) / 3.92 + 1e-3 * exact


def test_quantiles_and_means_as_conditions():
    runway = burncast.solve(WALK, "opening_cash", "runway[0.5] >= 9", trajectories=20_000, between=(1, 30))
    assert ruin_probability(runway.value, -1.0, 1.0, 12)[8] == pytest.approx(0.5, abs=0.03)
    mean = burncast.solve(WALK, "opening_cash", "cash_mean[12] > 0", trajectories=20_000)
    assert mean.value == pytest.approx(12.0, abs=4.5 * math.sqrt(12 / 20_000) + 0.012)
    need = burncast.solve(WALK, "opening_cash", "funding_need[0.9] < 1", trajectories=20_000)
    assert need.bound == "at least"


def test_an_answer_does_not_depend_on_threads():
    ask = {"find": "opening_cash", "so_that": "ruin_probability[12] <= 0.2", "trajectories": 4096}
    assert burncast.solve(WALK, **ask, threads=1) == burncast.solve(WALK, **ask, threads=2)


@pytest.mark.parametrize(
    ("find", "so_that", "between", "said"),
    [
        ("inputs.opening_cahs", "ruin_probability <= 0.1", None, "did you mean 'inputs.opening_cash'"),
        ("cash", "ruin_probability <= 0.1", None, "'cash' is a stock"),
        ("fee.larg", "ruin_probability <= 0.1", None, "did you mean 'large'"),
        ("opening_cash", "ruin_probability == 0.1", None, "expected <=, <, >= or >"),
        ("opening_cash", "ruin_probabilty <= 0.1", None, "did you mean 'ruin_probability'"),
        ("opening_cash", "ruin_probability <= 0.1", (1, 2), "holds nowhere between 1 and 2"),
        ("opening_cash", "ruin_probability <= 0.1", (100, 200), "holds everywhere between 100 and 200"),
        ("opening_cash", "ruin_probability <= 0.1", (2, 1), "the lower one first"),
        ("fee.small", "ruin_probability <= 0.1", None, "--between LOW HIGH"),
    ],
)
def test_what_cannot_be_solved_is_said(find, so_that, between, said):
    with pytest.raises(InputError, match=said):
        burncast.solve(WALK, find, so_that, between=between, trajectories=2048)


def test_survival_by_extra_funding():
    scenario = {**WALK, "inputs": {**WALK["inputs"], "opening_cash": 8}}
    found = burncast.frontier(scenario, amounts=[0, 4, 8], periods=[6, 12], trajectories=40_000, seed=3)
    for amount in (0, 4, 8):
        exact = 1.0 - ruin_probability(8.0 + amount, -1.0, 1.0, 12)[[6, 12]]
        one = found.sel(amount=amount)
        error = np.sqrt(exact * (1 - exact) / 40_000)
        assert np.all(np.abs(one["survival"].values - exact) < 4.5 * error + 1e-12)
    assert found.attrs["stock"] == "cash"


def test_money_that_is_spent_buys_less_than_the_need_says():
    """A company that burns a tenth of what it has: twice the money lasts by far not twice as long."""
    document = {
        "scenario": {"title": "Spender", "periods": 36},
        "inputs": {"fixed": "uniform(0.5, 1.5)"},
        "stocks": {"cash": {"start": 10, "next": "cash - fixed - 0.1 * cash"}},
        "ruin": {"when": "cash < 0", "need": "-cash"},
    }
    need = burncast.simulate(document, trajectories=4096)["funding_need"].sel(quantile=0.95).item()
    found = burncast.frontier(document, amounts=[0, need], trajectories=4096)
    assert found["survival"].sel(period=36).values[1] < 0.95


def test_amounts_reach_the_need():
    found = burncast.frontier(WALK, trajectories=4096)
    need = burncast.simulate(WALK, trajectories=4096)["funding_need"].sel(quantile=0.95).item()
    assert found["amount"].values[0] == 0.0
    assert need <= found["amount"].values[-1] < 1.6 * need
    assert found["period"].values.tolist() == [12]
    assert np.all(np.diff(found["survival"].values[:, 0]) > 0)
    (axes,) = figure_of(frontier_drawing(found)).axes
    assert axes.lines[0].get_ydata() == pytest.approx(100 * found["survival"].values[:, 0])


@pytest.mark.parametrize(
    ("document", "options", "said"),
    [
        ({**WALK, "ruin": {"when": "cash < 0"}}, {}, "no ruin.need"),
        ({key: value for key, value in WALK.items() if key != "ruin"}, {}, r"no \[ruin\]"),
        (WALK, {"stock": "cahs"}, "did you mean 'cash'"),
        (WALK, {"amounts": [math.inf]}, "finite numbers"),
        (WALK, {"amounts": [1.0], "periods": [13]}, "not between 1 and 12"),
    ],
)
def test_a_frontier_that_cannot_be(document, options, said):
    with pytest.raises(InputError, match=said):
        burncast.frontier(document, trajectories=512, **options)


@pytest.fixture
def walk(tmp_path):
    file = tmp_path / "walk.toml"
    file.write_text(
        '[scenario]\ntitle = "A walk"\nperiods = 12\n[inputs]\nopening_cash = "uniform(6, 14)"\n'
        '[processes]\nshock = "iid(normal(0, 1))"\n[stocks]\n'
        'cash = { start = "opening_cash", next = "cash - 1 + shock" }\n[ruin]\nwhen = "cash < 0"\nneed = "-cash"\n',
        encoding="utf-8",
    )
    return str(file)


def call(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)])


def test_solve_on_the_command_line(walk):
    asked = ("solve", walk, "--find", "inputs.opening_cash", "--so-that", "ruin_probability[12] <= 0.05", "-n", 4096)
    done = call(*asked)
    assert done.exit_code == 0, done.stderr
    assert "inputs.opening_cash must be at least 1" in done.stdout
    plain = json.loads(call(*asked, "--json").stdout)
    assert plain["low"] <= plain["value"] <= plain["high"]
    assert len(plain["scan"]) == 9
    narrow = call(*asked, "--between", "10", "30")
    assert narrow.exit_code == 0


def test_errors_with_particles_are_those_of_the_particles():
    """64 particles hold the burn, so 4,096 futures know of ruin what 64 do: the error is some eight times as great."""
    scenario = load(
        {
            "scenario": {"periods": 6},
            "inputs": {"burn": "normal(mean=1, sd=0.5)", "opening": 5},
            "processes": {"noise": "iid(normal(mean=0, sd=0.01))"},
            "stocks": {"cash": {"start": "opening", "next": "cash - burn + noise"}},
            "ruin": {"when": "cash < 0", "need": "-cash"},
        }
    )
    program, rng = compile_scenario(scenario), np.random.default_rng(2)
    inputs = [program.draw_names[row] for row in used_draws(program)]
    known = Particles(
        input_streams=tuple(inputs),
        inputs=rng.normal(size=(len(inputs), 64)),
        shock_streams=("noise",),
        shocks=np.zeros((1, 1, 64), dtype=np.float32),
        addresses=np.arange(64, dtype=np.uint64) + np.uint64(1 << 47),
        seed=1,
        effective=64,
    )
    scenario = dataclasses.replace(scenario, particles=known)
    frontier = burncast.frontier(scenario, amounts=[0.0], periods=[6], trajectories=4096, seed=3)
    told = float(frontier["survival_se"][0, 0])
    share = float(frontier["survival"][0, 0])
    assert told == float(burncast.simulate(scenario, 4096, 3)["ruin_probability_se"][6])
    assert 4 < told / np.sqrt(share * (1 - share) / 4096) < 14
    widths = []
    for one in (scenario, dataclasses.replace(scenario, particles=None)):
        found = burncast.solve(one, "opening", "ruin_probability <= 30%", between=(3, 12), trajectories=4096, seed=3)
        widths.append(found.high - found.low)
    assert widths[0] > 3 * widths[1]


def test_frontier_on_the_command_line(walk, tmp_path):
    done = call("frontier", walk, "--amounts", "0,2,5", "-n", 2048, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    assert "survives 12 months" in done.stdout
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["frontier.json", "frontier.nc", "frontier.png", "frontier.svg"]
    plain = json.loads(call("frontier", walk, "--amounts", "0,2,5", "-n", 2048, "--json").stdout)
    assert [entry["amount"] for entry in plain["frontier"]] == [0.0, 2.0, 5.0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("frontier", "--amounts", "0,much"), "'much' is not a number"),
        (("solve", "--find", "inputs.openin", "--so-that", "ruin_probability < 0.1"), "did you mean"),
        (("solve", "--find", "opening_cash", "--so-that", "ruin_probability"), "cannot read the condition"),
    ],
)
def test_bad_input_is_one_message(walk, arguments, said):
    done = call(arguments[0], walk, *arguments[1:], "-n", 512)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
