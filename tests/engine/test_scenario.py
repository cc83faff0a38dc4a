from __future__ import annotations

import dataclasses
import datetime
import hashlib
import pickle
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_files import HEAD, problems_of, write

from burncast.distributions.errors import ScenarioError
from burncast.engine.documents.template import TEMPLATE
from burncast.engine.language.expressions import Name, parse
from burncast.engine.scenario import ByElement, Location, Quantity, load

SMALL = (
    HEAD
    + """\
title = "Small"
currency = "USD"
[dimensions]
product = ["free", "plus"]
region = ["eu", "us"]
[inputs]
rate = { value = "2 to 8", note = "a guess", source = "nobody", unit = "1/year" }
price = { value = { free = 0, plus = { eu = "1 to 2", us = 3 } }, over = ["product", "region"] }
[processes.market]
value = "markov(transition=[[0.9, 0.1], [0.2, 0.8]], start=0)"
states = ["calm", "crisis"]
[formulas]
cost = "rate * 2"
fee = { value = { plus = "cost", free = 1 } }
[stocks]
users = { start = { free = 5, plus = 6 }, next = "users", over = "product" }
cash = { start = 10, next = "cash - cost" }
[[correlations]]
between = ["rate", 'price["plus", "eu"]']
rho = 0.4
[ruin]
when = "cash < 0"
need = "-cash"
"""
)


def test_the_whole_of_a_scenario(tmp_path: Path) -> None:
    path = write(tmp_path, SMALL)
    scenario = load(path)
    assert (scenario.title, scenario.periods, scenario.step, scenario.currency) == ("Small", 12, "month", "USD")
    assert scenario.start == datetime.date(2023, 6, 1)
    assert scenario.dt == 1 / 12
    assert scenario.dimensions == {"product": ("free", "plus"), "region": ("eu", "us")}
    assert scenario.file == str(path)
    assert scenario.quantities["rate"] == Quantity(
        name="rate",
        kind="input",
        value=parse("interval(2, 8)"),
        next=None,
        over=None,
        unit="1/year",
        source="nobody",
        note="a guess",
        states=None,
        location=Location(str(path), 10, "inputs.rate"),
    )
    price = {
        ("free", "eu"): parse("0"),
        ("free", "us"): parse("0"),
        ("plus", "eu"): parse("1 to 2"),
        ("plus", "us"): parse("3"),
    }
    assert scenario.quantities["price"].value == ByElement(price)
    assert scenario.quantities["market"].states == ("calm", "crisis")
    assert scenario.quantities["fee"].over == ("product",)
    assert scenario.quantities["fee"].value == ByElement({("free",): parse("1"), ("plus",): parse("cost")})
    assert scenario.quantities["users"].next == parse("users")
    assert scenario.track == ("users", "cash")
    (correlation,) = scenario.correlations
    assert correlation.between == (Name("rate"), parse('price["plus", "eu"]'))
    assert correlation.matrix == ((1.0, 0.4), (0.4, 1.0))
    assert scenario.ruin is not None
    assert scenario.ruin.need == parse("-cash")
    assert scenario.text == SMALL
    assert scenario.sha256 == hashlib.sha256(SMALL.encode()).hexdigest()


def test_a_mapping_says_the_same_as_its_file(tmp_path: Path) -> None:
    from_file, from_mapping = load(write(tmp_path, SMALL)), load(tomllib.loads(SMALL))
    assert from_mapping.file is None
    assert all(quantity.location.line is None for quantity in from_mapping.quantities.values())
    for name, quantity in from_file.quantities.items():
        other = from_mapping.quantities[name]
        assert dataclasses.replace(other, location=quantity.location) == quantity
        assert other.location.key == quantity.location.key
    assert load(tomllib.loads(from_mapping.text)).sha256 == from_mapping.sha256


def test_paths_may_be_text_and_numbers_numpy_s() -> None:
    numpy = pytest.importorskip("numpy")
    scenario = load({"scenario": {"periods": numpy.int64(3)}, "inputs": {"a": numpy.float32(0.5), "b": None}})
    assert scenario.periods == 3
    assert scenario.quantities.keys() == {"a"}


def test_scenarios_pickle_and_hash(tmp_path: Path) -> None:
    scenario = load(write(tmp_path, TEMPLATE))
    again = pickle.loads(pickle.dumps(scenario))
    assert again == scenario
    assert hash(again) == hash(scenario) == hash(load(write(tmp_path, TEMPLATE)))
    assert {scenario: 1}[again] == 1
    assert len({hash(quantity) for quantity in scenario.quantities.values()}) == len(scenario.quantities)


def test_the_digest_changes_with_anything(tmp_path: Path) -> None:
    digests = {load(write(tmp_path, text)).sha256 for text in (SMALL, SMALL.replace("0.4", "0.5"), SMALL + "# note\n")}
    assert len(digests) == 3


