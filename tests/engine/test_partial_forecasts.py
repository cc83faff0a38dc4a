"""A prepared what-if: while one input moves, figures are those of whole runs; what is kept serves nothing else."""

import dataclasses
import threading
import weakref

import numpy as np
import pytest

from burncast.distributions.errors import InterruptedRunError, ScenarioError, SimulationError
from burncast.engine.instructions.workspace import aligned
from burncast.engine.scenario import load
from burncast.engine.what_if import what_if as module
from burncast.engine.what_if.what_if import WhatIf

N = 5700  # two chunks, the last block of lanes partial

SOURCE = {
    "scenario": {"title": "shop", "start": "2024-01", "periods": 12, "currency": "USD"},
    "dimensions": {"plan": ["free", "plus", "team"]},
    "inputs": {
        "opening": "lognormal(mean=20, sd=5)",
        "growth": "normal(mean=0.02, sd=0.03)",
        "price": {"value": {"free": 0, "plus": "triangular(0.5, 1, 2)", "team": 0.7}, "over": "plan"},
        "churn": {"value": "beta(p5=0.03, p95=0.10)", "over": "plan"},
        "volatility": 0.3,
        "rent": 0.5,
        "limit": 4.0,
        "idle": 3.0,
        "wages": "rent / 4 + 0.1",
    },
    "processes": {
        "cost": "gbm(start=3, drift=0.1, volatility=volatility)",
        "news": {"value": "jumps(rate=3, size=lognormal(mean=0.3, sd=0.1), decay=4)", "over": "plan"},
        "market": "markov(transition=[[0.9, 0.1], [0.2, 0.8]], start=0)",
    },
    "formulas": {
        "orders": "poisson(20 + 5 * market)",
        "revenue": "sum(price * users) + lag(orders, 2) / 20 + trailing_mean(cost, 3) / 3",
        "spent": "cost + sum(news) + rent + wages + where(log(limit - cost / 9) > 0, 0, 1)",
    },
    "stocks": {
        "users": {"start": 1.0, "next": "users * (1 + growth - churn)", "over": "plan"},
        "cash": {"start": "opening", "next": "cash + revenue - spent"},
    },
    "ruin": {"when": "cash < 0", "need": "-cash"},
}


@pytest.fixture(scope="module")
def scenario():
    return load(SOURCE)


@pytest.fixture
def what_if(scenario):
    return WhatIf(scenario, seed=3, threads=2)


def figures(forecast):
    """All that a forecast says but for its time, comparable."""
    assert forecast is not None
    found = {field.name: getattr(forecast, field.name) for field in dataclasses.fields(forecast)} | {"seconds": 0}
    return {
        name: value.tolist()
        if isinstance(value, np.ndarray)
        else {key: one.tolist() if isinstance(one, np.ndarray) else one for key, one in value.items()}
        if isinstance(value, dict)
        else value
        for name, value in found.items()
    }


@pytest.fixture(scope="module")
def whole(scenario):
    """Figures of a what-if that prepares nothing."""
    fresh = WhatIf(scenario, seed=3, threads=1)
    return lambda changes, trajectories=N: figures(fresh.forecast(changes, trajectories))


@pytest.fixture
def lengths(monkeypatch):
    """How many instructions a period has in each run."""
    found = []
    run_program = module.run_program

    def counting(program, *arguments, **named):
        found.append(len(program.odd))
        return run_program(program, *arguments, **named)

    monkeypatch.setattr(module, "run_program", counting)
    return found


MOVES = [
    ("opening", ["lognormal(mean=25, sd=5)", "12 to 40"]),
    ("growth", ["normal(mean=-0.01, sd=0.05)"]),
    ("price.plus", ["triangular(0.5, 1.5, 2)"]),
    ("price.team", ["0.9", "0.2"]),
    ("churn", ["beta(p5=0.05, p95=0.2)"]),
    ("volatility", ["0.5"]),
    ("rent", ["0.8", "0.1", "-3"]),
    ("idle", ["9"]),
]


@pytest.mark.parametrize(("key", "texts"), MOVES)
def test_a_prepared_input_moves_as_in_whole_runs(what_if, whole, key, texts):
    others = {"limit": "5"} if key != "rent" else {}
    assert figures(what_if.prepare(others, key, N)) == whole(others)
    for text in texts:
        assert figures(what_if.forecast(others | {key: text}, N)) == whole(others | {key: text})
    assert figures(what_if.forecast(others | {key: texts[0]}, 900)) == whole(others | {key: texts[0]}, 900)


