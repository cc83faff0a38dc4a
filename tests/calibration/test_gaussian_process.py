"""Linear processes and their exponentials: closed forms, the joint normal density, and what repeated fits do."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from burncast.calibration.gaussian_process import GaussianProcess
from burncast.calibration.mean_reversion import mean_reversion
from burncast.calibration.process_fit import fit_process
from burncast.distributions.errors import DataError, InputError


def ou_path(generator, times, mean, speed, volatility, start):
    """Written here anew: the exact step of Ornstein and Uhlenbeck."""
    x = [start]
    for gap in np.diff(times):
        left = math.exp(-speed * gap)
        sd = volatility * math.sqrt((1 - left**2) / (2 * speed))
        x.append(mean + left * (x[-1] - mean) + sd * generator.standard_normal())
    return np.array(x)


def uneven(generator, count, span):
    return np.sort(np.append([0.0, span], generator.uniform(0, span, count - 2)))


def test_gbm_at_even_times_has_its_closed_form():
    generator = np.random.default_rng(1)
    price = 30 * np.exp(np.cumsum(generator.normal(0.01, 0.07, 121)))
    fit = fit_process(np.arange(121) / 12, price, "gbm")
    gained = np.diff(np.log(price))
    volatility = gained.std() * math.sqrt(12)
    assert fit.values["volatility"] == pytest.approx(volatility, rel=1e-10)
    assert fit.values["drift"] == pytest.approx(12 * gained.mean() + volatility**2 / 2, rel=1e-9)
    assert fit.standard_errors["volatility"] == pytest.approx(volatility / math.sqrt(2 * 120), rel=1e-3)
    # of the drift: var(b) + var(volatility²/2), which are independent
    variance = volatility**2 / 10 + (volatility * volatility / math.sqrt(240)) ** 2
    assert fit.standard_errors["drift"] == pytest.approx(math.sqrt(variance), rel=1e-3)
    expected = stats.norm(gained.mean(), gained.std()).logpdf(gained).sum() - np.log(price[1:]).sum()
    assert fit.log_likelihood == pytest.approx(expected, rel=1e-12)
    assert fit.aic == pytest.approx(4 - 2 * expected)
    assert repr(fit).startswith("gbm fitted to 121 observations over 10 years")
    assert fit.bic == pytest.approx(2 * math.log(120) - 2 * expected)


def test_random_walk_at_uneven_times_is_a_weighted_mean():
    generator = np.random.default_rng(2)
    times = uneven(generator, 80, 3.0)
    gaps = np.diff(times)
    x = np.append(5.0, 5 + np.cumsum(0.4 * gaps + 0.3 * np.sqrt(gaps) * generator.standard_normal(79)))
    fit = fit_process(times, x, "random_walk")
    drift = (x[-1] - x[0]) / 3.0
    assert fit.values["drift"] == pytest.approx(drift, rel=1e-10)
    assert fit.values["volatility"] == pytest.approx(
        math.sqrt(np.mean((np.diff(x) - drift * gaps) ** 2 / gaps)), rel=1e-10
    )


def test_ar1_is_the_regression_on_the_value_before():
    generator = np.random.default_rng(3)
    x = ou_path(generator, np.arange(150.0), 2.0, 0.4, 0.5, 2.0)
    fit = fit_process(np.arange(150) / 12, x, "ar1")
    slope, level = np.polyfit(x[:-1], x[1:], 1)
    residual = x[1:] - level - slope * x[:-1]
    assert fit.values["phi"] == pytest.approx(slope, rel=1e-6)
    assert fit.values["mean"] == pytest.approx(level / (1 - slope), rel=1e-6)
    assert fit.values["sd"] == pytest.approx(math.sqrt(np.mean(residual**2)), rel=1e-8)
    information = np.sum((x[:-1] - x[:-1].mean()) ** 2) / np.mean(residual**2)
    assert fit.standard_errors["phi"] == pytest.approx(1 / math.sqrt(information), rel=0.01)


def test_ar1_with_a_negative_phi_and_a_missing_period():
    generator = np.random.default_rng(4)
    x = [0.0]
    for _ in range(400):
        x.append(1.0 - 0.6 * (x[-1] - 1.0) + 0.3 * generator.standard_normal())
    kept = np.delete(np.arange(401), [17, 18, 200])
    fit = fit_process(kept / 12, np.array(x)[kept], "ar1")
    for name, true in (("phi", -0.6), ("mean", 1.0), ("sd", 0.3)):
        assert abs(fit.values[name] - true) < 3 * fit.standard_errors[name]


@pytest.mark.parametrize(
    "times", [np.arange(25) / 12, uneven(np.random.default_rng(5), 25, 2.0)], ids=["even", "uneven"]
)
def test_likelihood_of_ou_is_the_joint_normal_density(times):
    """The path given its first value is normal with covariance s²/(2κ)·(e^(−κ|t−u|) − e^(−κ(t+u)))."""
    x = ou_path(np.random.default_rng(6), times, 1.0, 2.0, 0.5, 0.3)
    half_life, mean, volatility = 0.3, 0.9, 0.6
    speed = math.log(2) / half_life
    after, since = times[1:], times[1:] - times[0]
    apart, together = np.abs(np.subtract.outer(after, after)), np.add.outer(since, since)
    covariance = volatility**2 / (2 * speed) * (np.exp(-speed * apart) - np.exp(-speed * together))
    centre = mean + (x[0] - mean) * np.exp(-speed * since)
    expected = stats.multivariate_normal(centre, covariance).logpdf(x[1:])
    law = GaussianProcess(times, x, "speed", False, np.zeros((25, 0)), ())
    assert law.log_likelihood(np.array([math.log(half_life), mean, math.log(volatility)])) == pytest.approx(
        expected, rel=1e-9
    )


def test_a_general_maximiser_finds_no_better_ou_with_trend_and_season():
    generator = np.random.default_rng(7)
    dates = np.datetime64("2015-01-01") + np.sort(generator.choice(np.arange(2000), 150, replace=False))
    years = (dates - dates[0]).astype(float) / 365.25
    wave = 0.3 * np.cos(2 * np.pi * (years - 0.2))
    price = np.exp(ou_path(generator, years, 3.0, 4.0, 0.5, 3.0) + wave + 0.1 * years)
    fit = fit_process(dates, price, "log_ou", season=True, trend=True)
    found = optimize.minimize(
        lambda at: -fit.law.log_likelihood(at), fit.coordinates + 0.05, method="BFGS", options={"gtol": 1e-6}
    )
    assert fit.law.log_likelihood(fit.coordinates) >= -found.fun - 1e-7
    assert fit.coordinates == pytest.approx(found.x, abs=2e-4)
    true = {"half_life": math.log(2) / 4, "volatility": 0.5, "trend": 0.1}
    for name, value in true.items():
        assert abs(fit.values[name] - value) < 3 * fit.standard_errors[name]
    assert math.hypot(fit.values["season_january"], fit.values["season_april"]) == pytest.approx(0.3, abs=0.15)


def test_intervals_of_gbm_cover():
    """200 series of 40 observations; intervals must cover 0.94 (they are short), ± 1.5 % and 3 standard errors."""
    generator = np.random.default_rng(8)
    times = uneven(generator, 40, 5.0)
    law = GaussianProcess(times, np.full(40, 1.0), "none", True, np.zeros((40, 0)), ())
    covered = np.zeros(2)
    for path in law.simulate(np.array([0.3, math.log(0.4)]), generator, 200).T:
        intervals = fit_process(times, np.exp(path), "gbm").intervals
        covered += [low <= true <= high for (low, high), true in zip(intervals.values(), (0.3, 0.4), strict=True)]
    assert np.all(np.abs(covered / 200 - 0.94) < 0.015 + 3 * math.sqrt(0.95 * 0.05 / 200))


def test_intervals_of_ou_cover_with_the_bootstrap_and_errors_scatter_as_standard_errors_say():
    """45 series of 120 uneven observations over 60 half-lives, half-life, mean and volatility."""
    generator = np.random.default_rng(8)
    times = uneven(generator, 120, 30.0)
    law = GaussianProcess(times, np.full(120, 1.0), "speed", False, np.zeros((120, 0)), ())
    true = np.array([math.log(0.5), 1.0, math.log(0.4)])
    covered, scores = np.zeros(3), []
    for path in law.simulate(true, generator, 45).T:
        fit = fit_process(times, path, "ou", bootstrap=60)
        pairs = zip(fit.intervals.values(), (0.5, 1.0, 0.4), strict=True)
        covered += [low <= value <= high for (low, high), value in pairs]
        scores.append((fit.centre - true) / np.sqrt(np.diag(fit.spread)))
    assert np.all(np.abs(covered / 45 - 0.95) < 3 * math.sqrt(0.95 * 0.05 / 45))
    assert np.std(scores, axis=0) == pytest.approx(1.0, abs=4 / math.sqrt(2 * 45))


def test_bootstrap_finds_and_takes_away_the_bias_of_short_series():
    """The speed of reversion is too high by about 4/T (Tang and Chen 2009); the bootstrap puts back what is missing."""
    generator = np.random.default_rng(9)
    times = np.arange(97) / 12
    law = GaussianProcess(times, np.zeros(97), "speed", False, np.zeros((97, 0)), ())
    speed = 1.5
    true = np.array([math.log(math.log(2) / speed), 0.0, math.log(0.4)])
    paths = law.simulate(true, generator, 150)
    refitted = law.refit(paths, true)
    bias = math.log(2) / np.exp(refitted[:, 0]) - speed
    assert abs(bias.mean() - 4 / 8.0) < 4 * bias.std() / math.sqrt(150)
    taken = []
    for path in paths.T[:25]:
        fit = fit_process(times, path, "ou", bootstrap=60)
        taken.append(fit.centre[0] - fit.coordinates[0])
    # of the logarithm of the half-life: what is put back is what is missing on average
    missing = true[0] - refitted[:, 0]
    error = math.hypot(np.std(missing) / math.sqrt(150), np.std(taken) / 5)
    assert abs(np.mean(taken) - missing.mean()) < 4 * error
    assert np.mean(taken) > 0.1


@pytest.mark.parametrize("even", [True, False])
def test_refits_of_the_bootstrap_are_the_fits_of_each_path(even):
    generator = np.random.default_rng(10)
    times = np.arange(300) / 52 if even else uneven(generator, 300, 6.0)
    law = GaussianProcess(times, np.full(300, 2.0), "speed", True, np.zeros((300, 0)), ())
    at = np.array([math.log(0.2), 2.0, math.log(0.5)])
    paths = law.simulate(at, generator, 12)
    found = law.refit(paths, at)
    for path, refitted in zip(paths.T, found, strict=True):
        own = GaussianProcess(times, path, "speed", True, np.zeros((300, 0)), ()).estimate()
        assert refitted == pytest.approx(own, abs=0.01)  # a twentieth of a standard error


def test_bootstrap_repeats_for_the_same_seed():
    x = ou_path(np.random.default_rng(11), np.arange(80) / 12, 0.0, 3.0, 0.4, 0.0)
    one, same, other = (fit_process(np.arange(80) / 12, x, "ou", bootstrap=40, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.bootstrap.coordinates, same.bootstrap.coordinates)
    assert not np.array_equal(one.bootstrap.coordinates, other.bootstrap.coordinates)


def test_a_series_that_is_too_short_says_what_it_cannot_tell():
    x = ou_path(np.random.default_rng(12), np.arange(24) / 12, 0.0, 0.3, 0.4, 0.0)
    fit = fit_process(np.arange(24) / 12, x, "ou")
    assert not fit.reversion.reverts
    assert "half_life and mean are not identified" in fit.statements[0]
    assert "observing more often does not help" in fit.statements[0]
    long = ou_path(np.random.default_rng(12), np.arange(400) / 12, 0.0, 3.0, 0.4, 0.0)
    known = fit_process(np.arange(400) / 12, long, "ou")
    assert known.reversion.reverts
    assert not any("not identified" in one for one in known.statements)


def test_the_test_of_reversion_rejects_random_walks_as_often_as_it_says():
    """Dickey and Fuller's Φ₁ at 5 %: of 150 random walks 5 % ± 3 standard errors are taken for reverting ones."""
    generator = np.random.default_rng(13)
    walks = np.cumsum(generator.standard_normal((100, 150)), axis=0)
    rejected = 0
    for walk in walks.T:
        law = GaussianProcess(np.arange(100.0) / 12, walk, "speed", False, np.zeros((100, 0)), ())
        fitted = law.estimate()
        gained = np.diff(walk)
        restricted = -0.5 * 99 * (math.log(2 * math.pi * np.mean(gained**2) * 12) + 1) + 0.5 * 99 * math.log(12)
        found = mean_reversion(law, fitted)
        assert found.likelihood_ratio == pytest.approx(2 * (law.profile(fitted[0]) - restricted), abs=1e-6)
        rejected += found.likelihood_ratio > found.critical
    assert abs(rejected / 150 - 0.05) < 3 * math.sqrt(0.05 * 0.95 / 150)


