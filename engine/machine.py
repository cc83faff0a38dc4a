"""The vector machine: one compiled function that runs any program, 512 trajectories at a time.

A register is a row of ``LANES`` float64 values; an instruction is a loop over the lanes of its rows (vectorised
execution: Boncz, Zukowski and Nes 2005, "MonetDB/X100"). Loops are free of branches, so that they vectorise; rows are
sliced before the loop, and an instruction never writes over its own operands. No fast-math: every operation is
IEEE-exact and every fused multiply-add explicit, so that the bits are the same on any processor with FMA.

It is one function on purpose: what it were cut into would be compiled twice, once alone and once inside the whole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.chunk_arrays import ChunkArrays
from burncast.engine.counts import binomial_quantile, poisson_row
from burncast.engine.elementary import floor, fma, sqrt
from burncast.engine.elementary_rows import exp_row, gbm_row, gbm_row_of_known, log_row, normal_cdf_row, power_row
from burncast.engine.histogram import record, record_first_passage
from burncast.engine.intrinsics import lane_loop
from burncast.engine.kernel_cache import inlined, outermost
from burncast.engine.lanes import LANES
from burncast.engine.lookups import interpolate, jumps, lookup, transport
from burncast.engine.machine_rows import CHECK_ROW, NEED_ROW, PASSAGE_ROW
from burncast.engine.program import OPCODES
from burncast.engine.streams import copy_shocks, fill_input_normals, fill_shocks
from burncast.engine.workspace import Code, Workspace

__all__ = ["run_blocks"]

MOVE = OPCODES["move r"]
FILL = OPCODES["fill s"]
WIDEN = OPCODES["widen z"]
ADD = OPCODES["add rr"]
ADD_S = OPCODES["add rs"]
SUBTRACT = OPCODES["subtract rr"]
SUBTRACT_FROM_S = OPCODES["subtract sr"]
MULTIPLY = OPCODES["multiply rr"]
MULTIPLY_S = OPCODES["multiply rs"]
DIVIDE = OPCODES["divide rr"]
DIVIDE_S_BY = OPCODES["divide sr"]
NEGATE = OPCODES["negate r"]
ABSOLUTE = OPCODES["absolute r"]
MINIMUM = OPCODES["minimum rr"]
MINIMUM_S = OPCODES["minimum rs"]
MAXIMUM = OPCODES["maximum rr"]
MAXIMUM_S = OPCODES["maximum rs"]
MODULO = OPCODES["modulo rr"]
SQRT = OPCODES["sqrt r"]
FLOOR = OPCODES["floor r"]
EXP = OPCODES["exp r"]
LOG = OPCODES["log r"]
POWER = OPCODES["power rr"]
NORMAL_CDF = OPCODES["normal_cdf r"]
LESS = OPCODES["less rr"]
LESS_S = OPCODES["less rs"]
S_LESS = OPCODES["less sr"]
LESS_EQUAL = OPCODES["less_equal rr"]
LESS_EQUAL_S = OPCODES["less_equal rs"]
S_LESS_EQUAL = OPCODES["less_equal sr"]
EQUAL = OPCODES["equal rr"]
EQUAL_S = OPCODES["equal rs"]
NOT_EQUAL = OPCODES["not_equal rr"]
NOT_EQUAL_S = OPCODES["not_equal rs"]
WHERE = OPCODES["where rrr"]
WHERE_RS = OPCODES["where rrs"]
WHERE_SR = OPCODES["where rsr"]
WHERE_SS = OPCODES["where rss"]
FMA = OPCODES["fma rrr"]
FMA_RRS = OPCODES["fma rrs"]
FMA_RSR = OPCODES["fma rsr"]
FMA_RSS = OPCODES["fma rss"]
FNMA = OPCODES["fnma rrr"]
FMS = OPCODES["fms rrr"]
FMA_SZS = OPCODES["fma szs"]
FMA_RZR = OPCODES["fma rzr"]
FMA_SZR = OPCODES["fma szr"]
GBM_S = OPCODES["gbm rszs"]
GBM = OPCODES["gbm rrzr"]
TOTAL = OPCODES["total r"]
DRAW = OPCODES["draw"]
TRANSPORT = OPCODES["transport r"]
LOOKUP = OPCODES["lookup r"]
INTERP = OPCODES["interp r"]
POISSON = OPCODES["poisson rr"]
BINOMIAL = OPCODES["binomial rrr"]
MARKOV = OPCODES["markov rr"]
JUMPS = OPCODES["jumps rr"]
LAG = OPCODES["lag r"]
WINDOW = OPCODES["window r"]
CHECK = OPCODES["check r"]
RECORD = OPCODES["record r"]
RUIN = OPCODES["ruin r"]
NEED = OPCODES["need r"]


@outermost
def run_blocks(
    code: Code,
    space: Workspace,
    chunk: ChunkArrays,
    seed: np.uint64,
    first: np.uint64,
    count: int,
    stop: NDArray[np.int64],
) -> int:
    """Run ``count`` trajectories from ``first`` (a multiple of LANES) and add them to ``chunk``.

    Returns −1, or the first trajectory in which something became NaN or infinite, or −2 if ``stop[0]`` was set. Where
    ``space`` keeps first passages, such a trajectory's is −1 and the others go on.
    """
    lane_loop()
    rows, tables = space.rows, code.tables
    for begin in range(0, count, LANES):
        if stop[0] != 0:
            return -2
        active = min(LANES, count - begin)
        trajectory = first + np.uint64(begin)
        for j in range(LANES):
            rows[CHECK_ROW, j] = 0.0
            rows[PASSAGE_ROW, j] = code.periods + 1.0
            rows[NEED_ROW, j] = space.least_need
            space.addresses[j] = trajectory + np.uint64(j)
        if space.is_given != 0:
            for j in range(active):
                space.addresses[j] = space.given_addresses[begin + j]
        for period in range(code.periods + 1):
            if period > 0 and period == space.own_from:
                for j in range(LANES):
                    space.addresses[j] = trajectory + np.uint64(j)
            if period == 1 or (period > 0 and period & 3 == 0):
                if space.is_given != 0:
                    copy_shocks(space.normals, space.given_shocks, begin, active, period, code.periods)
                else:
                    fill_shocks(space.drawn, space.four_pq, code.shocks, seed, trajectory, period >> 2)
            block = code.setup if period == 0 else code.odd if period & 1 else code.even
            scalars = code.scalars[period]
            for line in range(len(block)):
                instruction = block[line]
                op = instruction[0]
                aux = instruction[13]
                for i in range(instruction[1]):
                    out = rows[instruction[2] + i]
                    x = rows[instruction[3] + i * instruction[4]]
                    y = rows[instruction[5] + i * instruction[6]]
                    w = rows[instruction[7] + i * instruction[8]]
                    s = scalars[instruction[9] + i * instruction[10]]
                    r = scalars[instruction[11] + i * instruction[12]]
                    if op == FMA:
                        for j in range(LANES):
                            out[j] = fma(x[j], y[j], w[j])
                    elif op == FMA_RRS:
                        for j in range(LANES):
                            out[j] = fma(x[j], y[j], s)
                    elif op == FMA_RSR:
                        for j in range(LANES):
                            out[j] = fma(x[j], s, y[j])
                    elif op == FMA_RSS:
                        for j in range(LANES):
                            out[j] = fma(x[j], s, r)
                    elif op == FNMA:
                        for j in range(LANES):
                            out[j] = fma(-x[j], y[j], w[j])
                    elif op == FMS:
                        for j in range(LANES):
                            out[j] = fma(x[j], y[j], -w[j])
                    elif op == FMA_SZS:
                        z = space.normals[aux + i, period & 3]
                        for j in range(LANES):
                            out[j] = fma(np.float64(z[j]), s, r)
                    elif op == FMA_RZR:
                        z = space.normals[aux + i, period & 3]
                        for j in range(LANES):
                            out[j] = fma(np.float64(z[j]), x[j], y[j])
                    elif op == FMA_SZR:
                        z = space.normals[aux + i, period & 3]
                        for j in range(LANES):
                            out[j] = fma(np.float64(z[j]), s, x[j])
                    elif op == GBM_S:
                        z = space.normals[aux + i, period & 3]
                        gbm_row_of_known(out, x, s, r, z)
                    elif op == GBM:
                        z = space.normals[aux + i, period & 3]
                        gbm_row(out, x, y, w, z)
                    elif op == ADD:
                        for j in range(LANES):
                            out[j] = x[j] + y[j]
                    elif op == ADD_S:
                        for j in range(LANES):
                            out[j] = x[j] + s
                    elif op == SUBTRACT:
                        for j in range(LANES):
                            out[j] = x[j] - y[j]
                    elif op == SUBTRACT_FROM_S:
                        for j in range(LANES):
                            out[j] = s - x[j]
                    elif op == MULTIPLY:
                        for j in range(LANES):
                            out[j] = x[j] * y[j]
                    elif op == MULTIPLY_S:
                        for j in range(LANES):
                            out[j] = x[j] * s
                    elif op == DIVIDE:
                        for j in range(LANES):
                            out[j] = x[j] / y[j]
                    elif op == DIVIDE_S_BY:
                        for j in range(LANES):
                            out[j] = s / x[j]
                    elif op == EXP:
                        exp_row(out, x)
                    elif op == LOG:
                        log_row(out, x)
                    elif op == MOVE:
                        for j in range(LANES):
                            out[j] = x[j]
                    elif op == FILL:
                        for j in range(LANES):
                            out[j] = s
                    elif op == WIDEN:
                        z = space.normals[aux + i, period & 3]
                        for j in range(LANES):
                            out[j] = np.float64(z[j])
                    elif op == NEGATE:
                        for j in range(LANES):
                            out[j] = -x[j]
                    elif op == ABSOLUTE:
                        for j in range(LANES):
                            out[j] = abs(x[j])
                    elif op == MINIMUM:
                        for j in range(LANES):
                            out[j] = x[j] if x[j] < y[j] or x[j] != x[j] else y[j]
                    elif op == MINIMUM_S:
                        for j in range(LANES):
                            out[j] = x[j] if x[j] < s or x[j] != x[j] else s
                    elif op == MAXIMUM:
                        for j in range(LANES):
                            out[j] = x[j] if x[j] > y[j] or x[j] != x[j] else y[j]
                    elif op == MAXIMUM_S:
                        for j in range(LANES):
                            out[j] = x[j] if x[j] > s or x[j] != x[j] else s
                    elif op == MODULO:
                        for j in range(LANES):
                            out[j] = fma(-floor(x[j] / y[j]), y[j], x[j])
                    elif op == SQRT:
                        for j in range(LANES):
                            out[j] = sqrt(x[j])
                    elif op == FLOOR:
                        for j in range(LANES):
                            out[j] = floor(x[j])
                    elif op == POWER:
                        power_row(out, x, y)
                    elif op == NORMAL_CDF:
                        normal_cdf_row(out, x)
                    elif op == LESS:
                        for j in range(LANES):
                            out[j] = truth(x[j] < y[j], x[j], y[j])
                    elif op == LESS_S:
                        for j in range(LANES):
                            out[j] = truth(x[j] < s, x[j], s)
                    elif op == S_LESS:
                        for j in range(LANES):
                            out[j] = truth(s < x[j], s, x[j])
                    elif op == LESS_EQUAL:
                        for j in range(LANES):
                            out[j] = truth(x[j] <= y[j], x[j], y[j])
                    elif op == LESS_EQUAL_S:
                        for j in range(LANES):
                            out[j] = truth(x[j] <= s, x[j], s)
                    elif op == S_LESS_EQUAL:
                        for j in range(LANES):
                            out[j] = truth(s <= x[j], s, x[j])
                    elif op == EQUAL:
                        for j in range(LANES):
                            out[j] = truth(x[j] == y[j], x[j], y[j])
                    elif op == EQUAL_S:
                        for j in range(LANES):
                            out[j] = truth(x[j] == s, x[j], s)
                    elif op == NOT_EQUAL:
                        for j in range(LANES):
                            out[j] = truth(x[j] != y[j], x[j], y[j])
                    elif op == NOT_EQUAL_S:
                        for j in range(LANES):
                            out[j] = truth(x[j] != s, x[j], s)
                    elif op == WHERE:
                        for j in range(LANES):
                            out[j] = choice(x[j], y[j], w[j])
                    elif op == WHERE_RS:
                        for j in range(LANES):
                            out[j] = choice(x[j], y[j], s)
                    elif op == WHERE_SR:
                        for j in range(LANES):
                            out[j] = choice(x[j], s, y[j])
                    elif op == WHERE_SS:
                        for j in range(LANES):
                            out[j] = choice(x[j], s, r)
                    elif op == TOTAL:
                        for j in range(LANES):
                            out[j] = x[j]
                        for term in range(1, aux):
                            more = rows[instruction[3] + i * instruction[4] + term * instruction[7]]
                            for j in range(LANES):
                                out[j] += more[j]
                    elif op == DRAW:
                        if space.is_given != 0:
                            for j in range(active):
                                out[j] = space.given_inputs[aux + i, begin + j]
                        else:
                            fill_input_normals(out, space.words, code.draws[aux + i], seed, trajectory)
                    elif op == JUMPS:
                        entry = code.table_index[aux]
                        stream = entry[2] + i * entry[3]
                        streams = code.draws[stream : stream + entry[3]]
                        sizes = code.table_index[entry[1]]
                        jumps(
                            out,
                            x,
                            y,
                            tables,
                            sizes,
                            streams,
                            space.scratch,
                            space.wide[0],
                            space.listed,
                            period,
                            space.past_seed if period < space.own_from else seed,
                            space.addresses,
                        )
                    elif op == TRANSPORT:
                        transport(out, x, tables, code.table_index[aux])
                    elif op == LOOKUP:
                        lookup(out, x, tables, code.table_index[aux], space.listed)
                    elif op == INTERP:
                        interpolate(out, x, tables, code.table_index[aux])
                    elif op == POISSON:
                        poisson_row(out, x, y, space.wide, space.listed)
                    elif op == BINOMIAL:
                        for j in range(LANES):
                            out[j] = binomial_quantile(x[j], y[j], w[j])
                    elif op == MARKOV:
                        offset, states = code.table_index[aux, 1], code.table_index[aux, 2]
                        for j in range(LANES):
                            out[j] = 0.0
                        for edge in range(states - 1):
                            for j in range(LANES):
                                threshold = tables[np.uint64(offset + np.int64(x[j]) * (states - 1) + edge)]
                                out[j] += 1.0 if threshold <= y[j] else 0.0
                    elif op == LAG:
                        length, slot = aux >> 1, instruction[7]
                        ring = instruction[5] + i
                        if aux & 1 == 1 and period == 1:
                            for age in range(length):
                                remembered = rows[ring + age * slot]
                                for j in range(LANES):
                                    remembered[j] = x[j]
                        oldest = rows[ring + period % length * slot]
                        for j in range(LANES):
                            out[j] = oldest[j]
                        for j in range(LANES):
                            oldest[j] = x[j]
                    elif op == WINDOW:
                        length, slot = aux >> 1, instruction[7]
                        ring = instruction[5] + i
                        latest = rows[ring + period % length * slot]
                        for j in range(LANES):
                            latest[j] = x[j]
                        earliest = rows[ring]
                        for j in range(LANES):
                            out[j] = earliest[j]
                        for age in range(1, length):
                            more = rows[ring + age * slot]
                            for j in range(LANES):
                                out[j] += more[j]
                    elif op == CHECK:
                        for j in range(LANES):
                            out[j] = fma(x[j], 0.0, out[j])
                    elif op == RUIN:
                        now = np.float64(period)
                        for j in range(LANES):
                            reached = now if x[j] != 0.0 else code.periods + 1.0
                            out[j] = reached if reached < out[j] else out[j]
                    elif op == NEED:
                        for j in range(LANES):
                            out[j] = x[j] if x[j] > out[j] else out[j]
                    elif op == RECORD:
                        element = aux + i
                        record(x, active, element * (code.periods + 1) + period, chunk)
                        lane = space.first_path - int(trajectory)
                        for j in range(max(lane, 0), min(lane + len(space.paths), active)):
                            space.paths[j - lane, element, period] = x[j]
        for j in range(LANES):
            space.passage[j] = np.int64(rows[PASSAGE_ROW, j])
        if len(space.passages) > 0:
            for j in range(active):
                space.passages[begin + j] = space.passage[j] if rows[CHECK_ROW, j] == 0.0 else -1
                space.needs[begin + j] = rows[NEED_ROW, j]
        else:
            for j in range(active):
                if rows[CHECK_ROW, j] != 0.0:
                    return int(trajectory) + j
        record_first_passage(space.passage, active, chunk)
        record(rows[NEED_ROW], active, len(chunk.moments) - 1, chunk)
    return -1


@inlined
def truth(holds: bool, x: float, y: float) -> float:
    """1 or 0, but NaN where an operand of the comparison is."""
    return x + y if x != x or y != y else 1.0 if holds else 0.0


@inlined
def choice(condition: float, then: float, otherwise: float) -> float:
    """``then`` where the condition is not 0, else ``otherwise``; NaN where the condition is."""
    chosen = then if condition != 0.0 else otherwise
    return chosen if condition == condition else condition
