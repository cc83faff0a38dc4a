"""The guide to decisions states what its commands say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from guide_tables import section_rows, stated_numbers
from markdown_blocks import blocks

import burncast

ROOT = Path(__file__).parents[1]
PAGE = "decisions.md"
OUTPUT = "ruin_probability[24]"
TRAJECTORIES = 8192


def test_where_the_uncertainty_comes_from():
    rows = section_rows(PAGE, "Where the uncertainty comes from")
    found = burncast.sensitivity("startup", OUTPUT, trajectories=TRAJECTORIES, seed=0)
    for source in ("round_closes", "closing", "cost_per_head", "conversion", "opening_cash"):
        one = found.sel(source=source)
        assert rows[source][0] == one["kind"].item()
        for name, stated in zip(("first_order", "total"), stated_numbers(rows[source]), strict=True):
            error = float(one[f"{name}_high"] - one[f"{name}_low"]) / 3.92
            assert stated.agrees(float(one[name]), 4.5 * error), (source, name)
    text = (ROOT / "docs" / "guide" / PAGE).read_text(encoding="utf-8")
    (said,) = re.findall(r"is ([\d.]+) %: ([\d.]+) % to ([\d.]+) % depending on the inputs", text)
    ends = found["band"].sel(level=[0.05, 0.95]).values
    assert [found.attrs["mean"], *ends] == pytest.approx([float(number) / 100 for number in said], abs=0.03)
    (explained,) = re.findall(r"explain (\d+) %, .* (\d+) %, both together the other (\d+) %", text)
    inputs, processes = found["part_first_order"].values
    assert [inputs, processes] == pytest.approx([float(number) / 100 for number in explained[:2]], abs=0.05)
    assert sum(map(int, explained)) == 100


def test_one_input_at_a_time():
    rows = section_rows(PAGE, "One input at a time")
    found = burncast.sensitivity("startup", OUTPUT, "tornado", trajectories=TRAJECTORIES, seed=0)
    for name in ("closing", "conversion[team]", "imitation", "conversion[plus]"):
        one = found.sel(input=name)
        low, high, at_low, at_high = stated_numbers(rows[name])
        assert low.agrees(float(one["value_low"]))
        assert high.agrees(float(one["value_high"]))
        for stated, end in ((at_low, "low"), (at_high, "high")):
            assert stated.agrees(float(one[f"output_{end}"]), 4.5 * 0.5 / TRAJECTORIES**0.5)


def test_what_would_be_enough():
    text = (ROOT / "docs" / "guide" / PAGE).read_text(encoding="utf-8")
    (said,) = re.findall(r"at least ([\d.]+)M USD", text)
    found = burncast.solve(
        "startup", "inputs.opening_cash", f"{OUTPUT} <= 0.2", between=(7e6, 8e6), trajectories=TRAJECTORIES, seed=0
    )
    assert found.low is not None
    assert found.high is not None
    assert found.value == pytest.approx(1e6 * float(said), abs=4.5 * (found.high - found.low) / 3.92)


def test_the_best_choice():
    rows = section_rows(PAGE, "The best choice")
    (block,) = (one for one in blocks(ROOT / "docs" / "guide" / PAGE, "toml") if "decision" in one.code)
    scenario = tomllib.loads(block.code)
    limit = "ruin_probability[24] <= 0.1"
    found = burncast.decide(scenario, "users_mean[24]", limit, evaluations=60, trajectories=TRAJECTORIES, seed=0)
    now, best = stated_numbers(rows["marketing, USD a month"])
    assert now.value == found.present["marketing"]
    assert best.agrees(found.choice["marketing"], 0.03 * best.value)
    now, best = stated_numbers(rows["users after 24 months"])
    assert now.agrees(found.present_outcome, 0.01 * now.value)
    assert best.agrees(found.outcome, 0.03 * best.value)
    now, best = stated_numbers(rows["ruined within 24 months"])
    assert now.agrees(found.present_limited, 0.01)
    assert best.agrees(found.limited, 0.015)


def test_what_more_money_buys():
    rows = section_rows(PAGE, "What more money buys")
    amounts = {"0": 0.0, "1.6M": 1.6e6, "3.2M": 3.2e6, "6.4M": 6.4e6}
    found = burncast.frontier("startup", amounts=list(amounts.values()), trajectories=20_000, seed=0)
    for label, amount in amounts.items():
        for period, stated in zip((12, 24, 36), stated_numbers(rows[label]), strict=True):
            one = found.sel(amount=amount, period=period)
            assert stated.agrees(float(one["survival"]), 4.5 * float(one["survival_se"]) + 1e-3), (label, period)


def test_what_ruin_looks_like():
    rows = section_rows(PAGE, "What ruin looks like")
    found = burncast.explain_ruin("startup", by=24, seed=0, trajectories=16_384)
    inputs = {one.name: one for one in found.inputs}
    for name in ("closing", "conversion[team]", "imitation"):
        shift, before, after = stated_numbers(rows[name])
        assert shift.agrees(inputs[name].shift, 4.5 * found.shift_se), name
        assert before.agrees(inputs[name].all[1], 0.03 * before.value), name
        assert after.agrees(inputs[name].ruined[1], 0.03 * after.value), name
    (rivals,) = (one for one in found.levels if one.name == "rivals")
    shift, before, after = stated_numbers(rows["rivals"])
    assert shift.agrees(rivals.shift, 4.5 * found.shift_se)
    assert before.agrees(rivals.all[1], 0.03)
    assert after.agrees(rivals.ruined[1], 0.03)
    (shift,) = stated_numbers(rows["round_closes"][:2])
    assert shift.agrees(found.processes["round_closes"], 4.5 * 1.5 * found.process_shift_se)
    text = (ROOT / "docs" / "guide" / PAGE).read_text(encoding="utf-8")
    (said,) = re.findall(r"([\d]+) % of trajectories are ruined, rather than (\d+) %; (\d+) % of all ruined", text)
    known = [found.box.density, found.probability, found.box.coverage]
    assert known == pytest.approx([int(number) / 100 for number in said], abs=0.03)
    (number,) = map(int, re.findall(r"here number (\d+)", text))
    cash = burncast.replay("startup", number, seed=0)["cash"].values
    (month,) = map(int, re.findall(r"whose cash is gone in month (\d+)", text))
    assert cash[month] < 0 <= min(cash[:month])
    assert cash[month + 7 : month + 9].max() > 3e6


def test_rare_ruin_is_the_one_of_the_guide_to_sampling():
    text = (ROOT / "docs" / "guide" / "sampling.md").read_text(encoding="utf-8")
    (stated,) = re.findall(r"^probability +(\S+), 1 in ([\d,]+)\n.*?error +(\S+) ", text, re.MULTILINE)
    probability, odds, error = float(stated[0]), float(stated[1].replace(",", "")), float(stated[2])
    assert probability * odds == pytest.approx(1.0, abs=0.01)
    found = burncast.rare_ruin("startup", by=6, seed=1, particles=512)
    assert found.probability == pytest.approx(probability, abs=4.5 * (error**2 + found.standard_error**2) ** 0.5)
