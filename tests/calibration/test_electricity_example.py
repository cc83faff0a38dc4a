"""The example on electricity prices runs, prints what the guide shows of it, and its entries are a scenario."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path

import numpy as np
import pytest
from markdown_blocks import blocks

import burncast

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "examples" / "calibration" / "electricity_prices.py"


@pytest.fixture(scope="module")
def printed(request):
    specification = importlib.util.spec_from_file_location("electricity_prices", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        import contextlib
        import io

        with contextlib.redirect_stdout(io.StringIO()) as stream:
            module.main()
    return stream.getvalue()


def test_the_guide_shows_what_it_prints(printed):
    page = blocks(ROOT / "docs" / "guide" / "processes-from-data.md", "text")
    shown = [block for block in page if "By the end of" not in block.code]
    assert len(shown) == 4
    for block in shown:
        assert block.code.strip() in printed


def test_its_entries_are_a_scenario(printed):
    begin, end = printed.index("[inputs.price_be_half_life]"), printed.index("electricity_dayahead.csv:855")
    scenario = tomllib.loads(
        printed[begin:end]
        + """
[scenario]
title = "a site in Belgium"
start = "2017-01"
periods = 24
[stocks]
spent = { start = 0, next = "spent + 1e3 * price_be", unit = "EUR" }
[outputs]
track = ["price_be", "price_fr"]
"""
    )
    del scenario["stocks"]["spent"]["unit"]
    result = burncast.simulate(scenario, trajectories=16_384, seed=1)
    # after two years it is back at its mean of 38.9 EUR/MWh, in the season of December
    quantiles = result.price_be[-1]
    assert 30 < float(quantiles.sel(quantile=0.5)) < 55
    assert float(quantiles.sel(quantile=0.95) / quantiles.sel(quantile=0.05)) > 2


def test_a_season_takes_the_dependence_away(printed):
    before, after = (float(part.split("Ljung–Box p = ")[1].split(",")[0]) for part in printed.split("France, with")[:2])
    assert before < 0.01 < 0.1 < after
    assert np.isfinite(after)
