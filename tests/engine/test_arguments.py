"""Arguments of functions and processes that are expressions of inputs, and of what changes from period to period."""

from __future__ import annotations

import numpy as np
import pytest
from forecasts import forecast, whole_number_counts
from laws import assert_discrete_law
from oracles import markov_chain
from scipy import integrate, stats

from burncast.distributions.errors import ScenarioError, SimulationError
from burncast.engine.compiler import compile_scenario
from burncast.engine.scenario import load
from burncast.engine.simulate import run
from burncast.engine.trajectories.replay import replay

PERIODS = 3


def scenario(track: str, **sections):
    return load(
        {
            "scenario": {"title": "test", "periods": PERIODS},
            "dimensions": {"plan": ["free", "plus"]},
            "inputs": {
                "size": {"value": "uniform(2, 4)", "over": "plan"},
                "spread": "uniform(0.3, 0.9)",
                "index": "uniform(1.2, 3)",
                "half": 0.5,
            },
            "processes": {"growth": "gbm(start=1, drift=0.4, volatility=0.5)"},
            **sections,
            "outputs": {"track": [track]},
        }
    )


def lognormal(mean, sd):
    variance = np.log1p((sd / mean) ** 2)
    return stats.lognorm(np.sqrt(variance), scale=mean * np.exp(-variance / 2))


LAWS = {
    "lognormal(mu=log(size * growth), sigma=spread)": lambda v: stats.lognorm(
        v["spread"], scale=v["size"] * v["growth"]
    ),
    "lognormal(mean=size * growth, sd=2 * size)": lambda v: lognormal(v["size"] * v["growth"], 2 * v["size"]),
    "lognormal(mu=time, sigma=1 + period)": lambda v: stats.lognorm(1 + v["period"], scale=np.exp(v["period"] / 12)),
    "exponential(size * growth)": lambda v: stats.expon(scale=v["size"] * v["growth"]),
    "exponential(rate=1 / size)": lambda v: stats.expon(scale=v["size"]),
    "pareto(index, low=size * growth)": lambda v: stats.pareto(v["index"], scale=v["size"] * v["growth"]),
    "pareto(index - index + 1, size)": lambda v: stats.pareto(1, scale=v["size"]),
    "pareto(mean=3 * size, sd=size)": lambda v: stats.pareto(
        1 + np.sqrt(10), scale=3 * v["size"] * np.sqrt(10) / (1 + np.sqrt(10))
    ),
}


@pytest.mark.parametrize("law", LAWS)
def test_a_limited_mean_follows_the_parameters_of_its_law(law):
    entry = {"f": {"value": f"limited_mean({law}, 4 + spread)", "over": "plan"}}
    for trajectory in range(3):
        found = {name: array for name, (_, array) in replay(scenario("f", formulas=entry), trajectory).items()}
        for plan in range(2):
            for period in range(1, PERIODS + 1):
                values = {"size": found["size"][plan, period], "period": period}
                values |= {name: found[name][0, period] for name in ("spread", "index", "growth")}
                twin, cap = LAWS[law](values), 4 + values["spread"]
                low = min(max(twin.support()[0], 0.0), cap)
                expected = low + integrate.quad(twin.sf, low, cap, epsabs=1e-13, limit=200)[0]
                assert found["f"][plan, period] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("distance", [0.0, 1e-12, 9e-9, 2e-8, 1e-4])
def test_near_one_a_pareto_index_makes_no_jump(distance):
    formula = f"limited_mean(pareto(1 + {distance} * growth / growth, 2), 9)"
    found = replay(scenario("f", formulas={"f": formula}), 0)["f"][1][0, 1]
    assert found == pytest.approx(2 + 2 * np.log(4.5), rel=1e-7 + distance)


@pytest.mark.parametrize("law", ["lognormal(mu=1, sigma=-spread)", "exponential(-size)", "pareto(index, spread - 1)"])
def test_a_parameter_below_zero_ends_the_run(law):
    with pytest.raises(SimulationError, match=r"formulas\.f became nan"):
        run(scenario("f", formulas={"f": f"limited_mean({law}, 4)"}), 100)


@pytest.mark.parametrize(
    ("law", "words"),
    [
        ("lognormal(mean=size, sdd=1)", "has no parameter 'sdd'"),
        ("lognormal(mean=size)", "sd is missing"),
        ("lognormal(size, 1)", "needs the names"),
        ("lognormal(p5=size, p95=9)", "percentiles that are constants"),
        ("exponential(mean=size, rate=2)", "do not go together"),
        ("gamma(size, 1)", "size is not a constant"),
        ("lognormal(mu=1, sigma=-1)", "sigma"),
    ],
)
def test_a_law_that_cannot_be_is_said_when_compiling(law, words):
    with pytest.raises(ScenarioError, match=words):
        compile_scenario(scenario("f", formulas={"f": f"limited_mean({law}, 4)"}))


SHARES = {"p": 0.3, "q": 0.2}