@pytest.mark.parametrize(
    ("start", "step", "dates"),
    [
        ("2023-06", "month", ["2023-05-31", "2023-06-30", "2023-07-31"]),
        ("2023-06-15", "month", ["2023-06-14", "2023-07-14", "2023-08-14"]),
        ("2024-01", "quarter", ["2023-12-31", "2024-03-31", "2024-06-30"]),
        ("2024-02", "week", ["2024-01-31", "2024-02-07", "2024-02-14"]),
        (datetime.date(2024, 2, 1), "month", ["2024-01-31", "2024-02-29", "2024-03-31"]),
    ],
)
def test_dates_end_the_periods(start: object, step: str, dates: list[str]) -> None:
    scenario = load({"scenario": {"start": start, "periods": 2, "step": step}})
    assert [date.isoformat() for date in scenario.dates()] == dates


def test_steps_in_years() -> None:
    found = [load({"scenario": {"periods": 1, "step": step}}).dt for step in ("month", "week", "quarter")]
    assert found == [1 / 12, 7 / 365.25, 0.25]


def test_without_a_start_there_are_no_dates() -> None:
    assert load({"scenario": {"periods": 2}}).dates() == []
    assert load({"scenario": {"periods": 2}}).title == "untitled"


def test_loading_is_quick(tmp_path: Path) -> None:
    inputs = "".join(f'x{i} = {{ value = "beta(p5=0.02, p95=0.06)", note = "n" }}\n' for i in range(120))
    processes = "".join(f'g{i} = "gbm(start=1.0, drift=x{i}, volatility=0.2)"\n' for i in range(30))
    formulas = "".join(f'f{i} = "x{i % 120} * g{i % 30} * (1 + x{(i + 7) % 120} - 3)"\n' for i in range(130))
    stocks = "".join(f's{i} = {{ start = "x{i}", next = "s{i} * (1 + x{i}) - f{i}" }}\n' for i in range(20))
    text = f"{HEAD}[inputs]\n{inputs}[processes]\n{processes}[formulas]\n{formulas}[stocks]\n{stocks}"
    path = write(tmp_path, text)
    assert len(load(path).quantities) == 300
    spent = []
    for _ in range(5):
        began = time.process_time()
        load(path)
        spent.append(time.process_time() - began)
    assert min(spent) < 0.2


def imported_by(statements: str) -> set[str]:
    heavy = ("numba", "scipy.stats", "scipy.special", "xarray", "pandas", "matplotlib")
    code = f"import sys\n{statements}\nprint(*[name for name in {heavy!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_loading_imports_nothing_heavy() -> None:
    with_unit = "load({'scenario': {'periods': 1}, 'inputs': {'a': {'value': 1, 'unit': 'USD'}}})"
    assert imported_by(f"from burncast.engine.scenario import load\n{with_unit}") == set()


_KEYS = (
    *(
        "scenario",
        "periods",
        "start",
        "inputs",
        "a",
        "b",
        "value",
        "over",
        "dimensions",
        "correlations",
        "between",
        "rho",
    ),
    *("variants", "formulas", "stocks", "next", "ruin", "when", "outputs", "track", "schedule", "unit", "matrix", "é"),
)
_keys = st.sampled_from(_KEYS)
_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["a", "a + b", "2 to 3", "USD", "2023-06", "product", "a['x']"]),
    st.dates(),
)
_garbage: st.SearchStrategy[Any] = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=4), max_leaves=20
)


@given(st.dictionaries(_keys, _garbage, max_size=5))
@settings(max_examples=150, deadline=None)
def test_garbage_is_an_error_with_problems_and_nothing_else(document: dict[str, Any]) -> None:
    for problem in problems_of({"scenario": {"periods": 3}, **document}):
        assert problem.message


def _paths(node: Any) -> list[list[Any]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path for key, item in inner for path in ([key], *([key, *rest] for rest in _paths(item)))]


@given(st.lists(st.tuples(st.sampled_from(_paths(tomllib.loads(SMALL))), _garbage), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_damaged_scenarios_are_errors_with_problems_and_nothing_else(damage: list[tuple[list[Any], Any]]) -> None:
    document: Any = tomllib.loads(SMALL)
    for path, garbage in damage:
        holder = document
        for part in path[:-1]:
            holder = holder[part] if isinstance(holder, dict | list) and part in _own_keys(holder) else {}
        if isinstance(holder, dict) or path[-1] in _own_keys(holder):
            holder[path[-1]] = garbage
    for problem in problems_of(document):
        assert problem.message


def _own_keys(holder: Any) -> Any:
    return holder.keys() if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()


@given(st.lists(st.sampled_from([*SMALL.splitlines(), "x = 1", "[inputs]", "[[inputs]]", "a.b = {"]), max_size=30))
@settings(max_examples=50, deadline=None)
def test_shuffled_files_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = write(tmp_path_factory.mktemp("shuffled"), "\n".join(lines))
    assert {problem.file for problem in problems_of(path)} <= {str(path)}


def test_a_dimension_without_elements_is_said_whatever_lies_over_it():
    with pytest.raises(ScenarioError) as caught:
        load(
            {
                "scenario": {"title": "empty", "periods": 2},
                "dimensions": {"product": []},
                "stocks": {"cash": {"start": {}, "next": "cash", "over": "product"}},
            }
        )
    assert "has no elements" in str(caught.value)
