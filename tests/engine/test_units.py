from __future__ import annotations

import pytest
from scenario_files import only_problem, problems_of

from burncast.engine.language.unit_registry import UnitRegistry, UnitTextError
from burncast.engine.scenario import load

UNITS = {
    "cash": "USD",
    "euros": "EUR",
    "flow": "USD/month",
    "yearly": "USD/year",
    "euro_flow": "EUR/month",
    "rate": "1/year",
    "churn": "1/month",
    "users": "user",
    "price": "USD/user/month",
    "gpus": "GPU",
    "gpu_hour_price": "USD/GPU/hour",
    "hours": "hour/month",
    "fx": "USD/EUR",
    "span": "month",
    "share": "percent",
    "plain": "1",
}
INPUTS = {name: {"value": 1, "unit": unit} for name, unit in UNITS.items()}


def scenario(formula: object, unit: str | None = None, **sections: object) -> dict[str, object]:
    entry = {"value": formula, "unit": unit} if unit else {"value": formula}
    return {
        "scenario": {"periods": 3, "units": ["parcel"]},
        "inputs": {**INPUTS, "unknown": 1},
        "formulas": {"f": entry},
        **sections,
    }


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        ("users * price", "USD/month"),
        ("users * price + flow - 5", "USD/month"),
        ("gpus * hours * gpu_hour_price", "USD/month"),
        ("gpus * hours * gpu_hour_price + 1e6", "USD/month"),
        ("euros * fx", "USD"),
        ("yearly / 12", "USD/month"),
        ("yearly * dt", "USD"),
        ("cash / flow", "months"),
        ("max(cash, 0) + min(cash, 5, 2 * cash)", "USD"),
        ("clip(cash, 0, 1e9)", "USD"),
        ("where(cash > 0, flow, 0)", "USD/month"),
        ("flow if cash > 0 and flow < 3 else 0", "USD/month"),
        ("cash * exp(rate * time)", "USD"),
        ("cash * exp(0.05 * time)", "USD"),
        ("cash * (1 + plain)", "USD"),
        ("(users / users) ** unknown", "1"),
        ("sqrt(cash * cash)", "USD"),
        ("cash ** 2 / cash", "USD"),
        ("lag(flow, 3) + trailing_mean(flow, 6) + sum(flow) + abs(flow)", "USD/month"),
        ("cumulative(flow) + trailing_sum(flow, 3)", "USD"),
        ("chance(0.3) * cash", "USD"),
        ("limited_mean(lognormal(mean=price, sd=2 * price), price)", "USD/user/month"),
        ("limited_mean(lognormal(mu=unknown, sigma=1), cash)", "USD"),
        ("limited_mean(pareto(plain, cash), 5)", "USD"),
        ("users * limited_mean(exponential(rate=unknown), 5)", "USD"),
        ("per_period(cash)", "USD/month"),
        ("min(per_period(cash), flow)", "USD/month"),
        ("cumulative(per_period(cash))", "USD"),
        ("per_period(2 * cash) * dt", "USD"),
        ("per_period(unknown) + flow", "USD/month"),
        ("per_period(5) + flow", "USD/month"),
        ("unknown + cash", "EUR"),
        ("unknown * cash", "EUR"),
        ("3", "USD"),
        ("2 * 3 + 1", "USD"),
        ("cash - -cash", "USD"),
        ("poisson(users)", "user"),
        ("step(cash, 3) * pulse(3) * after(2)", "USD"),
        ("interp(cash, [1, 2], [3, 4])", "EUR"),
    ],
)
def test_what_fits(formula: str, unit: str) -> None:
    assert problems_of(scenario(formula, unit)) == ()


