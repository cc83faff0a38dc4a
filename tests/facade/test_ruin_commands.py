"""``burncast rare-ruin``, ``explain`` and ``replay``: what they say is what the functions found."""

from __future__ import annotations

import json
import shlex

import numpy as np
import pytest
from scipy.stats import norm
from typer.testing import CliRunner

import burncast
from burncast.cli import app
from burncast.engine.questions.explain_ruin import RuinBox
from burncast.outputs.charts.drawing import figure_of
from burncast.outputs.charts.ruin_plots import shift_drawing, typical_drawing
from burncast.outputs.tables.explanation_tables import describe_box

WALK = """
[scenario]
title = "A walk"
start = "2024-01"
periods = 12
currency = "USD"
[dimensions]
part = ["a", "b"]
[inputs]
burn = { value = "normal(mean=1, sd=0.1)", unit = "USD/month" }
rent = { value = "uniform(0, 0.1)", over = "part" }
opening_cash = { value = 15, unit = "USD" }
[processes]
market = "random_walk(start=0, drift=0, volatility=0.1)"
[stocks]
cash = { start = "opening_cash", next = "cash - burn + market + 0 * sum(rent)" }
[ruin]
when = "cash < 0"
need = "-cash"
[outputs]
track = ["cash", "rent"]
"""
SURE = WALK.replace("+ market", "+ 0 * market")


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def walk(tmp_path):
    path = tmp_path / "walk.toml"
    path.write_text(WALK, encoding="utf-8")
    return path


@pytest.fixture
def sure(tmp_path):
    """Ruined where 12 burn > 18, that is with Φ(−5)."""
    path = tmp_path / "sure.toml"
    path.write_text(SURE.replace("value = 15", "value = 18"), encoding="utf-8")
    return path


