"""Memory that outlives a run: nothing of one run is in the next, nothing large is held, and it is really used again."""

import weakref

import numpy as np
import pytest

from burncast.distributions.errors import SimulationError
from burncast.engine.compiler import compile_scenario
from burncast.engine.scenario import load
from burncast.engine.simulate import run_program
from burncast.engine.trajectories.workbenches import MOST_SPARE, Workbenches

N = 3_000


def shop(opening: str, periods: int = 6, shocks: int = 1):
    processes = {f"cost_{number}": "gbm(start=3, drift=0.1, volatility=0.4)" for number in range(shocks)}
    costs = " - ".join(processes)
    return load(
        {
            "scenario": {"periods": periods},
            "inputs": {"opening": opening},
            "processes": processes,
            "formulas": {"news": "lag(cost_0, 2)"},
            "stocks": {"cash": {"start": "opening", "next": f"cash - {costs} + log(cash + 50) / 9"}},
            "ruin": {"when": "cash < 0", "need": "-cash"},
            "outputs": {"track": ["cash", "news"]},
        }
    )


SCENARIOS = {
    "usual": shop("lognormal(mean=20, sd=5)"),
    "tiny": shop("lognormal(mean=2e-9, sd=5e-10)"),
    "huge": shop("lognormal(mean=2e30, sd=5e30)"),
    "long": shop("20", periods=9),
    "wide": shop("20", shocks=2),
}


def tally_of(name: str, benches: Workbenches | None, n: int = N, paths: np.ndarray | None = None) -> bytes:
    scenario = SCENARIOS[name]
    program = compile_scenario(scenario)
    return run_program(
        program, n, 3, scenario=scenario, threads=2, chunk_size=512, benches=benches, paths=paths
    ).to_bytes()


@pytest.fixture(scope="module")
def fresh():
    return {name: tally_of(name, None) for name in SCENARIOS}


def test_runs_of_other_programs_and_scales_leave_no_trace(fresh):
    benches = Workbenches()
    for name in ("huge", "usual", "tiny", "long", "usual", "wide", "huge", "tiny"):
        assert tally_of(name, benches) == fresh[name], name


def test_a_run_that_failed_leaves_no_trace(fresh):
    benches = Workbenches()
    failing = shop("normal(mean=-49, sd=5)")
    tally_of("usual", benches)
    with pytest.raises(SimulationError, match="cash"):
        run_program(compile_scenario(failing), N, 3, scenario=failing, threads=2, benches=benches)
    assert tally_of("usual", benches) == fresh["usual"]


def test_memory_is_used_again_and_what_is_large_is_let_go():
    benches = Workbenches()
    program = compile_scenario(SCENARIOS["usual"])
    paths = np.zeros((N, 2, program.periods + 1))
    first = benches.take(program, paths, paths)
    tables = first.chunk.arrays
    first.chunk.arrays.first_passage[0] = 7
    benches.leave(first)
    held = weakref.ref(paths)
    del paths
    assert held() is None
    again = benches.take(program, np.empty((0, 0, 0)), None)
    assert again.chunk.arrays is tables
    assert not again.chunk.arrays.first_passage.any()
    other = benches.take(program, np.empty((0, 0, 0)), None)
    assert other.chunk.arrays is not tables, "one bench for two threads"


def test_few_are_kept_and_those_of_the_latest_runs():
    benches = Workbenches()
    usual, wide = (compile_scenario(SCENARIOS[name]) for name in ("usual", "wide"))
    nothing = np.empty((0, 0, 0))
    old = benches.take(usual, nothing, None)
    tables = old.chunk.arrays
    benches.leave(old)
    for bench in [benches.take(wide, nothing, None) for _ in range(MOST_SPARE)]:
        benches.leave(bench)
    assert benches.take(usual, nothing, None).chunk.arrays is not tables
