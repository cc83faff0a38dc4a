"""The guide to spreadsheets: its plan forecasts what it says, comes back as it says, and its mistakes are told so."""

from __future__ import annotations

from pathlib import Path

import pytest
from guide_tables import section_rows, stated_numbers
from markdown_blocks import blocks
from typer.testing import CliRunner

import burncast
from burncast.cli import app
from burncast.engine.documents.assumption_sheet import COLUMNS

PAGE = Path(__file__).parents[1] / "docs" / "guide" / "spreadsheets.md"
TRAJECTORIES = 8192


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("plan.csv")
    path.write_text(blocks(PAGE, "csv")[0].code, encoding="utf-8")
    return path


def test_the_plan_lasts_as_long_as_is_said(plan):
    rows = section_rows(PAGE.name, "A CSV file from scratch")
    found = burncast.simulate(plan, trajectories=TRAJECTORIES, seed=5)["ruin_probability"]
    for period in (6, 12, 24, 36):
        (stated,) = stated_numbers(rows[f"{period} months"])
        probability = float(found.sel(period=period))
        assert stated.agrees(probability, 4.5 * (stated.value * (1 - stated.value) / TRAJECTORIES) ** 0.5)


def test_the_plan_comes_back_as_is_said(plan):
    keys = burncast.from_sheet(plan, "ours.toml")
    assert len(keys) == 7
    lines = Path("ours.toml").read_text(encoding="utf-8").splitlines()
    (said,) = [block.code for block in blocks(PAGE, "text") if block.code.startswith("title")]
    assert [line for line in said.splitlines() if line not in lines] == []
    assert list(burncast.load("ours.toml").variants)[-1] == "small_round"


def test_mistakes_are_told_as_is_said(plan):
    plan.write_text(blocks(PAGE, "csv")[1].code, encoding="utf-8")
    done = CliRunner().invoke(app, ["check", str(plan)])
    (said,) = [block.code for block in blocks(PAGE, "text") if block.code.startswith("plan.csv:3")]
    assert done.exit_code == 2
    assert done.stderr == "".join(f"burncast: {line}\n" for line in [*said.splitlines(), "6 problems; nothing was run"])


def test_every_column_is_named():
    named = {word for label in section_rows(PAGE.name, "The columns") for word in label.split(", ")}
    assert named == {*COLUMNS, "column"}