def test_a_rare_ruin_is_told_with_its_error(sure, tmp_path):
    done = call("rare-ruin", sure, "-n", 512, "--moves", 4, "--seed", 3, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    plain = json.loads((tmp_path / "out" / "rare_ruin.json").read_text(encoding="utf-8"))
    found = burncast.rare_ruin(sure, seed=3, particles=512, moves=4)
    assert plain["probability"] == found.probability
    assert tuple(plain["interval"]) == found.interval
    assert plain["date"] == "2024-12-31"
    assert plain["probability"] == pytest.approx(norm.sf(5), rel=4 * plain["standard_error"] / plain["probability"])
    text = " ".join(done.stdout.split())
    assert "Ruin within 12 months (by Dec 2024)" in text
    assert f"1 in {float(f'{1 / found.probability:.3g}'):,.0f} " in text
    assert "effective sample size" in text
    assert "8 replications of 512 trajectories" in text


def test_ruin_that_is_not_rare_is_told_so(walk, tmp_path):
    walk.write_text(WALK.replace("value = 15", "value = 12"), encoding="utf-8")
    assert "note: ruin is not rare here" in call("rare-ruin", walk, "-n", 512).stdout
    always = tmp_path / "always.toml"
    always.write_text(WALK.replace("cash < 0", "cash < 1000"), encoding="utf-8")
    done = call("rare-ruin", always, "-n", 512)
    assert done.exit_code == 0, done.output
    assert "100 %" in done.stdout
    assert "note: every trajectory is ruined: ruin is certain, not rare" in done.stdout
    plain = json.loads(call("rare-ruin", always, "-n", 512, "--json").stdout)
    assert plain["effective_sample_size"] is None


def test_an_explanation_is_the_one_of_the_function(walk, tmp_path):
    walk.write_text(WALK.replace("value = 15", "value = 12.5"), encoding="utf-8")
    asked = ("explain", walk, "--by", 12, "-n", 20_000, "--seed", 5, "--out", tmp_path / "why")
    done = call(*asked)
    assert done.exit_code == 0, done.output
    plain = json.loads(call(*asked, "--json").stdout)
    found = burncast.explain_ruin(walk, 12, seed=5, trajectories=20_000)
    assert plain["probability"] == found.probability
    assert [one["name"] for one in plain["inputs"]] == [one.name for one in found.inputs]
    assert plain["inputs"][0]["unit"] == "USD/month"
    assert plain["inputs"][0]["ruined"]["p50"] == found.inputs[0].ruined[1]
    assert {one["name"] for one in plain["processes"]} == {"market"}
    assert plain["processes"][0]["ruined"]["p50"] == found.levels[0].ruined[1]
    assert plain["draws"] == []
    assert "market until then on average is at most" in done.stdout
    assert plain["typical"]["trajectory"] == found.typical
    path = burncast.replay(walk, found.typical, seed=5)
    told = [record["cash"] for record in plain["typical"]["path"]]
    np.testing.assert_array_equal(told, path["cash"].values)
    ruined = plain["typical"]["ruined_in"]
    assert told[ruined] < 0 <= min(told[:ruined])
    assert sorted(file.name for file in (tmp_path / "why").iterdir()) == sorted(
        ["explanation.json", "explanation.nc", "shifts.png", "shifts.svg", "typical_path.png", "typical_path.svg"]
    )
    for said in ("burn", "USD/month", "Where burn is at least", "most typical ruined trajectory", ", ruined"):
        assert said in done.stdout, said
    command = shlex.split(plain["typical"]["command"])
    replayed = call(*command[1:], "--json")
    assert replayed.exit_code == 0, replayed.output
    assert json.loads(replayed.stdout)["path"] == plain["typical"]["path"]


def test_pictures_keep_their_words_inside(walk):
    walk.write_text(WALK.replace("value = 15", "value = 12.5"), encoding="utf-8")
    scenario = burncast.load(walk)
    found = burncast.explain_ruin(scenario, trajectories=4_000)
    forecast = burncast.simulate(scenario, 4_000)
    path = burncast.replay(scenario, found.typical)
    for drawing in (shift_drawing(scenario, found), typical_drawing(scenario, found, forecast, path, "cash")):
        figure = figure_of(drawing)
        figure.draw_without_rendering()
        for text in [*figure.texts, *(text for panel in figure.axes for text in panel.texts)]:
            box = text.get_window_extent()
            assert box.x0 >= 0, text
            assert box.x1 <= figure.bbox.width, text
    line = figure.axes[0].lines[2 if forecast["cash"].min() < 0 else 1]
    np.testing.assert_array_equal(line.get_ydata(), path["cash"].values[: found.typical_ruin + 1])


def test_a_box_is_told_in_words(walk):
    scenario = burncast.load(walk)
    box = RuinBox({"burn": (1.1, np.inf), "rent[a]": (-np.inf, 0.05), "opening_cash": (2e6, 3e6)}, 0.5, 0.75)
    assert describe_box(scenario, box, 0.2) == (
        "Where burn is at least 1.1 USD/month, rent[a] is at most 0.05 and opening_cash is between 2M and 3M USD, "
        "75 % of trajectories are ruined, rather than 20 %; 50 % of all ruined ones are there."
    )
    assert describe_box(scenario, RuinBox({}, 1.0, 0.2), 0.2).startswith("No box")


def test_a_path_shows_what_is_asked_for(walk, tmp_path):
    done = call(
        "replay", walk, 7, "--quantity", "rent", "--quantity", "market", "--seed", 2, "--out", tmp_path / "path"
    )
    assert done.exit_code == 0, done.output
    for said in ("A walk, trajectory 7 of seed 2", "rent[a]", "rent[b]", "market", "month 12, Dec 2024"):
        assert said in done.stdout, said
    assert "cash" not in done.stdout
    records = json.loads((tmp_path / "path" / "path.json").read_text(encoding="utf-8"))["path"]
    path = burncast.replay(walk, 7, seed=2)
    np.testing.assert_array_equal([record["market"] for record in records], path["market"].values)
    assert records[0]["date"] == "2023-12-31"


NEVER = WALK.replace("cash < 0", "burn < -5")
BARE = WALK[: WALK.index("[ruin]")] + WALK[WALK.index("[outputs]") :]


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        (WALK, ["rare-ruin", "--by", "13"], "expected a period from 1 to 12"),
        (WALK, ["rare-ruin", "-n", "10"], "expected a number from 256"),
        (WALK, ["rare-ruin", "--replications", "1"], "expected a number from 2"),
        (
            NEVER,
            ["rare-ruin", "-n", "256", "--moves", "1"],
            "no trajectory was ruined by period 12: it is impossible, or too far",
        ),
        (BARE, ["rare-ruin"], "has no [ruin]"),
        (WALK, ["explain", "--by", "13"], "expected a period from 1 to 12"),
        (WALK, ["explain", "-n", "2000"], "of 2,000 trajectories are ruined by period 12, and 50 are needed"),
        (WALK.replace("cash < 0", "cash < 1000"), ["explain", "-n", "2000"], "all of 2,000"),
        (BARE, ["explain"], "has no [ruin]"),
        (WALK, ["replay", "3", "--quantity", "bern"], "did you mean 'burn'"),
        (WALK, ["replay", "3", "--method", "lhs"], "the points of a Latin hypercube depend on how many"),
        (WALK, ["replay", "3", "--method", "sobel"], "method is 'sobel'; expected one of"),
        (WALK, ["replay", str(1 << 48)], "expected a number from 0 to 2^48 - 1"),
    ],
)
def test_what_cannot_be_answered_is_one_message(walk, text, arguments, said):
    walk.write_text(text, encoding="utf-8")
    done = call(arguments[0], walk, *arguments[1:])
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
