"""The two widths everything is cut by.

``LANES`` trajectories run side by side in the machine: one row of float64 lanes is 2 KiB, so some dozens of registers
stay in a first-level or second-level cache, and the cost of fetching an instruction is spread over 256 lanes. It is a
compile-time constant, which lets the compiler unroll lane loops without a remainder. In prototypes 64 to 512 lanes were
equally fast.

``CHUNK`` trajectories are the unit of threads, progress, checkpoints and tallies: some tens of milliseconds of work for
a usual scenario, long against the cost of handing out a task, short against a user's patience with Ctrl-C.
"""

from __future__ import annotations

__all__ = ["CHUNK", "LANES"]

LANES = 256
CHUNK = 65_536
