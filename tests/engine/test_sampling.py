"""Sampling methods: the points, their laws, and errors that can be trusted."""

from __future__ import annotations

import re
import subprocess
import sys
from ast import literal_eval

import numpy as np
import pytest
from oracles import gaussian_walk
from scipy.special import ndtr
from scipy.stats import kstest, qmc

from burncast.distributions.errors import InputError, SimulationError
from burncast.engine.compiler import compile_scenario
from burncast.engine.instructions.normals import drawn_normals
from burncast.engine.scenario import load
from burncast.engine.simulate import run, run_program
from burncast.engine.statistics.replications import ruin_shares, standard_error
from burncast.engine.trajectories.brownian_bridge import bridge, bridge_increments
from burncast.engine.trajectories.replay import replay
from burncast.engine.trajectories.sampling import REPLICATIONS, sampler_for
from burncast.engine.trajectories.sobol_directions import directions, scrambled

EVEN = ("sobol", "lhs", "antithetic")
PERIODS = 11


def document(periods=PERIODS, start=3.0):
    return {
        "scenario": {"title": "test", "periods": periods},
        "inputs": {"level": "normal(0, 0.2)", "burn": "lognormal(mean=0.3, sd=0.1)"},
        "processes": {
            "walk": "random_walk(start=0, drift=0, volatility=1)",
            "price": "gbm(start=1, volatility=0.3)",
            "news": "jumps(rate=2, size=lognormal(mean=0.2, sd=0.1))",
        },
        "stocks": {"cash": {"start": start, "next": "cash - burn * price + level + walk - news"}},
        "ruin": {"when": "cash < 0", "need": "-cash"},
        "outputs": {"track": ["cash"]},
    }


@pytest.fixture(scope="module")
def scenario():
    return load(document())


@pytest.fixture(scope="module")
def program(scenario):
    return compile_scenario(scenario)


@pytest.mark.parametrize("dimension", [1, 2, 3, 17, 1000])
def test_direction_numbers_are_those_of_scipys_points(dimension):
    points = qmc.Sobol(dimension, scramble=False, bits=32).random_base2(7)[:, -1]
    numbers = directions(dimension)[-1]
    ours = np.zeros(128, np.uint32)
    for place, index in enumerate(range(128)):
        gray = index ^ (index >> 1)
        for bit in range(7):
            ours[place] ^= numbers[bit] if gray >> bit & 1 else np.uint32(0)
    np.testing.assert_array_equal(ours / 2.0**32, points)


def test_scrambling_keeps_what_makes_points_even():
    """Every scrambled matrix keeps its leading minors: any 2^k points fill 2^k strata, in each dimension."""
    vectors, shifts = scrambled(directions(40), 5, seed=3)
    index = np.arange(64)
    for dimension in range(40):
        for replication in range(5):
            words = np.full(64, shifts[dimension, replication], np.uint32)
            for bit in range(6):
                words ^= np.where(index >> bit & 1, vectors[dimension, bit, replication], np.uint32(0)).astype(
                    np.uint32
                )
            assert len(np.unique(words >> np.uint32(26))) == 64
    assert len(np.unique(vectors[3, 4])) == 5


def test_any_point_is_uniform_over_scramblings():
    """Point 1 + 4 + 32 of the third dimension over 960 scramblings, by Kolmogorov and Smirnov."""
    places = []
    for seed in range(60):
        vectors, shifts = scrambled(directions(3), REPLICATIONS, seed)
        places.extend((shifts[2] ^ vectors[2, 0] ^ vectors[2, 2] ^ vectors[2, 5]) / 2.0**32)
    assert kstest(places, "uniform").pvalue > 1e-4


@pytest.mark.parametrize("periods", [1, 2, 7, 36])
def test_the_bridge_is_orthogonal(periods):
    matrix = bridge_increments(bridge(periods), np.eye(periods))
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(periods), atol=1e-6)
    path = np.cumsum(matrix, axis=0)
    assert path[-1, 0] == pytest.approx(np.sqrt(periods))
    np.testing.assert_allclose(path[-1, 1:], 0.0, atol=1e-6)


