from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from scenario_files import HEAD, only_problem, problems_of, write

from burncast.distributions.errors import ScenarioError
from burncast.engine.documents.document import find_scenario
from burncast.engine.documents.toml_lines import key_lines, show_key
from burncast.engine.documents.toml_text import write_toml
from burncast.engine.scenario import load

LINES = '''\
title = """three
lines [not a table]
x = 1"""          # line 1 to 3
[scenario]
start = '2023'    # a comment with [brackets] and "quotes"
[ inputs . "two words" ]
value = [
  1, # one ]
  "]",
]
unit.deep = 'a'
inputs = { a = 1, b = "}" }
[[correlations]]
rho = 1
[[correlations]]
rho = 2
between = ["""a""", \'\'\'b\'\'\']
[variants.x]
inputs.price.value = 3
  "quoted \\"key\\"" = 1
'''


def test_lines_of_keys() -> None:
    tomllib.loads(LINES)
    lines = key_lines(LINES)
    expected = {
        ("title",): 1,
        ("scenario",): 4,
        ("scenario", "start"): 5,
        ("inputs", "two words"): 6,
        ("inputs", "two words", "value"): 7,
        ("inputs", "two words", "unit", "deep"): 11,
        ("inputs", "two words", "inputs"): 12,
        ("correlations", 0): 13,
        ("correlations", 0, "rho"): 14,
        ("correlations", 1): 15,
        ("correlations", 1, "rho"): 16,
        ("correlations", 1, "between"): 17,
        ("variants", "x"): 18,
        ("variants", "x", "inputs", "price", "value"): 19,
        ("variants", "x", 'quoted "key"'): 20,
    }
    assert {path: lines[path] for path in expected} == expected


def test_keys_are_shown_as_written() -> None:
    assert show_key(("inputs", "two words", "x")) == 'inputs."two words".x'
    assert show_key(("correlations", 1)) == "correlations[1]"


def test_written_documents_read_the_same() -> None:
    data: dict[str, Any] = {
        "scenario": {"title": 'a "quoted"\ttitle\\\x7f', "periods": 3},
        "dimensions": {"product": ["free", "plus"]},
        "inputs": {"a b": {"value": 1e22}, "c": {"value": {"x": 1, "y": "2 to 3"}, "over": ["product"]}},
        "correlations": [{"between": ["a", "b"], "rho": -0.5}, {"matrix": [[1.0, 0.5], [0.5, 1.0]]}],
        "variants": {"v": {"inputs": {"a b": {"value": 2}}}, "empty": {}},
    }
    read = tomllib.loads(write_toml(data))
    assert read["inputs"].pop("a b") == 1e22
    assert read["variants"]["v"]["inputs"].pop("a b") == 2
    data["inputs"].pop("a b")
    data["variants"]["v"]["inputs"].pop("a b")
    assert read == data


def test_missing_file_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, HEAD, "plan.toml")
    problem = only_problem(tmp_path / "plna.toml")
    assert "no such file" in problem.message
    assert problem.nearest == "plan.toml"


def test_packaged_name_misspelled() -> None:
    problem = only_problem("chatgtp-2023")
    assert problem.nearest == "chatgpt-2023"
    assert "chatgpt-2023" in str(problem.expected)


def test_packaged_name_and_path_find_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_scenario("chatgpt-2023").is_file()
    monkeypatch.chdir(tmp_path)
    write(tmp_path, HEAD, "chatgpt-2023")
    assert find_scenario("chatgpt-2023") == Path("chatgpt-2023")


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        (b"", "empty", None),
        (b"  \n\n", "empty", None),
        (b"[scenario]\ntitle = '\xff'\n", "UTF-8", None),
        ("[scenario]\ntitle = 'ä'\n".encode("utf-16"), "UTF-8", None),
        (b"[scenario]\nperiods = = 3\n", "not valid TOML: invalid value", 2),
        (b"[scenario]\nperiods = 3\nperiods = 4\n", "not valid TOML: cannot overwrite", 3),
        (b"[scenario]\ntitle = 'abc\n", "not valid TOML", 2),
        (b"[scenario]\ntitle = '''abc\n", "not valid TOML", 2),
        (b"[inputs]\na = " + b"[" * 5000, "nested too deeply", None),
        (b"[inputs]\na = " + b"9" * 5000, "thousands of digits", None),
    ],
)
def test_unreadable_files(tmp_path: Path, content: bytes, message: str, line: int | None) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    problem = only_problem(path)
    assert message in problem.message
    assert problem.file == str(path)
    if line is not None:
        assert problem.line == line


