"""The best choice under a limit, where it is known."""

from __future__ import annotations

import json

import pytest
from scenario_files import only_problem
from typer.testing import CliRunner

import burncast
from burncast.cli import app
from burncast.distributions.errors import InputError
from burncast.engine.questions.choosing import Tried, search

GROWTH = {
    "scenario": {"title": "How much to spend on growth", "periods": 24},
    "inputs": {
        "marketing": {"value": 200e3, "decision": [0, 800e3]},
        "cost_per_user": "60 to 200",
        "churn": "beta(p5=0.03, p95=0.08)",
    },
    "formulas": {"burn": "500e3 + marketing - 6 * users"},
    "stocks": {
        "users": {"start": 20e3, "next": "users * (1 - churn) + marketing / cost_per_user"},
        "cash": {"start": 12e6, "next": "cash - burn"},
    },
    "ruin": {"when": "cash < 0", "need": "-cash"},
}
PROFIT = {
    "scenario": {"title": "Two prices", "periods": 4},
    "inputs": {
        "low": {"value": 3, "decision": [0, 10]},
        "high": {"value": 7, "decision": [0, 10]},
        "unused": {"value": 1, "decision": [0, 2]},
        "best_high": 6,
        "demand": "uniform(0.5, 1.5)",
    },
    "formulas": {"profit": "demand * (40 - (low - 2) ** 2 - (high - best_high) ** 2)"},
    "stocks": {"cash": {"start": 0, "next": "cash + profit"}},
    "variants": {"other": {"inputs": {"best_high": 8}}},
}


def test_a_search_under_a_limit():
    """(x − 3)² + (y + 1)² under x + y ≤ 1 is least at (2.5, −1.5)."""

    def evaluate(choice):
        x, y = choice
        return Tried(choice, (x - 3) ** 2 + (y + 1) ** 2, max(0.0, x + y - 1))

    found = search(evaluate, [(-10, 10), (-10, 10)], (0, 0), 300, 1)
    assert found[0].excess <= 0.0
    assert found[0].choice == pytest.approx((2.5, -1.5), abs=0.1)
    assert found[0].loss == pytest.approx(0.5, abs=0.02)
    assert 150 < len(found) < 400
    assert all(one.excess > 0.0 for one in found[[one.excess > 0.0 for one in found].index(True) :])


def test_two_choices_without_a_limit():
    found = burncast.decide(PROFIT, "cash_mean[4]", evaluations=150, trajectories=512)
    assert found.choice["low"] == pytest.approx(2.0, abs=0.15)
    assert found.choice["high"] == pytest.approx(6.0, abs=0.15)
    assert found.outcome == pytest.approx(160.0, rel=0.05)
    assert found.present == {"low": 3.0, "high": 7.0, "unused": 1.0}
    assert found.present_outcome == pytest.approx(found.outcome * 38 / 40, rel=0.01)
    assert found.limited is None
    assert found.trade_off == ()


@pytest.mark.parametrize("value", [3, {"a": 3, "b": 7}])
def test_each_element_of_an_input_is_chosen(value):
    document = {
        "scenario": {"title": "Two prices by side", "periods": 4},
        "dimensions": {"side": ["a", "b"]},
        "inputs": {
            "price": {"value": value, "over": "side", "decision": [0, 10]},
            "best": {"value": {"a": 2, "b": 6}, "over": "side"},
            "demand": "uniform(0.5, 1.5)",
        },
        "formulas": {"profit": "demand * (40 - sum((price - best) ** 2))"},
        "stocks": {"cash": {"start": 0, "next": "cash + profit"}},
    }
    found = burncast.decide(document, "cash_mean[4]", evaluations=150, trajectories=512)
    assert found.choice["price[a]"] == pytest.approx(2.0, abs=0.15)
    assert found.choice["price[b]"] == pytest.approx(6.0, abs=0.15)
    assert found.present == {"price[a]": 3.0, "price[b]": 7.0 if isinstance(value, dict) else 3.0}


def test_the_worst_over_variants_is_made_best():
    """The high price is best at 6 in one world and at 8 in the other: 7 is best for the worse of them."""
    found = burncast.decide(PROFIT, "cash_mean[4]", worst_case=True, evaluations=150, trajectories=512)
    assert found.worlds == ("base", "other")
    assert found.choice["high"] == pytest.approx(7.0, abs=0.15)
    assert found.choice["low"] == pytest.approx(2.0, abs=0.3)


