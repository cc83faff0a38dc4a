from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from scenario_files import HEAD, only_problem, problems_of, write

from burncast.distributions.errors import ScenarioError
from burncast.engine.compiler import compile_scenario
from burncast.engine.documents.toml_text import write_toml
from burncast.engine.language.expressions import Known, parse
from burncast.engine.scenario import ByElement, Scenario, load
from burncast.engine.simulate import run

BASE = (
    HEAD
    + """\
currency = "USD"
[dimensions]
product = ["free", "plus"]
[inputs]
price = { value = { free = 0, plus = 20 }, over = "product", unit = "USD", source = "list", note = "monthly" }
rate = { value = 0.5, unit = "1/year", source = "press" }
size = 3
[formulas]
cost = { value = "size * 2", note = "as told" }
[stocks]
cash = { start = 100, next = "cash - cost", source = "books" }
[[correlations]]
between = ["rate", "size"]
rho = 0.3
[ruin]
when = "cash < 0"
need = "-cash"
[outputs]
track = ["cash", "cost"]
[variants.dear]
inputs.size = 4
"""
)


def extended(tmp_path: Path, text: str) -> Scenario:
    write(tmp_path, BASE, "base.toml")
    return load(write(tmp_path, '[scenario]\nextends = "base.toml"\n' + text))


def test_nothing_overridden_is_the_base(tmp_path: Path) -> None:
    scenario = extended(tmp_path, "")
    base = load(tmp_path / "base.toml")
    assert scenario.quantities == base.quantities
    assert (scenario.periods, scenario.currency, scenario.track) == (12, "USD", ("cash", "cost"))
    assert scenario.variants.keys() == {"dear"}


def test_a_new_value_drops_source_and_note_but_not_unit_and_over(tmp_path: Path) -> None:
    scenario = extended(tmp_path, '[inputs]\nrate = "0.1 to 0.2"\nprice.value.plus = 25\n')
    rate, price = scenario.quantities["rate"], scenario.quantities["price"]
    assert (rate.value, rate.unit, rate.source) == (parse("0.1 to 0.2"), "1/year", None)
    assert (price.unit, price.over, price.source, price.note) == ("USD", ("product",), None, None)
    assert price.value == ByElement({("free",): parse("0"), ("plus",): parse("25")})


def test_a_new_source_stays_and_a_new_note_leaves_the_value(tmp_path: Path) -> None:
    scenario = extended(tmp_path, '[inputs]\nrate = { value = 1, source = "new" }\nprice = { note = "weekly" }\n')
    assert scenario.quantities["rate"].source == "new"
    price = scenario.quantities["price"]
    assert (price.source, price.note) == ("list", "weekly")


def test_a_stock_keeps_what_is_not_overridden(tmp_path: Path) -> None:
    cash = extended(tmp_path, "[stocks.cash]\nstart = 50\n").quantities["cash"]
    assert (cash.value, cash.next, cash.source) == (parse("50"), parse("cash - cost"), None)


def test_a_schedule_replaces_a_value_and_a_value_a_schedule(tmp_path: Path) -> None:
    write(tmp_path, BASE, "base.toml")
    middle = '[scenario]\nextends = "base.toml"\n[inputs]\nsize = { schedule = { "2023-06" = 1 }, between = "zero" }\n'
    middle_path = write(tmp_path, middle, "middle.toml")
    assert load(middle_path).quantities["size"].value == Known((0.0, 1.0, *[0.0] * 11))
    last = write(tmp_path, '[scenario]\nextends = "middle.toml"\n[inputs]\nsize = 8\n', "last.toml")
    assert load(last).quantities["size"].value == parse("8")


def test_another_kind_replaces_the_quantity(tmp_path: Path) -> None:
    scenario = extended(tmp_path, '[processes]\nrate = "gbm(1, 0, 0.1)"\n')
    rate = scenario.quantities["rate"]
    assert (rate.kind, rate.unit, rate.source) == ("process", "1/year", None)


def test_elements_of_a_changed_dimension_are_left_behind(tmp_path: Path) -> None:
    text = '[dimensions]\nproduct = ["plus", "pro"]\n[inputs]\nprice.value.pro = 200\n'
    price = extended(tmp_path, text).quantities["price"]
    assert price.value == ByElement({("plus",): parse("20"), ("pro",): parse("200")})


