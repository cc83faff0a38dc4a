"""Names that are both a law and a function: the law where a law stands, the function where formulas are computed."""

from __future__ import annotations

import numpy as np
import pytest
from laws import assert_discrete_law, assert_mean
from scipy import stats

import burncast
from burncast.distributions.errors import ScenarioError
from burncast.engine.scenario import load
from burncast.engine.simulate import run

TRAJECTORIES = 20_000


def scenario(**tables):
    base = {
        "scenario": {"title": "counts", "periods": 3},
        "stocks": {"cash": {"start": 0, "next": "cash"}},
        "outputs": {"track": ["x"]},
    }
    return base | tables


def values(document, period):
    result = burncast.simulate(load(document), TRAJECTORIES, seed=3, keep_paths=TRAJECTORIES)
    return result["paths_x"].sel(period=period).values


@pytest.mark.parametrize(
    ("law", "twin"), [("poisson(2.5)", stats.poisson(2.5)), ("binomial(6, 0.3)", stats.binom(6, 0.3))]
)
def test_an_input_draws_the_law_once(law, twin):
    document = scenario(inputs={"x": law})
    first, last = values(document, 1), values(document, 3)
    np.testing.assert_array_equal(first, last)
    outcomes = np.arange(30)
    assert_discrete_law(np.bincount(first.astype(int), minlength=30)[:30], twin.pmf(outcomes))


def test_a_formula_draws_every_period_with_expressions():
    document = scenario(inputs={"rate": 2.5}, formulas={"x": "poisson(rate)"})
    assert np.mean(values(document, 1) == values(document, 3)) < 0.5


def test_iid_and_the_size_of_jumps_take_the_law():
    drawn = values(scenario(processes={"x": "iid(poisson(2.5))"}), 2)
    assert_discrete_law(np.bincount(drawn.astype(int), minlength=30)[:30], stats.poisson(2.5).pmf(np.arange(30)))
    # A sum of N Poisson sizes, N Poisson(12/12): mean 2.5, variance 1·(2.5 + 2.5²).
    for size in ("poisson(2.5)", "one * poisson(2.5)"):
        sums = values(scenario(inputs={"one": 1}, processes={"x": f"jumps(rate=12, size={size})"}), 1)
        assert_mean(sums.mean(), np.sqrt((2.5 + 2.5**2) / TRAJECTORIES), 2.5)
        assert sums.var() == pytest.approx(2.5 + 2.5**2, rel=0.1)


def test_beside_another_law_it_is_the_factor():
    document = scenario(processes={"x": "jumps(rate=12, size=poisson(1) * lognormal(mean=2, sd=1))"})
    assert_mean(values(document, 1).mean(), 0.04, 2.0)


def test_a_law_alone_is_refused_in_formulas():
    with pytest.raises(ScenarioError, match=r"negative_binomial\(\) is a distribution"):
        run(load(scenario(formulas={"x": "negative_binomial(2, 0.5)"})), 10)
