"""The functions of formulas against what they mean, worked out by hand or by NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, special, stats

from burncast.engine.scenario import load
from burncast.engine.trajectories.replay import replay

PERIODS = 12
T = np.arange(PERIODS + 1.0)


def values(formulas: dict[str, str], start: str = "2023-06", **sections) -> dict[str, np.ndarray]:
    """Every formula over the periods 1 … 12 of one trajectory; ``x`` is a known path, 1, 2, 4, 8, …."""
    scenario = load(
        {
            "scenario": {"title": "test", "periods": PERIODS, "start": start},
            "formulas": {"x": "2 ** (period - 1)", **formulas},
            "outputs": {"track": ["x"]},
            **sections,
        }
    )
    replayed = replay(scenario, 0)
    return {name: replayed[name][1][0, 1:] for name in formulas}


X = 2.0 ** np.arange(PERIODS)
CASES = {
    "lag(x, 2)": np.concatenate([[1, 1], X[:-2]]),
    "lag(x, 3, initial=7)": np.concatenate([[7, 7, 7], X[:-3]]),
    "trailing_sum(x, 3)": np.array([X[max(0, t - 2) : t + 1].sum() for t in range(PERIODS)]),
    "trailing_mean(x, 3)": np.array([X[max(0, t - 2) : t + 1].mean() for t in range(PERIODS)]),
    "cumulative(x)": np.cumsum(X),
    "min(per_period(x), 5)": np.minimum(X, 5),
    "pulse(3)": (T[1:] == 3).astype(float),
    "pulse(3, 2)": ((T[1:] >= 3) & (T[1:] < 5)).astype(float),
    "step(5, 4)": np.where(T[1:] >= 4, 5.0, 0.0),
    "ramp(2, 3, 6)": 2 * np.clip(T[1:] - 3, 0, 3),
    "ramp(2, 3)": 2 * np.maximum(T[1:] - 3, 0),
    "after('2023-09')": (T[1:] >= 4).astype(float),
    "after('2023-09-30')": (T[1:] >= 4).astype(float),
    "seasonal(0.2, peak=12)": 1 + 0.2 * np.cos(2 * np.pi * ((np.arange(PERIODS) + 6 - 12) / 12)),
    "seasonal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])": (np.arange(PERIODS) + 5) % 12 + 1.0,
    "interp(x, [2, 4], [10, 30])": np.clip(10 * X - 10, 10, 30),
    "min(x, 5, 3 * period)": np.minimum(np.minimum(X, 5), 3 * T[1:]),
    "clip(x, 3, 9)": np.clip(X, 3, 9),
    "round(period / 2)": np.floor(T[1:] / 2 + 0.5),
    "ceil(period / 2)": np.ceil(T[1:] / 2),
    "period // 3 + period % 3": T[1:] // 3 + T[1:] % 3,
    "where(period > 4, 1, 2)": np.where(T[1:] > 4, 1.0, 2.0),
    "1 if 3 < period <= 5 else 0": ((T[1:] > 3) & (T[1:] <= 5)).astype(float),
    "(period > 3 and not period > 5) + (period == 1 or period == 2)": np.array([1.0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0]),
    "choose(period % 3, 5, 6, 7)": np.array([5.0, 6, 7])[(T[1:] % 3).astype(int)],
    "time - dt * period": 0 * X,
    "logistic(period - 5)": special.expit(T[1:] - 5),
    "normal_cdf(period - 5)": special.ndtr(T[1:] - 5),
    "pow(period, 1.5) + period ** 2 + period ** -1": T[1:] ** 1.5 + T[1:] ** 2 + 1 / T[1:],
    "sqrt(period) + log(period) + exp(-period) + abs(3 - period)": (
        np.sqrt(T[1:]) + np.log(T[1:]) + np.exp(-T[1:]) + np.abs(3 - T[1:])
    ),
    "periods": np.full(PERIODS, 12.0),
}


@pytest.mark.parametrize("formula", CASES)
def test_a_function_is_what_it_says(formula):
    np.testing.assert_allclose(values({"f": formula})["f"], CASES[formula], rtol=1e-14, atol=1e-14)


def test_a_smooth_closes_a_constant_share_of_the_gap():
    got = values({"f": "smooth(x, 4)"})["f"]
    expected = [X[0]]
    for x in X[1:]:
        expected.append(expected[-1] + (x - expected[-1]) / 4)
    np.testing.assert_allclose(got, expected, rtol=1e-14)


@pytest.mark.parametrize("order", [1, 3])
def test_a_delay_loses_nothing_and_delays_by_its_mean(order):
    """A pulse of 1 through the delay: all of it comes out, on average ``mean`` periods later."""
    scenario = load(
        {
            "scenario": {"title": "test", "periods": 400},
            "formulas": {"x": "pulse(2)", "f": f"delay(x, 6, order={order})"},
            "outputs": {"track": ["f"]},
        }
    )
    out = replay(scenario, 0)["f"][1][0, 1:]
    periods = np.arange(1, 401)
    assert out.sum() == pytest.approx(1, rel=1e-12)
    assert (out * (periods - 2)).sum() == pytest.approx(6, rel=1e-9)
    assert out.argmax() > (1 if order == 3 else 0)


def test_a_delay_of_a_constant_flow_starts_in_equilibrium():
    np.testing.assert_allclose(values({"f": "delay(3 + 0 * x, 5, order=3)"})["f"], 3.0, rtol=1e-12)


@pytest.mark.parametrize(
    ("law", "twin"),
    [
        ("lognormal(mean=10, sd=30)", stats.lognorm(np.sqrt(np.log(10.0)), scale=10 / np.sqrt(10))),
        ("pareto(1.5, 2)", stats.pareto(1.5, scale=2)),
        ("pareto(1, 2)", stats.pareto(1, scale=2)),
        ("exponential(7)", stats.expon(scale=7)),
    ],
)
@pytest.mark.parametrize("cap", [0.5, 3.0, 40.0])
def test_the_limited_mean_is_the_integral_of_the_survival_function(law, twin, cap):
    expected, _ = integrate.quad(twin.sf, 0, cap, points=[2.0] if cap > 2 else None, epsabs=1e-12)
    assert values({"f": f"limited_mean({law}, {cap} + 0 * x)"})["f"][0] == pytest.approx(expected, rel=1e-8)


def test_sums_and_means_over_dimensions():
    formulas = {
        "both": {"value": {"a": {"u": 1, "v": 2}, "b": {"u": 10, "v": 20}}, "over": ["row", "column"]},
        "all_of_it": "sum(both)",
        "mean_of_it": "mean(both)",
        "rows": "sum(both, over='column')",
        "one_row": "sum(rows) - both['b', 'u']",
    }
    scenario = load(
        {
            "scenario": {"title": "test", "periods": 1},
            "dimensions": {"row": ["a", "b"], "column": ["u", "v"]},
            "formulas": formulas,
            "outputs": {"track": ["rows"]},
        }
    )
    got = {name: array[:, 1] for name, (_, array) in replay(scenario, 0).items()}
    assert got["all_of_it"] == 33
    assert got["mean_of_it"] == 8.25
    np.testing.assert_array_equal(got["rows"], [3, 30])
    assert got["one_row"] == 23


def test_an_element_may_be_a_formula_of_its_own():
    scenario = load(
        {
            "scenario": {"title": "test", "periods": 1},
            "dimensions": {"product": ["free", "plus"]},
            "inputs": {"users": {"value": {"free": 100, "plus": 5}, "over": "product"}},
            "formulas": {"revenue": {"value": {"free": 0, "plus": "users * 20"}, "over": "product"}},
            "outputs": {"track": ["revenue"]},
        }
    )
    np.testing.assert_array_equal(replay(scenario, 0)["revenue"][1][:, 1], [0, 100])


def test_a_lag_of_a_process_reaches_back_to_its_start():
    got = replay(
        load(
            {
                "scenario": {"title": "test", "periods": 5},
                "processes": {"p": "gbm(start=3, volatility=0.5)"},
                "formulas": {"f": "lag(p, 2)"},
                "outputs": {"track": ["f"]},
            }
        ),
        4,
    )
    np.testing.assert_array_equal(got["f"][1][0, 1:], [3, 3, *got["p"][1][0, 1:4]])
