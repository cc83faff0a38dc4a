"""Panels: what was known when, which row came before which, and what cannot be read."""

from __future__ import annotations

import numpy as np
import pytest

from burncast.calibration.panel import read_panel, shifted
from burncast.distributions.errors import DataError, InputError

ROWS = """company,end,filed,cash,burn,focus
B,2015-06-30,20150814,80,10,Q2
A,2015-03-31,2015-05-10,100,12,Q1
A,2015-06-30,2015-08-12,90,,Q2
B,2015-12-31,2016-03-01,60,9,FY
"""


def panel_of(tmp_path, text=ROWS, **options):
    path = tmp_path / "panel.csv"
    path.write_text(text, encoding="utf-8")
    names = {
        "entity": "company",
        "date": "end",
        "known_from": "filed",
        "variables": ["cash", "burn"],
        "words": ["focus"],
    }
    return read_panel(path, **{**names, **options})


def test_rows_are_ordered_by_company_and_date(tmp_path):
    panel = panel_of(tmp_path)
    assert panel.entities == ("A", "B")
    assert panel["cash"].tolist() == [100, 90, 80, 60]
    assert np.isnan(panel["burn"]).tolist() == [False, True, False, False]
    assert panel.words["focus"].tolist() == ["Q1", "Q2", "Q2", "FY"]
    assert panel.known_from.astype(str).tolist() == ["2015-05-10", "2015-08-12", "2015-08-14", "2016-03-01"]


def test_what_was_known_on_a_day(tmp_path):
    panel = panel_of(tmp_path)
    assert panel.known_at("2015-08-12")["cash"].tolist() == [100, 90]
    assert panel.known_at("2015-08-14")["cash"].tolist() == [100, 90, 80]
    assert len(panel.known_at("2015-01-01")) == 0
    assert panel_of(tmp_path, known_from=None).known_at("2015-06-30")["cash"].tolist() == [100, 90, 80]


def test_the_row_before_is_one_step_earlier_of_the_same_company(tmp_path):
    panel = panel_of(tmp_path)
    assert panel.previous().tolist() == [-1, 0, -1, -1]  # a quarter of B is missing in between
    assert panel.of("B").at("2015-12-15") == 1
    assert panel.of("B").at("2015-09-30") is None


def test_months_later_ends_stay_ends():
    days = np.array(["2023-11-30", "2024-02-29", "2024-01-15", "2023-08-30"], "datetime64[D]")
    assert shifted(days, 3).astype(str).tolist() == ["2024-02-29", "2024-05-31", "2024-04-15", "2023-11-30"]
    assert shifted(days, -12).astype(str).tolist() == ["2022-11-30", "2023-02-28", "2023-01-15", "2022-08-30"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("B,2015-12-31", "B,2015-06-30", r"panel.csv:5: end: B has two rows of 2015-06-30, 2 and 5"),
        ("20150814", "20150614", r"panel.csv:2: filed: 2015-06-14 is before 2015-06-30"),
        ("2015-05-10", "May", r"panel.csv:3: filed: .*May"),
        ("A,2015-03-31", ",2015-03-31", r"panel.csv:3: company: "),
        ("100", "a hundred", r"panel.csv:3: cash: .*a hundred"),
    ],
)
def test_what_cannot_be_used_is_named_by_row_and_column(tmp_path, old, new, said):
    with pytest.raises(DataError, match=said):
        panel_of(tmp_path, ROWS.replace(old, new, 1))


def test_a_variable_that_is_not_there_has_a_nearest_one(tmp_path):
    with pytest.raises(InputError, match=r"csh.*did you mean 'cash'"):
        panel_of(tmp_path)["csh"]
    with pytest.raises(DataError, match="did you mean 'cash'"):
        panel_of(tmp_path, variables=["csh"])
