import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from burncast.outputs.words.amounts import (
    format_amount,
    format_date,
    format_periods,
    format_probability,
    parse_amount,
    zero_count_bound,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (0.05, "0.05"),
        (0.003306, "0.00331"),
        (1e-7, "1e-7"),
        (12.345, "12.3"),
        (999.6, "1,000"),
        (1234.5, "1,234"),
        (9999.0, "10k"),
        (28_936, "28.9k"),
        (450e6, "450M"),
        (999.9e6, "1bn"),
        (3.1e9, "3.1bn"),
        (-2.75e9, "−2.75bn"),
        (1.2e12, "1.2tn"),
        (1.5e15, "1,500tn"),
        (1e16, "1e16"),
        (float("nan"), "–"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
    ],
)
def test_amounts_read_well(value, text):
    assert format_amount(value) == text


@given(st.floats(min_value=1e-12, max_value=1e30), st.booleans())
def test_reading_an_amount_back_loses_no_more_than_its_rounding(size, negative):
    value = -size if negative else size
    assert parse_amount(format_amount(value).replace(",", "")) == pytest.approx(value, rel=6e-3, abs=0)


@pytest.mark.parametrize("text", ["", "bn", "1e", "1 2", "0x10", "__import__('os')", "nan", "inf", "1.2.3"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=r"number|convert"):
        parse_amount(text)


@pytest.mark.parametrize("trajectories", [1, 10, 1000, 10**6, 10**9])
def test_the_bound_without_any_case_is_that_of_clopper_and_pearson(trajectories):
    exact = stats.binomtest(0, trajectories, alternative="less").proportion_ci(0.95, method="exact").high
    assert zero_count_bound(trajectories) == pytest.approx(exact, rel=1e-9)


def test_a_probability_shows_as_many_places_as_its_error_warrants():
    assert format_probability(0.3205, 0.0104, 2000) == "32.0 % ± 1.0"
    assert format_probability(0.123456, 0.00033, 10**6) == "12.35 % ± 0.03"


@pytest.mark.parametrize("trajectories", [1, 7, 100, 10_000, 10**6, 10**8])
def test_never_and_always_show_a_bound_that_is_not_rounded_to_the_safe_side_of_the_truth(trajectories):
    never, always = (format_probability(share, 0.0, trajectories) for share in (0.0, 1.0))
    bound = 100 * zero_count_bound(trajectories)
    assert "±" not in never + always
    assert float(never.split("<")[1].split("%")[0]) >= bound * (1 - 1e-9)
    assert float(always.split(">")[1].split("%")[0]) <= 100 - bound * (1 - 1e-9)


def test_a_censored_runway_is_never_a_number():
    assert format_periods(None, 36, "month") == "> 36 months"
    assert format_periods(math.inf, 1, "week") == "> 1 week"
    assert format_periods(36, 36, "month") == "36 months"


def test_dates_are_named_by_the_length_of_the_period():
    day = datetime.date(2024, 2, 29)
    assert [format_date(day, step) for step in ("month", "quarter", "week")] == ["Feb 2024", "Feb 2024", "29 Feb 2024"]