@pytest.mark.parametrize("method", EVEN)
def test_normals_are_standard_and_uncorrelated(program, method):
    count = 16_384
    normals = sampler_for(program, method, 7, count).normals(0, count)
    rows = [normals.inputs[row] for row in (0, 1, 2) if normals.inputs[row].any()]
    table = np.array([*rows, *normals.shocks.reshape(-1, count)], np.float64)
    assert np.abs(table.mean(axis=1)).max() < 4.5 / np.sqrt(count)
    assert np.abs((table**2).mean(axis=1) - 1).max() < 4.5 * np.sqrt(2 / count)
    assert np.abs(np.corrcoef(table) - np.eye(len(table))).max() < 5 / np.sqrt(count)
    assert np.abs((table**4).mean(axis=1) - 3).max() < 5 * np.sqrt(96 / count)


@pytest.mark.parametrize("method", ["sobol", "lhs"])
def test_every_stratum_has_one_point_of_each_replication(program, method):
    count = 64 * REPLICATIONS
    normals = sampler_for(program, method, 1, count).normals(0, count)
    for row in normals.inputs[[row for row in range(len(normals.inputs)) if normals.inputs[row].any()]]:
        for replication in range(REPLICATIONS):
            strata = np.floor(64 * ndtr(row[replication::REPLICATIONS]))
            assert len(np.unique(strata)) == 64
    ends = normals.shocks.astype(np.float64).sum(axis=1) / np.sqrt(PERIODS)
    for end in ends:
        assert len(np.unique(np.floor(64 * ndtr(end[3::REPLICATIONS])))) >= 62


def test_random_points_would_not_pass_that_test(program):
    drawn = drawn_normals(program, 1, np.arange(64 * REPLICATIONS, dtype=np.uint64))
    row = next(row for row in drawn.inputs if row.any())
    assert len(np.unique(np.floor(64 * ndtr(row[0::REPLICATIONS])))) < 55


