"""Backtests on panels of known law: the true model is calibrated, a wrong one is not, and nobody sees the future."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import kstest, norm

from burncast.calibration.backtest import backtest
from burncast.calibration.panel import Panel, shifted
from burncast.distributions.errors import InputError

STEPS, COMPANIES, SD, DRIFT = 6, 200, 8.0, -5.0


def random_walks(seed=2):
    """Cash that falls by 5 a quarter, give or take 8; accounts are filed 40 days later."""
    random = np.random.default_rng(seed)
    cash = 60.0 + np.cumsum(random.normal(DRIFT, SD, size=(COMPANIES, STEPS)), axis=1)
    dates = np.array([shifted("2020-03-31", 3 * step) for step in range(STEPS)], "datetime64[D]")
    date = np.tile(dates, COMPANIES)
    names = np.repeat([f"C{number:03d}" for number in range(COMPANIES)], STEPS)
    return Panel(names, date, date + 40, {"cash": cash.ravel(), "burn": np.full(cash.size, -DRIFT)}, {})


def scenario(cash, sd=SD, step="quarter"):
    months = {"quarter": 3, "month": 1}[step]
    return {
        "scenario": {"step": step, "periods": 12 // months},
        "processes": {"change": f"iid(normal({DRIFT * months / 3}, {sd * math.sqrt(months / 3)}))"},
        "stocks": {"cash": {"start": cash, "next": "cash + change"}},
        "ruin": {"when": "cash < 20"},
    }


def true_model(known, **options):
    last = {str(name): float(cash) for name, cash in zip(known.entity, known["cash"], strict=True)}
    return {name: scenario(cash, **options) for name, cash in last.items()}


@pytest.fixture(scope="module")
def judged():
    return backtest(
        true_model,
        random_walks(),
        ["2020-08-15"],
        [1, 3],
        variable="cash",
        threshold=20.0,
        flow="burn",
        trajectories=512,
    )


def test_the_true_model_is_calibrated(judged):
    assert judged.count() == (2 * COMPANIES, 2 * COMPANIES)
    assert judged.left_out == ()
    for horizon in (1, 3):
        assert kstest(judged.pits(horizon), "uniform").pvalue > 0.001
        for level, share in judged.coverage(horizon).items():
            assert abs(share - level) < 4 * math.sqrt(level * (1 - level) / COMPANIES)


def test_its_score_is_that_of_the_normal_law(judged):
    """The mean CRPS of a correct normal forecast is sd/√π."""
    for horizon in (1, 3):
        found = judged.forecasts.isel(forecast=judged.forecasts["horizon"].values == horizon)
        scores = (found["crps"].sel(model="model") * found["scale"]).values
        expected = SD * math.sqrt(horizon / math.pi)
        assert abs(scores.mean() - expected) < 4 * scores.std(ddof=1) / math.sqrt(scores.size)


def test_its_pinball_losses_are_those_of_the_normal_law(judged):
    """The expected loss of the true quantile at p of N(m, s²) is s·φ(Φ⁻¹(p))."""
    found = judged.forecasts.isel(forecast=judged.forecasts["horizon"].values == 1)
    for at in found["quantile"].values:
        losses = (found["pinball"].sel(model="model", quantile=at) * found["scale"]).values
        assert abs(losses.mean() - SD * norm.pdf(norm.ppf(at))) < 4 * losses.std(ddof=1) / math.sqrt(losses.size)
        assert judged.pinball(1)[at] > 0.0


def test_the_probability_of_falling_below_is_that_of_the_walk(judged):
    found = judged.forecasts.isel(forecast=judged.forecasts["horizon"].values == 1)
    opened = np.array([random_walks().of(str(name))["cash"][1] for name in found["entity"].values])
    above = opened >= 20.0
    said = found["event_probability"].sel(model="model").values
    assert np.abs(said - norm.cdf((20.0 - opened - DRIFT) / SD))[above].max() < 5 * math.sqrt(0.25 / 512)
    happened = found["happened"].values
    assert (happened[above] == (found["observed"].values < 20.0)[above]).all()
    assert np.isnan(happened[~above]).all()
    assert above.sum() < COMPANIES


def test_it_beats_the_baselines_that_miss_its_drift_and_equals_the_one_that_does_not(judged):
    assert judged.skill("crps", "random walk", 3).low > 0.0
    alike = judged.skill("crps", "constant burn", 3)
    assert alike.low - 0.02 < 0.0 < alike.high + 0.02
    assert judged.skill("crps", "constant burn", 3).value < judged.skill("crps", "random walk", 3).value


def test_the_picture_is_written_whole_or_not_at_all(judged, tmp_path):
    import burncast

    written = burncast.draw_backtest(judged, tmp_path / "judged.svg", title="Walks", event="cash falls below 20")
    assert "how often it happened" in written.read_text(encoding="utf-8")
    assert "cash falls" not in burncast.draw_backtest(judged, tmp_path / "plain.svg").read_text(encoding="utf-8")
    with pytest.raises(InputError, match=r"ends in \.pdf"):
        burncast.draw_backtest(judged, tmp_path / "judged.pdf")


def test_a_wrong_model_is_told_from_the_true_one():
    def bold(known):
        return true_model(known, sd=0.4 * SD)

    found = backtest(bold, random_walks(), ["2020-08-15"], [1], variable="cash", baselines=(), trajectories=512)
    assert kstest(found.pits(1), "uniform").pvalue < 1e-6
    assert found.coverage(1)[0.9] < 0.75


def test_months_of_a_scenario_make_quarters_of_the_panel(judged):
    def monthly(known):
        return true_model(known, step="month")

    found = backtest(monthly, random_walks(), ["2020-08-15"], [3], variable="cash", baselines=(), trajectories=512)
    assert kstest(found.pits(3), "uniform").pvalue > 0.001
    assert abs(found.mean("crps", 3) / judged.mean("crps", 3) - 1.0) < 0.05


def test_the_future_changes_outcomes_and_no_forecast(judged):
    panel = random_walks()
    later = panel.known_from > np.datetime64("2020-08-15")
    other = panel.with_variable("cash", np.where(later, panel["cash"] + 1000.0, panel["cash"]))
    found = backtest(
        true_model, other, ["2020-08-15"], [1, 3], variable="cash", threshold=20.0, flow="burn", trajectories=512
    )
    for name in ("median", "event_probability", "scale"):
        assert np.array_equal(found.forecasts[name].values, judged.forecasts[name].values)
    assert (found.forecasts["observed"].values == judged.forecasts["observed"].values + 1000.0).all()


def test_who_disappears_is_counted_and_not_scored():
    panel = random_walks()
    gone = (panel.entity == "C007") & (panel.date > np.datetime64("2020-06-30"))
    stale = (panel.entity == "C008") & (panel.date > np.datetime64("2020-03-31"))
    late = backtest(
        true_model, panel.rows(~gone & ~stale), ["2020-11-15"], [1], variable="cash", threshold=20.0, trajectories=64
    )
    assert [(one.entity, one.reason) for one in late.left_out] == [("C008", "its last known row is two steps old")]
    found = late.forecasts.isel(forecast=late.forecasts["entity"].values == "C007")
    assert np.isnan(found["observed"].values).all()
    assert np.isnan(found["happened"].values).all()
    assert np.isfinite(found["median"].values).all()
    assert late.count(1) == (COMPANIES - 1, COMPANIES - 2)


def test_one_company_may_be_forecast_by_a_scenario():
    panel = random_walks().of("C001")
    opened = float(panel["cash"][1])
    found = backtest(scenario(opened), panel, ["2020-08-15"], [1, 2], variable="cash", trajectories=512)
    assert found.count() == (2, 2)
    assert found.models == ("model", "constant burn", "random walk", "last growth")
    assert math.isinf(found.mean("log_score", 1, "random walk"))  # too few errors are known for more than a point


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"variable": "csh"}, "did you mean 'cash'"),
        ({"horizons": [0]}, "horizons are whole steps"),
        ({"origins": []}, "no origin"),
        ({"origins": ["2019-01-01"]}, "was anything known by then"),
        ({"horizons": [5]}, "has 4 periods; 5 are needed"),
        ({"model": lambda known: {name: {**scenario(1.0), "ruin": {}} for name in known.entities}}, "ruin"),
        ({"model": scenario(1.0)}, "one scenario cannot stand for 200 companies"),
        (
            {
                "model": lambda known: {
                    name: {**scenario(1.0), "scenario": {"step": "week", "periods": 4}} for name in known.entities
                }
            },
            "the scenario's step is a week",
        ),
    ],
)
def test_what_cannot_be_asked_is_said(changed, said):
    asked = {
        "model": true_model,
        "panel": random_walks(),
        "origins": ["2020-08-15"],
        "horizons": [1],
        "variable": "cash",
        "threshold": 20.0,
        "trajectories": 64,
    }
    with pytest.raises(InputError, match=said):
        backtest(**{**asked, **changed})
