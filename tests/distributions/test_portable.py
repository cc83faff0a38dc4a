"""The portable elementary functions against the C library and mpmath, and at their edges."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from burncast.distributions import portable

ULP = 2.3e-16


def normals(scale, size=4_000):
    return scale * np.random.default_rng(3).normal(size=size)


def test_exp_and_log_are_the_c_librarys():
    x = normals(150.0)
    np.testing.assert_array_equal(portable.exp(x), [math.exp(one) for one in x])
    np.testing.assert_array_equal(portable.log(np.exp(x)), [math.log(one) for one in np.exp(x)])


@pytest.mark.parametrize(
    ("function", "exact", "x"),
    [
        (portable.expm1, mpmath.expm1, np.concatenate([normals(3.0, 300), normals(1e-9, 300)])),
        (portable.log1p, mpmath.log1p, np.concatenate([np.abs(normals(3.0, 300)), np.tanh(normals(1e-9, 300))])),
        (portable.sinh, mpmath.sinh, np.concatenate([normals(20.0, 300), normals(1e-9, 300)])),
    ],
)
def test_against_mpmath(function, exact, x):
    expected = np.array([float(exact(mpmath.mpf(one))) for one in x])
    np.testing.assert_allclose(function(x), expected, rtol=4 * ULP, atol=0)


@pytest.mark.parametrize("exponent", [0.37, 1.0, 2.5, 50.0])
def test_power_loses_what_its_logarithm_is_large(exponent):
    x = np.exp(normals(3.0, 500))
    error = np.abs(portable.power(x, exponent) / [math.pow(one, exponent) for one in x] - 1)
    assert np.all(error <= (3 + np.abs(exponent * np.log(x))) * ULP)


@pytest.mark.parametrize(
    ("function", "x", "value"),
    [
        (portable.exp, [np.inf, -np.inf, 800, -800, 0], [np.inf, 0, np.inf, 0, 1]),
        (portable.log, [np.inf, 0, -0.0, 1], [np.inf, -np.inf, -np.inf, 0]),
        (portable.log, [-1, np.nan], [np.nan, np.nan]),
        (portable.expm1, [np.inf, -np.inf, 800, 0], [np.inf, -1, np.inf, 0]),
        (portable.log1p, [np.inf, -1, 0, -2], [np.inf, -np.inf, 0, np.nan]),
        (lambda x: portable.power(x, 0.5), [np.inf, 0, 1], [np.inf, 0, 1]),
        (lambda x: portable.power(x, -2), [np.inf, 0, 1], [0, np.inf, 1]),
        (portable.sinh, [0, 40], [0, math.sinh(40)]),
    ],
)
def test_edges_come_without_warnings(function, x, value):
    np.testing.assert_allclose(function(x), value, rtol=ULP)
    assert np.shape(function(x[0])) == ()
