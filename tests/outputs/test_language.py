"""The languages of the report: the same texts in each, and each one's way of writing numbers."""

from __future__ import annotations

import datetime
import string

import pytest

from burncast.distributions.errors import InputError
from burncast.outputs.words.language import LANGUAGES, NARROW, NO_BREAK, language


def fields(text):
    parts = text if isinstance(text, list) else [text]
    return sorted({field for part in parts for _, field, _, _ in string.Formatter().parse(part) if field})


def test_every_language_has_the_same_texts_with_the_same_blanks():
    english = language("en").texts
    for code in LANGUAGES:
        texts = language(code).texts
        assert texts.keys() == english.keys()
        for key, text in texts.items():
            assert fields(text) == fields(english[key]), key
            assert isinstance(text, list) == isinstance(english[key], list), key
            assert not isinstance(text, list) or len(text) == len(english[key]), key
            assert text, key


def test_french_signs_of_two_parts_stand_after_a_space_that_does_not_break():
    for key, text in language("fr").texts.items():
        for part in text if isinstance(text, list) else [text]:
            for place, sign in enumerate(part):
                if sign in ";!?":
                    assert part[place - 1] == NARROW, (key, part)
                if sign in "%»:" and not part[place:].startswith("://"):
                    assert part[place - 1] == NO_BREAK, (key, part)
                assert sign != "'", (key, part)


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (3.104e9, "3.1bn", f"3,1{NO_BREAK}Md"),
        (1.25e12, "1.25tn", f"1{NARROW}250{NO_BREAK}Md"),
        (450e6, "450M", f"450{NO_BREAK}M"),
        (-5421.0, "−5,421", f"−5{NARROW}421"),
        (12_345.0, "12.3k", f"12,3{NO_BREAK}k"),
        (0.0123, "0.0123", "0,0123"),
        (0.0, "0", "0"),
    ],
)
def test_amounts(value, english, french):
    assert (language("en").amount(value), language("fr").amount(value)) == (english, french)


def test_probabilities_have_their_error_or_their_bound():
    english, french = language("en"), language("fr")
    assert english.probability(0.1234, 0.00104, 10**5) == f"12.3{NO_BREAK}%{NO_BREAK}±{NO_BREAK}0.1"
    assert french.probability(0.1234, 0.00104, 10**5) == f"12,3{NO_BREAK}%{NO_BREAK}±{NO_BREAK}0,1"
    assert english.probability(0.0, 0.0, 100_000) == f"0{NO_BREAK}% (<{NO_BREAK}0.003{NO_BREAK}%)"
    assert english.probability(1.0, 0.0, 1) == f"100{NO_BREAK}% (>{NO_BREAK}5.0{NO_BREAK}%)"
    assert french.share(2e-7) == f"0,00002{NO_BREAK}%"


def test_what_is_not_everything_is_not_told_as_everything():
    english = language("en")
    assert [english.share(one, 2) for one in (0.994, 0.996, 0.99996, 1.0)] == [
        f"{text}{NO_BREAK}%" for text in ("99", "99.6", "99.996", "100")
    ]


@pytest.mark.parametrize(("value", "error"), [(0.1205, 0.0023), (0.1215, 0.002), (0.66666, 0.0004), (1e-4, 1e-5)])
def test_a_chance_and_what_is_left_add_up_to_everything(value, error):
    told = [float(language("en").chance(value, error, left=left).rstrip(f"{NO_BREAK}%")) for left in (False, True)]
    assert sum(told) == pytest.approx(100, abs=1e-9)
    assert told[0] == pytest.approx(100 * value, abs=100 * error)


def test_dates_spans_and_money():
    day = datetime.date(2025, 8, 31)
    assert [language(code).date(day, "month") for code in LANGUAGES] == ["August 2025", "août 2025"]
    assert language("fr").date(day, "week") == "31 août 2025"
    first = datetime.date(2025, 3, 1)
    assert [language(code).date(first, "week") for code in LANGUAGES] == ["1 March 2025", "1er mars 2025"]
    assert [language(code).tick("1 Mar 2025") for code in LANGUAGES] == ["1 Mar 2025", "1er mars 2025"]
    assert [language("fr").tick(label) for label in ("Jul 2023", "2024", "5 May")] == ["juil. 2023", "2024", "5 mai"]
    assert language("en").span(1, "quarter") == f"1{NO_BREAK}quarter"
    assert [language(code).money(3e9, "USD") for code in LANGUAGES] == [
        f"USD{NO_BREAK}3bn",
        f"3{NO_BREAK}Md{NO_BREAK}USD",
    ]
    assert [language(code).money(-0.25, "1/year") for code in LANGUAGES] == ["−0.25/year", "−0,25/year"]


@pytest.mark.parametrize(
    ("value", "unit", "english", "french"),
    [
        (2.0, "month", "2 months", "2 mois"),
        (1.0, "year", "1 year", "1 an"),
        (1.5, "year", "1.5 years", "1,5 an"),
        (2.5, "year", "2.5 years", "2,5 ans"),
        (2e6, "user", "2M users", "2 M user"),
        (3.0, "person", "3 people", "3 person"),
        (3.0, "users", "3 users", "3 users"),
        (3.0, "kg", "3 kg", "3 kg"),
        (3.0, "GPU", "3 GPUs", "3 GPU"),
        (3.0, "USD/month", "3 USD/month", "3 USD/month"),
    ],
)
def test_units_have_their_plural(value, unit, english, french):
    told = [language(code).money(value, unit).replace(NO_BREAK, " ") for code in LANGUAGES]
    assert told == [english, french]


def test_an_unknown_language_is_told():
    with pytest.raises(InputError, match="expected one of en, fr"):
        language("de")
