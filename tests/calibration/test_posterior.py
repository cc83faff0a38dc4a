"""Posteriors against closed forms, a Kalman smoother, another sampler, and their own calibration."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from scipy.stats import chi2, norm

import burncast
from burncast.calibration.figures import Observations
from burncast.calibration.learning import drawn
from burncast.calibration.observations import read_observations
from burncast.calibration.posterior import posterior
from burncast.distributions.errors import InputError
from burncast.engine.conditioning import condition_on
from burncast.engine.normal_space.condition import Likelihood
from burncast.engine.normal_space.given import run_given
from burncast.engine.questions.rare_ruin import until
from burncast.engine.scenario import load
from burncast.engine.simulate import run

MEAN, SD = 10.0, 3.0


def held(value, **inputs):
    """A stock that keeps an input's value."""
    return load(
        {
            "scenario": {"title": "held", "periods": 6},
            "inputs": inputs,
            "stocks": {"x": {"start": value, "next": "x"}},
            "outputs": {"track": ["x"]},
        }
    )


def close(found, exact, error, errors=4.0):
    assert abs(found - exact) < errors * error, (found, exact, error)


def agrees(summary, mean, sd, effective):
    """A mean and an sd within standard errors of so many normal draws."""
    close(summary.mean, mean, sd / math.sqrt(effective))
    close(summary.sd, sd, sd / math.sqrt(2 * effective))


def test_a_normal_mean_with_normal_errors():
    reports = [14.0, 15.5, 11.0]
    found = posterior(
        held("level", level=f"normal(mean={MEAN}, sd={SD})"),
        [{"variable": "x", "period": period, "value": y, "sd": 2} for period, y in enumerate(reports, 1)],
        particles=256,
        runs=8,
        moves=6,
        seed=1,
    )
    precision = 1 / SD**2 + len(reports) / 4
    mean = (MEAN / SD**2 + sum(reports) / 4) / precision
    (level,) = found.inputs
    assert level.name == "level"
    agrees(level.posterior, mean, precision**-0.5, found.effective_sample_size)
    assert found.effective_sample_size > 500
    assert found.r_hat < 1.02
    covariance = 4 * np.eye(3) + SD**2
    gap = np.array(reports) - MEAN
    evidence = -0.5 * (gap @ np.linalg.solve(covariance, gap) + np.linalg.slogdet(2 * math.pi * covariance)[1])
    close(found.log_evidence, evidence, max(found.log_evidence_se, 0.01), 5)
    assert level.shrinkage == pytest.approx(1 - 1 / precision / SD**2, abs=0.03)
    assert level.shift == pytest.approx((mean - MEAN) / SD, abs=0.06)


def test_a_lognormal_level_with_an_interval_that_a_source_gives():
    """The logarithm is normal; the density of the report has the factor 1/y."""
    mu, sigma, low, high = 1.0, 0.8, 4.0, 9.0
    error = math.log(high / low) / 2 / 1.6448536269514722
    said = 0.5 * math.log(low * high)
    found = posterior(
        held("level", level=f"lognormal(mu={mu}, sigma={sigma})"),
        [{"variable": "level", "low": low, "high": high, "source": "press"}],
        particles=256,
        runs=8,
        moves=6,
        seed=3,
    )
    precision = sigma**-2 + error**-2
    mean, sd = (mu / sigma**2 + said / error**2) / precision, precision**-0.5
    (level,) = found.inputs
    whole = math.exp(mean + sd**2 / 2)
    agrees(level.posterior, whole, whole * math.sqrt(math.expm1(sd**2)), 0.7 * found.effective_sample_size)
    assert level.posterior.p50 == pytest.approx(
        math.exp(mean), rel=4 * sd * 1.3 / math.sqrt(found.effective_sample_size)
    )
    evidence = norm.logpdf(said, mu, math.hypot(sigma, error)) - said
    close(found.log_evidence, evidence, max(found.log_evidence_se, 0.01), 5)


def kalman(reports, start, start_sd, step_sd, error):
    """Smoothed means and variances of a random walk, log evidence, and the last filtered state."""
    m, v, evidence = start, start_sd**2, 0.0
    filtered, predicted = [], []
    for y in reports:
        v += step_sd**2
        predicted.append((m, v))
        evidence += norm.logpdf(y, m, math.sqrt(v + error**2))
        gain = v / (v + error**2)
        m, v = m + gain * (y - m), (1 - gain) * v
        filtered.append((m, v))
    smoothed = [filtered[-1]]
    for (m, v), (pm, pv) in zip(filtered[-2::-1], predicted[:0:-1], strict=True):
        back = v / pv
        sm, sv = smoothed[0]
        smoothed.insert(0, (m + back * (sm - pm), v + back**2 * (sv - pv)))
    return smoothed, evidence, filtered[-1]


