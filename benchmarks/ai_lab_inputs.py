"""The inputs of ``examples/openai-2024.toml``, read from its file and from the model's, and drawn with NumPy.

Figures alone are shared with burncast; reading, laws and generator are not. A value is a number, a law, or one of
these by label; a law is a function (generator, n) ↦ float64[n]. Inputs that are expressions of others are not read:
``ai_lab_numpy.py`` has them by hand, together with everything else that computes.
"""

from __future__ import annotations

import ast
import math
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

__all__ = ["Figures", "draw", "law_of", "read_figures"]

ROOT = Path(__file__).parent.parent
FILES = (ROOT / "engine" / "models" / "ai-lab.toml", ROOT / "examples" / "openai-2024.toml")

Law = Callable[[np.random.Generator, int], NDArray[np.float64]]
Figures = Mapping[str, Any]
"""Name ↦ a number, a law, or {label: one of these}."""

Z95 = float(stats.norm.ppf(0.95))


def read_figures(changes: Mapping[str, Any] | None = None) -> Figures:
    """All inputs that are numbers or laws; ``changes`` override some, written as in a file."""
    entries: dict[str, Any] = {}
    for file in FILES:
        entries |= tomllib.loads(file.read_text(encoding="utf-8"))["inputs"]
    entries |= changes or {}
    figures = {}
    for name, entry in entries.items():
        value = entry["value"] if isinstance(entry, dict) and "value" in entry else entry
        figures[name] = (
            {label: law_of(part) for label, part in value.items()} if isinstance(value, dict) else law_of(value)
        )
    return figures


def draw(figures: Figures, rng: np.random.Generator, n: int) -> SimpleNamespace:
    """One value of every input for each of ``n`` trajectories: float64[n] where it is a law, else the number."""

    def drawn(value: Any) -> Any:
        if isinstance(value, dict):
            return {label: drawn(part) for label, part in value.items()}
        return value(rng, n) if callable(value) else value

    return SimpleNamespace(**{name: drawn(value) for name, value in figures.items()})


def law_of(value: float | str) -> float | Law | None:
    """A number, a law, or None for an expression of other inputs."""
    if not isinstance(value, str):
        return float(value)
    low, to, high = value.partition(" to ")
    if to:
        return _between(float(low), float(high))
    return _law(ast.parse(value, mode="eval").body)


def _law(node: ast.expr) -> float | Law | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in LAWS:
        try:
            return float(ast.literal_eval(node))
        except ValueError:
            return None
    positional = [_law(part) if isinstance(part, ast.Call) else ast.literal_eval(part) for part in node.args]
    named = {str(part.arg): ast.literal_eval(part.value) for part in node.keywords}
    law: Law = LAWS[node.func.id](*positional, **named)
    return law


def _between(low: float, high: float) -> Law:
    """A 90 % interval: log-normal where both ends are positive, else normal."""
    if low > 0.0:
        normal = _between_normal(math.log(low), math.log(high))
        return lambda rng, n: np.exp(normal(rng, n))
    return _between_normal(low, high)


def _between_normal(low: float, high: float) -> Law:
    return _normal((low + high) / 2.0, (high - low) / (2.0 * Z95))


def _normal(mean: float, sd: float) -> Law:
    return lambda rng, n: rng.normal(mean, sd, n)


def _lognormal(mean: float, sd: float) -> Law:
    variance = math.log1p((sd / mean) ** 2)
    return lambda rng, n: rng.lognormal(math.log(mean) - variance / 2.0, math.sqrt(variance), n)


def _uniform(low: float, high: float) -> Law:
    return lambda rng, n: rng.uniform(low, high, n)


def _beta(p5: float, p95: float) -> Law:
    def missed(logarithms: NDArray[np.float64]) -> NDArray[np.float64]:
        a, b = np.exp(logarithms)
        return np.array([stats.beta.ppf(0.05, a, b) / p5, stats.beta.ppf(0.95, a, b) / p95]) - 1.0

    mean, sd = (p5 + p95) / 2.0, (p95 - p5) / (2.0 * Z95)
    size = mean * (1.0 - mean) / sd**2 - 1.0
    found = optimize.root(missed, np.log([mean * size, (1.0 - mean) * size]), tol=1e-12)
    if not found.success:
        raise ValueError(f"no beta law with 5 % below {p5} and 5 % above {p95}")
    a, b = np.exp(found.x)
    return lambda rng, n: rng.beta(a, b, n)


def _discrete(values: list[float], weights: list[float] | None = None) -> Law:
    shares = None if weights is None else np.array(weights) / sum(weights)
    return lambda rng, n: rng.choice(np.array(values, np.float64), n, p=shares)


def _mixture(*laws: Law, weights: list[float]) -> Law:
    choice = _discrete([float(place) for place in range(len(laws))], weights)

    def law(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        chosen = choice(rng, n)
        return np.select([chosen == place for place in range(len(laws))], [each(rng, n) for each in laws])

    return law


LAWS: dict[str, Callable[..., Law]] = {
    "normal": _normal,
    "lognormal": _lognormal,
    "uniform": _uniform,
    "beta": _beta,
    "discrete": _discrete,
    "mixture": _mixture,
}
