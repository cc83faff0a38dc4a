"""Fits become entries of a scenario whose simulated law is the fitted one; several series keep their correlation."""

from __future__ import annotations

import math
import tomllib

import numpy as np
import pytest

import burncast
from burncast.calibration.entry import CorrelationEntry, Entry, entries_as_toml
from burncast.calibration.joint_processes import fit_processes
from burncast.calibration.process_entries import process_entries
from burncast.calibration.process_fit import fit_process
from burncast.distributions.errors import DataError, InputError

N = 32_768
MONTHS = np.arange("2014-01", "2024-01", dtype="datetime64[M]")
"""120 months; a scenario that goes on from them starts in January 2024."""


def noise(seed, count=120):
    return np.random.default_rng(seed).standard_normal(count)


def simulated(entries, name, logarithms):
    """Mean and standard deviation of a quantity (or its logarithm) after twelve months, drawn by burncast."""
    shown = f"log({name})" if logarithms else name
    text = f"""
[scenario]
title = "round trip"
start = "2024-01"
periods = 12
[stocks]
last = {{ start = 0, next = "{shown}" }}
square = {{ start = 0, next = "({shown}) ** 2" }}
[outputs]
track = ["last", "square"]
"""
    document = tomllib.loads(entries_as_toml(entries) + text)
    result = burncast.simulate(document, trajectories=N, seed=3)
    mean = float(result.last_mean[12])
    return mean, math.sqrt(float(result.square_mean[12]) - mean**2)


def holds(found, mean, sd):
    assert abs(found[0] - mean) < 4.5 * sd / math.sqrt(N)
    assert found[1] == pytest.approx(sd, rel=4.5 * 1.2 / math.sqrt(2 * N))


def test_gbm_with_certain_parameters():
    price = 30 * np.exp(np.cumsum(0.02 + 0.06 * noise(1)))
    fit = fit_process(MONTHS, price, "gbm")
    entries = process_entries(fit, "price", unit="USD", source="prices.csv", uncertain=False)
    assert [entry.path for entry in entries] == [("processes", "price")]
    assert entries[0].source == "prices.csv"
    assert "estimates taken for certain" in entries[0].note
    drift, volatility = fit.values.values()
    holds(simulated(entries, "price", True), math.log(price[-1]) + drift - volatility**2 / 2, volatility)


def test_gbm_with_uncertain_parameters_is_wider_by_their_covariance():
    """log S₁ = log S₀ + drift − v²/2 + v·Z, with (drift, log v) jointly normal: moments by drawing them here."""
    price = 30 * np.exp(np.cumsum(0.02 + 0.06 * noise(1, 36)))
    fit = fit_process(MONTHS[-36:], price, "gbm")
    entries = process_entries(fit, "price", unit="USD", source="prices.csv")
    assert [entry.path for entry in entries[:3]] == [
        ("inputs", "price_drift"),
        ("inputs", "price_volatility"),
        ("processes", "price"),
    ]
    assert entries[0].note.startswith("estimate ")
    assert "n = 35, maximum likelihood" in entries[0].note
    assert isinstance(entries[-1], CorrelationEntry)
    generator = np.random.default_rng(2)
    drift, log_v = generator.multivariate_normal(fit.coordinates, fit.covariance, 400_000).T
    drawn = math.log(price[-1]) + drift - np.exp(2 * log_v) / 2 + np.exp(log_v) * generator.standard_normal(400_000)
    holds(simulated(entries, "price", True), drawn.mean(), drawn.std())
    assert drawn.std() > 1.1 * fit.values["volatility"]


@pytest.mark.parametrize("process", ["ou", "log_ou", "ar1"])
def test_reverting_processes_with_uncertain_parameters(process):
    x = np.zeros(120)
    for i, z in enumerate(noise(4)[1:], start=1):
        x[i] = 0.8 * x[i - 1] + 0.1 * z
    values = 40 * np.exp(x) if process == "log_ou" else 5 + x
    fit = fit_process(MONTHS, values, process, bootstrap=40)
    entries = process_entries(fit, "level")
    last = math.log(values[-1]) if process == "log_ou" else values[-1]
    generator = np.random.default_rng(5)
    at = generator.multivariate_normal(fit.centre, fit.spread, 400_000)
    if process == "ar1":
        left = np.tanh(at[:, 0] / 2)
        sd = np.exp(at[:, 2]) * np.sqrt((1 - left**24) / (1 - left**2))
        left = left**12
    else:
        speed = math.log(2) / np.exp(at[:, 0])
        left = np.exp(-speed)
        sd = np.exp(at[:, 2]) * np.sqrt((1 - left**2) / (2 * speed))
    drawn = at[:, 1] + left * (last - at[:, 1]) + sd * generator.standard_normal(400_000)
    holds(simulated(entries, "level", process == "log_ou"), drawn.mean(), drawn.std())


