"""Parameters of Archimedean copulas from rank correlations, and the tables that draws go through, against mpmath."""

import mpmath
import numpy as np
import pytest
from oracles import archimedean
from scipy import special

from burncast.distributions import copula_tables as tables
from burncast.distributions.archimedean import ARCHIMEDEAN, MOST_THETA
from burncast.distributions.errors import LawError
from burncast.distributions.quadrature import legendre
from burncast.distributions.rank_correlation import normal_correlation
from burncast.distributions.spearman_of_t import spearman_of_t
from burncast.distributions.transport import evaluate

THETAS = {"clayton": (0.05, 0.7, 2.0, 20.0), "gumbel": (1.05, 1.7, 3.0, 15.0), "frank": (-12.0, -0.5, 3.0, 15.0)}
CASES = [(family, theta) for family, thetas in THETAS.items() for theta in thetas]


@pytest.mark.parametrize(("family", "theta"), CASES)
def test_measures_and_their_inverses(family, theta):
    law = ARCHIMEDEAN[family]
    assert law.kendall(theta) == pytest.approx(archimedean.kendall_tau(family, theta), abs=1e-10)
    assert law.spearman(theta) == pytest.approx(archimedean.spearman_rho(family, theta), abs=2e-7)
    assert law.from_rank(law.kendall(theta), "kendall") == pytest.approx(theta, rel=1e-9)
    assert law.from_rank(law.spearman(theta), "spearman") == pytest.approx(theta, rel=1e-7)
    assert law.kendall(1.01 * theta) != pytest.approx(archimedean.kendall_tau(family, theta), abs=1e-5)


def test_known_values():
    # Nelsen 2006: Clayton's copula of theta 1 is the Ali–Mikhail–Haq copula of theta 1, with Spearman's rho 4π² − 39.
    assert ARCHIMEDEAN["clayton"].spearman(1.0) == pytest.approx(4 * np.pi**2 - 39, abs=1e-11)
    # Genest 1987, table 1: Frank's copula with Kendall's tau 0.5 has theta 5.74, and Spearman's rho then is 0.695.
    theta = ARCHIMEDEAN["frank"].from_rank(0.5, "kendall")
    assert theta == pytest.approx(5.736, abs=1e-3)
    assert ARCHIMEDEAN["frank"].spearman(theta) == pytest.approx(0.695, abs=1e-3)
    for law in ARCHIMEDEAN.values():
        assert law.kendall(law.independence) == 0 or law.name == "clayton"


@pytest.mark.parametrize(
    ("family", "value", "words"),
    [
        ("clayton", -0.2, "above 0, to 0.98"),
        ("clayton", 0.0, "above 0"),
        ("gumbel", 0.999, "from 0 to 0.99"),
        ("frank", -0.97, "from -0.96"),
    ],
)
def test_rank_correlations_out_of_reach_are_refused(family, value, words):
    with pytest.raises(LawError, match=words):
        ARCHIMEDEAN[family].from_rank(value, "kendall")


@pytest.mark.parametrize(
    ("family", "theta"), [("clayton", 0.0), ("clayton", 101.0), ("gumbel", 0.9), ("frank", -101.0)]
)
def test_parameters_out_of_reach_are_refused(family, theta):
    with pytest.raises(LawError, match=f"theta of a {family} copula is"):
        ARCHIMEDEAN[family].check(theta)


def test_nodes_integrate_polynomials_exactly():
    nodes, weights = legendre(96)
    expected, _ = special.roots_legendre(96)
    np.testing.assert_allclose(nodes, expected, atol=1e-15)
    for degree in (0, 2, 8, 40):
        assert float(np.sum(weights * nodes**degree)) == pytest.approx(2 / (degree + 1), rel=1e-13)


@pytest.mark.parametrize("df", [2.0, 3.0, 4.0, 12.0, 500.0])
@pytest.mark.parametrize("rho", [-0.95, 0.3, 0.7])
def test_spearman_of_a_t_copula(df, rho):
    """Against 12·E[U·V] − 3, U drawn given V by the conditional law (Student's with df + 1 degrees of freedom)."""
    nodes, weights = special.roots_legendre(300)
    x = np.tanh(2.5 * nodes) / np.tanh(2.5)  # finer towards the ends, where quantiles are far
    p, mass = (1 + x) / 2, weights * 2.5 / np.cosh(2.5 * nodes) ** 2 / np.tanh(2.5) / 2
    y, fresh = special.stdtrit(df, p), special.stdtrit(df + 1, p)
    other = rho * y[:, None] + fresh[None, :] * np.sqrt((df + y[:, None] ** 2) * (1 - rho**2) / (df + 1))
    expected = 12 * np.einsum("i,j,ij->", mass * p, mass, special.stdtr(df, other)) - 3
    assert spearman_of_t(rho, df) == pytest.approx(expected, abs=2e-6)
    assert normal_correlation(spearman_of_t(rho, df), "spearman", df) == pytest.approx(rho, abs=1e-9)
    assert spearman_of_t(rho * 0.999, df) != pytest.approx(expected, abs=2e-5)


