"""Distributions of ``scipy.stats`` as expressions of the scenario language.

A scenario given as a mapping may hold them where an expression may stand. A frozen distribution becomes the family that
is the same law with SciPy's parameters carried over, so that its draws do not depend on SciPy's own quantile functions;
where the language has none, ``scipy("rice", b=0.8, loc=1.0, scale=2.0)`` (:mod:`burncast.distributions.scipy_law`). A
histogram (``rv_histogram``) and a sample (``rv_discrete(values=...)``) are written out. Of SciPy's newer distributions
those are understood that ``Normal``, ``Uniform``, ``Logistic``, ``Binomial`` and ``make_distribution`` of a named one
give, shifted, stretched, truncated, mixed, and through ``exp``, ``log`` and ``abs``. So a scenario stays text that says
all there is to it. ``scipy.stats`` itself is not imported here.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np

from burncast.distributions.errors import LawError

__all__ = ["in_language", "is_distribution"]

_Numbers: TypeAlias = Mapping[str, float]

_NEWER = {"Normal": "norm", "StandardNormal": "norm", "Uniform": "uniform", "Logistic": "logistic", "Binomial": "binom"}
"""Newer distributions that have other parameters than the older of the same law."""


def is_distribution(value: object) -> bool:
    """Whether a value is a distribution of ``scipy.stats`` with its parameters."""
    return type(value).__module__.startswith("scipy.stats") and (
        _is_frozen(value) or _is_newer(value) or _written(value)
    )


def in_language(value: object) -> str:
    """The same law in the language; a :class:`LawError` where there is none.

    >>> from scipy import stats
    >>> in_language(stats.gamma(2, loc=1, scale=3)), in_language(stats.rice(0.8, scale=2))
    ('1.0 + gamma(2.0, 3.0)', "scipy('rice', b=0.8, loc=0.0, scale=2.0)")
    """
    return _newer(value) if _is_newer(value) else _older(value)


def _is_frozen(value: object) -> bool:
    return hasattr(value, "dist") and hasattr(value, "kwds")


def _is_newer(value: object) -> bool:
    return hasattr(value, "icdf") and hasattr(value, "_parameters" if not hasattr(value, "_components") else "_weights")


def _written(value: object) -> bool:
    return hasattr(value, "_hbins") or hasattr(value, "xk")


def _older(value: Any, *, law: bool = False) -> str:
    """A frozen distribution; ``law``: as a call of one family, which others can be made of."""
    dist = value.dist if _is_frozen(value) else value
    name, numbers = str(getattr(dist, "name", "")), _numbers(value, dist)
    if not hasattr(dist, "isf"):
        raise LawError(f"{type(value).__name__} is no distribution of one number", expected="one for each input")
    if _written(dist):
        return _written_out(dist, numbers)
    if name == "poisson_binom":
        points = np.arange(0.0, value.support()[1] - numbers["loc"] + 1.0) + numbers["loc"]
        return f"discrete({points.tolist()!r}, {value.pmf(points).tolist()!r})"
    return _named(name, numbers, law=law)


def _named(name: str, numbers: Mapping[str, float], *, law: bool = False) -> str:
    """The distribution of this name in the language."""
    ends = ("a", "b") if name == "truncnorm" else ()  # which may be infinite
    from burncast.distributions.scipy_law import checked_parameters  # imports SciPy

    checked_parameters(
        name, {key: min(max(one, -1e300), 1e300) if key in ends else one for key, one in numbers.items()}
    )
    if name in _FAMILIES:
        text = _FAMILIES[name]({"loc": 0.0, "scale": 1.0} | dict(numbers))
        if not law or (text[0].isalpha() and name != "logistic"):
            return text
    return f"scipy({name!r}, {', '.join(f'{key}={number!r}' for key, number in numbers.items())})"


def _numbers(value: Any, dist: Any) -> dict[str, float]:
    """The parameters of a frozen distribution by name, in SciPy's order."""
    name, shapes = str(getattr(dist, "name", "")), str(getattr(dist, "shapes", None) or "")
    shown = f"scipy.stats.{name}" if name else type(value).__name__
    order = [*(part.strip() for part in shapes.split(",") if part.strip()), "loc", "scale"]
    given = dict(zip(order, getattr(value, "args", ()), strict=False)) | dict(getattr(value, "kwds", {}))
    if name == "poisson_binom":
        given.pop("p", None)
    scale = {} if hasattr(dist, "pmf") else {"scale": 1.0}
    try:
        found = {"loc": 0.0} | scale | {key: float(one) for key, one in given.items()}
    except (TypeError, ValueError):
        raise LawError(f"{shown} has parameters that are no numbers", expected="one number for each") from None
    return {key: found[key] for key in order if key in found}