def test_white_noise_and_trends_come_to_the_ends():
    noise = np.random.default_rng(14).standard_normal(100)
    fast = fit_process(np.arange(100) / 12, noise - 0.3 * np.append(0, noise[:-1]), "ou")
    assert "a denser series would identify it" in fast.statements[0]
    slow = fit_process(np.arange(60) / 12, np.arange(60) ** 1.5 + 1.0, "ou")
    assert "not identified" in slow.statements[0]


def test_a_bootstrap_that_cannot_be_made_is_said():
    fit = fit_process(np.arange(60) / 12, np.arange(60) ** 1.5 + 1.0, "ou", bootstrap=40)
    assert fit.bootstrap is None
    assert "no bootstrap was made" in fit.statements[-1]


def test_drift_that_cannot_be_told_from_0_is_said():
    price = np.exp(np.cumsum(np.random.default_rng(15).normal(0, 0.1, 37)))
    fit = fit_process(np.arange(37) / 12, price, "gbm")
    assert fit.statements[0].startswith("drift of ")
    assert "only a longer series narrows it" in fit.statements[0]


@pytest.mark.parametrize(
    ("times", "values", "process", "message"),
    [
        ([0, 1, 2, 3, 4], [1, 2, -3, 4, 0], "gbm", "the value at 2.0 is -3 (and 1 more), and gbm takes logarithms"),
        (["2020-01", "2020-02", "2020-03", "2020-04", "2020-05"], [1, 2, 0, 4, 5], "log_ou", "at 2020-03-01 is 0, and"),
        ([0, 1, 1, 3, 4], [1, 2, 3, 4, 5], "ou", "the times at places 1 and 2 are the same"),
        ([0, 1, 2, 3, 4], [1, 2, math.nan, 4, 5], "ou", "the value at place 2 is nan"),
        ([0, 1, 2], [1, 2, 3], "ou", "the series has 3 observations"),
        ([0, 1, 2, 3], [1, 2, 3], "ou", "there are (4,) times for (3,) values"),
        ([0, 1, 2, 3], [1, 2, 3, 2], "ou", "4 observations are too few for the 3 parameters of ou"),
        ([0, 1, 2, 3, 4], [2, 2, 2, 2, 2], "ou", "all values are 2"),
        (["2020-01", "soon", "2020-03", "2020-04", "2020-05"], [1, 2, 3, 4, 5], "ou", "a time cannot be read"),
    ],
)
def test_series_that_cannot_be_used(times, values, process, message):
    with pytest.raises(DataError) as error:
        fit_process(times, values, process)
    assert message in str(error.value)


