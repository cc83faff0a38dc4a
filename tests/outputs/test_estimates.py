import dataclasses

import numpy as np
import pytest
from known_simulation import falling_cash, known_simulation

from burncast.outputs.results import estimates

PROBABILITIES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95)


def test_ruin_probability_is_the_share_ruined_so_far_with_its_binomial_error():
    cash = falling_cash()
    simulation = known_simulation({"cash": cash})
    ruined = np.minimum.accumulate(cash, axis=1) < 0
    np.testing.assert_allclose(estimates.ruin_probability(simulation), ruined.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(estimates.ruin_probability_se(simulation), ruined.std(axis=0) / np.sqrt(len(cash)))


def test_runway_is_the_quantile_of_first_passage_and_infinite_beyond_the_horizon():
    cash = falling_cash(burn=2.2e8)
    ruined = cash < 0
    passage = np.where(ruined.any(axis=1), ruined.argmax(axis=1), np.inf)
    expected = np.quantile(passage, PROBABILITIES, method="inverted_cdf")
    found = estimates.runway(known_simulation({"cash": cash}), PROBABILITIES)
    np.testing.assert_array_equal(found, expected)
    assert np.isinf(found[-1])


@pytest.mark.parametrize("count", [1, 3, 7, 10, 100])
def test_runway_takes_no_trajectory_too_many_for_rounding(count):
    paths = np.ones((count, 3))
    paths[:7, 1] = -1.0
    for share in range(1, 100):
        exact = 1.0 if share * count <= 100 * min(7, count) else np.inf
        assert estimates.runway(known_simulation({"cash": paths}), [share / 100])[0] == exact


def test_funding_need_is_the_deepest_hole():
    cash = falling_cash()
    expected = np.quantile(np.maximum(-cash.min(axis=1), 0), PROBABILITIES, method="inverted_cdf")
    np.testing.assert_array_equal(estimates.funding_need(known_simulation({"cash": cash}), PROBABILITIES), expected)


def test_tracked_quantities_keep_their_dimensions_and_have_no_value_before_they_start():
    users = np.arange(5 * 2 * 3 * 4, dtype=float).reshape(5, 2, 3, 4)
    simulation = known_simulation(
        {"cash": np.ones((5, 4)), "users": users},
        dimensions={"product": ["free", "plus"], "region": ["eu", "us", "rest"]},
        over={"users": ("product", "region")},
        kinds={"users": "formula"},
    )
    tracked = simulation.tracked[1]
    mean = estimates.tracked_mean(simulation, tracked)
    assert mean.shape == (2, 3, 4)
    assert np.isnan(mean[..., 0]).all()
    np.testing.assert_allclose(mean[..., 1:], users.mean(axis=0)[..., 1:])
    quantiles = estimates.tracked_quantiles(simulation, tracked, [0.5])
    np.testing.assert_array_equal(quantiles[..., 1:, 0], np.median(users, axis=0)[..., 1:])
    np.testing.assert_array_equal(estimates.tracked_mean(simulation, tracked, 3), mean[..., 3])


def test_the_error_of_spread_trajectories_comes_from_replications():
    simulation = known_simulation({"cash": np.array([[1.0, -1.0], [1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])})
    plain = estimates.ruin_probability_se(simulation)
    assert plain[-1] == 0.25
    counts = np.array([[0, 10, 30], [0, 20, 20], [0, 12, 28], [0, 14, 26]])
    spread = dataclasses.replace(simulation, replications=counts)
    shares = counts[:, 1] / 40
    assert estimates.ruin_probability_se(spread)[-1] == pytest.approx(shares.std(ddof=1) / 2)
