"""Where randomness is addressed: Philox4x32-10 words, and normals from them by inversion.

A draw has an address (seed; trajectory, period, stream) and nothing else: no state, no order, no skipping ahead. The
generator is Philox4x32-10 (:mod:`burncast.engine.draws.philox`). Its key is the seed (low word, high word); its counter
is (trajectory low, trajectory high, period // 4 + sub·2¹⁶, stream), and word period % 4 of its four is the period's. A
stream is a stable hash of a quantity's name.

Normals are quantiles: float32 for the shocks of every period, of (u + ½)·2⁻³² for a 32-bit word u; float64 for inputs,
drawn once, of (u + ½)·2⁻⁵³ for the 53 high bits of words 0 and 1. Both take the ratio z/x, x = 2p − 1, as one
polynomial in a rational function of w = −log(4p(1 − p)): no branch, no square root, odd in x by construction, so both
tails are equally good. Over all 2³² words the float32 normal is within 1e-6 of the quantile (|z| ≤ 6.34).

Kernels loop over LANES trajectories from ``first_trajectory``, a multiple of LANES, in passes short enough for a
processor to keep several vectors in flight.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
from numpy.typing import NDArray

from burncast.engine.draws.addresses import STREAM_VERSION, stream_id
from burncast.engine.draws.philox import philox
from burncast.engine.numerics.coefficients import (
    C_DOUBLE,
    C_SINGLE,
    LOG_SINGLE,
    QUANTILE,
    QUANTILE_SINGLE,
    W0_DOUBLE,
    W0_SINGLE,
)
from burncast.engine.numerics.elementary import log
from burncast.engine.numerics.intrinsics import fma, lane_loop, polynomial
from burncast.engine.numerics.kernel_cache import borrowing, inlined
from burncast.engine.numerics.lanes import LANES

__all__ = [
    "STREAM_VERSION",
    "copy_shocks",
    "fill_input_normals",
    "fill_listed",
    "fill_shocks",
    "normal_from_word",
    "normal_from_words",
    "stream_id",
]

LOW = np.uint64(0xFFFFFFFF)
SHIFT = np.uint64(32)
HALF = np.float32(0.5)
ONE = np.float32(1.0)
TWO_31 = np.float32(2.0**31)
MINUS_LN2 = np.float32(-0.6931471805599453)
SPAN = np.float32(W0_SINGLE + C_SINGLE)
SQRT_HALF_BITS = np.int32(0x3F3504F3)
SCALED_SQRT_HALF_BITS = np.int32(0x3F3504F3 + (62 << 23))
MANTISSA = np.int32(0x7FFFFF)
SIGN = np.uint32(0x80000000)
TWO_52_BITS = np.uint64(0x4330000000000000)
TWO_52 = 4503599627370496.0

_fma_single = cast(Callable[[np.float32, np.float32, np.float32], np.float32], fma)
_log_single = cast(Callable[[np.float32], np.float32], polynomial(LOG_SINGLE))
_quantile_single = cast(Callable[[np.float32], np.float32], polynomial(QUANTILE_SINGLE))
_quantile = polynomial(QUANTILE)


@inlined
def normal_from_word(word: np.uint32) -> np.float32:
    """The float32 standard normal of a 32-bit uniform word u: the quantile of (u + ½)·2⁻³²."""
    x, four_pq = _folded(np.uint32(word))
    return _normal(x, _variable(four_pq))


@inlined
def _folded(word: np.uint32) -> tuple[np.float32, np.float32]:
    """2³¹·(2p − 1) and 2⁶²·4p(1 − p)."""
    signed = np.int32(word)
    tail = np.float32(np.float32(np.int32(signed ^ np.int32(signed >> np.int32(31)))) + HALF)
    size = np.float32(TWO_31 - tail)
    sign = np.uint32(np.uint32(~word) & SIGN)
    return np.uint32(size.view(np.uint32) | sign).view(np.float32), np.float32(tail * np.float32(size + TWO_31))


@inlined
def _normal(x: np.float32, variable: np.float32) -> np.float32:
    return np.float32(x * _quantile_single(variable))


@inlined
def _variable(four_pq: np.float32) -> np.float32:
    """(w − W0)/(w + C) of w = −log(4p(1 − p))."""
    bits = np.int32(np.float32(four_pq).view(np.int32) - SCALED_SQRT_HALF_BITS)
    exponent = np.float32(np.int32(bits >> np.int32(23)))
    mantissa = np.int32(np.int32(bits & MANTISSA) + SQRT_HALF_BITS).view(np.float32)
    shifted = _fma_single(exponent, MINUS_LN2, _log_single(np.float32(mantissa - ONE)))
    return np.float32(shifted / np.float32(shifted + SPAN))


@inlined
def normal_from_words(high: np.uint64, low: np.uint64) -> float:
    """The float64 standard normal of the 53 high bits of two words: the quantile of (u + ½)·2⁻⁵³, to 1e-15 relative."""
    x, four_pq = _wide_folded(high, low)
    return x * _quantile(_wide_variable(four_pq))


@inlined
def _wide_folded(high: np.uint64, low: np.uint64) -> tuple[float, float]:
    """2p − 1 and 4p(1 − p)."""
    u = (high << np.uint64(21)) | (low >> np.uint64(11))
    upper = np.uint64(0) - (u >> np.uint64(52))
    folded = (u ^ upper) & np.uint64(0xFFFFFFFFFFFFF)
    tail = np.uint64(folded | TWO_52_BITS).view(np.float64) - TWO_52 + 0.5
    size = (TWO_52 - tail) * 2.0**-52
    sign = (~upper) & np.uint64(0x8000000000000000)
    x = np.uint64(np.float64(size).view(np.uint64) | sign).view(np.float64)
    return float(x), tail * 2.0**-52 * (1.0 + size)


@inlined
def _wide_variable(four_pq: float) -> float:
    """(w − W0)/(w + C) of w = −log(4p(1 − p))."""
    w = -log(four_pq)
    return (w - W0_DOUBLE) / (w + C_DOUBLE)


@borrowing
def fill_shocks(
    out: NDArray[np.float32],
    four_pq: NDArray[np.float32],
    streams: NDArray[np.uint32],
    key: np.uint64,
    first_trajectory: np.uint64,
    quarter: int,
) -> None:
    """Normals of four consecutive periods for every stream.

    ``out`` float32[n_streams * 4 * LANES] is [n_streams, 4, LANES] in one piece: [s, j, i] is period 4·quarter + j of
    trajectory first_trajectory + i. ``first_trajectory`` is a multiple of LANES; ``key`` (the seed) and it are uint64.
    ``four_pq`` float32[4 * LANES] is scratch.
    """
    words = out.view(np.uint32)
    for s in range(len(streams)):
        start = np.uint64(s) * np.uint64(4 * LANES)
        _fill_words(words.view(np.uint64), start, key, first_trajectory, np.uint64(quarter), np.uint64(streams[s]))
        _fold(words, start, four_pq)
        _fill_variable(four_pq)
        _fill_normals(out, start, four_pq)


@borrowing
def copy_shocks(
    out: NDArray[np.float32], given: NDArray[np.float32], first: int, count: int, period: int, periods: int
) -> None:
    """Read from memory what :func:`fill_shocks` would draw from ``period`` on, for ``count`` lanes.

    ``given`` float32[n_streams, T, n] has period p of lane i in row p − 1, column first + i.
    """
    for s in range(len(given)):
        for ahead in range(period, min(period | 3, periods) + 1):
            row, source = out[s, ahead & 3], given[s, ahead - 1, first : first + count]
            for i in range(count):
                row[i] = source[i]


@borrowing
def fill_listed(
    out: NDArray[np.float32],
    listed: NDArray[np.int64],
    count: int,
    stream: int,
    key: np.uint64,
    addresses: NDArray[np.uint64],
    period: int,
    sub: int,
) -> None:
    """Normals of one period for some lanes: out[i] is trajectory addresses[listed[i]], for i below ``count``.

    ``out`` is float32[LANES], ``addresses`` uint64[LANES]; ``sub`` (0 … 65535) tells the draws of one period apart, 0
    are the shocks themselves.
    """
    lane_loop()
    counter = (np.uint64(period) >> np.uint64(2)) | (np.uint64(sub) << np.uint64(16))
    k0, k1 = np.uint64(key) & LOW, np.uint64(key) >> SHIFT
    which = period & 3
    for i in range(count):
        address = addresses[np.uint64(listed[i])]
        first, second, third, fourth = philox((address & LOW,), address >> SHIFT, counter, np.uint64(stream), k0, k1)
        pair = first if which == 0 else second
        other = third if which == 2 else fourth
        out[i] = normal_from_word(np.uint32(pair if which < 2 else other))


@borrowing
def fill_input_normals(
    out: NDArray[np.float64], words: NDArray[np.uint32], stream: int, key: np.uint64, first_trajectory: np.uint64
) -> None:
    """Normals of one input, ``out`` float64[LANES], from 53-bit uniforms (words 0 and 1 of period-block 0).

    ``words`` uint32[4 * LANES] is scratch.
    """
    _fill_words(words.view(np.uint64), np.uint64(0), key, first_trajectory, np.uint64(0), np.uint64(stream))
    scratch = words[2 * LANES :].view(np.float64)  # words 2 and 3 are not used
    _wide_fold(out, scratch, words[: 2 * LANES])
    _wide_fill_variable(scratch)
    _wide_normals(out, scratch)


@borrowing
def _fill_words(
    pairs: NDArray[np.uint64],
    start: np.uint64,
    key: np.uint64,
    first_trajectory: np.uint64,
    counter: np.uint64,
    stream: np.uint64,
) -> None:
    """Words of one period-block: ``pairs`` read as uint32 (little-endian) has word j of lane i at start + j·LANES + i.

    Two lanes share a uint64, so that the 64-bit products stay in place and nothing is shuffled.
    """
    lane_loop()
    k0 = np.uint64(key) & LOW
    k1 = np.uint64(key) >> SHIFT
    first = np.uint64(first_trajectory) & LOW
    high = np.uint64(first_trajectory) >> SHIFT
    for k in range(LANES // 4):
        i = np.uint64(k)
        lane = first + (i << np.uint64(1))
        lanes = (lane, lane + np.uint64(1), lane + np.uint64(LANES // 2), lane + np.uint64(LANES // 2 + 1))
        block = philox(lanes, high, counter, stream, k0, k1)
        i += start >> np.uint64(1)
        pairs[i] = block[0] | (block[4] << SHIFT)
        pairs[i + np.uint64(LANES // 4)] = block[8] | (block[12] << SHIFT)
        pairs[i + np.uint64(LANES // 2)] = block[1] | (block[5] << SHIFT)
        pairs[i + np.uint64(3 * LANES // 4)] = block[9] | (block[13] << SHIFT)
        pairs[i + np.uint64(LANES)] = block[2] | (block[6] << SHIFT)
        pairs[i + np.uint64(5 * LANES // 4)] = block[10] | (block[14] << SHIFT)
        pairs[i + np.uint64(3 * LANES // 2)] = block[3] | (block[7] << SHIFT)
        pairs[i + np.uint64(7 * LANES // 4)] = block[11] | (block[15] << SHIFT)


@borrowing
def _fold(words: NDArray[np.uint32], start: np.uint64, four_pq: NDArray[np.float32]) -> None:
    """Replace words by the bits of 2³¹·(2p − 1)."""
    lane_loop()
    for k in range(4 * LANES):
        i = start + np.uint64(k)
        x, product = _folded(words[i])
        words[i] = np.float32(x).view(np.uint32)
        four_pq[np.uint64(k)] = product


@borrowing
def _fill_variable(out: NDArray[np.float32]) -> None:
    """Replace 2⁶²·4p(1 − p) by the variable of the last polynomial."""
    lane_loop()
    for k in range(4 * LANES):
        out[np.uint64(k)] = _variable(out[np.uint64(k)])


@borrowing
def _fill_normals(out: NDArray[np.float32], start: np.uint64, variables: NDArray[np.float32]) -> None:
    """Multiply 2³¹·(2p − 1) by the polynomial."""
    lane_loop()
    for k in range(4 * LANES):
        i = start + np.uint64(k)
        out[i] = _normal(out[i], variables[np.uint64(k)])


@borrowing
def _wide_fold(out: NDArray[np.float64], four_pq: NDArray[np.float64], words: NDArray[np.uint32]) -> None:
    """2p − 1 and 4p(1 − p) of words 0 and 1."""
    lane_loop()
    for k in range(LANES):
        i = np.uint64(k)
        out[i], four_pq[i] = _wide_folded(np.uint64(words[i]), np.uint64(words[i + np.uint64(LANES)]))


@borrowing
def _wide_fill_variable(out: NDArray[np.float64]) -> None:
    """Replace 4p(1 − p) by the variable of the last polynomial."""
    lane_loop()
    for k in range(LANES):
        out[np.uint64(k)] = _wide_variable(out[np.uint64(k)])


@borrowing
def _wide_normals(out: NDArray[np.float64], variables: NDArray[np.float64]) -> None:
    """Multiply 2p − 1 by the polynomial."""
    lane_loop()
    for k in range(LANES):
        out[np.uint64(k)] *= _quantile(variables[np.uint64(k)])
