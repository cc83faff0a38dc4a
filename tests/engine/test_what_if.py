"""What if an input were otherwise: forecasts of changed inputs are those of full runs of the changed scenario."""

import hashlib
import math
import os
import sys
import threading
import time

import numpy as np
import pytest

import burncast.engine.what_if.what_if as what_if_module
from burncast.distributions.errors import InterruptedRunError, ScenarioError, SimulationError
from burncast.engine import simulate
from burncast.engine.inputs.adjusting import moved
from burncast.engine.inputs.changed_inputs import changed_scenario
from burncast.engine.scenario import load
from burncast.engine.simulate import chunk_size_for, run
from burncast.engine.what_if.forecast import CONFIDENCES, FAN, SHARES, money_of
from burncast.engine.what_if.what_if import WhatIf
from burncast.outputs.results import estimates

SOURCE = {
    "scenario": {"title": "shop", "start": "2024-01", "periods": 12, "currency": "USD"},
    "dimensions": {"plan": ["free", "plus"]},
    "inputs": {
        "opening": {"value": "lognormal(mean=20, sd=5)", "unit": "USD", "source": "bank", "note": "n"},
        "growth": "normal(mean=0.02, sd=0.03)",
        "churn": "beta(p5=0.03, p95=0.10)",
        "price": {"value": {"free": 0, "plus": "triangular(0.5, 1, 2)"}, "over": "plan"},
        "volatility": 0.3,
        "seats": {"value": 20, "decision": [10, 40]},
        "twice": "2 * growth",
        "fee": {"schedule": {"2024-01": 0.2, "2024-08": 0.4}, "between": "interpolate"},
        "luck": "max(normal(0.1, 0.3), 0)",
    },
    "processes": {"cost": "gbm(start=3, drift=0.1, volatility=volatility)"},
    "formulas": {"revenue": "sum(price) * (1 + growth * period - churn * period) * seats / 20 + fee * luck"},
    "stocks": {"cash": {"start": "opening", "next": "cash + revenue - cost * (1 + twice)"}},
    "ruin": {"when": "cash < 0", "need": "-cash"},
    "outputs": {"track": ["revenue", "cash"]},
}


@pytest.fixture(scope="module")
def scenario():
    return load(SOURCE)


@pytest.fixture(scope="module")
def what_if(scenario):
    return WhatIf(scenario, seed=3, threads=2)


CHANGES = [
    {},
    {"growth": "normal(mean=-0.01, sd=0.05)"},
    {"churn": "beta(p5=0.05, p95=0.2)", "opening": "12 to 40"},
    {"price.plus": "uniform(0.2, 0.9)"},
    {"price": "1.5"},
    {"volatility": "0.55", "seats": "33"},
    {"volatility": "0"},
    {"opening": "25"},
    {"volatility": "0.1 to 0.5"},
    {"twice": "3 * growth + churn"},
    {"growth": "0"},
    {"price.free": "0.4 * seats / 20"},
    {"twice": "1.3 * (2 * growth)"},
    {"twice": "0.7 * (2 * growth)", "growth": "normal(mean=-0.01, sd=0.05)"},
    {"fee": "1.7 * schedule"},
    {"fee": "0.25 * schedule", "luck": "3 * max(normal(0.1, 0.3), 0)"},
    {"fee": "max(schedule, 0.3)"},
    {"luck": "0 * max(normal(0.1, 0.3), 0)"},
]


def check(forecast, scenario, trajectories, seed):
    """Every figure is that of a run of ``scenario``."""
    whole = run(scenario, trajectories, seed, threads=1)
    cash = next(item for item in whole.tracked if item.name == "cash")
    np.testing.assert_array_equal(forecast.ruin, estimates.ruin_probability(whole))
    np.testing.assert_array_equal(forecast.ruin_se, estimates.ruin_probability_se(whole))
    quantiles = estimates.tracked_quantiles(whole, cash, FAN)
    np.testing.assert_array_equal(np.stack([forecast.fan[p] for p in FAN], axis=1), quantiles)
    np.testing.assert_array_equal(forecast.mean, estimates.tracked_mean(whole, cash))
    needs, runways = estimates.funding_need(whole, CONFIDENCES), estimates.runway(whole, SHARES)
    assert [forecast.need[p].value for p in CONFIDENCES] == needs.tolist()
    assert [forecast.runway[p].value for p in SHARES] == runways.tolist()
    for figure in (*forecast.need.values(), *forecast.runway.values(), forecast.survival):
        assert figure.low <= figure.value <= figure.high


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_a_forecast_is_that_of_a_full_run(what_if, changes):
    forecast = what_if.forecast(changes, 5000)
    check(forecast, what_if.changed(changes), 5000, 3)
    assert forecast.dates == tuple(what_if.scenario.dates())
    assert forecast.money == "cash"


