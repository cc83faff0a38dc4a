"""The reference backend: the same programs as the machine runs, read by plain NumPy, all trajectories at once.

It is the machine's oracle and the engine of replays: slow, short, and written without looking at the kernels. Streams,
elementary functions and fused multiply-adds have NumPy twins, so its results are the machine's to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.engine import counts_numpy, streams_numpy
from burncast.engine import elementary_numpy as elementary
from burncast.engine.machine_rows import CHECK_ROW, NEED_ROW, PASSAGE_ROW
from burncast.engine.operations import FOLDABLE
from burncast.engine.program import FIELDS, OPCODES, Program

__all__ = ["Reference", "run_reference"]

Floats = NDArray[np.float64]

_NAMES = {number: name for name, number in OPCODES.items()}
_FMA: dict[str, Callable[..., Floats]] = {
    "fma rrr": lambda x, y, w, s, r: elementary.fma(x, y, w),
    "fma rrs": lambda x, y, w, s, r: elementary.fma(x, y, s),
    "fma rsr": lambda x, y, w, s, r: elementary.fma(x, s, y),
    "fma rss": lambda x, y, w, s, r: elementary.fma(x, s, r),
    "fnma rrr": lambda x, y, w, s, r: elementary.fma(-x, y, w),
    "fms rrr": lambda x, y, w, s, r: elementary.fma(x, y, -w),
}
_WITH_SHOCK: dict[str, Callable[..., Floats]] = {
    "widen z": lambda z, x, y, w, s, r: z,
    "fma szs": lambda z, x, y, w, s, r: elementary.fma(z, s, r),
    "fma rzr": lambda z, x, y, w, s, r: elementary.fma(z, x, y),
    "fma szr": lambda z, x, y, w, s, r: elementary.fma(z, s, x),
    "gbm rszs": lambda z, x, y, w, s, r: x * elementary.exp(elementary.fma(z, s, r)),
    "gbm rrzr": lambda z, x, y, w, s, r: x * elementary.exp(elementary.fma(z, y, w)),
}


@dataclass(frozen=True)
class Reference:
    """What a reference run leaves: ``recorded`` float64[elements, T + 1, trajectories] (NaN where nothing is recorded),
    ``passage`` int64[trajectories] (T + 1: never), ``need`` float64[trajectories], and ``sound``, whether everything
    that is checked stayed finite.
    """

    recorded: Floats
    passage: NDArray[np.int64]
    need: Floats
    sound: NDArray[np.bool_]


def run_reference(program: Program, seed: int, trajectories: NDArray[np.uint64]) -> Reference:
    """Run the given trajectories of ``program``, any and in any order."""
    run = _Run(program, seed, np.asarray(trajectories, dtype=np.uint64))
    with np.errstate(all="ignore"):
        run.execute(program.setup, 0)
        for period in range(1, program.periods + 1):
            run.execute(program.odd if period % 2 else program.even, period)
    rows = run.rows
    return Reference(run.recorded, rows[PASSAGE_ROW].astype(np.int64), rows[NEED_ROW].copy(), rows[CHECK_ROW] == 0.0)


class _Run:
    def __init__(self, program: Program, seed: int, trajectories: NDArray[np.uint64]) -> None:
        self.program, self.seed, self.trajectories = program, seed, trajectories
        self.rows = np.zeros((program.rows, len(trajectories)))
        self.rows[PASSAGE_ROW] = program.periods + 1
        elements = sum(item.elements for item in program.tracked)
        self.recorded = np.full((elements, program.periods + 1, len(trajectories)), np.nan)

    def execute(self, block: NDArray[np.int64], period: int) -> None:
        """Run one block of instructions."""
        for line in block:
            fields = dict(zip(FIELDS, (int(number) for number in line), strict=True))
            for row in range(fields["count"]):
                self._instruction(_NAMES[fields["op"]], fields, row, period)

    def _instruction(self, name: str, fields: dict[str, int], i: int, period: int) -> None:
        rows, scalars = self.rows, self.program.scalars[period]
        out, aux = fields["out"] + i, fields["aux"]
        x = rows[fields["a"] + i * fields["a_step"]]
        y = rows[fields["b"] + i * fields["b_step"]]
        w = rows[fields["c"] + i * fields["c_step"]] if name in _THREE_ROWS else x
        s = scalars[fields["k"] + i * fields["k_step"]]
        r = scalars[fields["l"] + i * fields["l_step"]]
        base, _, operands = name.partition(" ")
        if name in _FMA:
            rows[out] = _FMA[name](x, y, w, s, r)
        elif name in _WITH_SHOCK:
            z = self._shock(self.program.shocks[aux + i], period)
            rows[out] = _WITH_SHOCK[name](z, x, y, w, s, r)
        elif base in FOLDABLE and base != "interp":
            available = iter((x, y, w))
            known = iter((s, r))
            rows[out] = FOLDABLE[base](*(next(known) if kind == "s" else next(available) for kind in operands))
        else:
            _DUTIES[base](self, fields, i, period, out, x, y, w, s)

    def _shock(self, stream: np.uint32, period: int) -> Floats:
        return streams_numpy.shocks(self.seed, int(stream), self.trajectories, period).astype(np.float64)

    # -- instructions that are more than arithmetic -------------------------------------------------------------------
    def move(self, fields: dict[str, int], i: int, period: int, out: int, x: Floats, *_: Floats) -> None:
        self.rows[out] = x

    def fill(
        self, fields: dict[str, int], i: int, period: int, out: int, x: Floats, y: Floats, w: Floats, s: Floats
    ) -> None:
        self.rows[out] = s

    def draw(self, fields: dict[str, int], i: int, period: int, out: int, *_: Floats) -> None:
        stream = int(self.program.draws[fields["aux"] + i])
        self.rows[out] = streams_numpy.input_normals(self.seed, stream, self.trajectories)

    def total(self, fields: dict[str, int], i: int, period: int, out: int, *_: Floats) -> None:
        first = fields["a"] + i * fields["a_step"]
        result = self.rows[first].copy()
        for term in range(1, fields["aux"]):
            result = result + self.rows[first + term * fields["c"]]
        self.rows[out] = result

    def lookup(self, fields: dict[str, int], i: int, period: int, out: int, x: Floats, *_: Floats) -> None:
        self.rows[out] = self._table(fields["aux"], x)

    def poisson(self, fields: dict[str, int], i: int, period: int, out: int, x: Floats, y: Floats, *_: Floats) -> None:
        self.rows[out] = counts_numpy.poisson_quantile(x, y)

    def binomial(
        self, fields: dict[str, int], i: int, period: int, out: int, x: Floats, y: Floats, w: Floats, s: Floats
    ) -> None:
        self.rows[out] = counts_numpy.binomial_quantile(x, y, w)

    def markov(self, fields: dict[str, int], i: int, period: int, out: int, x: Floats, y: Floats, *_: Floats) -> None:
        _, offset, states, _ = (int(number) for number in self.program.table_index[fields["aux"]])
        edges = self.program.tables[offset : offset + states * (states - 1)].reshape(states, states - 1)
        self.rows[out] = (edges[x.astype(np.int64)] <= y[:, None]).sum(axis=1)

    def jumps(self, fields: dict[str, int], i: int, period: int, out: int, x: Floats, y: Floats, *_: Floats) -> None:
        _, sizes, first, per_element = (int(number) for number in self.program.table_index[fields["aux"]])
        result = np.zeros_like(x)
        most = int(np.nanmax(x, initial=0.0))
        for jump in range(most):
            streams = [int(stream) for stream in self.program.draws[first + i * per_element :][:per_element]]
            z = [streams_numpy.shocks(self.seed, stream, self.trajectories, period, jump) for stream in streams]
            worth = self._table(sizes, z[0].astype(np.float64))
            if per_element == 2:
                worth = worth * elementary.exp(-y * elementary.normal_cdf(z[1].astype(np.float64)))
            result = np.where(x > jump, result + worth, result)
        self.rows[out] = result

    def lag(self, fields: dict[str, int], i: int, period: int, out: int, x: Floats, *_: Floats) -> None:
        length, ring, slot = fields["aux"] >> 1, fields["b"] + i, fields["c"]
        if fields["aux"] & 1 and period == 1:
            self.rows[ring : ring + length * slot : slot] = x
        self.rows[out] = self.rows[ring + period % length * slot]
        self.rows[ring + period % length * slot] = x

    def window(self, fields: dict[str, int], i: int, period: int, out: int, x: Floats, *_: Floats) -> None:
        length, ring, slot = fields["aux"] >> 1, fields["b"] + i, fields["c"]
        self.rows[ring + period % length * slot] = x
        result = self.rows[ring].copy()
        for age in range(1, length):
            result = result + self.rows[ring + age * slot]
        self.rows[out] = result

    def check(self, fields: dict[str, int], i: int, period: int, out: int, x: Floats, *_: Floats) -> None:
        self.rows[CHECK_ROW] += x * 0.0

    def record(self, fields: dict[str, int], i: int, period: int, out: int, x: Floats, *_: Floats) -> None:
        self.recorded[fields["aux"] + i, period] = x

    def ruin(self, fields: dict[str, int], i: int, period: int, out: int, x: Floats, *_: Floats) -> None:
        self.rows[PASSAGE_ROW] = np.where(x != 0.0, np.minimum(self.rows[PASSAGE_ROW], period), self.rows[PASSAGE_ROW])

    def need(self, fields: dict[str, int], i: int, period: int, out: int, x: Floats, *_: Floats) -> None:
        self.rows[NEED_ROW] = np.where(x > self.rows[NEED_ROW], x, self.rows[NEED_ROW])

    def _table(self, line: int, x: Floats) -> Floats:
        kind, offset, length, _ = (int(number) for number in self.program.table_index[line])
        tables = self.program.tables
        if kind == 1:
            edges, values = tables[offset : offset + length - 1], tables[offset + length - 1 : offset + 2 * length - 1]
            return values[np.searchsorted(edges, x, side="right")]
        if kind == 2:
            points = tables[offset : offset + 2 * length].reshape(2, length)
            return FOLDABLE["interp"](x, (tuple(points[0]), tuple(points[1])))
        place = np.clip((x - tables[offset]) * tables[offset + 1], 0.0, float(length))
        piece = np.minimum(np.where(np.isnan(place), 0.0, place).astype(np.int64), length - 1)
        t = place - piece
        first, second, third, fourth = tables[offset + 2 : offset + 2 + 4 * length].reshape(length, 4)[piece].T
        return elementary.fma(t, elementary.fma(t, elementary.fma(t, fourth, third), second), first)


_THREE_ROWS = frozenset(
    name for name in OPCODES if name.partition(" ")[2].replace("z", "").replace("s", "") == "rrr"
)  # fmt: skip
_DUTIES: dict[str, Callable[..., None]] = {
    "move": _Run.move,
    "fill": _Run.fill,
    "draw": _Run.draw,
    "total": _Run.total,
    "transport": _Run.lookup,
    "steps": _Run.lookup,
    "interp": _Run.lookup,
    "poisson": _Run.poisson,
    "binomial": _Run.binomial,
    "markov": _Run.markov,
    "jumps": _Run.jumps,
    "lag": _Run.lag,
    "window": _Run.window,
    "check": _Run.check,
    "record": _Run.record,
    "ruin": _Run.ruin,
    "need": _Run.need,
}
