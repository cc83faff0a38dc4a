"""Laws as a scenario writes them: every form builds what it says, and everything wrong is named."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from burncast.distributions.beta import Beta
from burncast.distributions.discrete import Discrete
from burncast.distributions.errors import LawError
from burncast.distributions.families import FAMILIES, make_law
from burncast.distributions.gev import Gev
from burncast.distributions.gpareto import GeneralisedPareto
from burncast.distributions.johnson_su import JohnsonSU
from burncast.distributions.law import Law
from burncast.distributions.lognormal import Lognormal
from burncast.distributions.mixture import Mixture
from burncast.distributions.normal import Normal
from burncast.distributions.pareto import Pareto
from burncast.distributions.student_t import StudentT
from burncast.distributions.truncation import Truncation
from burncast.distributions.uniform import Uniform

NORMAL = Normal(0.0, 1.0)


def law(name: str, /, *arguments: object, **keywords: object) -> Law:
    return make_law(name, arguments, keywords)


def test_every_named_family_is_there():
    ours = {
        "normal",
        "lognormal",
        "uniform",
        "triangular",
        "pert",
        "beta",
        "gamma",
        "weibull",
        "student_t",
        "exponential",
    }
    ours |= {"loglogistic", "gumbel", "frechet", "gev", "gpareto", "inverse_gaussian", "burr"}
    ours |= {"johnson_su", "johnson_sb", "skew_normal", "poisson", "binomial", "negative_binomial"}
    ours |= {"metalog", "piecewise", "smoothed", "pool"}
    ours |= {"beta_binomial", "zero_inflated", "hurdle"}
    ours |= {"pareto", "bernoulli", "discrete", "empirical", "mixture", "truncate", "interval", "sip", "scipy"}
    assert set(FAMILIES) == ours


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (law("normal", 1, 2), Normal(1.0, 2.0)),
        (law("normal", 1, sd=2), Normal(1.0, 2.0)),
        (law("lognormal", mu=1, sigma=2), Lognormal(1.0, 2.0)),
        (law("uniform", 1, 2), Uniform(1.0, 2.0)),
        (law("beta", 2, 3, high=10), Beta(2.0, 3.0, 0.0, 10.0)),
        (law("pareto", 2, 3), Pareto(2.0, 3.0)),
        (law("student_t", 4), StudentT(4.0, 0.0, 1.0)),
        (law("student_t", 4, 1, 2), StudentT(4.0, 1.0, 2.0)),
        (law("bernoulli", 0.25), Discrete((0.0, 1.0), (0.75, 0.25))),
        (law("discrete", values=[2, 1], weights=[1, 3]), Discrete((1.0, 2.0), (3.0, 1.0))),
        (law("empirical", [3, 1, 3]), Discrete((1.0, 3.0), (1.0, 2.0))),
        (law("truncate", NORMAL, low=0), Truncation(NORMAL, 0.0, np.inf)),
        (law("mixture", NORMAL, 7, weights=[1, 3]), Mixture((NORMAL, Discrete((7.0,), (1.0,))), (0.25, 0.75))),
        (law("pert", 1, 2, 7), Beta(1 + 4 / 6, 1 + 20 / 6, 1.0, 7.0)),
        (law("pert", 1, 2, 7, peak=6), Beta(2.0, 6.0, 1.0, 7.0)),
        (law("gev", 1, 2, 0.3), Gev(1.0, 2.0, 0.3)),
        (law("gpareto", 0.3, 2, low=1), GeneralisedPareto(0.3, 2.0, 1.0)),
        (law("johnson_su", -1, 2), JohnsonSU(-1.0, 2.0, 0.0, 1.0)),
        (law("binomial", 1, 0.25), Discrete((0.0, 1.0), (1.0, 0.25 / 0.75))),
        (law("hurdle", law("bernoulli", 0.5), 0.25), Discrete((0.0, 1.0), (0.25, 0.75))),
    ],
    ids=str,
)
def test_usual_parameters(built, expected):
    assert built == expected


@pytest.mark.parametrize(
    ("name", "extra"),
    [(name, {}) for name in ("normal", "lognormal", "uniform", "gamma", "weibull", "pareto", "loglogistic", "gumbel")]
    + [(name, {}) for name in ("frechet", "inverse_gaussian")]
    + [("gev", {"shape": 0.1}), ("gpareto", {"low": 1}), ("skew_normal", {"skewness": 0.5})]
    + [("beta", {"low": -1, "high": 9}), ("student_t", {"df": 3})],
)
def test_mean_and_sd(name, extra):
    built = law(name, mean=3, sd=1.5, **extra)
    assert (built.mean, built.sd) == pytest.approx((3, 1.5), rel=1e-11)


def test_exponential_by_mean_and_by_rate():
    assert law("exponential", 4) == law("exponential", mean=4) == law("exponential", rate=0.25)


@pytest.mark.parametrize(
    ("wrong", "argument", "nearest", "words"),
    [
        (lambda: law("norml", 0, 1), None, "normal", "no distribution 'norml'"),
        (lambda: law("normal", mean=0, std=1), "std", "sd", "no parameter 'std'"),
        (lambda: law("gamma", shap=2, scale=1), "shap", "shape", "no parameter 'shap'"),
        (lambda: law("normal", mean=0), "sd", None, "sd is missing"),
        (lambda: law("triangular", low=0, high=1), "mode", None, "mode is missing"),
        (lambda: law("normal", 0, -1), "sd", None, "sd is -1"),
        (lambda: law("normal", 0, float("nan")), "sd", None, "sd is nan"),
        (lambda: law("beta", mean=0.5, sd=0.6), "sd", None, "below 0.5"),
        (lambda: law("beta", mean=2, sd=0.1), "mean", None, "between low = 0 and high = 1"),
        (lambda: law("lognormal", 1, 2), None, None, "names of its parameters"),
        (lambda: law("lognormal", mean=1, sigma=2), "sigma", None, "do not go together"),
        (lambda: law("lognormal"), None, None, "parameters are missing"),
        (lambda: law("uniform", 2, 1), "low", None, "low < high"),
        (lambda: law("triangular", 0, 5, 1), "mode", None, "mode is 5"),
        (lambda: law("normal", 1, 2, 3), None, None, "at most 2"),
        (lambda: law("normal", 1, mean=3), "mean", None, "twice"),
        (lambda: law("normal", mean="big", sd=1), "mean", None, "mean is 'big'"),
        (lambda: law("normal", mean=[1], sd=1), "mean", None, "mean is a list"),
        (lambda: law("normal", mean=NORMAL, sd=1), "mean", None, "mean is a law"),
        (lambda: law("bernoulli", 1.5), "p", None, "p is 1.5"),
        (lambda: law("bernoulli", p5=1, p95=2), "p5", None, "cannot be stated by percentiles"),
        (lambda: law("discrete", 3), "values", None, "list of numbers"),
        (lambda: law("discrete", [1, 2], [1]), "weights", None, "1 weights for 2 values"),
        (lambda: law("discrete", [1, 2], [1, -1]), "weights", None, "a weight is -1"),
        (lambda: law("discrete", [1, 2], [0, 0]), "weights", None, "every weight is 0"),
        (lambda: law("discrete", [1, float("inf")]), "values", None, "not finite"),
        (lambda: law("empirical", []), "sample", None, "empty"),
        (lambda: law("mixture", NORMAL, NORMAL, weights=[1]), "weights", None, "1 weights for 2 laws"),
        (lambda: law("mixture", "normal"), None, None, "made of laws"),
        (lambda: law("truncate", low=1), None, None, "made of laws"),
        (lambda: law("truncate", Uniform(0.0, 1.0), low=2), "low", None, "nothing of the law"),
        (lambda: law("truncate", NORMAL, low=2, high=1), "low", None, "low < high"),
        (lambda: law("student_t", df=2, mean=0, sd=1), "sd", None, "df is above 2"),
        (lambda: law("pool", NORMAL, NORMAL, kind="lag"), "kind", "log", "kind is 'lag'"),
        (lambda: law("pool", NORMAL, NORMAL, kind=3), "kind", None, "kind is 3"),
        (lambda: law("pool", NORMAL, 7, kind="log"), "kind", None, "points of positive probability"),
        (lambda: law("pool", Uniform(0.0, 1.0), Uniform(2.0, 3.0), kind="log"), "kind", None, "no values in common"),
        (lambda: law("pool", NORMAL, NORMAL, weights=[1], kind="log"), "weights", None, "1 weights for 2 laws"),
        (lambda: law("interval", 8, 2), "low", None, "8 to 2"),
        (lambda: law("normal", mean=1, sd=1, p5=0), "p5", None, "all given"),
        (lambda: law("lognormal", mean=1, p5=0.5), "mean", None, "cannot be combined with percentiles"),
    ],
)
def test_what_is_wrong_is_named(wrong, argument, nearest, words):
    with pytest.raises(LawError) as caught:
        wrong()
    assert caught.value.argument == argument
    assert caught.value.nearest == nearest
    assert words in str(caught.value)


VALUE = st.one_of(st.floats(), st.text(max_size=4), st.lists(st.floats(), max_size=3), st.just(NORMAL))


@given(
    st.sampled_from(sorted(FAMILIES)),
    st.lists(VALUE, max_size=4),
    st.dictionaries(
        st.sampled_from(
            ["mean", "sd", "low", "high", "mode", "p5", "p95", "weights", "shape", "df", "alpha", "nonsense"]
        ),
        VALUE,
        max_size=4,
    ),
)
def test_anything_builds_a_law_or_is_refused_as_one(name, arguments, keywords):
    try:
        built = make_law(name, arguments, keywords)
    except LawError:
        return
    assert isinstance(built, Law)


def test_a_sip_needs_its_library():
    assert make_law("sip", [NORMAL, "library.SIPmath", "Demand"], {}) == NORMAL
    with pytest.raises(LawError, match=r"beside a scenario; expected an input sip\("):
        make_law("sip", ["library.SIPmath", "Demand"], {})


def test_signatures_tell_how_to_write_a_family():
    assert FAMILIES["normal"].signatures == ("normal(mean, sd)", "normal(p5=…, p95=…)")
    assert FAMILIES["truncate"].signatures == ("truncate(law, low=…, high=…)",)


def test_nothing_slow_is_imported():
    modules = "sys, burncast.distributions.families, burncast.distributions.correlation"
    code = f"import {modules}; print('scipy.stats' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