@pytest.mark.parametrize(
    ("formula", "unit", "sides"),
    [
        ("cash + flow", None, ("`cash` is in USD", "`flow` in USD/month", "added")),
        ("cash - euros", None, ("`cash` is in USD", "`euros` in EUR", "subtracted")),
        ("cash < euros", None, ("`cash` is in USD", "`euros` in EUR", "compared")),
        ("2 * cash + 3 * euros", None, ("`2 * cash` is in USD", "`3 * euros` in EUR")),
        ("flow + yearly", None, ("USD/month", "USD/year", "same scale", "12")),
        ("max(cash, flow)", None, ("alternatives of max", "USD/month", "`per_period()` of a balance is in USD/month")),
        ("limited_mean(exponential(cash), euros)", None, ("`euros` is in EUR", "`cash` in USD", "compared")),
        ("limited_mean(lognormal(mean=cash, sd=flow), 5)", None, ("`cash` is in USD", "`flow` in USD/month")),
        ("limited_mean(lognormal(mean=cash, sd=1), 5)", "EUR", ("is in USD", "f is in EUR")),
        ("per_period(cash) + cash", None, ("`per_period(cash)` is in USD/month and `cash` in USD",)),
        ("min(per_period(euros), flow)", None, ("EUR/month", "USD/month")),
        ("per_period(cash) + yearly", None, ("USD/month", "USD/year", "same scale")),
        ("where(cash > 0, cash, euros)", None, ("alternatives of where",)),
        ("clip(cash, 0, flow)", None, ("alternatives of clip",)),
        ("cash if cash > 0 else euros", None, ("alternatives",)),
        ("users * price", "USD", ("`users * price` is in USD/month", "f is in USD")),
        ("users * price", "EUR/month", ("USD/month", "f is in EUR/month")),
        ("gpus * hours", "GPU", ("f is in GPU",)),
        ("cash * (1 + share)", "USD", ("USD*percent", "f is in USD", "same scale")),
        ("exp(time)", None, ("exp takes a plain number", "`time` is in year")),
        ("logistic(cash)", None, ("logistic takes a plain number",)),
        ("2 ** cash", None, ("an exponent is a plain number",)),
        ("sum(cash + flow)", None, ("`cash` is in USD",)),
        ("-(cash + flow) * unknown", None, ("`cash` is in USD",)),
        ("not (cash < flow)", None, ("compared",)),
        ("cash % flow", None, ("remainder",)),
        ("cash < flow < 3 or 1 > 2", None, ("compared",)),
        ("cumulative(flow)", "USD/month", ("USD", "f is in USD/month")),
    ],
)
def test_what_does_not_fit(formula: str, unit: str | None, sides: tuple[str, ...]) -> None:
    problem = only_problem(scenario(formula, unit))
    assert problem.key == "formulas.f"
    assert all(side in str(problem) for side in sides), str(problem)


def test_units_are_inferred_through_formulas() -> None:
    chain = {"g": "f * 2", "h": {"value": "g + euros"}}
    problem = only_problem(scenario("users * price", formulas={"f": "users * price", **chain}))
    assert problem.key == "formulas.h"
    assert "`g` is in USD/month and `euros` in EUR" in problem.message


def stock(following: str, unit: str | None = "USD", start: object = 1, step: str = "month") -> dict[str, object]:
    entry = {"start": start, "next": following, **({"unit": unit} if unit else {})}
    return scenario("1", stocks={"s": entry}) | {"scenario": {"periods": 3, "step": step}}


@pytest.mark.parametrize(
    ("following", "unit"),
    [
        ("s - flow", "USD"),
        ("s - flow + flow - max(flow, 0)", "USD"),
        ("s + cash", "USD"),
        ("s + cash - flow", "USD"),
        ("max(s - flow, 0)", "USD"),
        ("s * (1 - churn) + users", "user"),
        ("s * (1 - churn)", "user"),
        ("s - s * churn", "user"),
        ("s * (1 - min(churn, 0.5))", "user"),
        ("s + yearly / 12", "USD"),
        ("s + yearly * dt", "USD"),
        ("s * exp(rate * dt)", "USD"),
        ("s * 1.01", "USD"),
        ("s + unknown", "USD"),
        ("where(s > 0, s - flow, s)", "USD"),
    ],
)
def test_amounts_per_period_add_to_stocks(following: str, unit: str) -> None:
    assert problems_of(stock(following, unit)) == ()


