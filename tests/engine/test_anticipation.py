"""Inputs correlated with processes, against the joint normal law of inputs and innovations."""

import numpy as np
import pytest
from forecasts import forecast
from laws import assert_mean, assert_sd, assert_tallied_law
from scipy import stats

import burncast
from burncast.engine.compiler import compile_scenario
from burncast.engine.dependence.anticipation import innovation_weights
from burncast.engine.reference import run_reference
from burncast.engine.scenario import load
from burncast.engine.simulate import run

PERIODS = 6
MATRIX = np.array([[1.0, 0.5, 0.6, -0.3], [0.5, 1.0, 0.2, 0.4], [0.6, 0.2, 1.0, 0.3], [-0.3, 0.4, 0.3, 1.0]])


def joint_covariance(matrix, inputs, periods):
    """The covariance of the inputs and all innovations that the weights make, by their own recursion."""
    weights = innovation_weights(matrix, inputs, periods)
    processes = len(matrix) - inputs
    size = inputs + processes * periods  # independent normals: those of the inputs, then of each period
    factor = np.linalg.cholesky(matrix[:inputs, :inputs]) if inputs > 1 else np.eye(1)
    left = np.eye(inputs, size)
    rows = [factor @ left]
    for period in range(periods):
        fresh = np.zeros((processes, size))
        fresh[:, inputs + processes * period : inputs + processes * (period + 1)] = np.eye(processes)
        everything = weights[period] @ np.concatenate([left, fresh])
        left = everything[:inputs]
        rows.append(everything[inputs:])
    stacked = np.concatenate(rows)
    return stacked @ stacked.T


@pytest.mark.parametrize("periods", [1, 2, 7, 60])
@pytest.mark.parametrize(
    ("matrix", "inputs"),
    [
        (MATRIX, 2),
        (MATRIX, 1),
        (MATRIX, 3),
        (np.array([[1.0, 1.0], [1.0, 1.0]]), 1),
        (np.array([[1.0, -1.0, 0.8], [-1.0, 1.0, -0.8], [0.8, -0.8, 1.0]])[[2, 0, 1]][:, [2, 0, 1]], 1),
    ],
    ids=["two and two", "one and three", "three and one", "wholly", "processes wholly"],
)
def test_weights_give_the_joint_law_exactly(matrix, inputs, periods):
    """Cov(x, z_t) = R/√T for every t, Cov(z_s, z_t) = 0, Cov(z_t) and Cov(x) as stated."""
    across = np.tile(matrix[:inputs, inputs:], periods) / np.sqrt(periods)
    within = np.kron(np.eye(periods), matrix[inputs:, inputs:])
    expected = np.block([[matrix[:inputs, :inputs], across], [across.T, within]])
    np.testing.assert_allclose(joint_covariance(matrix, inputs, periods), expected, atol=2e-7)


def test_draws_have_the_joint_law():
    found = forecast(
        f"""
        [scenario]
        periods = {PERIODS}
        [inputs]
        a = "normal(0, 1)"
        b = "lognormal(mu=0, sigma=1)"
        [processes]
        p = "iid(normal(0, 1))"
        walk = "random_walk(start=0, drift=0, volatility={12.0**0.5!r})"
        [formulas]
        a_p = "a * p"
        a_walk = "a * walk"
        b_p = "log(b) * p"
        b_walk = "log(b) * walk"
        p_walk = "p * (walk - lag(walk, 1))"
        steps = "p * lag(p, 1)"
        apart = "p * lag(walk, 1)"
        [outputs]
        track = ["b", "p", "walk", "a_p", "a_walk", "b_p", "b_walk", "p_walk", "steps", "apart"]
        [[correlations]]
        between = ["a", "b", "p", "walk"]
        matrix = {MATRIX.tolist()}
        """
    )

    def agree(matrix):
        for period in (1, 3, PERIODS):
            share = period / np.sqrt(PERIODS)
            assert_mean(*found.mean("a_p", period), matrix[0, 2] / np.sqrt(PERIODS))
            assert_mean(*found.mean("b_p", period), matrix[1, 2] / np.sqrt(PERIODS))
            assert_mean(*found.mean("a_walk", period), matrix[0, 3] * share)
            assert_mean(*found.mean("b_walk", period), matrix[1, 3] * share)
            if period > 1:
                assert_mean(*found.mean("p_walk", period), matrix[2, 3])
                assert_mean(*found.mean("steps", period), 0.0)
                assert_mean(*found.mean("apart", period), 0.0)

    agree(MATRIX)
    for place in ((0, 2), (1, 3), (2, 3)):
        wrong = MATRIX.copy()
        wrong[place] += 0.02
        with pytest.raises(AssertionError, match="standard errors"):
            agree(wrong)
    for period in (1, 4, PERIODS):
        assert_tallied_law(found.tally, found.row("b", period), stats.lognorm(1.0).cdf)
        assert_tallied_law(found.tally, found.row("p", period), stats.norm.cdf)
        assert_tallied_law(found.tally, found.row("walk", period), stats.norm(0, np.sqrt(period)).cdf)
        assert_sd(found.sd("walk", period), found.trajectories, np.sqrt(period))


def scenario(rho, measure="pearson", **about):
    return load(
        {
            "scenario": {"title": "anticipation", "periods": 5},
            "inputs": {"a": "normal(0, 1)", "other": "normal(0, 1)"},
            "processes": {"walk": "random_walk(start=0, drift=0, volatility=1)"},
            "formulas": {"show_a": "a", "show_other": "other"},
            "correlations": [{"between": ["walk", "a"], "rho": rho, "measure": measure, **about}],
            "outputs": {"track": ["show_a", "show_other", "walk"]},
        }
    )