def test_antithetic_pairs_are_opposite(program):
    normals = sampler_for(program, "antithetic", 4, 1024).normals(0, 1024)
    index = np.arange(1024)
    plus, minus = index[index // REPLICATIONS % 2 == 0], index[index // REPLICATIONS % 2 == 1]
    np.testing.assert_array_equal(normals.shocks[:, :, plus], -normals.shocks[:, :, minus])
    np.testing.assert_array_equal(normals.inputs[:, plus], -normals.inputs[:, minus])
    drawn = drawn_normals(program, 4, index.astype(np.uint64))
    np.testing.assert_array_equal(normals.shocks[:, :, plus], drawn.shocks[:, :, plus])


@pytest.mark.parametrize("method", EVEN)
def test_threads_and_chunks_change_nothing(scenario, program, method):
    count = 5_000
    found = []
    for threads, chunk_size in ((1, 65_536), (2, 512), (2, 1024)):
        replications = np.zeros((REPLICATIONS, PERIODS + 2), np.int64)
        tally = run_program(
            program,
            count,
            9,
            scenario=scenario,
            threads=threads,
            chunk_size=chunk_size,
            sampler=sampler_for(program, method, 9, count),
            replications=replications,
        )
        found.append((tally.first_passage.tolist(), replications.tolist(), tally.low.tolist(), tally.high.tolist()))
        np.testing.assert_array_equal(replications.sum(axis=0), tally.first_passage)
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("method", ["sobol", "antithetic"])
def test_the_first_trajectories_are_the_same_in_a_longer_run(scenario, method):
    short = run(scenario, 100, 3, method=method, keep_paths=100).paths
    long = run(scenario, 9_000, 3, method=method, keep_paths=100).paths
    np.testing.assert_array_equal(short, long)
    assert not np.any(short[:, :, 1:] == run(scenario, 100, 4, method=method, keep_paths=100).paths[:, :, 1:])


def walk(sd=0.25, start=2.0, drift=-0.15, periods=12):
    return load(
        {
            "scenario": {"title": "walk", "periods": periods},
            "processes": {"noise": f"random_walk(start={start}, drift={12 * drift}, volatility={sd * 12**0.5})"},
            "ruin": {"when": "noise < 0"},
            "outputs": {"track": []},
        }
    )


@pytest.mark.parametrize("method", EVEN)
def test_estimates_are_unbiased_and_their_errors_honest(method):
    """Forty seeds of a walk whose ruin is known: the z-scores are Student's with 15 degrees of freedom."""
    exact = gaussian_walk.ruin_probability(2.0, -0.15, 0.25, 12)[-1]
    scores, errors = [], []
    for seed in range(40):
        found = run(walk(), 2048, seed, method=method, threads=1)
        shares = ruin_shares(found.replications)[:, -1]
        error = standard_error(shares, found.replications.sum(axis=1))
        scores.append((found.tally.first_passage[:-1].sum() / 2048 - exact) / error)
        errors.append(error)
    scores = np.array(scores)
    assert abs(scores.mean()) < 4 * np.sqrt(15 / 13 / 40)
    assert 0.5 < (scores**2).mean() / (15 / 13) < 1.9
    plain = np.sqrt(exact * (1 - exact) / 2048)
    assert np.sqrt(np.mean(np.square(errors))) < plain * (0.5 if method == "sobol" else 0.95)


@pytest.mark.parametrize("method", EVEN)
def test_sums_by_strand_are_those_of_the_paths(method):
    found = run(load(document()), 1111, 5, method=method, keep_paths=1111)
    values = found.paths[:, 0]
    means = np.stack([values[strand::8].mean(axis=0) for strand in range(8)])
    sizes = np.array([len(values[strand::8]) for strand in range(8)])
    np.testing.assert_array_equal(found.spread.sizes, sizes)
    errors = [found.spread.mean_se(row) for row in range(1, PERIODS + 1)]
    np.testing.assert_allclose(errors, standard_error(means, sizes)[1:], rtol=1e-10)


@pytest.mark.parametrize("method", EVEN)
def test_the_error_of_the_need_is_what_its_replications_differ_by(method):
    found = run(load(document()), 70_000, 5, method=method, keep_paths=70_000)
    needs = np.maximum(-found.paths[:, 0].min(axis=1), 0.0)
    quantiles = np.array([np.quantile(needs[replication::16], 0.9) for replication in range(16)])
    sizes = np.array([len(needs[replication::16]) for replication in range(16)])
    told = found.spread.need_se(0.9, found.tally.low[-1], found.tally.high[-1])
    assert told == pytest.approx(standard_error(quantiles, sizes), rel=0.1)


@pytest.mark.parametrize("method", EVEN)
def test_the_errors_of_means_are_honest(method):
    """Forty seeds of a mean that is known: the z-scores are Student's with 7 degrees of freedom."""
    price = load(
        {
            "scenario": {"title": "price", "periods": 12},
            "processes": {"price": "gbm(start=1, drift=0.1, volatility=0.5)"},
            "outputs": {"track": ["price"]},
        }
    )
    scores, errors = [], []
    for seed in range(40):
        found = run(price, 2048, seed, method=method, threads=1)
        errors.append(found.spread.mean_se(12))
        scores.append((found.tally.mean(12) - np.exp(0.1)) / errors[-1])
    assert abs(np.mean(scores)) < 4 * np.sqrt(7 / 5 / 40)
    assert 0.4 < np.mean(np.square(scores)) / (7 / 5) < 2.5
    assert np.sqrt(np.mean(np.square(errors))) < 0.7 * found.tally.mean_se(12)


def test_the_error_of_independent_replications_is_that_of_their_mean():
    generator = np.random.default_rng(8)
    sizes = np.array([5, 7, 9, 4] * 4)
    draws = generator.normal(size=(4000, 16)) / np.sqrt(sizes)
    estimated = np.array([standard_error(row, sizes) for row in draws])
    actual = (draws * sizes / sizes.sum()).sum(axis=1).std()
    assert np.sqrt((estimated**2).mean()) == pytest.approx(actual, rel=0.05)


def test_beyond_the_published_dimensions_coordinates_are_drawn(monkeypatch):
    from burncast.engine.trajectories import sampling

    monkeypatch.setattr(sampling, "MOST_DIMENSIONS", 4)
    program = compile_scenario(walk())
    normals = sampler_for(program, "sobol", 3, 1024).normals(0, 1024)
    table = normals.shocks[0].astype(np.float64)
    assert np.abs(np.cov(table) - np.eye(12)).max() < 0.2
    end = table.sum(axis=0) / np.sqrt(12)
    assert len(np.unique(np.floor(64 * ndtr(end[0::REPLICATIONS])))) >= 62


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"method": "sobel"}, "expected one of random, sobol, lhs, antithetic"),
        ({"method": "sobol", "trajectories": 40}, "needs 64 or more"),
        ({"method": "lhs", "trajectories": 1 << 40}, r"at most 2\^36"),
    ],
)
def test_what_cannot_be_sampled_is_one_message(scenario, options, says):
    with pytest.raises(InputError, match=says):
        run(scenario, **{"trajectories": 1000, **options})


