"""Laws whose parameters are themselves drawn, counts that depend on state, and elements of a dimension."""

import numpy as np
import pytest
from forecasts import forecast, whole_number_counts
from laws import assert_discrete_law, assert_mean, assert_sd
from oracles import shot_noise
from scipy import stats


def test_diffusions_with_drawn_parameters():
    found = forecast(
        """
        [scenario]
        periods = 12
        step = "quarter"
        [inputs]
        volatility = "uniform(0.1, 0.5)"
        level = "normal(0.3, 0.1)"
        [processes]
        price = "gbm(start=1, drift=level, volatility=volatility)"
        rate = "ou(start=0, mean=level, half_life=1, volatility=volatility)"
        [outputs]
        track = ["price", "rate"]
        """
    )
    years, speed = 3.0, np.log(2.0)
    assert_mean(*found.mean("price", 12), np.exp(0.3 * years + 0.01 * years**2 / 2.0))
    reached = -np.expm1(-speed * years)
    mean_square = (0.5**3 - 0.1**3) / (3.0 * 0.4)
    variance = mean_square * -np.expm1(-2.0 * speed * years) / (2.0 * speed) + 0.01 * reached**2
    assert_mean(*found.mean("rate", 12), 0.3 * reached)
    assert_sd(found.sd("rate", 12), found.trajectories, np.sqrt(variance), excess_kurtosis=1.0)
    with pytest.raises(AssertionError):
        assert_mean(*found.mean("price", 12), np.exp(0.3 * years))


def test_poisson_with_a_gamma_rate_is_negative_binomial():
    found = forecast(
        """
        [scenario]
        periods = 3
        [inputs]
        rate = "gamma(mean=6, sd=3)"
        [formulas]
        customers = "poisson(rate)"
        [outputs]
        track = ["customers"]
        """
    )
    exact = stats.nbinom(4.0, 1.0 / (1.0 + 1.5))
    counts = whole_number_counts(found.tally, found.row("customers", 3), 200)
    assert_discrete_law(counts, np.append(exact.pmf(np.arange(201)), exact.sf(200)))
    with pytest.raises(AssertionError):
        assert_discrete_law(counts, np.append(stats.nbinom(4.0, 0.402).pmf(np.arange(201)), 0.0))


def test_customers_who_leave_one_by_one_stay_binomial():
    found = forecast(
        """
        [scenario]
        periods = 6
        [formulas]
        left = "binomial(users, 0.2)"
        [stocks]
        users = { start = 100, next = "users - left" }
        """
    )
    counts = whole_number_counts(found.tally, found.row("users", 6), 100)
    assert_discrete_law(counts, np.append(stats.binom(100, 0.8**6).pmf(np.arange(101)), 0.0))


def test_jumps_at_a_drawn_rate_many_or_none():
    found = forecast(
        """
        [scenario]
        periods = 12
        [inputs]
        rate = "uniform(0, 40)"
        [processes]
        mixed = "jumps(rate=rate, size=exponential(mean=1), decay=1)"
        many = "jumps(rate=150, size=normal(0, 1))"
        none = "jumps(rate=0, size=normal(0, 1))"
        opened = "jumps(rate=2, size=normal(1, 1), decay=3, start=10)"
        [outputs]
        track = ["mixed", "many", "none", "opened"]
        """,
        300_000,
    )
    mean, second = (shot_noise.cumulant(order, 20.0, order, 1.0, 1.0) for order in (1, 2))
    variance = second + (40.0**2 / 12.0) * (mean / 20.0) ** 2
    assert_mean(*found.mean("mixed", 12), mean)
    assert_sd(found.sd("mixed", 12), found.trajectories, np.sqrt(variance), excess_kurtosis=1.0)
    assert_mean(*found.mean("many", 12), 0.0)
    assert_sd(found.sd("many", 12), found.trajectories, np.sqrt(150.0), excess_kurtosis=3.0 / 150.0)
    assert found.sd("none", 12) == 0.0
    opened = 10.0 * np.exp(-3.0) + shot_noise.cumulant(1, 2.0, 1.0, 3.0, 1.0)
    assert_mean(*found.mean("opened", 12), opened)


def test_elements_are_independent_unless_correlated():
    found = forecast(
        """
        [scenario]
        periods = 4
        [dimensions]
        product = ["free", "plus", "api"]
        [inputs]
        share = { value = "normal(0, 1)", over = "product" }
        [processes]
        price = { value = "random_walk(start=0, drift=0, volatility=1)", over = "product" }
        [formulas]
        shares = "share['free'] * share['plus']"
        plus_api = "price['plus'] * price['api']"
        free_api = "price['free'] * price['api']"
        total = "sum(price)"
        [outputs]
        track = ["shares", "plus_api", "free_api", "total", "price"]
        [[correlations]]
        between = ["price['free']", "price['api']"]
        rho = 0.4
        """
    )
    years = 4.0 / 12.0
    assert_mean(*found.mean("shares", 1), 0.0)
    assert_mean(*found.mean("plus_api", 4), 0.0)
    assert_mean(*found.mean("free_api", 4), 0.4 * years)
    assert_sd(found.sd("total", 4), found.trajectories, np.sqrt((3.0 + 2.0 * 0.4) * years))
    for element in range(3):
        assert_sd(found.sd("price", 4, element), found.trajectories, np.sqrt(years))
