"""Fewer operations every period, and the same answers."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

import burncast
from burncast.engine.compiler import compile_scenario
from burncast.engine.program import OPCODES

NAMES = {number: name for name, number in OPCODES.items()}
ONLY_IN_STEPS = {"check r", "record r", "move r"}


def document(formulas: dict[str, str], **stocks: dict[str, str]) -> dict[str, Any]:
    return {
        "scenario": {"title": "simple", "periods": 6},
        "inputs": {"a": "uniform(1, 2)", "b": "uniform(1, 2)", "zero": 0},
        "processes": {"p": "random_walk(start=3, volatility=0.1)", "q": "random_walk(start=5, volatility=0.1)"},
        "formulas": formulas,
        "stocks": stocks,
        "outputs": {"track": [*formulas, *stocks]},
    }


def steps(described: dict[str, Any]) -> Counter[str]:
    """The operations of a period beyond those of the two processes."""
    program = compile_scenario(burncast.load(described))
    counted = Counter(NAMES[line[0]] for line in program.odd.tolist())
    return Counter({name: count for name, count in counted.items() if name not in ONLY_IN_STEPS})


def paths(described: dict[str, Any], *names: str) -> list[np.ndarray]:
    result = burncast.simulate(burncast.load(described), trajectories=500, seed=4, keep_paths=500)
    return [result[f"paths_{name}"].values[:, 1:] for name in names]


@pytest.mark.parametrize(
    ("formula", "operations"),
    [
        ("p * a / b * 2", {"multiply rr": 1}),
        ("a * p / b + 0 * q", {"multiply rr": 1}),
        ("3 * p * 2 * a * q * b", {"multiply rr": 2}),
        ("p / a / 7", {"multiply rr": 1}),
        ("1 + p - a + 2 * b", {"add rr": 1}),
        ("p + a - b - 4", {"add rr": 1}),
        ("where(q > 4, p, p)", {}),
        ("p ** zero + p", {"add rs": 1}),
        ("where(p > 3 and 1 > zero, 1, 0)", {"less sr": 1}),
    ],
)
def test_what_does_not_change_with_time_is_computed_once(formula: str, operations: dict[str, int]) -> None:
    alone = steps(document({"f": formula, "x": "p", "y": "q"}))
    alone.subtract(steps(document({"x": "p", "y": "q"})))
    assert {name: count for name, count in alone.items() if count} == operations


@pytest.mark.parametrize("formula", ["p * a / b * 2", "p / a / q * 7", "1 + p - a + 2 * b - q", "p - (a - q) + b"])
def test_a_chain_comes_to_the_same(formula: str) -> None:
    described = document({"f": formula, "first": "a + 0 * p", "second": "b + 0 * p", "x": "p", "y": "q"})
    f, a, b, p, q = paths(described, "f", "first", "second", "x", "y")
    np.testing.assert_allclose(f, eval(formula, {"p": p, "q": q, "a": a, "b": b}), rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("formula", ["floor(p / a)", "p / a < 2", "(p / a) % 1"])
def test_a_quotient_that_decides_is_divided(formula: str) -> None:
    assert steps(document({"f": formula}))["divide rr"] == 1


def test_a_chance_that_is_known_is_compared_in_normal_space() -> None:
    described = document({"f": "chance(where(p > 3, 0.3, 0.05))", "high": "p > 3"})
    assert "normal_cdf r" not in steps(described)
    assert steps(document({"f": "chance(where(p > 3, 0.3, a / 4))"}))["normal_cdf r"] == 1
    result = burncast.simulate(burncast.load(described), trajectories=100_000, seed=4, keep_paths=100_000)
    happened, high = (result[f"paths_{name}"].values[:, 1:] != 0.0 for name in ("f", "high"))
    for chance, cases in ((0.3, happened[high]), (0.05, happened[~high])):
        assert abs(cases.mean() - chance) < 4.0 * np.sqrt(chance * (1.0 - chance) / cases.size)


def test_a_stock_that_keeps_its_start_is_a_number() -> None:
    kept = document({"f": "p * kept"}, kept={"start": "2", "next": "kept + 0 * p"})
    assert steps(kept)["multiply rr"] == 0
    (path,) = paths(kept, "kept")
    assert np.all(path == 2.0)


def test_zero_times_what_may_fail_unseen_still_fails() -> None:
    failing = document({"f": "p + 0 * log(q - 100)"})
    with pytest.raises(burncast.SimulationError, match=r"formulas\.f became nan"):
        burncast.simulate(burncast.load(failing), trajectories=100)
