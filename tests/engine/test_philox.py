"""Known answers: the lines ``philox4x32 10`` of ``kat_vectors`` in Random123 1.14 (D. E. Shaw Research)."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from burncast.engine.draws import streams_numpy
from burncast.engine.draws.philox import philox

KNOWN = [
    (
        (0x00000000, 0x00000000, 0x00000000, 0x00000000),
        (0x00000000, 0x00000000),
        (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8),
    ),
    (
        (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF),
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@numba.njit
def two_blocks(c0, other, c1, c2, c3, k0, k1):
    return philox((c0, other), c1, c2, c3, k0, k1)


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_known_answers_of_random123(counter, key, words):
    assert tuple(int(word) for word in streams_numpy.philox(counter, key)) == words
    c0, c1, c2, c3, k0, k1 = (np.uint64(part) for part in (*counter, *key))
    assert two_blocks(c0, np.uint64(5), c1, c2, c3, k0, k1)[:4] == words
    assert two_blocks(np.uint64(5), c0, c1, c2, c3, k0, k1)[4:] == words