def test_mistakes_in_what_is_asked_for():
    times, values = np.arange(30) / 12, np.random.default_rng(16).standard_normal(30)
    with pytest.raises(InputError, match="did you mean 'gbm'"):
        fit_process(times, values, "gmb")
    with pytest.raises(InputError, match="its drift is the trend"):
        fit_process(times, values, "random_walk", trend=True)
    with pytest.raises(InputError, match="takes no season"):
        fit_process(times, np.exp(values), "jump_diffusion", season=True)
    with pytest.raises(DataError, match="has no dates"):
        fit_process(times, values, "ou", season=True)
    with pytest.raises(InputError, match="expected at least 12"):
        fit_process(times, values, "ou", bootstrap=5)


def test_several_processes_come_with_the_best_first():
    x = np.exp(ou_path(np.random.default_rng(17), np.arange(200) / 12, 1.0, 6.0, 0.5, 1.0))
    fits = fit_process(np.arange(200) / 12, x, ["gbm", "random_walk", "log_ou", "ou"])
    assert fits[0].process == "log_ou"
    assert [fit.aic for fit in fits] == sorted(fit.aic for fit in fits)


def test_months_count_as_twelfths_and_other_dates_by_days():
    dates = np.arange("2020-01", "2024-01", dtype="datetime64[M]")
    values = np.random.default_rng(18).standard_normal(48).cumsum()
    by_number = fit_process(np.arange(48) / 12, values, "random_walk")
    assert fit_process(dates, values, "random_walk").values == by_number.values
    ends = (dates + 1).astype("datetime64[D]") - 1
    assert fit_process(ends, values, "random_walk").values == by_number.values
    weeks = np.datetime64("2020-01-01") + 7 * np.arange(48)
    assert fit_process(weeks, values, "random_walk").series.span == pytest.approx(47 * 7 / 365.25)
