"""What a correlation comes to, in a line: its copula, Kendall's tau, and how far extremes come together.

The coefficient of lower (upper) tail dependence is the limit of the probability that one draw is below (above) its
quantile given that the other is, far out: 0 of the Gaussian copula, 2·T_{df+1}(−√((df + 1)(1 − ρ)/(1 + ρ))) of
Student's t (Demarta and McNeil 2005), and as :mod:`burncast.distributions.archimedean` says of the others.
"""

from __future__ import annotations

import math

from scipy import special

from burncast.distributions.archimedean import ARCHIMEDEAN
from burncast.engine.language.expressions import render
from burncast.engine.language.scenario_model import Correlation, Scenario

__all__ = ["dependence_words"]

_MOST_PAIRS = 6


def dependence_words(scenario: Scenario) -> list[str]:
    """A line for every correlation of the scenario."""
    return [_words(scenario, correlation) for correlation in scenario.correlations]


def _words(scenario: Scenario, correlation: Correlation) -> str:
    names = [render(member) for member in correlation.between]
    kinds = {scenario.quantities[member.name].kind for member in correlation.between}
    if correlation.vine is not None:
        said = f"vine copula of {len(correlation.vine.partners)} trees"
    elif correlation.theta is not None:
        said = _archimedean(correlation.copula, correlation.theta, correlation.rotation)
    else:
        copula = "Gaussian copula" if correlation.df is None else f"t copula, df {correlation.df:g}"
        pairs = [(i, j) for j in range(len(names)) for i in range(j)]
        stated = [_pair(correlation.matrix[i][j], correlation.df) for i, j in pairs]
        if len(set(stated)) == 1:
            said = f"{copula}: {stated[0]}"
        else:
            shown = [f"{names[i]} with {names[j]} {text}" for (i, j), text in zip(pairs, stated, strict=True)]
            more = f"; and {len(shown) - _MOST_PAIRS} more pairs" if len(shown) > _MOST_PAIRS else ""
            said = f"{copula}: {'; '.join(shown[:_MOST_PAIRS])}{more}"
    if {"input", "process"} <= kinds:
        said += " (of an input with the sum of a process's innovations)"
    return f"{', '.join(names)}: {said}"


def _pair(rho: float, df: float | None) -> str:
    text = f"rho {rho:.4g}, tau {2 / math.pi * math.asin(rho):.3g}"
    if df is None:
        return text
    slack = (df + 1) * (1 - rho) / (1 + rho) if rho > -1 else math.inf
    tail = 2 * float(special.stdtr(df + 1, -math.sqrt(slack)))
    return f"{text}, tail dependence {tail:.3g}"


def _archimedean(family: str, theta: float, rotation: int) -> str:
    tau = ARCHIMEDEAN[family].kendall(theta) * (-1 if rotation in (90, 270) else 1)
    turned = f", turned by {rotation} degrees" if rotation else ""
    text = f"{family.capitalize()} copula, theta {theta:.4g}{turned}: tau {tau:.3g}"
    side = {"clayton": 0, "gumbel": 1}.get(family)
    if side is None:
        return text
    tail = 2 ** (-1 / theta) if family == "clayton" else 2 - 2 ** (1 / theta)
    corners = {0: ("low", "high"), 180: ("high", "low")}
    if rotation in corners:
        return f"{text}, tail dependence {tail:.3g} of {corners[rotation][side]} values"
    low_first = (rotation == 270) == (family == "clayton")
    ends = ("low", "high") if low_first else ("high", "low")
    return f"{text}, tail dependence {tail:.3g} of {ends[0]} values of the first with {ends[1]} ones of the second"
