"""Observed figures: what rows mean, and every mistake by file, row and column."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from burncast.calibration.measurement import Measurement
from burncast.calibration.observations import read_observations
from burncast.calibration.period_spans import Span, SpanError, read_span
from burncast.distributions.errors import DataError
from burncast.engine.scenario import load

Z95 = norm.ppf(0.95)
COMPANY = {
    "scenario": {"title": "company", "periods": 24, "start": "2023-06", "currency": "USD"},
    "dimensions": {"plan": ["free", "plus"]},
    "inputs": {
        "growth": {"value": "normal(0.03, 0.02)", "over": "plan"},
        "price": {"value": 20, "unit": "USD/user/month"},
    },
    "formulas": {"revenue": {"value": "users['plus'] * price", "unit": "USD/month"}},
    "stocks": {
        "users": {"start": 1000, "next": "users * (1 + growth)", "over": "plan", "unit": "user"},
        "cash": {"start": 1e6, "next": "cash + revenue - 3e4", "unit": "USD"},
    },
    "ruin": {"when": "cash < 0"},
}


@pytest.fixture(scope="module")
def company():
    return load(COMPANY)


def figures(rows, scenario):
    return read_observations(rows, scenario).figures


def one(row, scenario):
    (figure,) = figures([row], scenario)
    (statement,) = figure.statements
    return figure, statement.measurement


def test_aggregates_of_a_path(company):
    rows = [
        {"variable": "cash", "period": "2023-08-31", "value": 1, "sd": 1},
        {"variable": "revenue", "aggregate": "sum", "period": "2023-Q3", "value": 1, "sd": 1},
        {"variable": "revenue", "aggregate": "mean", "period": "2024-H1", "value": 1, "sd": 1},
        {"variable": "cash", "aggregate": "change", "period": "2 to 4", "value": 1, "sd": 1},
        {"variable": "users['plus']", "aggregate": "change", "period": "2024", "unit": "%", "value": 1, "sd": 1},
        {"variable": "cash", "period": "2023-05-31", "value": 1, "sd": 1},
    ]
    found = figures(rows, company)
    tracked = np.random.default_rng(1).uniform(1, 2, size=(3, 5, 25))
    names = {item.name: item.first_element for item in read_observations(rows, company).program.tracked}
    cash, revenue, plus = tracked[:, names["cash"]], tracked[:, names["revenue"]], tracked[:, names["users"] + 1]
    expected = [
        cash[:, 3],
        revenue[:, 2:5].sum(axis=1),
        revenue[:, 8:14].mean(axis=1),
        cash[:, 4] - cash[:, 1],
        100 * (plus[:, 19] / plus[:, 7] - 1),
        cash[:, 0],
    ]
    for figure, value in zip(found, expected, strict=True):
        np.testing.assert_allclose(figure.truth(tracked), value, rtol=1e-14)
    assert found[4].title == 'users["plus"], change, 2024'


def test_units_are_converted(company):
    row = {"variable": "revenue", "period": "2023-07", "value": 12, "sd": 1.2}
    yearly = one({**row, "unit": "USD/year"}, company)[1]
    assert (yearly.central, yearly.below) == (pytest.approx(1), pytest.approx(0.1))
    assert one({**row, "unit": "USD/month"}, company)[1].central == 12
    summed = {"variable": "revenue", "aggregate": "sum", "period": "2023-Q3", "value": 12, "sd": "10 %"}
    assert one({**summed, "unit": "USD"}, company)[1] == Measurement(
        "normal", 12, pytest.approx(1.2), pytest.approx(1.2)
    )


def test_what_is_said_becomes_a_law(company):
    def law(**said):
        return one({"variable": "cash", "period": 3, **said}, company)[1]

    assert law(value="540e6 ± 10e6") == Measurement("normal", 540e6, 10e6, 10e6)
    assert law(central="200 +/- 5 %") == Measurement("normal", 200, 10, 10)
    wide = math.log(4) / 2 / Z95
    found = law(low=2, high=8)
    assert (found.kind, found.central) == ("lognormal", pytest.approx(4))
    assert (found.below, found.above) == (pytest.approx(wide), pytest.approx(wide))
    found = law(low=2, central=3, high=8)
    assert (found.below, found.above) == (pytest.approx(math.log(1.5) / Z95), pytest.approx(math.log(8 / 3) / Z95))
    found = law(low=-1, central=0, high=3)
    assert found == Measurement("normal", 0, pytest.approx(1 / Z95), pytest.approx(3 / Z95))
    assert law(low=5) == Measurement("at least", 5, 0, 0)
    assert law(high=5, sd=2) == Measurement("at most", 5, 2, 2)


@pytest.mark.parametrize("kind", ["normal", "lognormal"])
def test_densities_of_reports_integrate_to_one_and_agree_with_their_distribution(kind):
    truth = np.array([2.5])

    def density(y):
        return math.exp(Measurement(kind, y, 0.3, 0.5).log_density(truth)[0])

    ends = (-3, 8) if kind == "normal" else (1e-9, 60)
    assert quad(density, *ends, points=[2.5], limit=200)[0] == pytest.approx(1.0, rel=1e-6)
    for y in (1.9, 2.5, 3.4):
        below = quad(density, ends[0], y, points=[2.5], limit=200)[0]
        assert Measurement(kind, y, 0.3, 0.5).probability_below(truth)[0] == pytest.approx(below, rel=1e-6)


def test_an_even_law_is_the_usual_one():
    truth = np.array([1.0, 2.5, 7.0])
    np.testing.assert_allclose(
        Measurement("normal", 3, 0.7, 0.7).log_density(truth), norm.logpdf(3, truth, 0.7), rtol=1e-12
    )
    np.testing.assert_allclose(
        Measurement("lognormal", 3, 0.7, 0.7).log_density(truth),
        norm.logpdf(math.log(3), np.log(truth), 0.7) - math.log(3),
        rtol=1e-12,
    )
    assert Measurement("lognormal", 3, 0.7, 0.7).log_density(np.array([0.0, -1.0])).tolist() == [-math.inf] * 2
    bound = Measurement("at least", 2, 0, 0)
    assert bound.log_density(truth).tolist() == [-math.inf, 0.0, 0.0]
    soft = Measurement("at most", 2, 0.5, 0.5)
    np.testing.assert_allclose(soft.log_density(truth[:2]), norm.logcdf((2 - truth[:2]) / 0.5), rtol=1e-6)


def test_contradictory_sources_are_kept_as_a_mixture(company):
    rows = [
        {"variable": "cash", "period": "2023-06", "value": 3, "sd": 1, "source": "a", "weight": 3},
        {"variable": "cash", "period": "2023-06-30", "value": 5, "sd": 2, "source": "b"},
    ]
    (figure,) = figures(rows, company)
    truth = np.array([2.0, 4.4, 90.0])
    expected = np.log(0.75 * norm.pdf(3, truth[:2], 1) + 0.25 * norm.pdf(5, truth[:2], 2))
    np.testing.assert_allclose(figure.log_likelihood(truth)[:2], expected, rtol=1e-12)
    assert figure.log_likelihood(truth)[2] == pytest.approx(math.log(0.25) + norm.logpdf(5, 90, 2))


@pytest.mark.parametrize(
    ("text", "step", "expected"),
    [
        ("2023-06", "month", Span(1, 1, True)),
        ("2023-06-15", "month", Span(1, 1, False)),
        ("2023-06-30", "month", Span(1, 1, False)),
        ("2024", "month", Span(8, 19, True)),
        ("2023-Q3 to 2024-03", "month", Span(2, 10, True)),
        ("3..5", "month", Span(3, 5, True)),
        ("12", "month", Span(12, 12, True)),
        ("2023-05-31", "month", Span(0, 0, False)),
        ("2023-06 to 2023-08", "quarter", Span(1, 1, True)),
        ("2023-Q3", "quarter", Span(1, 2, False)),
        ("2023-06-01 to 2023-06-14", "week", Span(1, 2, True)),
        ("2023-06", "week", Span(1, 5, False)),
    ],
)
def test_periods(text, step, expected):
    scenario = load({"scenario": {"periods": 24, "start": "2023-06", "step": step}})
    assert read_span(text, scenario) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2023", "begins before the first simulated day, 2023-06-01"),
        ("2025-06", "reaches beyond the last period, 24, which ends on 2025-05-31"),
        ("2024-03 to 2024-01", "ends before it begins"),
        ("March 2024", "'March 2024' is no period"),
        ("2024-13", "'2024-13' is no period"),
        ("2024-02-30", "is no period"),
        ("1 to 2 to 3", "is no period"),
        ("25", "reaches beyond the last period"),
    ],
)
def test_words_that_are_no_period(text, message, company):
    with pytest.raises(SpanError, match=message):
        read_span(text, company)
    bare = load({**COMPANY, "scenario": {"periods": 24}})
    with pytest.raises(SpanError, match=r"is no period|beyond|ends before"):
        read_span(text, bare)


CSV = """variable,aggregate,period,low,central,high,value,sd,unit,source
revenue,sum,2023-Q3,,,,6e4,10 %,USD,accounts
cash,,2023-12-31,0.5e6,,1.5e6,,,USD,press
"""


def test_csv_and_toml_say_the_same(tmp_path, company):
    (tmp_path / "o.csv").write_text(CSV)
    (tmp_path / "o.toml").write_text(
        """[[observations]]
