"""Trajectories under a condition, against exact probabilities, evidences and posteriors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from oracles import gaussian_walk
from scipy.stats import kstest, norm

import burncast
from burncast.distributions.errors import InputError, SimulationError
from burncast.engine.compiler import compile_scenario
from burncast.engine.conditioning import condition_on
from burncast.engine.language.expressions import parse
from burncast.engine.normal_space.condition import Exceedance, Likelihood
from burncast.engine.numerics.kernels import crank_nicolson
from burncast.engine.questions.margins import margin
from burncast.engine.questions.rare_ruin import rare_ruin
from burncast.engine.scenario import load

SD, PERIODS = 0.25, 12


def walk(start, **ruin):
    return load(
        {
            "scenario": {"title": "walk", "periods": PERIODS},
            "processes": {"noise": f"random_walk(start=0, drift=0, volatility={SD * 12**0.5!r})"},
            "stocks": {"cash": {"start": start, "next": f"{start!r} + noise"}},
            "ruin": {"when": "cash < 0", **ruin},
        }
    )


@pytest.mark.parametrize(("start", "size"), [(3.26, 1e-4), (4.14, 1e-6), (4.87, 1e-8)])
def test_rare_ruin_of_a_gaussian_walk(start, size):
    exact = gaussian_walk.ruin_probability(start, 0.0, SD, PERIODS)[-1]
    assert 0.8 < exact / size < 1.25
    found = rare_ruin(walk(start), seed=11)
    assert abs(found.probability - exact) < 3 * found.standard_error
    assert found.standard_error < 0.1 * found.probability
    wide = 2.365 * found.standard_error / found.probability
    assert np.log(np.divide(found.interval, found.probability)) == pytest.approx([-wide, wide])
    assert found.effective_sample_size == pytest.approx((found.probability / found.standard_error) ** 2, rel=1e-3)
    assert found.trajectories < 1e-3 * found.plain_trajectories or size > 1e-7


def test_estimates_are_free_of_bias_and_their_errors_honest():
    """Eighty small replications, in ten groups of eight: z-scores of Student's law with 7 degrees of freedom."""
    exact = gaussian_walk.ruin_probability(2.8, 0.0, SD, PERIODS)[-1]
    found = rare_ruin(walk(2.8), seed=1, particles=512, moves=2, replications=80)
    assert found.standard_error < 0.06 * exact
    assert abs(found.probability - exact) < 3 * found.standard_error
    groups = np.array(found.replications).reshape(10, 8)
    errors = groups.std(axis=1, ddof=1) / math.sqrt(8)
    scores = (groups.mean(axis=1) - exact) / errors
    assert np.mean(np.abs(scores) < 2.365) > 0.7


def test_ruin_by_an_earlier_period_is_that_of_a_shorter_walk():
    exact = gaussian_walk.ruin_probability(3.0, 0.0, SD, PERIODS)[7]
    found = rare_ruin(walk(3.0), 7, seed=2)
    assert found.by == 7
    assert abs(found.probability - exact) < 3.5 * found.standard_error


def test_inputs_jumps_chance_and_a_policy_agree_with_plain_draws():
    scenario = load(
        {
            "scenario": {"title": "policy", "periods": 10},
            "inputs": {"burn": "lognormal(mean=1, sd=0.2)", "funding": "uniform(0.5, 1)"},
            "processes": {
                "price": "gbm(start=1, drift=0, volatility=0.3)",
                "shocks": "jumps(rate=3, size=lognormal(mean=0.8, sd=0.6))",
            },
            "formulas": {"raised": "where(cash < 4, funding * chance(0.7), 0)"},
            "stocks": {"cash": {"start": 20.5, "next": "cash - burn * price - shocks / 5 + raised"}},
            "ruin": {"when": "cash < 0"},
        }
    )
    plain = burncast.simulate(scenario, 400_000, seed=1)
    probability, error = (float(plain[name][-1]) for name in ("ruin_probability", "ruin_probability_se"))
    assert 1e-4 < probability < 2e-2
    found = rare_ruin(scenario, seed=4, particles=2048)
    assert abs(found.probability - probability) < 3.5 * math.hypot(found.standard_error, error)
    assert found.standard_error < 0.1 * found.probability


def test_threads_change_nothing_and_seeds_do():
    runs = [rare_ruin(walk(2.5), seed=9, particles=512, threads=threads) for threads in (1, 2)]
    assert runs[0] == runs[1]
    assert rare_ruin(walk(2.5), seed=10, particles=512).probability != runs[0].probability


def test_moves_keep_the_normal_law():
    generator = np.random.default_rng(1)
    inputs, shocks = generator.normal(size=(2, 5000)), generator.normal(size=(2, 7, 5000)).astype(np.float32)
    new_inputs, new_shocks = np.empty_like(inputs), np.empty_like(shocks)
    crank_nicolson(inputs, shocks, new_inputs, new_shocks, 0.6, 1.0, np.uint64(5), np.empty((4, 5000), np.uint32))
    before = np.concatenate([inputs, shocks.reshape(14, -1)])
    after = np.concatenate([new_inputs, new_shocks.reshape(14, -1)])
    for row in after:
        assert kstest(row, "norm").pvalue > 1e-5
    assert np.abs(np.corrcoef(after) - np.eye(16)).max() < 5 / math.sqrt(5000)
    for old, new in zip(before, after, strict=True):
        assert np.corrcoef(old, new)[0, 1] == pytest.approx(0.8, abs=0.03)


