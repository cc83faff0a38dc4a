"""A mechanism that a constant switches off leaves no trace in the program, and one that is on does."""

from typing import Any

import numpy as np
import pytest

import burncast
from burncast.engine.compiler import compile_scenario

PLAIN: dict[str, Any] = {
    "scenario": {"title": "plain", "periods": 12},
    "inputs": {"sales": "normal(1, 0.1)"},
    "stocks": {"cash": {"start": 10, "next": "cash - 1 + sales * 0.5"}},
    "ruin": {"when": "cash < 0"},
}

SWITCHES: dict[str, Any] = {
    "scenario": {"title": "switched", "periods": 12},
    "inputs": {"sales": "normal(1, 0.1)", "rate": 0, "volatility": 0, "trigger": 0, "crisis": 0, "gain": 0},
    "processes": {
        "cuts": "jumps(rate=rate, size=lognormal(mean=0.3, sd=0.1), decay=2)",
        "rivals": "gbm(start=1, drift=0, volatility=volatility)",
        "load": "log_ou(start=1, mean=1, half_life=0.5, volatility=volatility)",
        "walk": "random_walk(start=0, volatility=volatility)",
        "market": {
            "value": "markov(transition=[[1 - crisis, crisis], [0.1, 0.9]], start=0)",
            "states": ["calm", "crisis"],
        },
    },
    "formulas": {
        "starts": "where(trigger > 0, cash < trigger, 0)",
        "factor": "rivals * load * exp(-cuts) * (1 + walk) * where(market == 'crisis', 2, 1) * (1 + on) * strength",
    },
    "stocks": {
        "on": {"start": 0, "next": "max(on, starts) if trigger > 0 else on"},
        "strength": {"start": 1, "next": "where(gain > 0, strength * (1 + gain), strength)"},
        "cash": {"start": 10, "next": "cash - 1 + sales * 0.5 * factor"},
    },
    "ruin": {"when": "cash < 0"},
    "outputs": {"track": ["cash"]},
}


def length(document: dict[str, Any]) -> int:
    program = compile_scenario(burncast.load(document))
    return len(program.setup) + len(program.odd)


def test_what_is_off_costs_nothing() -> None:
    assert length(SWITCHES) == length(PLAIN)
    plain, switched = (
        burncast.simulate(burncast.load(document), trajectories=2000, seed=3) for document in (PLAIN, SWITCHES)
    )
    np.testing.assert_array_equal(plain.cash.values, switched.cash.values)


@pytest.mark.parametrize(
    ("switch", "value"), [("rate", 2), ("volatility", 0.5), ("trigger", 8), ("crisis", 0.5), ("gain", 0.5)]
)
def test_what_is_on_is_computed(switch: str, value: float) -> None:
    document = {**SWITCHES, "inputs": {**SWITCHES["inputs"], switch: value}}
    assert length(document) > length(PLAIN)
    paths = burncast.simulate(burncast.load(document), trajectories=2000, seed=3).cash.values
    assert not np.array_equal(paths, burncast.simulate(burncast.load(PLAIN), trajectories=2000, seed=3).cash.values)


def test_a_mistake_in_what_is_off_is_still_reported() -> None:
    wrong = {
        **SWITCHES,
        "stocks": {**SWITCHES["stocks"], "on": {"start": 0, "next": "where(trigger > 0, chance(2), on)"}},
    }
    with pytest.raises(burncast.ScenarioError, match="chance"):
        compile_scenario(burncast.load(wrong))


def test_a_steady_stock_keeps_its_uncertain_start() -> None:
    document = {
        "scenario": {"title": "kept", "periods": 3},
        "inputs": {"opening": "uniform(1, 2)", "switch": 0},
        "stocks": {"kept": {"start": "opening", "next": "where(switch > 0, kept + 1, kept)"}},
        "outputs": {"track": ["kept", "opening"]},
    }
    path = burncast.replay(burncast.load(document), trajectory=5, seed=1)
    assert len(set(path["kept"].values.tolist())) == 1
    assert 1.0 < float(path["kept"][0]) < 2.0
