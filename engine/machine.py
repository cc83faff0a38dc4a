"""The vector machine: one compiled function that runs any program, 512 trajectories at a time.

A register is a row of ``LANES`` float64 values; an instruction is a loop over the lanes of its rows (vectorised
execution: Boncz, Zukowski and Nes 2005, "MonetDB/X100"). Those that treat every lane alike are written as vector code
(:mod:`burncast.engine.instructions.elementwise`); the loops of the others are free of branches, so that they vectorise;
rows are sliced before the loop, and an instruction never writes over its own operands. No fast-math: every operation is
IEEE-exact and every fused multiply-add explicit, so that the bits are the same on any processor with FMA.

It is one function on purpose: what it were cut into would be compiled twice, once alone and once inside the whole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.instructions.counts import binomial_quantile, poisson_row
from burncast.engine.instructions.elementwise import elementwise
from burncast.engine.instructions.lookups import interpolate, jumps, lookup, transport
from burncast.engine.instructions.machine_rows import CHECK_ROW, NEED_ROW, PASSAGE_ROW
from burncast.engine.instructions.workspace import AUX, OPERATION, OUT, A, B, C, Code, K, L, Workspace
from burncast.engine.numerics.elementary_rows import (
    exp_row,
    gbm_row,
    gbm_row_of_known,
    log_row,
    normal_cdf_row,
    power_row,
)
from burncast.engine.numerics.intrinsics import is_raised, lane_loop
from burncast.engine.numerics.kernel_cache import outermost
from burncast.engine.numerics.lanes import LANES
from burncast.engine.program import OPCODES
from burncast.engine.statistics.chunk_arrays import ChunkArrays
from burncast.engine.statistics.histogram import record, record_first_passage
from burncast.engine.streams import copy_shocks, fill_input_normals, fill_shocks

__all__ = ["run_blocks"]

EXP = OPCODES["exp r"]
LOG = OPCODES["log r"]
POWER = OPCODES["power rr"]
NORMAL_CDF = OPCODES["normal_cdf r"]
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
RECORD = OPCODES["record r"]
RUIN = OPCODES["ruin r"]
NEED = OPCODES["need r"]
KEEP = OPCODES["keep r"]
RECALL = OPCODES["recall"]


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
        if is_raised(stop):
            return -2
        active = min(LANES, count - begin)
        place = 0
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
                if elementwise(instruction, rows, space.drawn, scalars, period):
                    continue
                op = instruction[OPERATION]
                out, x, y, w = rows[instruction[OUT]], rows[instruction[A]], rows[instruction[B]], rows[instruction[C]]
                aux = np.int64(instruction[AUX])
                if op == EXP:
                    exp_row(out, x)
                elif op == GBM_S:
                    z = space.normals[aux, period & 3]
                    gbm_row_of_known(out, x, scalars[instruction[K]], scalars[instruction[L]], z)
                elif op == GBM:
                    z = space.normals[aux, period & 3]
                    gbm_row(out, x, y, w, z)
                elif op == LOG:
                    log_row(out, x)
                elif op == POWER:
                    power_row(out, x, y, space.wide[0])
                elif op == NORMAL_CDF:
                    normal_cdf_row(out, x)
                elif op == TOTAL:
                    for j in range(LANES):
                        out[j] = x[j]
                    for term in range(1, aux):
                        more = rows[instruction[A] + np.uint64(term) * instruction[C]]
                        for j in range(LANES):
                            out[j] += more[j]
                elif op == DRAW:
                    if space.is_given != 0:
                        for j in range(active):
                            out[j] = space.given_inputs[aux, begin + j]
                    else:
                        fill_input_normals(out, space.words, code.draws[aux], seed, trajectory)
                elif op == JUMPS:
                    entry = code.table_index[aux]
                    stream = entry[2] + np.int64(instruction[C]) * entry[3]
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
                    length, slot = aux >> 1, np.int64(instruction[C])
                    ring = np.int64(instruction[B])
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
                    length, slot = aux >> 1, np.int64(instruction[C])
                    ring = np.int64(instruction[B])
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
                elif op == RUIN:
                    now = np.float64(period)
                    for j in range(LANES):
                        reached = now if x[j] != 0.0 else code.periods + 1.0
                        out[j] = reached if reached < out[j] else out[j]
                elif op == NEED:
                    for j in range(LANES):
                        out[j] = x[j] if x[j] > out[j] else out[j]
                elif op in (KEEP, RECALL):
                    memory = space.kept[trajectory // np.uint64(LANES), place]
                    source, target = (x, memory) if op == KEEP else (memory, out)
                    for j in range(LANES):
                        target[j] = source[j]
                    place += 1
                elif op == RECORD:
                    record(x, active, int(aux) * (code.periods + 1) + period, chunk)
                    lane = space.first_path - int(trajectory)
                    for j in range(max(lane, 0), min(lane + len(space.paths), active)):
                        space.paths[j - lane, aux, period] = x[j]
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
