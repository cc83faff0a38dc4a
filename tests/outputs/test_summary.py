import json

import numpy as np
import pytest
from known_simulation import falling_cash, known_simulation

from burncast.outputs.results.dataset import to_dataset
from burncast.outputs.results.summary import as_plain, summarise


def test_the_figures_are_those_of_the_dataset():
    simulation = known_simulation({"cash": falling_cash()}, units={"cash": "USD"})
    summary, dataset = summarise(simulation), to_dataset(simulation)
    assert [figure.period for figure in summary.ruin_probability] == [6, 12, 18, 24, 36]
    for figure in summary.ruin_probability:
        assert figure.probability == dataset["ruin_probability"].sel(period=figure.period)
        assert figure.standard_error == dataset["ruin_probability_se"].sel(period=figure.period)
        assert figure.date == str(dataset["date"].sel(period=figure.period).values)[:10]
    for figure in summary.runway:
        expected = dataset["runway"].sel(quantile=figure.quantile).item()
        assert figure.censored == np.isinf(expected)
        assert figure.periods == (None if figure.censored else expected)
    assert summary.runway[-1].censored
    for figure in summary.funding_need:
        assert figure.amount == dataset["funding_need"].sel(quantile=figure.confidence)
    (cash,) = summary.horizon
    assert (cash.mean, cash.unit) == (dataset["cash_mean"].sel(period=36), "USD")
    assert (cash.p5, cash.p95) == tuple(dataset["cash"].sel(period=36, quantile=[0.05, 0.95]).values)


@pytest.mark.parametrize(
    ("periods", "expected"), [(1, [1]), (6, [6]), (20, [6, 12, 18, 20]), (48, [6, 12, 18, 24, 36, 48])]
)
def test_ruin_is_told_at_round_periods_and_the_horizon(periods, expected):
    summary = summarise(known_simulation({"cash": falling_cash(50, periods)}))
    assert [figure.period for figure in summary.ruin_probability] == expected


@pytest.mark.parametrize(("level", "bound"), [(1.0, 1 - 0.05 ** (1 / 50)), (-1.0, 0.05 ** (1 / 50))])
def test_never_and_always_have_a_bound(level, bound):
    (figure,) = summarise(known_simulation({"cash": np.full((50, 4), level)})).ruin_probability
    assert figure.standard_error == 0.0
    assert figure.bound_95 == pytest.approx(bound, rel=1e-12)


def test_every_element_has_a_line():
    users = np.arange(5 * 2 * 2 * 3, dtype=float).reshape(5, 2, 2, 3)
    simulation = known_simulation(
        {"users": users}, dimensions={"a": ["x", "y"], "b": ["u", "v"]}, over={"users": ("a", "b")}
    )
    horizon = summarise(simulation).horizon
    assert [figure.element for figure in horizon] == [("x", "u"), ("x", "v"), ("y", "u"), ("y", "v")]
    assert [figure.mean for figure in horizon] == users.mean(axis=0)[..., -1].ravel().tolist()


def test_plain_data_is_valid_json_and_complete():
    simulation = known_simulation({"cash": np.full((5, 3), np.inf)}, start=None)
    plain = as_plain(summarise(simulation))
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["horizon"][0]["mean"] is None
    assert plain["seed"] == 2**63 + 7
    assert plain["runway"][0] == {"quantile": 0.05, "periods": None, "date": None, "censored": True}


def test_without_ruin_there_are_no_figures_of_ruin():
    summary = summarise(known_simulation({"cash": falling_cash(50, 3)}, ruin=False))
    assert (summary.ruin_probability, summary.runway, summary.funding_need) == ((), (), ())