def test_a_directory_a_null_byte_and_an_endless_file(tmp_path: Path) -> None:
    assert "directory" in only_problem(tmp_path).message
    assert "no file name" in only_problem("a\0b").message
    assert "no file name" in only_problem("").message
    if os.path.exists("/dev/zero"):
        assert "longer than" in only_problem("/dev/zero").message


def test_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode() + b"[inputs]\r\na = 'b'\r\n")
    problem = only_problem(path)
    assert (problem.line, problem.key) == (5, "inputs.a")


BAD = """\
[scenario]
titel = "x"
start = "2023-13"
periods = "36"
step = "mnth"
[dimensions]
product = ["free", "plus"]
[inputs]
a = { free = 1, plus = 2 }
b = { vaule = 2 }
c = { value = true, over = 5 }
d = "normal(1, 2"
price = { value = { free = 1, plsu = 2 }, over = "product" }
fee = { value = 1, over = "prodct" }
dt = 3
if = 2
f = "burn"
[processes]
s = { schedule = { "2023-06" = 1 }, between = "hodl" }
[formula]
x = 1
[formulas]
burn = "f + unknwn + pric"
loop = "pool"
pool = "loop"
a = 4
[stocks]
cash = { start = "burn" , next = "cash - time" }
debt = { start = 1 }
[[correlations]]
between = ["d"]
rho = 0.5
[[correlations]]
between = ["c", "burn"]
copula = "t"
rho = 2
[ruin]
whn = "cash < 0"
[outputs]
track = ["csah"]
[variants.v]
inputs.d = "bad bad"
outputs.track = []
"""


