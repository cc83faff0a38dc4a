"""Frozen distributions of ``scipy.stats`` as expressions of the scenario language.

A scenario given as a mapping may hold them where an expression may stand. Each becomes the family that is the same law
with SciPy's parameters carried over, so that the scenario stays text, and draws do not depend on SciPy's own quantile
functions, whose far tails are not accurate enough to be tabulated. ``scipy.stats`` itself is not imported here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TypeAlias

from burncast.distributions.errors import Problem, ScenarioError

__all__ = ["in_language", "is_frozen"]

_Numbers: TypeAlias = Mapping[str, float]


def is_frozen(value: object) -> bool:
    """Whether a value is a frozen distribution of ``scipy.stats``."""
    return type(value).__module__.startswith("scipy.stats") and hasattr(value, "dist") and hasattr(value, "kwds")


def in_language(frozen: object) -> str:
    """The same law in the language; a :class:`ScenarioError` where it has no such family.

    >>> from scipy import stats
    >>> in_language(stats.gamma(2, loc=1, scale=3))
    '1.0 + gamma(2.0, 3.0)'
    """
    law = getattr(frozen, "dist", None)
    name, shapes = str(getattr(law, "name", "")), str(getattr(law, "shapes", None) or "")
    names = [part.strip() for part in shapes.split(",") if part.strip()]
    if name not in _FAMILIES:
        raise ScenarioError(
            [
                Problem(
                    f"scipy.stats.{name} is no family of the language",
                    expected=f"one of {', '.join(_FAMILIES)}, or its percentiles in metalog(p5=…, p50=…, p95=…)",
                )
            ]
        )
    order = [*names, "loc", "scale"]
    given = dict(zip(order, getattr(frozen, "args", ()), strict=False)) | dict(getattr(frozen, "kwds", {}))
    try:
        numbers = {"loc": 0.0, "scale": 1.0} | {name: float(value) for name, value in given.items()}
    except TypeError:
        raise ScenarioError([Problem(f"scipy.stats.{name} has parameters that are no numbers")]) from None
    return _FAMILIES[name](numbers)


def _shifted(family: str, *parameters: str) -> Callable[[_Numbers], str]:
    """A family that starts at 0, moved by ``loc``."""

    def written(n: _Numbers) -> str:
        text = f"{family}({', '.join(repr(n[name]) for name in parameters)})"
        return f"{n['loc']!r} + {text}" if n["loc"] else text

    return written


def _lognormal(n: _Numbers) -> str:
    text = f"lognormal(mu={math.log(n['scale'])!r}, sigma={n['s']!r})"
    return f"{n['loc']!r} + {text}" if n["loc"] else text


def _inverse_gaussian(n: _Numbers) -> str:
    text = f"inverse_gaussian({n['mu'] * n['scale']!r}, {n['scale']!r})"
    return f"{n['loc']!r} + {text}" if n["loc"] else text


def _truncated_normal(n: _Numbers) -> str:
    ends = {"low": n["loc"] + n["a"] * n["scale"], "high": n["loc"] + n["b"] * n["scale"]}
    shown = "".join(f", {name}={end!r}" for name, end in ends.items() if math.isfinite(end))
    return f"truncate(normal({n['loc']!r}, {n['scale']!r}){shown})"


_FAMILIES: dict[str, Callable[[_Numbers], str]] = {
    "norm": lambda n: f"normal({n['loc']!r}, {n['scale']!r})",
    "lognorm": _lognormal,
    "uniform": lambda n: f"uniform({n['loc']!r}, {n['loc'] + n['scale']!r})",
    "triang": lambda n: f"triangular({n['loc']!r}, {n['loc'] + n['c'] * n['scale']!r}, {n['loc'] + n['scale']!r})",
    "beta": lambda n: f"beta({n['a']!r}, {n['b']!r}, low={n['loc']!r}, high={n['loc'] + n['scale']!r})",
    "gamma": _shifted("gamma", "a", "scale"),
    "weibull_min": _shifted("weibull", "c", "scale"),
    "t": lambda n: f"student_t({n['df']!r}, {n['loc']!r}, {n['scale']!r})",
    "expon": _shifted("exponential", "scale"),
    "pareto": _shifted("pareto", "b", "scale"),
    "fisk": _shifted("loglogistic", "c", "scale"),
    "logistic": lambda n: f"log(loglogistic({1 / n['scale']!r}, {math.exp(n['loc'])!r}))",
    "gumbel_r": lambda n: f"gumbel({n['loc']!r}, {n['scale']!r})",
    "invweibull": _shifted("frechet", "c", "scale"),
    "genextreme": lambda n: f"gev({n['loc']!r}, {n['scale']!r}, {-n['c']!r})",
    "genpareto": lambda n: f"gpareto({n['c']!r}, {n['scale']!r}, low={n['loc']!r})",
    "burr12": _shifted("burr", "c", "d", "scale"),
    "johnsonsu": lambda n: f"johnson_su({n['a']!r}, {n['b']!r}, {n['loc']!r}, {n['scale']!r})",
    "johnsonsb": lambda n: f"johnson_sb({n['a']!r}, {n['b']!r}, low={n['loc']!r}, high={n['loc'] + n['scale']!r})",
    "invgauss": _inverse_gaussian,
    "skewnorm": lambda n: f"skew_normal({n['loc']!r}, {n['scale']!r}, {n['a']!r})",
    "truncnorm": _truncated_normal,
    "bernoulli": _shifted("bernoulli", "p"),
    "poisson": _shifted("poisson", "mu"),
    "binom": _shifted("binomial", "n", "p"),
    "nbinom": _shifted("negative_binomial", "n", "p"),
    "betabinom": _shifted("beta_binomial", "n", "a", "b"),
}
