"""Mixtures and truncations, of each other too, against closed forms and against direct sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws_and_twins import AWKWARD, TWINS
from scipy import integrate, stats

from burncast.distributions.discrete import Discrete, constant, discrete
from burncast.distributions.law import Law
from burncast.distributions.lognormal import Lognormal
from burncast.distributions.mixture import Mixture, mixture
from burncast.distributions.moments import moments_by_quadrature
from burncast.distributions.normal import Normal
from burncast.distributions.pareto import Pareto
from burncast.distributions.student_t import StudentT
from burncast.distributions.truncation import truncate
from burncast.distributions.uniform import Uniform

CONTINUOUS = [law for law in [one for one, _ in TWINS] + AWKWARD if not len(law.atoms()[0])]


def test_truncated_normal_agrees_with_scipy_in_the_far_tail_too():
    for low, high in ((-1.0, 2.0), (4.0, 6.0), (8.0, np.inf), (-np.inf, -9.0)):
        law, twin = truncate(Normal(0.0, 1.0), low, high), stats.truncnorm(low, high)
        p = np.array([0.001, 0.1, 0.5, 0.9, 0.999])
        np.testing.assert_allclose(law.quantile(p), twin.ppf(p), rtol=1e-11)
        np.testing.assert_allclose(law.quantile_upper(p), twin.isf(p), rtol=1e-11)
        np.testing.assert_allclose(law.cdf(twin.ppf(p)), p, rtol=1e-9)
        np.testing.assert_allclose(law.sf(twin.isf(p)), p, rtol=1e-9)
        np.testing.assert_allclose([law.mean, law.sd], [twin.mean(), twin.std()], rtol=1e-7)


@pytest.mark.parametrize("law", CONTINUOUS, ids=lambda law: type(law).__name__)
def test_truncation_is_the_conditional_law(law: Law):
    low, high = (float(end) for end in law.quantile([0.2, 0.9]))
    cut = truncate(law, low, high)
    x = law.quantile(np.linspace(0.21, 0.89, 30))
    np.testing.assert_allclose(cut.cdf(x), (law.cdf(x) - law.cdf(low)) / (law.cdf(high) - law.cdf(low)), rtol=1e-9)
    np.testing.assert_allclose(cut.sf(x), (law.cdf(high) - law.cdf(x)) / (law.cdf(high) - law.cdf(low)), rtol=1e-9)
    assert cut.support == pytest.approx((low, high), rel=1e-12, abs=0)


WITH_MOMENTS = [law for law in CONTINUOUS if np.isfinite(law.sd) and law.sd < 1e3 and not isinstance(law, Mixture)]


@pytest.mark.parametrize("law", WITH_MOMENTS, ids=str)
def test_quadrature_gives_the_closed_moments(law: Law):
    mean, sd = moments_by_quadrature(law)
    assert mean == pytest.approx(law.mean, rel=1e-8, abs=1e-9 * law.sd)
    assert sd == pytest.approx(law.sd, rel=1e-7 if min(law.tail_indices) > 3 else 1e-4)


def test_truncating_a_heavy_tail_gives_it_moments():
    law = truncate(Pareto(0.7, 1.0), high=1e4)
    mass = 1 - 1e4**-0.7
    mean = 0.7 / 0.3 * (1e4**0.3 - 1) / mass
    assert law.mean == pytest.approx(mean, rel=1e-10)
    assert truncate(Pareto(0.7, 1.0), low=10.0).mean == np.inf
    assert truncate(StudentT(1.0), low=0.0).mean == np.inf
    assert truncate(StudentT(1.0), low=-1.0, high=1.0).mean == pytest.approx(0, abs=1e-12)


def test_truncation_of_truncation_and_of_discrete_laws():
    once = truncate(Normal(0.0, 1.0), -1.0, 2.0)
    assert truncate(truncate(Normal(0.0, 1.0), -1.0, 3.0), high=2.0) == once
    assert truncate(Normal(0.0, 1.0)) == Normal(0.0, 1.0)
    assert truncate(discrete([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), 2.0, 3.0) == Discrete((2.0, 3.0), (2.0, 3.0))
    assert truncate(Uniform(0.0, 1.0), low=-5.0, high=0.5).quantile(1.0) == 0.5


def test_truncation_of_a_mixture_reweights_it():
    law = mixture([Normal(-3.0, 1.0), constant(0.5), Normal(3.0, 0.5)], [2.0, 1.0, 1.0])
    cut = truncate(law, low=0.0)
    mass = float(law.sf(0.0))
    x = np.array([0.4, 0.5, 2.0, 4.0])
    np.testing.assert_allclose(cut.sf(x), law.sf(x) / mass, rtol=1e-12)
    assert cut.support[0] == 0


def test_mixture_is_the_weighted_sum():
    parts, weights = [Normal(0.0, 1.0), Lognormal(0.0, 1.0), StudentT(3.0)], [0.2, 0.5, 0.3]
    law = mixture(parts, weights)
    x = np.linspace(-10, 10, 41)
    for name in ("cdf", "sf", "density"):
        expected = sum(w * getattr(part, name)(x) for part, w in zip(parts, weights, strict=True))
        np.testing.assert_allclose(getattr(law, name)(x), expected, rtol=1e-14)
    mean = integrate.quad(lambda u: u * float(law.density(u)), -np.inf, 0)[0]
    mean += integrate.quad(lambda u: u * float(law.density(u)), 0, np.inf)[0]
    assert law.mean == pytest.approx(mean, rel=1e-6)
    variance = sum(w * (part.sd**2 + part.mean**2) for part, w in zip(parts, weights, strict=True)) - law.mean**2
    assert law.sd == pytest.approx(np.sqrt(variance), rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-50, 50), st.floats(0.01, 20), st.floats(0.001, 1)),
        min_size=2,
        max_size=5,
    ),
    st.lists(st.floats(1e-12, 0.5), min_size=1, max_size=10),
)
def test_mixtures_of_normals_invert(components, probabilities):
    law = mixture([Normal(m, s) for m, s, _ in components], [w for _, _, w in components])
    p = np.array(probabilities)
    for tail, x in ((law.cdf, law.quantile(p)), (law.sf, law.quantile_upper(p))):
        rounding = 4e-15 * np.abs(x) * law.density(x)
        assert np.all(np.abs(tail(x) - p) <= 1e-11 * p + rounding)


def test_mixtures_open_up_and_merge():
    inner = mixture([Normal(0.0, 1.0), constant(1.0)], [0.5, 0.5])
    law = mixture([inner, constant(1.0), constant(2.0)], [0.5, 0.25, 0.25])
    assert isinstance(law, Mixture)
    assert law.components == (Normal(0.0, 1.0), Discrete((1.0, 2.0), (0.5, 0.25)))
    assert law.weights == pytest.approx((0.25, 0.75))
    points, masses = law.atoms()
    assert (points.tolist(), masses.tolist()) == ([1.0, 2.0], pytest.approx([0.5, 0.25]))
    assert mixture([constant(1.0), constant(2.0)], [1.0, 3.0]) == Discrete((1.0, 2.0), (0.25, 0.75))
    assert mixture([Normal(0.0, 1.0), Normal(5.0, 1.0)], [1.0, 0.0]) == Normal(0.0, 1.0)


def test_moments_of_a_mixture_with_a_heavy_part():
    assert mixture([Normal(0.0, 1.0), Pareto(0.9, 1.0)]).mean == np.inf
    assert mixture([Normal(0.0, 1.0), Pareto(1.5, 1.0)]).sd == np.inf
    assert np.isnan(mixture([Normal(0.0, 1.0), StudentT(1.0)]).mean)
