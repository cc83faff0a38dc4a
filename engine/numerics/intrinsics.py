"""Single LLVM operations that numba has no spelling for, and a hint for kernels that loop over lanes.

``np.sqrt``, ``np.floor`` and ``math.fma`` become library calls without fast-math, and a loop with a call in it does not
vectorise. These become one instruction each, for float32 and float64 alike; the arguments of a call share one type.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

__all__ = ["floor", "fma", "is_raised", "lane_loop", "polynomial", "sqrt"]


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


def polynomial(coefficients: tuple[float, ...]) -> Callable[[float], float]:
    """A function x ↦ c₀ + x·(E(x²) + x·O(x²)) with E and O by Horner's rule, every step fused; at least three terms.

    Two short chains instead of one long one: processors with a deep pipeline wait less. The constant is added last, so
    that the rounding of all other terms is scaled by x.
    """

    def typed(typing_context: Any, x: Any) -> Any:  # noqa: ARG001
        def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
            (value,) = arguments
            constants = [ir.Constant(value.type, c) for c in coefficients]
            square = builder.fmul(value, value)
            chains = []
            for chain in (constants[1::2], constants[2::2]):
                total = chain[-1]
                for constant in reversed(chain[:-1]):
                    total = builder.fma(total, square, constant)
                chains.append(total)
            return builder.fma(builder.fma(chains[1], value, chains[0]), value, constants[0])

        return (x(x), emit) if isinstance(x, types.Float) else None

    return cast(Callable[[float], float], intrinsic(typed))


def _lane_loop(typing_context: Any) -> Any:  # noqa: ARG001
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        attributes = builder.function.attributes
        attributes.add("noinline")
        set.add(attributes, '"prefer-vector-width"="512"')
        for argument in builder.function.args:
            if isinstance(argument.type, ir.PointerType):
                argument.add_attribute("noalias")
        return context.get_dummy_value()

    return types.none(), emit


def _is_raised(typing_context: Any, flag: Any) -> Any:  # noqa: ARG001
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        value = builder.load_atomic(array.data, "monotonic", 8)
        return builder.icmp_signed("!=", value, ir.Constant(value.type, 0))

    return types.boolean(flag), emit


fma = cast(Callable[[float, float, float], float], intrinsic(_fma))
sqrt = _unary("llvm.sqrt")
floor = _unary("llvm.floor")
lane_loop = cast(Callable[[], None], intrinsic(_lane_loop))
"""First statement of a kernel that is one loop over lanes: full-width vectors, and its arrays do not overlap.

LLVM keeps to 256 bits on processors whose 512-bit units lower the clock; these loops gain far more than that costs. Not
being inlined gives each loop all vector registers for its constants. The caller promises that no two array arguments
share memory."""
is_raised = cast(Callable[[NDArray[np.int64]], bool], intrinsic(_is_raised))
"""Whether the first number of an array that other threads write is not 0 now: an ordinary load of what no store here
reaches would be taken out of the loop that asks."""
