"""The guide to backtests shows what the commands print."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from markdown_blocks import blocks
from typer.testing import CliRunner

from burncast.cli import app

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def shown():
    return [block.code.strip() for block in blocks(ROOT / "docs" / "guide" / "backtests.md", "text")]


def test_hindsight_on_the_scenario_of_spring_2023(shown, monkeypatch):
    monkeypatch.setenv("COLUMNS", "130")
    folder = ROOT / "examples" / "calibration"
    files = [str(folder / "chatgpt-2024.toml"), str(folder / "chatgpt_observations.csv")]
    printed = CliRunner().invoke(app, ["calibrate", "hindsight", *files])
    assert printed.exit_code == 0
    assert "\n".join(line.rstrip() for line in printed.stdout.strip().splitlines()) == shown[0]


def test_the_backtest_of_the_extract(shown):
    example = runpy.run_path(str(ROOT / "examples" / "calibration" / "cash_burners.py"))
    found = example["judge"](example["read"](ROOT / "tests" / "data" / "cash_burners_extract.csv"), ["2015-09-15"])
    assert "\n".join(str(found).splitlines()[:8]) == shown[1]
