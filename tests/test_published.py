"""Whole scenarios against numbers printed in books and papers."""

from math import comb

import numpy as np
import pytest
from forecasts import forecast
from laws import LIMIT, assert_mean, assert_probability


@pytest.mark.parametrize(
    ("win", "start", "goal", "periods", "ruin", "duration"),
    [(0.5, 9, 10, 400, 0.100, 9.0), (0.45, 9, 10, 400, 0.210, 11.0)],
)
def test_feller_table_of_the_gamblers_ruin(win, start, goal, periods, ruin, duration):
    """Feller, An Introduction to Probability Theory and Its Applications I (3rd ed., 1968), XIV.3, table 1."""
    found = forecast(
        f"""
        [scenario]
        periods = {periods}
        [formulas]
        playing = "where(fortune > 0 and fortune < {goal}, 1, 0)"
        won = "chance({win})"
        [stocks]
        fortune = {{ start = {start}, next = "fortune + playing * (2 * won - 1)" }}
        games = {{ start = 0, next = "games + playing" }}
        [outputs]
        track = ["games"]
        [ruin]
        when = "fortune <= 0"
        """,
        200_000,
    )
    share = found.hits[-1] / found.trajectories
    assert abs(share - ruin) <= LIMIT * np.sqrt(ruin * (1.0 - ruin) / found.trajectories) + 5e-4
    mean, se = found.mean("games", periods)
    assert abs(mean - duration) <= LIMIT * se + 0.05


@pytest.mark.parametrize(
    "step", ["normal(0, 1)", "uniform(-3, 3)", "mixture(normal(-5, 1), normal(5, 1), weights=[1, 1])"]
)
def test_sparre_andersen_ruin_from_nothing_is_the_same_for_every_symmetric_step(step):
    """Feller II (1971), XII.8: a walk with continuous symmetric steps stays positive for n steps with C(2n, n)/4ⁿ."""
    found = forecast(
        f"""
        [scenario]
        periods = 24
        [processes]
        flow = "iid({step})"
        [stocks]
        cash = {{ start = 0, next = "cash + flow" }}
        [ruin]
        when = "cash < 0"
        """
    )
    exact = np.array([1.0 - comb(2 * n, n) / 4.0**n for n in range(25)])
    assert_probability(found.hits, found.trajectories, exact)
    with pytest.raises(AssertionError):
        assert_probability(found.hits, found.trajectories, exact * 1.005)


@pytest.mark.parametrize(("rho", "gaussian", "factors"), [(0.5, 1.29e-3, (2.22, 1.65)), (0.7, 2.67e-3, (1.60, 1.33))])
def test_joint_exceedances_of_the_t_copula(rho, gaussian, factors):
    """McNeil, Frey and Embrechts, Quantitative Risk Management (2005), table 5.2: at the 99 % quantile, df 4 and 8."""
    for df, factor in ((None, 1.0), (4, factors[0]), (8, factors[1])):
        copula = "" if df is None else f'copula = "t"\ndf = {df}'
        found = forecast(
            f"""
            [scenario]
            periods = 4
            [processes]
            first = "iid(uniform(0, 1))"
            second = "iid(uniform(0, 1))"
            [formulas]
            both = "where(first > 0.99 and second > 0.99, 1, 0)"
            counted = "cumulative(both)"
            [outputs]
            track = ["counted"]
            [[correlations]]
            between = ["first", "second"]
            rho = {rho}
            {copula}
            """
        )
        mean, se = found.mean("counted", 4)
        published = 4.0 * gaussian * factor
        assert_mean(mean, se + published * 0.005 / LIMIT, published)
