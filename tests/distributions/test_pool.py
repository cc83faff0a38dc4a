"""Opinion pools: the linear one is a mixture, the logarithmic one is held against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from laws import assert_continuous_law
from scipy import integrate, stats

from burncast.distributions.beta import Beta
from burncast.distributions.elicitation import Percentile
from burncast.distributions.gamma import Gamma
from burncast.distributions.lognormal import Lognormal
from burncast.distributions.misfit import misfits
from burncast.distributions.mixture import mixture
from burncast.distributions.normal import Normal
from burncast.distributions.pareto import Pareto
from burncast.distributions.pool import pool
from burncast.distributions.transport import evaluate, transport
from burncast.distributions.triangular import Triangular
from burncast.distributions.uniform import Uniform

PROBABILITIES = np.array([1e-12, 1e-6, 0.01, 0.3, 0.5, 0.8, 0.999])

PRECISION = 0.25 + 0.75 / 4
CLOSED = [
    # Exponents add: precisions of normal laws, shapes and rates of gamma laws, shapes of beta laws, tail indices.
    (
        pool([Normal(0.0, 1.0), Normal(20.0, 2.0)], [1.0, 3.0], "log"),
        stats.norm(0.75 / 4 * 20 / PRECISION, PRECISION**-0.5),
    ),
    (pool([Lognormal(0.0, 1.0), Lognormal(1.0, 0.5)], kind="log"), stats.lognorm(0.4**0.5, scale=np.exp(0.8))),
    (pool([Gamma(0.3, 2.0), Gamma(4.0, 1.0)], kind="log"), stats.gamma(2.15, scale=1 / 0.75)),
    (pool([Beta(0.5, 2.0), Beta(4.0, 0.5)], kind="log"), stats.beta(2.25, 1.25)),
    (pool([Pareto(2.0, 1.0), Pareto(5.0, 1.0)], kind="log"), stats.pareto(3.5)),
    (pool([Uniform(0.0, 3.0), Uniform(1.0, 7.0)], kind="log"), stats.uniform(1, 2)),
]


@pytest.mark.parametrize(("law", "twin"), CLOSED, ids=[twin.dist.name for _, twin in CLOSED])
def test_the_logarithmic_pool_of_one_family_has_closed_form(law, twin):
    np.testing.assert_allclose(law.quantile(PROBABILITIES), twin.ppf(PROBABILITIES), rtol=1e-12)
    upper, exact = law.quantile_upper(PROBABILITIES), twin.isf(PROBABILITIES)
    np.testing.assert_allclose(upper, exact, rtol=1e-11)
    inner = twin.ppf([0.05, 0.4, 0.7, 0.98])
    np.testing.assert_allclose(law.cdf(inner), twin.cdf(inner), rtol=1e-12)
    np.testing.assert_allclose(law.sf(inner), twin.sf(inner), rtol=1e-11)
    np.testing.assert_allclose(law.density(inner), twin.pdf(inner), rtol=1e-12)
    np.testing.assert_allclose([law.mean, law.sd], [twin.mean(), twin.std()], rtol=1e-11)


def test_the_logarithmic_pool_of_different_families_is_the_normalised_geometric_mean():
    first, second = Normal(0.0, 1.0), Triangular(0.0, 1.0, 30.0)
    law = pool([first, second], [2.0, 1.0], "log")

    def height(x: float) -> float:
        return float(first.density(x)) ** (2 / 3) * float(second.density(x)) ** (1 / 3)

    total = integrate.quad(height, 0, 1)[0] + integrate.quad(height, 1, 30)[0]
    for x in (0.2, 0.9, 2.5):
        parts = integrate.quad(height, 0, min(x, 1))[0] + (integrate.quad(height, 1, x)[0] if x > 1 else 0)
        assert float(law.cdf(x)) == pytest.approx(parts / total, rel=1e-8)
        assert float(law.density(x)) == pytest.approx(height(x) / total, rel=1e-8)
    assert law.support == (0, 30)


def test_draws_of_a_pool_have_its_law():
    law, twin = CLOSED[2]
    z = np.random.default_rng(5).normal(size=20_000)
    assert_continuous_law(evaluate(transport(law), z), twin.cdf)


def test_the_linear_pool_is_the_mixture():
    experts, weights = [Normal(0.0, 1.0), Gamma(2.0, 1.0)], [0.3, 0.7]
    assert pool(experts, weights) == mixture(experts, weights)
    assert pool(experts, [1.0, 0.0], "log") == experts[0]


def test_misfits_are_the_probabilities_that_a_law_gives():
    found = misfits(Normal(0.0, 1.0), [Percentile("p90", 0.9, 1.0), Percentile("p50", 0.5, 0.0)])
    assert [one.stated.name for one in found] == ["p50", "p90"]
    assert [one.size for one in found] == [0, pytest.approx(0.9 - stats.norm.cdf(1))]
