"""Metalog, piecewise and smoothed laws against their defining formulas, SciPy, and published bounds."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from burncast.distributions.errors import LawError
from burncast.distributions.families import make_law
from burncast.distributions.law import Law
from burncast.distributions.metalog import Metalog, falls_at, metalog
from burncast.distributions.piecewise import piecewise, piecewise_from_chips
from burncast.distributions.smoothed import smoothed

PROBABILITIES = np.array([1e-12, 1e-6, 1e-3, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999])


def law(name: str, /, *arguments: object, **keywords: object) -> Law:
    return make_law(name, arguments, keywords)


def exact_quantile(coefficients, y):
    """The definition of Keelin 2016, term by term."""
    c, logit = y - mpmath.mpf(1) / 2, mpmath.log(y / (1 - y))
    total = coefficients[0] + coefficients[1] * logit
    if len(coefficients) > 2:
        total += coefficients[2] * c * logit
    if len(coefficients) > 3:
        total += coefficients[3] * c
    for k in range(5, len(coefficients) + 1):
        total += coefficients[k - 1] * (c ** ((k - 1) // 2) if k % 2 else c ** (k // 2 - 1) * logit)
    return total


FEASIBLE = [
    (10.0, 2.0),
    (10.0, 2.0, 1.0),
    (10.0, 2.0, 0.5, 1.0),
    (1.0, 1.0, 0.3, 0.2, 0.4),
    (1.0, 1.0, 0.3, 0.2, 0.4, 0.1, 0.5, 0.2),
]


@pytest.mark.parametrize("coefficients", FEASIBLE, ids=len)
@pytest.mark.parametrize(("low", "high"), [(-np.inf, np.inf), (-3.0, np.inf), (-np.inf, 40.0), (-3.0, 40.0)])
def test_metalog_is_its_formula(coefficients, low, high):
    built = metalog(coefficients, low, high)
    with mpmath.workdps(40):
        for p in PROBABILITIES:
            for y, ours in ((mpmath.mpf(p), built.quantile(p)), (1 - mpmath.mpf(p), built.quantile_upper(p))):
                m = exact_quantile([mpmath.mpf(one) for one in coefficients], y)
                if np.isfinite(low) and np.isfinite(high):
                    m = (low + high * mpmath.exp(m)) / (1 + mpmath.exp(m))
                elif np.isfinite(low):
                    m = low + mpmath.exp(m)
                elif np.isfinite(high):
                    m = high - mpmath.exp(-m)
                assert float(ours) == pytest.approx(float(m), rel=1e-12, abs=1e-12)
    if not np.isfinite([low, high]).any():
        x = built.quantile(PROBABILITIES)
        np.testing.assert_allclose(built.cdf(x), PROBABILITIES, rtol=1e-12)
        np.testing.assert_allclose(built.sf(built.quantile_upper(PROBABILITIES)), PROBABILITIES, rtol=1e-12)


def test_two_terms_are_the_logistic_law():
    built, twin = metalog([3.0, 2.0]), stats.logistic(3, 2)
    x = np.linspace(-20, 40, 31)
    np.testing.assert_allclose(built.density(x), twin.pdf(x), rtol=1e-11)
    np.testing.assert_allclose([built.mean, built.sd], [twin.mean(), twin.std()], rtol=1e-9)
    positive, twin = metalog([1.0, 0.25], low=0.0), stats.fisk(4, scale=np.e)
    np.testing.assert_allclose(positive.quantile(PROBABILITIES), twin.ppf(PROBABILITIES), rtol=1e-12)
    assert positive.mean == pytest.approx(twin.mean(), rel=1e-9)
    assert positive.tail_indices == (np.inf, 4)
    assert metalog([1.0, 2.0], low=0.0).mean == np.inf
    uniform = metalog([3.0, 0.0, 0.0, 2.0])
    assert uniform.support == (2, 4)
    np.testing.assert_allclose(uniform.cdf([1, 2, 2.5, 4, 5]), [0, 0, 0.25, 1, 1], atol=1e-14)


def test_the_moments_of_three_and_four_terms():
    # The integrals of the quantile function and of its square, in closed form.
    a1, a2, a3, a4 = 10.0, 2.0, 0.5, 1.0
    built = metalog([a1, a2, a3, a4])
    variance = np.pi**2 / 3 * a2**2 + a3**2 * (1 / 12 + np.pi**2 / 36) + a2 * a4 + a4**2 / 12
    assert built.mean == pytest.approx(a1 + a3 / 2, rel=1e-9)
    assert built.sd == pytest.approx(np.sqrt(variance), rel=1e-9)


def test_the_feasible_range_of_three_terms_is_the_published_one():
    # Keelin 2016: |a3|/a2 < 1.66711.
    assert falls_at([0.0, 1.0, 1.6671]) is None
    assert falls_at([0.0, 1.0, -1.6671]) is None
    assert falls_at([0.0, 1.0, 1.6672]) is not None
    assert falls_at([0.0, 1.0, -1.6672]) is not None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-2, 2), min_size=2, max_size=7))
def test_what_is_accepted_rises_and_what_is_refused_falls(tail):
    coefficients = [0.0, 1.0, *tail]
    grid = np.linspace(-35, 35, 20_011)
    slope = Metalog(tuple(coefficients))._slope(grid)
    place = falls_at(coefficients)
    if place is None:
        assert np.all(slope > 0)
    else:
        fine = np.concatenate(
            [grid, np.linspace(-1, 1, 9) * 1e-3 + np.log(place / (1 - place)) if 0 < place < 1 else []]
        )
        assert np.min(Metalog(tuple(coefficients))._slope(fine)) <= 1e-9 or place in (0.0, 1.0)


@pytest.mark.parametrize("ends", [{}, {"low": -1.0}, {"high": 20.0}, {"low": -1.0, "high": 20.0}])
def test_as_many_percentiles_as_terms_are_met(ends):
    stated = {"p5": 1.5, "p10": 2.0, "p50": 5.0, "p90": 11.0}
    for count in (2, 3, 4):
        chosen = dict(list(stated.items())[-count:])
        built = law("metalog", **chosen, **ends)
        for name, value in chosen.items():
            assert float(built.quantile(int(name[1:]) / 100)) == pytest.approx(value, rel=1e-10)
        assert len(built.coefficients) == count


def test_more_percentiles_than_terms_are_fitted_as_numpy_does():
    p = np.array([0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95])
    x = stats.gamma(3).ppf(p)
    built = law("metalog", terms=4, low=0, **{f"p{round(100 * one)}": value for one, value in zip(p, x, strict=True)})
    logit = np.log(p / (1 - p))
    matrix = np.stack([np.ones(7), logit, (p - 0.5) * logit, p - 0.5], axis=1)
    np.testing.assert_allclose(built.coefficients, np.linalg.lstsq(matrix, np.log(x))[0], rtol=1e-11)
    assert np.max(np.abs(built.cdf(x) - p)) < 0.003


def test_many_terms_come_close_to_any_law():
    p = np.arange(1, 100) / 100
    x = stats.gamma(3).ppf(p)
    built = law("metalog", terms=10, low=0, **{f"p{round(100 * one)}": value for one, value in zip(p, x, strict=True)})
    assert np.max(np.abs(built.cdf(x) - p)) < 1e-4


def test_percentiles_that_make_no_law_name_the_nearest_number_of_terms():
    with pytest.raises(LawError, match="3 terms make no law") as caught:
        law("metalog", p10=2, p50=2.1, p90=14)
    assert (caught.value.argument, "terms=2" in str(caught.value.expected)) == ("terms", True)
    law("metalog", p10=2, p50=2.1, p90=14, terms=2)
    with pytest.raises(LawError) as caught:
        law("metalog", p5=0, p25=1, p50=5, p75=5.1, p95=5.2)
    count = int(str(caught.value.expected).split(",")[0].removeprefix("terms="))
    law("metalog", p5=0, p25=1, p50=5, p75=5.1, p95=5.2, terms=count)


@pytest.mark.parametrize(
    ("wrong", "argument", "words"),
    [
        (lambda: law("metalog", [1, -1]), "coefficients", "falls near probability"),
        (lambda: law("metalog", [1, 1, 3]), "coefficients", "with the first 2 of them it does"),
        (lambda: law("metalog", [1]), "coefficients", "2 to 16"),
        (lambda: law("metalog", [1, 1], low=3, high=2), "low", "low < high"),
        (lambda: law("metalog", p10=1, p90=2, terms=3), "terms", "2 to 2 terms"),
        (lambda: law("metalog", p10=1, p90=2, terms=float("inf")), "terms", "inf terms for 2 percentiles"),
        (lambda: law("metalog", p10=1), "terms", "two percentiles or more"),
        (lambda: law("metalog", p10=1, p90=2, low=1.5), "p10", "outside the support"),
        (lambda: law("metalog", p10=3, p90=2), "p10", "not below"),
        (lambda: law("metalog", p10=1, p90=2, shape=2), "shape", "no parameter"),
        (lambda: law("metalog", p10=1, p90=2, coefficients=[1, 2]), "coefficients", "cannot be combined"),
        (lambda: law("piecewise", [0, 1], [0, 0.5]), "probabilities", "0 to 1"),
        (lambda: law("piecewise", [0, 1, 2], [0, 0.5, 0.4]), "probabilities", "fall"),
        (lambda: law("piecewise", [0, 0], [0, 1]), "values", "do not rise"),
        (lambda: law("piecewise", [0, 1, 2], [0, 1]), "probabilities", "2 probabilities for 3 values"),
        (lambda: law("piecewise", edges=[0, 1, 2], chips=[1]), "chips", "1 chips for 3 edges"),
        (lambda: law("piecewise", edges=[0, 1, 2], chips=[0, 0]), "chips", "all are 0"),
        (lambda: law("smoothed", [1, 1]), "bandwidth", "equal"),
        (lambda: law("smoothed", [1, 2], bandwidth=0), "bandwidth", "above 0"),
        (lambda: law("smoothed", []), "sample", "empty"),
    ],
)
def test_what_cannot_be_is_named(wrong, argument, words):
    with pytest.raises(LawError) as caught:
        wrong()
    assert caught.value.argument == argument
    assert words in str(caught.value)


def test_a_histogram_is_scipys():
    edges, chips = [0.0, 10.0, 15.0, 40.0, 41.0], [3.0, 5.0, 0.0, 2.0]
    built, twin = (
        piecewise_from_chips(edges, chips),
        stats.rv_histogram((np.array(chips), np.array(edges)), density=False),
    )
    x = np.array([-1.0, 0.0, 3.0, 10.0, 14.0, 20.0, 40.5, 41.0, 50.0])
    np.testing.assert_allclose(built.cdf(x), twin.cdf(x), atol=1e-15)
    np.testing.assert_allclose(built.sf(x), twin.sf(x), atol=2e-16)
    np.testing.assert_allclose([built.mean, built.sd], [twin.mean(), twin.std()], rtol=1e-12)
    p = np.array([0.1, 0.3, 0.5, 0.79, 0.81, 0.99])
    np.testing.assert_allclose(built.quantile(p), twin.ppf(p), rtol=1e-13)
    np.testing.assert_allclose(built.quantile_upper(1 - p), twin.ppf(p), rtol=1e-13)
    np.testing.assert_allclose(built.density(x[2:5]), twin.pdf(x[2:5]))
    assert piecewise([-5.0, 0.0, 1.0, 2.0], [0.0, 0.0, 0.5, 1.0]).support == (0, 2)


def test_tails_of_a_piecewise_law_keep_their_accuracy():
    built = piecewise([0.0, 1.0, 2.0, 3.0], [0.0, 1e-14, 1 - 1e-10, 1.0])
    assert float(built.quantile(5e-15)) == pytest.approx(0.5, rel=1e-12)
    assert float(built.cdf(0.25)) == pytest.approx(2.5e-15, rel=1e-12, abs=0)
    high = piecewise_from_chips([0.0, 1.0, 2.0], [1.0, 1e-14])
    assert float(high.sf(1.5)) == pytest.approx(5e-15, rel=1e-12, abs=0)
    assert float(high.quantile_upper(5e-15)) == pytest.approx(1.5, rel=1e-12)


def test_a_smoothed_sample_is_scipys_kernel_estimate():
    sample = np.random.default_rng(8).gamma(2.0, size=60)
    weights = np.random.default_rng(9).random(60)
    for given_weights in (None, weights):
        spread = np.sqrt(np.cov(sample, aweights=given_weights, bias=False))
        twin = stats.gaussian_kde(sample, bw_method=0.3 / spread, weights=given_weights)
        built = smoothed(sample.tolist(), 0.3, None if given_weights is None else given_weights.tolist())
        x = np.linspace(-1, 9, 23)
        np.testing.assert_allclose(built.density(x), twin(x), rtol=1e-12)
        exact = [twin.integrate_box_1d(-np.inf, one) for one in x]
        np.testing.assert_allclose(built.cdf(x), exact, atol=1e-12)
        np.testing.assert_allclose(built.cdf(built.quantile(PROBABILITIES)), PROBABILITIES, rtol=1e-12)
        np.testing.assert_allclose(built.sf(built.quantile_upper(PROBABILITIES)), PROBABILITIES, rtol=1e-12)
        assert built.mean == pytest.approx(np.average(sample, weights=given_weights), rel=1e-13)


def test_the_bandwidth_of_silverman():
    sample = np.random.default_rng(8).gamma(2.0, size=200)
    low, high = np.quantile(sample, [0.25, 0.75], method="inverted_cdf")
    expected = 0.9 * min(sample.std(), (high - low) / 1.34) * 200**-0.2
    assert smoothed(sample.tolist()).bandwidth == pytest.approx(expected, rel=1e-12)
