"""Ruin, runway and funding need of whole scenarios against exact recursions and first-passage laws."""

import numpy as np
import pytest
from forecasts import forecast
from laws import LIMIT, assert_mean, assert_probability
from oracles import brownian, gamblers_ruin, gaussian_walk

from burncast.engine.numerics.lanes import CHUNK

START, DRIFT, SD, PERIODS = 5.0, -0.1, 1.0, 24
EXACT = gaussian_walk.ruin_probability(START, DRIFT, SD, PERIODS)


def walk(sd=SD, drift=DRIFT, trajectories=2_000_000):
    return forecast(
        f"""
        [scenario]
        periods = {PERIODS}
        [processes]
        flow = "iid(normal({drift}, {sd}))"
        [stocks]
        cash = {{ start = {START}, next = "cash + flow" }}
        [ruin]
        when = "cash < 0"
        need = "-cash"
        """,
        trajectories,
    )


@pytest.fixture(scope="module")
def gaussian():
    return walk()


def test_gaussian_walk_is_ruined_as_the_recursion_says(gaussian):
    assert gaussian.trajectories == gaussian.tally.trajectories == 2_000_000
    assert_probability(gaussian.hits, gaussian.trajectories, EXACT)


@pytest.mark.parametrize(("sd", "drift"), [(1.01, DRIFT), (SD, -0.105)])
def test_a_slightly_wrong_walk_is_found_out(sd, drift):
    wrong = walk(sd, drift)
    with pytest.raises(AssertionError, match="standard errors"):
        assert_probability(wrong.hits, wrong.trajectories, EXACT)


def test_funding_need_is_how_much_deeper_the_barrier_would_have_to_lie(gaussian):
    """P(need > y) is the probability of ruin from start + y."""
    need = gaussian.tally.rows - 1
    n = gaussian.trajectories
    for p in (0.7, 0.8, 0.9, 0.99, 0.999):
        estimate = float(gaussian.tally.quantile(need, p))
        room = estimate * 2.0**-8
        beyond = [
            gaussian_walk.ruin_probability(START + deeper, DRIFT, SD, PERIODS)[-1]
            for deeper in (estimate - room, estimate + room)
        ]
        error = LIMIT * np.sqrt(p * (1.0 - p) / n)
        assert beyond[1] - error <= 1.0 - p <= beyond[0] + error
    assert gaussian.tally.quantile(need, 0.5) == 0.0


def test_random_walk_process_and_monthly_ruin():
    years, volatility = 2, 0.8
    found = forecast(
        f"""
        [scenario]
        periods = {12 * years}
        [processes]
        worth = "random_walk(start=1.5, drift=-0.3, volatility={volatility})"
        [outputs]
        track = ["worth"]
        [ruin]
        when = "worth < 0"
        """
    )
    exact = gaussian_walk.ruin_probability(1.5, -0.3 / 12.0, volatility / np.sqrt(12.0), 12 * years)
    assert_probability(found.hits, found.trajectories, exact)


def test_brownian_first_passage_with_the_discrete_monitoring_correction():
    """Weekly for two years; the correction's own error, o(√step), is below 7e-4 here (see the oracle's test)."""
    start, drift, volatility = 1.0, -0.2, 1.0
    found = forecast(
        f"""
        [scenario]
        periods = 104
        step = "week"
        [processes]
        worth = "random_walk(start={start}, drift={drift}, volatility={volatility})"
        [outputs]
        track = ["worth"]
        [ruin]
        when = "worth < 0"
        """
    )
    step = found.simulation.scenario.dt
    weeks = np.array([26, 52, 78, 104])
    share = found.hits[weeks] / found.trajectories
    corrected = brownian.discretely_monitored_passage(start, drift, volatility, weeks * step, step)
    se = np.sqrt(share * (1.0 - share) / found.trajectories)
    assert np.all(np.abs(share - corrected) <= LIMIT * se + 7e-4)
    assert np.all(brownian.first_passage(start, drift, volatility, weeks * step) - share > 0.02)


@pytest.mark.parametrize(("start", "win", "goal"), [(4, 0.48, 9), (3, 0.5, None)])
def test_gamblers_ruin(start, win, goal):
    stop = "" if goal is None else f" and fortune < {goal}"
    found = forecast(
        f"""
        [scenario]
        periods = 30
        [formulas]
        won = "chance({win})"
        [stocks]
        fortune = {{ start = {start}, next = "fortune + where(fortune > 0{stop}, 2 * won - 1, 0)" }}
        [ruin]
        when = "fortune <= 0"
        """
    )
    exact = gamblers_ruin.ruin_probability(start, win, 30, goal)
    assert_probability(found.hits, found.trajectories, exact)
    with pytest.raises(AssertionError):
        assert_probability(found.hits, found.trajectories, gamblers_ruin.ruin_probability(start, win - 0.003, 30, goal))


def test_ruin_at_the_opening_and_never():
    found = forecast(
        """
        [scenario]
        periods = 3
        [inputs]
        opening = "normal(0, 1)"
        [stocks]
        cash = { start = "opening", next = "cash" }
        [ruin]
        when = "cash < 0"
        need = "-cash"
        """,
        CHUNK + 1,
    )
    assert len(set(found.hits.tolist())) == 1
    assert_probability(found.hits, found.trajectories, np.full(4, 0.5))
    mean, se = found.tally.mean(found.tally.rows - 1), found.tally.mean_se(found.tally.rows - 1)
    assert_mean(mean, se, 1.0 / np.sqrt(2.0 * np.pi))
