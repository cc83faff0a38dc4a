"""Indices of sensitivity against closed forms, of scenarios that are these functions."""

from __future__ import annotations

import numpy as np
import pytest
from oracles.variance_indices import gaussian_shapley, ishigami, sine, sobol_g

from burncast.distributions.errors import InputError
from burncast.engine.compiler import compile_scenario
from burncast.engine.inputs.pinning import fixed, named_input, pinned
from burncast.engine.normal_space.outcomes import run_outcomes
from burncast.engine.questions.conditional_band import conditional_quantiles
from burncast.engine.questions.sensitivity import INPUT_PART, PROCESS_PART, Question
from burncast.engine.questions.target import Target
from burncast.engine.questions.variance_shares import variance_shares
from burncast.engine.scenario import load
from burncast.engine.statistics.resampling import block_sums, estimate

TRAJECTORIES = 16_384


def question(document, name="y", trajectories=TRAJECTORIES, seed=11):
    scenario = load(
        {
            "scenario": {"title": "A function", "periods": 1},
            "stocks": {"cash": {"start": 0, "next": "cash"}},
            **document,
        }
    )
    return Question(scenario, Target(name, "value", 1, name), trajectories, seed)


def agrees(estimates, truth, width=4.5):
    """Within 4.5 standard errors, read from the 95 % interval; where that is empty, exactly."""
    found, low, high = estimates
    error = (high - low) / 3.92
    return np.all(np.abs(found - truth) <= width * error + 1e-9)


def precise(estimates, most):
    return np.all(estimates[2] - estimates[1] < most)


ISHIGAMI = {
    "inputs": {f"x{i}": "uniform(-3.141592653589793, 3.141592653589793)" for i in (1, 2, 3)},
    "formulas": {"s1": sine("x1"), "s2": sine("x2"), "y": "s1 + 7 * s2 ** 2 + 0.1 * x3 ** 4 * s1"},
}


def test_ishigami():
    split = question(ISHIGAMI).variance_shares({})
    first, total, variance = ishigami()
    assert split.shares.names == ("x1", "x2", "x3")
    assert split.band is None
    assert split.shares.mean == pytest.approx(3.5, abs=4.5 * np.sqrt(variance / (2 * TRAJECTORIES)))
    assert split.shares.variance == pytest.approx(variance, rel=0.05)
    assert agrees(split.shares.first, first)
    assert agrees(split.shares.total, total)
    assert precise(split.shares.first, 0.05)
    assert precise(split.shares.total, 0.05)


def test_the_intervals_would_notice_a_slightly_wrong_index():
    split = question(ISHIGAMI).variance_shares({})
    assert not agrees(split.shares.total, ishigami(a=6.0)[1])
    assert not agrees(split.shares.first, ishigami(b=0.13)[0])


def test_the_g_function_of_inputs_and_processes():
    """Two factors are drawn once and two every period: in one period it is the same function."""
    weights = (0.0, 1.0, 4.5, 9.0)
    factors = [f"(abs(4 * x{i} - 2) + {a}) / (1 + {a})" for i, a in enumerate(weights)]
    document = {
        "inputs": {"x0": "uniform(0, 1)", "x2": "uniform(0, 1)"},
        "processes": {"x1": "iid(uniform(0, 1))", "x3": "iid(uniform(0, 1))"},
        "formulas": {"y": " * ".join(factors)},
    }
    split = question(document).variance_shares({})
    first, total, variance = sobol_g(weights)
    order = [0, 2, 1, 3]
    parts = 1 / (3 * (1 + np.array(weights)) ** 2)
    inputs = ((1 + parts[0]) * (1 + parts[2]) - 1) / variance
    processes = ((1 + parts[1]) * (1 + parts[3]) - 1) / variance
    assert split.shares.names == ("x0", "x2", "x1", "x3", INPUT_PART, PROCESS_PART)
    assert agrees(split.shares.first, np.array([*first[order], inputs, processes]))
    assert agrees(split.shares.total, np.array([*total[order], 1 - processes, 1 - inputs]))


def test_groups_are_asked_as_one():
    split = question(ISHIGAMI).variance_shares({"odd": ["x1", "x3"]})
    first, total, _ = ishigami()
    assert split.shares.names == ("odd", "x2")
    assert agrees(split.shares.first, np.array([1 - total[1], first[1]]))
    assert agrees(split.shares.total, np.array([1 - first[1], total[1]]))


