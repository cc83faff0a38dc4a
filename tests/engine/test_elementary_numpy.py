"""The emulated fused multiply-add against exact rational arithmetic and against the C library's own."""

from __future__ import annotations

import ctypes
import ctypes.util
import math
from fractions import Fraction

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from burncast.engine.numerics import intrinsics
from burncast.engine.numerics.elementary_numpy import fma, fma_single, polynomial

finite = st.floats(allow_nan=False, allow_infinity=False)


def library_function(name, kind):
    path = ctypes.util.find_library("m")
    if path is None:
        pytest.skip("no C mathematical library by that name here")
    function = getattr(ctypes.CDLL(path), name)
    function.argtypes, function.restype = [kind] * 3, kind
    return function


def same(a, b):
    return (a == b and math.copysign(1, a) == math.copysign(1, b)) or (a != a and b != b)


@settings(max_examples=500, deadline=None)
@given(finite, finite, finite)
def test_fma_is_the_exact_result_rounded_once(a, b, c):
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    result = float(fma(a, b, c))
    if exact == 0:
        assert result == 0
    elif math.isinf(result):
        assert abs(exact) > Fraction(1.7976931348623157e308)
    else:
        neighbours = [math.nextafter(result, way) for way in (-math.inf, math.inf)]
        errors = [abs(Fraction(each) - exact) for each in neighbours if math.isfinite(each)]
        assert abs(Fraction(result) - exact) <= min(errors)


def test_fma_cancels_without_loss():
    a = 1.0 + 2.0**-30
    assert float(fma(a, a, -(a * a))) == 2.0**-60
    assert float(fma(1e200, 1e200, -math.inf)) == -math.inf
    assert float(fma(2.0, -0.0, 0.0)) == 0.0


@settings(max_examples=300, deadline=None)
@given(st.floats(), st.floats(), st.floats())
def test_fma_is_that_of_the_c_library(a, b, c):
    assert same(float(fma(a, b, c)), library_function("fma", ctypes.c_double)(a, b, c))


def test_fma_is_that_of_the_c_library_at_random():
    generator = np.random.default_rng(3)
    a, b = generator.normal(size=(2, 5000))
    c = np.concatenate([-a[:2500] * b[:2500] * (1 + 1e-16), generator.normal(size=2500) * 1e-8])
    function = library_function("fma", ctypes.c_double)
    theirs = [function(*each) for each in zip(a.tolist(), b.tolist(), c.tolist(), strict=True)]
    np.testing.assert_array_equal(fma(a, b, c), theirs)


def test_single_fma_is_that_of_the_c_library():
    generator = np.random.default_rng(4)
    a, b, c = generator.integers(0, 2**32, (3, 20_000), dtype=np.uint32).view(np.float32)
    a[:10_000], b[:10_000] = generator.normal(size=(2, 10_000))
    c[:10_000] = -a[:10_000] * b[:10_000]
    function = library_function("fmaf", ctypes.c_float)
    with np.errstate(invalid="ignore"):
        each = zip(a.tolist(), b.tolist(), c.tolist(), strict=True)
        theirs = np.array([function(*arguments) for arguments in each], np.float32)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(fma_single(a, b, c), theirs)


def test_intrinsics_are_the_processor_s():
    @numba.njit
    def kernel(x, y, out):
        for i in range(x.size):
            out[i] = intrinsics.fma(x[i], y[i], intrinsics.sqrt(y[i])) + intrinsics.floor(x[i])

    generator = np.random.default_rng(5)
    x, y = generator.normal(size=1000) * 9, generator.exponential(size=1000)
    out = np.empty_like(x)
    kernel(x, y, out)
    np.testing.assert_array_equal(out, fma(x, y, np.sqrt(y)) + np.floor(x))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_polynomial_is_the_same_in_both_writings(kind):
    coefficients = tuple(float(kind(c)) for c in np.random.default_rng(6).normal(size=9))
    compiled = intrinsics.polynomial(coefficients)

    @numba.njit
    def kernel(x, out):
        for i in range(x.size):
            out[i] = compiled(x[i])

    x = np.linspace(-2, 2, 1001).astype(kind)
    out = np.empty_like(x)
    kernel(x, out)
    np.testing.assert_array_equal(out, polynomial(coefficients, x))
    np.testing.assert_allclose(
        out, np.polyval(coefficients[::-1], x.astype(float)), rtol=0, atol=5000 * np.finfo(kind).eps
    )
