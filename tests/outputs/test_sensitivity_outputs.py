"""Answers about sensitivity as datasets, tables, JSON and pictures; the outputs that may be asked about."""

from __future__ import annotations

import json

import numpy as np
import pytest
from rich.console import Console

import burncast
from burncast.distributions.errors import InputError
from burncast.engine.scenario import load
from burncast.outputs.charts.chart_style import encode_figure
from burncast.outputs.charts.drawing import figure_of
from burncast.outputs.charts.sensitivity_plots import sensitivity_drawing
from burncast.outputs.files.store import encode_dataset, read_dataset
from burncast.outputs.results.sensitivity_dataset import plain_sensitivity
from burncast.outputs.results.targets import parse_target
from burncast.outputs.tables.sensitivity_tables import present_sensitivity

SCENARIO = {
    "scenario": {"title": "A walk", "periods": 12, "currency": "USD"},
    "dimensions": {"plan": ["small", "large"]},
    "inputs": {
        "burn": {"value": "normal(mean=1, sd=0.2)", "unit": "USD"},
        "opening": "uniform(6, 14)",
        "users": {"value": "normal(10, 1)", "over": "plan"},
    },
    "processes": {"shock": "iid(normal(0, 1))"},
    "stocks": {"cash": {"start": "opening", "next": "cash - burn + shock"}},
    "ruin": {"when": "cash < 0", "need": "-cash"},
}


@pytest.mark.parametrize(
    ("text", "kind", "period", "name", "labels"),
    [
        ("ruin_probability", "ruin", 12, None, ()),
        ("ruin_probability[6]", "ruin", 6, None, ()),
        ("runway", "runway", 12, None, ()),
        ("funding_need", "need", 12, None, ()),
        ("cash", "value", 12, "cash", ()),
        (" cash_mean[ 3 ] ", "value", 3, "cash", ()),
        ('users["large", 2]', "value", 2, "users", ("large",)),
        ("users_mean[large]", "value", 12, "users", ("large",)),
    ],
)
def test_outputs_as_they_are_written(text, kind, period, name, labels):
    target = parse_target(text, load(SCENARIO))
    assert (target.kind, target.period, target.name, target.labels) == (kind, period, name, labels)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ruin_probabilty", "did you mean 'ruin_probability'"),
        ("cach_mean[3]", "did you mean 'cash'"),
        ("cash[13]", "not a whole number from 0 to 12"),
        ("ruin_probability[1.5]", "not a whole number"),
        ("runway[0.5]", "takes no index"),
        ("users", "gives 0 labels"),
        ("users[larg, 3]", "did you mean 'large'"),
        ("cash < 0", "cannot read the output"),
    ],
)
def test_outputs_that_are_not_there(text, said):
    with pytest.raises(InputError, match=said):
        parse_target(text, load(SCENARIO))


def test_no_output_about_ruin_without_it():
    calm = {key: value for key, value in SCENARIO.items() if key != "ruin"}
    for text in ("ruin_probability", "runway", "funding_need"):
        with pytest.raises(InputError, match=r"\[ruin\]"):
            parse_target(text, load(calm))


@pytest.fixture(scope="module")
def answers():
    return {
        method: burncast.sensitivity(SCENARIO, "cash_mean", method, trajectories=4096, seed=3)
        for method in ("sobol", "shapley", "tornado")
    }


def test_a_linear_output_is_split_as_its_variances(answers):
    """Var = 12² · 0.04 of burn, 64/12 of the opening, 12 of the shocks."""
    shares = np.array([12.0, 5.76, 64 / 12]) / (12 + 5.76 + 64 / 12)
    dataset = answers["sobol"].sel(source=["shock", "burn", "opening"])
    assert dataset["kind"].values.tolist() == ["process", "input", "input"]
    for name in ("first_order", "total"):
        error = (dataset[f"{name}_high"] - dataset[f"{name}_low"]).values / 3.92
        assert np.all(np.abs(dataset[name].values - shares) < 4.5 * error)
    assert answers["sobol"]["source"].values[0] == "shock"
    # E[cash | inputs] = opening − 12 burn: a uniform and a normal
    drawn = np.random.default_rng(1).uniform(6, 14, 400_000) - np.random.default_rng(2).normal(12, 2.4, 400_000)
    assert answers["sobol"]["band"].values == pytest.approx(np.quantile(drawn, [0.05, 0.5, 0.95]), abs=0.6)
    effects = answers["shapley"]["effect"].sel(source=["shock", "burn", "opening"])
    assert effects.values == pytest.approx(shares, abs=0.03)


