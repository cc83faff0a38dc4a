"""Inputs as things to turn: a law moved as a whole has the quantiles that its motion says."""

import dataclasses
import math

import numpy as np
import pytest

from burncast.distributions.errors import InputError
from burncast.distributions.families import FAMILIES, make_law
from burncast.engine.inputs.adjusting import adjustable, adjustables, moved, with_argument
from burncast.engine.inputs.law_pictures import picture_of_sample
from burncast.engine.inputs.moved_laws import centre_of, law_of
from burncast.engine.language.expressions import Binary, Call, Number, parse, walk
from burncast.engine.scenario import load
from burncast.engine.what_if.drawn_inputs import with_pictures

P = np.array([0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98])


def input_of(text, **entry):
    entry = {"value": text, **entry} if entry else text
    scenario = load({"scenario": {"periods": 1}, "inputs": {"x": entry}})
    (one,) = adjustables(scenario)
    return one


def law_in(text):
    return law_of(input_of(text).expression)


SCALED = [
    "2 to 8",
    "interval(2, 8)",
    "lognormal(mean=20, sd=5)",
    "lognormal(mu=1, sigma=0.5)",
    "lognormal(p5=2, p50=5, p95=11)",
    "uniform(3, 8)",
    "uniform(mean=9, sd=2)",
    "triangular(2, 3, 9)",
    "triangular(p5=1, p50=2.3, p95=4)",
    "pert(low=2, mode=3, high=9, peak=6)",
    "gamma(2, 3)",
    "gamma(mean=6, sd=2)",
    "weibull(1.5, 4)",
    "exponential(5)",
    "exponential(rate=0.2)",
    "pareto(2.5, 20)",
    "loglogistic(3, 2)",
    "inverse_gaussian(3, 7)",
    "inverse_gaussian(p10=6, p90=20)",
    "burr(2, 3, 4)",
    "frechet(3, 2)",
    "gpareto(0.2, 5)",
    "gpareto(0.2, 5, low=2)",
    "metalog(p10=2, p50=5, p90=12, low=0)",
    "metalog(coefficients=[1, 0.3, 0.05], low=0)",
    "piecewise(values=[1, 4, 9], probabilities=[0, 0.6, 1])",
    "piecewise(edges=[0, 10, 20], chips=[2, 3])",
    "mixture(lognormal(mean=3, sd=1), uniform(1, 9), weights=[0.3, 0.7])",
    "pool(lognormal(mean=3, sd=1), lognormal(mean=4, sd=1), kind='log')",
    "2.5 * gamma(2, 3)",
    "scipy('maxwell', scale=2)",
]

SHIFTED = [
    "normal(540, 10)",
    "normal(p5=-1, p95=2)",
    "-4 to 8",
    "uniform(-3, 8)",
    "triangular(-2, 1, 5)",
    "pert(-2, 1, 5)",
    "student_t(4)",
    "student_t(df=4, p5=-1, p95=2)",
    "student_t(df=4, mean=2, sd=3)",
    "gumbel(2, 3)",
    "gev(1, 2, 0.1)",
    "skew_normal(1, 2, 3)",
    "skew_normal(mean=1, sd=2, skewness=0.3)",
    "johnson_su(0.5, 1.5)",
    "metalog(p10=-2, p50=1, p90=5)",
    "metalog([1.0, 2.0, 0.3])",
    "smoothed(sample=[-1, 2, 3], bandwidth=0.5)",
    "normal(0, 1) + 3",
    "mixture(normal(0, 1), normal(6, 1))",
    "scipy('norm', loc=1, scale=2)",
]

SHARES = [
    "beta(p5=0.02, p95=0.06)",
    "beta(2, 5)",
    "beta(mean=0.3, sd=0.1)",
    "johnson_sb(0.4, 1.2)",
    "metalog(p10=0.2, p50=0.5, p90=0.7, low=0, high=1)",
    "metalog(coefficients=[0.2, 0.5], low=0, high=1)",
    "uniform(0.2, 0.8)",
    "triangular(0, 0.2, 0.6)",
    "pert(0.1, 0.2, 0.6)",
    "bernoulli(0.3)",
]