def test_season_and_trend_come_back():
    month = np.arange(120) % 12 + 1
    x = np.zeros(120)
    for i, z in enumerate(noise(6)[1:], start=1):
        x[i] = 0.7 * x[i - 1] + 0.05 * z
    price = np.exp(3 + 0.3 * np.cos(2 * np.pi * (month - 2) / 12) + 0.1 * np.arange(120) / 12 + x)
    fit = fit_process(MONTHS, price, "log_ou", season=True, trend=True)
    entries = process_entries(fit, "price", unit="USD", uncertain=False)
    assert [entry.path for entry in entries] == [
        ("inputs", "price_trend"),
        ("inputs", "price_last"),
        ("processes", "price_base"),
        ("formulas", "price"),
    ]
    values = fit.values
    speed, sd = math.log(2) / values["half_life"], values["volatility"]
    left = math.exp(-speed)
    # twelve months after December 2023 is December 2024: the same season, a year of trend
    season = values["season_january"] * math.cos(2 * np.pi * 11 / 12) + values["season_april"] * math.cos(
        2 * np.pi * 8 / 12
    )
    mean = math.log(values["mean"])
    expected = mean + left * (math.log(price[-1]) - season - mean) + season + values["trend"]
    holds(simulated(entries, "price", True), expected, sd * math.sqrt((1 - left**2) / (2 * speed)))
    burncast.simulate(
        tomllib.loads(
            entries_as_toml(process_entries(fit, "price", unit="USD"))
            + '[scenario]\ntitle = "t"\nstart = "2024-01"\nperiods = 3\n[stocks]\n'
            + 'cash = { start = 1, next = "price", unit = "USD" }'
        ),
        trajectories=1000,
    )


def test_jump_diffusion():
    generator = np.random.default_rng(7)
    jumped = generator.random(520) < 0.08
    price = 50 * np.exp(np.cumsum(generator.normal(0.001, 0.02, 520) + jumped * generator.normal(-0.08, 0.05, 520)))
    weeks = np.datetime64("2014-01-03") + 7 * np.arange(520)
    fit = fit_process(weeks, price, "jump_diffusion")
    entries = process_entries(fit, "price", unit="USD", uncertain=False)
    values = fit.values
    drift, volatility, rate, size, lean = values.values()
    mean = math.log(price[-1]) + drift - volatility**2 / 2 + rate * size * lean
    holds(simulated(entries, "price", True), mean, math.sqrt(volatility**2 + rate * size**2))
    uncertain = simulated(process_entries(fit, "price", unit="USD"), "price", True)
    assert uncertain[1] > math.sqrt(volatility**2 + rate * size**2)
    assert uncertain[0] == pytest.approx(mean, abs=0.05)


def test_regimes():
    generator = np.random.default_rng(8)
    state, price = 0, [20.0]
    for _ in range(240):
        state = int(generator.random() < (0.05, 0.75)[state])
        price.append(price[-1] * math.exp(generator.normal((0.01, -0.03)[state], (0.02, 0.12)[state])))
    months = np.arange("2004-01", "2024-02", dtype="datetime64[M]")
    fit = fit_process(months, price, "markov_gbm")
    entries = process_entries(fit, "price", uncertain=False)
    assert entries[0].states == ("calm", "turbulent")
    assert 'step = "month"' in entries[0].note
    paths = np.zeros(200_000)
    chain = fit.law.transition(fit.coordinates)
    state = (generator.random(200_000) < fit.law.filtered(fit.coordinates)[-1, 1]).astype(int)
    drift, volatility = (
        np.array([fit.values[f"{one}_{name}"] for name in ("calm", "turbulent")]) for one in ("drift", "volatility")
    )
    for _ in range(12):
        state = (generator.random(200_000) < chain[state, 1]).astype(int)
        paths += (drift - volatility**2 / 2)[state] / 12 + volatility[state] * math.sqrt(
            1 / 12
        ) * generator.standard_normal(200_000)
    found = simulated(entries, "price", True)
    assert abs(found[0] - math.log(price[-1]) - paths.mean()) < 4.5 * paths.std() / math.sqrt(N)
    assert found[1] == pytest.approx(paths.std(), rel=0.03)
    uncertain = process_entries(fit, "price")
    assert [entry.path for entry in uncertain if isinstance(entry, Entry)][-2:] == [
        ("processes", "price_regime"),
        ("processes", "price"),
    ]
    assert "johnson_sb" in next(entry.value for entry in uncertain if entry.name == "price_leave_calm")
    assert simulated(uncertain, "price", True)[1] == pytest.approx(paths.std(), rel=0.3)


