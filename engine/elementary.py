"""Elementary functions of float64 scalars, written so that a loop over lanes vectorises: no branches, calls or tables.

The results are the same bits on every processor with fused multiply-add, because each step is an IEEE operation in a
fixed order: explicit :func:`fma`, no fast-math, no mathematical library. :mod:`burncast.engine.elementary_numpy` is
their independent NumPy reading.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from burncast.engine.kernel_cache import kernel

__all__ = ["exp", "floor", "fma", "log", "normal_cdf", "power", "sqrt"]


def _fma(typing_context: Any, a: Any, b: Any, c: Any) -> Any:  # noqa: ARG001
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        return builder.fma(*arguments)

    return (a(a, b, c), emit) if a == b == c and isinstance(a, types.Float) else None


def _unary(name: str) -> Callable[[float], float]:
    def typed(typing_context: Any, x: Any) -> Any:  # noqa: ARG001
        def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
            kind = arguments[0].type
            declared = builder.module.declare_intrinsic(name, [kind], ir.FunctionType(kind, [kind]))
            return builder.call(declared, arguments)

        return (x(x), emit) if isinstance(x, types.Float) else None

    return cast(Callable[[float], float], intrinsic(typed))


fma = cast(Callable[[float, float, float], float], intrinsic(_fma))
sqrt = _unary("llvm.sqrt")
floor = _unary("llvm.floor")


@kernel
def exp(x: float) -> float:
    """e to the power x."""
    return math.exp(x)


@kernel
def log(x: float) -> float:
    """Natural logarithm; −inf at 0, NaN below."""
    return float(np.log(x))


@kernel
def normal_cdf(x: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * math.erfc(-x * 0.7071067811865476)


@kernel
def power(x: float, y: float) -> float:
    """x to the power y."""
    return math.pow(x, y)
