"""The Python interface: what simulate and replay promise beyond what the engine's and the outputs' tests hold."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import burncast
from burncast.engine.simulate import run
from burncast.outputs.results.conditions import evaluate, parse_figure

WALK = {
    "scenario": {"title": "A walk", "periods": 6, "start": "2024-01", "currency": "USD"},
    "dimensions": {"part": ["wages", "rent"]},
    "inputs": {"burn": "normal(mean=1, sd=0.2)"},
    "processes": {"market": "gbm(start=1, drift=0, volatility=0.3)"},
    "formulas": {"cost": {"value": {"wages": "0.7 * burn * market", "rent": "0.3 * burn"}, "over": "part"}},
    "stocks": {"cash": {"start": 5.2, "next": "cash - sum(cost)", "unit": "USD"}},
    "ruin": {"when": "cash < 0", "need": "-cash"},
    "outputs": {"track": ["cash", "cost"]},
    "variants": {"rich": {"stocks": {"cash": {"start": 50, "next": "cash - sum(cost)"}}}},
}


@pytest.fixture(scope="module")
def scenario():
    return burncast.load(WALK)


def test_the_dataset_says_what_the_kept_paths_say(scenario):
    result = burncast.simulate(scenario, 2000, seed=7, keep_paths=2000)
    cash = result["paths_cash"].values
    ruined = np.minimum.accumulate(cash, axis=1) < 0
    np.testing.assert_allclose(result["ruin_probability"], ruined.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(result["cash_mean"], cash.mean(axis=0), rtol=1e-12)
    sd = cash.std(axis=0, ddof=1)
    np.testing.assert_allclose(result["cash_sd"], sd, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(result["cash_mean_se"], sd / np.sqrt(2000), rtol=1e-9, atol=1e-12)
    costs = result["paths_cost"].values
    np.testing.assert_allclose(result["cost_mean"][:, 1:], costs.mean(axis=0)[:, 1:], rtol=1e-12)
    assert np.isnan(result["cost_mean"][:, 0]).all()
    exact = np.quantile(cash, [0.05, 0.5, 0.95], axis=0).T
    np.testing.assert_allclose(result["cash"].sel(quantile=[0.05, 0.5, 0.95]), exact, rtol=2**-8, atol=0.01)
    need = np.quantile(np.maximum(-cash.min(axis=1), 0), 0.9)
    assert result["funding_need"].sel(quantile=0.9).item() == pytest.approx(need, rel=2**-8)


def test_everything_that_load_reads_can_be_simulated(scenario, tmp_path):
    (tmp_path / "walk.toml").write_text(scenario.text)
    by_object = burncast.simulate(scenario, 500, seed=1)
    for source in (WALK, str(tmp_path / "walk.toml"), tmp_path / "walk.toml"):
        again = burncast.simulate(source, 500, seed=1)
        np.testing.assert_array_equal(again["cash"], by_object["cash"])


def test_quantiles_are_those_asked_for_in_that_order(scenario):
    result = burncast.simulate(scenario, 500, quantiles=[0.9, 0.2])
    assert result["quantile"].values.tolist() == [0.9, 0.2]
    assert (result["cash"].sel(quantile=0.9) >= result["cash"].sel(quantile=0.2)).all()
    with pytest.raises(burncast.InputError, match="strictly between"):
        burncast.simulate(scenario, 500, quantiles=[1.5])


def test_variants_come_first_base_first(scenario):
    result = burncast.simulate(scenario, 500, variants=True)
    assert result["variant"].values.tolist() == ["base", "rich"]
    assert all(variable.dims[0] == "variant" for variable in result.data_vars.values())
    np.testing.assert_array_equal(result["cost"].sel(variant="base"), result["cost"].sel(variant="rich"))
    alone = burncast.simulate(scenario.variants["rich"], 500)
    np.testing.assert_array_equal(result["cash"].sel(variant="rich"), alone["cash"])


def test_until_se_runs_as_many_as_it_takes_and_no_more(scenario):
    goal = 0.0012
    result = burncast.simulate(scenario, 10_000_000, seed=3, until_se=goal)
    count = result.attrs["trajectories"]
    share = result["ruin_probability"].values[-1]
    assert count in (65_536, 131_072, 262_144, 524_288)
    assert math.sqrt(share * (1 - share) / count) <= goal
    assert count == 65_536 or math.sqrt(share * (1 - share) / (count / 2)) > 0.99 * goal
    same = burncast.simulate(scenario, count, seed=3)
    np.testing.assert_array_equal(result["cash"], same["cash"])
    most = burncast.simulate(scenario, 70_000, until_se=1e-9)
    assert most.attrs["trajectories"] == 70_000
    with pytest.raises(burncast.InputError, match="until_se"):
        burncast.simulate(scenario, 1000, until_se=0)
    assert most.attrs["reached"] == 0
    assert most.attrs["stopped"].startswith("stopped at the most trajectories allowed: the standard error of ruin_prob")
    without = {name: table for name, table in WALK.items() if name != "ruin"}
    with pytest.raises(burncast.InputError, match="ruin"):
        burncast.simulate(without, 1000, until_se=0.1)


@pytest.fixture(scope="module")
def independent_runs(scenario):
    return [run(scenario, 131_072, seed) for seed in range(3, 35)]


@pytest.mark.parametrize(
    ("figure", "share"),
    [
        ("ruin_probability[5]", 0.0035),
        ("funding_need[0.9]", 0.003),
        ('cost_mean["rent", 6]', 0.0006),
        ("cash_mean", 0.005),
    ],
)
def test_any_figure_can_be_run_until_it_is_known_to_a_share_of_itself(scenario, independent_runs, figure, share):
    """The error told is compared with what independent runs of the same size differ by: 32 know theirs to an eighth."""
    options = {"until_se": f"{100 * share:g} %", "until_figure": figure}
    result = burncast.simulate(scenario, 400_000, seed=3, **options)
    assert (result.attrs["trajectories"], result.attrs["reached"]) == (131_072, 1)
    text = result.attrs["stopped"]
    assert text.startswith(f"stopped because the standard error of {figure} is ")
    told = float(re.search(r" is ([^ ;]+); ", text)[1])
    found = [evaluate(parse_figure(figure), one) for one in independent_runs]
    assert told <= share * abs(found[0])
    assert np.std(found, ddof=1) == pytest.approx(told, rel=0.5)
    assert burncast.simulate(scenario, 400_000, seed=3, threads=1, **options).attrs["trajectories"] == 131_072


def test_control_variates_take_error_off_probabilities_and_means_and_nothing_else(scenario):
    plain = burncast.simulate(scenario, 20_000, seed=3)
    found = burncast.simulate(scenario, 20_000, seed=3, control_variates=True)
    assert (found["ruin_probability_se"][4:] < 0.9 * plain["ruin_probability_se"][4:]).all()
    moved = found["ruin_probability"] - plain["ruin_probability"]
    assert (np.abs(moved[4:]) > 0).all()
    assert (np.abs(moved) <= 4 * plain["ruin_probability_se"]).all()
    assert found["cost_mean_se"].dims == ("part", "period")
    assert np.isnan(found["cost_mean_se"][:, 0]).all()
    assert found["cost_mean_se"].sel(part="rent", period=6).item() < 1e-8
    assert found["cost_mean"].sel(part="rent", period=6).item() == pytest.approx(0.3, rel=1e-6)
    for name in ("cash", "cost", "runway", "funding_need"):
        np.testing.assert_array_equal(found[name], plain[name])
    assert found.attrs["control_variates"] == "burn, market"
    assert (found["cash_mean_se"][1:] < plain["cash_mean_se"][1:]).all()
    assert "control_variates" not in plain.attrs
    options = {"until_se": 0.0045, "until_figure": "cash_mean", "seed": 3}
    assert burncast.simulate(scenario, 10**6, **options).attrs["trajectories"] == 131_072
    for method in ("random", "antithetic"):
        sooner = burncast.simulate(scenario, 10**6, control_variates=True, method=method, **options)
        assert sooner.attrs["trajectories"] == 65_536


@pytest.mark.parametrize("method", ["sobol", "lhs", "antithetic"])
@pytest.mark.parametrize("figure", ["funding_need[0.9]", "cash_mean", "runway[0.8]"])
def test_every_figure_has_an_error_under_every_method(scenario, method, figure):
    result = burncast.simulate(scenario, 131_072, seed=3, method=method, until_se="0.6%", until_figure=figure)
    assert result.attrs["reached"] == 1
    assert result.attrs["trajectories"] == 65_536


def test_a_runway_within_one_step_or_beyond_the_horizon_is_known_at_once(scenario):
    sure = burncast.simulate(scenario, 10**6, seed=3, until_se=0.01, until_figure="runway[0.5]")
    assert (sure.attrs["trajectories"], sure.attrs["reached"]) == (65_536, 1)
    never = burncast.simulate(scenario.variants["rich"], 10**6, until_se="1%", until_figure="runway[0.5]")
    assert never["runway"].sel(quantile=0.5).item() == math.inf
    assert (never.attrs["trajectories"], never.attrs["reached"]) == (65_536, 1)


def test_a_probability_of_nothing_is_never_known_to_a_share(scenario):
    result = burncast.simulate(scenario.variants["rich"], 100_000, until_se="50%")
    assert result["ruin_probability"].values[-1] == 0.0
    assert (result.attrs["trajectories"], result.attrs["reached"]) == (100_000, 0)


def test_each_variant_runs_until_its_own_figure_is_known(scenario):
    result = burncast.simulate(scenario, 200_000, variants=True, until_se=1.5e-3)
    assert result.attrs["variant_trajectories"].split() == ["131072", "65536"]
    assert [line.split(":")[0] for line in result.attrs["stopped"].splitlines()] == ["base", "rich"]
    assert result.attrs["reached"] == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"until_se": "little"}, "until_se is a standard error greater than 0"),
        ({"until_se": "-1%"}, "until_se is a standard error greater than 0"),
        ({"until_se": math.inf}, "until_se is a standard error greater than 0"),
        ({"until_se": 1, "until_figure": "cahs_mean"}, "did you mean 'cash_mean'"),
        ({"until_se": 1, "until_figure": "ruin_probability[7]"}, "whole number from 0 to 6"),
    ],
)
def test_a_precision_that_cannot_be_asked_for_is_one_message(scenario, options, says):
    with pytest.raises(burncast.InputError, match=re.escape(says)):
        burncast.simulate(scenario, 1000, **options)


def test_progress_ends_with_everything_done(scenario):
    seen = []
    burncast.simulate(scenario, 200_000, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (200_000, 200_000)
    assert seen == sorted(seen)


def test_replay_is_the_same_trajectory_with_every_quantity(scenario):
    result = burncast.simulate(scenario, 100, seed=7, keep_paths=100)
    path = burncast.replay(scenario, 42, seed=7)
    assert set(path.data_vars) == {"burn", "market", "cost", "cash"}
    np.testing.assert_array_equal(path["cash"], result["paths_cash"][42])
    np.testing.assert_array_equal(path["cost"], result["paths_cost"][42])
    assert path["cost"].dims == ("part", "period")
    assert path["market"].values[0] == 1.0
    np.testing.assert_allclose(path["cash"][1:], path["cash"].values[:-1] - path["cost"].sum("part").values[1:])
    assert path["date"].values[-1] == np.datetime64("2024-06-30")
    assert path.attrs["trajectory"] == 42
    spread = burncast.simulate(scenario, 100, seed=7, method="lhs", keep_paths=100)
    path = burncast.replay(scenario, 42, seed=7, method="lhs", trajectories=100)
    np.testing.assert_array_equal(path["cost"], spread["paths_cost"][42])
    assert path.attrs["method"] == "lhs"


@pytest.mark.parametrize(
    "options",
    [{"trajectories": 0}, {"seed": -1}, {"seed": 2**64}, {"threads": 0}, {"method": "luck"}, {"keep_paths": -1}],
)
def test_impossible_requests_are_input_errors(scenario, options):
    with pytest.raises(burncast.InputError, match=next(iter(options))):
        burncast.simulate(scenario, **{"trajectories": 10, **options})
