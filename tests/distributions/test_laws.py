"""Every law against its SciPy twin and, in the far tails, against mpmath; and the properties that all laws share."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws_and_twins import AWKWARD, TWINS
from scipy import stats

from burncast.distributions.beta import Beta, beta_from_moments
from burncast.distributions.burr import Burr
from burncast.distributions.errors import LawError
from burncast.distributions.frechet import Frechet, frechet_from_moments
from burncast.distributions.gamma import Gamma, gamma_from_moments
from burncast.distributions.gev import Gev, gev_from_moments
from burncast.distributions.gpareto import GeneralisedPareto, gpareto_from_moments
from burncast.distributions.gumbel import Gumbel, gumbel_from_moments
from burncast.distributions.inverse_gaussian import InverseGaussian, inverse_gaussian_from_moments
from burncast.distributions.johnson_sb import JohnsonSB
from burncast.distributions.johnson_su import JohnsonSU
from burncast.distributions.law import Law
from burncast.distributions.loglogistic import Loglogistic, loglogistic_from_moments
from burncast.distributions.lognormal import lognormal_from_moments
from burncast.distributions.normal import Normal
from burncast.distributions.pareto import Pareto, pareto_from_moments
from burncast.distributions.skew_normal import SkewNormal, skew_normal_from_moments
from burncast.distributions.student_t import StudentT, student_t_from_moments
from burncast.distributions.uniform import uniform_from_moments
from burncast.distributions.weibull import weibull_from_moments

PROBABILITIES = np.concatenate([10.0 ** -np.arange(1, 13), [0.2, 0.35, 0.5, 0.7, 0.9]])
EVERY_LAW = [law for law, _ in TWINS] + AWKWARD

ONE_MINUS = (Loglogistic, Burr, GeneralisedPareto, JohnsonSU)
"""SciPy takes a tail of these as one minus the other; theirs are held against mpmath."""

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
    rounding += 3e-16 if np.isfinite(law.support[1]) or isinstance(law, ONE_MINUS) else 0.0
    for ours, theirs in ((law.cdf(x), twin.cdf(x)), (law.sf(x), twin.sf(x))):
        assert np.all(np.abs(ours - theirs) <= 1e-12 * theirs + rounding)


@each_twin
def test_quantiles_agree_with_scipy(law, twin):
    for ours, theirs in (
        (law.quantile(PROBABILITIES), twin.ppf(PROBABILITIES)),
        (law.quantile_upper(PROBABILITIES), twin.isf(PROBABILITIES)),
    ):
        # SciPy takes the upper quantile of bounded laws from 1 - q, which is rounded to 1e-16.
        rounding = 3e-16 / law.density(ours) if np.isfinite(law.support[1]) or isinstance(law, ONE_MINUS) else 0.0
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


TAILS = {
    Loglogistic(2.5, 3.0): (lambda x: 1 / (1 + (x / 3) ** -2.5), lambda x: 1 / (1 + (x / 3) ** 2.5)),
    Burr(2.0, 3.0, 1.5): (lambda x: 1 - (1 + (x / 1.5) ** 2) ** -3, lambda x: (1 + (x / 1.5) ** 2) ** -3),
    GeneralisedPareto(0.25, 2.0): (lambda x: 1 - (1 + x / 8) ** -4, lambda x: (1 + x / 8) ** -4),
    GeneralisedPareto(0.0, 2.0): (lambda x: 1 - mpmath.exp(-x / 2), lambda x: mpmath.exp(-x / 2)),
    Frechet(2.5, 1.5): (
        lambda x: mpmath.exp(-((x / 1.5) ** -2.5)),
        lambda x: 1 - mpmath.exp(-((x / 1.5) ** -2.5)),
    ),
    Gev(0.0, 2.0, 0.25): (
        lambda x: mpmath.exp(-((1 + x / 8) ** -4)),
        lambda x: 1 - mpmath.exp(-((1 + x / 8) ** -4)),
    ),
    Gumbel(0.0, 2.0): (
        lambda x: mpmath.exp(-mpmath.exp(-x / 2)),
        lambda x: 1 - mpmath.exp(-mpmath.exp(-x / 2)),
    ),
    JohnsonSU(-1.0, 2.0, 0.0, 3.0): (
        lambda x: mpmath.ncdf(-1 + 2 * mpmath.asinh(x / 3)),
        lambda x: mpmath.ncdf(1 - 2 * mpmath.asinh(x / 3)),
    ),
}


@pytest.mark.parametrize("p", [1e-30, 1e-12, 1e-6])
@pytest.mark.parametrize("law", TAILS, ids=str)
def test_both_tails_against_mpmath(law, p):
    cdf, sf = TAILS[law]
    with mpmath.workdps(80):
        lower, upper = mpmath.mpf(float(law.quantile(p))), mpmath.mpf(float(law.quantile_upper(p)))
        # Rounding the quantile moves its probability by as much as the density tells.
        room = 1e-12 + 2e-16 * float(abs(lower)) * float(law.density(float(lower))) / p
        assert float(cdf(lower) / p) == pytest.approx(1, rel=room)
        assert float(sf(upper) / p) == pytest.approx(1, rel=1e-12)
        assert float(law.cdf(float(lower))) == pytest.approx(float(cdf(lower)), rel=room, abs=0)
        assert float(law.sf(float(upper))) == pytest.approx(float(sf(upper)), rel=1e-12, abs=0)


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
        loglogistic_from_moments(3.0, 2.0),
        gumbel_from_moments(3.0, 2.0),
        frechet_from_moments(3.0, 2.0),
        gev_from_moments(0.3, 3.0, 2.0),
        gev_from_moments(-0.02, 3.0, 2.0),
        gpareto_from_moments(3.0, 2.0, 1.0),
        inverse_gaussian_from_moments(3.0, 2.0),
        skew_normal_from_moments(3.0, 2.0, -0.6),
    ],
    ids=lambda law: type(law).__name__,
)
def test_laws_stated_by_moments_have_them(law):
    assert law.mean == pytest.approx(3, rel=1e-12)
    assert law.sd == pytest.approx(2, rel=1e-12)


@pytest.mark.parametrize("shape", [-0.6, -0.1, -1e-3, 0.0, 1e-9, 1e-3, 0.0999, 0.1001, 0.4])
def test_moments_of_extremes_whatever_the_shape(shape):
    with mpmath.workdps(90):
        small = mpmath.mpf(shape) or mpmath.mpf(10) ** -25
        first, second = mpmath.gamma(1 - small), mpmath.gamma(1 - 2 * small)
        mean, sd = (first - 1) / small, mpmath.sqrt(second - first**2) / abs(small)
    law = Gev(0.0, 1.0, shape)
    np.testing.assert_allclose([law.mean, law.sd], [float(mean), float(sd)], rtol=2e-13)


@pytest.mark.parametrize(("mean", "sd"), [(3.0, 2e-4), (3.0, 0.2), (3.0, 40.0)])
def test_narrow_and_wide_laws_stated_by_moments_have_them(mean, sd):
    for law in (loglogistic_from_moments(mean, sd), frechet_from_moments(mean, sd)):
        assert law.mean == pytest.approx(mean, rel=1e-12)
        assert law.sd == pytest.approx(sd, rel=2e-9)


@pytest.mark.parametrize("u", [-25.0, -6.0, -2.0, -0.3])
@pytest.mark.parametrize("shape", [0.3, 3.0, 40.0])
def test_the_short_tail_of_the_skew_normal_against_mpmath(shape, u):
    with mpmath.workdps(30):
        scale = mpmath.sqrt(1 + mpmath.mpf(shape) ** 2)
        ends = [mpmath.mpf(u) - k * min(mpmath.mpf(1), 3 / (abs(u) * scale**2)) for k in range(40)]
        # Relative to its greatest value, for the error that mpmath allows itself is absolute.
        top = mpmath.npdf(u) * mpmath.ncdf(shape * u)
        below = top * mpmath.quad(lambda t: 2 * mpmath.npdf(t) * mpmath.ncdf(shape * t) / top, ends[::-1])
        expected = float(below)
    assert float(SkewNormal(0.0, 1.0, shape).cdf(u)) == pytest.approx(expected, rel=2e-12, abs=1e-300)
    assert float(SkewNormal(0.0, 1.0, -shape).sf(-u)) == pytest.approx(expected, rel=2e-12, abs=1e-300)


def test_the_skew_normal_against_scipy_and_where_it_is_normal():
    law, twin = SkewNormal(1.0, 2.0, 3.0), stats.skewnorm(3, 1, 2)
    x = np.linspace(-1, 9, 41)
    np.testing.assert_allclose(law.density(x), twin.pdf(x), rtol=1e-13)
    np.testing.assert_allclose(law.cdf(x), twin.cdf(x), rtol=1e-10)
    np.testing.assert_allclose(law.sf(x), twin.sf(x), rtol=1e-10)
    np.testing.assert_allclose([law.mean, law.sd], [twin.mean(), twin.std()], rtol=1e-14)
    straight = SkewNormal(1.0, 2.0, 0.0)
    np.testing.assert_allclose(straight.quantile(PROBABILITIES), Normal(1.0, 2.0).quantile(PROBABILITIES), rtol=1e-12)
    np.testing.assert_allclose(straight.sf(x), Normal(1.0, 2.0).sf(x), rtol=1e-13)


@pytest.mark.parametrize(("mean", "shape"), [(2.0, 3.0), (2.0, 0.1), (1.0, 100.0)])
@pytest.mark.parametrize("p", [1e-100, 1e-12, 0.1])
def test_far_tails_of_the_inverse_gaussian_against_mpmath(mean, shape, p):
    law = InverseGaussian(mean, shape)

    def below(x: mpmath.mpf) -> mpmath.mpf:
        root = mpmath.sqrt(shape / x)
        return mpmath.ncdf(root * (x / mean - 1)) + mpmath.exp(2 * shape / mean) * mpmath.ncdf(-root * (x / mean + 1))

    with mpmath.workdps(200):
        lower, upper = mpmath.mpf(float(law.quantile(p))), mpmath.mpf(float(law.quantile_upper(p)))
        assert float(below(lower) / p) == pytest.approx(1, rel=2e-12)
        assert float((1 - below(upper)) / p) == pytest.approx(1, rel=2e-12)


def test_the_bounded_law_of_johnson_against_scipy_and_mpmath():
    law, twin = JohnsonSB(0.5, 1.2, -1.0, 3.0), stats.johnsonsb(0.5, 1.2, -1, 4)
    for ours, theirs in (
        (law.quantile(PROBABILITIES), twin.ppf(PROBABILITIES)),
        (law.quantile_upper(PROBABILITIES), twin.isf(PROBABILITIES)),
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    x = np.linspace(-0.9, 2.9, 30)
    np.testing.assert_allclose(law.cdf(x), twin.cdf(x), rtol=1e-12)
    np.testing.assert_allclose(law.sf(x), twin.sf(x), rtol=1e-12)
    np.testing.assert_allclose(law.density(x), twin.pdf(x), rtol=1e-12)
    with mpmath.workdps(30):
        powers = [
            mpmath.quad(
                lambda z, r=r: mpmath.npdf(z) / (1 + mpmath.exp((0.5 - z) / 1.2)) ** r, mpmath.linspace(-20, 20, 41)
            )
            for r in (1, 2)
        ]
        mean, sd = float(powers[0] * 4 - 1), float(4 * mpmath.sqrt(powers[1] - powers[0] ** 2))
    np.testing.assert_allclose([law.mean, law.sd], [mean, sd], rtol=1e-10)


def test_moments_that_do_not_exist():
    assert Loglogistic(0.9, 1.0).mean == np.inf
    assert Frechet(1.5, 1.0).sd == np.inf
    assert Gev(0.0, 1.0, 0.6).sd == np.inf
    assert Gev(0.0, 1.0, 1.1).mean == np.inf
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
        (lambda: gpareto_from_moments(1.0, 1.0, 2.0), "mean"),
        (lambda: gev_from_moments(0.5, 1.0, 1.0), "shape"),
        (lambda: Gev(0.0, 1.0, -1e9), "shape"),
        (lambda: skew_normal_from_moments(0.0, 1.0, 1.0), "skewness"),
        (lambda: JohnsonSB(0.0, 0.0), "delta"),
    ],
)
def test_impossible_parameters_are_refused_by_name(build, argument):
    with pytest.raises(LawError) as caught:
        build()
    assert caught.value.argument == argument
