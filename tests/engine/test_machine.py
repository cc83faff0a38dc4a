"""The machine against the reference backend, and what must not change a result."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from programs import EVERYTHING, EXPRESSIONS, PERIODS, document, scenario_of

from burncast.distributions.errors import InterruptedRunError, SimulationError
from burncast.engine.compiler import compile_scenario
from burncast.engine.instructions.workspace import code_of, workspace_for
from burncast.engine.numerics.kernels import run_blocks
from burncast.engine.numerics.lanes import LANES
from burncast.engine.reference import run_reference
from burncast.engine.scenario import load
from burncast.engine.simulate import chunk_size_for, run, run_program
from burncast.engine.statistics.chunk_tally import ChunkTally
from burncast.engine.trajectories.replay import replay

TRAJECTORIES = 300


def both(scenario, seed=5):
    """Paths, first passages and need: of the machine and of the reference."""
    program = compile_scenario(scenario)
    result = run(scenario, TRAJECTORIES, seed, keep_paths=TRAJECTORIES, threads=1)
    reference = run_reference(program, seed, np.arange(TRAJECTORIES, dtype=np.uint64))
    return result, reference


def assert_same(scenario, seed=5):
    result, reference = both(scenario, seed)
    assert result.paths is not None
    np.testing.assert_array_equal(result.paths, np.moveaxis(reference.recorded, 2, 0))
    assert np.array_equal(result.tally.first_passage, np.bincount(reference.passage, minlength=PERIODS + 2))
    need = result.tally.rows - 1
    assert result.tally.low[need] == reference.need.min()
    assert result.tally.high[need] == reference.need.max()


def test_every_instruction_agrees_with_the_reference_to_the_last_bit():
    assert_same(load(EVERYTHING))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EXPRESSIONS, min_size=1, max_size=3), EXPRESSIONS)
@example(["a"], "where(-1.25 > 0, v, a)")
def test_random_programs_agree_with_the_reference_to_the_last_bit(formulas, flow):
    scenario = load(scenario_of(formulas, flow))
    try:
        result, reference = both(scenario)
    except SimulationError as error:
        failed = error.trajectory
    else:
        failed = None
        np.testing.assert_array_equal(result.paths, np.moveaxis(reference.recorded, 2, 0))
    sound = run_reference(compile_scenario(scenario), 5, np.arange(TRAJECTORIES, dtype=np.uint64)).sound
    assert failed == (None if np.all(sound) else int(np.argmin(sound)))


def plain(drift: float = 0.0) -> dict:
    return document(
        {
            "inputs": {"cash0": "lognormal(mean=20, sd=5)"},
            "processes": {"burn": f"log_ou(start=2, mean=2, half_life=1, volatility={0.5 + drift})"},
            "stocks": {"cash": {"start": "cash0", "next": "cash - burn"}},
        },
        ruin={"when": "cash < 0", "need": "-cash"},
        outputs={"track": ["cash", "burn"]},
    )


@pytest.fixture(scope="module")
def scenario():
    return load(plain())


def test_threads_and_chunks_change_nothing(scenario):
    program = compile_scenario(scenario)
    tallies = [
        run_program(program, 9_000, 9, scenario=scenario, threads=threads, chunk_size=chunk_size).to_bytes()
        for threads, chunk_size in ((1, 512), (2, 512), (2, 1024), (1, chunk_size_for(9_000)))
    ]
    whole = [run_program(program, 9_000, 9, scenario=scenario, threads=threads).to_bytes() for threads in (1, 2)]
    assert whole[0] == whole[1]
    assert tallies[0] == tallies[1]
    assert tallies[3] == whole[0]


def test_a_trajectory_is_the_same_in_a_short_and_a_long_run(scenario):
    short = run(scenario, 10, 3, keep_paths=10).paths
    long = run(scenario, 70_000, 3, keep_paths=10).paths
    np.testing.assert_array_equal(short, long)


def test_another_seed_gives_other_numbers(scenario):
    first, second = (run(scenario, 10, seed, keep_paths=10).paths for seed in (0, 1))
    assert not np.any(first[:, :, 1:] == second[:, :, 1:])


def test_adding_a_process_leaves_other_draws_unchanged(scenario):
    more = plain()
    more["processes"] = {"first": "gbm(start=1, volatility=0.1)", **more["processes"]}
    more["outputs"] = {"track": ["cash", "burn", "first"]}
    np.testing.assert_array_equal(
        run(load(more), 10, 3, keep_paths=10).paths[:, :2], run(scenario, 10, 3, keep_paths=10).paths
    )


@pytest.mark.parametrize(
    ("formula", "period"), [("1 / (period - 3)", 3), ("log(2.5 - period)", 3), ("exp(300 * period)", 3)]
)
def test_a_formula_that_fails_is_named_with_its_trajectory_and_period(formula, period):
    broken = plain()
    broken["formulas"] = {"odd_one": f"{formula} * (1 + 0 * burn)", "afterwards": "odd_one * 2"}
    broken["stocks"]["cash"]["next"] = "cash - burn + min(afterwards, 1)"
    with pytest.raises(
        SimulationError, match=r"formulas\.odd_one became (nan|-?inf) in trajectory 0, period"
    ) as caught:
        run(load(broken), 1000)
    assert (caught.value.quantity, caught.value.trajectory, caught.value.period) == ("odd_one", 0, period)


def test_a_formula_that_nothing_uses_is_not_blamed():
    broken = plain()
    broken["formulas"] = {"unused": "log(-1 - burn)", "odd_one": "1 / (period - 3) * (1 + 0 * burn)"}
    broken["stocks"]["cash"]["next"] = "cash - burn + odd_one"
    with pytest.raises(SimulationError) as caught:
        run(load(broken), 1000)
    assert (caught.value.quantity, caught.value.period) == ("odd_one", 3)


def test_more_jumps_than_there_are_streams_is_an_error_that_names_the_process():
    crowded = plain()
    crowded["processes"]["news"] = "jumps(rate=12 * 70_000, size=1)"
    crowded["outputs"] = {"track": ["news"]}
    with pytest.raises(SimulationError, match=r"processes\.news became nan .*more than 65,535 jumps") as caught:
        run(load(crowded), 1000)
    assert (caught.value.quantity, caught.value.trajectory, caught.value.period) == ("news", 0, 1)
    reference = run_reference(compile_scenario(load(crowded)), 0, np.arange(3, dtype=np.uint64))
    assert reference.failure.tolist() == [1, 1, 1]


def test_a_condition_of_ruin_that_fails_is_named_with_its_period():
    broken = plain()
    broken["ruin"] = {"when": "log(4.5 - period + 0 * cash) > 9"}
    with pytest.raises(SimulationError, match=r"ruin\.when .* trajectory 0, period 5") as caught:
        run(load(broken), 1000)
    assert (caught.value.quantity, caught.value.period) == ("ruin", 5)


def test_a_condition_of_ruin_that_fails_at_the_opening_is_no_ruin():
    broken = plain()
    broken["ruin"] = {"when": "(cash - cash) / period > 9"}
    with pytest.raises(SimulationError, match="period 0"):
        run(load(broken), 1000)


def test_what_a_choice_leaves_out_may_be_anything():
    careful = plain()
    careful["formulas"] = {"ratio": "where(period == 3, 0, 1 / (period - 3 + 0 * burn))"}
    careful["outputs"] = {"track": ["ratio"]}
    run(load(careful), 300)


def test_ctrl_c_says_how_far_it_came(scenario):
    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(InterruptedRunError) as caught:
        run(scenario, 10_000_000, progress=interrupt)
    assert 0 < caught.value.done < caught.value.total == 10_000_000


def test_a_kernel_ends_at_its_next_block_once_it_is_told_to():
    """Not at its last one, which would be some seconds away."""
    program = compile_scenario(load({"scenario": {"periods": 1}, "stocks": {"cash": {"start": 1, "next": "cash"}}}))
    space = workspace_for(program, np.empty((0, 0, program.periods + 1)))
    chunk, stop = ChunkTally.empty(program.tally_rows, program.periods), np.zeros(1, np.int64)
    call = (code_of(program), space, chunk.arrays, np.uint64(0), np.uint64(0))
    run_blocks(*call, LANES, stop)  # compiled, if it was not
    with ThreadPoolExecutor(1) as pool:
        status = pool.submit(run_blocks, *call, 1 << 28, stop)
        time.sleep(0.05)
        stop[0] = 1
        assert status.result() == -2


@pytest.mark.parametrize("trajectory", [0, 7, 255, 256, 299])
def test_a_replay_is_the_trajectory_of_the_run(trajectory):
    scenario = load(EVERYTHING)
    paths = run(scenario, TRAJECTORIES, 5, keep_paths=TRAJECTORIES).paths
    replayed = replay(scenario, trajectory, 5)
    assert set(replayed) == set(scenario.quantities)
    for item in compile_scenario(scenario).tracked:
        kept = paths[trajectory, item.first_element : item.first_element + item.elements]
        np.testing.assert_array_equal(replayed[item.name][1], kept)


def test_a_trajectory_beyond_four_billion_is_replayed_as_the_reference_has_it(scenario):
    trajectory = (1 << 33) + 77
    program = compile_scenario(scenario, tuple(scenario.quantities))
    reference = run_reference(program, 3, np.array([trajectory], dtype=np.uint64))
    replayed = replay(scenario, trajectory, 3)
    np.testing.assert_array_equal(
        np.concatenate([values for _, values in replayed.values()]), reference.recorded[:, :, 0]
    )
