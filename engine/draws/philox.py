"""Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw (SC11, 2011, "Parallel random numbers: as
easy as 1, 2, 3"): ten rounds that turn a 128-bit counter and a 64-bit key into four 32-bit words.

Words live in uint64, so that the two 32 × 32 → 64 bit products of a round stay in place; what is left above the 32nd
bit is noise that the next product masks. Several blocks advance round by round together: the processor waits for one
block's products by working on another's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

__all__ = ["MULTIPLIERS", "ROUNDS", "WEYL", "philox"]

ROUNDS = 10
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
"""What the two halves of the key grow by from round to round."""

Words = tuple[np.uint64, ...]

_unpack: Any = cgutils.unpack_tuple
_uniform_tuple: Any = types.UniTuple


def _philox(typing_context: Any, first: Any, second: Any, third: Any, fourth: Any, k0: Any, k1: Any) -> Any:  # noqa: ARG001
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word = ir.IntType(64)
        low, half = ir.Constant(word, 0xFFFFFFFF), ir.Constant(word, 32)
        blocks = [[part, *arguments[1:4]] for part in _unpack(builder, arguments[0])]
        for n in range(ROUNDS):
            keys = [
                builder.add(key, ir.Constant(word, n * step)) for key, step in zip(arguments[4:], WEYL, strict=True)
            ]
            for block in blocks:
                a, b = (
                    builder.mul(builder.and_(block[2 * i], low), ir.Constant(word, MULTIPLIERS[i])) for i in range(2)
                )
                block[:] = [
                    builder.xor(builder.xor(builder.lshr(b, half), block[1]), keys[0]),
                    b,
                    builder.xor(builder.xor(builder.lshr(a, half), block[3]), keys[1]),
                    a,
                ]
        words = [builder.and_(part, low) for block in blocks for part in block]
        return context.make_tuple(builder, signature.return_type, words)

    u64 = types.uint64
    if not (isinstance(first, types.UniTuple) and first.dtype == second == third == fourth == k0 == k1 == u64):
        return None
    return _uniform_tuple(u64, 4 * first.count)(first, u64, u64, u64, u64, u64), emit


philox = cast(Callable[[Words, np.uint64, np.uint64, np.uint64, np.uint64, np.uint64], Words], intrinsic(_philox))
"""philox((c0, …), c1, c2, c3, k0, k1): the four words of each of the blocks (c0, c1, c2, c3), block after block, under
the key (k0, k1). All are uint64 below 2³²."""
