"""What ``[[correlations]]`` states: measures of dependence, and matrices in files."""

import numpy as np
import pytest
from scipy import stats

import burncast
from burncast.distributions.errors import ScenarioError
from burncast.distributions.rank_correlation import normal_correlation
from burncast.engine.compiler import compile_scenario
from burncast.engine.scenario import load
from burncast.engine.simulate import run

TRAJECTORIES = 65_536


def document(entry, **inputs):
    names = inputs or {"a": "lognormal(mu=0, sigma=1)", "b": "exponential(2)"}
    return {
        "scenario": {"title": "dependence", "periods": 1},
        "inputs": names,
        "correlations": [entry],
        "formulas": {f"show_{name}": name for name in names},
        "outputs": {"track": [f"show_{name}" for name in names]},
    }


def draws(entry, **inputs):
    paths = run(load(document(entry, **inputs)), TRAJECTORIES, seed=5, keep_paths=TRAJECTORIES).paths
    return paths[:, :, 1].T


@pytest.mark.parametrize("stated", [-0.6, 0.3, 0.8])
@pytest.mark.parametrize("copula", [{}, {"copula": "t", "df": 4}], ids=["gaussian", "t"])
def test_kendalls_tau_is_what_was_stated(stated, copula):
    first, second = draws({"between": ["a", "b"], "rho": stated, "measure": "kendall", **copula})[:, :8192]
    tau = stats.kendalltau(first, second).statistic
    assert tau == pytest.approx(stated, abs=4 * 2 / 3 / np.sqrt(len(first)) * np.sqrt(2))
    pearson = draws({"between": ["a", "b"], "rho": stated, **copula})[:, :8192]
    assert abs(stats.kendalltau(*pearson).statistic - stated) > 0.04


@pytest.mark.parametrize("stated", [-0.6, 0.3, 0.8])
def test_spearmans_rho_is_what_was_stated(stated):
    first, second = draws({"between": ["a", "b"], "rho": stated, "measure": "spearman"})
    rho = stats.spearmanr(first, second).statistic
    assert rho == pytest.approx(stated, abs=4 / np.sqrt(TRAJECTORIES))


def test_conversions_keep_the_ends_and_the_middle():
    for measure in ("pearson", "spearman", "kendall"):
        found = [normal_correlation(value, measure) for value in (-1.0, 0.0, 1.0)]
        assert found == pytest.approx([-1.0, 0.0, 1.0], abs=1e-15)
    assert normal_correlation(0.5, "kendall") == pytest.approx(np.sqrt(0.5))
    # scipy integrates the Gaussian copula: E of the product of the two ranks gives Spearman's rho.
    rho = normal_correlation(0.5, "spearman")
    both_below = stats.multivariate_normal(cov=[[2, rho], [rho, 2]]).cdf([0.0, 0.0])
    assert 12 * both_below - 3 == pytest.approx(0.5, abs=1e-6)


def test_a_matrix_may_stand_in_a_file(tmp_path):
    (tmp_path / "matrix.csv").write_text(",a,b,c\na,1,0.5,0.2\nb,,1,-0.3\nc,,,1\n", encoding="utf-8")
    path = tmp_path / "scenario.toml"
    path.write_text(
        """
[scenario]
title = "file"
periods = 1
[inputs]
a = "normal(0, 1)"
b = "normal(0, 1)"
c = "normal(0, 1)"
[[correlations]]
matrix = "matrix.csv"
""",
        encoding="utf-8",
    )
    correlation = load(path).correlations[0]
    assert [member.name for member in correlation.between] == ["a", "b", "c"]
    assert correlation.matrix == ((1.0, 0.5, 0.2), (0.5, 1.0, -0.3), (0.2, -0.3, 1.0))
    assert "sha256 of matrix.csv" in load(path).text
    path.write_text(path.read_text(encoding="utf-8") + 'between = ["c", "a"]\n', encoding="utf-8")
    assert load(path).correlations[0].matrix == ((1.0, 0.2), (0.2, 1.0))