COVARIANCE = np.array([[1.0, 0.8, 0.3], [0.8, 1.0, 0.0], [0.3, 0.0, 1.0]])
LINEAR = {
    "inputs": {f"x{i}": "normal(0, 1)" for i in (1, 2, 3)},
    "formulas": {"y": "x1 + 2 * x2 - 1.5 * x3"},
    "correlations": [{"between": ["x1", "x2"], "rho": 0.8}, {"between": ["x1", "x3"], "rho": 0.3}],
}


def test_shapley_effects_of_a_correlated_linear_model():
    members, found = question(LINEAR, trajectories=65_536).shapley_effects({})
    assert list(members) == ["x1", "x2", "x3"]
    weights = np.array([1.0, 2.0, -1.5])
    assert found.variance == pytest.approx(weights @ COVARIANCE @ weights, rel=0.03)
    assert agrees(found.effects, gaussian_shapley(weights, COVARIANCE))
    assert precise(found.effects, 0.02)
    assert found.effects[0].sum() == pytest.approx(1.0, abs=1e-12)
    assert not agrees(found.effects, gaussian_shapley([1.0, 2.0, -1.6], COVARIANCE))


def test_shapley_effects_by_random_orders():
    """Nine normals: too many to visit every subset."""
    weights = np.array([3.0, 2.0, 1.0, 1.0, 0.5, 0.0, -1.0, 1.5, 2.5])
    document = {
        "inputs": {f"x{i}": "normal(0, 1)" for i in range(9)},
        "formulas": {"y": " + ".join(f"{weight} * x{i}" for i, weight in enumerate(weights))},
        "correlations": [{"between": ["x0", "x5"], "rho": 0.7}, {"between": ["x1", "x2", "x3"], "rho": 0.4}],
    }
    covariance = np.eye(9)
    covariance[0, 5] = covariance[5, 0] = 0.7
    covariance[1:4, 1:4] += 0.4 * (1 - np.eye(3))
    _, found = question(document, trajectories=32_768).shapley_effects({})
    assert agrees(found.effects, gaussian_shapley(weights, covariance))
    assert precise(found.effects, 0.08)


def test_sobol_takes_what_is_correlated_as_one():
    split = question(LINEAR).variance_shares({})
    assert split.shares.names == ("x1, x2, x3",)
    assert agrees(split.shares.first, np.ones(1))


def test_a_t_copula_is_one_source_of_shapley_effects():
    document = {**LINEAR, "correlations": [{"between": ["x1", "x2"], "rho": 0.8, "copula": "t", "df": 4}]}
    members, found = question(document).shapley_effects({})
    assert list(members) == ["x1, x2", "x3"]
    assert agrees(found.effects, np.array([1 - 2.25 / 10.45, 2.25 / 10.45]))


def test_another_order_of_mixing_is_the_same_law():
    scenario = question(LINEAR).scenario
    names = ("x1", "x2", "x3")
    at = [(0, 1), (1, 1), (2, 1)]
    for order in ((), ("x3", "x1"), ("x2",)):
        values = run_outcomes(compile_scenario(scenario, names, order), 40_000, 1, at).values
        assert np.cov(values.T) == pytest.approx(COVARIANCE, abs=4.5 * np.sqrt(2 / 40_000))


def test_the_band_over_the_inputs():
    """Cash after one shock: P(ruin | mean) = Φ(−mean), mean ~ N(1, 1), so its quantiles are those of Φ(−mean)."""
    scenario = load(
        {
            "scenario": {"title": "One shock", "periods": 1},
            "inputs": {"opening": "normal(1, 1)"},
            "processes": {"shock": "iid(normal(0, 1))"},
            "stocks": {"cash": {"start": "opening", "next": "cash + shock"}},
            "ruin": {"when": "cash < 0"},
        }
    )
    split = Question(scenario, Target("ruin_probability", "ruin", 1), 2048, 5).variance_shares({})
    # Φ(−(1 + z)) at z = 1.645, 0, −1.645; cash < 0 at 0 as well, so the opening counts: ruined if 1 + z < 0
    assert split.band is not None
    low, middle, high = split.band
    assert high == pytest.approx(1.0, abs=0.05)
    assert middle == pytest.approx(0.1587, abs=0.03)
    assert low == pytest.approx(0.0041, abs=0.015)


def test_the_band_has_the_spread_of_what_is_estimated():
    """Means of 16 noisy worlds spread √(1 + 25/16) times too much; the band does not."""
    rng = np.random.default_rng(3)
    truth = rng.normal(0.0, 1.0, 4000)
    found = conditional_quantiles(lambda _: truth + rng.normal(0.0, 5.0, 4000), [0.05, 0.95], worlds=16)
    assert found == pytest.approx([-1.645, 1.645], abs=0.12)


