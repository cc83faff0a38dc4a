"""Laws from percentiles: exact where they determine the law, least squares in probability beyond, refused where
impossible."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from burncast.distributions.elicitation import interval
from burncast.distributions.errors import LawError
from burncast.distributions.families import make_law
from burncast.distributions.law import Law
from burncast.distributions.lognormal import Lognormal
from burncast.distributions.normal import Normal


def law(name: str, **keywords: float) -> Law:
    return make_law(name, [], keywords)


@pytest.mark.parametrize(
    ("name", "statements", "given"),
    [
        *[(name, {"p5": 2, "p95": 8}, {}) for name in ("normal", "lognormal", "uniform", "gamma", "weibull", "pareto")],
        ("student_t", {"p5": 2, "p95": 8}, {"df": 3}),
        ("exponential", {"p50": 3}, {}),
        ("beta", {"p5": 0.02, "p95": 0.06}, {}),
        ("beta", {"p5": 0.0002, "p95": 0.96}, {}),
        ("beta", {"p10": 12, "p90": 19}, {"low": 10, "high": 20}),
        ("gamma", {"p5": 0.0002, "p95": 8}, {}),
        ("lognormal", {"p2_5": 1, "p97_5": 1e6}, {}),
        ("triangular", {"p5": 2, "p50": 4, "p95": 7}, {}),
        ("triangular", {"p5": 2, "p95": 8}, {"mode": 4}),
        ("pert", {"p5": 2, "p50": 4, "p95": 8}, {}),
        ("pert", {"p10": 2, "p90": 8}, {"mode": 4, "peak": 6}),
        ("pert", {"p95": 8}, {"low": 0, "mode": 3}),
        ("normal", {"p95": 8}, {"mean": 5}),
        ("normal", {"p20": 8}, {"sd": 5}),
        ("uniform", {"p95": 8}, {"low": 0}),
        ("pareto", {"p95": 8}, {"low": 1}),
        ("weibull", {"p50": 8}, {"shape": 2}),
        ("gamma", {"p50": 8}, {"scale": 2}),
        *[(name, {"p5": 2, "p95": 8}, {}) for name in ("loglogistic", "gumbel", "frechet", "gpareto")],
        ("inverse_gaussian", {"p5": 2, "p95": 8}, {}),
        ("inverse_gaussian", {"p5": 0.01, "p95": 8}, {}),
        ("gev", {"p5": 2, "p50": 4, "p95": 9}, {}),
        ("gev", {"p5": 2, "p95": 9}, {"shape": -0.2}),
        ("gpareto", {"p50": 12, "p95": 30}, {"low": 10}),
        ("burr", {"p5": 2, "p50": 4, "p95": 9}, {}),
        ("johnson_su", {"p5": -3, "p30": 1, "p70": 3, "p95": 12}, {}),
        ("johnson_sb", {"p5": 0.2, "p95": 0.3}, {}),
        ("johnson_sb", {"p5": 2, "p95": 9}, {"low": -1, "high": 10}),
        ("skew_normal", {"p5": 2, "p50": 4, "p95": 7}, {}),
    ],
)
def test_as_many_percentiles_as_parameters_are_met_exactly(name, statements, given):
    built = law(name, **statements, **given)
    for written, value in statements.items():
        p = float(written[1:].replace("_", ".")) / 100
        assert float(built.quantile(p)) == pytest.approx(value, rel=1e-9)
    if "mode" in given and name == "triangular":
        assert built.mode == given["mode"]


@pytest.mark.parametrize(
    ("name", "statements", "given"),
    [
        ("normal", {"p90": 8}, {}),
        ("lognormal", {"p90": 8}, {}),
        ("gamma", {"p90": 8}, {}),
        ("weibull", {"p90": 8}, {}),
        ("loglogistic", {"p90": 8}, {}),
        ("gumbel", {"p90": 8}, {}),
        ("inverse_gaussian", {"p90": 8}, {}),
        ("beta", {"p90": 8}, {"low": 0, "high": 10}),
        ("student_t", {"p90": 8}, {"df": 4}),
        ("gev", {"p10": 1, "p90": 8}, {}),
        ("skew_normal", {"p10": 1, "p90": 8}, {}),
    ],
)
def test_a_mode_and_percentiles_are_met(name, statements, given):
    built = law(name, mode=3, **statements, **given)
    for written, value in statements.items():
        assert float(built.quantile(int(written[1:]) / 100)) == pytest.approx(value, rel=1e-9)
    around = 3 + np.linspace(-0.5, 0.5, 4001)
    assert around[np.argmax(built.density(around))] == pytest.approx(3, abs=3e-4)


def test_a_mode_and_percentiles_of_a_known_law_give_it_back():
    truth = Lognormal(1.0, 0.5)
    mode = float(np.exp(1 - 0.25))
    found = law("lognormal", mode=mode, p80=float(truth.quantile(0.8)))
    assert (found.mu, found.sigma) == pytest.approx((1.0, 0.5), rel=1e-7)
    found = law("lognormal", mode=mode, **{f"p{k}": float(truth.quantile(k / 100)) for k in (5, 30, 90)})
    assert (found.mu, found.sigma) == pytest.approx((1.0, 0.5), rel=1e-5)


def test_chips_are_percentiles_at_the_inner_edges():
    by_chips = make_law("gamma", [], {"edges": [0, 10, 20, 40, 80], "chips": [2, 5, 2, 1]})
    by_percentiles = law("gamma", p20=10, p70=20, p90=40)
    assert (by_chips.shape, by_chips.scale) == pytest.approx((by_percentiles.shape, by_percentiles.scale), rel=1e-9)
    empty_middle = make_law("normal", [], {"edges": [0, 10, 20, 30, 40, 50], "chips": [1, 1, 0, 0, 2]})
    stated = np.array([10.0, 30.0])
    np.testing.assert_allclose(empty_middle.cdf(stated), [0.25, 0.5], rtol=1e-10)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["beta", "gamma", "weibull", "lognormal"]),
    st.floats(0.001, 0.9),
    st.floats(0.02, 0.98),
    st.floats(1, 30),
    st.floats(60, 99),
)
def test_two_percentiles_round_trip(name, low, share, first, second):
    high = low + (0.999 - low) * share
    built = make_law(name, [], {f"p{int(first)}": low, f"p{int(second)}": high})
    assert float(built.cdf(low)) == pytest.approx(int(first) / 100, rel=1e-7)
    assert float(built.cdf(high)) == pytest.approx(int(second) / 100, rel=1e-7)


def test_more_percentiles_are_met_by_least_squares_in_probability():
    p, x = np.array([0.05, 0.5, 0.95]), np.array([2.0, 5.0, 14.0])
    built = law("gamma", p5=2, p50=5, p95=14)
    ours = float(np.sum((built.cdf(x) - p) ** 2))

    def loss(theta: np.ndarray) -> float:
        return float(np.sum((stats.gamma(np.exp(theta[0]), scale=np.exp(theta[1])).cdf(x) - p) ** 2))

    theirs = optimize.minimize(loss, [1.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-16})
    assert ours == pytest.approx(theirs.fun, rel=1e-6)
    assert ours <= loss(np.log([built.shape * 1.01, built.scale]))


def test_consistent_percentiles_recover_the_law():
    truth = make_law("beta", [2.0, 5.0], {})
    stated = {f"p{k}": float(truth.quantile(k / 100)) for k in (5, 25, 50, 75, 95)}
    found = law("beta", **stated)
    assert (found.a, found.b) == pytest.approx((2, 5), rel=1e-6)


def test_interval_is_lognormal_if_positive_else_normal():
    positive, signed = interval(2.0, 8.0), interval(-1.0, 3.0)
    assert isinstance(positive, Lognormal)
    assert isinstance(signed, Normal)
    np.testing.assert_allclose(positive.quantile([0.05, 0.95]), [2, 8], rtol=1e-13)
    np.testing.assert_allclose(signed.quantile([0.05, 0.95]), [-1, 3], rtol=1e-13)


@pytest.mark.parametrize(
    ("wrong", "argument", "words"),
    [
        (lambda: law("normal", p10=5, p90=3), "p10", "p10 = 5 is not below p90 = 3"),
        (lambda: law("normal", p10=5, p90=5), "p10", "not below"),
        (lambda: law("lognormal", p5=-1, p95=3), "p5", "outside the support of lognormal"),
        (lambda: law("beta", p5=0.1, p95=1.2), "p95", "above 0 and below 1"),
        (lambda: law("pareto", low=2, p50=1), "p50", "outside the support"),
        (lambda: law("triangular", high=3, p50=1, p95=4), "p95", "outside the support"),
        (lambda: law("normal", p10=5), "p10", "cannot determine mean and sd"),
        (lambda: law("normal", p0=5, p50=6), "p0", "no percentile"),
        (lambda: law("normal", p5=1, p5_0=2), "p5_0", "same percentile"),
        (lambda: law("normal", p5=float("inf"), p95=1), "p5", "finite"),
        (lambda: law("normal", mean=5, p40=8), "p40", "no normal law with mean = 5 has p40 = 8"),
        (lambda: law("triangular", p5=2, p50=2.01, p95=8), "p50", "no triangular law has"),
        (lambda: law("student_t", p5=2, p95=8), "df", "df is missing"),
        (lambda: law("normal", mode=3, p90=1), "mode", "no normal law has p90 = 1, mode = 3"),
        (lambda: law("beta", mode=1.5, p90=0.7), "mode", "mode = 1.5 is outside the support of beta"),
        (lambda: law("exponential", mode=3, p90=8), "mode", "no parameter 'mode'"),
        (lambda: law("gev", mode=2, p30=1.9, p95=1e9), "mode", "no gev law has p30 = 1.9"),
        (lambda: make_law("normal", [], {"edges": [0, 1], "chips": [4]}), "chips", "one interval"),
        (lambda: make_law("normal", [], {"edges": [0, 1, 2], "chips": [4, 4]}), "edges", "cannot determine"),
        (lambda: make_law("lognormal", [], {"edges": [-2, -1, 2, 3], "chips": [4, 4, 4]}), "edges", "outside"),
        (lambda: make_law("normal", [], {"edges": [0, 1, 2]}), "chips", "chips is missing"),
    ],
)
def test_impossible_statements_are_named(wrong, argument, words):
    with pytest.raises(LawError) as caught:
        wrong()
    assert caught.value.argument == argument
    assert words in str(caught.value)
