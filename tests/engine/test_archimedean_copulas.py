"""Clayton's, Gumbel's and Frank's copula between inputs: distribution function, tails, ranks, margins, every method."""

import functools

import numpy as np
import pytest
from laws import assert_continuous_law, assert_mean, assert_probability
from oracles import archimedean
from scipy import stats

import burncast
from burncast.engine.compiler import compile_scenario
from burncast.engine.instructions.normals import empty_normals
from burncast.engine.reference import run_reference
from burncast.engine.scenario import load
from burncast.engine.simulate import run

TRAJECTORIES = 1_000_000
PAIRS = [
    ("clayton", 0.4, 0),
    ("clayton", 3.0, 0),
    ("clayton", 3.0, 90),
    ("clayton", 3.0, 180),
    ("gumbel", 1.2, 0),
    ("gumbel", 3.0, 0),
    ("gumbel", 3.0, 270),
    ("frank", 8.0, 0),
    ("frank", -3.0, 0),
]
POINTS = np.array([0.001, 0.05, 0.5, 0.9, 0.999])


def document(entry, names=("a", "b"), **sections):
    return {
        "scenario": {"title": "dependence", "periods": 1},
        "inputs": dict.fromkeys(names, "normal(0, 1)"),
        "correlations": [{"between": list(names), **entry}],
        "formulas": {f"show_{name}": name for name in names},
        "outputs": {"track": [f"show_{name}" for name in names]},
        **sections,
    }


def probabilities(entry, names=("a", "b"), trajectories=TRAJECTORIES, method="random"):
    """The probability below each draw, f64[quantities, trajectories]."""
    return _drawn(tuple(entry.items()), names, trajectories, method)


@functools.lru_cache(maxsize=12)
def _drawn(entry, names, trajectories, method):
    entry = dict(entry)
    paths = run(load(document(entry, names)), trajectories, seed=11, method=method, keep_paths=trajectories).paths
    return stats.norm.cdf(paths[:, :, 1].T)


def assert_copula(u, exact):
    """How often all of u [k, n] lie below points, against the copula ``exact``; and above, near the upper corner."""
    for low in POINTS:
        for high in POINTS if len(u) == 2 else [low, 0.5]:
            corner = [low, high, *[high] * (len(u) - 2)]
            hits = np.count_nonzero(np.all(u <= np.array(corner)[:, None], axis=0))
            assert_probability(hits, u.shape[1], exact(*corner))


@pytest.mark.parametrize(("family", "theta", "rotation"), PAIRS)
def test_two_inputs_have_the_copula(family, theta, rotation):
    turn = {"rotate": rotation} if rotation else {}
    u = probabilities({"copula": family, "theta": theta, **turn})
    assert_copula(u, lambda a, b: archimedean.turned(family, theta, rotation, a, b))
    for margin in u[:, :300_000]:
        assert_continuous_law(margin, lambda p: p)

    # Two independent halves of the trajectories give pairs of pairs for Kendall's tau.
    first, second = u[:, : TRAJECTORIES // 2], u[:, TRAJECTORIES // 2 :]
    concordant = np.sign(np.prod(first - second, axis=0))
    exact = archimedean.kendall_tau(family, theta) * (-1 if rotation in (90, 270) else 1)
    assert_mean(concordant.mean(), concordant.std() / np.sqrt(concordant.size), exact)

    with pytest.raises(AssertionError, match="standard errors"):
        assert_copula(u, lambda a, b: archimedean.turned(family, 1.04 * theta, rotation, a, b))


@pytest.mark.parametrize(("family", "theta"), [("clayton", 3.0), ("gumbel", 3.0), ("frank", 8.0)])
def test_tails_come_together_as_the_coefficients_say(family, theta):
    """At one in a thousand the limit itself, λ, is within a standard error where there is one; else little is left."""
    u = probabilities({"copula": family, "theta": theta})
    level = 0.001
    corners = {
        "lower": (np.all(u <= level, axis=0), archimedean.lower_tail_dependence(family, theta)),
        "upper": (np.all(u > 1 - level, axis=0), archimedean.upper_tail_dependence(family, theta)),
    }
    for inside, limit in corners.values():
        hits = np.count_nonzero(inside)
        if limit:
            assert_probability(hits, TRAJECTORIES, level * limit)
            with pytest.raises(AssertionError, match="standard errors"):
                assert_probability(hits, TRAJECTORIES, level * limit * 1.25)
        else:
            assert hits < 0.25 * level * TRAJECTORIES


@pytest.mark.parametrize(
    ("family", "theta", "rotation"), [("clayton", 1.5, 0), ("clayton", 1.5, 180), ("gumbel", 1.8, 0), ("frank", 5.0, 0)]
)
def test_three_inputs_have_the_copula(family, theta, rotation):
    turn = {"rotate": rotation} if rotation else {}
    u = probabilities({"copula": family, "theta": theta, **turn}, ("a", "b", "c"))
    turned = 1.0 - u if rotation else u
    assert_copula(turned, lambda *points: archimedean.cdf(family, theta, *points))
    assert_copula(turned[[2, 0]], lambda *points: archimedean.cdf(family, theta, *points))
    with pytest.raises(AssertionError, match="standard errors"):
        assert_copula(turned, lambda *points: archimedean.cdf(family, 1.03 * theta, *points))


@pytest.mark.parametrize("measure", ["kendall", "spearman"])
@pytest.mark.parametrize(("family", "stated"), [("clayton", 0.4), ("gumbel", 0.6), ("frank", -0.5)])
def test_rank_correlations_are_what_was_stated(family, stated, measure):
    u = probabilities({"copula": family, "rho": stated, "measure": measure})
    first, second, third = u[:, :333_333], u[:, 333_333:666_666], u[:, 666_666:999_999]
    if measure == "kendall":
        found = np.sign(np.prod(first - second, axis=0))
    else:
        found = 3 * np.sign((first[0] - second[0]) * (first[1] - third[1]))
    assert_mean(found.mean(), found.std() / np.sqrt(found.size), stated)
    with pytest.raises(AssertionError, match="standard errors"):
        assert_mean(found.mean(), found.std() / np.sqrt(found.size), stated + 0.05)


def test_spearmans_rho_of_a_t_copula_is_what_was_stated():
    u = probabilities({"copula": "t", "df": 3, "rho": 0.6, "measure": "spearman"})
    products = 12 * (u[0] - 0.5) * (u[1] - 0.5)
    assert_mean(products.mean(), products.std() / np.sqrt(TRAJECTORIES), 0.6)
    as_gaussian = probabilities({"copula": "t", "df": 3, "rho": 2 * np.sin(np.pi * 0.1)})
    products = 12 * (as_gaussian[0] - 0.5) * (as_gaussian[1] - 0.5)
    with pytest.raises(AssertionError, match="standard errors"):
        assert_mean(products.mean(), products.std() / np.sqrt(TRAJECTORIES), 0.6)


@pytest.mark.parametrize("method", ["sobol", "lhs", "antithetic"])
@pytest.mark.parametrize(("family", "theta"), [("clayton", 2.0), ("frank", 6.0)])
def test_every_method_draws_the_copula(family, theta, method):
    """Spread points err no more than random ones; mirrored pairs up to √2 more."""
    names = ("a", "b") if family != "frank" else ("a", "b", "c")
    count = 131_072
    u = probabilities({"copula": family, "theta": theta}, names, count, method)
    for low in POINTS[1:-1]:
        for high in POINTS[1:-1]:
            exact = archimedean.cdf(family, theta, low, high)
            error = np.sqrt(exact * (1 - exact) / count) * (np.sqrt(2) if method == "antithetic" else 1)
            assert_mean(np.mean((u[0] <= low) & (u[1] <= high)), error, exact)


ENTRIES = [
    {"copula": "clayton", "theta": 2.0},
    {"copula": "clayton", "theta": 0.1, "rotate": 180},
    {"copula": "gumbel", "theta": 2.0},
    {"copula": "frank", "theta": 30.0},
]


@pytest.mark.parametrize("names", [("a", "b"), ("a", "b", "c")], ids=len)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["copula"])
def test_machine_and_reference_agree_to_the_last_bit(entry, names):
    scenario = load(document(entry, names))
    program = compile_scenario(scenario)
    expected = run_reference(program, 4, np.arange(1_500, dtype=np.uint64)).recorded
    for threads in (1, 2):
        paths = run(scenario, 1_500, seed=4, threads=threads, keep_paths=1_500).paths
        np.testing.assert_array_equal(paths, np.moveaxis(expected, 2, 0))


