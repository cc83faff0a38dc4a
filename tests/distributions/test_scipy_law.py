"""Distributions of SciPy that the language has no family for, against SciPy itself and, in the far tails, mpmath."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from scipy import special, stats

from burncast.distributions.discrete import Discrete
from burncast.distributions.errors import LawError
from burncast.distributions.families import FAMILIES, make_law
from burncast.distributions.scipy_law import ScipyLaw, scipy_law
from burncast.distributions.transport import Pieces, Table, evaluate, transport

#: Families without a counterpart in the language, where both tails of SciPy have quantiles of their own.
GOOD = [
    ("chi", {"df": 3.5}),
    ("nakagami", {"nu": 1.4}),
    ("maxwell", {}),
    ("genexpon", {"a": 1.2, "b": 2.0, "c": 0.7}),
    ("exponweib", {"a": 2.9, "c": 1.9}),
    ("gompertz", {"c": 0.9}),
    ("halflogistic", {}),
    ("hypsecant", {}),
    ("invgamma", {"a": 4.1}),
    ("loggamma", {"c": 0.4}),
    ("lomax", {"c": 3.2}),
    ("ncx2", {"df": 21.0, "nc": 1.1}),
    ("laplace_asymmetric", {"kappa": 2.0}),
    ("dgamma", {"a": 1.1}),
    ("truncpareto", {"b": 2.0, "c": 5.0}),
    ("cauchy", {}),
    ("powerlaw", {"a": 1.7}),
    ("trapezoid", {"c": 0.2, "d": 0.8}),
]
#: Families whose far tails SciPy has as one minus the other, or finds by iteration.
POOR = [
    ("rice", {"b": 0.8}),
    ("alpha", {"a": 3.6}),
    ("kappa4", {"h": 0.1, "k": 0.1}),
    ("mielke", {"k": 10.4, "s": 4.6}),
    ("exponnorm", {"K": 1.5}),
    ("foldnorm", {"c": 2.0}),
    ("skewcauchy", {"a": 0.5}),
    ("pearson3", {"skew": -2.0}),
    ("vonmises", {"kappa": 4.0}),
]
SHIFTED = {"loc": 1.5, "scale": 2.5}
COUNTS = [
    ("geom", {"p": 0.3}),
    ("zipf", {"a": 9.5}),
    ("skellam", {"mu1": 4.0, "mu2": 9.0}),
    ("hypergeom", {"M": 60, "n": 20, "N": 12}),
    ("dlaplace", {"a": 0.8}),
    ("randint", {"low": 3, "high": 9}),
    ("nchypergeom_wallenius", {"M": 140, "n": 80, "N": 60, "odds": 0.5}),
]

both = pytest.mark.parametrize(("name", "shapes"), GOOD + POOR, ids=[name for name, _ in GOOD + POOR])
PROBABILITIES = np.concatenate([10.0 ** -np.arange(1, 13), [0.2, 0.35, 0.5, 0.7, 0.9]])


def pair(name, shapes):
    law = scipy_law(name, shapes | SHIFTED)
    assert isinstance(law, ScipyLaw)
    return law, getattr(stats, name)(**shapes, **SHIFTED)


@pytest.mark.parametrize(("name", "shapes"), GOOD, ids=[name for name, _ in GOOD])
def test_far_tails_are_those_of_scipy(name, shapes):
    law, frozen = pair(name, shapes)
    below, above = frozen.ppf(PROBABILITIES), frozen.isf(PROBABILITIES)
    size = np.subtract(*frozen.ppf([0.75, 0.25]))
    np.testing.assert_allclose(law.quantile(PROBABILITIES), below, rtol=1e-12, atol=1e-12 * size)
    np.testing.assert_allclose(law.quantile_upper(PROBABILITIES), above, rtol=1e-9, atol=1e-12 * size)
    # x itself, and its distance from a bound, is known only to rounding: what that moves the probability.
    rounding = 4e-16 * np.maximum(np.abs(below), 1.0) * frozen.pdf(below)
    assert np.all(np.abs(law.cdf(below) - frozen.cdf(below)) <= 1e-9 * PROBABILITIES + rounding)
    np.testing.assert_allclose(law.sf(above), frozen.sf(above), rtol=1e-7, atol=3e-16)
    np.testing.assert_allclose(law.density(below), frozen.pdf(below), rtol=1e-12)


@both
def test_bodies_and_moments_are_those_of_scipy(name, shapes):
    law, frozen = pair(name, shapes)
    p = np.array([0.002, 0.05, 0.3, 0.5, 0.8, 0.99])
    size = np.subtract(*frozen.ppf([0.75, 0.25]))
    np.testing.assert_allclose(law.quantile(p), frozen.ppf(p), rtol=1e-10, atol=1e-11 * size)
    np.testing.assert_allclose(law.cdf(frozen.ppf(p)), p, rtol=1e-9)
    np.testing.assert_allclose(law.sf(frozen.ppf(p)), 1 - p, rtol=1e-9)
    if name == "vonmises":  # SciPy takes a minute; the variance of the angle by its Fourier series
        k = np.arange(1, 60)
        variance = math.pi**2 / 3 + 4 * np.sum((-1.0) ** k / k**2 * special.ive(k, 4.0)) / special.ive(0, 4.0)
        expected = SHIFTED["loc"], SHIFTED["scale"] * math.sqrt(variance)
    else:
        expected = frozen.mean(), frozen.std()
    assert (law.mean, law.sd) == pytest.approx(expected, rel=1e-9, nan_ok=True)


@both
def test_the_table_follows_the_law_to_where_draws_end(name, shapes):
    law, _ = pair(name, shapes)
    table = transport(law)
    assert isinstance(table, Table | Pieces)
    z = np.linspace(-8.2, 8.2, 83) + 0.0137
    x, _ = law.from_normal(z)
    lower, upper = law.quantile([0.25, 0.75])
    error = np.abs(evaluate(table, z) - x) / (np.abs(x) + (upper - lower) / 2)
    assert np.all(np.diff(x) >= 0)
    assert float(np.max(error)) < 2e-8


def test_far_tails_that_scipy_loses_are_integrals_of_the_density():
    # Of the alpha law P(X > x) = 1 - Phi(a - 1/x)/Phi(a), of the skew Cauchy law both tails have arctangents.
    with mpmath.workdps(40):
        a = mpmath.mpf(3.6)
        for x in (1e6, 1e11):
            exact = 1 - mpmath.ncdf(a - 1 / mpmath.mpf(x)) / mpmath.ncdf(a)
            assert float(scipy_law("alpha", {"a": 3.6}).sf(x)) == pytest.approx(float(exact), rel=1e-12, abs=0)
        for x in (1e5, 1e12):
            upper = mpmath.mpf(1.5) / mpmath.pi * mpmath.atan(mpmath.mpf(1.5) / x)
            lower = mpmath.mpf(0.5) / mpmath.pi * mpmath.atan(mpmath.mpf(0.5) / x)
            law = scipy_law("skewcauchy", {"a": 0.5})
            assert float(law.sf(x)) == pytest.approx(float(upper), rel=1e-12, abs=0)
            assert float(law.cdf(-x)) == pytest.approx(float(lower), rel=1e-12, abs=0)
    assert stats.alpha(3.6).sf(1e16) == 0.0
    assert float(scipy_law("alpha", {"a": 3.6}).quantile_upper(1e-17)) > 1e12


def test_the_circle_ends_where_it_began():
    assert scipy_law("vonmises", {"kappa": 4.0, "loc": 1.0}).support == (1 - math.pi, 1 + math.pi)


@pytest.mark.parametrize(("name", "shapes"), COUNTS, ids=[name for name, _ in COUNTS])
def test_counts_are_points(name, shapes):
    law = scipy_law(name, shapes | {"loc": 2})
    frozen = getattr(stats, name)(**shapes, loc=2)
    assert isinstance(law, Discrete)
    p = np.concatenate([PROBABILITIES[:9], [0.02, 0.3, 0.55, 0.9]]) * (1 - 1e-9)
    np.testing.assert_array_equal(law.quantile(p), frozen.ppf(p))
    points, masses = law.atoms()
    # SciPy sums some of them to 1 to nine digits only.
    np.testing.assert_allclose(masses, frozen.pmf(points), rtol=1e-9, atol=1e-18)
    assert law.mean == pytest.approx(frozen.mean(), rel=1e-9)
    assert law.sd == pytest.approx(frozen.std(), rel=1e-8)


def test_draws_follow_the_law():
    law = scipy_law("foldnorm", {"c": 2.0} | SHIFTED)
    draws = evaluate(transport(law), np.random.default_rng(3).normal(size=40_000))
    assert stats.kstest(draws, stats.foldnorm(2.0, **SHIFTED).cdf).pvalue > 1e-3
    assert stats.kstest(draws, stats.foldnorm(2.03, **SHIFTED).cdf).pvalue < 1e-3


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("rce", {}, "scipy.stats has no distribution 'rce'.*did you mean 'rice'"),
        ("rv_continuous", {}, "scipy.stats has no distribution 'rv_continuous'"),
        ("kstest", {}, "scipy.stats has no distribution 'kstest'"),
        ("__name__", {}, "scipy.stats has no distribution '__name__'"),
        ("multivariate_normal", {}, "has no distribution 'multivariate_normal'"),
        ("rice", {}, "scipy.stats.rice: b is missing; expected b, loc, scale"),
        ("rice", {"b": 1.0, "c": 2.0}, "scipy.stats.rice has no parameter 'c'"),
        ("rice", {"b": math.nan}, "scipy.stats.rice: b is nan; expected a finite number"),
        ("rice", {"b": 1.0, "scale": math.inf}, "scale is inf"),
        ("rice", {"b": -1.0}, "scipy.stats.rice is not defined for b=-1, loc=0, scale=1"),
        ("rice", {"b": 1.0, "scale": 0.0}, "scipy.stats.rice is not defined for b=1, loc=0, scale=0"),
        ("geom", {"p": 0.5, "scale": 2.0}, "scipy.stats.geom has no parameter 'scale'"),
        ("zipf", {"a": 1.5}, "scipy.stats.zipf is so spread out"),
    ],
)
def test_what_scipy_does_not_have_is_refused(name, parameters, message):
    with pytest.raises(LawError, match=message):
        scipy_law(name, parameters)


def test_the_family_takes_a_name_and_numbers():
    assert make_law("scipy", ["rice"], {"b": 0.8}) == scipy_law("rice", {"b": 0.8})
    for arguments, keywords in [([], {}), ([3.0], {}), (["rice", 0.8], {})]:
        with pytest.raises(LawError, match="needs the name of a distribution"):
            make_law("scipy", arguments, keywords)
    with pytest.raises(LawError, match="b is no number"):
        make_law("scipy", ["rice"], {"b": [1.0]})
    assert FAMILIES["scipy"].signatures == ('scipy("name", its parameters by name…, loc=…, scale=…)',)
    assert FAMILIES["scipy"].percentiles(["rice"], {"b": 0.8}) == ()