def test_an_input_may_foretell_the_whole_sum():
    paths = run(scenario(1.0), 4096, seed=3, keep_paths=4096).paths
    end = paths[:, 2, 5] / np.sqrt(5 / 12)
    np.testing.assert_allclose(end, paths[:, 0, 5], atol=1e-6)
    steps = np.diff(paths[:, 2], axis=1)
    assert_mean(np.mean(steps[:, 0] * steps[:, 3] * 12), 1 / np.sqrt(4096), 0.0)


@pytest.mark.parametrize("measure", ["kendall", "spearman"])
def test_rank_correlation_of_an_input_with_the_end_of_a_walk(measure):
    paths = run(scenario(0.5, measure), 65_536, seed=3, keep_paths=65_536).paths
    first, second, third = (paths[part::3, :, 5][:21_845] for part in range(3))
    if measure == "kendall":
        found = np.sign((first[:, 0] - second[:, 0]) * (first[:, 2] - second[:, 2]))
    else:
        found = 3 * np.sign((first[:, 0] - second[:, 0]) * (first[:, 2] - third[:, 2]))
    assert_mean(found.mean(), found.std() / np.sqrt(len(found)), 0.5)


@pytest.mark.parametrize("method", ["random", "sobol", "lhs", "antithetic"])
def test_methods_and_threads(method):
    runs = [run(scenario(-0.7), 8192, seed=1, method=method, threads=threads, keep_paths=8192) for threads in (1, 2)]
    np.testing.assert_array_equal(runs[0].paths, runs[1].paths)
    paths = runs[0].paths
    products = paths[:, 0, 5] * paths[:, 2, 5] / np.sqrt(5 / 12)
    assert_mean(products.mean(), np.sqrt(1 + 0.7**2) / np.sqrt(8192 / 2), -0.7)
    assert_mean(np.mean(paths[:, 1, 5] * paths[:, 2, 5]), np.sqrt(5 / 12) / np.sqrt(8192 / 2), 0.0)
    if method == "random":
        program = compile_scenario(scenario(-0.7))
        expected = run_reference(program, 1, np.arange(8192, dtype=np.uint64)).recorded
        np.testing.assert_array_equal(paths, np.moveaxis(expected, 2, 0))


def test_sensitivity_counts_them_as_one_source():
    found = burncast.sensitivity(scenario(0.6), "walk_mean[5]", "shapley", trajectories=2048, seed=0)
    assert [str(source) for source in found["source"].values] == ["a, walk"]
    found = burncast.sensitivity(scenario(0.6), "walk_mean[5]", trajectories=2048, seed=0)
    assert [str(source) for source in found["source"].values] == ["a, walk"]
    assert "part_first_order" not in found
    assert found["first_order"].item() == pytest.approx(1.0, abs=0.1)


def test_fixing_one_of_them_leaves_the_others_as_they_were():
    document = {
        "scenario": {"title": "fixed", "periods": 5},
        "inputs": {"a": "normal(0, 1)", "b": "normal(0, 1)"},
        "processes": {"p": "iid(normal(0, 1))", "q": "iid(normal(0, 1))"},
        "formulas": {"show_a": "a", "show_b": "b"},
        "correlations": [{"between": ["a", "b", "p", "q"], "matrix": MATRIX.tolist()}],
        "outputs": {"track": ["show_a", "show_b", "p", "q"]},
    }
    names = ("a", "b", "p", "q")
    plain = run(load(document), 1024, seed=2, keep_paths=1024).paths
    for fixed in (("a",), ("p",), ("a", "b"), ("p", "q")):
        changed = {section: dict(document[section]) for section in ("inputs", "processes")}
        for name in fixed:
            changed["inputs" if name in "ab" else "processes"][name] = 1.0
        found = run(load(document | changed), 1024, seed=2, keep_paths=1024)
        assert any("constant" in note for note in found.notes)
        for place, name in enumerate(names):
            if name not in fixed:
                np.testing.assert_allclose(found.paths[:, place, 1:], plain[:, place, 1:], rtol=1e-12, atol=1e-14)


def test_an_impossible_matrix_is_repaired_and_what_changed_is_said():
    document = {
        "scenario": {"title": "impossible", "periods": 3},
        "inputs": {"a": "normal(0, 1)", "b": "normal(0, 1)"},
        "processes": {"p": "iid(normal(0, 1))"},
        "stocks": {"cash": {"start": "a + b", "next": "cash + p"}},
        "correlations": [
            {"between": ["a", "p"], "rho": 0.9},
            {"between": ["b", "p"], "rho": 0.9},
            {"between": ["a", "b"], "rho": -0.5},
        ],
    }
    (note,) = compile_scenario(load(document)).notes
    assert "not possible together" in note
    # The repaired matrix [[1, x, y], [x, 1, y], [y, y, 1]] is singular: 2y² = 1 + x.
    changes = dict(part.rsplit(" → ", 1) for part in note.split(": ", 1)[1].split(", "))
    x, y = float(changes["a with b -0.5"]), float(changes["a with p 0.9"])
    assert changes["b with p 0.9"] == changes["a with p 0.9"]
    assert 2 * y * y == pytest.approx(1 + x, abs=4e-3)


def test_a_t_copula_between_an_input_and_a_process_is_refused():
    with pytest.raises(burncast.ScenarioError, match="input is correlated with a process by a t copula"):
        compile_scenario(scenario(0.3, copula="t", df=4))