variable = "revenue"
aggregate = "sum"
period = "2023-Q3"
value = 6e4
sd = "10 %"
unit = "USD"
source = "accounts"

[[observations]]
variable = "cash"
period = "2023-12-31"
low = 0.5e6
high = 1.5e6
source = "press"
"""
    )
    csv, toml = (figures(tmp_path / f"o.{kind}", company) for kind in ("csv", "toml"))
    assert [(one.title, one.statements[0].measurement) for one in csv] == [
        (one.title, one.statements[0].measurement) for one in toml
    ]
    assert [one.statements[0].row for one in csv] == [2, 3]
    assert [one.statements[0].row for one in toml] == [1, 10]


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ("revenu,,2023-07,,,,1,1,,", "variable", "no quantity 'revenu'; did you mean 'revenue'?"),
        (",,2023-07,,,,1,1,,", "variable", "is missing; expected a quantity"),
        ("cash - revenue,,2023-07,,,,1,1,,", "variable", "names no quantity; expected a quantity, as cash"),
        ("cash +,,2023-07,,,,1,1,,", "variable", "names no quantity"),
        ("users,,2023-07,,,,1,1,,", "variable", "users has elements; expected users[…] with one of free, plus"),
        ("users['pluss'],,2023-07,,,,1,1,,", "variable", "no element 'pluss'; did you mean 'plus'?"),
        ("cash['plus'],,2023-07,,,,1,1,,", "variable", "cash has no such elements; expected cash alone"),
        ("cash,total,2023-07,,,,1,1,,", "aggregate", "is 'total'; expected value or sum"),
        ("price,sum,,,,,1,1,,", "aggregate", "price is an input, which has one value"),
        ("cash,,,,,,1,1,,", "period", "is missing; expected when it was so"),
        ("cash,,2023,,,,1,1,,", "period", "begins before the first simulated day"),
        ("cash,,2024,,,,1,1,,", "period", "is 12 months, and a value is of one"),
        ("cash,mean,2023-06-15 to 2023-07-31,,,,1,1,,", "period", "does not begin and end with the scenario's months"),
        ("revenue,,2023-05,,,,1,1,,", "period", "is period 0, in which a formula has no value"),
        ("revenue,change,2023-06,,,,1,1,,", "period", "in which no change is known; expected period 2 or later"),
        ("cash,,2023-07,,,,one,1,,", "value", "is 'one'; expected a number"),
        ("cash,,2023-07,,,,nan,1,,", "value", "is 'nan'; expected a number"),
        ("cash,,2023-07,,,,1,0,,", "sd", "is 0; expected a number above 0"),
        ("cash,,2023-07,,,,1,,,", "value", "value alone does not say how sure it is"),
        ("cash,,2023-07,3,,2,,,,", "low", "do not ascend; expected low < central < high"),
        ("cash,,2023-07,1,2,,,,,", "low", "low, central together say no law of errors"),
        ("cash,,2023-07,,,,,,,", "central", "says nothing"),
        ("cash,,2023-07,,2,,1,1,,", "value", "is given beside `central`"),
        ("cash,,2023-07,,,,1 ± x,,,", "value", "expected a value and its sd"),
        ("cash,,2023-07,,,,1,1,USD/month,", "unit", "is 'USD/month', and cash is in USD; expected USD"),
        ("revenue,sum,2023-Q3,,,,1,1,user,", "unit", "the sum of revenue is in USD"),
        ("cash,,2023-07,,,,1,1,UDS,", "unit", "there is no unit 'UDS'; did you mean 'USD'?"),
    ],
)
def test_mistakes_by_row_and_column(row, column, message, tmp_path, company):
    path = tmp_path / "o.csv"
    path.write_text(CSV + row + "\n")
    with pytest.raises(DataError) as caught:
        read_observations(path, company)
    assert message in str(caught.value)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.key) == (str(path), 4, column)


def test_mistakes_of_whole_files(tmp_path, company):
    def message(name, text):
        (tmp_path / name).write_text(text)
        with pytest.raises(DataError) as caught:
            read_observations(tmp_path / name, company)
        return str(caught.value)

    assert "did you mean 'aggregate'?" in message("a.csv", CSV.replace("aggregate", "agregate"))
    assert "the same source says the same in row 2" in message("b.csv", CSV + CSV.splitlines()[1] + "\n")
    assert "is no list of observations" in message("a.toml", "[observations]\nvariable = 3\n")
    assert "is not valid TOML" in message("b.toml", "[[observations]\n")
    assert "c.toml:2" in message("c.toml", '[[observations]]\nvariable = "cush"\nvalue = 1\nsd = 1\nperiod = 3\n')
    assert "weight: is -1" in message("w.csv", "variable,period,value,sd,weight\ncash,3,1,1,-1\n")
    with pytest.raises(DataError, match="there is no such file"):
        read_observations(tmp_path / "none.csv", company)
    with pytest.raises(DataError, match="observations:2: period: is missing"):
        read_observations([{"variable": "cash", "period": 3, "low": 1}, {"variable": "cash", "low": 1}], company)
    with pytest.raises(DataError, match="holds no observations"):
        read_observations([], company)