def test_a_multiple_of_what_others_give_is_prepared_too(what_if, whole, lengths):
    multiple = "{} * (rent / 4 + 0.1)"
    assert what_if.prepare({}, "wages", N) is None, "it has no factor yet"
    prepared = what_if.prepare({"wages": multiple.format(1.1)}, "wages", N)
    assert figures(prepared) == whole({"wages": multiple.format(1.1)})
    assert figures(what_if.forecast({"wages": multiple.format(1.7)}, N)) == whole({"wages": multiple.format(1.7)})
    assert lengths[2] < lengths[0] / 2


def test_less_is_run_once_it_is_prepared(what_if, whole, lengths):
    what_if.prepare({}, "rent", N)
    recording = lengths.pop()
    what_if.forecast({"rent": "0.9"}, N)
    assert lengths.pop() < recording / 2
    for changes in ({"rent": "0.9", "limit": "5"}, {"churn": "beta(p5=0.05, p95=0.2)"}, {"rent": "0.2 to 0.9"}):
        assert figures(what_if.forecast(changes, N)) == whole(changes)
    assert min(lengths) > recording / 2, "what was kept serves another question"
    lengths.clear()
    assert what_if.forecast({}, N + 1).trajectories == N + 1
    assert lengths.pop() > recording / 2
    what_if.prepare({"rent": "0.1"}, "rent", N)
    assert lengths.pop() < recording / 2, "prepared twice"
    what_if.prepare({}, "price.team", N)
    what_if.forecast({"rent": "0.9"}, N)
    assert min(lengths) > recording / 2, "the newest is kept alone"


def test_the_rate_is_that_of_whole_runs(what_if):
    assert what_if.rate == 0.0
    what_if.prepare({}, "rent", N)
    what_if.forecast({"rent": "0.9"}, N)
    assert what_if.rate == 0.0, "what only a part of the instructions took tells nothing of the next input"
    what_if.forecast({"limit": "5"}, N)
    assert 0.0 < what_if.rate < np.inf


def test_nothing_runs_for_an_input_that_nothing_depends_on(what_if, lengths):
    before = what_if.prepare({}, "idle", N)
    assert len(lengths) == 1
    assert figures(what_if.forecast({"idle": "7"}, N)) == figures(before)
    assert len(lengths) == 1


def test_nothing_is_prepared_where_nothing_is_gained(what_if, lengths, monkeypatch):
    assert what_if.prepare({}, "opening", 10**9) is None, "no memory is that large"
    monkeypatch.setattr(module, "GREATEST_SHARE", 0.1)
    assert what_if.prepare({}, "growth", N) is None
    assert what_if.prepare({}, "nothing", N) is None
    assert not lengths
    with pytest.raises(ScenarioError, match="'rnt' names no input"):
        what_if.prepare({"rnt": "1"}, "rent", N)


def test_a_failure_is_that_of_a_whole_run(what_if, scenario):
    what_if.prepare({}, "limit", N)
    with pytest.raises(SimulationError) as found:
        what_if.forecast({"limit": "0.3"}, N)
    with pytest.raises(SimulationError) as expected:
        WhatIf(scenario, seed=3).forecast({"limit": "0.3"}, N)
    assert str(found.value) == str(expected.value)
    assert "spent" in str(found.value)


def test_a_preparation_that_fails_or_is_stopped_keeps_nothing(what_if, whole):
    with pytest.raises(SimulationError):
        what_if.prepare({"limit": "0.3"}, "rent", N)
    stop = threading.Event()
    stop.set()
    with pytest.raises(InterruptedRunError):
        what_if.prepare({}, "rent", N, stop=stop)
    assert what_if._prepared is None
    assert figures(what_if.forecast({"rent": "0.9"}, N)) == whole({"rent": "0.9"})


def test_memory_is_given_back_before_more_is_taken(what_if, monkeypatch):
    what_if.prepare({}, "rent", N)
    before = weakref.ref(what_if._prepared.kept)
    taken = []

    def watched(shape, kind):
        taken.append(before())
        return aligned(shape, kind)

    monkeypatch.setattr(module, "aligned", watched)
    what_if.prepare({}, "price.team", N)
    assert taken == [None]


def test_several_threads_prepare_and_ask_at_once(what_if, whole):
    asked = [("rent", "0.9"), ("price.team", "0.3"), ("volatility", "0.5"), ("rent", "0.2")]
    expected = [whole({key: text}) for key, text in asked]
    found: list = [[] for _ in asked]
    begin = threading.Barrier(len(asked))

    def ask(place):
        key, text = asked[place]
        begin.wait()
        for _ in range(3):
            what_if.prepare({}, key, N)
            found[place].append(figures(what_if.forecast({key: text}, N)))

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(len(asked))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[one] * 3 for one in expected]
