"""The kernels that Python calls, without importing them or their compiler."""

from __future__ import annotations

from burncast.engine.numerics.native import Native

__all__ = ["add_block", "add_pages", "crank_nicolson", "fill_drawn", "fill_even", "run_blocks", "settle"]

run_blocks = Native("burncast.engine.machine", "run_blocks")
settle = Native("burncast.engine.statistics.histogram", "settle")
add_block = Native("burncast.engine.statistics.batch_moments", "add_block")
add_pages = Native("burncast.engine.statistics.page_sums", "add_pages")
fill_even = Native("burncast.engine.trajectories.sampling_kernels", "fill_even")
fill_drawn = Native("burncast.engine.trajectories.sampling_kernels", "fill_drawn")
crank_nicolson = Native("burncast.engine.normal_space.moves", "crank_nicolson")
