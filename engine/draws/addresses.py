"""The names of streams: a draw is addressed by what it is drawn for, never by where that stands in a scenario."""

from __future__ import annotations

import hashlib

__all__ = ["MOST_JUMPS", "STREAM_VERSION", "stream_id"]

STREAM_VERSION = 1
"""Changes whenever an address would give another draw."""

MOST_JUMPS = 65_535
"""Jumps of one process in one period that have sub-streams of their own: more than these are an error."""


def stream_id(name: str) -> int:
    """The 32-bit address of a named stream: the first four bytes (little-endian) of BLAKE2b of its UTF-8 name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "little")
