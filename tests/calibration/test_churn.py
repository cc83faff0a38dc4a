"""Churn: published curves and regressions, an independent package, laws recovered from simulated subscribers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import kstest

import burncast
from burncast.calibration.churn import fit_churn, kaplan_meier
from burncast.calibration.survival_regression import ERRORS, regress_survival
from burncast.distributions.errors import InputError

TREATED = "6* 6 6 6 7 9* 10* 10 11* 13 16 17* 19* 20* 22 23 25* 32* 32* 34* 35*"
CONTROL = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def remission(words):
    """Weeks in remission of acute leukaemia, * still in remission (Freireich and others 1963; Gehan 1965)."""
    listed = words.split()
    return np.array([float(word.strip("*")) for word in listed]), np.array([not word.endswith("*") for word in listed])


def test_the_curve_of_the_leukaemia_trial_is_the_published_one():
    """Kalbfleisch and Prentice 2002, §1.1 and Table 1.1; Greenwood's standard error at 10 weeks is 0.0963."""
    curve = kaplan_meier(*remission(TREATED))
    assert curve.time.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.survival == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=6e-4)
    at = curve.survival[2]
    half = 1.959964 * 0.0963 / (at * abs(math.log(at)))
    assert curve.low[2] == pytest.approx(at ** math.exp(half), abs=1e-3)
    assert curve.high[2] == pytest.approx(at ** math.exp(-half), abs=1e-3)
    assert curve.at([0, 5.9, 6, 8, 100]) == pytest.approx([1, 1, 0.857, 0.807, 0.448], abs=6e-4)


@pytest.mark.parametrize(
    ("error", "intercept", "effect", "scale", "log_likelihood"),
    [("weibull", 2.248, 1.267, 0.732, -106.6), ("exponential", 2.159, 1.527, 1.0, -108.5)],
)
def test_the_regression_of_the_leukaemia_trial_is_the_published_one(error, intercept, effect, scale, log_likelihood):
    """Venables and Ripley 2002, *Modern Applied Statistics with S*, §13.2 (``survreg`` on ``gehan``)."""
    (treated, ended), (control, failed) = remission(TREATED), remission(CONTROL)
    arm = np.repeat([1.0, 0.0], 21)
    found = regress_survival(
        np.concatenate([treated, control]), np.concatenate([ended, failed]), {"treated": arm}, error, False
    )
    assert found.effects["intercept"] == pytest.approx(intercept, abs=6e-4)
    assert found.effects["treated"] == pytest.approx(effect, abs=6e-4)
    assert found.scale == pytest.approx(scale, abs=6e-4)
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=0.06)


def subscribers(random, count, scale=0.7):
    """Tenures with log-tenure 2 + 0.5·x + scale·log(exponential), censored at exponential times of mean 20."""
    x = random.normal(size=count)
    stay = np.exp(2.0 + 0.5 * x + scale * np.log(random.exponential(size=count)))
    watched = random.exponential(20.0, size=count)
    return np.minimum(stay, watched), stay <= watched, x


def test_regressions_agree_with_lifelines():
    lifelines = pytest.importorskip("lifelines", reason="the package lifelines is an oracle of the tests alone")
    pandas = pytest.importorskip("pandas")
    months, left, x = subscribers(np.random.default_rng(1), 300)
    table = pandas.DataFrame({"months": months, "left": left, "x": x})
    fitters = {"weibull": lifelines.WeibullAFTFitter, "lognormal": lifelines.LogNormalAFTFitter}
    for error, fitter in fitters.items():
        theirs = fitter().fit(table, "months", "left").summary
        ours = regress_survival(months, left, {"x": x}, error, False)
        for name, key in (("x", "x"), ("intercept", "Intercept")):
            row = theirs.xs(key, level=1).iloc[0]
            assert ours.effects[name] == pytest.approx(row["coef"], abs=2e-4)
            assert ours.standard_errors[name] == pytest.approx(row["se(coef)"], rel=2e-3)
    curve, theirs = kaplan_meier(months, left), lifelines.KaplanMeierFitter().fit(months, left)
    assert curve.survival == pytest.approx(theirs.survival_function_at_times(curve.time).values, rel=1e-12)


def test_intervals_of_effects_hold_the_truth_and_whole_months_do_not_bias_them():
    random = np.random.default_rng(2)
    outcomes = []
    for _ in range(60):
        months, left, x = subscribers(random, 250)
        for whole in (False, True):
            counted = np.where(left, np.ceil(months), np.floor(months)) if whole else months
            found = regress_survival(counted, left, {"x": x}, "weibull", whole)
            outcomes.append((found.effects["x"] - 0.5) / found.standard_errors["x"])
    for deviations in (np.array(outcomes[0::2]), np.array(outcomes[1::2])):
        assert kstest(deviations, "norm").pvalue > 0.001
        assert abs(deviations.mean()) < 4 / math.sqrt(60)