COUNTS = [
    "poisson(7)",
    "binomial(200, 0.3)",
    "negative_binomial(5, 0.4)",
    "negative_binomial(mean=20, sd=9)",
    "negative_binomial(mean=20, dispersion=4)",
    "beta_binomial(50, 2, 5)",
    "beta_binomial(trials=50, mean=0.3, sd=0.1)",
    "zero_inflated(lognormal(mean=3, sd=1), 0.3)",
    "hurdle(poisson(4), 0.5)",
    "discrete(values=[15, 20, 25], weights=[0.2, 0.6, 0.2])",
    "empirical([1.1, 1.2, 1.5])",
    "mixture(lognormal(mean=3, sd=1), 2)",
]

TRUNCATED = [
    "truncate(normal(1, 1), low=0)",
    "truncate(pareto(1.5, 20), high=10_000)",
    "truncate(beta(2, 5), high=0.9)",
]


@pytest.mark.parametrize("text", SCALED)
def test_amounts_are_scaled(text):
    one, factor = input_of(text), 1.7
    after = law_in(moved(one, factor * one.centre))
    np.testing.assert_allclose(after.quantile(P), factor * law_of(one.expression).quantile(P), rtol=2e-4)


@pytest.mark.parametrize("text", SHIFTED)
def test_what_may_be_negative_is_shifted(text):
    one, distance = input_of(text), -3.0
    before = law_of(one.expression).quantile(P)
    after = law_in(moved(one, one.centre + distance))
    np.testing.assert_allclose(after.quantile(P), before + distance, atol=2e-3 * np.ptp(before))


@pytest.mark.parametrize("text", SHARES)
@pytest.mark.parametrize("odds", [0.3, 4.0])
def test_shares_stay_between_their_ends(text, odds):
    one = input_of(text)
    centre = 1.0 / (1.0 + (1.0 / one.centre - 1.0) / odds)
    after = law_in(moved(one, centre))
    assert centre_of(after) == pytest.approx(centre, rel=1e-3)
    assert 0.0 <= after.support[0] < after.support[1] <= 1.0


@pytest.mark.parametrize("text", COUNTS)
@pytest.mark.parametrize("factor", [0.8, 1.3])
def test_laws_with_atoms_move_by_their_mean(text, factor):
    one = input_of(text)
    assert one.centre == pytest.approx(law_of(one.expression).mean)
    after = law_in(moved(one, factor * one.centre))
    assert after.mean == pytest.approx(factor * one.centre, rel=1e-3)


@pytest.mark.parametrize("text", TRUNCATED)
def test_a_truncated_law_keeps_its_ends(text):
    one = input_of(text)
    after = law_in(moved(one, 1.2 * one.centre))
    assert centre_of(after) == pytest.approx(1.2 * one.centre, rel=1e-3)
    before = law_of(one.expression).support
    assert [end for end in after.support if end in before], "neither end stayed"


def test_every_family_is_tried():
    tried = {node.function for text in (*SCALED, *SHIFTED, *SHARES, *COUNTS, *TRUNCATED) for node in calls_in(text)}
    assert tried == FAMILIES.keys() - {"sip"}


def calls_in(text):
    return [node for node in walk(parse(text)) if isinstance(node, Call)]


def test_what_is_asked_for_is_what_is_written():
    assert moved(input_of("2 to 8"), 8) == "4 to 16"
    assert moved(input_of("normal(mean=-0.25, sd=0.15)", unit="1/year"), -0.5) == "normal(mean=-0.5, sd=0.15)"
    assert moved(input_of("0.4e9 to 1.6e9"), 1.6e9) == "8e8 to 3.2e9"
    assert moved(input_of(20), 0.1 + 0.2) == "0.3"
    assert moved(
        input_of("triangular(0.5, 0.65, 0.9)", unit="kW/GPU"), 2 * input_of("triangular(0.5, 0.65, 0.9)").centre
    )
    assert moved(input_of("beta(2, 5)"), input_of("beta(2, 5)").centre) == "beta(2, 5)"


