"""Entries go into a scenario file where they belong; comments, layout and everything else stay."""

from __future__ import annotations

import tomllib

import pytest

import burncast
from burncast.calibration.entry import CorrelationEntry, Entry, entries_as_toml
from burncast.calibration.insertion import insert_entries, with_entries
from burncast.distributions.errors import InputError, ScenarioError
from burncast.engine.documents.toml_lines import key_lines, statements

SCENARIO = """\
# About this file.
[scenario]
title = "t"
periods = 3

[inputs]                      # what we do not know
price = 3  # a guess
churn = { value = 0.03, unit = "1/month", source = "old", decision = [0.01, 0.1] }  # seen once

# Processes follow.
[processes]
gpu = "gbm(start=1, volatility=0.3)"

[stocks.cash]
start = 10
next = "cash - price * gpu * churn"  # burn
"""


def test_entries_as_text_read_back():
    entries = [
        Entry("a", 2, note='says "so"', unit="USD"),
        Entry("b", {"free": 0.0, "plus": "1 to 2"}, over="plan"),
        Entry("m", "markov(transition=[[0.9, 0.1], [0.2, 0.8]], start=0)", kind="processes", states=("calm", "wild")),
        CorrelationEntry(("a", "b"), rho=0.5, comment="24 months"),
    ]
    read = tomllib.loads(entries_as_toml(entries))
    assert read == {
        "inputs": {
            "a": {"value": 2, "unit": "USD", "note": 'says "so"'},
            "b": {"value": {"free": 0.0, "plus": "1 to 2"}, "over": "plan"},
        },
        "processes": {
            "m": {"value": "markov(transition=[[0.9, 0.1], [0.2, 0.8]], start=0)", "states": ["calm", "wild"]}
        },
        "correlations": [{"between": ["a", "b"], "rho": 0.5}],
    }


def test_a_name_that_cannot_be_one_is_refused():
    with pytest.raises(InputError, match="'gpu price' cannot be the name of a quantity"):
        Entry("gpu price", 1)


def test_what_is_there_is_replaced_and_comments_stay(tmp_path):
    path = tmp_path / "my.toml"
    path.write_text(SCENARIO)
    path.chmod(0o640)
    insert_entries(path, [Entry("churn", "beta(a=3, b=60)", note="fit"), Entry("price", "2 to 4", source="list")])
    text = path.read_text()
    assert 'price = { value = "2 to 4", source = "list" }  # a guess' in text
    assert 'churn = { value = "beta(a=3, b=60)", note = "fit", unit = "1/month" }  # seen once' in text
    changed = [(a, b) for a, b in zip(SCENARIO.splitlines(), text.splitlines(), strict=True) if a != b]
    assert len(changed) == 2
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["my.toml"]


def test_what_is_not_there_goes_to_the_end_of_its_section():
    text = with_entries(SCENARIO, [Entry("staff", 4), Entry("power", "iid(normal(1, 0.1))", kind="processes")])
    assert "# seen once\nstaff = { value = 4 }\n\n# Processes follow." in text
    assert 'volatility=0.3)"\npower = { value = "iid(normal(1, 0.1))" }\n\n[stocks.cash]' in text
    assert "[formulas]\nf = { value = 1 }\n" in with_entries(SCENARIO, [Entry("f", 1, kind="formulas")])


