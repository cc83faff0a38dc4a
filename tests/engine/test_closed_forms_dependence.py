"""Both copulas, between inputs and between processes: Kendall's tau and joint tails."""

import numpy as np
import pytest
from forecasts import forecast
from laws import assert_mean, assert_probability, assert_tallied_law
from oracles import copulas
from scipy import stats

RHO, DF, TAIL = 0.5, 4, 0.01
COPULAS = {"gaussian": ('copula = "gaussian"', np.inf), "t": (f'copula = "t"\ndf = {DF}', DF)}
LOGNORMAL_TAIL = float(stats.lognorm(1.0).ppf(TAIL))
NORMAL_TAIL = float(stats.norm.ppf(TAIL))


def correlated(section, wrap, copula, rho=RHO):
    """Two draws a period (or a trajectory) with the given copula; margins N(0, 1) and lognormal(0, 1)."""
    return forecast(
        f"""
        [scenario]
        periods = 4
        [{section}]
        first = "{wrap.format("normal(0, 1)")}"
        second = "{wrap.format("lognormal(mu=0, sigma=1)")}"
        [formulas]
        concordant = "where((first - lag(first, 1)) * (second - lag(second, 1)) > 0, 1, -1)"
        both_low = "where(first < {NORMAL_TAIL!r} and second < {LOGNORMAL_TAIL!r}, 1, 0)"
        both_high = "where(first > {-NORMAL_TAIL!r} and second > {1.0 / LOGNORMAL_TAIL!r}, 1, 0)"
        opposed = "where(first < {NORMAL_TAIL!r} and second > {1.0 / LOGNORMAL_TAIL!r}, 1, 0)"
        [outputs]
        track = ["first", "second", "concordant", "both_low", "both_high", "opposed"]
        [[correlations]]
        between = ["first", "second"]
        rho = {rho}
        {COPULAS[copula][0]}
        """,
        2_000_000,
    )


def assert_tails(run, copula, rho=RHO):
    for name, signed in (("both_low", rho), ("both_high", rho), ("opposed", -rho)):
        hits = round(run.mean(name, 2)[0] * run.trajectories)
        assert_probability(hits, run.trajectories, copulas.joint_lower_tail(signed, TAIL, COPULAS[copula][1]))


@pytest.mark.parametrize("copula", COPULAS)
def test_copulas_of_processes(copula):
    found = correlated("processes", "iid({})", copula)
    assert_mean(*found.mean("concordant", 2), copulas.kendall_tau(RHO))
    assert_mean(*found.mean("concordant", 4), copulas.kendall_tau(RHO))
    assert_tails(found, copula)
    assert_tallied_law(found.tally, found.row("first", 3), stats.norm.cdf)
    assert_tallied_law(found.tally, found.row("second", 3), stats.lognorm(1.0).cdf)

    with pytest.raises(AssertionError, match="standard errors"):
        assert_mean(*found.mean("concordant", 2), copulas.kendall_tau(RHO + 0.005))
    with pytest.raises(AssertionError, match="standard errors"):
        assert_tails(found, "gaussian" if copula == "t" else "t")


@pytest.mark.parametrize("copula", COPULAS)
def test_copulas_of_inputs(copula):
    found = correlated("inputs", "{}", copula)
    assert_tails(found, copula)
    assert_tallied_law(found.tally, found.row("first", 1), stats.norm.cdf)
    assert_tallied_law(found.tally, found.row("second", 1), stats.lognorm(1.0).cdf)


def test_a_slightly_wrong_correlation_is_found_out():
    wrong = correlated("processes", "iid({})", "gaussian", rho=RHO + 0.04)
    with pytest.raises(AssertionError, match="standard errors"):
        assert_mean(*wrong.mean("concordant", 3), copulas.kendall_tau(RHO))
    with pytest.raises(AssertionError, match="standard errors"):
        assert_tails(wrong, "gaussian")


def test_shocks_of_diffusions_are_correlated_and_periods_are_not():
    found = forecast(
        """
        [scenario]
        periods = 6
        [processes]
        price = "gbm(start=1, drift=0.045, volatility=0.3)"
        rate = "random_walk(start=0, drift=0, volatility=1)"
        calm = "random_walk(start=0, drift=0, volatility=1)"
        [formulas]
        together = "log(price) * rate"
        apart = "rate * calm"
        steps = "(rate - lag(rate, 1)) * lag(rate, 1)"
        [outputs]
        track = ["together", "apart", "steps"]
        [[correlations]]
        between = ["price", "rate"]
        rho = -0.6
        """
    )
    for period in (1, 4, 6):
        assert_mean(*found.mean("together", period), -0.6 * 0.3 * period / 12.0)
        assert_mean(*found.mean("apart", period), 0.0)
        assert_mean(*found.mean("steps", period), 0.0)


def test_an_invalid_matrix_is_replaced_by_the_nearest_one():
    """Higham, IMA Journal of Numerical Analysis 22 (2002), section 4: the example of order 3 and its solution."""
    found = forecast(
        """
        [scenario]
        periods = 2
        [processes]
        a = "iid(normal(0, 1))"
        b = "iid(normal(0, 1))"
        c = "iid(normal(0, 1))"
        [formulas]
        ab = "a * b"
        bc = "b * c"
        ac = "a * c"
        [outputs]
        track = ["ab", "bc", "ac"]
        [[correlations]]
        between = ["a", "b", "c"]
        matrix = [[1, 1, 0], [1, 1, 1], [0, 1, 1]]
        """
    )
    assert found.simulation.notes
    for name, published in (("ab", 0.7607), ("bc", 0.7607), ("ac", 0.1573)):
        mean, se = found.mean(name, 2)
        assert_mean(mean, se + 1e-4, published)


@pytest.mark.parametrize("df", [np.inf, 4.0])
def test_far_tails_of_inputs(df):
    """P(V ≤ u | U ≤ u): exact at every level; falling to 0 under a Gaussian copula, to the coefficient under a t."""
    levels = [0.05, 0.01, 0.001]
    thresholds = stats.norm.ppf(levels)
    formulas = "\n".join(
        f'low_{place} = "where(first < {float(z)!r} and second < {float(z)!r}, 1, 0)"'
        for place, z in enumerate(thresholds)
    )
    found = forecast(
        f"""
        [scenario]
        periods = 1
        [inputs]
        first = "normal(0, 1)"
        second = "normal(0, 1)"
        [formulas]
        {formulas}
        [outputs]
        track = ["low_0", "low_1", "low_2"]
        [[correlations]]
        between = ["first", "second"]
        rho = {RHO}
        {'copula = "gaussian"' if np.isinf(df) else 'copula = "t"' + chr(10) + f"df = {df}"}
        """,
        2_000_000,
    )
    hits = [round(found.mean(f"low_{place}", 1)[0] * found.trajectories) for place in range(3)]
    exact = [copulas.joint_lower_tail(RHO, level, df) for level in levels]
    assert_probability(hits, found.trajectories, exact)
    with pytest.raises(AssertionError, match="standard errors"):
        assert_probability(
            hits, found.trajectories, [copulas.joint_lower_tail(RHO + 0.02, level, df) for level in levels]
        )
    share = np.array(hits) / found.trajectories / levels
    if np.isinf(df):
        assert share[2] < 0.5 * share[1] < 0.3 * share[0]
    else:
        error = np.sqrt(share[2] / levels[2] / found.trajectories)
        assert 0 < exact[2] / levels[2] - copulas.tail_dependence(RHO, df) < 0.04
        assert copulas.tail_dependence(RHO, df) - 4 * error < share[2] < 0.8 * share[0]
