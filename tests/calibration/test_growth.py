"""Growth and experience curves against SciPy's own fits, their recovery, and what a scenario makes of the entries."""

from __future__ import annotations

import math
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from markdown_blocks import blocks
from scipy import optimize, stats

import burncast
from burncast.calibration.entry import entries_as_toml
from burncast.calibration.experience_curve import fit_experience_curve
from burncast.calibration.growth_curves import fit_growth
from burncast.distributions.errors import DataError, InputError


def bass(t, market, p, q):
    fall = np.exp(-(p + q) * t)
    return market * (1 - fall) / (1 + q / p * fall)


def grown(generator, times, curve, noise):
    true = curve(times)
    added = np.diff(true) + noise * np.sqrt(np.diff(times)) * generator.standard_normal(len(times) - 1)
    return np.append(true[0], true[0] + np.cumsum(np.maximum(added, 0)))


def test_bass_is_what_curve_fit_finds_and_recovers_its_parameters():
    generator = np.random.default_rng(1)
    times = np.arange(0, 13.0, 0.5)
    scores = []
    for repeat in range(25):
        data = grown(generator, times, lambda t: bass(t, 100.0, 0.02, 0.5), 0.8)
        fit = fit_growth(times, data)
        if repeat < 3:
            found, covariance = optimize.curve_fit(
                lambda t, m, p, q: np.diff(bass(t, m, p, q)), times, np.diff(data), p0=[90, 0.03, 0.4]
            )
            assert list(fit.values.values()) == pytest.approx(found, rel=1e-3)
            assert list(fit.standard_errors.values()) == pytest.approx(np.sqrt(np.diag(covariance)), rel=0.01)
        scores.append((fit.coordinates - np.log([100.0, 0.02, 0.5])) / np.sqrt(np.diag(fit.covariance)))
    inside = np.abs(scores) < stats.t(21).ppf(0.975)
    assert np.mean(inside) > 0.95 - 4 * math.sqrt(0.95 * 0.05 / 25)


def test_logistic_at_uneven_times():
    generator = np.random.default_rng(2)
    times = np.sort(generator.uniform(0, 10, 40))
    data = grown(generator, times, lambda t: 50 / (1 + np.exp(-0.9 * (t - 5))), 0.3)
    fit = fit_growth(times, data, "logistic")
    true = {"market": 50, "growth": 0.9, "midpoint": 5 - times[0]}
    for name, value in true.items():
        assert abs(fit.values[name] - value) < 4 * fit.standard_errors[name]
    assert fit.at(np.array([0.0]))[0] == pytest.approx(data[-1], rel=0.1)


def test_a_series_that_has_not_turned_cannot_tell_the_market():
    generator = np.random.default_rng(3)
    times = np.arange(0, 3.1, 0.25)
    data = grown(generator, times, lambda t: bass(t, 100.0, 0.01, 0.9), 0.2)
    fit = fit_growth(times, data)
    assert "market is not identified" in fit.statements[0]
    assert "growth has not clearly turned" in fit.statements[1]
    known = fit_growth(times, data, market=100.0)
    assert known.statements == ()
    assert set(known.standard_errors) == {"innovation", "imitation"}
    assert abs(known.values["imitation"] - 0.9) < 4 * known.standard_errors["imitation"]


@pytest.mark.parametrize("curve", ["bass", "logistic"])
@pytest.mark.parametrize("uncertain", [True, False])
def test_entries_go_on_where_the_data_end(curve, uncertain):
    generator = np.random.default_rng(4)
    months = np.arange("2015-01", "2023-01", dtype="datetime64[M]")
    data = grown(generator, np.arange(96) / 12, lambda t: bass(t, 1e6, 0.03, 0.6), 5e3)
    fit = fit_growth(months, data, curve)
    text = entries_as_toml(fit.entries("users", unit="user", source="users.csv", uncertain=uncertain))
    text += '[scenario]\ntitle = "t"\nstart = "2023-01"\nperiods = 24\n[outputs]\ntrack = ["users"]\n'
    text += '[stocks]\ncash = { start = 1, next = "cash" }\n'
    result = burncast.simulate(tomllib.loads(text), trajectories=8192, seed=1)
    expected = fit.at(np.arange(1, 25) / 12)
    assert result.users.sel(quantile=0.5).values[1:] == pytest.approx(expected, rel=0.005)
    spread = float(result.users[-1].sel(quantile=0.95) / result.users[-1].sel(quantile=0.05))
    assert (spread > 1.01) == uncertain


