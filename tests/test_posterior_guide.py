"""The guide to posteriors shows what its commands print, and states what the figures of ChatGPT taught."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from guide_tables import section_rows, stated_numbers
from markdown_blocks import blocks
from typer.testing import CliRunner

from burncast.cli import app

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "guide" / "posterior.md"
SCRIPT = ROOT / "examples" / "calibration" / "chatgpt_posterior.py"


def lines(text):
    return [line.rstrip() for line in text.strip("\n").splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("shop")
    (place / "shop.toml").write_text(blocks(PAGE, "toml")[0].code, encoding="utf-8")
    (place / "observations.csv").write_text(blocks(PAGE, "csv")[0].code, encoding="utf-8")
    return place


def test_the_commands_print_what_the_page_shows(folder, monkeypatch):
    monkeypatch.chdir(folder)
    for command, shown in zip(blocks(PAGE, "bash"), blocks(PAGE, "text"), strict=True):
        done = CliRunner().invoke(app, command.code.split()[1:])
        assert done.exit_code == 0, done.stderr
        printed = [line for line in lines(done.stdout) if "trajectories/s" not in line]
        assert "\n".join(printed).strip("\n").splitlines() == lines(shown.code)


@pytest.fixture(scope="module")
def example():
    specification = importlib.util.spec_from_file_location("chatgpt_posterior", SCRIPT)
    assert specification is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_script_prints_and_a_short_run_agrees_with_the_page(example, capsys, monkeypatch):
    """With a sixteenth of the particles and few moves: medians within the ranges that the page states."""
    found = example.condition(particles=256, runs=2, moves=3)
    monkeypatch.setattr(example, "condition", lambda: found)
    example.main()
    printed = capsys.readouterr().out
    rows = section_rows("posterior.md", "ChatGPT: what 2024 says")
    checked = 0
    for strain in found.strains:
        assert strain.figure in printed
        low, high = (one.value for one in stated_numbers(rows[strain.figure])[-2:])
        wide = 0.5 * (high - low)
        assert low - wide < strain.posterior.p50 < high + wide, strain.figure
        checked += 1
    assert checked == 10
