"""Numbers as spreadsheets write them: what can be read in one way only, and what in two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burncast.engine.documents.sheet_numbers import decimal_sign, readings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", {".": 5.0, ",": 5.0}),
        ("-5", {".": -5.0, ",": -5.0}),
        ("−5", {".": -5.0, ",": -5.0}),
        ("0.05", {".": 0.05}),
        ("0,05", {",": 0.05}),
        ("0,123", {",": 0.123}),
        ("1,234", {".": 1234.0, ",": 1.234}),
        ("1.234", {".": 1.234, ",": 1234.0}),
        ("1,234.5", {".": 1234.5}),
        ("1.234,5", {",": 1234.5}),
        ("12,345,678", {".": 12345678.0}),
        ("1 234 567,5", {",": 1234567.5}),
        ("1\u202f234\u202f567", {".": 1234567.0, ",": 1234567.0}),
        ("1'234.50", {".": 1234.5}),
        ("5 %", {".": 0.05, ",": 0.05}),
        ("-2,5%", {",": -0.025}),
        ("0.1%", {".": 0.001}),
        ("$5,000.00", {".": 5000.0}),
        ("-$5", {".": -5.0, ",": -5.0}),
        ("5.000,00 €", {",": 5000.0}),
        ("1.5e6", {".": 1.5e6}),
        ("1_000", {".": 1000.0, ",": 1000.0}),
    ],
)
def test_a_number_reads_as_what_its_signs_can_mean(text, expected):
    assert readings(text) == expected


@pytest.mark.parametrize(
    "text", ["", "-", "--5", "1..2", "1,23,456", "12 34", "2 to 8", "3.1bn", "e5", "1e999", "(5)", "ten"]
)
def test_what_is_no_number_reads_as_none(text):
    assert readings(text) == {}


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_reads_back_to_the_last_bit(value):
    assert readings(repr(value))["."] == value


@given(st.integers(-(10**12), 10**12), st.integers(0, 99))
def test_thousands_and_cents_read_alike_in_either_style(whole, cents):
    english = f"{whole:,}.{cents:02}"
    german = english.replace(",", " ").replace(".", ",").replace(" ", ".")
    assert readings(english) == {".": float(f"{whole}.{cents:02}")}
    assert readings(german) == {",": float(f"{whole}.{cents:02}")}


def test_the_decimal_sign_is_that_of_the_cells_that_tell():
    assert decimal_sign(["1,234", "5", "words"]) is None
    assert decimal_sign(["1,234", "0,5"]) == ","
    assert decimal_sign(["1,234", "0.5"]) == "."
    assert decimal_sign(["0,5", "0,7", "0.5"]) == ","
