"""The machine against the reference backend, and what must not change a result."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from burncast.distributions.errors import InterruptedRunError, SimulationError
from burncast.engine.compiler import compile_scenario
from burncast.engine.reference import run_reference
from burncast.engine.replay import replay
from burncast.engine.scenario import load
from burncast.engine.simulate import chunk_size_for, run, run_program

TRAJECTORIES = 300
PERIODS = 7


def document(quantities: dict, **sections) -> dict:
    """A scenario over two dimensions from its quantities by section."""
    return {
        "scenario": {"title": "test", "periods": PERIODS, "start": "2023-06"},
        "dimensions": {"product": ["free", "plus", "api"], "region": ["us", "eu"]},
        **quantities,
        **sections,
    }


def both(scenario, seed=5):
    """Paths, first passages and need: of the machine and of the reference."""
    program = compile_scenario(scenario)
    result = run(scenario, TRAJECTORIES, seed, keep_paths=TRAJECTORIES, threads=1)
    reference = run_reference(program, seed, np.arange(TRAJECTORIES, dtype=np.uint64))
    return result, reference


def assert_same(scenario, seed=5):
    result, reference = both(scenario, seed)
    assert result.paths is not None
    np.testing.assert_array_equal(result.paths, np.moveaxis(reference.recorded, 2, 0))
    assert np.array_equal(result.tally.first_passage, np.bincount(reference.passage, minlength=PERIODS + 2))
    need = result.tally.rows - 1
    assert result.tally.low[need] == reference.need.min()
    assert result.tally.high[need] == reference.need.max()


EVERYTHING = document(
    {
        "inputs": {
            "low": "2 to 8",
            "skewed": {"value": "beta(2, 3)", "over": "product"},
            "wide": {"value": {"free": 0, "plus": "uniform(1, 2)", "api": "gamma(2, 3)"}, "over": "product"},
            "lumpy": "discrete([1, 2, 5], weights=[0.2, 0.5, 0.3])",
            "matrix": {"value": "normal(1, 0.1)", "over": ["product", "region"]},
        },
        "processes": {
            "price": "gbm(start=1, drift=0.1, volatility=low / 10)",
            "prices": {"value": "gbm(start=2, drift=-0.2, volatility=0.3)", "over": "product"},
            "rate": "ou(start=0.05, mean=0.04, half_life=0.5, volatility=0.02)",
            "energy": "log_ou(start=0.08, mean=0.08, speed=2, volatility=0.6)",
            "walk": {"value": "random_walk(start=0, drift=1, volatility=0.2)", "over": ["product", "region"]},
            "mood": "ar1(start=1, mean=0, phi=0.5, sd=0.3)",
            "news": "jumps(rate=20, size=lognormal(mean=0.2, sd=0.1), decay=4)",
            "steps": {"value": "jumps(rate=9, size=1)", "over": "region"},
            "market": {
                "value": "markov(transition=[[0.7, 0.3], [0.4, 0.6]], start=[0.5, 0.5])",
                "states": ["calm", "crisis"],
            },
            "bumps": "jumps(rate=low, size=price * lognormal(mean=0.2, sd=0.1), decay=low)",
            "regime": {
                "value": "markov(transition=[[1 - skewed / 9, skewed / 9], [0.4, 0.6]], start=[skewed, 1 - skewed])",
                "over": "product",
            },
            "noise": "iid(student_t(4))",
            "plan": {"schedule": {"2023-07": 1.0, "2023-10": 4.0}, "between": "interpolate"},
        },
        "formulas": {
            "by_product": "prices * skewed + wide",
            "by_both": "matrix * walk + by_product",
            "total": "sum(by_both) - sum(mean(by_both, over='region'))",
            "part": "sum(sum(by_both, over='product'))",
            "clipped": "clip(walk['api', 'us'], -0.5, 1.5) + min(price, 1) + max(energy, rate, 0.07)",
            "remembered": "lag(price, 2) + lag(sum(prices), 3, initial=7)",
            "trailing": "trailing_sum(rate, 3) + trailing_mean(walk['free', 'eu'], 4) + sum(lag(by_both, 1))",
            "delayed": "delay(price, 2.5, order=3) + smooth(energy, 3) + cumulative(rate)",
            "events": "chance(0.3) + chance(normal_cdf(rate)) + poisson(low) + poisson(90 + low)",
            "trials": "binomial(20, 0.3) + binomial(500, 0.7)",
            "shapes": "pow(price, 1.7) + price ** 2 + sqrt(price) + logistic(rate) + log(price)",
            "corners": "floor(7 * price) % 3 + abs(mood) + ceil(mood) + round(10 * rate)",
            "when": "step(2, 3) + ramp(0.5, 2, 5) + pulse(4, 2) + after('2023-09') + seasonal(0.2, 12)",
            "planned": "plan + time * dt",
            "chosen": "choose(market, price, rate) + where(market == 'crisis' and not price > 1, 1, 2)",
            "either": "1 if mood < 0 or mood == 1 else 2 - rate",
            "bent": "interp(price, [0.9, 1, 1.1], [0, 1, 5]) + lumpy + noise",
            "limited": "limited_mean(lognormal(mean=2, sd=3), low) + limited_mean(pareto(1.5, 1), low)",
            "by_expression": "limited_mean(lognormal(mean=low, sd=price), 4) + limited_mean(pareto(low, price), low)",
            "first": "events / 100 + trials / 900 + shapes + corners + when + planned + chosen + either",
            "second": "bent + limited + clipped + remembered + trailing + delayed + total / 50 + part / 50",
            "burn": "first + second + news + sum(steps) + bumps + sum(regime) + by_expression",
        },
        "stocks": {
            "users": {"start": "skewed", "next": "users * (1 + rate)", "over": "product"},
            "cash": {"start": "100 * low", "next": "cash - burn + sum(users) * price"},
            "before": {"start": 3, "next": "cash"},
        },
    },
    correlations=[
        {"between": ["price", "energy", "rate"], "matrix": [[1, 0.5, 0.2], [0.5, 1, 0.1], [0.2, 0.1, 1]]},
        {"between": ["mood", "noise"], "rho": 0.6, "copula": "t", "df": 4},
        {"between": ["low", 'skewed["plus"]'], "rho": -0.4},
    ],
    ruin={"when": "cash < 0", "need": "-cash"},
    outputs={
        "track": ["cash", "users", "burn", "by_both", "walk", "prices", "steps", "before", "market", "events", "news"]
    },
)


def test_every_instruction_agrees_with_the_reference_to_the_last_bit():
    assert_same(load(EVERYTHING))


LEAVES = st.sampled_from(["a", "b", "c", "p", "q", "v", "time", "dt", "0.5", "2", "-1.25", 'v["plus"]'])


def combine(inner):
    binary = st.tuples(st.sampled_from(["+", "-", "*", "<", ">=", "and"]), inner, inner).map(
        lambda part: f"({part[1]} {part[0]} {part[2]})"
    )
    unary = st.tuples(
        st.sampled_from(["exp(-abs({}))", "normal_cdf({})", "sqrt(abs({}))", "-{}", "logistic({})"]), inner
    )
    lookback = st.tuples(
        st.sampled_from(["lag({}, 2)", "trailing_mean({}, 3)", "cumulative({})", "smooth({}, 2)"]), inner
    )
    pick = st.tuples(inner, inner, inner).map(lambda part: f"where({part[0]} > 0, {part[1]}, {part[2]})")
    ratio = st.tuples(inner, inner).map(lambda part: f"({part[0]} / (1 + abs({part[1]})))")
    return st.one_of(
        binary,
        unary.map(lambda part: part[0].format(part[1])),
        lookback.map(lambda part: part[0].format(part[1])),
        pick,
        ratio,
    )


EXPRESSIONS = st.recursive(LEAVES, combine, max_leaves=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EXPRESSIONS, min_size=1, max_size=3), EXPRESSIONS)
@example(["a"], "where(-1.25 > 0, v, a)")
def test_random_programs_agree_with_the_reference_to_the_last_bit(formulas, flow):
    named = {f"f{number}": {"value": text} for number, text in enumerate(formulas)}
    scenario = load(
        document(
            {
                "inputs": {"a": "normal(0, 1)", "b": "uniform(-1, 2)", "c": 0.75},
                "processes": {
                    "p": "gbm(start=1, drift=b / 10, volatility=0.2)",
                    "q": "ou(start=0, mean=a, half_life=1, volatility=0.5)",
                    "v": {"value": "random_walk(start=0, drift=0, volatility=1)", "over": "product"},
                },
                "formulas": named,
                "stocks": {"s": {"start": "b", "next": f"s / 2 + clip(sum(v * 0 + ({flow})), -100, 100)"}},
            },
            ruin={"when": "s < -1", "need": "-s"},
            outputs={"track": ["s", *named]},
        )
    )
    try:
        result, reference = both(scenario)
    except SimulationError as error:
        failed = error.trajectory
    else:
        failed = None
        np.testing.assert_array_equal(result.paths, np.moveaxis(reference.recorded, 2, 0))
    sound = run_reference(compile_scenario(scenario), 5, np.arange(TRAJECTORIES, dtype=np.uint64)).sound
    assert failed == (None if np.all(sound) else int(np.argmin(sound)))


def plain(drift: float = 0.0) -> dict:
    return document(
        {
            "inputs": {"cash0": "lognormal(mean=20, sd=5)"},
            "processes": {"burn": f"log_ou(start=2, mean=2, half_life=1, volatility={0.5 + drift})"},
            "stocks": {"cash": {"start": "cash0", "next": "cash - burn"}},
        },
        ruin={"when": "cash < 0", "need": "-cash"},
        outputs={"track": ["cash", "burn"]},
    )


@pytest.fixture(scope="module")
def scenario():
    return load(plain())


def test_threads_and_chunks_change_nothing(scenario):
    program = compile_scenario(scenario)
    tallies = [
        run_program(program, 9_000, 9, scenario=scenario, threads=threads, chunk_size=chunk_size).to_bytes()
        for threads, chunk_size in ((1, 512), (2, 512), (2, 1024), (1, chunk_size_for(9_000)))
    ]
    whole = [run_program(program, 9_000, 9, scenario=scenario, threads=threads).to_bytes() for threads in (1, 2)]
    assert whole[0] == whole[1]
    assert tallies[0] == tallies[1]
    assert tallies[3] == whole[0]


def test_a_trajectory_is_the_same_in_a_short_and_a_long_run(scenario):
    short = run(scenario, 10, 3, keep_paths=10).paths
    long = run(scenario, 70_000, 3, keep_paths=10).paths
    np.testing.assert_array_equal(short, long)


def test_another_seed_gives_other_numbers(scenario):
    first, second = (run(scenario, 10, seed, keep_paths=10).paths for seed in (0, 1))
    assert not np.any(first[:, :, 1:] == second[:, :, 1:])


def test_adding_a_process_leaves_other_draws_unchanged(scenario):
    more = plain()
    more["processes"] = {"first": "gbm(start=1, volatility=0.1)", **more["processes"]}
    more["outputs"] = {"track": ["cash", "burn", "first"]}
    np.testing.assert_array_equal(
        run(load(more), 10, 3, keep_paths=10).paths[:, :2], run(scenario, 10, 3, keep_paths=10).paths
    )


@pytest.mark.parametrize(
    ("formula", "period"), [("1 / (period - 3)", 3), ("log(2.5 - period)", 3), ("exp(300 * period)", 3)]
)
def test_a_formula_that_fails_is_named_with_its_trajectory_and_period(formula, period):
    broken = plain()
    broken["formulas"] = {"odd_one": f"{formula} * (1 + 0 * burn)", "afterwards": "odd_one * 2"}
    broken["stocks"]["cash"]["next"] = "cash - burn + min(afterwards, 1)"
    with pytest.raises(
        SimulationError, match=r"formulas\.odd_one became (nan|-?inf) in trajectory 0, period"
    ) as caught:
        run(load(broken), 1000)
    assert (caught.value.quantity, caught.value.trajectory, caught.value.period) == ("odd_one", 0, period)


def test_a_formula_that_nothing_uses_is_not_blamed():
    broken = plain()
    broken["formulas"] = {"unused": "log(-1 - burn)", "odd_one": "1 / (period - 3) * (1 + 0 * burn)"}
    broken["stocks"]["cash"]["next"] = "cash - burn + odd_one"
    with pytest.raises(SimulationError) as caught:
        run(load(broken), 1000)
    assert (caught.value.quantity, caught.value.period) == ("odd_one", 3)


def test_more_jumps_than_there_are_streams_is_an_error_that_names_the_process():
    crowded = plain()
    crowded["processes"]["news"] = "jumps(rate=12 * 70_000, size=1)"
    crowded["outputs"] = {"track": ["news"]}
    with pytest.raises(SimulationError, match=r"processes\.news became nan .*more than 65,535 jumps") as caught:
        run(load(crowded), 1000)
    assert (caught.value.quantity, caught.value.trajectory, caught.value.period) == ("news", 0, 1)
    reference = run_reference(compile_scenario(load(crowded)), 0, np.arange(3, dtype=np.uint64))
    assert reference.failure.tolist() == [1, 1, 1]


def test_a_condition_of_ruin_that_fails_is_named_with_its_period():
    broken = plain()
    broken["ruin"] = {"when": "log(4.5 - period + 0 * cash) > 9"}
    with pytest.raises(SimulationError, match=r"ruin\.when .* trajectory 0, period 5") as caught:
        run(load(broken), 1000)
    assert (caught.value.quantity, caught.value.period) == ("ruin", 5)


def test_a_condition_of_ruin_that_fails_at_the_opening_is_no_ruin():
    broken = plain()
    broken["ruin"] = {"when": "(cash - cash) / period > 9"}
    with pytest.raises(SimulationError, match="period 0"):
        run(load(broken), 1000)


def test_what_a_choice_leaves_out_may_be_anything():
    careful = plain()
    careful["formulas"] = {"ratio": "where(period == 3, 0, 1 / (period - 3 + 0 * burn))"}
    careful["outputs"] = {"track": ["ratio"]}
    run(load(careful), 300)


def test_ctrl_c_says_how_far_it_came(scenario):
    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(InterruptedRunError) as caught:
        run(scenario, 10_000_000, progress=interrupt)
    assert 0 < caught.value.done < caught.value.total == 10_000_000


@pytest.mark.parametrize("trajectory", [0, 7, 255, 256, 299])
def test_a_replay_is_the_trajectory_of_the_run(trajectory):
    scenario = load(EVERYTHING)
    paths = run(scenario, TRAJECTORIES, 5, keep_paths=TRAJECTORIES).paths
    replayed = replay(scenario, trajectory, 5)
    assert set(replayed) == set(scenario.quantities)
    for item in compile_scenario(scenario).tracked:
        kept = paths[trajectory, item.first_element : item.first_element + item.elements]
        np.testing.assert_array_equal(replayed[item.name][1], kept)


def test_a_trajectory_beyond_four_billion_is_replayed_as_the_reference_has_it(scenario):
    trajectory = (1 << 33) + 77
    program = compile_scenario(scenario, tuple(scenario.quantities))
    reference = run_reference(program, 3, np.array([trajectory], dtype=np.uint64))
    replayed = replay(scenario, trajectory, 3)
    np.testing.assert_array_equal(
        np.concatenate([values for _, values in replayed.values()]), reference.recorded[:, :, 0]
    )
