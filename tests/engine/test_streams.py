"""Draws: accuracy of the normals, addresses, independence of grouping, moments."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import mpmath
import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from burncast.engine import streams
from burncast.engine.draws import streams_numpy
from burncast.engine.numerics.lanes import LANES

seeds = st.integers(0, 2**64 - 1)
words_32 = st.integers(0, 2**32 - 1)
blocks = st.integers(0, (2**64 - 1) // LANES)

TOLERANCE = 1e-6
LAST_PLACE = 2.0**-21
"""Of the largest float32 normals, from 4 to 6.34."""

normal_from_word = streams.normal_from_word

SCRATCH = np.empty(4 * LANES, np.float32)


@numba.njit(nogil=True, error_model="numpy")
def normals(words, out):
    for i in range(words.size):
        out[i] = normal_from_word(words[i])


@numba.njit(nogil=True, error_model="numpy")
def walk(centres, first, out):
    """Words too far from the quantile, falling, and unlike their mirror image: 64 about each centre, ndtri continued by
    its series there."""
    too_far, falling, asymmetric = 0, 0, 0
    values = np.empty(64, np.float32)
    for c in range(centres.size):
        z = centres[c]
        slope = np.exp(0.5 * z * z) * 2.5066282746310002 * 2.0**-32
        before = values[63] if c else np.float32(-np.inf)
        for k in range(64):
            word = np.uint32(first + 64 * c + k)
            values[k] = normal_from_word(word)
            asymmetric += values[k] != -normal_from_word(np.uint32(~word))
            d = (k - 31.5) * slope
            true = z + d * (1.0 + d * (0.5 * z + d * (1.0 + 2.0 * z * z) * (1.0 / 6.0)))
            too_far += not abs(values[k] - true) <= TOLERANCE
        falling += before - values[0] > LAST_PLACE
        for k in range(63):
            falling += values[k] - values[k + 1] > LAST_PLACE
    out[0], out[1], out[2] = too_far, falling, asymmetric


def compiled_normals(words):
    out = np.empty(words.size, np.float32)
    normals(words, out)
    return out


@pytest.mark.exhaustive
def test_normal_of_every_word():
    """All 2³² words: the lower half against ndtri, the upper as its mirror image, never falling by more than the last
    place of the largest.

    ndtri is taken at every 64th point and continued by three terms of its series: with p ≥ 2⁻¹⁶ the next is below
    1e-12. The first 2¹⁶ words are compared one by one.
    """
    few = np.arange(2**16, dtype=np.uint32)
    low = compiled_normals(few)
    assert np.abs(low - ndtri((few + 0.5) / 2.0**32)).max() <= 1e-6
    np.testing.assert_array_equal(low, -compiled_normals(~few))
    assert np.diff(low).min() >= -LAST_PLACE

    span = 2**24
    results = np.zeros((2**31 // span, 3), np.int64)

    def part(i):
        first = max(i * span, 2**16)
        centres = ndtri((np.arange(first, (i + 1) * span, 64) + 32.0) / 2.0**32)
        walk(centres, first, results[i])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(part, range(len(results))))
    np.testing.assert_array_equal(results.sum(axis=0), 0)


def test_normals_near_the_ends_and_the_middle():
    words = np.concatenate([np.arange(5000), 2**31 + np.arange(-5000, 5000), 2**32 - 1 - np.arange(5000)]).astype(
        np.uint32
    )
    exact = ndtri((words.astype(np.float64) + 0.5) / 2.0**32)
    exact[-5000:] = -ndtri((np.arange(5000) + 0.5) / 2.0**32)
    assert np.abs(compiled_normals(words) - exact).max() <= 1e-6


def test_a_slightly_wrong_normal_is_noticed():
    words = np.random.default_rng(1).integers(0, 2**32, 100_000, dtype=np.uint32)
    exact = ndtri((words + 0.5) / 2.0**32)
    assert np.abs(compiled_normals(words) - exact).max() <= 1e-6
    assert np.abs(compiled_normals(words) * np.float32(1 + 1e-6) - exact).max() > 1e-6


def test_both_normals_agree_to_the_bit():
    words = np.random.default_rng(2).integers(0, 2**32, 200_000, dtype=np.uint32)
    words[:6] = [0, 1, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]
    ours, twin = compiled_normals(words), streams_numpy.normals_from_words(words)
    np.testing.assert_array_equal(ours.view(np.uint32), twin.view(np.uint32))


def test_wide_normals_to_fifteen_digits():
    generator = np.random.default_rng(3)
    u = np.concatenate(
        [2 ** generator.uniform(0, 53, 1500), generator.uniform(0, 2**53, 500), [0, 1, 2**52 - 1, 2**52]]
    )
    u = np.concatenate([u.astype(np.uint64), 2**53 - 1 - np.arange(3, dtype=np.uint64)])
    values = streams_numpy.wide_normals_from_words(u >> np.uint64(21), (u << np.uint64(11)) & np.uint64(0xFFFFFFFF))
    with mpmath.workdps(40):
        for integer, value in zip(u.tolist(), values.tolist(), strict=True):
            tail = mpmath.mpf(2 * min(integer, 2**53 - 1 - integer) + 1) / 2**54
            assert (value > 0) == (integer >= 2**52)
            z = mpmath.mpf(-abs(value))
            gap = (mpmath.erfc(-z / mpmath.sqrt(2)) / 2 - tail) / mpmath.npdf(z)
            assert abs(gap / z) < 1.5e-15


@settings(max_examples=12, deadline=None)
@given(seeds, st.lists(words_32, min_size=1, max_size=4), blocks, st.integers(0, 2**16 - 1))
def test_kernels_and_arrays_draw_the_same_bits(seed, names, block, quarter):
    first = block * LANES
    key, start, ids = np.uint64(seed), np.uint64(first), np.array(names, np.uint32)
    trajectories = np.uint64(first) + np.arange(LANES, dtype=np.uint64)
    out = np.empty((len(names), 4, LANES), np.float32)
    streams.fill_shocks(out.reshape(-1), SCRATCH, ids, key, start, quarter)
    row, wide, words = np.empty(LANES, np.float32), np.empty(LANES), np.empty(4 * LANES, np.uint32)
    for name, rows in zip(names, out, strict=True):
        for j in range(4):
            np.testing.assert_array_equal(rows[j], streams_numpy.shocks(seed, name, trajectories, 4 * quarter + j))
        listed = np.arange(LANES - 1, -1, -3)
        for j in range(4):
            streams.fill_listed(row, listed, len(listed), name, key, trajectories, 4 * quarter + j, 65_535)
            some = streams_numpy.shocks(seed, name, trajectories[listed], 4 * quarter + j, 65_535)
            np.testing.assert_array_equal(row[: len(listed)], some)
        streams.fill_input_normals(wide, words, name, key, start)
        np.testing.assert_array_equal(wide, streams_numpy.input_normals(seed, name, trajectories))


def test_a_draw_does_not_depend_on_its_company():
    ids = np.array([streams.stream_id(name) for name in ("price", "growth", "churn")], np.uint32)
    together, alone = np.empty((3, 4, LANES), np.float32), np.empty((1, 4, LANES), np.float32)
    for first in (0, 5 * LANES, 2**32 - LANES, 2**32, 2**40):
        streams.fill_shocks(together.reshape(-1), SCRATCH, ids, np.uint64(7), np.uint64(first), 3)
        for i in (2, 0, 1):
            streams.fill_shocks(alone.reshape(-1), SCRATCH, ids[i : i + 1], np.uint64(7), np.uint64(first), 3)
            np.testing.assert_array_equal(alone[0], together[i])
    scattered = streams_numpy.shocks(7, int(ids[1]), [2**40 + 9, 2**40, 2**40 + 255], 13)
    np.testing.assert_array_equal(scattered, together[1, 1, [9, 0, 255]])


def test_trajectories_beyond_32_bits_are_new():
    near, far = (streams_numpy.shocks(1, 2, np.arange(LANES) + first, 1) for first in (0, 2**32))
    assert not np.isin(near, far).any()


def test_stream_ids_are_pinned():
    assert streams.stream_id("conversion") == 0xF21DF638
    assert streams.stream_id("conversion[plus]") != streams.stream_id("conversion#2")


def test_moments_and_correlations_are_normal():
    n, names = 40_000, ["price", "price#2", "growth", "growth[plus]"]
    ids = [streams.stream_id(name) for name in names]
    trajectories = np.arange(n)
    draws = [streams_numpy.shocks(11, stream, trajectories, period) for stream in ids for period in (1, 2, 4)]
    draws += [streams_numpy.input_normals(11, stream, trajectories) for stream in ids]
    draws += [
        streams_numpy.shocks(12, ids[0], trajectories, 1),
        streams_numpy.shocks(11, ids[0], trajectories, 1, sub=1),
    ]
    z = np.array(draws, np.float64)
    allowed = 4.5 / np.sqrt(n)
    for power, expected, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert np.abs((z**power).mean(axis=1) - expected).max() < allowed * np.sqrt(variance)
    correlations = np.corrcoef(z) - np.eye(len(z))
    assert np.abs(correlations).max() < allowed
    assert np.abs((z[:, 1:] * z[:, :-1]).mean(axis=1)).max() < allowed