@pytest.mark.parametrize("method", EVEN)
def test_a_failure_names_the_quantity_and_the_period(method):
    broken = document()
    broken["formulas"] = {"ratio": "log(price - 0.55 + 0 * cash)"}
    broken["outputs"] = {"track": ["cash", "ratio"]}
    with pytest.raises(SimulationError, match="ratio became nan in trajectory") as caught:
        run(load(broken), 4096, method=method)
    assert caught.value.quantity == "ratio"
    again = re.search(r"burncast\.replay\(scenario, (.*)\)$", str(caught.value))
    assert again is not None
    options = {name: literal_eval(value) for name, value in (part.split("=") for part in again[1].split(", "))}
    assert options["method"] == method
    values = replay(load(broken), **options)["ratio"][1][0, 1:]
    assert np.flatnonzero(np.isnan(values))[0] + 1 == caught.value.period


@pytest.mark.parametrize("method", ["random", *EVEN])
def test_a_replay_is_the_trajectory_of_the_run_under_every_method(method):
    asked = document()
    asked["processes"]["weather"] = "ou(start=0, mean=0, half_life=1, volatility=1)"  # nothing depends on it
    asked["outputs"]["track"] = ["cash", "price", "news"]
    scenario, trajectories = load(asked), 1111
    found = run(scenario, trajectories, 5, method=method, keep_paths=trajectories)
    for trajectory in (0, 17, 511, 512, 1023, 1110):
        replayed = replay(scenario, trajectory, 5, method=method, trajectories=trajectories)
        for item in found.tracked:
            np.testing.assert_array_equal(replayed[item.name][1][0], found.paths[trajectory, item.first_element])
        assert np.ptp(replayed["weather"][1]) > 0.1
        if method != "lhs":
            np.testing.assert_array_equal(
                replayed["cash"][1], replay(scenario, trajectory, 5, method=method)["cash"][1]
            )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"method": "lhs"}, "trajectories is missing: the points of a Latin hypercube"),
        ({"method": "luck"}, "method is 'luck'; expected one of random"),
        ({"trajectories": 5}, "trajectory is 5; expected one of the run's, 0 to 4"),
        ({"method": "sobol", "trajectories": 32}, "'sobol' needs 64 or more"),
    ],
)
def test_a_trajectory_that_no_run_has_is_not_replayed(scenario, options, says):
    with pytest.raises(InputError, match=says):
        replay(scenario, 5, **options)


def test_an_ordinary_run_imports_no_scipy():
    code = (
        "from burncast.engine.scenario import load; from burncast.engine.simulate import run; import sys\n"
        "run(load({'scenario': {'periods': 2}, 'stocks': {'cash': {'start': 1, 'next': 'cash'}}}), 10)\n"
        "print(*sorted(name for name in sys.modules if name.startswith('scipy.stats')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
