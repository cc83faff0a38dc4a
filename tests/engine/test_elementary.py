"""exp, log, Φ and the power against mpmath, and their two writings against each other, bit for bit."""

from __future__ import annotations

import math

import mpmath
import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from burncast.engine.numerics import elementary, elementary_numpy

HARD = np.concatenate(
    [
        [0.0, 1.0, 2.0, 0.5, 3.0, np.inf, np.nan, 5e-324, 1e-310, 2.2250738585072014e-308, 1.7976931348623157e308],
        [709.782712893384, 709.79, 708.38, 708.4, 745.0, 37.5, 37.7, 38.0, 39.0, 8.5, 1e300, 1e-300],
        [2.0**53, 2.0**53 + 2, 0.5**0.5, np.nextafter(0.5**0.5, 0), np.nextafter(1, 0), np.nextafter(1, 2)],
        [math.log(2) / 2, 1.5 * math.log(2)],
    ]
)
HARD = np.concatenate([HARD, -HARD])
GENERATOR = np.random.default_rng(20)
ANY_BITS = GENERATOR.integers(-(2**63), 2**63 - 1, 20_000).view(np.float64)
ANY_BITS = ANY_BITS[~np.isnan(ANY_BITS)]


def over_lanes(name):
    function = getattr(elementary, name)
    if name == "power":

        @numba.njit(error_model="numpy")
        def loop(x, y, out):
            for i in range(x.size):
                out[i] = function(x[i], y[i])
    else:

        @numba.njit(error_model="numpy")
        def loop(x, out):
            for i in range(x.size):
                out[i] = function(x[i])

    def call(*arguments):
        out = np.empty_like(arguments[0])
        loop(*arguments, out)
        return out

    return call


KERNELS = {name: over_lanes(name) for name in ("exp", "log", "normal_cdf", "power")}


def same_bits(a, b):
    return ((a == b) & (np.signbit(a) == np.signbit(b))) | (np.isnan(a) & np.isnan(b))


def largest_error_in_ulp(values, exact):
    return max(
        float(abs(mpmath.mpf(float(value)) - true)) / math.ulp(float(true))
        for value, true in zip(values, exact, strict=True)
        if true != 0
    )


def test_exp_within_one_ulp():
    x = np.concatenate(
        [GENERATOR.uniform(-708.3, 709.7, 3000), GENERATOR.normal(size=3000), [1e-300, -1e-17, 709.7827]]
    )
    with mpmath.workdps(40):
        assert largest_error_in_ulp(KERNELS["exp"](x), [mpmath.exp(float(v)) for v in x]) < 1.0


def test_exp_at_the_edges():
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 709.79, -708.4, 1e308, -1e308])
    np.testing.assert_array_equal(KERNELS["exp"](x), [1.0, 1.0, np.inf, 0.0, np.nan, np.inf, 0.0, np.inf, 0.0])


def test_log_within_one_ulp():
    x = np.exp(np.concatenate([GENERATOR.uniform(-744.0, 709.7, 3000), GENERATOR.normal(size=3000) * 0.1]))
    x = np.concatenate([x, [5e-324, np.nextafter(1, 0), np.nextafter(1, 2)]])
    with mpmath.workdps(40):
        assert largest_error_in_ulp(KERNELS["log"](x), [mpmath.log(float(v)) for v in x]) < 0.8


def test_log_at_the_edges():
    x = np.array([0.0, -0.0, 1.0, np.inf, -np.inf, np.nan, -1.0, -5e-324])
    expected = [-np.inf, -np.inf, 0.0, np.inf, np.nan, np.nan, np.nan, np.nan]
    np.testing.assert_array_equal(KERNELS["log"](x), expected)


