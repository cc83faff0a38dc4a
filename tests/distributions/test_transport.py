"""Transport tables against the quantile function itself, at random z, on smooth laws and on awkward ones."""

from __future__ import annotations

import time

import numpy as np
import pytest
from laws_and_twins import AWKWARD, TWINS

from burncast.distributions.discrete import constant, discrete
from burncast.distributions.empirical import empirical
from burncast.distributions.errors import LawError
from burncast.distributions.law import Law
from burncast.distributions.lognormal import Lognormal
from burncast.distributions.mixture import mixture
from burncast.distributions.normal import Normal
from burncast.distributions.pareto import Pareto
from burncast.distributions.transport import Pieces, Steps, Table, evaluate, transport
from burncast.distributions.uniform import Uniform

EVERY_LAW = [law for law, _ in TWINS] + AWKWARD
each_law = pytest.mark.parametrize(
    "law", EVERY_LAW, ids=[f"{k}-{type(law).__name__}" for k, law in enumerate(EVERY_LAW)]
)


def relative_errors(law: Law, z: np.ndarray) -> np.ndarray:
    """Errors of the table in units of |x| + scale, scale as the module defines it."""
    x = law.from_normal(z)[0]
    around = np.diff(law.from_normal(np.array([-1.0, 0.0, 1.0]))[0])
    scale = max(around.min(), 1e-3 * around.max())
    return np.abs(evaluate(transport(law), z) - x) / (np.abs(x) + scale)


@each_law
def test_error_is_at_most_1e_8(law):
    random = np.random.default_rng(5)
    z = np.concatenate([random.normal(size=4_000), random.uniform(-8.4, 8.4, 1_000)])
    errors = relative_errors(law, z)
    assert transport(law).error <= 1e-8
    assert np.max(errors) <= 1e-8


@each_law
def test_tables_are_monotone_stay_in_the_support_and_hold_their_ends(law):
    table = transport(law)
    x = evaluate(table, np.linspace(-10, 10, 40_001))
    low, high = law.support
    assert np.all(np.diff(x) >= -1e-15 * np.abs(x[1:]) - 1e-300)
    assert np.all((x >= low) & (x <= high))
    assert evaluate(table, -40.0) == evaluate(table, -9.6)
    assert evaluate(table, 40.0) == evaluate(table, 9.6)
    np.testing.assert_allclose(evaluate(table, 8.5), law.from_normal(8.5)[0], rtol=1e-9)


def test_a_gap_and_a_point_of_positive_probability_are_exact():
    gap = evaluate(transport(mixture([Uniform(0.0, 1.0), Uniform(2.0, 3.0)])), np.linspace(-1e-3, 1e-3, 10_001))
    assert not np.any((gap > 1) & (gap < 2))
    zero_or_more = transport(mixture([constant(0.0), Lognormal(0.0, 1.0)], [0.3, 0.7]))
    x = evaluate(zero_or_more, Normal(0.0, 1.0).quantile((np.arange(100_000) + 0.5) / 100_000))
    assert np.mean(x == 0) == pytest.approx(0.3, abs=1e-12)


def test_discrete_laws_become_exact_steps():
    law = discrete([1.0, 2.0, 5.0], [1.0, 2.0, 1.0])
    table = transport(law)
    assert isinstance(table, Steps)
    x = evaluate(table, np.random.default_rng(2).normal(size=50_000))
    assert [float(np.mean(x == value)) for value in (1, 2, 5)] == pytest.approx([0.25, 0.5, 0.25], abs=0.008)
    sample = np.random.default_rng(3).normal(size=999)
    p = np.random.default_rng(4).random(10_000)
    drawn = evaluate(transport(empirical(sample)), Normal(0.0, 1.0).quantile(p))
    np.testing.assert_array_equal(drawn, np.quantile(sample, p, method="inverted_cdf"))
    np.testing.assert_array_equal(evaluate(transport(constant(7.0)), np.array([-9.0, 0.0, 9.0])), 7.0)


def test_kinds_of_table():
    assert isinstance(transport(Normal(0.0, 1.0)), Table)
    assert isinstance(transport(mixture([Normal(0.0, 1.0), Normal(9.0, 1.0)])), Pieces)
    assert transport(Normal(0.0, 1.0)) is transport(Normal(0.0, 1.0))


def test_a_law_whose_draws_overflow_is_refused():
    with pytest.raises(LawError, match="overflow"):
        transport(Pareto(0.01, 1.0))


def test_fifty_laws_take_a_moment():
    laws = [law for k in range(7) for law in (Normal(k, 1.0), Lognormal(k, 0.4), Uniform(k, k + 1.0))]
    laws += [type(law)(*(2 * value for value in vars(law).values())) for law, _ in TWINS]
    transport.cache_clear()
    started = time.process_time()
    for law in laws:
        transport(law)
    # About 0.1 s on an idle machine; the bound leaves room for a loaded one.
    assert time.process_time() - started < 1.0
