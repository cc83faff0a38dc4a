"""What a correlation comes to: Kendall's tau and tail dependence, against the oracles, in words."""

import pytest
from oracles import archimedean, copulas

from burncast.engine.dependence.dependence_words import dependence_words
from burncast.engine.scenario import load


def words(*entries, names=("a", "b", "c")):
    whole = {
        "scenario": {"title": "words", "periods": 2},
        "inputs": dict.fromkeys(names, "normal(0, 1)"),
        "processes": {"p": "iid(normal(0, 1))"},
        "correlations": list(entries),
    }
    return dependence_words(load(whole))


def test_elliptical_copulas():
    first, second = words(
        {"between": ["a", "b"], "rho": 0.5},
        {"between": ["c", "p"], "rho": -0.25, "measure": "kendall"},
    )
    assert first == f"a, b: Gaussian copula: rho 0.5, tau {copulas.kendall_tau(0.5):.3g}"
    assert second.startswith("c, p: Gaussian copula: rho -0.3827, tau -0.25")
    assert second.endswith("(of an input with the sum of a process's innovations)")
    (third,) = words(
        {"between": ["a", "b", "c"], "matrix": [[1, 0.5, 0], [0.5, 1, 0.9], [0, 0.9, 1]], "copula": "t", "df": 4}
    )
    tails = [f"{copulas.tail_dependence(rho, 4):.3g}" for rho in (0.5, 0.0, 0.9)]
    assert third == (
        f"a, b, c: t copula, df 4: a with b rho 0.5, tau 0.333, tail dependence {tails[0]}; a with c rho 0, tau 0, "
        f"tail dependence {tails[1]}; b with c rho 0.9, tau 0.713, tail dependence {tails[2]}"
    )


@pytest.mark.parametrize(
    ("family", "theta", "rotation", "where"),
    [
        ("clayton", 2.0, 0, "of low values"),
        ("clayton", 2.0, 180, "of high values"),
        ("clayton", 2.0, 90, "of high values of the first with low ones of the second"),
        ("clayton", 2.0, 270, "of low values of the first with high ones of the second"),
        ("gumbel", 1.5, 0, "of high values"),
        ("gumbel", 1.5, 180, "of low values"),
        ("gumbel", 1.5, 90, "of low values of the first with high ones of the second"),
        ("gumbel", 1.5, 270, "of high values of the first with low ones of the second"),
    ],
)
def test_archimedean_copulas(family, theta, rotation, where):
    turn = {"rotate": rotation} if rotation else {}
    (line,) = words({"between": ["a", "b"], "copula": family, "theta": theta, **turn})
    tail = max(archimedean.lower_tail_dependence(family, theta), archimedean.upper_tail_dependence(family, theta))
    tau = archimedean.kendall_tau(family, theta) * (-1 if rotation in (90, 270) else 1)
    turned = f", turned by {rotation} degrees" if rotation else ""
    assert line == (
        f"a, b: {family.capitalize()} copula, theta {theta:.4g}{turned}: tau {tau:.3g}, tail dependence {tail:.3g} "
        f"{where}"
    )
    # The corner that is named is the one in which the copula itself has the tail.
    level = 1e-6
    if rotation in (90, 270):
        first_low = where.startswith("of low")
        u, v = (level, 1 - level) if first_low else (1 - level, level)
        inside = min(u, v) - archimedean.turned(family, theta, rotation, u, v)
    else:
        u = level if "low" in where else 1 - level
        both = archimedean.turned(family, theta, rotation, u, u)
        inside = both if "low" in where else 1 - 2 * u + both
    assert inside / level == pytest.approx(tail, rel=2e-3)


def test_frank_has_no_tail():
    (line,) = words({"between": ["a", "b"], "copula": "frank", "rho": -0.5, "measure": "kendall"})
    assert line == "a, b: Frank copula, theta -5.736: tau -0.5"