def test_chips_shipped_a_year_before_the_end_of_the_series():
    """The example's script: the ceiling fitted at the end of 2023 was passed a year later, as its statement warned."""
    script = Path(__file__).parents[2] / "examples" / "calibration" / "chip_shipments.py"
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    page = script.parents[2] / "docs" / "guide" / "processes-from-data.md"
    (shown,) = [block.code.strip() for block in blocks(page, "text") if "By the end of 2023" in block.code]
    assert shown in done.stdout
    assert "[formulas.h100]" in done.stdout


def test_figures_that_cannot_be_growth():
    with pytest.raises(DataError, match=r"the figure at 2\.0, 3, is below the one before it, 4"):
        fit_growth([0, 1, 2, 3, 4, 5], [1, 4, 3, 5, 6, 7])
    with pytest.raises(InputError, match="did you mean 'bass'"):
        fit_growth([0, 1, 2, 3, 4, 5], [1, 2, 3, 5, 6, 7], "bas")
    with pytest.raises(InputError, match="expected more than the last figure, 7"):
        fit_growth([0, 1, 2, 3, 4, 5], [1, 2, 3, 5, 6, 7], market=5)
    with pytest.raises(DataError, match="4 figures are too few for 3 parameters"):
        fit_growth([0, 1, 2, 3], [1, 2, 3, 5])


def test_experience_curve_is_the_regression_of_logarithms():
    generator = np.random.default_rng(5)
    volume = np.cumsum(generator.uniform(10, 50, 20))
    cost = 300 * volume**-0.3 * np.exp(0.05 * generator.standard_normal(20))
    fit = fit_experience_curve(volume, cost)
    found = stats.linregress(np.log(volume), np.log(cost))
    assert fit.exponent == pytest.approx(-found.slope)
    assert fit.exponent_se == pytest.approx(found.stderr)
    low, high = fit.learning_rate_interval
    assert low < 1 - 2**-0.3 < high
    assert fit.at(volume) == pytest.approx(np.exp(found.intercept + found.slope * np.log(volume)))


def test_intervals_of_the_experience_curve_cover():
    generator = np.random.default_rng(6)
    volume = 2.0 ** np.arange(8)
    covered = 0
    for _ in range(1000):
        low, high = fit_experience_curve(
            volume, volume**-0.3 * np.exp(0.1 * generator.standard_normal(8))
        ).learning_rate_interval
        covered += low < 1 - 2**-0.3 < high
    assert abs(covered / 1000 - 0.95) < 3 * math.sqrt(0.95 * 0.05 / 1000)


def test_entries_of_the_experience_curve():
    volume = np.array([1e3, 2e3, 4e3, 8e3, 16e3])
    cost = 10 * (volume / 1e3) ** -0.32 * np.array([1.02, 0.97, 1.01, 1.02, 0.98])
    fit = fit_experience_curve(volume, cost)
    scenario = """
[scenario]
title = "t"
periods = 2
[stocks]
made = { start = 32e3, next = "made * 2" }
[outputs]
track = ["unit_cost"]
"""
    certain = entries_as_toml(fit.entries("unit_cost", "made", unit="USD", uncertain=False)) + scenario
    result = burncast.simulate(tomllib.loads(certain), trajectories=64)
    assert result.unit_cost_mean.values[1:] == pytest.approx(fit.at(np.array([32e3, 64e3])), rel=1e-5)
    text = entries_as_toml(fit.entries("unit_cost", "made", unit="USD", source="costs.csv")) + scenario
    result = burncast.simulate(tomllib.loads(text), trajectories=65_536, seed=1)
    assert float(result.unit_cost[1].sel(quantile=0.5)) == pytest.approx(float(fit.at(np.array(32e3))), rel=0.003)
    # the logarithm at 32e3 is t: reference and exponent are independent with 3 degrees of freedom
    generator = np.random.default_rng(7)
    t = stats.t(3).rvs((2, 400_000), random_state=generator)
    drawn = np.log(fit.reference_cost) + fit.log_reference_se * t[0]
    drawn -= (fit.exponent + fit.exponent_se * t[1]) * math.log(32e3 / fit.reference_volume)
    low, high = np.exp(np.quantile(drawn, [0.05, 0.95]))
    assert float(result.unit_cost[1].sel(quantile=0.05)) == pytest.approx(low, rel=0.01)
    assert float(result.unit_cost[1].sel(quantile=0.95)) == pytest.approx(high, rel=0.01)


def test_costs_that_cannot_be_used():
    with pytest.raises(DataError, match="the cost at place 1 is -2"):
        fit_experience_curve([1, 2, 3, 4], [1, -2, 3, 4])
    with pytest.raises(DataError, match="all volumes are the same"):
        fit_experience_curve([1, 1, 1, 1], [1, 2, 3, 4])
    flat = fit_experience_curve([1, 2, 4, 8, 16], [1.0, 1.1, 0.9, 1.05, 0.98])
    assert "cannot be told from 0" in flat.statements[0]