def test_elements_and_what_follows_from_others():
    scenario = load(
        {
            "scenario": {"periods": 1},
            "dimensions": {"plan": ["free", "plus"]},
            "inputs": {
                "price": {"value": {"free": 0, "plus": "15 to 25"}, "unit": "USD/user", "source": "list"},
                "twice": "2 * sum(price)",
                "drawn": "max(normal(0, 1), 0)",
                "churn": {"value": "beta(2, 9)", "over": "plan"},
                "seats": {"value": 20, "decision": [10, 40]},
            },
        }
    )
    found = {one.key: one for one in adjustables(scenario)}
    assert list(found) == ["price.free", "price.plus", "twice", "drawn", "churn", "seats"]
    plus = found["price.plus"]
    assert (plus.kind, plus.text, plus.unit, plus.source) == ("law", "15 to 25", "USD/user", "list")
    assert plus.arguments == (("low", 15.0), ("high", 25.0))
    assert found["price.free"].kind == "number"
    assert (found["seats"].low, found["seats"].high, found["seats"].decision) == (10.0, 40.0, (10.0, 40.0))
    for key, basis, uses in (("twice", "inputs", ("price",)), ("drawn", "draws", ())):
        one = found[key]
        assert (one.kind, one.centre, one.basis, one.uses) == ("multiple", 1.0, basis, uses)
        assert (one.low, one.high, one.logarithmic) == (0.2, 5.0, True)
    assert moved(found["twice"], 1.2) == "1.2 * (2 * sum(price))"
    assert moved(found["drawn"], 0.1 + 0.2) == "0.3 * max(normal(0, 1), 0)"
    assert moved(found["drawn"], 0.0) == "0 * max(normal(0, 1), 0)"
    for key in ("twice", "drawn"):
        assert moved(found[key], 1.0) == found[key].text
        with pytest.raises(InputError, match=f"{key}: -2 is no multiple; expected 0 or a number above"):
            moved(found[key], -2.0)


def test_a_multiple_that_is_moved_again_has_another_factor():
    scenario = load({"scenario": {"periods": 1}, "inputs": {"x": 3, "y": "2 * x", "z": "x / 4"}})
    y, z = adjustables(scenario)[1:]
    sampled = dataclasses.replace(z, picture=picture_of_sample(np.linspace(1.0, 3.0, 500)))
    once = adjustable(scenario.quantities["z"], (), parse("1.5 * (x / 4)"), "1.5 * (x / 4)", sampled)
    assert (once.centre, once.low, once.high, once.text) == (1.5, 0.2, 5.0, "1.5 * (x / 4)")
    assert moved(once, 0.5) == "0.5 * (x / 4)"
    assert moved(once, 1.0) == "x / 4"
    assert dict(once.picture.quantiles)[0.5] == pytest.approx(3.0)
    # What the scenario says itself is 1, whatever it begins with; what is written here has the factor that it has.
    assert adjustable(scenario.quantities["y"], (), parse("2 * x"), "2 * x", y).centre == 1.0
    assert moved(y, 3.0) == "3 * (2 * x)"
    other = adjustable(scenario.quantities["y"], (), parse("4 * (x + 1)"), "4 * (x + 1)", y)
    assert (other.centre, other.picture, moved(other, 3.0)) == (4.0, None, "3 * (x + 1)")


def test_a_schedule_is_a_multiple_with_a_path():
    scenario = load(
        {
            "scenario": {"periods": 3, "start": "2024-01"},
            "inputs": {"price": {"schedule": {"2024-01": 20, "2024-03": 25}, "unit": "USD"}, "usd": "price / 5"},
        }
    )
    price, usd = with_pictures(scenario, adjustables(scenario))
    assert (price.kind, price.basis, price.text, price.centre) == ("multiple", "dates", "schedule", 1.0)
    assert (price.path, price.dates) == ((20.0, 20.0, 20.0, 25.0), (("2024-01", 20.0), ("2024-03", 25.0)))
    assert moved(price, 1.2) == "1.2 * schedule"
    assert (usd.basis, usd.uses) == ("inputs", ("price",))
    half = adjustable(scenario.quantities["price"], (), Binary("*", Number(0.5), price.whole), "0.5 * schedule", price)
    assert (half.centre, half.path) == (0.5, (10.0, 10.0, 10.0, 12.5))


