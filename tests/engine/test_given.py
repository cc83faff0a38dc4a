"""Normals from memory: the same bits as drawn ones, in the machine and in the reference."""

from __future__ import annotations

import numpy as np
import pytest

from burncast.engine.compiler import compile_scenario
from burncast.engine.instructions.normals import drawn_normals, used_draws
from burncast.engine.normal_space.given import run_given
from burncast.engine.reference import run_reference
from burncast.engine.scenario import load
from burncast.engine.simulate import run

EVERYTHING = {
    "scenario": {"title": "test", "periods": 10},
    "dimensions": {"product": ["free", "plus"]},
    "inputs": {
        "low": "2 to 8",
        "skewed": {"value": "beta(2, 3)", "over": "product"},
        "lumpy": "discrete([1, 2, 5], weights=[0.2, 0.5, 0.3])",
    },
    "processes": {
        "prices": {"value": "gbm(start=2, drift=-0.2, volatility=low / 10)", "over": "product"},
        "rate": "ou(start=0.05, mean=0.04, half_life=0.5, volatility=0.02)",
        "news": "jumps(rate=20, size=lognormal(mean=0.2, sd=0.1), decay=4)",
        "steps": {"value": "jumps(rate=9, size=discrete([1, 3]))", "over": "product"},
        "market": {"value": "markov(transition=[[0.7, 0.3], [0.4, 0.6]], start=[0.5, 0.5])"},
    },
    "formulas": {
        "events": "chance(0.3) + poisson(low) + binomial(20, 0.3) + market",
        "burn": "sum(prices * skewed) + rate + news + sum(steps) + events + lumpy",
    },
    "stocks": {"cash": {"start": "60 * low", "next": "cash - burn"}},
    "ruin": {"when": "cash < 0", "need": "-cash"},
    "outputs": {"track": ["cash", "burn", "events", "news", "steps", "prices"]},
}
SOME = 1300
SEED = 5


@pytest.fixture(scope="module")
def program():
    return compile_scenario(load(EVERYTHING))


def test_given_what_would_be_drawn_the_bits_are_the_same(program):
    trajectories = np.arange(SOME, dtype=np.uint64)
    given = run_given(program, drawn_normals(program, SEED, trajectories), SEED, threads=2, keep_tracked=True)
    drawn = run(load(EVERYTHING), SOME, SEED, keep_paths=SOME)
    np.testing.assert_array_equal(given.tracked, drawn.paths)
    np.testing.assert_array_equal(np.bincount(given.passage, minlength=12), drawn.tally.first_passage)
    need = drawn.tally.rows - 1
    assert (given.need.min(), given.need.max()) == (drawn.tally.low[need], drawn.tally.high[need])
    assert 0 < np.count_nonzero(given.passage <= 10) < SOME
    assert not given.failed.any()


def test_the_reference_reads_the_same_normals(program):
    trajectories = np.array([3, 2**33 + 77, 0, 3], np.uint64)
    normals = drawn_normals(program, SEED, trajectories)
    drawn = run_reference(program, SEED, trajectories)
    read = run_reference(program, SEED, trajectories, normals)
    np.testing.assert_array_equal(read.recorded, drawn.recorded)
    given = run_given(program, normals, SEED, keep_tracked=True)
    np.testing.assert_array_equal(np.moveaxis(given.tracked, 0, 2), read.recorded)
    np.testing.assert_array_equal(given.passage, read.passage)
    np.testing.assert_array_equal(given.need, read.need)


def test_other_normals_are_read_and_jumps_stay_addressed(program):
    trajectories = np.arange(600, dtype=np.uint64)
    normals = drawn_normals(program, SEED, trajectories)
    normals.inputs[:] *= -1.0
    normals.shocks[:] *= np.float32(-1.0)
    normals.addresses[:] = trajectories[::-1]
    read = run_reference(program, SEED, normals.addresses, normals)
    given = run_given(program, normals, SEED, keep_tracked=True, threads=1)
    np.testing.assert_array_equal(np.moveaxis(given.tracked, 0, 2), read.recorded)
    still = run_given(program, drawn_normals(program, SEED, trajectories), SEED, keep_tracked=True)
    assert not np.array_equal(still.tracked, given.tracked)


def test_the_grouping_of_trajectories_changes_nothing(program):
    normals = drawn_normals(program, SEED, np.arange(SOME, dtype=np.uint64))
    whole = run_given(program, normals, SEED)
    order = np.random.default_rng(1).permutation(SOME)
    mixed = run_given(program, normals.columns(order), SEED)
    np.testing.assert_array_equal(mixed.need, whole.need[order])
    np.testing.assert_array_equal(mixed.passage, whole.passage[order])


def test_without_a_floor_the_need_tells_how_near_ruin_came(program):
    normals = drawn_normals(program, SEED, np.arange(SOME, dtype=np.uint64))
    outcomes = run_given(program, normals, SEED, least_need=-np.inf, keep_tracked=True)
    cash = outcomes.tracked[:, 0]
    np.testing.assert_array_equal(outcomes.need, -cash.min(axis=1))


def test_a_trajectory_that_fails_is_marked_and_the_others_go_on():
    broken = {
        "scenario": {"periods": 4},
        "inputs": {"burn": "normal(mean=1, sd=1)"},
        "formulas": {"ratio": "log(burn)"},
        "stocks": {"cash": {"start": 3, "next": "cash - burn + 0 * ratio"}},
        "ruin": {"when": "cash < 0", "need": "-cash"},
    }
    program = compile_scenario(load(broken))
    normals = drawn_normals(program, SEED, np.arange(SOME, dtype=np.uint64))
    outcomes = run_given(program, normals, SEED)
    reference = run_reference(program, SEED, np.arange(SOME, dtype=np.uint64))
    np.testing.assert_array_equal(outcomes.failed, ~reference.sound)
    sound = ~outcomes.failed
    assert 0 < sound.sum() < SOME
    np.testing.assert_array_equal(outcomes.passage[sound], reference.passage[sound])


def test_only_inputs_are_counted_among_the_draws(program):
    names = {program.draw_names[row] for row in used_draws(program)}
    assert len(names) == 5
    assert not any("news" in name or "steps" in name for name in names)
