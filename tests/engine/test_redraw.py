"""Partly redrawn streams: what is redrawn is new and independent, everything else is the same, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from burncast.engine.compiler import compile_scenario
from burncast.engine.normal_space.outcomes import run_outcomes
from burncast.engine.scenario import load
from burncast.engine.simulate import run
from burncast.engine.trajectories.redraw import drawn_by, redrawn, sources
from burncast.engine.trajectories.replay import replay

SCENARIO = {
    "scenario": {"title": "Streams", "periods": 6},
    "dimensions": {"plan": ["small", "large"]},
    "inputs": {
        "alone": "normal(0, 1)",
        "churn": {"value": "normal(0, 1)", "over": "plan"},
        "conversion": "normal(0, 1)",
        "first": "normal(0, 1)",
        "second": "normal(0, 1)",
    },
    "processes": {"walk": "random_walk(start=0, volatility=1)", "buzz": "jumps(rate=4, size=normal(0, 1))"},
    "formulas": {
        "luck": "chance(0.5)",
        "total": "alone + sum(churn) + conversion + first + second + walk + buzz + luck",
    },
    "stocks": {"cash": {"start": 3, "next": "cash + total - 1"}},
    "correlations": [
        {"between": ["churn['small']", "conversion"], "rho": 0.8},
        {"between": ["first", "second"], "rho": 0.5, "copula": "t", "df": 4},
    ],
    "ruin": {"when": "cash < 0", "need": "-cash"},
}
QUANTITIES = ("alone", "churn", "conversion", "first", "second", "walk", "buzz", "luck")


@pytest.fixture(scope="module")
def program():
    return compile_scenario(load(SCENARIO), QUANTITIES)


def values(program, trajectories=2048):
    """Every quantity at the end, f64[trajectories] each (of ``churn`` the first element)."""
    at = [(item.first_element, 6) for item in program.tracked]
    found = run_outcomes(program, trajectories, 5, at).values
    return {item.name: found[:, column] for column, item in enumerate(program.tracked)}


def test_streams_are_named_after_what_they_are_drawn_for():
    assert drawn_by("churn[small,us]#2") == ("churn",)
    assert drawn_by("buzz#size") == ("buzz",)
    assert drawn_by("copula(churn[small,us],conversion)") == ("churn", "conversion")


def test_what_is_correlated_is_one_source(program):
    found = sources(load(SCENARIO), program)
    assert found == (("alone",), ("churn", "conversion"), ("first", "second"), ("walk",), ("buzz",), ("luck",))


def test_a_correlation_of_zero_binds_nothing():
    scenario = load({**SCENARIO, "correlations": [{"between": ["first", "second"], "rho": 0.0}]})
    assert ("first",) in sources(scenario, compile_scenario(scenario))


@pytest.mark.parametrize(
    "source", [("alone",), ("churn", "conversion"), ("first", "second"), ("walk",), ("buzz",), ("luck",)]
)
def test_only_the_source_is_drawn_anew(program, source):
    before, after = values(program), values(redrawn(program, source, 1))
    for name in QUANTITIES:
        if name in source:
            correlation = np.corrcoef(before[name], after[name])[0, 1]
            assert abs(correlation) < 4.5 / np.sqrt(2048)
            spread = np.std(before[name]) / np.sqrt(1024)
            assert abs(after[name].mean() - before[name].mean()) < 4.5 * spread
        else:
            assert np.array_equal(before[name], after[name])


def test_dependence_survives_redrawing(program):
    after = values(redrawn(program, ("churn", "conversion"), 3), 20_000)
    assert np.corrcoef(after["churn"], after["conversion"])[0, 1] == pytest.approx(
        0.8, abs=4.5 * 0.36 / np.sqrt(20_000)
    )


def test_every_number_is_another_draw_and_the_same_number_the_same(program):
    once, again, other = (values(redrawn(program, QUANTITIES, number))["walk"] for number in (1, 1, 2))
    assert np.array_equal(once, again)
    assert abs(np.corrcoef(once, other)[0, 1]) < 4.5 / np.sqrt(2048)


def test_redrawing_some_agrees_with_redrawing_all(program):
    everything, some = values(redrawn(program, QUANTITIES, 1)), values(redrawn(program, ("walk",), 1))
    assert np.array_equal(everything["walk"], some["walk"])
    assert not np.array_equal(everything["buzz"], some["buzz"])


def test_outcomes_are_those_of_the_tally():
    scenario = load(SCENARIO)
    simulation = run(scenario, 3000, seed=9, keep_paths=3000)
    program = compile_scenario(scenario)
    found = run_outcomes(program, 3000, 9, [(0, 6), (0, 2)], threads=2)
    assert np.array_equal(np.bincount(found.passage, minlength=8), simulation.tally.first_passage)
    assert np.array_equal(found.values, simulation.paths[:, 0, [6, 2]])
    need = len(program.tracked) * 7
    assert found.need.max() == simulation.tally.high[need]
    assert found.need.mean() == pytest.approx(simulation.tally.mean(need), rel=1e-12)


def test_outcomes_from_a_later_trajectory_on():
    program = compile_scenario(load(SCENARIO))
    whole = run_outcomes(program, 2000, 9, [(0, 6)])
    part = run_outcomes(program, 300, 9, [(0, 6)], first=1024)
    assert np.array_equal(part.passage, whole.passage[1024:1324])
    assert np.array_equal(part.values, whole.values[1024:1324])
    assert part.values[5, 0] == replay(load(SCENARIO), 1029, 9)["cash"][1][0, 6]