def test_what_follows_from_others_is_drawn_as_it_comes_out():
    scenario = load(
        {
            "scenario": {"periods": 30},
            "dimensions": {"plan": ["a", "b"]},
            "inputs": {
                "x": "normal(5, 1)",
                "y": "lognormal(mu=0, sigma=0.5)",
                "share": {"value": {"a": 0.25, "b": "x / 20"}},
                "line": "2 * x - 4",
                "product": "3 * y",
                "each": {"value": "share * 2", "over": "plan"},
                "rounded": "round(x)",
                "fixed": "periods * 1.5 * share['a']",
                "wrong": "1 / (fixed - fixed)",
            },
            "processes": {"cost": "gbm(start=3, drift=0.1, volatility=0.2)"},
            "stocks": {"cash": {"start": 1, "next": "cash - cost"}},
            "correlations": [{"between": ["x", "cost"], "rho": 0.5}],
        }
    )
    sound = dataclasses.replace(
        scenario, quantities={name: one for name, one in scenario.quantities.items() if name != "wrong"}
    )
    found = {one.key: one.picture for one in with_pictures(sound, adjustables(sound), seed=3)}
    root = 2048**-0.5
    laws = {
        "line": make_law("normal", [6, 2], {}),
        "product": make_law("lognormal", [], {"mu": math.log(3), "sigma": 0.5}),
    }
    for key, law in laws.items():
        picture, quantiles = found[key], dict(found[key].quantiles)
        assert not picture.is_discrete
        for level in (0.05, 0.5, 0.95):
            error = root * math.sqrt(level * (1 - level)) / float(law.density(law.quantile(level)))
            assert quantiles[level] == pytest.approx(float(law.quantile(level)), abs=4.5 * error)
        x, y = np.array(picture.x), np.array(picture.y)
        density = law.density(x) * (x if picture.is_logarithmic else 1.0)
        assert np.abs(y - density).max() < 0.15 * density.max()
    assert found["product"].is_logarithmic
    assert dict(found["share.b"].quantiles)[0.5] == pytest.approx(0.25, abs=0.01)
    assert dict(found["each"].quantiles)[0.5] == pytest.approx(0.5, abs=0.01)
    assert found["rounded"].is_discrete
    assert set(found["rounded"].x) >= {3.0, 4.0, 5.0, 6.0, 7.0}
    assert (found["fixed"].is_discrete, found["fixed"].x, found["fixed"].y) == (True, (11.25,), (1.0,))
    assert {one.key: one.picture for one in with_pictures(scenario, adjustables(scenario))}["line"] is None


def test_a_number_of_a_law():
    one = input_of("mixture(normal(540, sd=10), discrete([3, 4]), weights=[0.6, 0.4])")
    listed = {"1.mean": 540, "1.sd": 10, "2.values.1": 3, "2.values.2": 4, "weights.1": 0.6, "weights.2": 0.4}
    assert dict(one.arguments) == listed
    expected = "mixture(normal(540, sd=12), discrete([3, 4]), weights=[0.6, 0.4])"
    assert with_argument(one, "1.sd", 12.0) == expected
    assert with_argument(input_of("2 to 8"), "high", 9.5) == "2 to 9.5"
    with pytest.raises(InputError, match=r"no number '1\.sdd'.*did you mean '1\.sd'"):
        with_argument(one, "1.sdd", 1.0)
    with pytest.raises(InputError, match="sd is -1; expected a number above 0"):
        with_argument(one, "1.sd", -1.0)


@pytest.mark.parametrize(
    ("text", "centre", "message"),
    [
        ("2 to 8", -1.0, "cannot be moved to -1; expected a number above 0"),
        ("beta(2, 5)", 1.5, "lies between 0 and 1 and cannot be moved to 1.5"),
        ("normal(0, 1)", math.nan, "expected a finite number"),
        ("scipy('beta', a=2, b=3)", 0.5, "between its ends"),
    ],
)
def test_where_a_law_cannot_go(text, centre, message):
    with pytest.raises(InputError, match=message):
        moved(input_of(text), centre)


def test_a_picture_is_the_density():
    one = input_of("lognormal(mean=20, sd=5)")
    law = law_of(one.expression)
    np.testing.assert_allclose(one.picture.y, law.density(one.picture.x))
    assert dict(one.picture.quantiles)[0.5] == pytest.approx(float(law.quantile(0.5)))
    assert len(one.picture.x) <= 60
    counts = input_of("poisson(2)").picture
    assert counts.is_discrete
    assert counts.y[:3] == pytest.approx([math.exp(-2), 2 * math.exp(-2), 2 * math.exp(-2)])
    assert input_of("0.001 to 10").picture.is_logarithmic
    assert max(input_of("beta(0.3, 2)").picture.y) < np.inf