def test_everything_wrong_is_reported_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, BAD)
    problems = problems_of(path)
    found = [(problem.line, problem.key, problem.nearest) for problem in problems]
    expected = [
        (2, "scenario.titel", "title"),
        (3, "scenario.start", None),
        (4, "scenario.periods", None),
        (5, "scenario.step", "month"),
        (9, "inputs.a.free", None),
        (9, "inputs.a.plus", None),
        (10, "inputs.b.vaule", "value"),
        (11, "inputs.c.over", None),
        (11, "inputs.c.value", None),
        (12, "inputs.d", None),
        (13, "inputs.price", "plus"),
        (13, "inputs.price", None),
        (14, "inputs.fee.over", "product"),
        (15, "inputs.dt", None),
        (16, "inputs.if", None),
        (17, "inputs.f", None),
        (19, "processes.s.between", "hold"),
        (20, "formula", "formulas"),
        (23, "formulas.burn", "price"),
        (23, "formulas.burn", None),
        (24, "formulas.loop", None),
        (28, "stocks.cash", None),
        (29, "stocks.debt", None),
        (30, "correlations[0]", None),
        (33, "correlations[1]", None),
        (33, "correlations[1]", None),
        (38, "ruin.whn", "when"),
        (40, "outputs.track", "cash"),
        (42, "variants.v.inputs.d", None),
        (43, "variants.v.outputs", "inputs"),
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert [problem.line for problem in problems] == sorted(problem.line or 0 for problem in problems)
    assert {problem.file for problem in problems} == {str(path)}


def test_the_error_carries_its_data(tmp_path: Path) -> None:
    path = write(tmp_path, BAD)
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert (caught.value.file, caught.value.line, caught.value.key) == (str(path), 2, "scenario.titel")
    assert f"{path}:2: scenario.titel: 'titel' is no key of [scenario]; did you mean 'title'?" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ('inputs = "x"\n' + HEAD, "inputs", 'is the text "x"; expected a table'),
        ("scenario = 3\n", "scenario", "is the number 3; expected a table"),
        ('scenario.periods = 3\n[dimensions]\np = "free"\n', "dimensions.p", "expected a list"),
        ("scenario.periods = 3\n[dimensions]\np = []\n", "dimensions.p", "no elements"),
        ('scenario.periods = 3\n[dimensions]\np = ["a", "a"]\n', "dimensions.p", "twice"),
        ('scenario.periods = 3\n[dimensions]\np = ["a,b"]\n', "dimensions.p", "cannot be an element"),
        ('scenario.periods = 3\n[dimensions]\n"p q" = ["a"]\n', 'dimensions."p q"', "cannot be a name"),
        ("scenario.periods = 0\n", "scenario.periods", "is the number 0; expected 1 to 10,000"),
        ("scenario.periods = 3.0\n", "scenario.periods", "expected a whole number"),
        ("scenario.periods = true\n", "scenario.periods", "is true; expected a whole number"),
        ("scenario.title = 'x'\n", "scenario", "has no `periods`"),
        (HEAD + "[inputs]\na = nan\n", "inputs.a", "expected a finite number"),
        (HEAD + "[inputs]\na = inf\n", "inputs.a", "expected a finite number"),
        (HEAD + f"[inputs]\na = 1{'0' * 400}\n", "inputs.a", "finite number"),
        (HEAD + "[inputs]\na = [1]\n", "inputs.a", "is a list; expected a number, an expression in quotes, or a table"),
        (HEAD + "[inputs]\na = 2023-01-01\n", "inputs.a", "is the date 2023-01-01"),
        (HEAD + "[inputs]\na = { value = 1, note = 3 }\n", "inputs.a.note", "expected text in quotes"),
        (HEAD + "[inputs]\na = {}\n", "inputs.a", "has no `value`; expected `value` or `schedule`"),
        (HEAD + '[inputs]\n"a b" = 1\n', 'inputs."a b"', "cannot be a name"),
        (HEAD + "[inputs]\nä = 1\n".replace("ä", '"ä"'), 'inputs."ä"', "cannot be a name"),
        (HEAD + "[stocks]\na = 1\n", "stocks.a", "is the number 1; expected a table"),
        (HEAD + "[inputs]\na = { value = { x = 1 } }\n", "inputs.a", "does not say over which dimension"),
        (HEAD + '[inputs]\na = "time"\n', "inputs.a", "changes with time"),
        (HEAD + '[ruin]\nneed = "1"\n', "ruin", "has no `when`"),
        (HEAD + '[ruin]\nwhen = "csh < 0"\n', "ruin.when", "no quantity 'csh'"),
        (HEAD + "[variants.base]\ninputs.a = 1\n", "variants.base", "'base' is what the scenario itself is called"),
        (HEAD + 'units = ["a b"]\n', "scenario.units", "'a b' is not a word for a unit"),
        (HEAD + 'currency = "US$"\n', "scenario.currency", "'US$' is not a word for a unit"),
        (HEAD + "[inputs]\nsum = 1\n", "inputs.sum", "already the name of a function"),
        (HEAD + "[inputs]\ngbm = 1\n", "inputs.gbm", "already the name of a process"),
        (HEAD + "[stocks]\nrunway = { start = 1, next = 1 }\n", "stocks.runway", "a part of the result"),
        (HEAD + '[inputs]\nrunway = 1\n[outputs]\ntrack = ["runway"]\n', "outputs.track", "a part of the result"),
        (HEAD + '[inputs]\na = 1\na_mean = 1\n[outputs]\ntrack = ["a", "a_mean"]\n', "outputs.track", "'a_mean'"),
        (HEAD + '[dimensions]\nquantile = ["a"]\n', "dimensions.quantile", "a part of the result"),
        (
            HEAD + '[inputs]\na = 1\na_sd = 1\n[outputs]\ntrack = ["a", "a_sd"]\n',
            "outputs.track",
            "a part of the result",
        ),
        (HEAD + "[variants.v.scenario]\nperiods = 3\n", "variants.v.scenario.periods", "no key of [scenario]"),
        (HEAD + '[processes]\na = { value = 1, states = "x" }\n', "processes.a.states", "expected a list"),
    ],
)
def test_each_mistake_in_plain_words(tmp_path: Path, text: str, key: str, words: str) -> None:
    problem = only_problem(write(tmp_path, text))
    assert problem.key == key
    assert words in str(problem)
    assert "pydantic" not in str(problem)
    assert "_type" not in str(problem)


def test_two_kinds_of_one_name(tmp_path: Path) -> None:
    problem = only_problem(write(tmp_path, HEAD + "[inputs]\na = 1\n[formulas]\na = 2\n"))
    assert "defined twice: also as inputs.a (line 5)" in problem.message
    assert problem.line == 7


def test_mappings_have_no_file() -> None:
    problem = only_problem({"scenario": {"periods": 3}, "inputs": {"a": "b +"}})
    assert (problem.file, problem.line, problem.key) == (None, None, "inputs.a")
    nested: dict[str, object] = {}
    nested["inputs"] = nested
    assert "nested" in only_problem(nested).message
