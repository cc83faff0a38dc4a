"""Frozen distributions of SciPy become the same law of the language."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import burncast
from burncast.distributions.errors import ScenarioError
from burncast.engine import constants
from burncast.engine.expressions import Binary, Call, parse
from burncast.engine.scipy_laws import in_language, is_frozen

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


def test_what_the_language_does_not_have_is_named():
    with pytest.raises(ScenarioError, match=r"scipy\.stats\.rice is no family of the language"):
        burncast.load(document(x=stats.rice(0.8)))
    with pytest.raises(ScenarioError, match="no numbers"):
        burncast.load(document(x=stats.norm([1, 2], 1)))
    with pytest.raises(ScenarioError):
        burncast.load(document(x=stats.norm))
    assert not is_frozen("normal(0, 1)")
