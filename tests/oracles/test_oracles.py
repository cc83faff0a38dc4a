"""The oracles against each other, against published results, and against brute force."""

from math import comb

import numpy as np
import pytest
from oracles import brownian, copulas, diffusions, gamblers_ruin, gaussian_walk, markov_chain, shot_noise
from scipy import stats


def test_gaussian_walk_from_zero_survives_as_sparre_andersen_says():
    survival = 1.0 - gaussian_walk.ruin_probability(0.0, 0.0, 1.7, 40)
    exact = [comb(2 * n, n) / 4.0**n for n in range(41)]
    assert survival == pytest.approx(exact, abs=1e-10)


@pytest.mark.parametrize(("start", "drift", "sd"), [(3.0, -0.1, 1.0), (10.0, 0.5, 2.0), (0.5, -0.3, 0.25)])
def test_gaussian_walk_does_not_depend_on_the_grid(start, drift, sd):
    coarse = gaussian_walk.ruin_probability(start, drift, sd, 24)
    fine = gaussian_walk.ruin_probability(start, drift, sd, 24, panel=0.45, order=20)
    assert coarse == pytest.approx(fine, abs=1e-11)
    second = stats.multivariate_normal([start + drift, start + 2.0 * drift], sd**2 * np.array([[1.0, 1.0], [1.0, 2.0]]))
    falls_in_the_second = second.cdf([np.inf, 0.0], lower_limit=[0.0, -np.inf])
    assert coarse[2] - coarse[1] == pytest.approx(falls_in_the_second, abs=1e-6)


def test_monitoring_shift_is_the_published_constant():
    assert pytest.approx(0.5826, abs=5e-5) == brownian.MONITORING_SHIFT


@pytest.mark.parametrize(("start", "drift"), [(1.0, -0.2), (1.5, 0.3), (2.0, 0.0)])
def test_monitoring_correction_comes_close_to_the_recursion(start, drift):
    watched_always = brownian.first_passage(start, drift, 1.0, 2.0)
    for step, allowed in ((1.0 / 12.0, 3e-3), (1.0 / 52.0, 7e-4)):
        periods = round(2.0 / step)
        walk = gaussian_walk.ruin_probability(start, drift * step, np.sqrt(step), periods)[-1]
        corrected = brownian.discretely_monitored_passage(start, drift, 1.0, 2.0, step)
        assert corrected == pytest.approx(walk, abs=allowed)
        assert watched_always - walk > 8.0 * allowed


def test_first_passage_is_inverse_gaussian():
    start, drift, volatility, times = 3.0, -0.8, 1.3, np.array([0.5, 2.0, 7.0])
    shape, mean = (start / volatility) ** 2, start / -drift
    assert brownian.first_passage(start, drift, volatility, times) == pytest.approx(
        stats.invgauss.cdf(times, mean / shape, scale=shape), abs=1e-12
    )


def test_gamblers_ruin_in_the_long_run_and_by_reflection():
    assert gamblers_ruin.ruin_probability(4, 0.48, 4_000, goal=9)[-1] == pytest.approx(
        gamblers_ruin.eventual_ruin(4, 0.48, 9), abs=1e-12
    )
    assert gamblers_ruin.eventual_ruin(3, 0.5, 12) == 0.75
    fair = gamblers_ruin.ruin_probability(5, 0.5, 31)
    steps = stats.binom(31, 0.5)
    ends = 2 * np.arange(32) - 31
    reflected = steps.pmf(np.arange(32))[ends <= -5].sum() + steps.pmf(np.arange(32))[ends < -5].sum()
    assert fair[-1] == pytest.approx(reflected, abs=1e-12)


