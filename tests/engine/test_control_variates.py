"""Control variates: exact where they explain everything, unbiased and with honest errors where they do not."""

from __future__ import annotations

import numpy as np
import pytest
from oracles import gaussian_walk

from burncast.distributions.errors import InputError
from burncast.engine.compiler import compile_scenario
from burncast.engine.instructions.normals import drawn_normals, used_draws
from burncast.engine.numerics.lanes import CHUNK, LANES
from burncast.engine.scenario import load
from burncast.engine.simulate import run, run_program
from burncast.engine.statistics.batch_sums import BATCH
from burncast.engine.statistics.chunk_arrays import STRANDS
from burncast.engine.trajectories.control_variates import ControlTotals, controls_of
from burncast.engine.trajectories.sampling import REPLICATIONS, sampler_for

METHODS = ("random", "antithetic")
START, DRIFT, SD, PERIODS = 2.0, -0.15, 0.25, 12


def walk():
    """A company whose cash is a Gaussian walk, and a price: ruin and means have closed forms."""
    return load(
        {
            "scenario": {"periods": PERIODS},
            "inputs": {"level": "normal(0, 0.5)"},
            "processes": {
                "market": f"random_walk(start={START}, drift={12 * DRIFT}, volatility={SD * 12**0.5})",
                "price": "gbm(start=1, drift=0.05, volatility=0.5)",
            },
            "formulas": {"square": "level ** 2"},
            "stocks": {"cash": {"start": START, "next": "market"}, "value": {"start": 1, "next": "price"}},
            "ruin": {"when": "cash < 0", "need": "-cash"},
            "outputs": {"track": ["cash", "value", "square"]},
        }
    )


EXACT_RUIN = gaussian_walk.ruin_probability(START, DRIFT, SD, PERIODS)


def linear():
    """Cash that is a linear function of the input and of both sums of the market's shocks."""
    return load(
        {
            "scenario": {"periods": 24},
            "inputs": {"burn": "normal(mean=2e6, sd=5e5)"},
            "processes": {"market": "random_walk(start=0, drift=0, volatility=3e6)"},
            "stocks": {"cash": {"start": 1e9, "next": "cash - burn + market"}, "flat": {"start": 7, "next": "flat"}},
            "ruin": {"when": "cash < 0"},
            "outputs": {"track": ["cash", "flat"]},
        }
    )


def test_where_the_controls_explain_everything_nothing_is_left():
    plain = run(linear(), 20_000, 3)
    found = run(linear(), 20_000, 3, control_variates=True).controlled
    error = plain.tally.mean_se(24)
    assert found.means_se[24] < 1e-6 * error
    assert abs(found.means[24] - (1e9 - 24 * 2e6)) < 1e-5 * error
    assert abs(plain.tally.mean(24) - (1e9 - 24 * 2e6)) > 0.01 * error
    assert found.means[25:50].tolist() == [7.0] * 25
    assert found.means_se[25:50].tolist() == [0.0] * 25
    assert not found.ruin.any()
    assert not found.ruin_se.any()


