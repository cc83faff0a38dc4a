"""Direction numbers of Sobol's sequence, and their random scrambling.

Numbers: Joe and Kuo (2008, "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput.
30), set new-joe-kuo-6, 21,201 dimensions, as SciPy ships them; reading them imports no SciPy module.

Scrambling: Matoušek (1998, "On the L2-discrepancy for anchored boxes"): each digit becomes itself plus a random linear
combination of the digits before it, and all are shifted at random. Any point is then uniform and any two points are
distributed as under Owen's nested scrambling (1995), so that estimates are unbiased with the same variance; and
generating a point costs no more than without scrambling, since the direction numbers themselves are scrambled.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from burncast.engine.draws.design import TAG
from burncast.engine.draws.streams_numpy import philox
from burncast.engine.numerics.kernel_cache import kernel

__all__ = ["BITS", "directions", "scrambled"]

BITS = 32


def directions(dimensions: int) -> NDArray[np.uint32]:
    """Direction numbers uint32[dimensions, 32]: XORed where the index has a bit; the first digit is the highest bit."""
    polynomials, initial = (column[:dimensions] for column in _published())
    result = np.zeros((dimensions, BITS), np.int64)
    result[0] = 1 << np.arange(BITS - 1, -1, -1)
    degrees = np.array([int(polynomial).bit_length() - 1 for polynomial in polynomials])
    for degree in range(1, int(degrees.max(initial=0)) + 1):
        some = np.flatnonzero(degrees == degree)
        columns = [initial[some, k] << (BITS - 1 - k) for k in range(degree)]
        for k in range(degree, BITS):
            value = columns[k - degree] ^ (columns[k - degree] >> degree)
            for i in range(1, degree):
                value = value ^ columns[k - i] * ((polynomials[some] >> (degree - i)) & 1)
            columns.append(value)
        if len(some):
            result[some] = np.stack(columns[:BITS], axis=1)
    return result.astype(np.uint32)


@functools.cache
def _published() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Primitive polynomials int64[21201] and initial numbers int64[21201, 18]."""
    spec = importlib.util.find_spec("scipy")
    places = None if spec is None else spec.submodule_search_locations
    file = Path(*(places or [])[:1]) / "stats" / "_sobol_direction_numbers.npz"
    with np.load(file) as numbers:
        return numbers["poly"].astype(np.int64), numbers["vinit"].astype(np.int64)


def scrambled(
    numbers: NDArray[np.uint32], replications: int, seed: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Independent scramblings: direction numbers uint32[dimensions, 32, replications], shifts uint32[dimensions,
    replications].
    """
    count = len(numbers)
    dimension, replication, row = np.meshgrid(
        np.arange(count, dtype=np.uint64),
        np.arange(replications, dtype=np.uint64),
        np.arange(BITS + 1, dtype=np.uint64),
        indexing="ij",
    )
    words = philox((dimension, row, np.uint64(1 << 31) + replication, TAG), (int(seed) & 0xFFFFFFFF, int(seed) >> 32))[
        0
    ].astype(np.uint32)
    result = np.empty((count, BITS, replications), np.uint32)
    _scramble(numbers, words, result)
    return result, np.ascontiguousarray(words[:, :, BITS])


@kernel
def _scramble(numbers: NDArray[np.uint32], words: NDArray[np.uint32], out: NDArray[np.uint32]) -> None:
    """Digit i becomes itself plus those of the digits before it that a random word chooses."""
    for dimension in range(out.shape[0]):
        for replication in range(out.shape[2]):
            for k in range(BITS):
                number = numbers[dimension, k]
                mixed = np.uint32(0)
                for i in range(BITS):
                    own = np.uint32(0x80000000) >> np.uint32(i)
                    before = np.uint32(~((own << np.uint32(1)) - np.uint32(1))) if i > 0 else np.uint32(0)
                    bits = np.uint32(number & ((words[dimension, replication, i] & before) | own))
                    bits = np.uint32(bits ^ (bits >> np.uint32(16)))
                    bits = np.uint32(bits ^ (bits >> np.uint32(8)))
                    bits = np.uint32(bits ^ (bits >> np.uint32(4)))
                    bits = np.uint32((np.uint32(0x6996) >> (bits & np.uint32(15))) & np.uint32(1))
                    mixed = np.uint32(mixed | (bits << np.uint32(BITS - 1 - i)))
                out[dimension, k, replication] = mixed
