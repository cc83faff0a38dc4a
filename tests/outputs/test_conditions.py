import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_simulation import falling_cash, known_simulation

from burncast.distributions.errors import InputError
from burncast.outputs.results import estimates
from burncast.outputs.results.conditions import check_condition, evaluate, parse_condition


@pytest.fixture(scope="module")
def simulation():
    users = np.random.default_rng(3).uniform(1, 9, (2000, 2, 37))
    return known_simulation(
        {"cash": falling_cash(), "users": users},
        dimensions={"product": ["free", "plus"]},
        over={"users": ("product",)},
        kinds={"users": "formula"},
    )


def value_of(text, simulation):
    condition = parse_condition(text)
    check_condition(condition, simulation.scenario, simulation.tracked)
    return evaluate(condition, simulation)


def test_figures_are_those_of_the_estimates(simulation):
    ruin = estimates.ruin_probability(simulation)
    assert value_of("ruin_probability[12] > 0.1", simulation) == ruin[12]
    assert value_of("ruin_probability > 0.1", simulation) == ruin[36]
    for text in ("runway[0.05] < 12", "runway[5%]<12", "runway[ p5 ] < 12"):
        assert value_of(text, simulation) == estimates.runway(simulation, [0.05])[0]
    assert value_of("funding_need[0.9] >= 3bn", simulation) == estimates.funding_need(simulation, [0.9])[0]
    assert value_of("cash_mean[36] < 0", simulation) == estimates.tracked_mean(simulation, simulation.tracked[0])[36]
    users = estimates.tracked_mean(simulation, simulation.tracked[1])
    for text in ('users_mean["plus", 7] < 1', "users_mean[plus,7] < 1"):
        assert value_of(text, simulation) == users[1, 7]
    assert value_of("users_mean['free'] < 1", simulation) == users[0, 36]


def test_a_censored_runway_is_longer_than_any_number(simulation):
    condition = parse_condition("runway[0.99] < 1e6")
    assert not condition.holds(evaluate(condition, simulation))


@pytest.mark.parametrize(
    ("sign", "truths"),
    [
        ("<", (True, False, False)),
        ("<=", (True, True, False)),
        (">", (False, False, True)),
        (">=", (False, True, True)),
        ("==", (False, True, False)),
        ("!=", (True, False, True)),
    ],
)
def test_comparisons_mean_what_they_say(sign, truths):
    condition = parse_condition(f"ruin_probability {sign} 10 %")
    assert tuple(condition.holds(value) for value in (0.05, 0.1, 0.2)) == truths


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot read"),
        ("ruin_probability", "cannot read"),
        ("ruin_probability[12]", "cannot read"),
        ("0.1 < ruin_probability[12]", "cannot read"),
        ("ruin_probability[12] > ", "not a number"),
        ("ruin_probability[12] > lots", "not a number"),
        ("ruin_probability[12] > 0.1 and 1", "not a number"),
        ("ruin_probability[37] > 0.1", "from 0 to 36"),
        ("ruin_probability[1.5] > 0.1", "from 0 to 36"),
        ("ruin_probability[-1] > 0.1", "from 0 to 36"),
        ("ruin_probability[plus] > 0.1", "no elements"),
        ("ruin_probabilty[12] > 0.1", "did you mean 'ruin_probability'"),
        ("cash[12] > 0.1", "no figure"),
        ("runway > 3", "probability between 0 and 1"),
        ("runway[5] > 3", "probability between 0 and 1"),
        ("funding_need[1] > 3", "probability between 0 and 1"),
        ("users_mean[36] < 1", "gives 0 labels"),
        ("cash_mean[plus, 36] < 1", "gives 1 labels"),
        ("users_mean[pluss, 36] < 1", "did you mean 'plus'"),
        ("users_mean[plus, 0] < 1", "from 1 to 36"),
        ("__import__('os').system('true') > 1", "cannot read"),
        ("cash_mean[36].__class__ > 1", "cannot read"),
    ],
)
def test_a_wrong_condition_is_explained(simulation, text, message):
    with pytest.raises(InputError, match=message):
        value_of(text, simulation)


@given(st.text(max_size=60))
def test_no_text_does_more_than_be_refused(text):
    with contextlib.suppress(InputError):
        parse_condition(text)


def test_ruin_can_only_be_asked_of_a_scenario_that_has_it():
    simulation = known_simulation({"cash": falling_cash(10, 3)}, ruin=False)
    with pytest.raises(InputError, match="says nothing of it"):
        check_condition(parse_condition("ruin_probability > 0"), simulation.scenario, simulation.tracked)