def test_a_step_of_few_coordinates_keeps_the_normal_law_and_most_of_them():
    generator = np.random.default_rng(2)
    inputs, shocks = generator.normal(size=(2, 5000)), generator.normal(size=(2, 7, 5000)).astype(np.float32)
    new_inputs, new_shocks = np.empty_like(inputs), np.empty_like(shocks)
    crank_nicolson(inputs, shocks, new_inputs, new_shocks, 1.0, 0.2, np.uint64(6), np.empty((4, 5000), np.uint32))
    before = np.concatenate([inputs, shocks.reshape(14, -1)])
    after = np.concatenate([new_inputs, new_shocks.reshape(14, -1)])
    moved = before != after
    assert np.abs(moved.mean(axis=1) - 0.2).max() < 4.5 * math.sqrt(0.16 / 5000)
    assert np.abs(np.corrcoef(moved) - np.eye(16)).max() < 5 / math.sqrt(5000)
    for row, chosen in zip(after, moved, strict=True):
        assert kstest(row[chosen], "norm").pvalue > 1e-5


def test_particles_have_the_law_under_the_condition():
    """An input above 3: the final particles against the truncated normal law."""
    scenario = load(
        {"scenario": {"periods": 1}, "inputs": {"z": "normal(0, 1)"}, "stocks": {"x": {"start": "z", "next": "x"}}}
    )
    program = compile_scenario(scenario)
    condition = Exceedance(lambda outcomes: outcomes.tracked[:, 0, 0], 3.0)
    found = condition_on(program, condition, 3, particles=4096, keep_tracked=True)
    values = found.outcomes.tracked[:, 0, 0]
    assert found.log_probability == pytest.approx(math.log(norm.sf(3)), abs=0.2)
    assert values.min() >= 3.0
    expected = norm.pdf(3) / norm.sf(3)
    assert values.mean() == pytest.approx(expected, abs=6 * values.std() / math.sqrt(4096))
    assert len(np.unique(values)) > 3500


def test_a_likelihood_gives_evidence_and_posterior_in_closed_form():
    """z ~ N(0, 1), seen at 2.5 with error 0.3: posterior N(2.5/1.09, 0.09/1.09), evidence N(2.5; 0, 1.09)."""
    scenario = load(
        {"scenario": {"periods": 1}, "inputs": {"z": "normal(0, 1)"}, "stocks": {"x": {"start": "z", "next": "x"}}}
    )
    program = compile_scenario(scenario)
    likelihood = Likelihood(lambda outcomes: norm.logpdf(2.5, outcomes.tracked[:, 0, 0], 0.3))
    runs = [condition_on(program, likelihood, 5, replication=r, particles=2048, keep_tracked=True) for r in range(8)]
    evidence = np.array([run.log_probability for run in runs])
    error = evidence.std(ddof=1) / math.sqrt(8)
    assert abs(evidence.mean() - norm.logpdf(2.5, 0, math.sqrt(1.09))) < 4.5 * error
    assert error < 0.05
    values = np.concatenate([run.outcomes.tracked[:, 0, 0] for run in runs])
    assert values.mean() == pytest.approx(2.5 / 1.09, abs=0.02)
    assert values.std() == pytest.approx(math.sqrt(0.09 / 1.09), rel=0.05)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("cash < 5", "5 - cash"),
        ("cash >= 5", "cash - 5"),
        ("cash < 0 and noise > 1", "min(0 - cash, noise - 1)"),
        ("cash < 0 or noise > 1", "max(0 - cash, noise - 1)"),
        ("not cash < 0", "-(0 - cash)"),
        ("cash < 0 and chance(0.5)", "0 - cash"),
        ("chance(0.5)", None),
    ],
)
def test_the_margin_of_a_condition(when, expected):
    assert margin(parse(when), walk(1.0)) == (None if expected is None else parse(expected))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"by": 0}, "by is 0; expected a period from 1 to 12"),
        ({"by": 13}, "by is 13"),
        ({"particles": 10}, "particles is 10; expected a number from 256"),
        ({"replications": 1}, "replications is 1; expected a number from 2"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_a_request_that_cannot_be_met_is_one_message(options, says):
    with pytest.raises(InputError, match=says):
        rare_ruin(walk(1.0), **options)


def test_a_scenario_without_a_condition_is_refused():
    document = {"scenario": {"periods": 2}, "stocks": {"cash": {"start": 1, "next": "cash"}}}
    with pytest.raises(InputError, match=r"no \[ruin\]"):
        rare_ruin(load(document))
    with pytest.raises(InputError, match="compares no amounts"):
        rare_ruin(load({**document, "ruin": {"when": "chance(0.1)"}}))


def test_ruin_that_cannot_happen_is_said():
    impossible = load(
        {
            "scenario": {"periods": 3},
            "inputs": {"burn": "uniform(0, 1)"},
            "stocks": {"cash": {"start": 4, "next": "cash - burn"}},
            "ruin": {"when": "cash < 0"},
        }
    )
    with pytest.raises(SimulationError, match="impossible"):
        rare_ruin(impossible, particles=256, replications=2, moves=2)