def test_diffusions_against_a_fine_simulation():
    rng, steps, n = np.random.default_rng(5), 64, 40_000
    x = np.zeros((steps + 1, n)) + 2.0
    for i in range(steps):
        x[i + 1] = x[i] + 1.4 * (0.5 - x[i]) / steps + 0.7 * rng.normal(size=n) / np.sqrt(steps)
    mean, sd = diffusions.ornstein_uhlenbeck(2.0, 0.5, 1.4, 0.7, 1.0)
    assert x[-1].mean() == pytest.approx(mean, abs=0.02)
    assert x[-1].std() == pytest.approx(sd, rel=0.03)
    assert np.cov(x[32], x[-1])[0, 1] == pytest.approx(
        diffusions.ornstein_uhlenbeck_autocovariance(1.4, 0.7, 0.5, 1.0), rel=0.05
    )
    level = diffusions.log_ornstein_uhlenbeck(np.exp(2.0), np.exp(0.5), 1.4, 0.7, 1.0)
    assert np.exp(x[-1]).mean() == pytest.approx(level[0], rel=0.03)
    assert np.cov(np.exp(x[32]), np.exp(x[-1]))[0, 1] == pytest.approx(
        diffusions.log_ornstein_uhlenbeck_autocovariance(np.exp(2.0), np.exp(0.5), 1.4, 0.7, 0.5, 1.0), rel=0.1
    )


def test_autocovariance_at_one_time_is_the_variance():
    assert diffusions.gbm_autocovariance(3.0, 0.2, 0.4, 1.5, 1.5) == pytest.approx(
        diffusions.gbm(3.0, 0.2, 0.4, 1.5)[1] ** 2
    )
    assert shot_noise.autocovariance(2.0, 1.3, 0.5, 1.0, 1.0) == pytest.approx(
        shot_noise.cumulant(2, 2.0, 1.3, 0.5, 1.0)
    )


def test_shot_noise_against_brute_force():
    rng, n = np.random.default_rng(8), 200_000
    jumps = rng.poisson(3.0 * 2.0, size=n)
    owner = np.repeat(np.arange(n), jumps)
    worth = rng.exponential(1.5, size=owner.size) * np.exp(-0.8 * rng.uniform(0.0, 2.0, size=owner.size))
    x = np.bincount(owner, worth, minlength=n)
    moments = [1.5, 2 * 1.5**2, 6 * 1.5**3]
    cumulants = [shot_noise.cumulant(k, 3.0, moments[k - 1], 0.8, 2.0) for k in (1, 2, 3)]
    assert x.mean() == pytest.approx(cumulants[0], rel=0.01)
    assert x.var() == pytest.approx(cumulants[1], rel=0.02)
    assert stats.moment(x, 3) == pytest.approx(cumulants[2], rel=0.05)
    assert np.mean(x == 0.0) == pytest.approx(shot_noise.no_jump(3.0, 2.0), abs=3e-4)
    assert shot_noise.cumulant(1, 3.0, 1.5, 0.0, 2.0) == 9.0


def test_markov_chain():
    transition = [[0.9, 0.08, 0.02], [0.3, 0.6, 0.1], [0.0, 0.5, 0.5]]
    shares = markov_chain.occupation(transition, 0, 200)
    assert shares[1].tolist() == transition[0]
    assert shares[-1] == pytest.approx(markov_chain.stationary(transition), abs=1e-12)
    mean, sd = markov_chain.occupation_time_moments([[0.5, 0.5], [0.5, 0.5]], 0, 10, 1)
    assert (mean, sd) == pytest.approx((5.0, np.sqrt(2.5)))


@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.6])
def test_copulas(rho):
    normal = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    assert copulas.joint_lower_tail(rho, 0.05) == pytest.approx(normal.cdf([stats.norm.ppf(0.05)] * 2), abs=1e-7)
    quadrant = 0.25 + np.arcsin(rho) / (2.0 * np.pi)
    assert copulas.joint_lower_tail(rho, 0.5) == pytest.approx(quadrant, abs=1e-9)
    assert copulas.joint_lower_tail(rho, 0.5, df=4) == pytest.approx(quadrant, abs=1e-9)
    assert copulas.kendall_tau(rho) == pytest.approx(4.0 * quadrant - 1.0)
    assert copulas.joint_lower_tail(rho, 1e-7, df=4) / 1e-7 == pytest.approx(copulas.tail_dependence(rho, 4), rel=2e-3)


def test_tail_dependence_is_the_published_table():
    """McNeil, Frey and Embrechts (2005), table 5.1: λ for df 4 and ρ = 0, 0.5, 0.9."""
    found = [copulas.tail_dependence(rho, 4) for rho in (0.0, 0.5, 0.9)]
    assert found == pytest.approx([0.08, 0.25, 0.63], abs=0.005)