@pytest.mark.parametrize(
    ("following", "unit", "sides"),
    [
        ("s - yearly", "USD", ("`s` is in USD and `yearly` in USD/year", "USD/month", "* dt")),
        ("s - euro_flow", "USD", ("EUR/month",)),
        ("s - euros", "USD", ("EUR",)),
        ("s * (1 + rate)", "USD", ("USD/year", "s is in USD", "* dt")),
        ("users", "USD", ("`users` is in user, but s is in USD",)),
    ],
)
def test_what_does_not_add_to_stocks(following: str, unit: str, sides: tuple[str, ...]) -> None:
    problem = only_problem(stock(following, unit))
    assert problem.key == "stocks.s"
    assert all(side in str(problem) for side in sides), str(problem)


def test_the_step_decides_which_flow_adds() -> None:
    assert "USD/quarter" in str(only_problem(stock("s - flow", step="quarter")))


def test_per_period_divides_by_the_step() -> None:
    weekly = {"scenario": {"periods": 3, "step": "week"}}
    assert problems_of(scenario("min(per_period(cash), 7)", "USD/week") | weekly) == ()
    assert "USD/week" in str(only_problem(scenario("min(per_period(cash), flow)") | weekly))
    assert problems_of(stock("s - per_period(cash)")) == ()


def test_a_stock_s_unit_comes_from_its_start_but_never_from_its_next() -> None:
    assert "EUR" in str(only_problem(stock("s + euros", None, start="cash")))
    assert problems_of(stock("flow", None)) == ()
    assert "start: `flow` is in USD/month, but s is in USD" in str(only_problem(stock("s", start="flow")))


def test_ruin_is_checked() -> None:
    assert "compared" in only_problem(scenario("1", ruin={"when": "cash < euros"})).message
    assert problems_of(scenario("1", ruin={"when": "cash < 0", "need": "-cash"})) == ()


@pytest.mark.parametrize(
    ("process", "unit", "words"),
    [
        ("gbm(cash, rate, 0.2)", "USD", None),
        ("gbm(start=3, drift=0.1, volatility=0.2)", "USD", None),
        ("gbm(per_period(cash), rate, 0.2)", "USD/month", None),
        ("gbm(euros, rate, 0.2)", "USD", "`start = euros` is in EUR; expected USD"),
        ("gbm(cash, churn, 0.2)", "USD", "`drift = churn` is in 1/month; expected 1/year"),
        ("gbm(cash, cash, 0.2)", None, "`drift = cash` is in USD; expected 1/year"),
        ("ou(cash, mean=cash, half_life=span / 12, volatility=1)", "USD", None),
        ("ou(cash, mean=euros, speed=rate, volatility=1)", "USD", "`mean = euros`"),
        ("ou(cash, mean=cash, half_life=span, volatility=1)", "USD", "`half_life = span` is in month; expected year"),
        ("log_ou(start=cash, mean=cash, speed=span, volatility=1)", "USD", "expected 1/year"),
        ("random_walk(cash, yearly, 1)", "USD", None),
        ("random_walk(cash, flow, 1)", "USD", "expected USD/year"),
        ("ar1(cash, cash, plain, cash)", "USD", None),
        ("jumps(rate, cash, decay=rate)", "USD", None),
        ("jumps(cash, lognormal(mean=1, sd=2))", "USD", "`rate = cash` is in USD; expected 1/year"),
        ("jumps(rate, lognormal(mean=1, sd=2))", "USD", None),
        ("iid(normal(0, 1))", "USD", None),
    ],
)
def test_arguments_of_processes(process: str, unit: str | None, words: str | None) -> None:
    entry = {"value": process, **({"unit": unit} if unit else {})}
    found = problems_of(scenario("1", processes={"p": entry}))
    assert [words in str(problem) for problem in found] == ([] if words is None else [True]), found


