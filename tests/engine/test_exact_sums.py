"""Sums that do not depend on order, against rational arithmetic."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from burncast.engine.statistics.exact_sums import ExactMoments, fixed_point

finite = st.floats(allow_nan=False, allow_infinity=False)
part = st.tuples(st.integers(1, 65_536), finite, finite, st.floats(0.0, allow_infinity=False))


def moments_of(parts):
    moments = ExactMoments()
    for each in parts:
        moments.add(*each)
    return moments


@given(finite)
def test_fixed_point_is_exact(value):
    assert Fraction(fixed_point(value), 2**1074) == Fraction(value)


@given(st.lists(part, max_size=8))
def test_sums_are_those_of_rational_arithmetic(parts):
    moments = moments_of(parts)
    total = sum((Fraction(s) + n * Fraction(k) for n, k, s, _ in parts), Fraction())
    square = sum(
        (Fraction(q) + 2 * Fraction(k) * Fraction(s) + n * Fraction(k) ** 2 for n, k, s, q in parts), Fraction()
    )
    assert Fraction(moments.total, 2**1074) == total
    assert Fraction(moments.square, 2**2148) == square


@given(st.lists(part, max_size=8), st.randoms(), st.integers(0, 8))
def test_any_order_and_grouping_gives_the_same(parts, random, cut):
    shuffled = list(parts)
    random.shuffle(shuffled)
    merged = moments_of(shuffled[:cut])
    merged.merge(moments_of(shuffled[cut:]))
    assert merged == moments_of(parts)
    assert ExactMoments.from_bytes(merged.to_bytes()) == merged


def test_spread_far_below_the_mean_is_not_lost():
    values = 1e15 + np.arange(8.0)
    moments = moments_of((1, float(value), 0.0, 0.0) for value in values)
    assert moments.mean() == 1e15 + 3.5
    assert moments.variance() == 6.0


def test_huge_values_give_infinite_variance_and_a_mean():
    moments = moments_of([(1, 1e308, 0.0, 0.0), (1, -1e308, 0.0, 0.0)])
    assert moments.mean() == 0.0
    assert moments.variance() == math.inf


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_sum_that_is_not_finite_makes_the_mean_nan(value):
    moments = moments_of([(1, 1.0, 0.0, 0.0), (1, value, 0.0, 0.0), (1, 2.0, 0.0, value)])
    assert moments.count == 3
    assert math.isnan(moments.mean())
    assert math.isnan(moments.variance())


def test_no_values_and_one_value():
    assert math.isnan(ExactMoments().mean())
    assert math.isnan(moments_of([(1, 2.0, 0.0, 0.0)]).variance())