@pytest.mark.parametrize(
    ("key", "first", "then"),
    [
        ("twice", "1.3 * (2 * growth)", "0.4 * (2 * growth)"),
        ("fee", "1.7 * schedule", "0.6 * schedule"),
        ("luck", "2.5 * max(normal(0.1, 0.3), 0)", "0.3 * max(normal(0.1, 0.3), 0)"),
    ],
)
def test_a_multiple_is_compiled_once(scenario, monkeypatch, key, first, then):
    what_if = WhatIf(scenario, seed=3, threads=1)
    what_if.forecast({key: first}, 512)
    monkeypatch.setattr(what_if_module, "MovableProgram", None)
    forecast = what_if.forecast({key: then, "churn": "beta(p5=0.05, p95=0.2)"}, 5000)
    monkeypatch.undo()
    check(forecast, what_if.changed({key: then, "churn": "beta(p5=0.05, p95=0.2)"}), 5000, 3)
    what_if.forecast({}, 512)


def test_a_changed_schedule_is_the_one_written_so(what_if):
    changed = what_if.changed({"fee": "1.5 * schedule"})
    written = {**SOURCE, "inputs": dict(SOURCE["inputs"])}
    written["inputs"]["fee"] = {"schedule": {"2024-01": 0.3, "2024-08": 0.6}, "between": "interpolate"}
    assert (changed.text, changed.sha256) == (load(written).text, load(written).sha256)
    written["inputs"]["fee"] = "0.3"
    assert what_if.changed({"fee": "0.3"}).quantities["fee"].value == load(written).quantities["fee"].value


def test_a_changed_scenario_is_the_one_written_so(scenario, what_if):
    changed = what_if.changed({"opening": "12 to 40", "price.plus": "0.9", "seats": "33"})
    written = {**SOURCE, "inputs": dict(SOURCE["inputs"])}
    written["inputs"] |= {
        "opening": {"value": "12 to 40", "unit": "USD"},
        "price": {"value": {"free": 0, "plus": 0.9}, "over": "plan"},
        "seats": {"value": 33, "decision": [10, 40]},
    }
    expected = load(written)
    assert (changed.text, changed.sha256) == (expected.text, expected.sha256)
    for name, quantity in expected.quantities.items():
        assert changed.quantities[name].value == quantity.value
        assert (changed.quantities[name].unit, changed.quantities[name].source) == (quantity.unit, quantity.source)
    assert scenario.quantities["opening"].source == "bank"
    assert changed_scenario(scenario, ()).sha256 == scenario.sha256


@pytest.mark.parametrize(
    ("changes", "key", "message"),
    [
        ({"pricee": "1"}, "pricee", "did you mean 'inputs.price'"),
        ({"price.pluss": "1"}, "price.pluss", "did you mean 'plus'"),
        ({"cash": "1"}, "cash", "'cash' is a stock"),
        ({"growth": "normal(mean=0"}, "growth", "never closed"),
        ({"growth": "nomal(0, 1)"}, "inputs.growth", "did you mean 'normal'"),
        ({"growth": "normal(0, -1)"}, "growth", "expected a number above 0"),
        ({"growth": "normal(0, 1) + priec"}, "inputs.growth", "did you mean 'price'"),
        ({"growth": "twice"}, "inputs", "twice"),
        ({"twice": "twice + 1"}, "twice", "refers to itself"),
        ({"seats": "50"}, "seats", "not in the range of this decision; expected a number from 10 to 40"),
        ({"seats": "15 to 30"}, "seats", "a decision has one value"),
        ({"growth": 'empirical("/etc/passwd", "a")'}, "growth", "reads a file"),
        ({"growth": 'sip("a.SIPmath", "b")'}, "growth", "reads a file"),
    ],
)
def test_what_cannot_be_is_said_with_its_key(what_if, changes, key, message):
    with pytest.raises(ScenarioError) as error:
        what_if.forecast(changes, 512)
    assert message in str(error.value)
    assert (error.value.key or "").startswith(key)


def test_all_mistakes_are_said_at_once(what_if):
    with pytest.raises(ScenarioError) as error:
        what_if.changed({"growth": "normal(0, -1)", "nothing": "1", "churn": "0.1"})
    assert [problem.key for problem in error.value.problems] == ["growth", "nothing"]


def test_refining_goes_on_where_it_ended(what_if):
    changes = {"growth": "normal(mean=-0.01, sd=0.05)"}
    most = 530_000
    steps = list(what_if.refine(changes, most))
    assert [step.trajectories for step in steps] == [66_560, 133_120, 266_240, most]
    errors = [step.ruin_se[-1] for step in steps]
    assert errors == sorted(errors, reverse=True)
    check(steps[-1], what_if.changed(changes), most, 3)


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a priority of their own on Linux only")
def test_a_refinement_gives_way_to_a_preview(what_if, monkeypatch):
    found, run_blocks = [], simulate.run_blocks

    def watched(*arguments):
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return run_blocks(*arguments)

    monkeypatch.setattr(simulate, "run_blocks", watched)
    usual = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    what_if.forecast({}, 6_000)
    assert set(found) == {usual}
    found.clear()
    list(what_if.refine({}, 6_000))
    assert set(found) == {simulate.NICENESS}
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == usual


