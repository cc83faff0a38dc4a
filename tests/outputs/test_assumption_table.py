"""Assumptions as plain rows: what the scenario says, the figures of its laws, what moves together."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from scipy import stats

from burncast.engine.scenario import load
from burncast.outputs.assumptions.rows import assumption_rows

SCENARIO: dict[str, Any] = {
    "scenario": {"title": "Two plans", "start": "2026-01", "periods": 12, "currency": "USD"},
    "dimensions": {"plan": ["team", "business"], "place": ["here", "there"]},
    "inputs": {
        "cash_before": {"value": 5e6, "unit": "USD", "source": "bank"},
        "churn": {"value": {"team": "0.02 to 0.05", "business": 0.01}, "over": "plan", "note": "judgement"},
        "price": {"value": {"team": {"here": 90, "there": 80}, "business": 1400}, "over": ["plan", "place"]},
        "staff": {"value": 20, "decision": [10, 40]},
        "seats": "staff * 3",
        "demand": "normal(mean=100, sd=20)",
    },
    "processes": {
        "market": "gbm(start=1, drift=0, volatility=0.2)",
        "index": {"schedule": {"2026-01": 1.0, "2026-07": 1.5}, "between": "hold"},
    },
    "formulas": {"burn": "staff * seats * market"},
    "stocks": {"cash": {"start": "cash_before", "next": "cash - burn"}},
    "correlations": [{"between": ["demand", "market"], "rho": -0.25}],
    "variants": {"lean": {"inputs": {"staff": 12, "churn": {"value": {"team": 0.03}}}}},
}


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, ...], Any]:
    found = assumption_rows(load(SCENARIO))
    keyed = {(row.variant, row.section, row.name, row.element, row.sort): row for row in found}
    assert len(keyed) == len(found)
    return keyed


def test_there_is_a_row_for_each_value_stated_in_the_order_of_the_scenario(rows):
    assert list(rows) == [
        ("", "scenario", "title", "", "setting"),
        ("", "scenario", "start", "", "setting"),
        ("", "scenario", "periods", "", "setting"),
        ("", "scenario", "currency", "", "setting"),
        ("", "inputs", "cash_before", "", "number"),
        ("", "inputs", "churn", "team", "law"),
        ("", "inputs", "churn", "business", "number"),
        ("", "inputs", "price", "team, here", "number"),
        ("", "inputs", "price", "team, there", "number"),
        ("", "inputs", "price", "business", "number"),
        ("", "inputs", "staff", "", "decision"),
        ("", "inputs", "seats", "", "derived"),
        ("", "inputs", "demand", "", "law"),
        ("", "processes", "market", "", "process"),
        ("", "processes", "index", "2026-01", "schedule"),
        ("", "processes", "index", "2026-07", "schedule"),
        ("", "formulas", "burn", "", "formula"),
        ("", "stocks", "cash", "", "opening"),
        ("", "stocks", "cash", "", "next"),
        ("lean", "inputs", "staff", "", "decision"),
        ("lean", "inputs", "churn", "team", "number"),
    ]


def test_a_row_says_what_the_entry_says(rows):
    row = rows["", "inputs", "cash_before", "", "number"]
    assert (row.value, row.unit, row.source, row.note) == (5e6, "USD", "bank", None)
    row = rows["", "inputs", "staff", "", "decision"]
    assert (row.value, row.lowest, row.highest) == (20, 10, 40)
    assert rows["", "inputs", "churn", "team", "law"].value == "0.02 to 0.05"
    assert rows["", "processes", "index", "2026-07", "schedule"].value == 1.5
    assert rows["lean", "inputs", "churn", "team", "number"].value == 0.03
    assert rows["lean", "inputs", "churn", "team", "number"].note is None


def test_the_figures_are_the_quantiles_of_the_law(rows):
    row = rows["", "inputs", "demand", "", "law"]
    expected = stats.norm(100, 20).ppf([0.05, 0.5, 0.95])
    assert [row.p5, row.median, row.p95] == pytest.approx(expected, rel=1e-12)
    row = rows["", "inputs", "churn", "team", "law"]
    assert [row.p5, row.median, row.p95] == pytest.approx([0.02, (0.02 * 0.05) ** 0.5, 0.05], rel=1e-12)
    assert rows["", "inputs", "cash_before", "", "number"].median is None
    assert rows["", "inputs", "seats", "", "derived"].median is None


def test_a_row_says_what_it_moves_with(rows):
    assert rows["", "inputs", "demand", "", "law"].moves_with == "market (rho -0.25)"
    assert rows["", "processes", "market", "", "process"].moves_with == "demand (rho -0.25)"
    assert rows["", "inputs", "seats", "", "derived"].moves_with is None


def test_a_date_of_a_file_stays_a_date(tmp_path):
    path = tmp_path / "dated.toml"
    path.write_text('[scenario]\nstart = 2026-02-01\nperiods = 2\n[stocks]\ncash = { start = 3, next = "cash - 1" }\n')
    first, *_, opening, following = assumption_rows(load(path))
    assert (first.name, first.value) == ("start", datetime.date(2026, 2, 1))
    assert (opening.value, following.value) == (3, "cash - 1")
