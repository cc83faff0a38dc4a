"""The guide to dependence states what its example says."""

from __future__ import annotations

from pathlib import Path

import pytest
from guide_tables import section_rows, stated_numbers
from markdown_blocks import blocks

import burncast
from burncast.engine.dependence.dependence_words import dependence_words

PAGE = "dependence.md"
GUIDE = Path(__file__).parents[1] / "docs" / "guide" / PAGE
TRAJECTORIES = 32_768


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Ruin within 24 months, and the funding need at 80, 90 and 95 %, by variant."""
    file = tmp_path_factory.mktemp("guide") / "together.toml"
    file.write_text(next(block.code for block in blocks(GUIDE, "toml")), encoding="utf-8")
    scenario = burncast.load(file)
    figures = {}
    for name in ("base", "gaussian", "clayton", "gumbel", "foreseen"):
        one = scenario if name == "base" else scenario.variants[name]
        result = burncast.simulate(one, trajectories=TRAJECTORIES, seed=0)
        needs = [float(result.funding_need.sel(quantile=level)) for level in (0.8, 0.9, 0.95)]
        figures[name] = (float(result.ruin_probability.sel(period=24)), *needs)
    return figures


def test_bad_news_together(found):
    rows = section_rows(PAGE, "Bad news together")
    for name, (ruin, *needs) in found.items():
        stated, *amounts = stated_numbers(rows[name])
        assert stated.agrees(ruin, 4 * (ruin * (1 - ruin) / TRAJECTORIES) ** 0.5), (name, ruin)
        for each, need in zip(amounts, needs, strict=True):
            assert each.agrees(need, 0.04 * need), (name, need)
    assert all(found[name][1] > 1.2 * found["base"][1] for name in ("gaussian", "clayton", "gumbel"))
    assert all(abs(found[name][0] - found["base"][0]) < 0.025 for name in found)
    assert abs(found["foreseen"][3] / found["base"][3] - 1) < 0.05


def test_what_check_prints():
    (said,) = (line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("dependence: churn"))
    assert said.removeprefix("dependence: ") in dependence_words(burncast.load("chatgpt-2023"))