def _written_out(dist: Any, numbers: Mapping[str, float]) -> str:
    """A histogram or a sample, shifted and stretched."""
    loc, scale = numbers["loc"], numbers.get("scale", 1.0)
    if hasattr(dist, "xk"):
        return f"discrete({_list(loc + dist.xk)}, {_list(dist.pk)})"
    edges = loc + scale * np.asarray(dist._hbins, dtype=np.float64)
    return f"piecewise(edges={_list(edges)}, chips={_list(dist._hpdf[1:-1] * np.diff(dist._hbins))})"


def _list(values: Iterable[float]) -> str:
    return repr([float(value) for value in values])


def _newer(value: Any, *, law: bool = False) -> str:
    """A distribution of SciPy's newer kind."""
    kind = type(value).__name__
    parts = {key: number for key, number in getattr(value, "_parameters", {}).items() if np.ndim(number) == 0}
    if kind == "Mixture":
        weights = ", ".join(repr(float(weight)) for weight in value._weights)
        return f"mixture({', '.join(_newer(one, law=True) for one in value._components)}, weights=[{weights}])"
    if kind == "ShiftedScaledDistribution":
        return _moved(value._dist, float(parts["loc"]), float(parts["scale"]), law=law)
    if kind == "TruncatedDistribution":
        ends = {"low": float(parts["lb"]), "high": float(parts["ub"])}
        shown = "".join(f", {name}={end!r}" for name, end in ends.items() if math.isfinite(end))
        return f"truncate({_newer(value._dist, law=True)}{shown})"
    if kind == "FoldedDistribution" and not law:
        return f"abs({_newer(value._dist)})"
    if kind == "MonotonicTransformedDistribution" and not law:
        function = str(getattr(value, "_repr_pattern", "")).partition("(")[0]
        if function in ("exp", "log"):
            return f"{function}({_newer(value._dist)})"
    return _moved(value, 0.0, 1.0, law=law)


def _moved(value: Any, loc: float, scale: float, *, law: bool) -> str:
    """loc + scale · ``value``."""
    name, numbers = _older_of(value)
    if name and scale > 0 and "scale" in numbers:
        return _named(name, numbers | {"loc": loc + scale * numbers["loc"], "scale": scale * numbers["scale"]}, law=law)
    if name and scale == 1.0:
        return _named(name, numbers | {"loc": loc + numbers["loc"]}, law=law)
    if law or not (name or loc or scale != 1.0):
        raise LawError(
            f"{str(value)[:60]} has no counterpart in the language",
            expected="a distribution of scipy.stats by name, or its percentiles in metalog(p5=…, p50=…, p95=…)",
        )
    text = f"{scale!r} * {_named(name, numbers) if name else _newer(value)}"
    return f"{loc!r} + {text}" if loc else text


def _older_of(value: Any) -> tuple[str, dict[str, float]]:
    """The older distribution of the same law, and its parameters; no name where there is none."""
    given = {key: float(number) for key, number in getattr(value, "_original_parameters", {}).items()}
    kind = type(value).__name__
    if kind in ("Normal", "StandardNormal", "Logistic"):
        return _NEWER[kind], {"loc": given.get("mu", 0.0), "scale": given.get("sigma", 1.0)}
    if kind == "Uniform":
        return "uniform", {"loc": given["a"], "scale": given["b"] - given["a"]}
    if kind == "Binomial":
        return "binom", {**given, "loc": 0.0}
    if kind != "CustomDistribution":
        return "", {}
    shown = str(value).partition("(")[0]
    names = getattr(sys.modules[type(value).__mro__[1].__module__], "_distribution_names", {})
    name = next((older for older, newer in names.items() if newer == shown), shown.lower())
    from burncast.distributions.scipy_law import checked_parameters  # imports SciPy

    try:
        checked_parameters(name, given)
    except LawError:
        return "", {}
    return name, {**given, "loc": 0.0, "scale": 1.0}


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
