"""Every law against its SciPy twin and, in the far tails, against mpmath; and the properties that all laws share."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws_and_twins import AWKWARD, TWINS

from burncast.distributions.beta import Beta, beta_from_moments
from burncast.distributions.errors import LawError
from burncast.distributions.gamma import Gamma, gamma_from_moments
from burncast.distributions.law import Law
from burncast.distributions.lognormal import lognormal_from_moments
from burncast.distributions.normal import Normal
from burncast.distributions.pareto import Pareto, pareto_from_moments
from burncast.distributions.student_t import StudentT, student_t_from_moments
from burncast.distributions.uniform import uniform_from_moments
from burncast.distributions.weibull import weibull_from_moments

PROBABILITIES = np.concatenate([10.0 ** -np.arange(1, 13), [0.2, 0.35, 0.5, 0.7, 0.9]])
EVERY_LAW = [law for law, _ in TWINS] + AWKWARD

each_twin = pytest.mark.parametrize(("law", "twin"), TWINS, ids=[str(law) for law, _ in TWINS])
each_law = pytest.mark.parametrize(
    "law", EVERY_LAW, ids=[f"{k}-{type(law).__name__}" for k, law in enumerate(EVERY_LAW)]
)


@each_twin
def test_cdf_sf_and_density_agree_with_scipy(law, twin):
    x = np.concatenate([twin.ppf(PROBABILITIES), twin.isf(PROBABILITIES), [-50.0, 0.3, 1.0, 50.0]])
    with np.errstate(all="ignore"):
        density = twin.pdf(x)
    np.testing.assert_allclose(law.density(x), density, rtol=1e-7, atol=1e-300)
    # x itself, and its distance from a bound, is known only to rounding: what that moves the probability.
    rounding = 1e-15 * np.maximum(np.abs(x), 1.0) * np.where(np.isfinite(density), density, 0.0)
    # SciPy takes the upper tail of some bounded laws from 1 - cdf.
    rounding += 3e-16 if np.isfinite(law.support[1]) else 0.0
    for ours, theirs in ((law.cdf(x), twin.cdf(x)), (law.sf(x), twin.sf(x))):
        assert np.all(np.abs(ours - theirs) <= 1e-12 * theirs + rounding)


@each_twin
def test_quantiles_agree_with_scipy(law, twin):
    for ours, theirs in (
        (law.quantile(PROBABILITIES), twin.ppf(PROBABILITIES)),
        (law.quantile_upper(PROBABILITIES), twin.isf(PROBABILITIES)),
    ):
        # SciPy takes the upper quantile of bounded laws from 1 - q, which is rounded to 1e-16.
        rounding = 3e-16 / law.density(ours) if np.isfinite(law.support[1]) else 0.0
        assert np.all(np.abs(ours - theirs) <= 1e-12 * np.abs(theirs) + 1e-14 * twin.std() + rounding)


@each_twin
def test_moments_agree_with_scipy(law, twin):
    np.testing.assert_allclose([law.mean, law.sd], [twin.mean(), twin.std()], rtol=1e-12)
    assert law.support == pytest.approx(twin.support())


@pytest.mark.parametrize("p", [1e-100, 1e-17, 1e-12])
def test_far_tails_against_mpmath(p):
    with mpmath.workdps(40):
        t = mpmath.mpf(float(StudentT(3.5).quantile(p)))
        below = mpmath.betainc(1.75, 0.5, 0, 3.5 / (3.5 + t * t), regularized=True) / 2
        assert float(below / p) == pytest.approx(1, rel=1e-12)
        g = mpmath.mpf(float(Gamma(2.5, 1.0).quantile_upper(p)))
        assert float(mpmath.gammainc(2.5, g, regularized=True) / p) == pytest.approx(1, rel=2e-12)
        b = mpmath.mpf(float(Beta(2.0, 5.0).quantile(p)))
        assert float(mpmath.betainc(2, 5, 0, b, regularized=True) / p) == pytest.approx(1, rel=1e-12)
        n = mpmath.mpf(float(Normal(0.0, 1.0).quantile_upper(p)))
        assert float(mpmath.ncdf(-n) / p) == pytest.approx(1, rel=2e-12)


@each_law
def test_quantile_is_the_first_point_that_reaches_the_probability(law: Law):
    p = PROBABILITIES[PROBABILITIES >= 1e-6]
    for sign, quantile, tail in ((1.0, law.quantile, law.cdf), (-1.0, law.quantile_upper, law.sf)):
        x = quantile(p)
        # One rounding of x to either side brackets p.
        slack = 1e-15 * np.maximum(np.abs(x), np.max(np.abs(x)) if np.isfinite(law.support).all() else 0.0) + 1e-30
        before, after = tail(x - sign * slack), tail(x + sign * slack)
        assert np.all(after >= p * (1 - 1e-11) - 1e-13)
        assert np.all(before <= p * (1 + 1e-11) + 1e-13)


@each_law
@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(1e-15, 1 - 1e-15), min_size=2, max_size=20))
def test_quantile_is_monotone_within_the_support(law: Law, probabilities: list[float]):
    p = np.sort(probabilities)
    low, high = law.support
    for x in (law.quantile(p), law.quantile_upper(p)[::-1]):
        assert np.all((x >= low) & (x <= high))
        assert np.all(np.diff(x) >= -1e-14 * np.abs(x[1:]))


@each_law
def test_cdf_and_sf_are_complements_and_reach_the_ends(law: Law):
    x = law.quantile(np.linspace(0.001, 0.999, 101))
    np.testing.assert_allclose(law.cdf(x) + law.sf(x), 1.0, rtol=1e-13)
    assert law.cdf(np.inf) == 1
    assert law.sf(-np.inf) == 1
    assert law.cdf(-np.inf) == 0
    assert law.sf(np.inf) == 0


@each_law
def test_from_normal_keeps_shape_and_has_the_exact_slope(law: Law):
    z = np.linspace(-3, 3, 12).reshape(3, 4) + 0.0123
    x, slope = law.from_normal(z)
    assert x.shape == slope.shape == z.shape
    step = 1e-5
    difference = (law.from_normal(z + step)[0] - law.from_normal(z - step)[0]) / (2 * step)
    smooth = np.isfinite(slope) & (difference > 0) & (difference < 1e6 * (1 + np.abs(x)))
    atoms = law.atoms()[0]
    smooth &= ~np.isin(x, atoms)
    np.testing.assert_allclose(slope[smooth], difference[smooth], rtol=2e-4)


@pytest.mark.parametrize(
    "law",
    [
        lognormal_from_moments(3.0, 2.0),
        uniform_from_moments(3.0, 2.0),
        gamma_from_moments(3.0, 2.0),
        weibull_from_moments(3.0, 2.0),
        pareto_from_moments(3.0, 2.0),
        student_t_from_moments(5.0, 3.0, 2.0),
        beta_from_moments(3.0, 2.0, 0.0, 10.0),
    ],
    ids=lambda law: type(law).__name__,
)
def test_laws_stated_by_moments_have_them(law):
    assert law.mean == pytest.approx(3, rel=1e-12)
    assert law.sd == pytest.approx(2, rel=1e-12)


def test_moments_that_do_not_exist():
    assert Pareto(0.9, 1.0).mean == np.inf
    assert Pareto(1.5, 1.0).sd == np.inf
    assert np.isnan(StudentT(1.0).mean)
    assert StudentT(1.5).sd == np.inf


def test_beta_where_the_inverse_of_scipy_gives_up():
    law, q = Beta(0.05056837701529926, 1.042885092439659), 9.4795348222e-18
    x = law.high - float(law.quantile_upper(q))
    assert 0 <= x < 1e-15
    short = Beta(1.042885092439659, 0.05056837701529926)
    with mpmath.workdps(40):
        u = mpmath.mpf(float(short.quantile(q)))
        below = mpmath.betainc(short.a, short.b, 0, u, regularized=True)
    assert float(below / q) == pytest.approx(1, rel=1e-12)


def test_the_comparison_fails_on_a_slightly_wrong_law():
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(
            Normal(0.0, 1.0).cdf(PROBABILITIES), Normal(0.0, 1 + 1e-9).cdf(PROBABILITIES), rtol=1e-12
        )


@pytest.mark.parametrize(
    ("build", "argument"),
    [
        (lambda: Normal(0.0, 0.0), "sd"),
        (lambda: Normal(np.nan, 1.0), "mean"),
        (lambda: Gamma(-1.0, 1.0), "shape"),
        (lambda: Pareto(1.0, 0.0), "low"),
        (lambda: student_t_from_moments(2.0, 0.0, 1.0), "sd"),
        (lambda: beta_from_moments(0.5, 0.5), "sd"),
        (lambda: beta_from_moments(1.5, 0.1), "mean"),
        (lambda: weibull_from_moments(1.0, 1e30), "sd"),
    ],
)
def test_impossible_parameters_are_refused_by_name(build, argument):
    with pytest.raises(LawError) as caught:
        build()
    assert caught.value.argument == argument