def test_bootstrap_intervals_cover():
    """The mean of 2,000 exponentials: the 95 % interval is 3.92 standard errors wide."""
    values = np.random.default_rng(2).exponential(1.0, 20_000)
    sums = np.stack([block_sums(np.ones(20_000)), block_sums(values)], axis=1)
    found, low, high = estimate(sums, lambda means: means, seed=1)
    assert found[0] == pytest.approx(values.mean(), rel=1e-12)
    assert (high - low)[0] == pytest.approx(3.92 / np.sqrt(20_000), rel=0.2)


def test_what_does_not_vary_has_no_shares():
    found = variance_shares(lambda _: np.full(512, 0.1), {"a": ["a"]}, ["a"], 1)
    assert found.variance == pytest.approx(0.0, abs=1e-15)


def test_tornado_bars_of_a_linear_model():
    document = {
        "dimensions": {"plan": ["small", "large"]},
        "inputs": {
            "a": "normal(5, 2)",
            "b": {"value": {"small": "lognormal(mu=0, sigma=1)", "large": 3}, "over": "plan"},
            "c": "uniform(0, 1) + uniform(0, 1)",
            "x1": "normal(0, 1)",
            "x2": "normal(0, 1)",
        },
        "formulas": {"y": "2 * a + sum(b) - 3 * c + x1 + 0.5 * x2"},
        "correlations": [{"between": ["x1", "x2"], "rho": 0.9}],
    }
    mean, error, bars = question(document, trajectories=4096).tornado()
    z = 1.2815515655446004
    expected = {
        ("a", ()): 8 * z,
        ("b", ("small",)): np.exp(z) - np.exp(-z),
        ("x1", ()): 2 * z,
        ("x2", ()): z,
    }
    found = {(bar.name, bar.labels): bar for bar in bars}
    for place, swing in expected.items():
        assert found[place].swing == pytest.approx(swing, rel=1e-6)
        assert found[place].swing_se < 1e-6
    middle = 2 - 2 * np.sqrt(0.2)  # 90 % quantile less 10 % quantile of a triangle on [0, 2]
    assert found["c", ()].swing == pytest.approx(-3 * middle, abs=0.12)
    assert len(found) == 5
    assert [abs(bar.swing) for bar in bars] == sorted((abs(bar.swing) for bar in bars), reverse=True)
    assert mean == pytest.approx(10 + np.exp(0.5) + 3 - 3, abs=4.5 * error)


def test_pinning_a_program_is_fixing_the_scenario():
    document = {
        "dimensions": {"plan": ["small", "large"]},
        "inputs": {"b": {"value": "normal(0, 2)", "over": "plan"}, "a": "normal(1, 1)"},
        "formulas": {"y": "b['small'] + 10 * b['large'] * a"},
    }
    scenario = question(document).scenario
    program = compile_scenario(scenario, ("y",))
    quantity, labels = named_input(scenario, "inputs.b.large")
    assert labels == ("large",)
    by_scenario = run_outcomes(compile_scenario(fixed(scenario, quantity, labels, 3.0), ("y",)), 600, 4, [(0, 1)])
    by_program = run_outcomes(pinned(program, "b[large]", 1.5), 600, 4, [(0, 1)])
    assert by_program.values == pytest.approx(by_scenario.values, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("inputs.x11", "did you mean 'inputs.x1'"),
        ("inputs.y", "is a formula"),
        ("x1.large", "has no elements"),
    ],
)
def test_an_input_that_is_not_there(name, said):
    with pytest.raises(InputError, match=said):
        named_input(question(ISHIGAMI).scenario, name)


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ({"some": ["x9"]}, "'x9' in the group 'some' is nothing uncertain"),
        ({"some": ["x1"], "more": ["x1"]}, "in two groups"),
    ],
)
def test_groups_that_cannot_be(groups, said):
    with pytest.raises(InputError, match=said):
        question(ISHIGAMI).variance_shares(groups)


def test_a_group_may_not_cut_a_correlation():
    with pytest.raises(InputError, match="x1, x2, x3 are correlated"):
        question(LINEAR).variance_shares({"some": ["x1", "x2"]})


def test_an_output_that_nothing_moves():
    with pytest.raises(InputError, match="nothing uncertain"):
        question({"formulas": {"y": "1 + period"}}).variance_shares({})
