"""A program for the vector machine: instructions over rows of lanes, in three blocks, and the data they refer to.

========  ==========================================================================================
block     runs
========  ==========================================================================================
setup     once per block of trajectories: inputs, what they determine, opening states, period 0
odd       in periods 1, 3, 5, …: reads states from one set of rows and writes them into the other
even      in periods 2, 4, 6, …: the same instructions with the two sets exchanged
========  ==========================================================================================

An instruction is one line of an int64 array; :data:`FIELDS` names its columns. It covers ``count`` rows: operand ``a``
of row i is row ``a + i * a_step``, so that a step of 0 repeats an operand and a step of 1 walks along it. ``k`` and
``l`` address scalars in the same way: values that every trajectory shares, one column of ``scalars`` per period.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.engine.draws.particles import Particles

__all__ = ["FIELDS", "OPCODES", "Program", "Tracked"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FIELDS = ("op", "count", "out", "a", "a_step", "b", "b_step", "c", "c_step", "k", "k_step", "l", "l_step", "aux")

#: Operand letters say what each instruction reads: r a row, s a scalar, z a shock. Numbers are part of the kernel.
OPCODES: dict[str, int] = {
    name: number
    for number, name in enumerate(
        (
            "move r", "fill s", "widen z",
            "add rr", "add rs", "subtract rr", "subtract sr", "multiply rr", "multiply rs", "divide rr", "divide sr",
            "negate r", "absolute r", "minimum rr", "minimum rs", "maximum rr", "maximum rs", "modulo rr",
            "sqrt r", "floor r", "exp r", "log r", "power rr", "normal_cdf r",
            "less rr", "less rs", "less sr", "less_equal rr", "less_equal rs", "less_equal sr",
            "equal rr", "equal rs", "not_equal rr", "not_equal rs",
            "where rrr", "where rrs", "where rsr", "where rss",
            "fma rrr", "fma rrs", "fma rsr", "fma rss", "fnma rrr", "fms rrr",
            "fma szs", "fma rzr", "fma szr", "gbm rszs", "gbm rrzr",
            "total r", "draw", "transport r", "lookup r", "interp r",
            "poisson rr", "binomial rrr", "markov rr", "jumps rr", "lag r", "window r",
            "check r", "record r", "ruin r", "need r", "keep r", "recall",
        )
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tracked:
    """A quantity whose distribution is kept: its rows in the tally and its dimensions.

    Element e of ``elements`` at period t is row ``(first_element + e) * (T + 1) + t`` of the tally; periods before
    ``first_period`` (1 for formulas, which have no opening value) are empty.
    """

    name: str
    dims: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    first_element: int
    elements: int
    first_period: int


@dataclass(frozen=True, slots=True)
class Program:
    """Instructions and data of a compiled scenario; everything an engine needs, nothing of the language.

    ``scalars`` has shape (T + 1, number of scalars); ``tables`` is one flat array into which ``table_index`` points
    (shape (tables, 4): kind, offset, length, second length); ``shocks`` holds the 32-bit streams drawn every period and
    ``draws`` those drawn once or on demand. The labels name the
    quantity that an instruction of ``setup``, ``odd`` and ``even`` finishes, or are empty. ``particles`` are what
    trajectories begin with instead of drawing it (None: they draw everything).
    """

    periods: int
    setup: Integers
    odd: Integers
    even: Integers
    rows: int
    scalars: Floats
    tables: Floats
    table_index: Integers
    shocks: NDArray[np.uint32]
    draws: NDArray[np.uint32]
    tracked: tuple[Tracked, ...]
    setup_labels: tuple[str, ...]
    step_labels: tuple[str, ...]
    shock_names: tuple[str, ...]
    draw_names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    particles: Particles | None = None

    @property
    def tally_rows(self) -> int:
        """Rows that the tally needs: every tracked element at every period, then the funding need."""
        return sum(item.elements for item in self.tracked) * (self.periods + 1) + 1