def test_draws_stay_finite_and_ordered_far_out():
    """Normals beyond any that is drawn: each member grows in its own, and none leaves the table."""
    for entry in (*ENTRIES, {"copula": "frank", "theta": -90.0}, {"copula": "clayton", "theta": 90.0}):
        program = compile_scenario(load(document(entry)))
        count = len(program.draw_names)
        own = program.draw_names.index("b")
        rng = np.random.default_rng(2)
        normals = empty_normals(program, 512)
        normals.inputs[:] = np.clip(3 * rng.normal(size=(count, 1)), -8.2, 8.2)
        normals.inputs[own] = np.linspace(-8.25, 8.25, 512)
        recorded = run_reference(program, 0, np.arange(512, dtype=np.uint64), normals).recorded[:, 1]
        assert np.all(np.isfinite(recorded))
        assert np.all(np.diff(recorded[1]) >= 0)


def test_the_members_of_a_clayton_copula_share_the_variance_of_their_sum():
    """Exchangeable, so half each."""
    scenario = load(
        document({"copula": "clayton", "theta": 2.0}, formulas={"both": "a + b"}, outputs={"track": ["both"]})
    )
    found = burncast.sensitivity(scenario, "both_mean[1]", "shapley", trajectories=8192, seed=0)
    np.testing.assert_allclose(found["effect"].sel(source=["a", "b"]), 0.5, atol=0.04)


def test_a_constant_member_leaves_the_others_as_they_were():
    for entry in ENTRIES:
        plain = document(entry, ("a", "b", "c"))
        fixed = document(entry, ("a", "b", "c"), inputs={"a": "normal(0, 1)", "b": 2.0, "c": "normal(0, 1)"})
        runs = [run(load(one), 2048, seed=1, keep_paths=2048) for one in (plain, fixed)]
        assert any("constant" in note for note in runs[1].notes)
        for place in (0, 2):
            np.testing.assert_array_equal(runs[0].paths[:, place], runs[1].paths[:, place])


def test_rare_ruin_by_two_draws_that_are_low_together():
    """Ruin where both are below a level: the distribution function of the copula, at six in ten million."""
    level, theta = 1e-6, 1.5
    z = float(stats.norm.ppf(level))
    scenario = load(
        document(
            {"copula": "clayton", "theta": theta},
            formulas={"higher": "max(a, b)"},
            stocks={"cash": {"start": 0, "next": "cash"}},
            ruin={"when": f"higher < {z!r}"},
            outputs={"track": ["cash"]},
        )
    )
    found = burncast.rare_ruin(scenario, 1, particles=512, replications=6, moves=6)
    exact = float(archimedean.cdf("clayton", theta, level, level))
    assert exact == pytest.approx(level * archimedean.lower_tail_dependence("clayton", theta), rel=1e-6)
    assert_mean(found.probability, found.standard_error, exact)
    assert found.standard_error < 0.3 * exact
