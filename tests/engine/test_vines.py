"""Vine copulas: vines that are known copulas, pyvinecopulib's own transform, and what is wrong with a file."""

import json

import numpy as np
import pytest
from laws import assert_mean, assert_probability
from oracles import archimedean, copulas
from scipy import stats

import burncast
from burncast.engine.compiler import compile_scenario
from burncast.engine.draws import streams_numpy
from burncast.engine.reference import run_reference
from burncast.engine.scenario import load
from burncast.engine.simulate import run

TRAJECTORIES = 500_000


def vine(pairs, order=(1, 2, 3), array=((2, 3), (3,))):
    """A vine as pyvinecopulib writes it: (family, rotation, parameters) by tree and edge."""
    trees = {
        f"tree{tree}": {
            f"pc{edge}": {"fam": family, "rot": rotation, "par": {"data": list(values), "shape": [len(values), 1]}}
            for edge, (family, rotation, values) in enumerate(row)
        }
        for tree, row in enumerate(pairs)
    }
    structure = {"order": list(order), "array": {"d": len(order), "t": len(array), "data": [list(r) for r in array]}}
    return {"pair copulas": trees, "structure": structure, "var_types": ["c"] * len(order)}


def scenario(folder, content, names=("a", "b", "c"), **about):
    path = folder / "vine.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    entry = {"between": list(names), "copula": "vine", "file": str(path), **about}
    return load(
        {
            "scenario": {"title": "vine", "periods": 1},
            "inputs": dict.fromkeys(names, "normal(0, 1)"),
            "formulas": {f"show_{name}": name for name in names},
            "correlations": [entry],
            "outputs": {"track": [f"show_{name}" for name in names]},
        }
    )


def normals(folder, content, names=("a", "b", "c"), trajectories=TRAJECTORIES):
    loaded = scenario(folder, content, names)
    return run(loaded, trajectories, seed=8, keep_paths=trajectories).paths[:, :, 1].T


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2)])
def test_claytons_copula_of_three_as_a_vine(tmp_path, order):
    """Given one member, the others have Clayton's copula of theta/(1 + theta) (Joe 2014, §4.6)."""
    theta = 1.5
    pair, given = ("Clayton", 0, [theta]), ("Clayton", 0, [theta / (1 + theta)])
    u = stats.norm.cdf(normals(tmp_path, vine([[pair, pair], [given]], order)))

    def agree(exact):
        for places in ([0, 1, 2], [0, 1], [0, 2], [1, 2]):
            for low in (0.01, 0.3, 0.9):
                corner = np.array([low, *[0.4] * (len(places) - 1)])
                hits = np.count_nonzero(np.all(u[places] <= corner[:, None], axis=0))
                assert_probability(hits, TRAJECTORIES, archimedean.cdf("clayton", exact, *corner))

    agree(theta)
    with pytest.raises(AssertionError, match="standard errors"):
        agree(1.04 * theta)


def test_a_multivariate_t_as_a_vine(tmp_path):
    """Pairs are t; given the middle one, the outer two have df + 1 and the partial correlation."""
    rho, partial, df = 0.6, 0.3, 4.0
    pair, given = ("Student", 0, [rho, df]), ("Student", 0, [partial, df + 1])
    z = normals(tmp_path, vine([[pair, pair], [given]]))
    # Variables 1–2 and 2–3 are the pairs of the first tree; rho_13 follows from the partial correlation.
    outer = partial * (1 - rho**2) + rho**2
    level = 0.01
    for places, correlation in (((0, 1), rho), ((1, 2), rho), ((0, 2), outer)):
        low = np.count_nonzero(np.all(z[list(places)] <= stats.norm.ppf(level), axis=0))
        assert_probability(low, TRAJECTORIES, copulas.joint_lower_tail(correlation, level, df))
        half = z.shape[1] // 2
        concordant = np.sign(np.prod(z[list(places), :half] - z[list(places), half:], axis=0))
        assert_mean(concordant.mean(), concordant.std() / np.sqrt(half), copulas.kendall_tau(correlation))
        with pytest.raises(AssertionError, match="standard errors"):
            assert_probability(low, TRAJECTORIES, copulas.joint_lower_tail(correlation, level))


def test_gumbels_and_franks_pairs_and_rotations(tmp_path):
    """A first tree alone, truncated: each pair has its copula; 90 turns the first of a pair round, 270 the second."""
    pairs = [[("Gumbel", 90, [2.0]), ("Frank", 0, [-4.0]), ("Gumbel", 180, [1.3])]]
    names = ("a", "b", "c", "d")
    u = stats.norm.cdf(normals(tmp_path, vine(pairs, (1, 2, 3, 4), ((2, 3, 4),)), names))
    cases = (((0, 1), "gumbel", 2.0, 90), ((1, 2), "frank", -4.0, 0), ((2, 3), "gumbel", 1.3, 180))
    for (one, other), family, theta, rotation in cases:
        for low in (0.02, 0.5, 0.95):
            for high in (0.05, 0.5, 0.99):
                hits = np.count_nonzero((u[one] <= low) & (u[other] <= high))
                assert_probability(hits, TRAJECTORIES, archimedean.turned(family, theta, rotation, low, high))
        hits = np.count_nonzero((u[one] <= 0.5) & (u[other] <= 0.5))
        with pytest.raises(AssertionError, match="standard errors"):
            assert_probability(hits, TRAJECTORIES, archimedean.turned(family, 1.06 * theta, rotation, 0.5, 0.5))


