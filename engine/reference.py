"""The reference backend: the same programs as the machine runs, read by plain NumPy, all trajectories at once.

It is the oracle of the machine: slow, short, and written without looking at the kernels. Streams, elementary functions
and fused multiply-adds have NumPy twins, so its results are the machine's to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.engine.draws import streams_numpy
from burncast.engine.draws.addresses import MOST_JUMPS
from burncast.engine.instructions import counts_numpy
from burncast.engine.instructions.machine_rows import CHECK_ROW, NEED_ROW, PASSAGE_ROW
from burncast.engine.instructions.normals import Normals
from burncast.engine.instructions.operations import FOLDABLE
from burncast.engine.numerics import elementary_numpy as elementary
from burncast.engine.program import FIELDS, OPCODES, Program

__all__ = ["Reference", "run_reference"]

Floats = NDArray[np.float64]

_NAMES = {number: name for name, number in OPCODES.items()}


@dataclass(frozen=True)
class Reference:
    """What a reference run leaves: ``recorded`` float64[elements, T + 1, trajectories] (NaN where nothing is recorded),
    ``passage`` int64[trajectories] (T + 1: never), ``need`` float64[trajectories], and ``failure`` int64[trajectories],
    the period in which something that is checked was first NaN or infinite (T + 1: never).
    """

    recorded: Floats
    passage: NDArray[np.int64]
    need: Floats
    failure: NDArray[np.int64]

    @property
    def sound(self) -> NDArray[np.bool_]:
        """Whether everything that is checked stayed finite."""
        return np.asarray(self.failure == self.recorded.shape[1])


def run_reference(
    program: Program, seed: int, trajectories: NDArray[np.uint64], normals: Normals | None = None
) -> Reference:
    """Run the given trajectories of ``program``, any and in any order.

    With ``normals`` they are read, one column for each trajectory, and only the jumps are drawn.
    """
    run = _Run(program, seed, np.asarray(trajectories, dtype=np.uint64), normals)
    rows = run.rows
    failure = np.full(len(run.trajectories), program.periods + 1)
    with np.errstate(all="ignore"):
        for period in range(program.periods + 1):
            run.execute(program.setup if period == 0 else program.odd if period % 2 else program.even, period)
            failure = np.where(rows[CHECK_ROW] == 0.0, failure, np.minimum(failure, period))
    return Reference(run.recorded, rows[PASSAGE_ROW].astype(np.int64), rows[NEED_ROW].copy(), failure)


@dataclass(slots=True)
class _Line:
    """One row of one instruction: its operands, and the fields that are not rows."""

    run: _Run
    fields: dict[str, int]
    row: int
    period: int

    def __getitem__(self, field: str) -> int:
        return self.fields[field]

    def operand(self, field: str) -> Floats:
        row: Floats = self.run.rows[self.fields[field] + self.row * self.fields[f"{field}_step"]]
        return row

    def scalar(self, field: str) -> float:
        return float(
            self.run.program.scalars[self.period, self.fields[field] + self.row * self.fields[f"{field}_step"]]
        )

    @property
    def x(self) -> Floats:
        return self.operand("a")

    @property
    def y(self) -> Floats:
        return self.operand("b")

    @property
    def w(self) -> Floats:
        return self.operand("c")

    @property
    def s(self) -> float:
        return self.scalar("k")

    @property
    def r(self) -> float:
        return self.scalar("l")

    @property
    def z(self) -> Floats:
        number = self["aux"] + self.row
        if self.run.normals is not None:
            return np.asarray(self.run.normals.shocks[number, self.period - 1], np.float64)
        stream = int(self.run.program.shocks[number])
        return streams_numpy.shocks(self.run.seed, stream, self.run.trajectories, self.period).astype(np.float64)

    @property
    def ring(self) -> tuple[int, NDArray[np.int64]]:
        """The slot of this period, and the rows of all slots."""
        length = self["aux"] >> 1
        return self.period % length, self["b"] + self.row + self["c"] * np.arange(length)


class _Run:
    def __init__(self, program: Program, seed: int, trajectories: NDArray[np.uint64], normals: Normals | None) -> None:
        self.program, self.seed, self.trajectories, self.normals = program, seed, trajectories, normals
        self.rows = np.zeros((program.rows, len(trajectories)))
        self.rows[PASSAGE_ROW] = program.periods + 1
        elements = sum(item.elements for item in program.tracked)
        self.recorded = np.full((elements, program.periods + 1, len(trajectories)), np.nan)

    def execute(self, block: NDArray[np.int64], period: int) -> None:
        """Run one block of instructions."""
        for numbers in block:
            fields = dict(zip(FIELDS, (int(number) for number in numbers), strict=True))
            for row in range(fields["count"]):
                self._instruction(_NAMES[fields["op"]], _Line(self, fields, row, period))

    def _instruction(self, name: str, line: _Line) -> None:
        base, _, operands = name.partition(" ")
        if name in _DUTIES:
            _DUTIES[name](self, line)
            return
        if name in _RESULTS:
            result = _RESULTS[name](line)
        else:
            rows, scalars = iter("abc"), iter("kl")
            result = FOLDABLE[base](
                *(line.scalar(next(scalars)) if kind == "s" else line.operand(next(rows)) for kind in operands)
            )
        self.rows[line["out"] + line.row] = result

    def table(self, number: int, x: Floats) -> Floats:
        """Look ``x`` up in a table of the program."""
        kind, offset, length, _ = (int(field) for field in self.program.table_index[number])
        tables = self.program.tables
        if kind == 1:
            edges, values = tables[offset : offset + length - 1], tables[offset + length - 1 : offset + 2 * length - 1]
            return np.asarray(values[np.searchsorted(edges, x, side="right")])
        if kind == 2:
            knots = tables[offset : offset + length]
            piece = np.maximum(np.searchsorted(knots, x, side="right") - 1, 0)
            d = np.maximum(x - knots[piece], 0.0)
            return _cubic(d, tables[offset + length : offset + 5 * length].reshape(length, 4)[piece])
        if kind == 3:
            points = tables[offset : offset + 2 * length].reshape(2, length)
            return FOLDABLE["interp"](x, (tuple(points[0]), tuple(points[1])))
        place = np.clip((x - tables[offset]) * tables[offset + 1], 0.0, float(length))
        piece = np.minimum(np.where(np.isnan(place), 0.0, place).astype(np.int64), length - 1)
        t = place - piece
        return _cubic(t, tables[offset + 2 : offset + 2 + 4 * length].reshape(length, 4)[piece])


def _cubic(t: Floats, coefficients: Floats) -> Floats:
    first, second, third, fourth = coefficients.T
    return elementary.fma(t, elementary.fma(t, elementary.fma(t, fourth, third), second), first)


def _draw(line: _Line) -> Floats:
    number = line["aux"] + line.row
    if line.run.normals is not None:
        return np.array(line.run.normals.inputs[number])
    stream = int(line.run.program.draws[number])
    return streams_numpy.input_normals(line.run.seed, stream, line.run.trajectories)


def _total(line: _Line) -> Floats:
    first = line["a"] + line.row * line["a_step"]
    result: Floats = line.run.rows[first]
    for term in range(1, line["aux"]):
        result = result + line.run.rows[first + term * line["c"]]
    return result


def _markov(line: _Line) -> Floats:
    _, offset, states, _ = (int(field) for field in line.run.program.table_index[line["aux"]])
    edges = line.run.program.tables[offset : offset + states * (states - 1)].reshape(states, states - 1)
    return np.asarray((edges[line.x.astype(np.int64)] <= line.y[:, None]).sum(axis=1), dtype=np.float64)


def _jumps(line: _Line) -> Floats:
    run = line.run
    _, sizes, first, per_element = (int(field) for field in run.program.table_index[line["aux"]])
    streams = [int(stream) for stream in run.program.draws[first + line.row * per_element :][:per_element]]
    seed, addresses = run.seed, run.trajectories
    if run.normals is not None and line.period < run.normals.own_from:
        seed, addresses = run.normals.past_seed, run.normals.addresses
    counts = line.x
    result = np.where(counts <= MOST_JUMPS, 0.0, np.nan)
    for jump in range(int(np.max(counts, where=counts <= MOST_JUMPS, initial=0.0))):
        z = [streams_numpy.shocks(seed, stream, addresses, line.period, jump) for stream in streams]
        worth = run.table(sizes, z[0].astype(np.float64))
        if per_element == 2:
            worth = worth * elementary.exp(-line.y * elementary.normal_cdf(z[1].astype(np.float64)))
        result = np.where(counts > jump, result + worth, result)
    return result


def _lag(line: _Line) -> Floats:
    slot, rows = line.ring
    if line["aux"] & 1 and line.period == 1:
        line.run.rows[rows] = line.x
    oldest: Floats = line.run.rows[rows[slot]].copy()
    line.run.rows[rows[slot]] = line.x
    return oldest


def _window(line: _Line) -> Floats:
    slot, rows = line.ring
    line.run.rows[rows[slot]] = line.x
    result: Floats = line.run.rows[rows[0]]
    for row in rows[1:]:
        result = result + line.run.rows[row]
    return result


def _check(run: _Run, line: _Line) -> None:
    run.rows[CHECK_ROW] += line.x * 0.0


def _record(run: _Run, line: _Line) -> None:
    run.recorded[line["aux"] + line.row, line.period] = line.x


def _ruin(run: _Run, line: _Line) -> None:
    reached = np.minimum(run.rows[PASSAGE_ROW], line.period)
    run.rows[PASSAGE_ROW] = np.where(line.x != 0.0, reached, run.rows[PASSAGE_ROW])


def _need(run: _Run, line: _Line) -> None:
    run.rows[NEED_ROW] = np.where(line.x > run.rows[NEED_ROW], line.x, run.rows[NEED_ROW])


_DUTIES: dict[str, Callable[[_Run, _Line], None]] = {
    "check r": _check,
    "record r": _record,
    "ruin r": _ruin,
    "need r": _need,
}
_RESULTS: dict[str, Callable[[_Line], Floats | float]] = {
    "move r": lambda line: line.x,
    "fill s": lambda line: line.s,
    "widen z": lambda line: line.z,
    "fma rrr": lambda line: elementary.fma(line.x, line.y, line.w),
    "fma rrs": lambda line: elementary.fma(line.x, line.y, line.s),
    "fma rsr": lambda line: elementary.fma(line.x, line.s, line.y),
    "fma rss": lambda line: elementary.fma(line.x, line.s, line.r),
    "fnma rrr": lambda line: elementary.fma(-line.x, line.y, line.w),
    "fms rrr": lambda line: elementary.fma(line.x, line.y, -line.w),
    "fma szs": lambda line: elementary.fma(line.z, line.s, line.r),
    "fma rzr": lambda line: elementary.fma(line.z, line.x, line.y),
    "fma szr": lambda line: elementary.fma(line.z, line.s, line.x),
    "gbm rszs": lambda line: line.x * elementary.exp(elementary.fma(line.z, line.s, line.r)),
    "gbm rrzr": lambda line: line.x * elementary.exp(elementary.fma(line.z, line.y, line.w)),
    "total r": _total,
    "draw": _draw,
    "transport r": lambda line: line.run.table(line["aux"], line.x),
    "lookup r": lambda line: line.run.table(line["aux"], line.x),
    "interp r": lambda line: line.run.table(line["aux"], line.x),
    "poisson rr": lambda line: counts_numpy.poisson_quantile(line.x, line.y),
    "binomial rrr": lambda line: counts_numpy.binomial_quantile(line.x, line.y, line.w),
    "markov rr": _markov,
    "jumps rr": _jumps,
    "lag r": _lag,
    "window r": _window,
}
