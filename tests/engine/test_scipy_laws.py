"""Distributions of SciPy become the same law of the language."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import burncast
from burncast.distributions.errors import ScenarioError
from burncast.engine.language import constants
from burncast.engine.language.expressions import Binary, Call, parse
from burncast.engine.language.scipy_laws import in_language, is_distribution

FROZEN = [
    stats.norm(3, 2),
    stats.lognorm(0.5, loc=1, scale=2),
    stats.uniform(1, 3),
    stats.triang(0.3, loc=-1, scale=4),
    stats.beta(2, 5, loc=1, scale=3),
    stats.gamma(2, loc=1, scale=3),
    stats.weibull_min(1.7, scale=2),
    stats.t(4.5, 1, 2),
    stats.expon(loc=2, scale=3),
    stats.pareto(b=2.7, scale=1.5),
    stats.fisk(2.5, scale=3),
    stats.gumbel_r(1, 2),
    stats.invweibull(2.6, loc=-1),
    stats.genextreme(-0.3, 1, 2),
    stats.genpareto(0.3, loc=1, scale=2),
    stats.burr12(2, 3, scale=1.5),
    stats.johnsonsu(-1, 2, 1, 3),
    stats.johnsonsb(0.5, 1.2, -1, 4),
    stats.invgauss(2 / 3, loc=1, scale=3),
    stats.skewnorm(1.5, 1, 2),
    stats.truncnorm(-1, 2, loc=3, scale=2),
    stats.truncnorm(0.5, np.inf),
    stats.bernoulli(0.3),
    stats.poisson(2.5, loc=1),
    stats.binom(50, 0.3),
    stats.nbinom(2.5, 0.1),
    stats.betabinom(50, 0.7, 3.1),
]


@pytest.mark.parametrize("frozen", FROZEN, ids=lambda frozen: frozen.dist.name)
def test_the_law_is_the_same(frozen):
    expression = parse(in_language(frozen))
    shift = 0.0
    if isinstance(expression, Binary):
        shift, expression = constants.number(expression.left), expression.right
    assert isinstance(expression, Call)
    law = constants.law(expression)
    p = np.array([0.001, 0.02, 0.3, 0.55, 0.9, 0.999])
    np.testing.assert_allclose(shift + law.quantile(p), frozen.ppf(p), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose([shift + law.mean, law.sd], [frozen.mean(), frozen.std()], rtol=1e-7)


def document(**inputs):
    return {
        "scenario": {"title": "From SciPy", "periods": 2},
        "dimensions": {"who": ["a", "b"]},
        "inputs": inputs,
        "stocks": {"cash": {"start": "x", "next": "cash"}},
    }


def test_a_mapping_may_hold_them_and_its_text_is_a_scenario(tmp_path):
    scenario = burncast.load(
        document(
            x=stats.gamma(2, loc=1, scale=3),
            y={"value": {"a": stats.norm(5, 1), "b": 2}, "over": "who"},
            z={"value": stats.logistic(1, 0.5), "note": "judgement"},
        )
    )
    path = tmp_path / "scenario.toml"
    path.write_text(scenario.text, encoding="utf-8")
    again = burncast.load(path)
    assert again.quantities["x"].value == scenario.quantities["x"].value == parse("1.0 + gamma(2.0, 3.0)")
    assert again.quantities["z"].value == parse(in_language(stats.logistic(1, 0.5)))


def test_a_logistic_law_is_the_logarithm_of_a_loglogistic_one():
    expression = parse(in_language(stats.logistic(1, 0.5)))
    assert isinstance(expression, Call)
    inner = constants.law(expression.arguments[0])
    p = np.array([0.01, 0.5, 0.99])
    np.testing.assert_allclose(np.log(inner.quantile(p)), stats.logistic(1, 0.5).ppf(p), rtol=1e-12)


NEWER_GAMMA = stats.make_distribution(stats.gamma)
NEWER = [
    (stats.Normal(mu=1, sigma=2), stats.norm(1, 2)),
    (3 * stats.Normal() + 1, stats.norm(1, 3)),
    (stats.Uniform(a=1, b=4), stats.uniform(1, 3)),
    (stats.Logistic(), stats.logistic()),
    (stats.Binomial(n=10, p=0.3), stats.binom(10, 0.3)),
    (NEWER_GAMMA(a=2.0), stats.gamma(2)),
    (3 * NEWER_GAMMA(a=2.0) + 1, stats.gamma(2, loc=1, scale=3)),
    (stats.make_distribution(stats.genextreme)(c=0.1), stats.genextreme(0.1)),
    (stats.truncate(3 * NEWER_GAMMA(a=2.0) + 1, lb=2, ub=9), stats.gamma(2, loc=1, scale=3)),
    (stats.Mixture([stats.Normal(mu=1, sigma=2), NEWER_GAMMA(a=2.0) + 1], weights=[0.3, 0.7]), None),
]
"""Newer distributions, and the frozen one of the same law where there is one (truncated: the law between its ends)."""

WRITTEN = [
    stats.rice(0.8, loc=1, scale=2),
    stats.zipf(9.5, loc=2),
    stats.rv_histogram(([1, 2, 3], [0, 1, 2, 4]), density=False)(loc=1, scale=2),
    stats.rv_discrete(values=([1, 2, 5], [0.2, 0.3, 0.5]))(loc=3),
    stats.poisson_binom([0.1, 0.2, 0.7]),
]


@pytest.mark.parametrize(("newer", "older"), NEWER, ids=[str(newer)[:30] for newer, _ in NEWER])
def test_newer_distributions_are_understood(newer, older):
    p = np.array([0.02, 0.3, 0.55, 0.9, 0.999])
    expression = parse(in_language(newer))
    shift = 0.0
    if isinstance(expression, Binary):
        shift, expression = constants.number(expression.left), expression.right
    assert isinstance(expression, Call)
    law = constants.law(expression.arguments[0] if expression.function == "log" else expression)
    values = shift + law.quantile(p)
    values = np.log(values) if expression.function == "log" else values
    np.testing.assert_allclose(values, newer.icdf(p), rtol=1e-6, atol=1e-9)
    if older is not None and expression.function != "truncate":
        np.testing.assert_allclose(values, older.ppf(p), rtol=1e-9, atol=1e-12)


def test_what_is_applied_to_newer_distributions():
    assert in_language(stats.exp(stats.Normal(mu=1.0))) == "exp(normal(1.0, 1.0))"
    assert in_language(stats.log(NEWER_GAMMA(a=2.0))) == "log(gamma(2.0, 1.0))"
    assert in_language(stats.abs(stats.Normal())) == "abs(normal(0.0, 1.0))"
    assert in_language(1 - 2 * stats.Normal()) == "1.0 + -2.0 * normal(0.0, 1.0)"
    assert in_language(2 * stats.exp(stats.Normal())) == "2.0 * exp(normal(0.0, 1.0))"


@pytest.mark.parametrize("frozen", WRITTEN, ids=lambda frozen: type(frozen.dist).__name__)
def test_what_the_language_has_no_family_for_is_written_as_a_law_too(frozen):
    expression = parse(in_language(frozen))
    law = constants.law(expression)
    p = np.array([0.001, 0.02, 0.3, 0.55, 0.92, 0.999])
    np.testing.assert_allclose(law.quantile(p), frozen.ppf(p), rtol=1e-9)
    np.testing.assert_allclose([law.mean, law.sd], [frozen.mean(), frozen.std()], rtol=1e-7)


def test_a_scenario_with_any_of_them_is_text_and_draws_from_them(tmp_path):
    frozen = stats.rice(0.8, loc=1, scale=2)
    scenario = burncast.load(document(x=frozen, y={"value": {"a": stats.zipf(9.5), "b": 2}, "over": "who"}))
    (tmp_path / "scenario.toml").write_text(scenario.text, encoding="utf-8")
    again = burncast.load(tmp_path / "scenario.toml")
    assert again.quantities["x"].value == parse('scipy("rice", b=0.8, loc=1.0, scale=2.0)')
    assert again.quantities["y"].value == scenario.quantities["y"].value
    assert scenario.sha256 == burncast.load(document(x=stats.rice(b=0.8, scale=2, loc=1.0), y=scenario_y())).sha256
    result = burncast.simulate(again, trajectories=20_000, keep_paths=20_000)
    assert stats.kstest(result["paths_cash"].isel(period=0), frozen.cdf).pvalue > 1e-3


def scenario_y():
    return {"value": {"a": stats.zipf(9.5), "b": 2}, "over": "who"}


class Mine(stats.rv_continuous):
    def _pdf(self, x):
        return 1.0 + 0 * x


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (stats.norm([1, 2], 1), "inputs.x: scipy.stats.norm has parameters that are no numbers"),
        (stats.norm(np.nan, 1), "scipy.stats.norm: loc is nan; expected a finite number"),
        (stats.rice(np.inf), "scipy.stats.rice: b is inf"),
        (stats.truncnorm(-1, np.nan), "scipy.stats.truncnorm: b is nan"),
        (stats.norm(0, -1), "scipy.stats.norm is not defined for loc=0, scale=-1"),
        (stats.multivariate_normal([0, 0]), "inputs.x: is <scipy.stats._multivariate.*; expected a number"),
        (stats.dirichlet([1, 2]), "inputs.x: is <scipy.stats._multivariate.*; expected a number"),
        (Mine(a=0, b=1, name="mine")(), "scipy.stats has no distribution 'mine'"),
        (stats.order_statistic(stats.Normal(), r=1, n=3), "order_statistic.* has no counterpart in the language"),
        (stats.truncate(stats.exp(stats.Normal()), ub=2), "has no counterpart in the language"),
        (stats.norm, "inputs.x: is <scipy.stats.*; expected a number"),
    ],
)
def test_what_is_no_distribution_of_one_number_is_named(value, message):
    with pytest.raises(ScenarioError, match=message) as caught:
        burncast.load(document(x=value))
    assert len(caught.value.problems) == 1


def test_text_is_no_distribution():
    assert not is_distribution("normal(0, 1)")
    assert not is_distribution(stats.norm)
