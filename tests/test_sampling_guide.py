"""The guide to sampling states what its commands say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from guide_tables import section_rows, stated_numbers

import burncast
from burncast.engine.simulate import run
from burncast.outputs.results.conditions import evaluate, parse_figure
from burncast.outputs.results.standard_errors import standard_error

PAGE = "sampling.md"
TEXT = (Path(__file__).parents[1] / "docs" / "guide" / PAGE).read_text(encoding="utf-8")
KNOWN = "What is known of the draws"


@pytest.fixture(scope="module")
def runs():
    scenario = burncast.load("chatgpt-2023")
    return [run(scenario, 65_536, 7, control_variates=controls) for controls in (False, True)]


@pytest.mark.parametrize(
    "figure", ["ruin_probability", "cash_mean", "credits_mean", "free_users_mean", "headcount_mean"]
)
def test_control_variates_are_worth_what_the_table_says(runs, figure):
    plain, its_error, controlled, smaller = stated_numbers(section_rows(PAGE, KNOWN)[figure])
    asked = parse_figure(figure)
    for simulation, value, error in zip(runs, (plain, controlled), (its_error, smaller), strict=True):
        assert value.agrees(evaluate(asked, simulation))
        assert error.agrees(standard_error(asked, simulation), slack=0.002 * error.value)
    assert smaller.value < its_error.value


def test_the_controls_are_as_many_as_it_says(runs):
    (stated,) = re.findall(r"those of (\d+) inputs and (\d+) streams of shocks make (\d+)", TEXT)
    inputs, streams, controls = map(int, stated)
    assert 2 * (inputs + 2 * streams) == controls == runs[1].controlled.controls


def test_a_run_to_one_per_cent_stops_where_it_says(runs):
    (said,) = re.findall(r"^([\d,]+) trajectories, .*\n(stopped because .*)$", TEXT, re.MULTILINE)
    result = burncast.simulate("chatgpt-2023", seed=7, until_se="1%")
    assert (f"{result.attrs['trajectories']:,}", result.attrs["stopped"]) == said
    controlled = runs[1]
    error = standard_error(parse_figure("ruin_probability"), controlled)
    assert error <= 0.01 * evaluate(parse_figure("ruin_probability"), controlled)


def test_the_few_quantities_that_matter_do_as_much():
    (names, error) = re.findall(r"--control-variates (\S+)` the error of the mean headcount is ([\d.]+) with 4", TEXT)[
        0
    ]
    found = run(burncast.load("chatgpt-2023"), 65_536, 7, control_variates=names)
    assert found.controlled.controls == 4
    assert standard_error(parse_figure("headcount_mean"), found) == pytest.approx(float(error), rel=0.003)
