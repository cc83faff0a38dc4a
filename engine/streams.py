"""Where randomness is addressed: Philox4x32-10 words, and normals from them by inversion."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from burncast.engine.elementary import fma, log, sqrt
from burncast.engine.kernel_cache import kernel
from burncast.engine.lanes import LANES

__all__ = [
    "STREAM_VERSION",
    "fill_input_normals",
    "fill_shock_row",
    "fill_shocks",
    "normal_from_word",
    "philox",
    "stream_id",
]

STREAM_VERSION = 1


def stream_id(name: str) -> int:
    """The 32-bit address of a named stream: the first four bytes (little-endian) of BLAKE2b of its UTF-8 name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "little")


@kernel
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """One block of Philox4x32-10: 128-bit counter, 64-bit key, four words; all in 32-bit pieces held as uint64."""
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    for _ in range(10):
        a = np.uint64(0xD2511F53) * (c0 & low)
        b = np.uint64(0xCD9E8D57) * (c2 & low)
        c0, c1, c2, c3 = (b >> shift) ^ c1 ^ k0, b & low, (a >> shift) ^ c3 ^ k1, a & low
        k0 = (k0 + np.uint64(0x9E3779B9)) & low
        k1 = (k1 + np.uint64(0xBB67AE85)) & low
    return c0, c1, c2, c3


@kernel
def _quantile(p: float, q: float) -> float:
    # AS241, PPND16
    d = p - 0.5
    r = 0.180625 - d * d
    if abs(d) <= 0.425:
        num = (
            (
                (
                    (
                        ((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r
                        + 4.5921953931549871457e4
                    )
                    * r
                    + 1.3731693765509461125e4
                )
                * r
                + 1.9715909503065514427e3
            )
            * r
            + 1.3314166789178437745e2
        ) * r + 3.3871328727963666080e0
        den = (
            (
                (
                    (
                        ((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r
                        + 2.1213794301586595867e4
                    )
                    * r
                    + 5.3941960214247511077e3
                )
                * r
                + 6.8718700749205790830e2
            )
            * r
            + 4.2313330701600911252e1
        ) * r + 1.0
        return d * num / den
    r = sqrt(-log(min(p, q)))
    if r <= 5.0:
        r -= 1.6
        num = (
            (
                (
                    (
                        ((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1)
                        * r
                        + 1.27045825245236838258e0
                    )
                    * r
                    + 3.64784832476320460504e0
                )
                * r
                + 5.76949722146069140550e0
            )
            * r
            + 4.63033784615654529590e0
        ) * r + 1.42343711074968357734e0
        den = (
            (
                (
                    (
                        ((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2)
                        * r
                        + 1.48103976427480074590e-1
                    )
                    * r
                    + 6.89767334985100004550e-1
                )
                * r
                + 1.67638483018380384940e0
            )
            * r
            + 2.05319162663775882187e0
        ) * r + 1.0
    else:
        r -= 5.0
        num = (
            (
                (
                    (
                        ((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3)
                        * r
                        + 2.65321895265761230930e-2
                    )
                    * r
                    + 2.96560571828504891230e-1
                )
                * r
                + 1.78482653991729133580e0
            )
            * r
            + 5.46378491116411436990e0
        ) * r + 6.65790464350110377720e0
        den = (
            (
                (
                    (
                        ((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5)
                        * r
                        + 7.86869131145613259100e-4
                    )
                    * r
                    + 1.48753612908506148525e-2
                )
                * r
                + 1.36929880922735805310e-1
            )
            * r
            + 5.99832206555887937690e-1
        ) * r + 1.0
    return num / den if d > 0.0 else -num / den


@kernel
def normal_from_word(word: np.uint32 | np.uint64) -> np.float32:
    """The float32 standard normal of a 32-bit uniform word u: the quantile of (u + ½)·2⁻³²."""
    u = np.float64(word)
    return np.float32(_quantile((u + 0.5) * 2.0**-32, (4294967295.5 - u) * 2.0**-32))


@kernel
def normal_from_words(high: np.uint64, low: np.uint64) -> float:
    """The float64 standard normal of 53 bits."""
    u = (np.uint64(high) << np.uint64(21)) | (np.uint64(low) >> np.uint64(11))
    d = np.float64(u) * 2.0**-53
    return _quantile(fma(1.0, d, 2.0**-54), 1.0 - d - 2.0**-54)


@kernel
def fill_shocks(
    out: NDArray[np.float32], streams: NDArray[np.uint32], key: np.uint64, first_trajectory: np.uint64, quarter: int
) -> None:
    """Normals of four consecutive periods for every stream.

    ``out`` float32[n_streams, 4, LANES]: out[s, j, i] is period 4·quarter + j of trajectory first_trajectory + i.
    ``first_trajectory`` is a multiple of LANES; ``key`` (the seed) and it are uint64.
    """
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    for s in range(len(streams)):
        stream = np.uint64(streams[s])
        for i in range(LANES):
            t = np.uint64(first_trajectory) + np.uint64(i)
            a, b, c, d = philox(
                t & low, t >> shift, np.uint64(quarter), stream, np.uint64(key) & low, np.uint64(key) >> shift
            )
            out[s, 0, i] = normal_from_word(a)
            out[s, 1, i] = normal_from_word(b)
            out[s, 2, i] = normal_from_word(c)
            out[s, 3, i] = normal_from_word(d)


@kernel
def fill_shock_row(
    out: NDArray[np.float32], stream: int, key: np.uint64, first_trajectory: np.uint64, period: int, sub: int
) -> None:
    """Normals of one period, ``out`` float32[LANES]; ``sub`` (0 … 65535) tells its draws apart, 0 the shocks'."""
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    for i in range(LANES):
        t = np.uint64(first_trajectory) + np.uint64(i)
        words = philox(
            t & low,
            t >> shift,
            (np.uint64(period) >> np.uint64(2)) | (np.uint64(sub) << np.uint64(16)),
            np.uint64(stream),
            np.uint64(key) & low,
            np.uint64(key) >> shift,
        )
        j = np.uint64(period) & np.uint64(3)
        word = words[0] if j == 0 else words[1] if j == 1 else words[2] if j == 2 else words[3]
        out[i] = normal_from_word(word)


@kernel
def fill_input_normals(out: NDArray[np.float64], stream: int, key: np.uint64, first_trajectory: np.uint64) -> None:
    """Normals of one input, ``out`` float64[LANES], from 53-bit uniforms (words 0 and 1 of period-block 0)."""
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    for i in range(LANES):
        t = np.uint64(first_trajectory) + np.uint64(i)
        a, b, _, _ = philox(
            t & low, t >> shift, np.uint64(0), np.uint64(stream), np.uint64(key) & low, np.uint64(key) >> shift
        )
        out[i] = normal_from_words(a, b)