def test_a_process_takes_the_unit_of_its_start() -> None:
    problem = only_problem(scenario("p + euros", processes={"p": "gbm(cash, rate, 0.2)"}))
    assert "`p` is in USD" in problem.message


def test_elements_are_checked_one_by_one() -> None:
    table = {"value": {"x": "cash", "y": "euros"}, "over": "d", "unit": "USD"}
    problem = only_problem(scenario("1", dimensions={"d": ["x", "y"]}, formulas={"f": table}))
    assert "y: `euros` is in EUR, but f is in USD" in problem.message


def test_variants_are_checked() -> None:
    problem = only_problem(scenario("cash", "USD", variants={"v": {"formulas": {"f": "euros"}}}))
    assert problem.key == "variants.v.formulas.f"


@pytest.mark.parametrize(
    ("unit", "nearest"),
    [
        ("USD/mnth", "month"),
        ("usr", "user"),
        ("5 k$", None),
        ("USD per month", None),
        ("", None),
        ("USD/", None),
        ("USD USD", None),
        ("boltzmann_constant", None),
        ("__import__('os')", None),
        ("USD**99999", None),
        ("(" * 50 + "USD" + ")" * 50, None),
        ("USD*" * 500 + "USD", None),
    ],
)
def test_words_that_are_no_unit(unit: str, nearest: str | None) -> None:
    problem = only_problem(scenario({"x": 1}, unit, dimensions={"d": ["x"]}) if unit else empty_unit())
    assert problem.message.startswith("unit: ")
    assert nearest is None or problem.nearest == nearest


def empty_unit() -> dict[str, object]:
    return scenario("1", formulas={"f": {"value": "1", "unit": ""}})


def test_a_scenario_adds_words_and_its_currency() -> None:
    text = scenario("1", formulas={"f": {"value": "1", "unit": "parcels/day"}})
    assert problems_of(text) == ()
    crowns = {"scenario": {"periods": 1, "currency": "XAU"}, "inputs": {"a": {"value": 1, "unit": "XAU"}}}
    assert problems_of(crowns) == ()
    assert problems_of({**crowns, "scenario": {"periods": 1}}) != ()


def test_nothing_is_checked_where_no_unit_is_given() -> None:
    assert load({"scenario": {"periods": 1}, "formulas": {"a": "exp(time) + time"}}).quantities


@pytest.mark.parametrize(
    ("text", "scale", "dimensions"),
    [
        ("USD/GPU/hour", 365.25 * 24, {"USD": 1, "GPU": -1, "year": -1}),
        ("USD / (GPU * hours)", 365.25 * 24, {"USD": 1, "GPU": -1, "year": -1}),
        ("1/quarter", 4, {"year": -1}),
        ("weeks", 7 / 365.25, {"year": 1}),
        ("kW", 365.25 * 24, {"kWh": 1, "year": -1}),
        ("USD/Mtoken", 1e-6, {"USD": 1, "token": -1}),
        ("million*USD", 1e6, {"USD": 1}),
        ("percent", 0.01, {}),
        ("USD^2/USD**2", 1, {}),
        ("queries/people", 1, {"query": 1, "person": -1}),
    ],
)
def test_what_units_mean(text: str, scale: float, dimensions: dict[str, float]) -> None:
    registry = UnitRegistry()
    found_scale, found = registry.system.meaning(registry.read(text)) if registry.read(text) else (0, ())
    assert found_scale == pytest.approx(scale, rel=1e-12)
    assert dict(found) == dimensions


def test_units_are_written_as_they_are_read() -> None:
    registry = UnitRegistry()
    for text in ("USD/GPU/hour", "1/year", "USD**2/user", "GPU*hour"):
        assert str(registry.read(text)) == text
    with pytest.raises(UnitTextError, match="no unit 'mnth'"):
        registry.read("mnth")