def test_spearman_of_a_t_copula_at_its_ends():
    assert [normal_correlation(value, "spearman", 2.0) for value in (-1.0, 0.0, 1.0)] == pytest.approx([-1, 0, 1])
    assert spearman_of_t(1.0, 2.0) == pytest.approx(1.0, abs=1e-12)
    assert spearman_of_t(0.5, 1e5) == pytest.approx(6 / np.pi * np.arcsin(0.25), abs=1e-5)


Z = (-8.2, -5.0, -1.3, 0.0, 0.4, 2.0, 6.0, 8.2)


def upper(z):
    return mpmath.ncdf(-mpmath.mpf(z))


def assert_table(table, places, exact):
    """Within the 1e-8 of a table, and off where the function is another."""
    found = evaluate(table, np.array([float(place) for place in places]))
    expected = np.array([float(value) for value in exact])
    np.testing.assert_array_less(np.abs(found - expected) / (1 + np.abs(expected)), 2e-8)
    assert table.error <= 1e-8
    assert not np.allclose(found * (1 + 1e-6), expected, rtol=1e-7, atol=1e-12)


@pytest.fixture(autouse=True)
def precision():
    with mpmath.workdps(150):
        yield


def test_exponential_scales_against_mpmath():
    exact = [-mpmath.log(1 - upper(z)) for z in Z]
    assert_table(tables.exponential(), Z, exact)
    assert_table(tables.exponential(-2.5), Z, [-2.5 * value for value in exact])
    assert_table(tables.log_exponential(), Z, [mpmath.log(value) for value in exact])
    assert_table(tables.normal_of_log_exponential(), [mpmath.log(value) for value in exact], Z)
    odds = [mpmath.log((1 - upper(z)) / upper(z)) for z in Z]
    assert_table(tables.logit(), Z, odds)
    assert_table(tables.normal_of_logit(), odds, Z)


@pytest.mark.parametrize("theta", [0.02, 0.5, 3.0, MOST_THETA])
def test_claytons_tables_against_mpmath(theta):
    s = [mpmath.log((1 - upper(z)) ** -mpmath.mpf(theta) - 1) for z in Z]
    assert_table(tables.clayton_ratio(theta), Z, s)
    assert_table(tables.clayton_normal(theta), [mpmath.asinh(value) for value in s], Z)


@pytest.mark.parametrize("theta", [1.001, 1.5, 6.0, MOST_THETA])
def test_gumbels_frailty_against_mpmath(theta):
    alpha = 1 / mpmath.mpf(theta)

    def exact(z):
        u = mpmath.pi * (1 - upper(z))
        inner = (1 - alpha) * mpmath.log(mpmath.sin((1 - alpha) * u)) + alpha * mpmath.log(mpmath.sin(alpha * u))
        return inner - mpmath.log(mpmath.sin(u))

    assert_table(tables.gumbel_frailty(theta), Z, [exact(z) for z in Z])


@pytest.mark.parametrize("theta", [-MOST_THETA, -4.0, 0.01, 8.0, MOST_THETA])
def test_franks_tables_against_mpmath(theta):
    t = mpmath.mpf(theta)

    def r(z):
        odds = (1 - mpmath.exp(-t * (1 - upper(z)))) / (1 - mpmath.exp(-t))
        return mpmath.log(odds / (1 - odds))

    exact = [r(z) for z in Z]
    assert_table(tables.frank_logit(theta), Z, exact)
    assert_table(tables.frank_normal(theta), exact, Z)
    if theta > 0:
        left = [mpmath.log(-mpmath.log(1 - mpmath.exp(-t * (1 - upper(z))))) for z in Z]
        assert_table(tables.frank_odds(theta), Z, left)
        x = [mpmath.log(-mpmath.log((1 - mpmath.exp(-t * (1 - upper(z)))) / (1 - mpmath.exp(-t)))) for z in Z]
        assert_table(tables.frank_frailty_normal(theta), x, Z)
