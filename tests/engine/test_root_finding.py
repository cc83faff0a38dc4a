"""Crossings of known functions."""

from __future__ import annotations

import math

import pytest

from burncast.engine.questions.root_finding import find_crossing, scan_points


def around(function, half):
    def band(place):
        value = function(place)
        return value - half, value, value + half

    return band


def test_where_a_falling_figure_reaches_its_threshold():
    asked = []

    def band(place):
        asked.append(place)
        return around(lambda x: math.exp(-x), 0.01)(place)

    found = find_crossing(band, lambda value: value <= 0.25, scan_points(0.0, 8.0), 1e-4)
    assert found is not None
    assert found.upwards
    assert found.changes == 1
    assert math.log(4) <= found.place <= math.log(4) * (1 + 2e-4)
    assert found.low == pytest.approx(-math.log(0.26), rel=3e-4)
    assert found.high == pytest.approx(-math.log(0.24), rel=3e-4)
    assert len(asked) == len(set(asked))
    assert len(asked) < 9 + 3 * 14


def test_a_condition_that_holds_below():
    found = find_crossing(around(lambda x: x, 0.5), lambda value: value < 3.0, scan_points(1.0, 9.0), 1e-6)
    assert found is not None
    assert not found.upwards
    assert 3.0 * (1 - 2e-6) <= found.place < 3.0
    assert (found.low, found.high) == (pytest.approx(2.5, rel=1e-5), pytest.approx(3.5, rel=1e-5))


def test_an_interval_that_leaves_the_range():
    found = find_crossing(around(lambda x: x, 0.5), lambda value: value >= 1.2, scan_points(1.0, 3.0), 1e-6)
    assert found is not None
    assert found.low == -math.inf
    assert found.high == pytest.approx(1.7, rel=1e-5)


def test_no_crossing_and_several():
    assert find_crossing(around(lambda x: x, 0.1), lambda value: value > 10.0, scan_points(0.0, 1.0), 1e-3) is None
    assert find_crossing(around(lambda x: x, 0.1), lambda value: value > -10.0, scan_points(0.0, 1.0), 1e-3) is None
    wave = find_crossing(around(math.sin, 0.0), lambda value: value > 0.5, scan_points(0.1, 12.0), 1e-6)
    assert wave is not None
    assert wave.changes > 1
    assert wave.place == pytest.approx(math.pi / 6, rel=1e-5)


def test_scans_are_even_or_by_factors():
    assert scan_points(-1.0, 1.0, 3) == [-1.0, 0.0, 1.0]
    assert scan_points(1.0, 100.0, 3) == pytest.approx([1.0, 10.0, 100.0])
