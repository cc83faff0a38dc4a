"""Parameters are estimates: predictive laws hold new values as often as they say, and p-values are uniform under the
law."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from scipy import integrate, stats

import burncast
from burncast.calibration.fitting import fit
from burncast.calibration.goodness_of_fit import distances
from burncast.calibration.simplex_search import simplex_together
from burncast.distributions.errors import InputError
from burncast.distributions.families import make_law
from burncast.engine.language import constants

P = np.array([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])


def test_normal_and_exponential_have_their_exact_predictive_laws():
    x = np.random.default_rng(1).normal(3, 2, 12)
    exact = stats.t(11, x.mean(), x.std(ddof=1) * np.sqrt(1 + 1 / 12))
    assert fit(x, "normal").predictive_law.quantile(P) == pytest.approx(exact.ppf(P), rel=1e-5, abs=1e-4)
    y = np.abs(x)
    assert fit(y, "exponential").predictive_law.quantile(P) == pytest.approx(y.mean() * stats.f(2, 24).ppf(P), rel=1e-5)


def test_the_bootstrap_meets_the_exact_law_of_a_lognormal_sample():
    """Logarithms of a lognormal sample have Student's t for their predictive law."""
    x = np.random.default_rng(2).lognormal(0, 1, 12)
    logs = np.log(x)
    exact = stats.t(11, logs.mean(), logs.std(ddof=1) * np.sqrt(1 + 1 / 12))
    found = fit(x, "lognormal", replicates=1999)
    points = np.exp(exact.ppf(P))
    assert found.predictive_law.cdf(points) == pytest.approx(P, abs=0.012)
    assert found.written.error < 1e-3
    plug_in = found.law.cdf(points)
    assert plug_in[0] < 0.004
    assert plug_in[-1] > 0.996


def test_uniform_ends_are_not_the_ends_of_the_world():
    """A new value lies above all n seen with probability 1/(n + 1), and v ranges above with (1 + v)^−(n − 1) of it."""
    x = np.random.default_rng(3).uniform(0, 1, 10)
    law = fit(x, "uniform", replicates=1999).predictive_law
    low, high = x.min(), x.max()
    assert law.sf(high) == pytest.approx(1 / 11, abs=0.01)
    assert law.sf(high + 0.2 * (high - low)) == pytest.approx(1.2**-9 / 11, abs=0.006)
    assert law.cdf(low) == pytest.approx(1 / 11, abs=0.01)


def test_counts_have_their_exact_predictive_laws():
    x = np.array([3, 1, 4, 1, 5])
    law = fit(x, "poisson").predictive_law
    exact = stats.nbinom(14.5, 5 / 6)  # Poisson counts with a rate from gamma(14.5, 1/5)
    assert law.cdf(np.arange(12)) == pytest.approx(exact.cdf(np.arange(12)), rel=1e-5)
    assert fit(x, "binomial(trials=8)").predictive == "beta_binomial(trials=8, a=14.5, b=26.5)"
    assert fit([0, 1, 1]).predictive == "bernoulli(p=0.625)"


def test_laplace_is_the_normal_law_of_the_estimates():
    x = np.random.default_rng(4).gamma(2.0, 1.5, 300)
    found = fit(x, "gamma", uncertainty="laplace", replicates=400)
    rng = np.random.default_rng(5)
    at = rng.multivariate_normal(np.log(list(found.parameters.values())), found.coordinate_covariance, size=4000)
    points = found.law.quantile(P)
    mean = np.mean(stats.gamma.cdf(points[:, None], np.exp(at[:, 0]), scale=np.exp(at[:, 1])), axis=1)
    assert found.predictive_law.cdf(points) == pytest.approx(mean, abs=2e-3)
    assert "Laplace, 400 draws" in found.entry.note


def test_random_weights_spread_as_the_estimates_do():
    """A mean of n values has the standard error sd/√n; the Dirichlet weights know it up to 1/n."""
    rng = np.random.default_rng(6)
    x = rng.normal(0, 1, 80)
    found = fit(x - 0.3 * rng.random(80), "normal", upper=x + 0.3 * rng.random(80), replicates=400)
    assert found.refits.distances is None
    assert found.refitted["mean"].std() == pytest.approx(x.std() / 80**0.5, rel=0.15)


def test_predictive_intervals_cover_and_plug_in_ones_do_not():
    """Of a gamma sample, for which the bootstrap is not exact."""
    name, n, sets = "gamma", 12, 30
    law = make_law(name, [2.0, 1.0], {})
    rng = np.random.default_rng(7)
    held = np.empty((sets, 2))
    for number in range(sets):
        found = fit(law.quantile(rng.random(n)), name, replicates=99, seed=number)
        for column, one in enumerate((found.predictive_law, found.law)):
            low, high = one.quantile([0.05, 0.95])
            held[number, column] = law.cdf(high) - law.cdf(low)
    mean, error = held.mean(axis=0), held.std(axis=0) / sets**0.5
    assert abs(mean[0] - 0.9) < 3 * error[0] + 0.005
    assert mean[1] < 0.9 - 2 * error[1]


