"""Jump diffusion and regime switching: their densities against convolution and enumeration, and recovery."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import special, stats

from burncast.calibration.jump_diffusion import JumpDiffusion
from burncast.calibration.process_fit import fit_process
from burncast.calibration.regime_switching import RegimeSwitching
from burncast.distributions.errors import DataError

JUMPS = np.array([0.1, math.log(0.3), math.log(6.0), math.log(0.2), math.log(1.4 / 0.6)])
REGIMES = np.array([0.3, math.log(0.1), -0.3, math.log(0.4), -2.5, -1.5])


def test_density_of_jump_diffusion_is_the_convolution_of_its_parts():
    """By characteristic functions: exp(iub − u²σ²/2 + λ(exp(iuμ − u²δ²/2) − 1)) over a gap, inverted numerically."""
    volatility, rate, size, lean = 0.3, 6.0, 0.2, 0.4
    mean, sd = size * lean, size * math.sqrt(1 - lean**2)
    u = np.linspace(-400, 400, 200_001)
    for gap in (1 / 52, 0.3):
        b = 0.1 - volatility**2 / 2
        exponent = 1j * u * b - u**2 * volatility**2 / 2 + rate * (np.exp(1j * u * mean - u**2 * sd**2 / 2) - 1)
        for gained in (-0.4, -0.02, 0.0, 0.05, 0.3):
            density = np.trapezoid((np.exp(gap * exponent - 1j * u * gained)).real, u) / (2 * math.pi)
            law = JumpDiffusion(np.array([0.0, gap]), np.array([1.0, 1.0 + gained]))
            assert law.log_likelihood(JUMPS) == pytest.approx(math.log(density), abs=1e-6)


def test_innovations_of_jump_diffusion_are_standard_normal_under_the_law():
    generator = np.random.default_rng(1)
    times = np.sort(generator.uniform(0, 40, 3001))
    y = JumpDiffusion(times, np.zeros(3001)).simulate(JUMPS, generator, 1)[:, 0]
    z = JumpDiffusion(times, y).innovations(JUMPS)
    assert stats.kstest(z, "norm").pvalue > 1e-3
    wrong = JUMPS + np.array([0, 0, 0.0, 0.5, 0])
    assert stats.kstest(JumpDiffusion(times, y).innovations(wrong), "norm").pvalue < stats.kstest(z, "norm").pvalue


def test_jump_diffusion_recovers_its_parameters():
    generator = np.random.default_rng(2)
    times = np.arange(261) / 52
    law = JumpDiffusion(times, np.zeros(261))
    scores = []
    for path in law.simulate(JUMPS, generator, 9).T:
        fit = fit_process(times, np.exp(path), "jump_diffusion")
        scores.append((fit.coordinates - JUMPS) / np.sqrt(np.diag(fit.covariance)))
    scores = np.array(scores)
    assert np.mean(np.isfinite(scores)) > 0.9  # a lean of ±1, jumps of one size, is an end: no standard error there
    assert np.all(np.abs(np.nanmedian(scores, axis=0)) < 4 * 1.2533 / math.sqrt(9))
    known = scores[np.isfinite(scores)]
    assert np.mean(np.abs(known) < 1.96) > 0.95 - 4 * math.sqrt(0.95 * 0.05 / 40)


def enumerated(periods, y, at, dt):
    """The likelihood summed over every path of the chain, from its equilibrium."""
    p, q = special.expit(at[4:6])
    chain = np.array([[1 - p, p], [q, 1 - q]])
    opening = np.array([q, p]) / (p + q)
    sds = np.exp(at[[1, 3]])
    means = (at[[0, 2]] - sds**2 / 2) * dt
    total = 0.0
    for path in itertools.product((0, 1), repeat=int(periods[-1]) + 1):
        chance = opening[path[0]] * math.prod(chain[a, b] for a, b in itertools.pairwise(path))
        for (begin, end), gained in zip(itertools.pairwise(periods.astype(int)), np.diff(y), strict=True):
            states = np.array(path[begin + 1 : end + 1])
            spread = math.sqrt(sum(sds[states] ** 2) * dt)
            chance *= stats.norm.pdf(gained, sum(means[states]), spread)
        total += chance
    return math.log(total)


@pytest.mark.parametrize("periods", [np.arange(9.0), np.array([0.0, 1, 3, 4, 8, 9])], ids=["even", "gaps"])
def test_hamilton_filter_sums_over_every_path_of_the_chain(periods):
    y = np.cumsum(np.random.default_rng(3).normal(0, 0.1, len(periods)))
    law = RegimeSwitching(periods, y, 1 / 12, True)
    assert law.log_likelihood(REGIMES) == pytest.approx(enumerated(periods, y, REGIMES, 1 / 12), rel=1e-10)


def test_filtered_probabilities_are_those_of_bayes():
    """From the likelihoods of the series cut short: P(state | data) is the share of the paths that end in it."""
    periods = np.array([0.0, 1, 2, 5, 6])
    y = np.array([0.0, 0.1, -0.2, 0.1, 0.12])
    law = RegimeSwitching(periods, y, 1 / 12, True)
    found = law.filtered(REGIMES)
    assert found.sum(axis=1) == pytest.approx(1.0)
    p, q = special.expit(REGIMES[4:6])
    chain = np.array([[1 - p, p], [q, 1 - q]])
    sds = np.exp(REGIMES[[1, 3]])
    means = (REGIMES[[0, 2]] - sds**2 / 2) / 12
    weights = np.zeros(2)
    for path in itertools.product((0, 1), repeat=7):
        chance = np.array([q, p])[path[0]] / (p + q) * math.prod(chain[a, b] for a, b in itertools.pairwise(path))
        for (begin, end), gained in zip(itertools.pairwise(periods.astype(int)), np.diff(y), strict=True):
            states = np.array(path[begin + 1 : end + 1])
            chance *= stats.norm.pdf(gained, sum(means[states]), math.sqrt(sum(sds[states] ** 2) / 12))
        weights[path[-1]] += chance
    assert found[-1] == pytest.approx(weights / weights.sum())


def test_innovations_of_regimes_are_standard_normal_under_the_law():
    generator = np.random.default_rng(4)
    periods = np.cumsum(np.append(0, np.where(generator.random(2000) < 0.1, 3, 1))).astype(float)
    y = RegimeSwitching(periods, np.zeros(2001), 1 / 12, True).simulate(REGIMES, generator, 1)[:, 0]
    z = RegimeSwitching(periods, y, 1 / 12, True).innovations(REGIMES)
    assert stats.kstest(z, "norm").pvalue > 1e-3
    assert abs(np.corrcoef(z[1:], z[:-1])[0, 1]) < 4 / math.sqrt(2000)


def test_regimes_recover_their_parameters():
    generator = np.random.default_rng(5)
    periods = np.arange(301.0)
    law = RegimeSwitching(periods, np.zeros(301), 1 / 12, True)
    scores = []
    for path in law.simulate(REGIMES, generator, 4).T:
        fit = fit_process(periods / 12, np.exp(path), "markov_gbm")
        assert fit.values["volatility_calm"] < fit.values["volatility_turbulent"]
        scores.append((fit.coordinates - REGIMES) / np.sqrt(np.diag(fit.covariance)))
    scores = np.array(scores)
    assert np.all(np.abs(np.median(scores, axis=0)) < 4 * 1.2533 / math.sqrt(4))
    assert np.mean(np.abs(scores) < 1.96) > 0.95 - 4 * math.sqrt(0.95 * 0.05 / 24)


def test_regimes_use_the_last_observation_of_each_period_and_say_so():
    generator = np.random.default_rng(6)
    dates = np.datetime64("2015-01-01") + np.arange(1500)
    price = np.exp(np.cumsum(generator.normal(0, 0.01, 1500)))
    fit = fit_process(dates, price, "markov_gbm")
    assert fit.count == 49
    assert fit.statements[0] == "50 of 1500 observations are used, the last of each month"
    assert fit.series.dates[0] == np.datetime64("2015-01-31")
    with pytest.raises(DataError, match="after 2019-01-31 there is a gap of 65 months"):
        fit_process(np.append(dates[:1492], dates[-1] + 1960), price[:1493], "markov_gbm")


def test_bootstrap_of_jumps_scatters_like_the_information():
    """The spread of 20 refits has a relative standard error of 16 %; few jumps widen it further."""
    generator = np.random.default_rng(7)
    times = np.arange(209) / 52
    price = np.exp(JumpDiffusion(times, np.zeros(209)).simulate(JUMPS, generator, 1)[:, 0])
    fit = fit_process(times, price, "jump_diffusion", bootstrap=20)
    ratio = np.sqrt(np.diag(fit.bootstrap.covariance) / np.diag(fit.covariance))[:4]
    assert np.all((ratio > 0.5) & (ratio < 2.2))