def test_sections_merge_key_by_key(tmp_path: Path) -> None:
    text = 'title = "Mine"\nperiods = 6\n[ruin]\nwhen = "cash < 5"\n[outputs]\ntrack = ["cost"]\n'
    scenario = extended(tmp_path, text)
    assert (scenario.title, scenario.periods, scenario.track) == ("Mine", 6, ("cost",))
    assert scenario.start is not None
    assert scenario.ruin is not None
    assert (scenario.ruin.when, scenario.ruin.need) == (parse("cash < 5"), parse("-cash"))


def test_correlations_between_the_same_are_replaced_and_others_added(tmp_path: Path) -> None:
    text = """\
[inputs]
other = "1 to 2"
[[correlations]]
between = ["size", "rate"]
rho = 0.6
[[correlations]]
between = ["size", "other"]
copula = "t"
df = 4
rho = -0.1
"""
    first, second = extended(tmp_path, text).correlations
    assert first.matrix == ((1.0, 0.6), (0.6, 1.0))
    assert (second.copula, second.df, second.matrix[0][1]) == ("t", 4.0, -0.1)
    assert first.location.key == "correlations[0]"
    assert first.location.line == 5


def test_a_correlation_of_zero_takes_back_an_inherited_one(tmp_path: Path) -> None:
    """Also where a member is no longer drawn, or is one pair of a larger group."""
    base = """\
[scenario]
periods = 3
[dimensions]
plan = ["free", "plus"]
[inputs]
churn = { value = "beta(2, 3)", over = "plan" }
size = "1 to 2"
rate = "1 to 2"
growth = "normal(0, 1)"
[stocks]
cash = { start = "size + growth * rate", next = "cash - sum(churn)" }
[[correlations]]
between = ['churn["free"]', "size"]
rho = 0.9
[[correlations]]
between = ["size", "rate", "growth"]
rho = 0.4
"""
    write(tmp_path, base, "base.toml")
    text = """\
[scenario]
extends = "base.toml"
[formulas]
churn = { value = "0.1 * size", over = "plan" }
[[correlations]]
between = ["size", "churn['free']"]
rho = 0
[[correlations]]
between = ["rate", "growth"]
rho = 0
[outputs]
track = ["size", "rate", "growth"]
[variants.derived]
inputs.rate = "2 * size"
correlations = [{ between = ["size", "rate", "growth"], rho = 0 }]
"""
    scenario = load(write(tmp_path, text))
    assert [correlation.is_independence for correlation in scenario.correlations] == [True, False, True]
    for entry in (scenario, *scenario.variants.values()):
        compile_scenario(entry)
    wrong = text.replace("rho = 0\n", "rho = 0.1\n", 1)
    assert "'churn' is a formula" in only_problem(write(tmp_path, wrong)).message
    paths = run(scenario, 20_000, keep_paths=20_000).paths
    assert paths is not None
    size, rate, growth = np.log(paths[:, 0, 0]), np.log(paths[:, 1, 0]), paths[:, 2, 0]
    for one, other, rho in ((size, rate, 0.4), (size, growth, 0.4), (rate, growth, 0.0)):
        found = np.corrcoef(one, other)[0, 1]
        assert found == pytest.approx(rho, abs=4 * (1 - rho**2) / np.sqrt(len(paths)))


def test_variants_override_and_are_inherited(tmp_path: Path) -> None:
    text = '[variants.dear]\ninputs.rate = 0.9\n[variants.cheap]\nscenario.title = "Cheap"\ninputs.size.value = 1\n'
    scenario = extended(tmp_path, text)
    dear, cheap = scenario.variants["dear"], scenario.variants["cheap"]
    assert (dear.quantities["size"].value, dear.quantities["rate"].value) == (parse("4"), parse("0.9"))
    assert (cheap.title, cheap.quantities["size"].value) == ("Cheap", parse("1"))
    assert cheap.quantities["rate"] is scenario.quantities["rate"]
    assert dear.quantities["rate"].location.key == "variants.dear.inputs.rate"
    assert dear.quantities["rate"].location.line == 4
    assert not dear.variants
    assert len({scenario.sha256, dear.sha256, cheap.sha256}) == 3


def test_mistakes_name_the_file_in_which_they_stand(tmp_path: Path) -> None:
    write(tmp_path, BASE.replace('"size * 2"', '"sise * 2"'), "base.toml")
    path = write(tmp_path, '[scenario]\nextends = "base.toml"\n[variants.v]\ninputs.rate = "a b"\n')
    problems = problems_of(path)
    assert [(Path(str(problem.file)).name, problem.line, problem.key) for problem in problems] == [
        ("base.toml", 12, "formulas.cost"),
        ("scenario.toml", 4, "variants.v.inputs.rate"),
    ]
    assert problems[0].nearest == "size"