@pytest.mark.parametrize(
    ("content", "entry", "message"),
    [
        (",a,b\na,1,x\nb,,1\n", {}, "between a and b stands 'x'"),
        (",a,b\na,1,0.5\nb,0.4,1\n", {}, "symmetric"),
        (",a,b\na,1,0.5\n", {}, "must name the same quantities"),
        (",a,b\na,1,0.5\nb,,1\n", {"between": ["a", "bb"]}, "has no row 'bb'"),
        (None, {}, "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path, monkeypatch, content, entry, message):
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / "matrix.csv").write_text(content, encoding="utf-8")
    with pytest.raises(ScenarioError, match=message):
        load(document({"matrix": "matrix.csv", **entry}))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"between": ["a", "b"], "rho": 0.3, "measure": "speerman"}, "measure"),
        (
            {"between": ["a", "b"], "rho": 0.3, "df": 4},
            '`df` does not belong to a gaussian copula; expected copula = "t"',
        ),
        ({"between": ["a", "b"], "rho": 0.3, "copula": "t"}, "needs its degrees of freedom"),
        ({"between": ["a", "b"], "rho": 0.3, "copula": "claiton"}, "did you mean 'clayton'"),
        (
            {"between": ["a", "b"], "rho": 0.3, "copula": "clayton"},
            'is a rank correlation; expected measure = "kendall"',
        ),
        ({"between": ["a", "b"], "copula": "clayton"}, "needs either `theta` or a rank correlation"),
        ({"between": ["a", "b"], "copula": "clayton", "theta": 2, "rho": 0.2}, "needs either `theta` or a rank"),
        (
            {"between": ["a", "b"], "copula": "clayton", "theta": -2},
            "theta of a clayton copula is -2; expected a number",
        ),
        ({"between": ["a", "b"], "copula": "gumbel", "theta": 2, "measure": "kendall"}, "`theta` alone"),
        (
            {"between": ["a", "b"], "copula": "gumbel", "matrix": [[1, 0], [0, 1]]},
            "`matrix` does not belong to a gumbel",
        ),
        ({"between": ["a", "b"], "copula": "gumbel", "rho": -0.4, "measure": "kendall"}, "expected a number from 0 to"),
        (
            {"between": ["a", "b"], "copula": "gumbel", "rho": 0.4, "measure": "kendall", "rotate": 90},
            "turned by 90 degrees is 0.4; expected a number below 0",
        ),
        ({"between": ["a", "b"], "copula": "gumbel", "theta": 2, "rotate": 45}, "rotate.*: is the number 45"),
        ({"between": ["a", "b"], "copula": "frank", "theta": 2, "rotate": 180}, "`rotate` does not belong to a frank"),
        ({"between": ["a", "b"], "rho": 0.3, "theta": 2}, "`theta` does not belong to a gaussian"),
        ({"between": ["a", "b"], "copula": "vine"}, "a vine copula needs its file"),
        ({"copula": "clayton", "theta": 2}, "does not say between what"),
        ({"rho": 0.3}, "does not say between what"),
        ({"between": ["a", "b"], "matrix": [[1, 0.2], [0.3, 1]]}, "symmetric"),
        ({"between": ["a", "b"], "matrix": 3}, "matrix"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(entry, message):
    with pytest.raises(burncast.ScenarioError, match=message):
        load(document(entry))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"copula": "frank", "theta": -2}, "a Frank copula of more than two cannot be negative"),
        ({"copula": "clayton", "theta": 2, "rotate": 270}, "`rotate = 270` turns one of two, and `between` has 3"),
    ],
)
def test_what_three_cannot_have_is_said(entry, message):
    with pytest.raises(ScenarioError, match=message):
        load(document({"between": ["a", "b", "c"], **entry}, a="normal(0, 1)", b="normal(0, 1)", c="normal(0, 1)"))


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (
            [{"between": ["a", "b"], "copula": "clayton", "theta": 2}, {"between": ["b", "c"], "rho": 0.1}],
            "meets a clayton",
        ),
        ([{"between": ["a", "p"], "copula": "clayton", "theta": 2}], "a clayton copula is between inputs"),
        (
            [{"between": ["a", "b"], "copula": "t", "df": 4, "rho": 0.1}, {"between": ["b", "c"], "rho": 0.1}],
            "two copulas",
        ),
    ],
)
def test_copulas_that_do_not_fit_together_are_refused(entries, message):
    whole = document({}, a="normal(0, 1)", b="normal(0, 1)", c="normal(0, 1)")
    whole["processes"] = {"p": "iid(normal(0, 1))"}
    whole["correlations"] = entries
    with pytest.raises(ScenarioError, match=message):
        compile_scenario(load(whole))


def test_what_a_repair_changes_is_said():
    """Higham 2002, section 4: the example of order 3 and its solution."""
    matrix = [[1, 1, 0], [1, 1, 1], [0, 1, 1]]
    whole = document(
        {"between": ["a", "b", "c"], "matrix": matrix}, a="normal(0, 1)", b="normal(0, 1)", c="normal(0, 1)"
    )
    (note,) = compile_scenario(load(whole)).notes
    assert "(change 0.528, Frobenius norm)" in note
    for change in ("a with b 1 → 0.761", "a with c 0 → 0.157", "b with c 1 → 0.761"):
        assert change in note
