from __future__ import annotations

import pytest
from scenario_files import problems_of

from burncast.distributions.errors import ScenarioError
from burncast.engine.language.dependencies import find_dependencies, resolve
from burncast.engine.scenario import load

TIME = {"start": "2023-06", "periods": 3}


def messages(**sections: object) -> list[str]:
    return [str(problem) for problem in problems_of({"scenario": TIME, **sections})]


def test_everything_comes_after_what_it_needs() -> None:
    scenario = load(
        {
            "scenario": TIME,
            "formulas": {"burn": "cost - sales", "cost": "staff * wage", "sales": "demand * price"},
            "stocks": {
                "cash": {"start": "savings * 2", "next": "cash - burn"},
                "savings": {"start": "gift", "next": "savings"},
                "staff": {"start": 3, "next": "staff + cash / burn"},
            },
            "processes": {"demand": "level * 2", "level": "gbm(wage, 0, 0.1)"},
            "inputs": {"wage": "base * 2", "base": "1 to 2", "price": 3, "gift": 1},
        }
    )
    dependencies = resolve(scenario)
    place = {name: number for number, name in enumerate(dependencies.order)}
    assert set(place) == set(scenario.quantities)
    kinds = [scenario.quantities[name].kind for name in dependencies.order]
    assert kinds == sorted(kinds, key=["input", "process", "formula", "stock"].index)
    before = [("base", "wage"), ("level", "demand"), ("cost", "burn"), ("sales", "burn"), ("savings", "cash")]
    assert all(place[first] < place[then] for first, then in before)
    assert dependencies.uses["cash"] == {"savings", "cash", "burn"}
    assert dependencies.uses["burn"] == {"cost", "sales"}


def test_a_formula_may_use_any_stock_without_a_cycle() -> None:
    stocks = {"cash": {"start": 1, "next": "cash - burn"}}
    assert messages(formulas={"burn": "cash * 0.1"}, stocks=stocks) == []


@pytest.mark.parametrize(
    ("sections", "shown"),
    [
        ({"formulas": {"a": "b", "b": "c + 1", "c": "a"}}, "a → b → c → a"),
        ({"formulas": {"z": "a", "b": "a", "a": "b"}}, "b → a → b"),
        ({"formulas": {"a": "a + 1"}}, "a → a"),
        ({"inputs": {"a": "2 * b", "b": "a"}}, "a → b → a"),
        ({"processes": {"a": "gbm(b)", "b": "gbm(a)"}}, "a → b → a"),
        ({"stocks": {"a": {"start": "b", "next": 1}, "b": {"start": "a", "next": 1}}}, "a → b → a"),
    ],
)
def test_cycles_are_shown(sections: dict[str, object], shown: str) -> None:
    (message,) = messages(**sections)
    assert "depends on itself" in message
    assert shown in message


def test_every_cycle_is_shown() -> None:
    found = messages(formulas={"a": "b", "b": "a", "c": "d", "d": "c", "e": "e"})
    assert len(found) == 3


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ({"inputs": {"a": "f"}, "formulas": {"f": 1}}, "the input uses the formula 'f'"),
        ({"inputs": {"a": "p"}, "processes": {"p": "gbm(1)"}}, "the input uses the process 'p'"),
        ({"processes": {"a": "gbm(f)"}, "formulas": {"f": 1}}, "the process uses the formula 'f'"),
        ({"processes": {"a": "gbm(s)"}, "stocks": {"s": {"start": 1, "next": 1}}}, "the process uses the stock 's'"),
        ({"stocks": {"s": {"start": "f", "next": 1}}, "formulas": {"f": 1}}, "its start uses the formula 'f'"),
        ({"inputs": {"a": "period"}}, "the input uses 'period', which changes with time"),
        ({"stocks": {"s": {"start": "time", "next": 1}}}, "its start uses 'time', which changes with time"),
        ({"formulas": {"a": "product"}, "dimensions": {"product": ["x"]}}, "is a dimension"),
        ({"ruin": {"when": "csh < 0"}, "formulas": {"cash": 1}}, "no quantity 'csh'; did you mean 'cash'?"),
        ({"ruin": {"when": "cash < 0", "need": "-csh"}, "formulas": {"cash": 1}}, "ruin.need"),
        ({"inputs": {"a": 'b["x"]'}}, "no quantity 'b'"),
        ({"correlations": [{"between": ["a", "b"], "rho": 0}], "inputs": {"a": 1}}, "no quantity 'b'"),
        ({"correlations": [{"between": ["a", "b"], "rho": 1}], "inputs": {"a": 1}, "formulas": {"b": 1}}, "a formula"),
    ],
)
def test_misuse(sections: dict[str, object], words: str) -> None:
    (message,) = messages(**sections)
    assert words in message


def test_names_of_broken_quantities_are_not_unknown() -> None:
    (message,) = messages(inputs={"a": "1 +"}, formulas={"b": "a", "c": "b * a"}, ruin={"when": "a < 1"})
    assert message.startswith("inputs.a:")


def test_long_chains_need_no_recursion() -> None:
    chain = {f"f{number}": f"f{number + 1} + 1" for number in range(3000)}
    scenario = load({"scenario": TIME, "formulas": {**chain, "f3000": 1}})
    assert resolve(scenario).order[0] == "f3000"


def test_resolve_raises_what_find_returns() -> None:
    scenario = load({"scenario": TIME, "formulas": {"a": "b", "b": 1}})
    scenario.quantities.pop("b")
    assert len(find_dependencies(scenario)[1]) == 1
    with pytest.raises(ScenarioError, match="no quantity 'b'"):
        resolve(scenario)
    assert find_dependencies(scenario, {"b"})[1] == []
