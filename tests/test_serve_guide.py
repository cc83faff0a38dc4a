"""The guide to the what-if page states what the page says and saves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_blocks import blocks

from burncast.engine.scenario import load
from burncast.what_if.desk import Desk
from burncast.what_if.messages import Asked, Change
from burncast.what_if.saving import Original, saved_scenario

PAGE = Path(__file__).parents[1] / "docs" / "guide" / "serve.md"
RAISED = {"raised": Change(centre=500e3)}
BOTH = {**RAISED, "burn": Change(centre=105e3)}


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    (scenario,) = blocks(PAGE, "toml")
    path = tmp_path_factory.mktemp("guide") / "my.toml"
    path.write_text(scenario.code, encoding="utf-8")
    return Original.read(str(path), load(path))


def test_the_chances_are_those_of_the_page(original):
    desk = Desk(original, 0, None)
    asked = [Asked("base", {}), Asked("base", RAISED), Asked("base", BOTH), Asked("boom", {}), Asked("boom", BOTH)]
    told = []
    for one in asked:
        *_, last = desk.forecasts(Asked(one.variant, one.changes, refine=True), desk.begin())
        assert last["trajectories"] == 1_000_000
        told.append(100 * last["forecast"]["ruin"][-1])
    text = PAGE.read_text(encoding="utf-8").partition("It runs out of money")[2].partition("opening_cash")[0]
    stated = [float(number) for number in re.findall(r"([\d.]+) %", text)]
    assert stated == pytest.approx(told, abs=0.05)


def test_the_saved_lines_are_those_of_the_page(original):
    asked = Asked("base", {"opening_cash": Change(centre=2.9e6), **BOTH})
    before, after = (
        original.text.splitlines(),
        saved_scenario(original, "base", Desk(original, 0, None).texts(asked)).text.splitlines(),
    )
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed == blocks(PAGE, "text")[1].code.splitlines()
