"""What the table and the picture of a choice show is what was found, in words and with units."""

from __future__ import annotations

import itertools

import pytest
from rich.console import Console

import burncast
from burncast.engine.questions.decision import Decision
from burncast.outputs.charts.choice_plot import choice_drawing
from burncast.outputs.charts.drawing import figure_of
from burncast.outputs.results.figure_words import figure_unit, figure_words
from burncast.outputs.tables.choice_tables import present_choice

SCENARIO = burncast.load(
    {
        "scenario": {"title": "Prices", "periods": 24, "currency": "USD"},
        "dimensions": {"plan": ["plus", "team"]},
        "inputs": {"price": {"value": 20, "over": "plan", "decision": [5, 60], "unit": "USD/user/month"}},
        "stocks": {
            "cash": {"start": 9, "next": "cash", "unit": "USD"},
            "seats": {"start": 0, "next": "seats + 0 * price", "over": "plan"},
        },
        "ruin": {"when": "cash < 0", "need": "-cash"},
    }
)


def decision(**changes):
    found = {
        "choice": {"price[plus]": 31.0, "price[team]": 44.0},
        "figure": "cash_mean[24]",
        "outcome": 5e6,
        "limit": "ruin_probability[12] <= 0.05",
        "limited": 0.049,
        "present": {"price[plus]": 20.0, "price[team]": 20.0},
        "present_outcome": 3e6,
        "present_limited": 0.2,
        "trade_off": tuple((risk, 1e8 * risk, {"price[plus]": 30.0, "price[team]": 40.0}) for risk in (0.0, 0.05, 0.3)),
        "worlds": ("base",),
        "evaluations": 150,
        "trajectories": 20_000,
        "seed": 0,
    }
    return Decision(**(found | changes))


@pytest.mark.parametrize(
    ("figure", "words", "unit"),
    [
        ("ruin_probability[12]", "probability of ruin within 12 months", ""),
        ("ruin_probability", "probability of ruin within 24 months", ""),
        ("runway[0.5]", "runway at 50 %", "months"),
        ("runway", "mean runway", "months"),
        ("funding_need[0.9]", "funding need at 90 %", "USD"),
        ("cash_mean[12]", "mean cash after 12 months", "USD"),
        ("cash", "mean cash after 24 months", "USD"),
        ('seats_mean["plus", 1]', "mean seats (plus) after 1 month", ""),
    ],
)
def test_figures_in_words(figure, words, unit):
    assert figure_words(SCENARIO, figure) == words
    assert figure_unit(SCENARIO, figure) == unit


def test_the_table_has_a_unit_for_all_that_has_one():
    console = Console(width=200)
    with console.capture() as capture:
        console.print(present_choice(SCENARIO, decision()))
    lines = [" ".join(line.split()) for line in capture.get().splitlines()]
    for line in (
        "price[plus] 20 31 USD/user/month",
        "price[team] 20 44 USD/user/month",
        "cash_mean[24] 3M 5M USD",
        "ruin_probability[12] 20 % 4.9 %",
        "30 % 30M 30 40",
    ):
        assert line in lines, line


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"choice": {"price[plus]": 31.0}, "present": {"price[plus]": 20.0}},
        {"trade_off": ((0.05, 5e6, {}),), "present_limited": 0.05, "present_outcome": 5e6, "limited": 0.05},
        {"figure": "runway[0.5]", "outcome": 20.0, "present_outcome": 9.0, "worlds": ("base", "price_war")},
    ],
)
def test_the_picture_keeps_its_words_inside_and_apart(changes):
    figure = figure_of(choice_drawing(SCENARIO, decision(**changes)))
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in [*figure.texts, *figure.axes[0].texts]]
    for box in boxes:
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.width
        assert box.y1 <= figure.bbox.height
    if not changes:
        assert not any(first.overlaps(second) for first, second in itertools.combinations(boxes, 2))
        assert figure.axes[0].get_xlabel() == "probability of ruin within 12 months"
        title = " ".join(figure.texts[0].get_text().split())
        assert title.startswith("Price[plus] at 31 USD/user/month, price[team] at 44 USD/user/month: mean cash")
        assert title.endswith("5M (now 3M), probability of ruin within 12 months 4.9 % (now 20 %)")