def test_a_run_that_is_stopped_ends_soon(what_if):
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    begun = time.perf_counter()
    with pytest.raises(InterruptedRunError):
        what_if.forecast({}, 1 << 30, stop=stop)
    assert time.perf_counter() - begun < 10.0
    stop.set()
    with pytest.raises(InterruptedRunError):
        list(what_if.refine({}, 1_000_000, stop))


def test_what_decides_ruin_is_the_money():
    stocks = {"cash": {"start": 1, "next": "cash"}, "users": {"start": 1, "next": "users"}}
    base = {"scenario": {"periods": 2}, "stocks": stocks}
    assert money_of(load(base)) == "cash"
    assert money_of(load({**base, "ruin": {"when": "users <= 3"}})) == "users"
    assert money_of(load({**base, "ruin": {"when": "0 > users or cash < 0", "need": "-users"}})) == "users"
    assert money_of(load({**base, "ruin": {"when": "cash + users < 0"}, "outputs": {"track": ["users"]}})) == "users"
    assert money_of(load({**base, "outputs": {"track": []}})) is None


def test_scenarios_without_questions_have_forecasts_too():
    alone = load({"scenario": {"periods": 2}, "inputs": {"x": "normal(0, 1)"}, "outputs": {"track": []}})
    forecast = WhatIf(alone).forecast({}, 100)
    assert (forecast.money, forecast.fan, forecast.mean, forecast.ruin, forecast.need) == (None, {}, None, None, {})
    vector = load(
        {
            "scenario": {"periods": 2},
            "dimensions": {"plan": ["a", "b"]},
            "inputs": {"x": {"value": {"a": 1, "b": 2}}},
            "stocks": {"cash": {"start": "x", "next": "cash - 1"}},
            "ruin": {"when": "sum(cash) < 0"},
        }
    )
    forecast = WhatIf(vector).forecast({"x.a": "0.5"}, 100)
    assert forecast.money is None
    assert forecast.ruin.tolist() == [0.0, 0.0, 1.0]
    assert forecast.runway[0.5].value == 2.0
    assert forecast.survival.value == 0.0 < forecast.survival.high
    assert math.isinf(WhatIf(vector).forecast({"x.a": "9"}, 100).runway[0.5].value)


def test_small_runs_have_several_chunks():
    assert [chunk_size_for(n) for n in (1, 20_480, 65_536, 524_288, 10**6)] == [5120, 5120, 8192, 65_536, 62_976]


def test_a_law_in_a_file_is_multiplied(tmp_path):
    (tmp_path / "seen.csv").write_text("day,amount\n1,2\n2,3\n3,7\n", encoding="utf-8")
    file = tmp_path / "files.toml"
    file.write_text(
        '[scenario]\nperiods = 2\n[inputs]\nseen = \'empirical("seen.csv", "amount")\'\n'
        '[stocks]\ncash = { start = "seen", next = "cash - 2" }\n[ruin]\nwhen = "cash < 0"\n',
        encoding="utf-8",
    )
    scenario = load(str(file))
    what_if = WhatIf(scenario)
    seen = what_if.inputs["seen"]
    assert (seen.arguments, seen.text) == ((), 'empirical("seen.csv", "amount")')
    assert seen.centre == pytest.approx(4.0)
    text = moved(seen, 6.0)
    assert text == '1.5 * empirical("seen.csv", "amount")'
    forecast = what_if.forecast({"seen": text}, 3000)
    assert forecast.ruin[-1] == pytest.approx(1 / 3, abs=0.04)  # 3, 4.5 or 10.5 less 4
    digest = f"# sha256 of seen.csv: {hashlib.sha256((tmp_path / 'seen.csv').read_bytes()).hexdigest()}\n"
    assert what_if.changed({"seen": text}).text.endswith(digest)
    with pytest.raises(ScenarioError, match="reads a file"):
        what_if.changed({"seen": 'empirical("seen.csv", "day")'})


def test_what_becomes_infinite_is_named_as_in_a_run():
    scenario = load(
        {
            "scenario": {"periods": 3},
            "inputs": {"x": 2.0, "y": "normal(5, 1)"},
            "formulas": {"share": "log(y - x * period)"},
            "stocks": {"cash": {"start": 1, "next": "cash + share"}},
            "ruin": {"when": "cash < 0"},
        }
    )
    what_if = WhatIf(scenario)
    with pytest.raises(SimulationError) as found:
        what_if.forecast({"x": "1.9"}, 1000)
    with pytest.raises(SimulationError) as expected:
        run(what_if.changed({"x": "1.9"}), 1000)
    assert str(found.value) == str(expected.value)
    assert "share" in str(found.value)
    assert np.isfinite(what_if.forecast({"x": "-1"}, 1000).mean).all()
