"""The example on churn prints what the guide shows."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path

from markdown_blocks import blocks

import burncast

ROOT = Path(__file__).parents[2]


def test_the_guide_shows_what_it_prints(capsys):
    runpy.run_path(str(ROOT / "examples" / "calibration" / "subscriber_churn.py"))["main"]()
    printed = capsys.readouterr().out
    (shown,) = blocks(ROOT / "docs" / "guide" / "churn.md", "text")
    assert shown.code.strip() in printed
    entry = tomllib.loads(printed[printed.index("[inputs.churn]") : printed.rindex("[inputs.churn]")])
    stocks = {"users": {"start": 1000, "next": "users * (1 - churn)"}}
    result = burncast.simulate({"scenario": {"periods": 12}, **entry, "stocks": stocks}, 10_000)
    assert abs(result["users_mean"].values[-1] / 1000 - (1 - 212.5 / 26890) ** 12) < 0.002
