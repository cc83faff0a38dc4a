"""Inputs move in a program without compiling it: it is the program that the changed scenario compiles to."""

import numpy as np
import pytest

from burncast.distributions.families import make_law
from burncast.engine.compiler import compile_scenario
from burncast.engine.inputs.changed_inputs import read_changes, with_changes
from burncast.engine.program import FIELDS
from burncast.engine.scenario import load
from burncast.engine.simulate import run_program
from burncast.engine.what_if.movable_program import MovableProgram

SCENARIO = load(
    {
        "scenario": {"periods": 14, "start": "2024-01"},
        "dimensions": {"plan": ["a", "b"]},
        "inputs": {
            "opening": 20,
            "share": {"value": {"a": 0.3, "b": "beta(2, 6)"}},
            "churn": {"value": "beta(p5=0.03, p95=0.1)", "over": "plan"},
            "same_churn": {"value": "beta(p5=0.03, p95=0.1)", "over": "plan"},
            "level": "lognormal(mean=3, sd=1)",
            "drift": "normal(0.1, 0.05)",
            "two": "mixture(normal(1, 0.1), normal(3, 0.2))",
            "hits": "discrete([1, 2, 4])",
            "volatility": 0.3,
            "power": 1.5,
            "closing": 0.2,
            "rate": 2,
            "many": 300,
            "off": 0,
            "whole": 1,
            "late": 3,
            "peak": 0.2,
            "stays": 0.9,
            "half_life": 0.5,
        },
        "processes": {
            "price": "log_ou(start=level, mean=level, half_life=half_life, volatility=volatility)",
            "other": "gbm(start=1, drift=drift, volatility=volatility)",
            "shocks": "jumps(rate=rate, size=lognormal(mean=0.2, sd=0.1), decay=4)",
            "regime": "markov(transition=[[stays, 1 - stays], [0.1, 0.9]], start=0)",
        },
        "formulas": {
            "income": "sum(share * (1 - churn) * (1 - same_churn)) * seasonal(peak, peak=11) * whole + off * other",
            "grown": "max(income, 0.1) ** power + price ** whole",
            "raised": "chance(closing) * hits + poisson(many) / many",
            "late_cost": "step(two, late) + choose(regime, 0, 1) * shocks + exp(closing * opening / 100)",
        },
        "stocks": {
            "cash": {"start": "opening", "next": "cash + income + raised - price - grown / 10 - late_cost"},
            "reserve": {"start": 0, "next": "where(off > 0, reserve + 1, 0)"},
        },
        "ruin": {"when": "cash < 0", "need": "-cash - reserve"},
        "outputs": {"track": ["cash", "grown"]},
    }
)
TRACK = SCENARIO.track

MOVED = {
    "opening": 31.5,
    "share.a": 0.7,
    "share.b": ("beta", [5.0, 3.0]),
    "churn": ("beta", [1.0, 4.0]),
    "level": ("lognormal", {"mean": 5.0, "sd": 0.2}),
    "drift": ("normal", [-0.4, 0.2]),
    "two": ("mixture", [make_law("normal", [2.0, 0.5], {}), make_law("normal", [9.0, 0.1], {})]),
    "hits": ("discrete", [[0.5, 2.0, 3.0, 8.0, 9.0]]),
    "volatility": 0.8,
    "power": 1.25,
    "closing": 0.9,
    "rate": 5.0,
    "many": 220.0,
    "late": 7.0,
    "peak": 0.6,
    "stays": 0.7,
    "half_life": 0.1,
}

COMPILED_ANEW = {
    "off": 1.0,  # what a 0 switched off
    "whole": 2.0,  # a factor of 1, a power of 1
    "power": 2.0,  # a product
    "closing": 1.5,  # no probability
    "many": 7.0,  # counts that a table holds
    "rate": 0.0,
    "volatility": 0.0,
    "drift": ("normal", [0.0, 1.0]),  # neither a factor nor a summand
    "level": ("normal", [3.0, 0.1]),  # drawn otherwise
    "two": ("beta", [2.0, 3.0]),
    "opening": ("normal", [20.0, 1.0]),  # no number
}


@pytest.fixture(scope="module")
def movable():
    return MovableProgram(SCENARIO, TRACK)


def law_or_number(value):
    if isinstance(value, float):
        return value
    name, arguments = value
    return make_law(name, *((arguments, {}) if isinstance(arguments, list) else ([], arguments)))


TEXTS = {
    "share.b": "beta(5, 3)",
    "churn": "beta(1, 4)",
    "level": "lognormal(mean=5, sd=0.2)",
    "drift": "normal(-0.4, 0.2)",
    "two": "mixture(normal(2, 0.5), normal(9, 0.1))",
    "hits": "discrete([0.5, 2, 3, 8, 9])",
}


def changed(keys):
    texts = {key: TEXTS.get(key) or str(MOVED[key]) for key in keys}
    return with_changes(SCENARIO, read_changes(SCENARIO, texts, {}))


def assert_same(program, scenario):
    """The tally of ``program`` is that of what ``scenario`` compiles to, to the last bit."""
    compiled = compile_scenario.__wrapped__(scenario, TRACK)
    found, expected = (run_program(one, 600, 4, scenario=scenario, threads=1) for one in (program, compiled))
    assert found.to_bytes() == expected.to_bytes()


def test_nothing_moved_is_the_compiled_program(movable):
    compiled = compile_scenario(SCENARIO, TRACK)
    instructions = [place for place, name in enumerate(FIELDS) if name not in ("k", "k_step", "l", "l_step", "aux")]
    for block in ("setup", "odd", "even"):
        moving, fixed = (getattr(program, block)[:, instructions] for program in (movable.program, compiled))
        np.testing.assert_array_equal(moving, fixed)
    assert_same(movable.moved({}), SCENARIO)


@pytest.mark.parametrize("key", MOVED)
def test_an_input_moves(movable, key):
    before = movable.program.scalars.copy(), movable.program.tables.copy()
    program = movable.moved({key: law_or_number(MOVED[key])})
    assert program is not None
    np.testing.assert_array_equal(program.odd, movable.program.odd)
    assert_same(program, changed([key]))
    np.testing.assert_array_equal(before[0], movable.program.scalars)
    np.testing.assert_array_equal(before[1], movable.program.tables)


def test_all_inputs_move_together(movable):
    program = movable.moved({key: law_or_number(value) for key, value in MOVED.items()})
    assert_same(program, changed(MOVED))


@pytest.mark.parametrize("key", COMPILED_ANEW)
def test_what_shapes_the_program_has_it_compiled_anew(movable, key):
    assert movable.moved({key: law_or_number(COMPILED_ANEW[key])}) is None


def test_what_is_no_number_or_law_has_it_compiled_anew(movable):
    assert movable.moved({"share": 0.5}) is None