def test_machine_and_reference_agree_to_the_last_bit(tmp_path):
    first = [("Gumbel", 90, [2.0]), ("Student", 0, [-0.4, 3.0]), ("Clayton", 180, [1.3])]
    pairs = [first, [("Frank", 0, [4.0]), ("Gaussian", 0, [0.5])], [("Independence", 0, [])]]
    names = ("a", "b", "c", "d")
    loaded = scenario(tmp_path, vine(pairs, (4, 2, 3, 1), ((2, 3, 4), (3, 4), (4,))), names)
    expected = run_reference(compile_scenario(loaded), 3, np.arange(2000, dtype=np.uint64)).recorded
    for method in ("random", "sobol"):
        runs = [run(loaded, 2000, 3, threads=threads, method=method, keep_paths=2000).paths for threads in (1, 2)]
        np.testing.assert_array_equal(runs[0], runs[1])
        if method == "random":
            np.testing.assert_array_equal(runs[0], np.moveaxis(expected, 2, 0))


@pytest.mark.parametrize("seed", range(6))
def test_draws_are_those_of_pyvinecopulib(tmp_path, seed):
    """Its Rosenblatt transform takes the draws back to the normals that they were made of: random structures, families,
    rotations. (Its inverse transform agrees too, but for single draws of Gumbel's copula, which it finds by bisection.)
    """
    library = pytest.importorskip("pyvinecopulib", reason="the extra `copula` is not installed")
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 7))
    ranges = {
        "indep": [],
        "gaussian": [(-0.9, 0.9)],
        "student": [(-0.9, 0.9), (2.0, 10.0)],
        "clayton": [(0.1, 5.0)],
        "gumbel": [(1.05, 5.0)],
        "frank": [(-10.0, 10.0)],
    }

    def pair():
        name = str(rng.choice(list(ranges)))
        rotation = int(rng.choice([0, 90, 180, 270])) if name in ("clayton", "gumbel") else 0
        values = np.array([[rng.uniform(*ends)] for ends in ranges[name]])
        family = getattr(library.BicopFamily, name)
        return library.Bicop(family=family, rotation=rotation, parameters=values) if len(values) else library.Bicop()

    pairs = [[pair() for _ in range(size - 1 - tree)] for tree in range(size - 1)]
    found = library.Vinecop.from_structure(
        structure=library.RVineStructure.sample(size, seeds=[seed, 1, 2]), pair_copulas=pairs
    )
    if seed % 3 == 0 and size > 2:
        found.truncate(size - 2)
    names = tuple(f"v{place}" for place in range(size))
    found.to_file(str(tmp_path / "found.json"))
    program = compile_scenario(scenario(tmp_path, (tmp_path / "found.json").read_text(encoding="utf-8"), names))
    trajectories = np.arange(4_000, dtype=np.uint64)
    drawn = run_reference(program, 1, trajectories).recorded[:, 1]
    own = [streams_numpy.input_normals(1, int(program.draws[program.draw_names.index(n)]), trajectories) for n in names]
    back = found.rosenblatt(np.ascontiguousarray(stats.norm.cdf(drawn).T)).T
    np.testing.assert_allclose(back, stats.norm.cdf(np.array(own)), atol=5e-7)


GOOD = vine([[("Clayton", 0, [1.0]), ("Clayton", 0, [1.0])], [("Clayton", 0, [0.5])]])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not a JSON file"),
        ({"pairs": 3}, "is not a vine copula; expected the JSON"),
        ([], "is not a vine copula"),
        (vine([[("Joe", 0, [2.0])]], (1, 2), ((2,),)), "is a vine of 2 variables, `between` has 3|is a Joe copula"),
        (vine([[("Joe", 0, [2.0])] * 2], array=((2, 3),)), "tree 1, edge 1, is a Joe copula; expected Independence"),
        (vine([[("Clayton", 45, [2.0])] * 2], array=((2, 3),)), "rotation 45"),
        (vine([[("Clayton", 0, [-2.0])] * 2], array=((2, 3),)), "theta of a clayton copula is -2"),
        (vine([[("Gaussian", 0, [1.0])] * 2], array=((2, 3),)), "has the correlation 1"),
        (vine([[("Student", 0, [0.5, 0.2])] * 2], array=((2, 3),)), "0.2 degrees of freedom"),
        (vine([[("Clayton", 0, [2.0])] * 2], array=((3, 1),)), "is not a regular vine"),
        (vine([[("Clayton", 0, [2.0])] * 2], (1, 2, 2), ((2, 3),)), "is not a regular vine"),
        (vine([[("Frank", 0, [1.0])]], (1, 2), ((2,),)), "is a vine of 2 variables, `between` has 3"),
        ({**GOOD, "var_types": ["c", "d", "c"]}, "discrete variables"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path, content, message):
    with pytest.raises(burncast.ScenarioError, match=message):
        scenario(tmp_path, content)


def test_what_is_wrong_with_an_entry_is_said(tmp_path):
    with pytest.raises(burncast.ScenarioError, match="`rho` does not belong to a vine copula"):
        scenario(tmp_path, GOOD, rho=0.3)
    with pytest.raises(burncast.ScenarioError, match="cannot be read"):
        scenario(tmp_path, GOOD, file=str(tmp_path / "none.json"))
    loaded = scenario(tmp_path, GOOD)
    assert "sha256 of" in loaded.text
