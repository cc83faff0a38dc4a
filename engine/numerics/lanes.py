"""The two widths everything is cut by.

``LANES`` trajectories run side by side in the machine: one row of float64 lanes is 4 KiB, so that the registers of a
large scenario stay in a second-level cache, and the cost of fetching an instruction, some 15 cycles, is spread over 512
lanes. It is a compile-time constant, which lets the compiler unroll lane loops without a remainder. Measured on one
machine, on a large scenario: 512 lanes took 0.94 of the time of 256.

``CHUNK`` trajectories at most are the unit of threads, progress, checkpoints and tallies: some tens of milliseconds of
work for a usual scenario, long against the cost of handing out a task and adding up its tally. Measured on two threads
on a small scenario: chunks of 4,096 took 1.2 to 1.5 of the time, from 16,384 on differences were within the noise.
"""

from __future__ import annotations

__all__ = ["CHUNK", "LANES"]

LANES = 512
CHUNK = 65_536