def test_a_law_that_the_series_does_not_show_is_refused_or_widened():
    rising = fit_process(MONTHS, np.arange(120) ** 1.5 + 1.0, "ou")
    with pytest.raises(InputError, match="half_life cannot be stated: half_life and mean are not identified"):
        process_entries(rising, "level")
    walk = fit_process(MONTHS[:40], np.cumsum(noise(11, 40)), "ou")
    assert not walk.reversion.reverts
    entries = process_entries(walk, "level")
    entry = entries[0]
    assert "likelihood-ratio interval" in entry.note
    assert "not identified" in entry.note
    mu, sigma = (
        float(part.partition("=")[2]) for part in entry.value.removeprefix("lognormal(").rstrip(")").split(",")
    )
    assert mu - 1.96 * sigma == pytest.approx(walk.reversion.interval[0], abs=0.01)
    assert math.exp(mu + 1.96 * sigma) == pytest.approx(10 * 39 / 12, rel=0.01)


def test_correlation_of_innovations():
    """240 months: the estimate within 4 standard errors of the truth, which is (1 − ρ²)/√n at equal speeds."""
    generator = np.random.default_rng(9)
    one, other = generator.standard_normal((2, 240))
    other = 0.6 * one + 0.8 * other
    x, y = np.zeros(240), np.zeros(240)
    for i in range(1, 240):
        x[i] = 0.8 * x[i - 1] + 0.1 * one[i]
        y[i] = 0.8 * y[i - 1] + 0.2 * other[i]
    months = np.arange("2004-01", "2024-01", dtype="datetime64[M]")
    joint = fit_processes({"gas": (months, np.exp(x)), "power": (months, np.exp(y))}, "log_ou")
    assert joint.standard_errors[0, 1] == pytest.approx((1 - joint.correlation[0, 1] ** 2) / math.sqrt(239), rel=0.15)
    assert abs(joint.correlation[0, 1] - 0.6) < 4 * joint.standard_errors[0, 1]
    assert joint.statements == ()
    fits = joint.fits
    sample = np.corrcoef(fits["gas"].tests.innovations, fits["power"].tests.innovations)[0, 1]
    assert joint.correlation[0, 1] == pytest.approx(sample, abs=0.01)
    entries = joint.entries(units={"gas": "EUR", "power": "EUR"})
    assert entries[-1].between == ("gas", "power")
    assert entries[-1].rho == pytest.approx(joint.correlation[0, 1], abs=1e-4)
    assert "n = 239" in entries[-1].comment
    scenario = tomllib.loads(
        entries_as_toml(entries)
        + '[scenario]\ntitle = "t"\nperiods = 2\n[stocks]\ncash = { start = 0, next = "gas + power" }\n'
    )
    assert len(burncast.load(scenario).correlations) == 3


def test_different_speeds_and_different_dates():
    """A random walk and a fast process driven by motions of correlation 0.7, observed at different, uneven dates."""
    generator = np.random.default_rng(10)
    steps = 20 * 365
    dt = 1 / 365.25
    one, other = generator.standard_normal((2, steps))
    other = 0.7 * one + math.sqrt(1 - 0.49) * other
    walk = np.cumsum(0.3 * math.sqrt(dt) * one)
    fast = np.zeros(steps)
    for i in range(1, steps):
        fast[i] = fast[i - 1] * math.exp(-8 * dt) + 0.5 * math.sqrt(dt) * other[i]
    days = np.datetime64("2004-01-01") + np.arange(steps)
    every = np.sort(generator.choice(steps, 700, replace=False))
    some = np.sort(np.append(generator.choice(every, 400, replace=False), generator.choice(steps, 50)))
    some = np.unique(some)
    joint = fit_processes(
        {"walk": (days[every], walk[every]), "fast": (days[some], fast[some])}, {"walk": "random_walk", "fast": "ou"}
    )
    # over a month the shocks' correlation is 0.7·(1 − e^(−κ/12))/κ / √((1 − e^(−2κ/12))/(2κ)/12)
    share = (1 - math.exp(-8 / 12)) / 8 / math.sqrt((1 - math.exp(-16 / 12)) / 16 / 12)
    assert abs(joint.correlation[0, 1] - 0.7 * share) < 4 * joint.standard_errors[0, 1]
    assert "rests on the" in joint.statements[0]
    with pytest.raises(DataError, match="walk and fast have 0 dates in common"):
        fit_processes({"walk": (days[:100:2], walk[:100:2]), "fast": (days[1:100:2], fast[1:100:2])}, "ou")
    with pytest.raises(DataError, match=r"fast: the value at .* is .*, and gbm takes logarithms"):
        fit_processes({"walk": (days[every], np.exp(walk[every])), "fast": (days[every], fast[every])}, "gbm")
    with pytest.raises(InputError, match="its drift is the trend"):
        fit_processes(
            {"walk": (days[every], walk[every]), "fast": (days[every], fast[every])}, "random_walk", trend=True
        )
    with pytest.raises(InputError, match="cannot be fitted jointly"):
        fit_processes(
            {"walk": (days[every], np.exp(walk[every])), "fast": (days[every], np.exp(fast[every]))}, "jump_diffusion"
        )
