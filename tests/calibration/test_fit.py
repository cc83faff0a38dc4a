"""Maximum likelihood against closed forms, SciPy, and published fits; censored, truncated and weighted rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from burncast.calibration.fittable import FITTABLE
from burncast.calibration.fitting import fit
from burncast.calibration.sample import make_sample
from burncast.distributions.errors import InputError
from burncast.distributions.families import make_law

PARAMETERS = {
    "normal": (1.0, 2.0),
    "student_t": (4.0, 1.0, 2.0),
    "gumbel": (1.0, 2.0),
    "gev": (1.0, 2.0, 0.3),
    "skew_normal": (1.0, 2.0, 3.0),
    "johnson_su": (0.5, 1.5, 1.0, 2.0),
    "lognormal": (0.3, 0.8),
    "gamma": (2.5, 1.3),
    "weibull": (1.7, 2.0),
    "exponential": (2.0,),
    "loglogistic": (2.5, 3.0),
    "inverse_gaussian": (2.0, 3.0),
    "frechet": (2.5, 3.0),
    "burr": (2.0, 1.5, 3.0),
    "gpareto": (0.3, 2.0, 0.0),
    "pareto": (1.5, 2.0),
    "beta": (2.0, 3.0, 0.0, 1.0),
    "johnson_sb": (0.5, 1.2, 0.0, 1.0),
    "uniform": (1.0, 3.0),
    "triangular": (1.0, 2.0, 4.0),
    "pert": (1.0, 2.0, 4.0, 4.0),
    "bernoulli": (0.3,),
    "poisson": (3.2,),
    "binomial": (0.3, 10.0),
    "negative_binomial": (3.0, 1.7),
    "beta_binomial": (2.0, 3.0, 10.0),
}
BEARINGS = [
    17.88, 28.92, 33.00, 41.52, 42.12, 45.60, 48.48, 51.84, 51.96, 54.12, 55.56, 67.80, 68.64, 68.64, 68.88, 84.12,
    93.12, 98.64, 105.12, 105.84, 127.92, 128.04, 173.40,
]  # fmt: skip
"""Millions of revolutions to the failure of 23 ball bearings (Lieblein & Zelen, J. Res. NBS 57 (1956) 273–316)."""
PORT_PIRIE = [
    4.03, 3.83, 3.65, 3.88, 4.01, 4.08, 4.18, 3.80, 4.36, 3.96, 3.98, 4.69, 3.85, 3.96, 3.85, 3.93, 3.75, 3.63, 3.57,
    4.25, 3.97, 4.05, 4.24, 4.22, 3.73, 4.37, 4.06, 3.71, 3.96, 4.06, 4.55, 3.79, 3.89, 4.11, 3.85, 3.86, 3.86, 4.21,
    4.01, 4.11, 4.24, 3.96, 4.21, 3.74, 3.85, 3.88, 3.66, 4.11, 3.71, 4.18, 3.90, 3.78, 3.91, 3.72, 4.00, 3.66, 3.62,
    4.33, 4.55, 3.75, 4.08, 3.90, 3.88, 3.94, 4.33,
]  # fmt: skip
"""Annual maxima of the sea level at Port Pirie, 1923–1987, in metres (Coles, An Introduction to Statistical Modeling of
Extreme Values, Springer 2001, §1.2)."""
SIX_MP = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
"""Weeks in remission with 6-mercaptopurine; the last twelve are censored (Gehan, Biometrika 52 (1965) 203–223)."""


def test_every_family_of_parameters_is_listed():
    assert set(PARAMETERS) == set(FITTABLE)


@pytest.mark.parametrize("name", FITTABLE)
def test_kernels_are_those_of_the_language(name):
    family, values = FITTABLE[name], PARAMETERS[name]
    law = make_law(name, [], dict(zip(family.names, values, strict=True)))
    theta = [np.array([[value]]) for value in values]
    if family.discrete:
        x = np.arange(0.0, law.support[1] + 1 if law.support[1] < 20 else 9.0)
        density = law.cdf(x) - law.cdf(x - 1)
    else:
        x = law.quantile([0.001, 0.1, 0.3, 0.5, 0.8, 0.99, 0.999])
        density = law.density(x)
    assert np.exp(family.log_density(x[None], *theta)[0]) == pytest.approx(density, rel=1e-12)
    assert family.cdf(x[None], *theta)[0] == pytest.approx(law.cdf(x), rel=1e-11)
    assert family.sf(x[None], *theta)[0] == pytest.approx(law.sf(x), rel=1e-11, abs=1e-14)
    outside = np.array([[law.support[0] - 1.0]])
    if math.isfinite(law.support[0]):
        assert family.cdf(outside, *theta) == 0
        assert family.log_density(outside, *theta) == -math.inf


TWINS = {
    "student_t": (stats.t, lambda p: (p["df"], p["mean"], p["scale"]), {}),
    "gumbel": (stats.gumbel_r, lambda p: (p["location"], p["scale"]), {}),
    "gev": (stats.genextreme, lambda p: (-p["shape"], p["location"], p["scale"]), {}),
    "skew_normal": (stats.skewnorm, lambda p: (p["shape"], p["location"], p["scale"]), {}),
    "johnson_su": (stats.johnsonsu, lambda p: (p["gamma"], p["delta"], p["location"], p["scale"]), {}),
    "gamma": (stats.gamma, lambda p: (p["shape"], 0, p["scale"]), {"floc": 0}),
    "weibull": (stats.weibull_min, lambda p: (p["shape"], 0, p["scale"]), {"floc": 0}),
    "loglogistic": (stats.fisk, lambda p: (p["shape"], 0, p["scale"]), {"floc": 0}),
    "inverse_gaussian": (stats.invgauss, lambda p: (p["mean"] / p["shape"], 0, p["shape"]), {"floc": 0}),
    "frechet": (stats.invweibull, lambda p: (p["alpha"], 0, p["scale"]), {"floc": 0}),
    "burr": (stats.burr12, lambda p: (p["c"], p["k"], 0, p["scale"]), {"floc": 0}),
    "gpareto": (stats.genpareto, lambda p: (p["shape"], 0, p["scale"]), {"floc": 0}),
    "beta": (stats.beta, lambda p: (p["a"], p["b"], 0, 1), {"floc": 0, "fscale": 1}),
    "johnson_sb": (stats.johnsonsb, lambda p: (p["gamma"], p["delta"], 0, 1), {"floc": 0, "fscale": 1}),
}


@pytest.mark.parametrize("name", TWINS)
def test_the_maximum_is_that_of_scipy(name):
    family = FITTABLE[name]
    law = make_law(name, [], dict(zip(family.names, PARAMETERS[name], strict=True)))
    x = law.quantile((np.random.default_rng(5).permutation(150) + 0.5) / 150)
    x = x * np.random.default_rng(6).uniform(0.97, 1.03, len(x)) if law.support[1] > 1 else x
    found = fit(x, name)
    twin, shapes, fixed = TWINS[name]
    assert found.log_likelihood == pytest.approx(twin.logpdf(x, *shapes(found.parameters)).sum(), rel=1e-10)
    theirs = twin.fit(x, **fixed)
    assert found.log_likelihood >= twin.logpdf(x, *theirs).sum() - 1e-6
    if name != "johnson_su":  # flat along a ridge
        assert shapes(found.parameters) == pytest.approx(theirs, rel=0.01, abs=0.01)


@pytest.mark.parametrize("name", ["poisson", "negative_binomial", "binomial(trials=10)", "beta_binomial(trials=10)"])
def test_counts_are_fitted_as_by_scipys_general_search(name):
    base = name.partition("(")[0]
    law = make_law(base, [], dict(zip(FITTABLE[base].names, PARAMETERS[base], strict=True)))
    x = law.quantile((np.arange(80) + 0.5) / 80)
    found = fit(x, name)
    free = list(found.parameters)

    def misfit(at):
        values = {**found.candidate.constants, **dict(zip(free, np.exp(at), strict=True))}
        if base == "binomial" and values["probability"] >= 1:
            return np.inf
        law = make_law(base, [], values)
        return -np.log(law.cdf(x) - law.cdf(x - 1)).sum()

    best = optimize.minimize(misfit, np.log(list(found.parameters.values())) + 0.1, method="Nelder-Mead")
    assert found.log_likelihood >= -best.fun - 1e-6
    assert list(found.parameters.values()) == pytest.approx(np.exp(best.x), rel=2e-3)


def test_closed_forms_and_their_standard_errors():
    x = np.random.default_rng(1).normal(5.0, 2.0, 40)
    normal = fit(x, "normal")
    sd = x.std()
    assert normal.parameters == pytest.approx({"mean": x.mean(), "sd": sd})
    assert normal.standard_errors == pytest.approx({"mean": sd / 40**0.5, "sd": sd / 80**0.5}, rel=1e-3)
    assert normal.covariance[0, 1] == pytest.approx(0.0, abs=1e-4)
    uniform = fit(x, "uniform")
    assert uniform.parameters == pytest.approx({"low": x.min(), "high": x.max()})
    exponential = fit(np.abs(x), "exponential")
    assert exponential.parameters["mean"] == pytest.approx(np.abs(x).mean())
    assert exponential.standard_errors["mean"] == pytest.approx(np.abs(x).mean() / 40**0.5, rel=1e-3)
    pareto = fit(np.exp(x), "pareto")
    assert pareto.parameters["low"] == pytest.approx(np.exp(x.min()))
    assert pareto.parameters["alpha"] == pytest.approx(1 / np.mean(x - x.min()))
    assert normal.aic == pytest.approx(4 - 2 * stats.norm(x.mean(), sd).logpdf(x).sum())
    assert normal.bic == pytest.approx(2 * math.log(40) - 2 * stats.norm(x.mean(), sd).logpdf(x).sum())


def test_triangular_and_pert_are_at_least_as_likely_as_scipys_fit():
    x = np.random.default_rng(2).triangular(1.0, 2.0, 4.0, 40)
    found = fit(x, "triangular")
    c, loc, scale = stats.triang.fit(x)
    assert found.log_likelihood >= stats.triang.logpdf(x, c, loc, scale).sum() - 1e-3
    known = fit(x, "pert(low=0.9, high=4.2)")
    best = optimize.minimize_scalar(
        lambda mode: -np.log(make_law("pert", [0.9, mode, 4.2], {}).density(x)).sum(), bounds=(1, 4), method="bounded"
    )
    assert known.parameters["mode"] == pytest.approx(best.x, abs=1e-4)


def test_ball_bearings_as_published():
    """Lawless, Statistical Models and Methods for Lifetime Data, 2nd ed., Wiley 2003, ch. 5: 2.10 and 81.9."""
    found = fit(BEARINGS, "weibull")
    assert found.parameters["shape"] == pytest.approx(2.102, abs=1e-3)
    assert found.parameters["scale"] == pytest.approx(81.88, abs=0.01)
    assert fit(BEARINGS, "lognormal").parameters == pytest.approx({"mu": 4.150, "sigma": 0.522}, abs=1e-3)


def test_port_pirie_as_published():
    """Coles 2001, §3.4.1: (3.87, 0.198, −0.050), standard errors (0.028, 0.020, 0.098), log-likelihood 4.34."""
    found = fit(PORT_PIRIE, "gev")
    assert list(found.parameters.values()) == pytest.approx([3.87, 0.198, -0.050], abs=5e-3)
    assert list(found.standard_errors.values()) == pytest.approx([0.028, 0.020, 0.098], abs=5e-4)
    assert found.log_likelihood == pytest.approx(4.34, abs=5e-3)


def test_horse_kicks_as_published():
    """Bortkiewicz 1898: 200 corps-years with 0.61 deaths on average, Poisson as can be."""
    deaths = np.repeat([0, 1, 2, 3, 4], [109, 65, 22, 3, 1])
    found = fit(deaths)
    assert found.family == "poisson"
    assert found.parameters["rate"] == pytest.approx(0.61)
    assert found.p_value > 0.2


def test_censored_exponential_is_total_time_over_events():
    censored = np.arange(21) >= 9
    found = fit(SIX_MP, "exponential", right_censored=censored)
    assert found.parameters["mean"] == pytest.approx(359 / 9)
    assert found.standard_errors["mean"] == pytest.approx(359 / 27, rel=1e-3)
    assert found.predictive == "gpareto(shape=0.111111, scale=39.8889)"
    again = fit(np.where(censored, SIX_MP, SIX_MP), "exponential", upper=np.where(censored, np.inf, SIX_MP))
    assert again.parameters == found.parameters


def test_censored_weibull_against_scipy():
    censored = np.arange(21) >= 9
    found = fit(SIX_MP, "weibull", right_censored=censored)
    data = stats.CensoredData.right_censored(SIX_MP, censored)
    shape, _, scale = stats.weibull_min.fit(data, floc=0)
    assert found.parameters == pytest.approx({"shape": shape, "scale": scale}, rel=1e-3)
    assert set(found.p_values) == {"KS", "CvM", "AD"}


def test_left_and_interval_censored_against_scipy():
    rng = np.random.default_rng(3)
    x = rng.lognormal(1.0, 0.7, 120)
    limit = 1.5
    found = fit(np.maximum(x, limit), "lognormal", left_censored=x < limit)
    data = stats.CensoredData.left_censored(np.maximum(x, limit), x < limit)
    sigma, _, scale = stats.lognorm.fit(data, floc=0)
    assert found.parameters == pytest.approx({"mu": math.log(scale), "sigma": sigma}, rel=1e-3)
    assert found.p_value > 0.01
    low = np.floor(x)
    grouped = fit(low, "lognormal", upper=low + 1)
    inside = stats.CensoredData(interval=np.column_stack([low, low + 1]))
    sigma, _, scale = stats.lognorm.fit(inside, floc=0)
    assert grouped.parameters == pytest.approx({"mu": math.log(scale), "sigma": sigma}, rel=1e-3)
    assert grouped.p_value > 0.01
    overlapping = fit(x * rng.uniform(0.5, 1.0, 120), "lognormal", upper=x * rng.uniform(1.0, 1.5, 120))
    assert overlapping.p_values == {}
    assert "random weights" in overlapping.entry.note
    assert "no test of fit" in overlapping.entry.note


def test_truncated_rows_have_closed_forms_too():
    x = np.random.default_rng(4).exponential(2.0, 200)
    beyond = x[x > 1.5]
    found = fit(beyond, "exponential", truncated=(1.5, np.inf))
    assert found.parameters["mean"] == pytest.approx(np.mean(beyond - 1.5), rel=1e-6)
    late = np.random.default_rng(5).uniform(0, 1, len(x))
    seen = x > late
    entered = fit(x[seen], "exponential", truncated=(late[seen], np.inf))
    assert entered.parameters["mean"] == pytest.approx(np.mean(x[seen] - late[seen]), rel=1e-6)
    normal = np.random.default_rng(6).normal(0, 1, 400)
    window = normal[np.abs(normal) < 1.2]
    cut = fit(window, "normal", truncated=(-1.2, 1.2))
    best = optimize.minimize(
        lambda at: -stats.truncnorm.logpdf(window, (-1.2 - at[0]) / at[1], (1.2 - at[0]) / at[1], at[0], at[1]).sum(),
        [0.0, 1.0],
        method="Nelder-Mead",
    )
    assert cut.log_likelihood == pytest.approx(-best.fun, abs=1e-4)
    assert cut.p_value > 0.01


def test_weights_count_rows_and_their_effective_number():
    x = np.array([1.0, 2.0, 4.0, 7.0])
    repeated = np.repeat(x, [3, 1, 2, 1])
    found = fit(x, "gamma", weights=[3, 1, 2, 1])
    assert found.parameters == pytest.approx(fit(repeated, "gamma").parameters, rel=1e-5)
    assert found.sample.size == pytest.approx(49 / 15)
    assert "weighted (as good as 3.267 equal ones)" in found.entry.note
    assert fit(x, "gamma", weights=[5, 5, 5, 5]).log_likelihood == fit(x, "gamma").log_likelihood
    assert len(make_sample(x, weights=[1, 0, 1, 0])) == 2


def test_given_parameters_are_kept():
    x = np.random.default_rng(7).normal(0, 2, 50)
    found = fit(x, "normal(mean=0)")
    assert found.parameters == pytest.approx({"sd": math.sqrt(np.mean(x**2))})
    assert found.plug_in == f"normal(mean=0, sd={found.parameters['sd']:.6g})"
    assert fit(np.abs(x) + 3, "pareto(low=3)").parameters["alpha"] == pytest.approx(
        1 / np.mean(np.log((np.abs(x) + 3) / 3))
    )
    shifted = fit(np.abs(x) + 3, "gpareto(low=3)")
    assert shifted.plug_in.endswith("low=3)")


def test_the_log_score_is_that_of_rows_left_out():
    x = np.random.default_rng(8).exponential(3.0, 12)
    found = fit(x, "exponential")
    means = (x.sum() - x) / 11
    scores = -x / means - np.log(means)
    assert found.log_score == pytest.approx(scores.mean())
    assert found.log_score_se == pytest.approx(scores.std(ddof=1) / 12**0.5)
    assert fit(x, "uniform").log_score == -math.inf


def test_families_are_ranked_and_the_rest_is_said():
    x = np.random.default_rng(9).lognormal(0, 1, 300)
    found = fit(x, ["normal", "lognormal", "beta"])
    assert [one.family for one in found.ranking] == ["lognormal", "normal"]
    assert found.ranking[0].aic < found.ranking[1].aic
    assert found.refused[0].startswith("beta: number ")
    assert "not fitted: beta" in found.table
    assert "best of 2 families" in found.entry.note
    assert fit(x, criterion="log_score").family in ("lognormal", "burr")
    assert len(fit(x).ranking) == 10
    assert fit(-x).family != "lognormal"
    assert fit(x / (1 + x)).ranking[0].family in ("johnson_sb", "beta")


REFUSED = [
    (([], "normal"), {}, "the sample is empty"),
    (([1, math.nan], "normal"), {}, "value 2, nan, is not a number"),
    ((["a"], "normal"), {}, "values are not all numbers"),
    (([[1, 2]], "normal"), {}, "values have 2 dimensions"),
    (([1, 2], "lognormall"), {}, "there is no family 'lognormall' to fit.*did you mean 'lognormal'"),
    (([1, 2], "normal(1, 2)"), {}, "is no family"),
    (([1, 2], "normal(meen=1)"), {}, "no parameter 'meen' to be given.*did you mean 'mean'"),
    (([1, 2], "binomial"), {}, r"binomial needs trials; expected binomial\(trials=…\)"),
    (([1, 2], []), {}, "there is no family to fit"),
    (([1, 2], ["normal", "poisson"]), {}, "poisson cannot be ranked beside laws with a density"),
    (([1, -2, -3], "lognormal"), {}, r"number 2 is -2 \(and 1 more\), where lognormal has values above 0 alone"),
    (([0.5, 2], "beta"), {}, r"number 2 is 2, where beta has values \[0, 1\] alone"),
    (([1, 2.5], "poisson"), {}, "number 2 is 2.5, where poisson has whole numbers alone"),
    (([3, 3, 3], "normal"), {}, "all 3 values are 3"),
    (([1, 2], "student_t"), {}, "2 different values, for 3 parameters"),
    (([1, 2], "normal"), {"weights": [1, -1]}, "value 2, -1, is no weight"),
    (([1, 2], "normal"), {"weights": [0, 0]}, "all weights are 0"),
    (([1, 2], "normal"), {"weights": [1]}, "weights are 1, for 2 values"),
    (([1, 2], "normal"), {"right_censored": [0, 2]}, "right_censored are not all 0 or 1"),
    (([1, 2], "normal"), {"right_censored": [0, 1], "left_censored": [0, 1]}, "value 2 is censored on both sides"),
    (([1, 2], "normal"), {"upper": [2, 1]}, "value 2, 2, lies above its upper end"),
    (([1, 2], "normal"), {"truncated": (1.5, math.inf)}, "value 1, 1, lies below the window"),
    (([1, 2], "normal"), {"criterion": "bik"}, "criterion is 'bik'; expected one of aic, bic, log_score"),
    (([1, 2], "normal"), {"uncertainty": "some"}, "uncertainty is 'some'"),
    (([1, 2], "normal"), {"replicates": 3}, "replicates is 3; expected at least 19"),
    (([1, 2], "normal"), {"name": "a b"}, "name is 'a b'"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "options", "message"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_is_refused(arguments, options, message):
    with pytest.raises(InputError, match=message):
        fit(*arguments, **options)