def test_the_runway_is_that_of_the_tally():
    """The mean of min(T, period of ruin) is the sum of survival probabilities of periods 0 … T − 1."""
    found = burncast.sensitivity(SCENARIO, "runway", trajectories=16_384, seed=3)
    result = burncast.simulate(SCENARIO, trajectories=16_384, seed=3)
    survived = 1.0 - result["ruin_probability"].values[:-1]
    assert found.attrs["mean"] == pytest.approx(float(survived.sum()), abs=4.5 * 4 / np.sqrt(16_384))
    assert found.attrs["unit"] == "month"


def test_the_same_question_has_the_same_answer(answers):
    again = burncast.sensitivity(SCENARIO, "cash_mean", trajectories=4096, seed=3, threads=1)
    assert again.identical(answers["sobol"])


@pytest.mark.parametrize("method", ["sobol", "shapley", "tornado"])
def test_an_answer_is_written_and_read_again(method, answers, tmp_path):
    dataset = answers[method]
    (tmp_path / "answer.nc").write_bytes(encode_dataset(dataset))
    read = read_dataset(tmp_path / "answer.nc")
    for name, values in dataset.data_vars.items():
        assert np.array_equal(read[name].values, values.values)
    plain = json.loads(json.dumps(plain_sensitivity(dataset), allow_nan=False))
    assert plain["output"] == "cash_mean"
    first = plain["inputs" if method == "tornado" else "sources"][0]
    name = {"sobol": "total", "shapley": "effect", "tornado": "swing"}[method]
    assert first[name] == dataset[name].values[0]


@pytest.mark.parametrize("method", ["sobol", "shapley", "tornado"])
def test_tables_and_pictures_show_the_strongest_first(method, answers):
    dataset = answers[method]
    console = Console(width=200)
    with console.capture() as capture:
        console.print(present_sensitivity(dataset))
    text = capture.get()
    names = dataset["input" if method == "tornado" else "source"].values.tolist()
    assert [text.index(f"\n{name} ") for name in names] == sorted(text.index(f"\n{name} ") for name in names)
    axes = figure_of(sensitivity_drawing(dataset)).axes[0]
    units = {"burn": ", USD"} if method == "tornado" else {}
    assert [label.get_text() for label in axes.get_yticklabels()] == [f"{name}{units.get(name, '')}" for name in names]
    low, high = axes.get_ylim()
    assert low > high  # the first on top
    picture = encode_figure(figure_of(sensitivity_drawing(dataset)), "svg")
    assert b"Created by burncast" in picture
    assert picture == encode_figure(figure_of(sensitivity_drawing(dataset)), "svg")
    if method == "sobol":
        assert "depending on the inputs" in text


def test_a_missing_group_or_method_is_one_message():
    with pytest.raises(InputError, match="did you mean 'tornado'"):
        burncast.sensitivity(SCENARIO, "cash", "tornados")
    with pytest.raises(InputError, match="did you mean 'opening'"):
        burncast.sensitivity(SCENARIO, "cash", groups={"money": ["openin"]})
    with pytest.raises(InputError, match="takes no groups"):
        burncast.sensitivity(SCENARIO, "cash", "tornado", groups={"money": ["opening"]})
    with pytest.raises(InputError, match="from 256"):
        burncast.sensitivity(SCENARIO, "cash", trajectories=10)
    with pytest.raises(InputError, match="does not vary"):
        burncast.sensitivity(SCENARIO, "ruin_probability[0]", trajectories=512)