@pytest.mark.parametrize("whole", [False, True])
def test_monthly_churn_of_a_constant_rate_is_recovered_with_its_uncertainty(whole):
    """Where churn is 4 % a month the posterior's 90 % interval holds it nine times in ten."""
    random = np.random.default_rng(3)
    held = 0
    for _ in range(300):
        stay = random.geometric(0.04, size=200) if whole else random.exponential(1 / -math.log(0.96), size=200)
        watched = random.integers(1, 25, size=200) if whole else random.uniform(0, 24, size=200)
        found = fit_churn(np.minimum(stay, watched), stay <= watched, errors=())
        held += found.whole.low <= 0.04 <= found.whole.high
        assert found.whole.months == np.minimum(stay, watched).sum()
    assert abs(held / 300 - 0.9) < 4 * math.sqrt(0.09 / 300)


def test_leaving_out_who_stayed_would_be_noticed():
    random = np.random.default_rng(4)
    stay, watched = random.geometric(0.04, size=2000), random.integers(1, 25, size=2000)
    left = stay <= watched
    assert fit_churn(stay[left], np.ones(left.sum(), bool), errors=()).whole.low > 0.06


def test_bands_and_months_of_tenure():
    random = np.random.default_rng(5)
    early = random.geometric(0.2, size=20_000)
    stay = np.where(early <= 3, early, 3 + random.geometric(0.05, size=20_000))
    found = fit_churn(np.minimum(stay, 24), stay <= 24, bands=[3], errors=())
    assert found.labels == ("months_0_to_3", "months_3_on")
    for band, truth in zip(found.bands, (0.2, 0.05), strict=True):
        assert band.churn == pytest.approx(truth, abs=4 * math.sqrt(truth / band.months))
    monthly = found.monthly(20)
    assert monthly[:3] == pytest.approx([0.2] * 3, abs=0.02)
    assert monthly[3:] == pytest.approx([0.05] * 17, abs=0.02)
    assert sum(band.months for band in found.bands) == np.minimum(stay, 24).sum()


def test_entries_load_and_draw_the_posterior():
    months, left = remission(TREATED)
    found = fit_churn(months + 0.5, left, bands=[12], source="trial.csv", errors=())
    scenario = f"""
[scenario]
periods = 1
[dimensions]
tenure = {list(found.labels)}
{found.entry.toml()}
{found.entry_by_tenure().toml().replace("inputs.churn", "inputs.by_tenure")}
[stocks]
users = {{ start = 1, next = "users * (1 - churn)" }}
later = {{ start = 1, next = "later * (1 - by_tenure)", over = "tenure" }}
[outputs]
track = ["churn", "by_tenure"]
"""
    import tomllib

    result = burncast.simulate(tomllib.loads(scenario), 100_000, quantiles=[0.05, 0.5, 0.95])
    for drawn, band in zip(
        [result["churn"], *(result["by_tenure"].sel(tenure=label) for label in found.labels)],
        [found.whole, *found.bands],
        strict=True,
    ):
        assert drawn.isel(period=1).values == pytest.approx([band.low, band.churn, band.high], rel=0.02)
    assert "9 of 21 subscribers left" in str(found.entry.note)


def test_parametric_churn_follows_from_survival():
    months, left, x = subscribers(np.random.default_rng(6), 2000)
    plan = np.where(x > 0, "team", "plus")
    found = fit_churn(months, left, covariates={"plan": plan, "x": x})
    assert found.regressions[0].error == "weibull"
    best = found.regressions[0]
    assert {one.error for one in found.regressions} == set(ERRORS)
    churn = best.monthly_churn([1.0, 5.0], x=1.0)
    kept = best.survival([1.0, 2.0, 5.0, 6.0], x=1.0)
    assert churn == pytest.approx([1 - kept[1] / kept[0], 1 - kept[3] / kept[2]])
    assert kept[0] == pytest.approx(math.exp(-math.exp(-2.5 / 0.7)), abs=0.02)
    with pytest.raises(InputError, match="no covariate 'y'"):
        best.survival(1.0, y=2.0)


@pytest.mark.parametrize(
    ("tenure", "churned", "options", "said"),
    [
        ([1, -2], [1, 0], {}, "subscriber 1 .* is -2"),
        ([1, math.nan], [1, 0], {}, "subscriber 1 .* is nan"),
        ([1, 2, 3], [1, 0], {}, "two columns of one length"),
        ([1, 2], [0, 0], {}, "nobody left"),
        ([1, 2], [1, 2], {}, "true or false"),
        ([1, 2], [1, 0], {"bands": [12, 3]}, "months that rise"),
        ([1, 2], [1, 0], {"errors": ["gompertz"]}, "errors are exponential"),
        ([1, 2, 3], [1, 0, 1], {"covariates": {"x": [1, 2]}}, "covariate x has shape"),
        ([1, 2, 3], [1, 0, 1], {"covariates": {"x": [1.0, 1.0, 1.0]}}, "the same for all"),
        ([1, 2, 3], [1, 0, 1], {"covariates": {"x": [1.0, math.nan, 1.0]}}, "missing"),
    ],
)
def test_what_cannot_be_fitted_is_said(tenure, churned, options, said):
    with pytest.raises(InputError, match=said):
        fit_churn(tenure, churned, **options)
