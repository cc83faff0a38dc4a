"""What every elementwise operation of a program means, in NumPy.

One table, read twice: the graph folds known operands with it, and the reference backend runs whole programs with it.
The machine has the same operations as loops over lanes; the tests hold the two together to the last bit.

Comparisons give 1.0 and 0.0. NaN is never swallowed: a comparison, a choice, a minimum or a maximum of NaN is NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from burncast.engine.numerics import elementary_numpy as elementary

__all__ = ["COMPARISONS", "FOLDABLE", "interpolate"]

Floats = NDArray[np.float64]


def interpolate(x: Floats, knots: tuple[tuple[float, ...], tuple[float, ...]]) -> Floats:
    """Piecewise-linear interpolation through the points (knots[0], knots[1]), held beyond both ends."""
    abscissae, ordinates = (np.array(column) for column in knots)
    result = np.full(np.shape(x), ordinates[0])
    for left in range(len(abscissae) - 1):
        slope = (ordinates[left + 1] - ordinates[left]) / (abscissae[left + 1] - abscissae[left])
        inside = elementary.fma(slope, x - abscissae[left], ordinates[left])
        result = np.where(x >= abscissae[left], inside, result)
    result = np.where(x >= abscissae[-1], ordinates[-1], result)
    return np.asarray(np.where(np.isnan(x), x, result), dtype=np.float64)


def _modulo(x: Floats, y: Floats) -> Floats:
    return elementary.fma(-np.floor(x / y), y, x)


def _minimum(x: Floats, y: Floats) -> Floats:
    return np.asarray(np.where((x < y) | np.isnan(x), x, y), dtype=np.float64)


def _maximum(x: Floats, y: Floats) -> Floats:
    return np.asarray(np.where((x > y) | np.isnan(x), x, y), dtype=np.float64)


def _where(condition: Floats, x: Floats, y: Floats) -> Floats:
    return np.asarray(np.where(np.isnan(condition), condition, np.where(condition != 0.0, x, y)), dtype=np.float64)


def _truth(relation: Callable[..., Any]) -> Callable[..., Floats]:
    def compare(x: Floats, y: Floats) -> Floats:
        return np.asarray(np.where(np.isnan(x) | np.isnan(y), np.nan, relation(x, y)), dtype=np.float64)

    return compare


COMPARISONS: dict[str, Callable[..., Floats]] = {
    "less": _truth(np.less),
    "less_equal": _truth(np.less_equal),
    "equal": _truth(np.equal),
    "not_equal": _truth(np.not_equal),
}

FOLDABLE: dict[str, Callable[..., Floats]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "negate": np.negative,
    "absolute": np.abs,
    "minimum": _minimum,
    "maximum": _maximum,
    "modulo": _modulo,
    "sqrt": np.sqrt,
    "floor": np.floor,
    "exp": elementary.exp,
    "log": elementary.log,
    "power": elementary.power,
    "normal_cdf": elementary.normal_cdf,
    "where": _where,
    "interp": interpolate,
    **COMPARISONS,
}
