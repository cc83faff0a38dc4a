"""Parts of programs: what is kept and what runs again give the tally of the whole program, to the last bit."""

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from programs import EVERYTHING, EXPRESSIONS, document, scenario_of

from burncast.distributions.errors import SimulationError
from burncast.engine.inputs.adjusting import adjustables, moved
from burncast.engine.language import constants
from burncast.engine.language.expressions import Number, parse
from burncast.engine.numerics.lanes import LANES
from burncast.engine.program import OPCODES
from burncast.engine.scenario import load
from burncast.engine.simulate import run_program
from burncast.engine.what_if.kept_rows import cost_of, rows_to_keep
from burncast.engine.what_if.movable_program import MovableProgram
from burncast.engine.what_if.partial_program import partial_program
from burncast.engine.what_if.reach import Flow, Step, flow_of

TRAJECTORIES, CHUNK, SEED = 1100, 1024, 6  # two chunks, the last block of lanes partial
NAMES = {number: name for name, number in OPCODES.items()}


def tally(program, scenario, kept=None, trajectories=TRAJECTORIES):
    return run_program(
        program, trajectories, SEED, scenario=scenario, threads=1, chunk_size=CHUNK, kept=kept
    ).to_bytes()


def elsewhere(one):
    """An input's number or law, moved."""
    expression = parse(moved(one, 1.1 * one.centre if one.centre else 0.3))
    return expression.value if isinstance(expression, Number) else constants.law(expression)


def parts_of(movable, key, scenario, expected):
    """The parts for an input, and what the recording part kept, which gives what is expected of the whole program."""
    parts = partial_program(movable, movable.program, key)
    kept = np.full((-(-TRAJECTORIES // LANES), parts.rows, LANES), np.nan)
    assert tally(parts.recording, scenario, kept) == expected
    assert np.isfinite(kept).all(), "a row that was not written"
    return parts, kept


def assert_moves(movable, scenario, keys):
    """Each of the inputs moves in a part of the program as in the whole; the parts."""
    inputs = {one.key: one for one in adjustables(scenario)}
    expected = tally(movable.program, scenario)
    found = []
    for key in keys:
        program = movable.moved({key: elsewhere(inputs[key])})
        if program is None:
            continue
        parts, kept = parts_of(movable, key, scenario, expected)
        assert parts.covers(program)
        assert tally(parts.moved(program), scenario, kept) == tally(program, scenario)
        found.append(parts)
    return found


def opcodes(program):
    return {NAMES[line[0]] for block in (program.setup, program.odd, program.even) for line in block}


TRACK = ("cash", "burn", "market")
MOST = {  # with numbers and laws that few others read, so that each instruction is reached
    **EVERYTHING,
    "inputs": EVERYTHING["inputs"] | {"often": 9.0, "closing": 0.3, "back": 7.0, "unread": "beta(2, 3)"},
    "processes": EVERYTHING["processes"]
    | {
        "steps": {"value": "jumps(rate=often, size=1)", "over": "region"},
        "market": {
            "value": "markov(transition=[[0.7, 0.3], [0.4, 0.6]], start=[closing, 1 - closing])",
            "states": ["calm", "crisis"],
        },
        "asset": "gbm(start=1, drift=low / 10, volatility=low / 20)",
        "bond": "gbm(start=1, volatility=closing)",
        "drifting": "random_walk(start=0, drift=low, volatility=low)",
        "shaken": "random_walk(start=0, volatility=closing)",
    },
    "formulas": EVERYTHING["formulas"]
    | {
        "remembered": "lag(price, 2) + lag(sum(prices), 3, initial=back)",
        "events": "chance(closing) + chance(normal_cdf(rate)) + poisson(low) + poisson(90 + low)",
        "bent": "interp(price + closing, [0.9, 1, 1.1], [0, 1, 5]) + lumpy + noise",
        "compared": "(asset == price) + (asset != energy) + (drifting != 0) + (asset < energy)",
        "more": "compared + (asset * energy - rate) + trailing_sum(asset * bond, 3) + where(asset > 1, 2, asset)",
        "burn": EVERYTHING["formulas"]["burn"] + " + more + shaken",
        "trials": "binomial(20, closing) + binomial(500, 0.7)",
    },
}


def test_every_instruction_is_kept_reached_or_computed_again_as_in_the_whole():
    scenario = load(MOST)
    movable = MovableProgram(scenario, TRACK)
    found = assert_moves(movable, scenario, [one.key for one in adjustables(scenario)])
    assert len(found) >= 10
    there = opcodes(movable.program)
    assert there == set(OPCODES) - {"keep r", "recall"}, "an instruction that no program here has"
    reached = set[str]().union(*(opcodes(parts.moving) for parts in found))
    assert there - reached == {"draw", "widen z", "fma szs"}, "an instruction that no input here reaches"
    assert sum(parts.rows for parts in found) > 500
    assert {parts.is_reached for parts in found} == {True, False}
    assert min(parts.share for parts in found) < 0.2 < max(parts.share for parts in found)


@pytest.mark.parametrize("name", ["chatgpt-2023", "openai-2024", "startup"])
def test_inputs_of_the_examples_move_in_parts_of_their_programs(name):
    scenario = load(name)
    movable = MovableProgram(scenario, ("cash",))
    keys = [one.key for one in adjustables(scenario) if one.centre and movable.moving(one.key)]
    found = assert_moves(movable, scenario, keys[::25])
    assert len(found) >= 5
    assert sum(parts.share < 0.75 for parts in found) >= 3


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EXPRESSIONS, min_size=1, max_size=3), EXPRESSIONS)
def test_inputs_of_random_programs_move_in_parts(formulas, flow):
    scenario = load(scenario_of(formulas, flow))
    movable = MovableProgram(scenario, scenario.track)
    try:
        assert_moves(movable, scenario, [key for key in "abc" if movable.moving(key)])
    except SimulationError:
        assume(False)


def test_a_program_of_one_period_and_one_of_two_are_cut_too():
    for periods in (1, 2):
        scenario = load(
            {
                "scenario": {"periods": periods},
                "inputs": {"x": "normal(1, 2)", "y": "uniform(1, 2)", "z": 2.0},
                "processes": {"p": "gbm(start=1, volatility=0.2)"},
                "stocks": {"cash": {"start": "y", "next": "cash + lag(exp(p * y), 1, initial=z) - x"}},
                "ruin": {"when": "cash < 0"},
            }
        )
        assert len(assert_moves(MovableProgram(scenario, ("cash",)), scenario, "xyz")) == 3


def test_what_is_kept_is_what_the_moving_part_reads():
    scenario = load("startup")
    movable = MovableProgram(scenario, ("cash",))
    expected = tally(movable.program, scenario)
    parts, kept = parts_of(movable, "cost_per_head", scenario, expected)
    assert tally(parts.moving, scenario, kept) == expected
    assert len(parts.moving.odd) < 0.3 * len(parts.recording.odd)
    assert len(parts.moving.shocks) < len(parts.recording.shocks)
    kept += 1e-6
    assert tally(parts.moving, scenario, kept) != expected


def test_another_number_or_another_law_is_not_covered():
    scenario = load(MOST)
    movable = MovableProgram(scenario, TRACK)
    values = {one.key: elsewhere(one) for one in adjustables(scenario)}
    parts = partial_program(movable, movable.program, "low")
    assert parts.covers(movable.moved({"low": values["low"]}))
    for key in ("often", "skewed", "lumpy"):
        program = movable.moved({key: values[key]})
        assert program is not None
        assert not parts.covers(program)
        assert not parts.covers(movable.moved({key: values[key], "low": values["low"]}))
        assert partial_program(movable, program, "low").covers(movable.moved({key: values[key], "low": values["low"]}))
    assert not parts.covers(MovableProgram(scenario, TRACK).program)
    assert partial_program(movable, movable.program, "nothing") is None


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add rr", "exp r", "log r", "power rr", "poisson rr", "draw", "fma szs", "fill s"]),
        st.sets(st.integers(1, 6), max_size=2),
        st.sampled_from([-1, 0, 1]),
    ),
    min_size=3,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(STEPS, st.integers(0, 3), st.booleans())
