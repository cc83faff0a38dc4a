"""What the compiler promises: work in its place, once, fused, in rows that never overlap; and mistakes, all at once."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from burncast.distributions.errors import ScenarioError
from burncast.engine.compiler import compile_scenario
from burncast.engine.instructions.listing import listing
from burncast.engine.program import FIELDS, OPCODES
from burncast.engine.scenario import load
from burncast.engine.trajectories.replay import replay

NAMES = {number: name for name, number in OPCODES.items()}
WRITES_NOTHING = {"check r", "record r", "ruin r", "need r"}


def document(formulas: dict, inputs: dict | None = None, processes: dict | None = None, **sections) -> dict:
    return {
        "scenario": {"title": "test", "periods": 12, "start": "2023-06"},
        "dimensions": {"product": ["free", "plus", "api"], "region": ["us", "eu"]},
        "inputs": {"a": "normal(1, 1)", "b": "normal(2, 1)", **(inputs or {})},
        "processes": {"p": "ou(start=1, mean=1, half_life=1, volatility=0.2)", **(processes or {})},
        "formulas": formulas,
        "outputs": {"track": list(formulas)},
        **sections,
    }


def program(formulas: dict, **sections):
    return compile_scenario(load(document(formulas, **sections)))


def opcodes(block) -> list[str]:
    return [NAMES[int(line[0])] for line in block]


def arithmetic(block) -> list[str]:
    return [name for name in opcodes(block) if name not in WRITES_NOTHING]


def test_what_does_not_change_is_computed_in_setup():
    compiled = program({"f": "exp(a * b) + log(abs(b))"})
    assert arithmetic(compiled.odd) == []
    assert {"exp r", "log r"} <= set(opcodes(compiled.setup))


def test_a_part_that_does_not_change_is_hoisted_out_of_a_formula():
    compiled = program({"f": "p * exp(a * b)"})
    assert "exp r" in opcodes(compiled.setup)
    assert "exp r" not in opcodes(compiled.odd)


def test_what_is_known_in_advance_is_a_table():
    compiled = program({"f": "p * (2 ** period + sqrt(4) * seasonal(0.1, 3))"})
    assert arithmetic(compiled.odd)[-1] == "multiply rs"
    column = compiled.scalars[:, compiled.odd[-1 - len(WRITES_NOTHING) + 1 :, FIELDS.index("k")].max()]
    months = np.array([5, *range(6, 13), *range(1, 6)])
    np.testing.assert_allclose(
        column[1:], (2.0 ** np.arange(13) + 2 * (1 + 0.1 * np.cos((months - 3) / 6 * np.pi)))[1:]
    )


def test_equal_parts_are_computed_once():
    once = program({"f": "exp(p)"})
    twice = program({"f": "exp(p)", "g": "exp(p) * 2", "h": "3 * exp(p)"})
    assert opcodes(twice.odd).count("exp r") == opcodes(once.odd).count("exp r") == 1


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("p * a + b", "fma rrr"),
        ("p * a + 3", "fma rrs"),
        ("p * 3 + a", "fma rsr"),
        ("p * 3 - 4", "fma rss"),
        ("b - p * a", "fnma rrr"),
        ("p * a - b", "fms rrr"),
    ],
)
def test_products_that_are_added_are_fused(formula, expected):
    assert expected in opcodes(program({"f": formula}).odd)


def test_a_product_that_is_used_twice_is_not_fused():
    assert "multiply rr" in opcodes(program({"f": "p * a", "g": "f + b"}).odd)


@pytest.mark.parametrize(
    ("process", "expected"),
    [
        ("gbm(start=1, drift=0.1, volatility=0.2)", ["gbm rszs"]),
        ("gbm(start=1, drift=a, volatility=0.2)", ["gbm rrzr"]),
        ("random_walk(start=1, drift=0.1, volatility=0.2)", ["add rs", "fma szr"]),
        ("ou(start=1, mean=2, half_life=1, volatility=0.2)", ["fma rss", "fma szr"]),
        ("ou(start=1, mean=a, half_life=1, volatility=b)", ["fma rsr", "fma rzr"]),
        ("iid(normal(1, 2))", ["fma szs"]),
    ],
)
def test_a_step_of_a_process_is_one_or_two_instructions(process, expected):
    compiled = compile_scenario(load(document({}, processes={"q": process}, outputs={"track": ["q"]})))
    assert arithmetic(compiled.odd) == expected


def test_one_instruction_covers_all_elements():
    compiled = program(
        {"f": "prices * p"}, processes={"prices": {"value": "gbm(start=1, volatility=0.1)", "over": "product"}}
    )
    counts = {NAMES[int(line[0])]: int(line[FIELDS.index("count")]) for line in compiled.odd}
    assert counts["gbm rszs"] == counts["multiply rr"] == counts["record r"] == 3


def test_what_nothing_depends_on_is_left_out():
    compiled = program({"f": "p + a"}, processes={"unused": "gbm(start=1, volatility=0.1)"})
    assert compiled.shock_names == ("p",)
    assert compiled.draw_names == ("a",)


def test_numbers_change_data_not_code():
    first, second = (program({"f": f"p * {number} + sqrt(a) * {number}"}) for number in (1.5, 2.5))
    np.testing.assert_array_equal(first.odd, second.odd)
    np.testing.assert_array_equal(first.setup, second.setup)
    assert not np.array_equal(first.scalars, second.scalars)


def rows_of(fields, letter, count):
    return range(fields[letter], fields[letter] + (count - 1) * fields[f"{letter}_step"] + 1)


@pytest.mark.parametrize("example", ["chatgpt-2023"])
def test_no_instruction_writes_over_its_operands_and_registers_are_reused(example):
    compiled = compile_scenario(load(example))
    for block in (compiled.setup, compiled.odd, compiled.even):
        for line in block:
            fields = dict(zip(FIELDS, (int(number) for number in line), strict=True))
            name = NAMES[fields["op"]]
            if name in WRITES_NOTHING:
                continue
            written = set(range(fields["out"], fields["out"] + fields["count"]))
            letters = "abc"[: name.partition(" ")[2].count("r")]
            for letter in letters:
                assert not written & set(rows_of(fields, letter, fields["count"])), name
    assert compiled.rows < len(compiled.setup) + len(compiled.odd)


def test_the_two_halves_of_a_step_exchange_the_states():
    compiled = program({"f": "p"})
    assert not np.array_equal(compiled.odd, compiled.even)
    assert np.array_equal(compiled.odd[:, 0], compiled.even[:, 0])


def test_the_listing_names_quantities_streams_and_scalars():
    text = listing(program({"margin": "p * 2.5 + a"}))
    assert "# margin" in text
    assert "=2.5" in text
    assert "z0 = p" in text


def test_an_impossible_correlation_is_repaired_and_reported():
    compiled = program(
        {"f": "x + y + z"},
        inputs={"x": "normal(0, 1)", "y": "normal(0, 1)", "z": "normal(0, 1)"},
        correlations=[
            {"between": ["x", "y"], "rho": 0.9},
            {"between": ["y", "z"], "rho": 0.9},
            {"between": ["x", "z"], "rho": -0.9},
        ],
    )
    (note,) = compiled.notes
    assert "x, y, z" in note
    assert "change" in note


def test_a_constant_is_correlated_with_nothing_and_fixing_one_leaves_the_other_draws_alone():
    correlations = [
        {"between": ["a", "b", "c"], "matrix": [[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]]},
        {"between": ["p", "q"], "rho": 0.5},
    ]
    scenario = load(
        document(
            {"f": "a + b + c + p + q"},
            inputs={"c": "normal(3, 1)"},
            processes={"q": "gbm(start=1, volatility=0.3)"},
            correlations=correlations,
            variants={"fixed": {"inputs": {"a": 1}, "processes": {"p": {"schedule": {"2023-06": 2}}}}},
        )
    )
    base, fixed = (replay(entry, 3) for entry in (scenario, scenario.variants["fixed"]))
    for name in ("b", "c", "q"):
        np.testing.assert_array_equal(base[name][1], fixed[name][1])
    notes = compile_scenario(scenario.variants["fixed"]).notes
    assert [note.partition(":")[0] for note in notes] == ["a", "p"]
    assert compile_scenario(scenario).notes == ()


MISTAKES = {
    "unknown function": ("lagg(p, 2)", "there is no function 'lagg'", "lag"),
    "missing argument": ("clip(p, 0)", "clip() lacks 'high'", None),
    "unknown keyword": ("lag(p, 2, initail=3)", "lag() has no parameter 'initail'", "initial"),
    "too many arguments": ("exp(p, 2)", "exp() has 2 arguments", None),
    "unknown element": ("v['pluss']", "v has no element 'pluss'", "plus"),
    "no elements": ("p['plus']", "p has no elements", None),
    "no such dimension": ("sum(v, over='region')", "no such dimension", None),
    "unknown state": ("market == 'crisi'", "market has no state 'crisi'", "crisis"),
    "not a regime": ("p == 'crisis'", "is compared with p", None),
    "distribution in a formula": ("normal(0, 1) + p", "normal() is a distribution", None),
    "process in a formula": ("gbm(1) + p", "gbm() is a process", None),
    "points out of order": ("interp(p, [1, 0], [0, 1])", "xs out of order", None),
    "text for a number": ("p + 'x'", "stands where a number is needed", None),
    "half a period": ("lag(p, 1.5)", "looks back 1.5 periods", None),
    "probability above one": ("chance(1.5)", "outside 0 to 1", None),
    "no date": ("after('soon')", "'soon' is not a date", None),
}


def test_every_mistake_is_reported_at_once_with_its_place():
    formulas = {f"f{number}": formula for number, (formula, _, _) in enumerate(MISTAKES.values())}
    scenario = load(
        document(
            formulas,
            inputs={
                "v": {"value": "normal(1, 1)", "over": "product"},
                "bad_law": "beta(mean=0.5, sd=0.9)",
                "bad_name": "normal(mean=1, sdd=2)",
            },
            processes={
                "market": {"value": "markov(transition=[[0.9, 0.1], [0.1, 0.9]])", "states": ["calm", "crisis"]},
                "torn": "markov(transition=[[0.9, 0.2], [0.1, 0.9]])",
                "twice": "ou(start=1, mean=1, half_life=1, speed=2)",
            },
        )
    )
    with pytest.raises(ScenarioError) as caught:
        compile_scenario(scenario)
    problems = {problem.key.partition(".")[2]: problem for problem in caught.value.problems}
    for number, (_, message, nearest) in enumerate(MISTAKES.values()):
        problem = problems[f"f{number}"]
        assert message in problem.message
        assert problem.nearest == nearest
    assert "sd" in str(problems["bad_law"])
    assert problems["bad_name"].nearest == "sd"
    assert "adds up to 1.1" in problems["torn"].message
    assert "stated once" in problems["twice"].message


def test_a_mistake_is_reported_once_however_many_use_it():
    with pytest.raises(ScenarioError) as caught:
        compile_scenario(load(document({"f": "lagg(p, 2)", "g": "f * 2", "h": "g + f"})))
    assert len(caught.value.problems) == 1


def test_a_stock_over_fewer_dimensions_than_its_next_is_refused():
    stocks = {"s": {"start": 0, "next": "s + v"}}
    scenario = load(document({}, inputs={"v": {"value": "normal(1, 1)", "over": "product"}}, stocks=stocks))
    with pytest.raises(ScenarioError, match=r"stocks\.s: next varies over product"):
        compile_scenario(dataclasses.replace(scenario, track=("s",)))


def test_mistakes_of_form_and_of_meaning_are_reported_together():
    wrong = document({"f": "lagg(p, 2)", "g": "unknwn + 1"}, inputs={"x": "normal(mean=0, sdd=1)"})
    with pytest.raises(ScenarioError) as caught:
        load(wrong)
    found = {problem.key.partition(".")[2]: problem.message for problem in caught.value.problems}
    assert "no function 'lagg'" in found["f"]
    assert "no quantity 'unknwn'" in found["g"]
    assert "no parameter 'sdd'" in found["x"]


AROUND = {
    "inputs": {
        "v": {"value": "normal(1, 1)", "over": "product"},
        "table": {"value": {"free": "normal(0, 1)", "plus": 2, "api": 3}, "over": "product"},
        "twice": "2 * a",
        "fixed": 3,
    },
    "correlations": [
        {"between": ["a", 'v["pluss"]'], "rho": 0.1},
        {"between": ["a", "v"], "rho": 0.1},
        {"between": ["a", 'b["free"]'], "rho": 0.1},
        {"between": ["a", "twice"], "rho": 0.1},
        {"between": ["fixed", 'table["plus"]', "b"], "rho": 0.1},
        {"between": ["a", "p"], "rho": 0.1, "copula": "t", "df": 4},
    ],
    "ruin": {"when": "lagg(p, 2) < 0", "need": "v"},
    "variants": {
        "dear": {"ruin": {"when": "sum(v, over='region') < 0"}},
        "cheap": {"processes": {"p": "gmb(start=1)"}, "stocks": {"s": {"start": "q", "next": "s"}}},
    },
}
MISTAKES_AROUND = {
    "correlations[0]": ("v has no element 'pluss'", "plus"),
    "correlations[1]": ("v needs its element", None),
    "correlations[2]": ("b is drawn once for all elements", None),
    "correlations[3]": ("twice is not drawn itself", None),
    "correlations[5]": ("an input is correlated with a process by a t copula", None),
    "ruin.when": ("there is no function 'lagg'", "lag"),
    "ruin.need": ("need varies over product", None),
}
MISTAKES_OF_VARIANTS = {
    "variants.dear.ruin.when": ("no such dimension", None),
    "variants.cheap.processes.p": ("there is no function 'gmb'", "gbm"),
}


def assert_reported(problems, mistakes):
    found = {problem.key: problem for problem in problems}
    assert len(found) == len(problems)
    assert found.keys() == mistakes.keys()
    for key, (message, nearest) in mistakes.items():
        assert message in found[key].message, key
        assert found[key].nearest == nearest


def test_mistakes_of_correlations_and_of_ruin_are_reported_with_the_others():
    around = {name: content for name, content in AROUND.items() if name != "variants"}
    with pytest.raises(ScenarioError) as caught:
        compile_scenario(load(document({"f": "lagg(p, 2)"}, **around)))
    assert_reported(caught.value.problems, {**MISTAKES_AROUND, "formulas.f": ("there is no function 'lagg'", "lag")})


def test_mistakes_of_correlations_ruin_and_variants_come_with_those_of_form():
    with pytest.raises(ScenarioError) as caught:
        load(document({"f": "unknwn + 1"}, stocks={"s": {"start": "q", "next": "s"}}, **AROUND))
    expected = {**MISTAKES_AROUND, **MISTAKES_OF_VARIANTS}
    expected["formulas.f"] = ("there is no quantity 'unknwn'", None)
    expected["stocks.s"] = ("there is no quantity 'q'", None)
    expected["variants.cheap.stocks.s"] = ("there is no quantity 'q'", None)
    assert_reported(caught.value.problems, expected)


def test_what_names_a_missing_or_broken_quantity_is_reported_for_that_alone():
    wrong = document(
        {"f": "lagg(p, 2)", "g": "1 +"},
        correlations=[{"between": ["a", "bb"], "rho": 0.1}, {"between": ["b", "f"], "rho": 0.1}],
        ruin={"when": "f + g < cahs", "need": "g"},
    )
    with pytest.raises(ScenarioError) as caught:
        load(wrong)
    keys = [problem.key for problem in caught.value.problems]
    assert sorted(keys) == ["correlations[0]", "correlations[1]", "formulas.f", "formulas.g", "ruin.when"]


def test_openings_that_change_are_reported_with_the_others():
    processes = {"q": "gbm(start=p, volatility=0.1)"}
    with pytest.raises(ScenarioError) as caught:
        compile_scenario(load(document({"f": "lagg(p, 2)"}, processes=processes)))
    assert_reported(
        caught.value.problems,
        {
            "processes.q": ("start changes from period to period", None),
            "formulas.f": ("there is no function 'lagg'", "lag"),
        },
    )


def test_a_cycle_is_reported_as_the_cycle_alone():
    with pytest.raises(ScenarioError, match="f → g → f") as caught:
        load(document({"f": "g + 1", "g": "f + 1"}))
    assert len(caught.value.problems) == 1


def test_an_element_of_a_repeated_value_is_that_value():
    paths = replay(
        load(
            document(
                {"one": "w['plus'] * p", "all": "a ** 2 * p"},
                inputs={"w": {"value": "a ** 2", "over": "product"}},
            )
        ),
        trajectory=3,
        seed=1,
    )
    np.testing.assert_array_equal(paths["one"][1], paths["all"][1])
