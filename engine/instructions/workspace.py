"""What the machine's kernels work on: a program's arrays, which threads share, and the memory of one thread."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from burncast.engine.numerics.lanes import LANES
from burncast.engine.program import FIELDS, OPCODES, Program

__all__ = [
    "AUX",
    "OPERATION",
    "OUT",
    "PADDING",
    "A",
    "B",
    "C",
    "Code",
    "K",
    "L",
    "Workspace",
    "aligned",
    "code_of",
    "row_by_row",
    "workspace_for",
]

OPERATION, OUT, A, B, C, K, L, AUX = range(8)
"""Columns of an instruction of one row: :data:`~burncast.engine.program.FIELDS` without count and steps."""

_ADVANCING = ("draw", "record r")
"""Instructions whose ``aux`` is one more for each further row, beside those that read shocks."""

CACHE_LINE = 64
LARGE_PAGE = 1 << 21
ASKING = 1 << 22
"""From so many bytes on NumPy asks for large pages (Linux)."""
PADDING = 8
"""Lanes that are never used: rows a multiple of 2 KiB apart would share the low bits of their addresses, and a load
that follows a store to another row would wait for it (4K aliasing)."""

Number = TypeVar("Number", np.float32, np.float64)


class Code(NamedTuple):
    """A program as the kernels take it: read-only arrays, shared by all threads (see :class:`Program`).

    ``setup``, ``odd`` and ``even`` uint64[n, 8] have one line for each row that an instruction computes; that of a
    jump has the place of the row among its instruction's in ``C``.
    """

    periods: int
    setup: NDArray[np.uint64]
    odd: NDArray[np.uint64]
    even: NDArray[np.uint64]
    scalars: NDArray[np.float64]
    tables: NDArray[np.float64]
    table_index: NDArray[np.int64]
    shocks: NDArray[np.uint32]
    draws: NDArray[np.uint32]


class Workspace(NamedTuple):
    """What one thread writes while it runs a block.

    ``rows`` float64[rows, LANES + PADDING] are the registers, ``normals`` float32[shocks, 4, LANES] the shocks of four
    periods and ``drawn`` the same memory in one piece; ``scratch`` float32[2, LANES], ``wide`` float64[3, LANES +
    PADDING], ``listed`` int64[LANES], ``words`` uint32[4 * LANES], ``four_pq`` float32[4 * LANES] and ``passage``
    int64[LANES] are for work in several passes; ``paths`` float64[k, elements, T + 1] keeps k trajectories from
    ``first_path`` on.

    ``addresses`` uint64[LANES] are the trajectories whose jumps the lanes draw. With ``is_given`` = 1 the normals are
    read from memory, column i for the i-th trajectory of a call: ``given_inputs`` float64[draws, n], ``given_shocks``
    float32[shocks, T, n] and ``given_addresses`` uint64[n]. ``passages`` int64[n] and ``needs`` float64[n] take the
    first passage (−1: it failed) and the need of every trajectory of a call (empty: they are not kept); ``least_need``
    is what the need is at least. Given jumps are drawn under ``past_seed`` before period ``own_from``, and from then on
    as those of the trajectory itself; where that is 0, they are the given ones throughout.

    ``kept`` float64[n / LANES, k, LANES] is what instructions keep of every block of trajectories, and recall, one row
    after the other (:mod:`burncast.engine.what_if.partial_program`).
    """

    rows: NDArray[np.float64]
    normals: NDArray[np.float32]
    drawn: NDArray[np.float32]
    scratch: NDArray[np.float32]
    wide: NDArray[np.float64]
    listed: NDArray[np.int64]
    words: NDArray[np.uint32]
    four_pq: NDArray[np.float32]
    passage: NDArray[np.int64]
    paths: NDArray[np.float64]
    first_path: int
    addresses: NDArray[np.uint64]
    is_given: int
    given_inputs: NDArray[np.float64]
    given_shocks: NDArray[np.float32]
    given_addresses: NDArray[np.uint64]
    passages: NDArray[np.int64]
    needs: NDArray[np.float64]
    least_need: float
    own_from: int
    past_seed: np.uint64
    kept: NDArray[np.float64]


def code_of(program: Program) -> Code:
    """The arrays of ``program``."""
    return Code(
        program.periods,
        row_by_row(program.setup),
        row_by_row(program.odd),
        row_by_row(program.even),
        program.scalars,
        program.tables,
        program.table_index,
        program.shocks,
        program.draws,
    )


def row_by_row(block: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The instructions of ``block``, a line uint64[8] for each row."""
    column: dict[str, NDArray[np.int64]] = {name: block[:, place] for place, name in enumerate(FIELDS)}
    counts = column["count"]
    line = np.repeat(np.arange(len(block)), counts)
    place = np.arange(len(line)) - (np.cumsum(counts) - counts)[line]
    advancing = [number for name, number in OPCODES.items() if "z" in name.partition(" ")[2] or name in _ADVANCING]
    lines = np.zeros((len(line), 8), np.int64)
    lines[:, OPERATION] = column["op"][line]
    lines[:, OUT] = column["out"][line] + place
    for name, into in (("a", A), ("b", B), ("c", C), ("k", K), ("l", L)):
        lines[:, into] = column[name][line] + place * column[f"{name}_step"][line]
    lines[:, AUX] = column["aux"][line] + np.where(np.isin(column["op"], advancing)[line], place, 0)
    lines[:, C] += np.where(column["op"] == OPCODES["jumps rr"], 1, 0)[line] * place
    return lines.astype(np.uint64)


def workspace_for(program: Program, paths: NDArray[np.float64], first_path: int = 0) -> Workspace:
    """Registers and shock buffers for one thread."""
    normals = aligned((max(len(program.shocks), 1), 4, LANES), np.float32)
    return Workspace(
        aligned((program.rows, LANES + PADDING), np.float64),
        normals,
        normals.reshape(-1),
        aligned((2, LANES), np.float32),
        aligned((3, LANES + PADDING), np.float64),
        np.zeros(LANES, dtype=np.int64),
        np.zeros(4 * LANES, dtype=np.uint32),
        aligned((4 * LANES,), np.float32),
        np.zeros(LANES, dtype=np.int64),
        paths,
        first_path,
        np.zeros(LANES, dtype=np.uint64),
        0,
        np.empty((0, 0), dtype=np.float64),
        np.empty((0, 0, 0), dtype=np.float32),
        np.empty(0, dtype=np.uint64),
        np.empty(0, dtype=np.int64),
        np.empty(0, dtype=np.float64),
        0.0,
        0,
        np.uint64(0),
        np.empty((0, 0, 0), dtype=np.float64),
    )


def aligned(shape: tuple[int, ...], kind: type[Number]) -> NDArray[Number]:
    """Zeros that begin on a cache line, so that no vector of a row straddles two; many of them on a large page.

    NumPy asks for large pages where an allocation is large, and only what is used of it becomes resident. Registers on
    pages of 4 KiB each lie on two or three, and the processor remembers where some sixty are.
    """
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    edge, room = (LARGE_PAGE, ASKING) if size > LARGE_PAGE // 8 else (CACHE_LINE, 0)
    raw = np.zeros(max(size + edge, room), dtype=np.uint8)
    first = -raw.ctypes.data % edge
    return raw[first : first + size].view(kind).reshape(shape)