def test_distances_are_those_of_scipy():
    x = np.sort(np.random.default_rng(8).normal(0, 1, 30))
    u = stats.norm.cdf(x)
    ks, cvm, ad = distances(u[None], u[None], np.ones((1, 30)))[0]
    assert ks == pytest.approx(stats.kstest(x, "norm").statistic)
    assert cvm == pytest.approx(stats.cramervonmises(x, "norm").statistic)
    known = {"loc": 0, "scale": 1}
    theirs = stats.goodness_of_fit(stats.norm, x, known_params=known, statistic="ad", n_mc_samples=9).statistic
    assert ad == pytest.approx(theirs)
    weights = np.concatenate([np.full(15, 1 + 1e-9), np.ones(15)])
    assert distances(u[None], u[None], weights[None])[0] == pytest.approx([ks, cvm, ad], rel=0.02, abs=0.003)
    half = distances(np.array([[0.0, 0.0]]), np.array([[0.5, 1.0]]), np.ones((1, 2)))[0]
    assert half[0] == pytest.approx(0.25, abs=2e-3)
    assert half[1] == pytest.approx(2 * 2 * integrate.quad(lambda v: (v / 2) ** 2, 0, 0.5)[0], abs=1e-3)


def test_the_p_value_is_that_of_lilliefors():
    """SciPy's parametric bootstrap of a fitted normal law, for a sample that is none."""
    x = np.random.default_rng(9).exponential(1.0, 20)
    ours = fit(x, "normal", replicates=999).p_values
    rng = np.random.default_rng(10)
    for name, statistic in (("KS", "ks"), ("AD", "ad")):
        theirs = stats.goodness_of_fit(stats.norm, x, statistic=statistic, n_mc_samples=999, rng=rng).pvalue
        error = np.sqrt((theirs + 1e-3) * (1 - theirs) / 999 * 2)
        assert ours[name] == pytest.approx(theirs, abs=4 * error)


def p_values(draw, sets):
    fits = (fit(**draw(np.random.default_rng(number)), replicates=39, seed=number) for number in range(sets))
    return np.array([list(one.p_values.values()) for one in fits])


def uniformity(values):
    """The p-value of KS for values that are uniform on 1/40 … 40/40, spread over their steps."""
    spread = values - np.random.default_rng(0).random(len(values)) / 40
    return stats.kstest(spread, "uniform").pvalue


def test_p_values_are_uniform_under_the_law():
    found = p_values(lambda rng: {"samples": rng.lognormal(0, 1, 12), "families": "lognormal"}, 120)
    assert all(uniformity(column) > 0.01 for column in found.T)


def test_p_values_are_uniform_under_censoring_too():
    def draw(rng):
        time, end = rng.exponential(1.0, 25), rng.uniform(0.3, 2.0, 25)
        return {"samples": np.minimum(time, end), "families": "exponential", "right_censored": time > end}

    assert all(uniformity(column) > 0.01 for column in p_values(draw, 60).T)


def test_p_values_fall_where_the_law_is_wrong():
    found = p_values(lambda rng: {"samples": rng.lognormal(0, 1, 40), "families": "normal"}, 30)
    assert np.mean(found <= 0.05) > 0.8
    assert uniformity(found[:, 2]) < 1e-6
    x = np.random.default_rng(11).lognormal(0, 1.2, 80)
    assert "(does not fit)" in fit(x, "normal").entry.note


def test_the_entry_goes_into_a_scenario():
    x = np.random.default_rng(12).lognormal(0, 0.5, 30)
    found = fit(x, "lognormal", name="price", unit="USD", source="list.csv, 30 rows from 2 to 31")
    text = found.entry.toml()
    scenario = "[scenario]\ntitle = 't'\nperiods = 2\n\n[stocks]\ncash = { start = 9, next = 'cash - price' }\n\n"
    loaded = burncast.load(tomllib.loads(scenario + text))
    price = loaded.quantities["price"]
    assert price.source == "list.csv, 30 rows from 2 to 31"
    assert price.note == found.entry.note
    assert price.note.startswith("lognormal by maximum likelihood from 30 values: mu ")
    assert "parametric bootstrap, 499 samples" in price.note
    assert constants.law(price.value) == found.predictive_law
    plug_in = fit(x, "lognormal", uncertainty="none")
    assert plug_in.entry.value == plug_in.plug_in
    assert "leaves out that parameters are estimates" in plug_in.entry.note


def test_rows_that_leave_all_open_have_no_predictive_law():
    found = fit([0.5, 1.0, 30.0], "gpareto")
    with pytest.raises(InputError, match="so few rows leave the parameters so open"):
        found.predictive  # noqa: B018
    assert "no predictive law: gpareto: so few rows" in found.table
    assert fit([0.5, 1.0, 30.0], "gpareto", uncertainty="none").entry.value.startswith("gpareto(shape=")


def test_the_same_seed_gives_the_same_figures():
    x = np.random.default_rng(13).gamma(2, 1, 25)
    one, other, third = (fit(x, "gamma", seed=seed, replicates=99) for seed in (4, 4, 5))
    assert one.predictive == other.predictive
    assert one.p_values == other.p_values
    assert one.predictive != third.predictive
    assert repr(one) == one.table


def test_simplices_abreast_find_the_maxima_of_rosenbrocks_valley():
    def objective(at, which):
        a = 1.0 + which
        return -((a - at[:, 0]) ** 2) - 10 * (at[:, 1] - at[:, 0] ** 2) ** 2

    at, values = simplex_together(objective, np.zeros((3, 2)), 0.5)
    assert at == pytest.approx(np.array([[1, 1], [2, 4], [3, 9]]), abs=1e-3)
    assert values == pytest.approx(np.zeros(3), abs=1e-6)