LAYOUTS = {
    "bare": "[inputs]\nx = 1\ny = 2\n",
    "inline": '[inputs]\nx = { value = 1, source = "s", over = "d" }\ny = 2\n',
    "table": '[inputs.x]\n# why\nvalue = 1   # old\nsource = "s"\nover = "d"\n\n[inputs.y]\nvalue = 2\n',
    "dotted": '[inputs]\nx.value = 1\nx.source = "s"\ny = 2\n',
    "dotted at the top": 'inputs.x.value = 1 # old\ninputs.x.note = "n"\ninputs.y = 2\n[scenario]\nperiods = 3\n',
    "by element": "[inputs.x]\nvalue.free = 1\nvalue.plus = 2\n[inputs]\ny = 2\n",
    "sub-table": "[inputs]\ny = 2\n[inputs.x.value]\nfree = 1 # one\nplus = 2\n",
    "schedule": '[inputs.x]\nschedule = { "2023-01" = 1.0 }\nbetween = "hold"\n[inputs]\ny = 2\n',
    "long text": '[inputs]\nx = """\n1 + # no comment\n2"""  # a comment\ny = 2\n',
    "absent": "[inputs]\ny = 2",
    "absent among tables": "[inputs.y]\nvalue = 2\n\n[stocks]\n",
    "absent, dotted": "inputs.y = 2\n[scenario]\nperiods = 3\n",
    "absent section": "[scenario]\nperiods = 3",
    "empty section": "[inputs]\n# nothing yet\n\n[scenario]\nperiods = 3\n",
    "nothing": "",
    "windows": "[inputs]\r\nx = 1 # old\r\ny = 2\r\n",
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_takes_an_entry(text):
    entry = Entry("x", "normal(1, 2)", unit="USD", source="data.csv", note="fit")
    new = with_entries(text, [entry])
    before, after = tomllib.loads(text), tomllib.loads(new)
    old = before.get("inputs", {}).get("x", {})
    kept = {"over": old["over"]} if isinstance(old, dict) and "over" in old else {}
    expected = {"value": "normal(1, 2)", "unit": "USD", "source": "data.csv", "note": "fit", **kept}
    assert after["inputs"]["x"] == expected
    after["inputs"].pop("x")
    before.get("inputs", {}).pop("x", None)
    assert {key: value for key, value in after.items() if value} == {
        key: value for key, value in before.items() if value
    }
    comments = [
        line.partition("#")[2].strip()
        for line in text.splitlines()
        if "#" in line and '"""' not in line and "no comment" not in line
    ]
    assert all(f"# {comment}" in new for comment in comments)
    assert ("\r\n" in text) == ("\r\n" in new)
    assert with_entries(new, [entry]) == new


def test_correlations_are_replaced_by_their_members():
    text = '[[correlations]]\nbetween = ["a", "b"]\nmatrix = [[1, 0.2], [0.2, 1]]  # guess\n\n'
    text += '[[correlations]]\nbetween = ["c", "d"]\nrho = 0.1\n'
    new = with_entries(text, [CorrelationEntry(("b", "a"), rho=0.7), CorrelationEntry(("a", "c"), rho=-0.1)])
    assert tomllib.loads(new)["correlations"] == [
        {"between": ["b", "a"], "rho": 0.7},
        {"between": ["c", "d"], "rho": 0.1},
        {"between": ["a", "c"], "rho": -0.1},
    ]
    assert "# guess" in new


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([Entry("price", "normall(1, 2)")], "normal"),
        ([Entry("price", "normal(1, -2)")], "sd is -2"),
        ([Entry("gpu", 3)], "is already there as a process, not as an input"),
        ([CorrelationEntry(("price", "nobody"), rho=0.1)], "nobody"),
    ],
)
def test_a_result_that_would_not_load_leaves_the_file_untouched(tmp_path, entries, message):
    path = tmp_path / "my.toml"
    path.write_text(SCENARIO)
    with pytest.raises(ScenarioError, match=message) as caught:
        insert_entries(path, entries)
    assert path.read_text() == SCENARIO
    assert caught.value.file == str(path)
    assert [one.name for one in tmp_path.iterdir()] == ["my.toml"]


def test_a_scenario_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(ScenarioError, match="there is no such file"):
        insert_entries(tmp_path / "my.toml", [Entry("x", 1)])


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.toml").write_text(SCENARIO)
    link = tmp_path / "link.toml"
    link.symlink_to("real.toml")
    insert_entries(link, [Entry("price", 5)])
    assert link.is_symlink()
    assert (
        burncast.load(link).quantities["price"].value == burncast.load(tmp_path / "real.toml").quantities["price"].value
    )
    assert "value = 5" in (tmp_path / "real.toml").read_text()


def test_statements_span_what_they_say():
    for text in LAYOUTS.values():
        for one in statements(text):
            if one.kind == "key":
                assert tomllib.loads(f"v = {text[one.value : one.end]}")
            assert text.count("\n", 0, one.begin) + 1 == one.line == key_lines(text)[one.path]