def test_what_is_extended_must_exist_and_not_come_back(tmp_path: Path) -> None:
    missing = write(tmp_path, '[scenario]\nextends = "bse.toml"\n', "base.toml")
    problem = only_problem(missing)
    assert (problem.line, problem.key) == (2, "scenario.extends")
    assert "did you mean 'base.toml'" in problem.message
    write(tmp_path, '[scenario]\nextends = "two.toml"\n', "one.toml")
    circle = only_problem(write(tmp_path, '[scenario]\nextends = "one.toml"\n', "two.toml"))
    assert "extends itself" in circle.message
    assert circle.message.count("two.toml") == 2
    wrong = only_problem(write(tmp_path, "[scenario]\nextends = 3\n", "three.toml"))
    assert wrong.key == "scenario.extends"
    broken = only_problem(write(tmp_path, '[scenario]\nextends = "bad.toml"\n', "four.toml"))
    assert "no such file" in broken.message
    write(tmp_path, "[scenario\n", "bad.toml")
    assert only_problem(tmp_path / "four.toml").file == str(tmp_path / "bad.toml")


def test_extended_files_are_found_beside_the_file(tmp_path: Path) -> None:
    write(tmp_path, BASE, "models/base.toml")
    write(tmp_path, '[scenario]\nextends = "base.toml"\n', "models/mine.toml")
    assert load(write(tmp_path, '[scenario]\nextends = "models/mine.toml"\n')).periods == 12


def test_a_description_stays_with_its_title(tmp_path: Path) -> None:
    write(tmp_path, BASE.replace("[scenario]", '[scenario]\ndescription = "Old"'), "base.toml")
    for about, expected in {
        "": "Old",
        'title = "New"': None,
        'title = "New"\ndescription = "Both"': "Both",
        'description = "Alone"': "Alone",
    }.items():
        scenario = load(write(tmp_path, f'[scenario]\nextends = "base.toml"\n{about}\n[variants.v]\ninputs.size = 1\n'))
        assert scenario.description == expected
        assert scenario.variants["v"].description == expected


def test_the_merged_text_loads_to_the_same(tmp_path: Path) -> None:
    scenario = extended(tmp_path, "[inputs]\nsize = 5\n")
    for one in (scenario, *scenario.variants.values()):
        again = load(tomllib.loads(one.text))
        assert again.dimensions == one.dimensions
        assert again.track == one.track
        for name, quantity in one.quantities.items():
            other = again.quantities[name]
            assert (other.kind, other.value, other.next, other.over) == (
                quantity.kind,
                quantity.value,
                quantity.next,
                quantity.over,
            )
            assert (other.unit, other.source, other.note) == (quantity.unit, quantity.source, quantity.note)


MISNAMED = {
    "scenario": {"title": "base", "periods": 3},
    "inputs": {"opening_cash": 10, "spending": 1},
    "stocks": {"cash": {"start": "opening_cash", "next": "cash - spending"}},
}


def written(tmp_path, document):
    path = tmp_path / "base.toml"
    path.write_text(write_toml(document), encoding="utf-8")
    return str(path)


def test_an_override_under_a_misspelt_name_is_a_mistake(tmp_path):
    base = written(tmp_path, MISNAMED)
    over = {
        "scenario": {"title": "over", "extends": base},
        "inputs": {"spendin": 2},
        "variants": {"rich": {"inputs": {"opening_csh": 20}}},
    }
    with pytest.raises(ScenarioError) as caught:
        load(over)
    assert {problem.key: problem.nearest for problem in caught.value.problems} == {
        "inputs.spendin": "spending",
        "variants.rich.inputs.opening_csh": "opening_cash",
    }


@pytest.mark.parametrize(
    "over",
    [
        {"inputs": {"spendings": 2}, "stocks": {"cash": {"next": "cash - spendings"}}},
        {"inputs": {"spendings": 2}, "outputs": {"track": ["cash", "spendings"]}},
        {"inputs": {"spendings": 2}, "variants": {"other": {"stocks": {"cash": {"next": "cash - spendings"}}}}},
        {"inputs": {"remembered_for_later": 2}},
    ],
    ids=["used", "tracked", "used by a variant", "like nothing else"],
)
def test_an_addition_that_is_of_use_or_like_nothing_else_is_no_mistake(tmp_path, over):
    scenario = load({"scenario": {"title": "over", "extends": written(tmp_path, MISNAMED)}, **over})
    assert set(over["inputs"]) <= set(scenario.quantities)