def test_transitions_that_are_computed_are_those_of_the_table():
    tables = {
        "start=1": [[0.7, 0.2, 0.1], [0.3, 0.5, 0.2], [0.0, 0.2, 0.8]],
        "start=[0.3, 0.2, 0.5]": [[0.7, 0.3, 0.0], [0.2, 0.5, 0.3], [0.3, 0.2, 0.5]],
    }
    for start, table in tables.items():
        written = str(table).replace("0.3", "p").replace("0.2", "q")
        paths = [
            run(
                load(
                    {
                        "scenario": {"title": "test", "periods": 12},
                        "inputs": SHARES,
                        "processes": {"market": f"markov(transition={transition}, {opening})"},
                        "outputs": {"track": ["market"]},
                    }
                ),
                2000,
                keep_paths=2000,
            ).paths
            for transition, opening in (
                (table, start),
                (written, start),
                (written, start.replace("0.3", "p").replace("0.2", "q")),
            )
        ]
        np.testing.assert_array_equal(paths[0], paths[1])
        np.testing.assert_array_equal(paths[0], paths[2])


def test_a_regime_whose_chances_are_uncertain():
    """Half of the trajectories live in a calm world, half in one where crises come often and stay."""
    found = forecast(
        """
        [scenario]
        periods = 6
        [inputs]
        often = "discrete([0.05, 0.4])"
        stays = "2 * often"
        [processes]
        market = "markov(transition=[[1 - often, often], [1 - stays, stays]], start=[1 - often, often])"
        [outputs]
        track = ["market"]
        """,
        trajectories=200_000,
    )
    worlds = [markov_chain.occupation([[1 - p, p], [1 - 2 * p, 2 * p]], [1 - p, p], 6)[:, 1] for p in (0.05, 0.4)]
    for period in (0, 1, 6):
        counts = whole_number_counts(found.tally, found.row("market", period), 1)
        share = np.mean([world[period] for world in worlds])
        assert_discrete_law(counts, np.array([1 - share, share, 0.0]))
        with pytest.raises(AssertionError, match="chi-square"):
            assert_discrete_law(counts, np.array([1 - worlds[0][period], worlds[0][period], 0.0]))


@pytest.mark.parametrize("row", ["[0.5 + spread, 0.6]", "[1 + spread, -spread]"])
def test_what_is_no_chance_ends_the_run(row):
    market = f"markov(transition=[{row}, [0.5, 0.5]])"
    with pytest.raises(SimulationError, match=r"processes\.market became nan"):
        run(scenario("market", processes={"market": market}), 100)


def test_constant_rows_are_still_checked_when_compiling():
    market = "markov(transition=[[1 - spread, spread], [0.5, 0.6]])"
    with pytest.raises(ScenarioError, match=r"row 1 of transition adds up to 1\.1"):
        compile_scenario(scenario("market", processes={"market": market}))


@pytest.mark.parametrize("factor", ["spread * {}", "{} * spread"])
def test_jumps_are_scaled_by_what_stands_before_their_law(factor):
    law = "lognormal(mean=1, sd=0.5)"
    plain, scaled = (
        scenario("shock", processes={"shock": f"jumps(rate=24, size={size}, decay=2)"})
        for size in (law, factor.format(law))
    )
    for trajectory in range(5):
        expected, found = replay(plain, trajectory), replay(scaled, trajectory)
        np.testing.assert_allclose(found["shock"][1], expected["shock"][1] * found["spread"][1], rtol=1e-13)


def test_the_size_of_jumps_may_be_a_quantity():
    for size in ("spread", "half", "-2 * half"):
        one, found = (
            replay(scenario("shock", processes={"shock": f"jumps(rate=24, size={text})"}), 3) for text in ("1", size)
        )
        scale = {"spread": found["spread"][1], "half": 0.5, "-2 * half": -1.0}[size]
        np.testing.assert_allclose(found["shock"][1], one["shock"][1] * scale, rtol=1e-14)
        assert np.any(one["shock"][1])


def test_elements_of_an_input_may_refer_to_other_inputs():
    inputs = {
        "weight": {"value": {"free": "spread", "plus": "2 * weighty['free']"}, "over": "plan"},
        "weighty": {"value": {"free": "3 * spread", "plus": 1}, "over": "plan"},
        "spread": "uniform(0.3, 0.9)",
    }
    document = scenario("f", inputs=inputs, processes={}, formulas={"f": "weight"})
    found = {name: array for name, (_, array) in replay(document, 2).items()}
    np.testing.assert_array_equal(found["f"][:, 1], found["spread"][0, 1] * np.array([1.0, 6.0]))


@pytest.mark.parametrize(
    "formula",
    [
        "seasonal(spread, peak=3)",
        "delay(growth, 1 + size, order=2)",
        "smooth(growth, 1 + size)",
        "lag(growth, 2, initial=spread)",
        "pulse(1 + index, width=index)",
        "step(spread, index)",
        "ramp(spread, index, 2 * index)",
        "after(index)",
        "chance(spread)",
        "poisson(size)",
        "binomial(5 * size, spread)",
        "interp(spread, [0, 1], [1, 2])",
    ],
)
def test_what_the_guide_calls_an_expression_may_be_one(formula):
    assert np.all(np.isfinite(replay(scenario("f", formulas={"f": formula}), 0)["f"][1][:, 1:]))
