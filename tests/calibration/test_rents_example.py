"""The example on rents and utilisation runs, the guide shows what it prints, and its entries are a scenario."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import tomllib
from pathlib import Path

import pytest
from markdown_blocks import blocks

import burncast
from burncast.engine.language import constants

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "examples" / "calibration" / "rents_and_utilisation.py"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@pytest.fixture(scope="module")
def printed():
    specification = importlib.util.spec_from_file_location("rents_and_utilisation", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    with contextlib.redirect_stdout(io.StringIO()) as stream:
        module.main()
    return stream.getvalue()


def test_the_guide_shows_what_it_prints(printed):
    """Word for word, and number for number up to what another processor's rounding may do to a bootstrap."""
    shown = blocks(ROOT / "docs" / "guide" / "calibration.md", "text")
    assert len(shown) == 3
    lines = printed.splitlines()
    for block in shown:
        expected = block.code.strip().splitlines()
        begin = next(place for place, line in enumerate(lines) if NUMBER.sub("#", line) == NUMBER.sub("#", expected[0]))
        for line, printed_line in zip(expected, lines[begin:], strict=False):
            assert NUMBER.sub("#", line).split() == NUMBER.sub("#", printed_line).split()
            numbers = [float(one) for one in NUMBER.findall(line)]
            assert [float(one) for one in NUMBER.findall(printed_line)] == pytest.approx(numbers, rel=1e-2, abs=2e-2)


def test_its_entries_are_a_scenario(printed):
    entries = tomllib.loads(printed[printed.index("[inputs.gpu_hour_rent]") :])
    stocks = {"cash": {"start": 1e6, "next": "cash - 1000 * gpu_hour_rent / utilisation"}}
    scenario = burncast.load({"scenario": {"title": "t", "periods": 2}, **entries, "stocks": stocks})
    rent, utilisation = (constants.law(scenario.quantities[name].value) for name in entries["inputs"])
    assert 2.5 < rent.mean < 3.1
    assert 0.3 < utilisation.mean < 0.5
    assert "CC BY 4.0" in scenario.quantities["utilisation"].source
    assert "as good as 36.7" in scenario.quantities["utilisation"].note