def test_what_is_kept_takes_the_least_time(drawn, before, is_carried):
    """Against all ways to compute some again; step n reads some of the steps before it, the last one runs again."""
    names = [name for name, _, _ in drawn]
    sources = [frozenset(n - back for back in backs if n >= back) for n, (_, backs, _) in enumerate(drawn)]
    if is_carried:
        sources[1] |= {len(drawn) - 2}
    steps = [Step(name, (), 0, (), (), (), -1, shock) for name, (_, _, shock) in zip(names, drawn, strict=True)]
    before = min(before, len(steps) - 1)
    blocks = range(before), range(before, len(steps)), range(0)
    flow = Flow(tuple(steps), blocks, tuple(sources), ())
    last = len(steps) - 1
    again, kept = rows_to_keep(flow, {last}, 12)
    assert kept == {source for place in again for source in sources[place]} - again

    def cost(computed):
        running = {last, *computed}
        return cost_of(flow, running, {source for place in running for source in sources[place]} - running, 12)

    ways = itertools.chain.from_iterable(itertools.combinations(range(last), n) for n in range(last + 1))
    assert cost(again) == pytest.approx(min(map(cost, ways)), rel=1e-12)


def test_what_is_tabled_is_reached_by_its_tables():
    scenario = load(MOST)
    program = MovableProgram(scenario, TRACK).program
    flow = flow_of(program)
    for place, step in enumerate(flow.steps):
        if step.table >= 0:
            assert place in flow.reached(program, (), {step.table})
        if step.name == "jumps rr":
            assert place in flow.reached(program, (), {int(program.table_index[step.table, 1])})
    assert flow.reached(program, (), ()) == set()


def test_who_reads_what_over_the_periods():
    """A stock, a lag of two periods and a sum, by hand."""
    scenario = load(
        document(
            {
                "inputs": {"x": 3.0, "y": 2.0},
                "processes": {"p": "random_walk(start=0, volatility=1)"},
                "formulas": {"f": "lag(p * y, 2)", "g": "exp(p)"},
                "stocks": {"cash": {"start": "x", "next": "cash + f - g"}},
            },
            ruin={"when": "cash < 0"},
            outputs={"track": ["cash", "g"]},
        )
    )
    movable = MovableProgram(scenario, scenario.track)
    flow = flow_of(movable.program)
    names = {
        key: {flow.steps[place].name for place in flow.reached(movable.program, *movable.moving(key))} for key in "xy"
    }
    assert "lag r" in names["y"]
    assert not {"lag r", "exp r", "fma szs"} & names["x"]
    assert not {"exp r"} & names["y"]
    assert "ruin r" in names["x"] & names["y"]
    lags = [place for place, step in enumerate(flow.steps) if step.name == "lag r"]
    assert len(lags) == 2
    assert all(set(lags) <= flow.sources[place] for place in lags), "a lag reads what it and its twin remember"
    odd, even = flow.blocks[1:]
    assert [flow.steps[place].name for place in odd] == [flow.steps[place].name for place in even]