def test_a_linear_gaussian_state_space_against_the_kalman_smoother_and_forecast():
    reports, step_sd, error = [1.2, 2.6, 2.4, 4.5, 4.1], 0.7, 0.5
    scenario = load(
        {
            "scenario": {"title": "walk", "periods": 9, "start": "2024-01"},
            "inputs": {"opening": "normal(mean=1, sd=0.8)"},
            "processes": {"level": f"random_walk(start=opening, drift=0, volatility={step_sd * 12**0.5!r})"},
            "stocks": {"kept": {"start": "opening", "next": "level"}},
            "outputs": {"track": ["level"]},
        }
    )
    rows = [
        {"variable": "level", "period": f"2024-0{month}", "value": y, "sd": error} for month, y in enumerate(reports, 1)
    ]
    found = posterior(scenario, rows, particles=512, runs=6, moves=8, seed=5)
    smoothed, evidence, (mean, variance) = kalman(reports, 1.0, 0.8, step_sd, error)
    for strain, (m, v) in zip(found.strains, smoothed, strict=True):
        agrees(strain.posterior, m, math.sqrt(v), found.effective_sample_size)
    close(found.log_evidence, evidence, max(found.log_evidence_se, 0.01), 5)
    assert found.r_hat < 1.02
    onward = run(found.scenario, 40_000, seed=2, keep_paths=40_000).paths[:, 0]
    for period in (5, 9):
        spread = math.sqrt(variance + (period - 5) * step_sd**2)
        close(onward[:, period].mean(), mean, spread / math.sqrt(found.effective_sample_size))
        close(onward[:, period].std(), spread, spread / math.sqrt(2 * found.effective_sample_size))
    back = (variance * error**2 / (error**2 - variance) - step_sd**2) / (variance * error**2 / (error**2 - variance))
    correlation = back * math.sqrt(smoothed[4][1] / smoothed[3][1])
    close(np.corrcoef(onward[:, 4], onward[:, 5])[0, 1], correlation, 1 / math.sqrt(found.effective_sample_size))


CURVE = {
    "scenario": {"title": "curve", "periods": 8},
    "inputs": {"a": "lognormal(mu=0, sigma=0.5)", "b": "normal(mean=0.1, sd=0.15)"},
    "formulas": {"y": "a * exp(b * period)"},
    "stocks": {"x": {"start": 0, "next": "y"}},
}
CURVE_ROWS = [
    {"variable": "y", "period": 2, "value": 1.9, "sd": 0.3},
    {"variable": "y", "aggregate": "sum", "period": "3 to 6", "value": 15, "sd": 2},
    {"variable": "y", "aggregate": "change", "period": "7 to 8", "low": 0.2, "central": 1.0, "high": 4},
]


def test_a_non_linear_case_against_emcee():
    emcee = pytest.importorskip("emcee", reason="emcee, of the extra `dev`, is the oracle here")
    found = posterior(load(CURVE), CURVE_ROWS, particles=512, runs=4, moves=8, seed=2)

    def log_probability(z):
        a, b = np.exp(0.5 * z[:, 0]), 0.1 + 0.15 * z[:, 1]
        y = a[:, None] * np.exp(b[:, None] * np.arange(1, 9))
        total = -0.5 * (z**2).sum(axis=1) + norm.logpdf(y[:, 1], 1.9, 0.3) + norm.logpdf(y[:, 2:6].sum(axis=1), 15, 2)
        change = y[:, 7] - y[:, 5]
        distance = np.log(np.maximum(change, 1e-300))
        spread = np.where(distance > 0, math.log(4), math.log(5)) / 1.6448536269514722
        return np.where(change > 0, total - 0.5 * (distance / spread) ** 2, -np.inf)

    generator = np.random.RandomState(1)
    start = np.array([0.5, 0.5]) + 0.1 * generator.normal(size=(128, 2))
    sampler = emcee.EnsembleSampler(128, 2, log_probability, vectorize=True)
    sampler.random_state = generator.get_state()
    sampler.run_mcmc(start, 600)
    chain = sampler.get_chain(discard=120, thin=10)
    a, b = np.exp(0.5 * chain[..., 0]), 0.1 + 0.15 * chain[..., 1]
    effective = min(found.effective_sample_size, 128 * 480 / 60)
    by_name = {one.name: one.posterior for one in found.inputs}
    for name, values in (("a", a), ("b", b)):
        sd = float(values.std())
        close(by_name[name].mean, float(values.mean()), sd * math.sqrt(2 / effective))
        close(by_name[name].sd, sd, sd * math.sqrt(1.5 / effective))