@pytest.mark.parametrize("method", METHODS)
def test_the_estimates_are_those_of_least_squares_on_sums_of_batches(method):
    """Against numpy.linalg.lstsq on the normals and paths of the same run, of which the last 100 fill no block."""
    scenario, blocks = walk(), 12
    program = compile_scenario(scenario)
    trajectories = blocks * LANES + 100
    simulation = run(scenario, trajectories, 5, method=method, control_variates=True, keep_paths=trajectories)
    found = simulation.controlled
    normals = sampler_for(program, method, 5, trajectories, in_memory=True).normals(0, blocks * LANES)
    inputs, shocks = normals.inputs[used_draws(program)], normals.shocks.astype(np.float64)
    left = np.arange(PERIODS, 0, -1.0)
    linear = np.concatenate(
        [inputs] + [np.stack([z.sum(axis=0) / PERIODS**0.5, left @ z / np.sqrt(left @ left)]) for z in shocks]
    )
    controls = np.concatenate([linear, linear**2 - 1.0])
    values = simulation.paths[: blocks * LANES].reshape(blocks * LANES, -1)
    ruined = np.minimum.accumulate(simulation.paths[: blocks * LANES, 0], axis=1) < 0.0
    outputs = np.concatenate([ruined, values], axis=1)

    def summed(of_each):
        return of_each.reshape(blocks, LANES // STRANDS, STRANDS, -1).sum(axis=1).reshape(blocks * STRANDS, -1)

    x, y = summed(controls.T), summed(outputs)
    x[:, np.abs(x).max(axis=0) < 1e-9] = 0.0  # linear controls of mirrored pairs
    design = np.concatenate([np.ones((len(x), 1)), x], axis=1)
    beta, _, rank, _ = np.linalg.lstsq(design, y, rcond=1e-10)
    residual = ((y - design @ beta) ** 2).sum(axis=0) / (len(x) - rank)
    error = np.sqrt(residual * np.linalg.pinv(design.T @ design, rcond=1e-12)[0, 0]) / BATCH
    at = np.concatenate([np.arange(PERIODS + 1), PERIODS + 1 + np.arange(values.shape[1])])
    estimates = np.concatenate([found.ruin, found.means])[at]
    errors = np.concatenate([found.ruin_se, found.means_se])[at]
    known = np.isfinite(error)
    assert known.sum() >= 4 * PERIODS
    np.testing.assert_allclose(estimates[known], beta[0, known] / BATCH, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(errors[known], error[known], rtol=1e-6, atol=4e-9)
    assert rank == (11 if method == "random" else 6)
    assert (found.controls, found.batches) == (10, blocks * STRANDS)


@pytest.mark.parametrize(("method", "count"), [("random", 240), ("antithetic", 80)])
def test_estimates_are_unbiased_and_intervals_cover(method, count):
    """Many short runs, of 64 batches for 10 controls: Student's law with 53 degrees of freedom."""
    trajectories = 8 * LANES
    exact = np.array([EXACT_RUIN[8], EXACT_RUIN[12], START + 12 * DRIFT, np.exp(0.05), 0.25])
    estimates, errors = np.empty((count, 5)), np.empty((count, 5))
    scenario = walk()
    rows = np.array([12, 25, 38])
    for seed in range(count):
        found = run(scenario, trajectories, seed, method=method, control_variates=True, threads=1).controlled
        estimates[seed] = [found.ruin[8], found.ruin[12], *found.means[rows]]
        errors[seed] = [found.ruin_se[8], found.ruin_se[12], *found.means_se[rows]]
    plain = np.sqrt(np.append(exact[:2] * (1 - exact[:2]), [12 * SD**2, np.exp(0.1) * np.expm1(0.25), 0.125]))
    plain /= trajectories**0.5
    for figure in (0, 1, 3):
        estimate, error = estimates[:, figure], errors[:, figure]
        spread = estimate.std(ddof=1)
        assert abs(estimate.mean() - exact[figure]) < 4 * spread / count**0.5, figure
        assert (error**2).mean() == pytest.approx(spread**2, rel=4 * (2 / count) ** 0.5), figure
        covered = np.mean(np.abs(estimate - exact[figure]) < 2.006 * error)
        assert abs(covered - 0.95) < 4 * (0.95 * 0.05 / count) ** 0.5, figure
        assert spread < 0.9 * plain[figure], figure
    for figure in (2, 4):  # linear in a control, and the square of one
        np.testing.assert_allclose(estimates[:, figure], exact[figure], atol=1e-6 * plain[figure])


@pytest.mark.parametrize("method", METHODS)
def test_threads_change_nothing_and_the_tally_is_that_of_a_run_without(method):
    scenario, trajectories = walk(), 2 * CHUNK + 5000
    plain = run(scenario, trajectories, 7, method=method, threads=2)
    runs = [run(scenario, trajectories, 7, method=method, threads=n, control_variates=True) for n in (1, 2, 5)]
    for one in runs:
        assert one.tally.to_bytes() == plain.tally.to_bytes()
        for name in ("ruin", "ruin_se", "means", "means_se"):
            np.testing.assert_array_equal(getattr(one.controlled, name), getattr(runs[0].controlled, name))
    assert plain.controlled is None
    assert [one.independent for one in runs] == [plain.independent] * 3


def test_chunks_are_added_in_the_order_of_trajectories():
    scenario = walk()
    program = compile_scenario(scenario)
    trajectories = 3 * CHUNK
    sampler = sampler_for(program, "random", 1, trajectories, in_memory=True)

    class Reversed(ControlTotals):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            self.late = []

        def add(self, *arguments):
            self.late.insert(0, arguments)
            if len(self.late) == 3:
                for one in self.late:
                    super().add(*one)

    found = []
    for kind in (ControlTotals, Reversed):
        totals = kind(controls_of(program, True, "random", trajectories), sampler.pilot())
        run_program(
            program,
            trajectories,
            1,
            scenario=scenario,
            threads=1,
            chunk_size=CHUNK,
            sampler=sampler,
            totals=totals,
        )
        found.append(totals.means())
    np.testing.assert_array_equal(found[0].means, found[1].means)
    np.testing.assert_array_equal(found[0].ruin_se, found[1].ruin_se)


def test_paths_are_kept_as_ever():
    plain = run(walk(), 3000, 2, keep_paths=700)
    found = run(walk(), 3000, 2, keep_paths=700, control_variates=["market"])
    np.testing.assert_array_equal(plain.paths, found.paths)


def test_only_the_quantities_named_are_controls():
    every = run(walk(), 6000, 2, control_variates="all").controlled
    some = run(walk(), 6000, 2, control_variates="market, level").controlled
    same = run(walk(), 6000, 2, control_variates=("market", "level")).controlled
    assert (every.controls, every.quantities) == (10, ("level", "market", "price"))
    assert (some.controls, some.quantities) == (6, ("market", "level"))
    np.testing.assert_array_equal(some.means, same.means)
    assert some.means_se[12] < 1e-7 < every.means_se[25] < 0.9 * some.means_se[25]


def test_a_scenario_in_which_nothing_is_drawn_needs_none():
    document = {"scenario": {"periods": 2}, "stocks": {"cash": {"start": 1, "next": "cash - 1"}}}
    document |= {"ruin": {"when": "cash < 0"}, "outputs": {"track": ["cash"]}}
    found = run(load(document), 2000, control_variates=True).controlled
    assert found.ruin.tolist() == [0.0, 0.0, 1.0]
    assert found.means[:3].tolist() == [1.0, 0.0, -1.0]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"method": "sobol"}, "method is 'sobol'; control variates serve 'random' and 'antithetic'"),
        ({"method": "lhs"}, "method is 'lhs'"),
        ({"control_variates": ["markt"]}, "names 'markt', on whose draws nothing depends; did you mean 'market'"),
        ({"control_variates": "cash,level"}, "names 'cash'"),
        (
            {"trajectories": 2000},
            "trajectories is 2,000; 10 control variates need 2,560 or more: name fewer quantities",
        ),
    ],
)
def test_what_cannot_be_controlled_is_one_message(options, says):
    with pytest.raises(InputError, match=says):
        run(walk(), **{"trajectories": 5000, "control_variates": True, **options})


def test_normals_in_memory_are_those_that_the_streams_give():
    program = compile_scenario(walk())
    found = sampler_for(program, "random", 9, 1024, in_memory=True).normals(0, 1024)
    drawn = drawn_normals(program, 9, np.arange(1024, dtype=np.uint64))
    np.testing.assert_array_equal(found.shocks, drawn.shocks)
    np.testing.assert_array_equal(found.inputs[used_draws(program)], drawn.inputs[used_draws(program)])
    pairs = sampler_for(program, "antithetic", 9, 1024).normals(0, 1024).shocks.reshape(2, PERIODS, -1, 2, REPLICATIONS)
    np.testing.assert_array_equal(pairs[..., 0, :], -pairs[..., 1, :])
    np.testing.assert_array_equal(pairs[..., 0, :], drawn.shocks.reshape(pairs.shape)[..., 0, :])