def test_the_most_growth_that_the_limit_allows_is_where_the_limit_is_met():
    limit = "ruin_probability[24] <= 0.2"
    found = burncast.decide(GROWTH, "users_mean[24]", limit, evaluations=60, trajectories=8192, seed=4)
    exact = burncast.solve(GROWTH, "marketing", limit, between=(0, 800e3), trajectories=8192, seed=4)
    assert exact.bound == "at most"
    assert exact.value * 0.97 <= found.choice["marketing"] <= exact.value * (1 + 1e-3)
    assert found.limited == pytest.approx(0.2, abs=0.03)
    risks = [risk for risk, _, _ in found.trade_off]
    users = [outcome for _, outcome, _ in found.trade_off]
    assert len(risks) > 3
    assert risks == sorted(risks)
    assert users == sorted(users)


def test_a_figure_is_made_small():
    found = burncast.decide(GROWTH, "funding_need[0.9]", minimise=True, evaluations=40, trajectories=2048)
    assert found.outcome <= found.present_outcome


def test_the_answer_is_the_same_on_any_number_of_threads():
    asked = {"figure": "users_mean", "limit": "ruin_probability <= 0.3", "evaluations": 20, "trajectories": 1024}
    assert burncast.decide(GROWTH, **asked, threads=1) == burncast.decide(GROWTH, **asked, threads=2)


@pytest.mark.parametrize(
    ("document", "arguments", "said"),
    [
        ({**GROWTH, "inputs": {**GROWTH["inputs"], "marketing": 1}}, {"figure": "users_mean"}, "nothing to decide"),
        (GROWTH, {"figure": "usres_mean"}, "did you mean 'users_mean'"),
        (GROWTH, {"figure": "users_mean", "limit": "ruin_probability == 0"}, "compares by =="),
        (GROWTH, {"figure": "users_mean", "limit": "funding_need[0.9] < -1"}, "no choice tried keeps"),
        (GROWTH, {"figure": "users_mean", "worst_case": True}, "it has none"),
        (GROWTH, {"figure": "users_mean > 3"}, "cannot read the figure"),
    ],
)
def test_what_cannot_be_decided_is_said(document, arguments, said):
    with pytest.raises(InputError, match=said):
        burncast.decide(document, **arguments, evaluations=10, trajectories=256)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"value": 1, "decision": [2, 1]}, "is no range"),
        ({"value": 1, "decision": [2]}, "is no range"),
        ({"value": 5, "decision": [0, 1]}, "5 is not in the range of its decision, 0 to 1"),
        ({"value": "normal(0, 1)", "decision": [0, 1]}, "a decision has one value"),
        ({"value": {"a": 1, "b": 2}, "over": "side", "decision": [0, 1]}, "2 is not in the range of its decision"),
        ({"value": {"a": 1, "b": "high"}, "over": "side", "decision": [0, 1]}, "a decision has one value"),
    ],
)
def test_decisions_that_are_none(entry, said):
    document = {**PROFIT, "dimensions": {"side": ["a", "b"]}, "inputs": {**PROFIT["inputs"], "low": entry}}
    if isinstance(entry["value"], dict):
        document["formulas"] = {"profit": "demand * (40 - sum(low) - high * best_high)"}
    assert said in only_problem(document).message


def test_decide_on_the_command_line(tmp_path):
    file = tmp_path / "growth.toml"
    lines = ['[scenario]\ntitle = "Growth"\nperiods = 24', "[inputs]"]
    lines += ["marketing = { value = 200e3, decision = [0, 800e3] }", 'cost_per_user = "60 to 200"']
    lines += ["[stocks]", 'users = { start = 20e3, next = "users * 0.95 + marketing / cost_per_user" }']
    lines += ['cash = { start = 12e6, next = "cash - 500e3 - marketing + 6 * users" }', "[ruin]", 'when = "cash < 0"']
    file.write_text("\n".join(lines), encoding="utf-8")
    asked = ["decide", str(file), "--best", "users_mean", "--so-that", "ruin_probability <= 0.2"]
    asked += ["-n", "1024", "--evaluations", "20"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.stderr
    assert "For each ruin_probability" in done.stdout
    folder = tmp_path / "out"
    plain = json.loads(CliRunner().invoke(app, [*asked, "--json", "--out", str(folder)]).stdout)
    assert 0 <= plain["choice"]["marketing"] <= 800e3
    assert sorted(path.name for path in folder.iterdir()) == ["decision.json", "decision.png", "decision.svg"]
    assert json.loads((folder / "decision.json").read_text(encoding="utf-8")) == plain
    wrong = CliRunner().invoke(app, [*asked[:3], "user_mean"])
    assert wrong.exit_code == 2
    assert "did you mean 'users_mean'" in wrong.stderr