NOISY = {
    "scenario": {"title": "noisy growth", "periods": 4},
    "inputs": {"level": "lognormal(mu=0, sigma=0.6)", "growth": "normal(mean=0.1, sd=0.2)"},
    "processes": {"noise": "gbm(start=1, drift=0, volatility=0.3)"},
    "formulas": {"y": "level * noise * exp(growth * period)"},
    "stocks": {"x": {"start": 0, "next": "y"}},
}
ERROR, DRAWS, REPLICATIONS = 0.5, 15, 200


def ranks(error_assumed, replications=REPLICATIONS):
    """The rank of the truth among posterior draws, for truths drawn from the prior and reports with ``ERROR``."""
    scenario = load(NOISY)
    generator = np.random.default_rng(7)

    def observed(reports):
        rows = [
            {"variable": "y", "period": period, "low": y * math.exp(-wide), "high": y * math.exp(wide)}
            for period, y in reports
            for wide in [1.6448536269514722 * error_assumed]
        ]
        return read_observations(rows, scenario)

    program = until(observed([(2, 1.0), (4, 1.0)]).program, 4)
    tracked = run_given(program, drawn(program, 11, replications), 11, keep_tracked=True).tracked
    names = ("level", "growth")
    rows = [program.draw_names.index(name) for name in names]
    exact = drawn(program, 11, replications).inputs[rows]
    found = np.empty((len(names), replications), np.int64)
    for number in range(replications):
        reports = [(t, tracked[number, 0, t] * math.exp(ERROR * generator.normal())) for t in (2, 4)]
        figures = observed(reports)
        score = partial(_score, figures)
        done = condition_on(
            program,
            Likelihood(score, partial(_residuals, figures)),
            number,
            particles=96,
            moves=4,
            keep_tracked=True,
        )
        thinned = done.normals.inputs[rows][:, :: 96 // DRAWS][:, :DRAWS]
        found[:, number] = (thinned < exact[:, [number]]).sum(axis=1)
    return found


def _score(figures: Observations, outcomes):
    return figures.log_likelihood(outcomes.tracked)


def _residuals(figures: Observations, outcomes):
    return figures.residuals(outcomes.tracked)


def uniformity(of_one):
    """The p-value of the chi-squared test of 8 equal bins of ranks 0 … 15."""
    counts = np.bincount(of_one // 2, minlength=8)
    expected = len(of_one) / 8
    return float(chi2.sf(((counts - expected) ** 2 / expected).sum(), 7))


def test_simulation_based_calibration_and_that_it_notices_a_wrong_likelihood():
    for of_one in ranks(ERROR):
        assert uniformity(of_one) > 1e-3
    wrong = ranks(0.15, 100)
    assert min(uniformity(of_one) for of_one in wrong) < 1e-6


def test_contradictory_sources_weigh_in_as_a_mixture():
    rows = [
        {"variable": "x", "period": 1, "value": 5, "sd": 0.5, "source": "a", "weight": 3},
        {"variable": "x", "period": 1, "value": 15, "sd": 0.5, "source": "b"},
    ]
    found = posterior(held("level", level="normal(mean=10, sd=5)"), rows, particles=512, runs=4, moves=12, seed=4)
    assert len(found.figures) == 1
    sharpness = 25 / 25.25
    shares = [one.share for one in found.strains]
    assert sum(shares) == pytest.approx(1.0)
    error = 0.45 / math.sqrt(found.effective_sample_size)
    close(shares[0], 0.75, max(error, 0.02))
    mean = 10 + sharpness * (0.75 * -5 + 0.25 * 5)
    close(found.inputs[0].posterior.mean, mean, 10 * max(error, 0.02))
    evidence = norm.logpdf(5, 10, math.sqrt(25.25))
    close(found.log_evidence, evidence, max(found.log_evidence_se, 0.02), 5)


def test_impossible_observations_are_named_before_the_sampling():
    scenario = held("level + 2 * other", level="uniform(0, 1)", other="uniform(0, 1)")
    rows = [
        {"variable": "x", "period": 2, "value": 4, "sd": 0.1, "source": "a"},
        {"variable": "level", "value": 0.5, "sd": 0.1},
        {"variable": "other", "low": 2},
    ]
    with pytest.raises(InputError) as caught:
        posterior(scenario, rows, particles=256)
    message = str(caught.value)
    assert "2 observations are outside everything" in message
    assert "x, value, 2: observed 4 ± 0.1; the scenario produces 3 at the nearest, 10 standard deviations" in message
    assert "other, value: observed at least 2; the scenario produces 1 at the nearest" in message
    assert "level, value" not in message


def test_a_rare_observation_is_not_impossible():
    found = posterior(
        held("level", level="normal(mean=0, sd=1)"),
        [{"variable": "x", "period": 1, "value": 9, "sd": 0.5}],
        particles=512,
        runs=8,
        moves=10,
        seed=2,
    )
    agrees(found.inputs[0].posterior, 9 / 1.25, math.sqrt(0.2), found.effective_sample_size)
    close(found.log_evidence, norm.logpdf(9, 0, math.sqrt(1.25)), max(found.log_evidence_se, 0.01), 5)
    (strain,) = found.strains
    assert strain.distance > 2
    assert strain.strains


def test_observations_that_exclude_each_other():
    scenario = held("level", level="uniform(0, 1)")
    rows = [{"variable": "x", "period": 1, "low": 0.7}, {"variable": "x", "period": 2, "high": 0.3}]
    with pytest.raises(InputError, match="meets all observations together: x, value, 1; x, value, 2"):
        posterior(scenario, rows, particles=256)


def test_the_same_bits_for_any_number_of_threads_and_another_seed_differs():
    rows = [{"variable": "y", "period": 2, "value": 1.9, "sd": 0.3}]
    one, two = (posterior(load(NOISY), rows, particles=256, runs=2, moves=2, threads=n) for n in (1, 2))
    assert one.scenario.sha256 == two.scenario.sha256
    assert one.log_evidence == two.log_evidence
    other = posterior(load(NOISY), rows, particles=256, runs=2, moves=2, seed=1)
    assert other.scenario.sha256 != one.scenario.sha256


def test_what_the_observations_have_nothing_to_do_with_stays_as_it_was():
    data = {**NOISY, "inputs": {**NOISY["inputs"], "idle": "uniform(0, 1)", "twice": "2 * level"}}
    data["formulas"] = {**NOISY["formulas"], "z": "idle * noise + twice"}
    data["ruin"] = {"when": "z > 100"}
    data["outputs"] = {"track": ["y", "z", "idle"]}
    data["variants"] = {"grown": {"inputs": {"growth": 0.5}}}
    found = posterior(load(data), [{"variable": "y", "period": 2, "value": 1.9, "sd": 0.3}], particles=256, runs=2)
    assert {one.name for one in found.inputs} == {"level", "growth", "twice"}
    assert found.scenario.particles.input_streams == ("level", "growth")
    assert found.scenario.particles.shocks.shape == (1, 2, 512)
    result = burncast.simulate(found.scenario, 20_000, variants=True)
    idle = result["idle_mean"].sel(variant="base").values[1:]
    close(float(idle[0]), 0.5, 0.29 / math.sqrt(20_000))
    assert float(result["y_mean"].sel(variant="grown", period=2)) != float(
        result["y_mean"].sel(variant="base", period=2)
    )


def test_requests_that_cannot_be_met():
    scenario, rows = load(NOISY), [{"variable": "y", "period": 2, "value": 1.9, "sd": 0.3}]
    for wrong, message in (
        ({"particles": 100}, "particles is 100; expected a number from 256"),
        ({"particles": 300}, "expected a multiple of 16"),
        ({"runs": 1}, "runs is 1; expected a number from 2 to 64"),
        ({"seed": -1}, "seed is -1"),
    ):
        with pytest.raises(InputError, match=message):
            posterior(scenario, rows, **wrong)
    found = posterior(scenario, rows, particles=256, runs=2, moves=1)
    with pytest.raises(InputError, match="begins with a posterior already"):
        posterior(found.scenario, rows)


def test_jumps_of_the_past_are_the_particles_own():
    """Were their sizes drawn anew, the balance would not be what was observed."""
    data = {
        "scenario": {"title": "claims", "periods": 6},
        "processes": {"claims": "jumps(rate=36, size=lognormal(mean=1, sd=1))"},
        "stocks": {"paid": {"start": 0, "next": "claims"}},
        "outputs": {"track": ["claims"]},
    }
    found = posterior(load(data), [{"variable": "claims", "period": 2, "value": 9, "sd": 0.3}], particles=512, seed=6)
    (strain,) = found.strains
    assert strain.prior.sd > 2
    assert strain.posterior.sd < 0.4
    onward = run(found.scenario, 20_000, seed=3, keep_paths=20_000).paths[:, 0]
    close(onward[:, 2].mean(), strain.posterior.mean, strain.posterior.sd / math.sqrt(found.effective_sample_size))
    assert onward[:, 2].std() == pytest.approx(strain.posterior.sd, rel=0.15)
    assert len(np.unique(onward[:, 2])) <= found.particles
    later = onward[:, 6] - onward[:, 2]
    close(later.mean(), 12.0, later.std() / math.sqrt(20_000))
    close(later.std(), math.sqrt(12 * 2), 0.5)