def test_normal_cdf_in_both_tails():
    x = np.concatenate([GENERATOR.uniform(-37.6, 9.0, 3000), GENERATOR.normal(size=2000), [0.0, 1e-300, 4.0, -4.0]])
    with mpmath.workdps(40):
        exact = [mpmath.erfc(-mpmath.mpf(float(v)) / mpmath.sqrt(2)) / 2 for v in x]
        worst = max(abs(float(value / true - 1)) for value, true in zip(KERNELS["normal_cdf"](x), exact, strict=True))
    assert worst < 1e-15
    edges = np.array([np.inf, -np.inf, np.nan, -38.0, 38.0])
    np.testing.assert_array_equal(KERNELS["normal_cdf"](edges), [1.0, 0.0, np.nan, 0.0, 1.0])


def test_power_within_ulps():
    x = np.exp(GENERATOR.normal(size=4000) * 2)
    y = GENERATOR.normal(size=4000) * 5
    with mpmath.workdps(50):
        exact = [mpmath.mpf(float(a)) ** mpmath.mpf(float(b)) for a, b in zip(x, y, strict=True)]
        assert largest_error_in_ulp(KERNELS["power"](x, y), exact) < 1.5
    far_y = GENERATOR.uniform(-700.0, 700.0, 2000) / np.log(x[:2000])
    with mpmath.workdps(50):
        exact = [mpmath.mpf(float(a)) ** mpmath.mpf(float(b)) for a, b in zip(x[:2000], far_y, strict=True)]
        assert largest_error_in_ulp(KERNELS["power"](x[:2000], far_y), exact) < 40.0


def test_power_of_small_integers_is_exact():
    base, exponent = (grid.ravel().astype(float) for grid in np.meshgrid(np.arange(-12, 13), np.arange(0, 14)))
    np.testing.assert_array_equal(KERNELS["power"](base, exponent), base**exponent)


def test_power_has_the_special_cases_of_the_standard():
    special = np.array([0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.25, -0.25, 3.0, -3.0, 1e300, np.inf, -np.inf, np.nan])
    x, y = (grid.ravel() for grid in np.meshgrid(special, special))
    ours = KERNELS["power"](x, y)
    with np.errstate(all="ignore"):
        theirs = np.power(x, y)
    np.testing.assert_allclose(ours, theirs, rtol=4e-16)
    np.testing.assert_array_equal(np.signbit(ours[~np.isnan(ours)]), np.signbit(theirs[~np.isnan(ours)]))


@pytest.mark.parametrize("name", ["exp", "log", "normal_cdf"])
def test_both_writings_agree_to_the_bit(name):
    near = GENERATOR.normal(size=40_000)
    x = np.concatenate([HARD, ANY_BITS, near, near * 10, np.exp(near), GENERATOR.uniform(-720, 720, 20_000)])
    ours, twin = KERNELS[name](x), getattr(elementary_numpy, name)(x)
    assert same_bits(ours, twin).all(), x[~same_bits(ours, twin)][:5]


def test_both_powers_agree_to_the_bit():
    grid_x, grid_y = (grid.ravel() for grid in np.meshgrid(HARD, HARD))
    near = GENERATOR.normal(size=20_000)
    x = np.concatenate([grid_x, ANY_BITS, np.exp(3 * near), -np.exp(near)])
    y = np.concatenate([grid_y, GENERATOR.permutation(ANY_BITS), 5 * near[::-1], np.round(near[::-1] * 8) / 2])
    ours, twin = KERNELS["power"](x, y), elementary_numpy.power(x, y)
    assert same_bits(ours, twin).all(), (x[~same_bits(ours, twin)][:5], y[~same_bits(ours, twin)][:5])


@settings(max_examples=100, deadline=None)
@given(st.floats(), st.floats())
def test_both_writings_agree_on_any_floats(x, y):
    a, b = np.array([x]), np.array([y])
    for name in ("exp", "log", "normal_cdf"):
        assert same_bits(KERNELS[name](a), getattr(elementary_numpy, name)(a)).all()
    assert same_bits(KERNELS["power"](a, b), elementary_numpy.power(a, b)).all()
