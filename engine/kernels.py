"""The kernels that Python calls, without importing them or their compiler."""

from __future__ import annotations

from burncast.engine.native import Native

__all__ = ["add_block", "add_pages", "crank_nicolson", "fill_drawn", "fill_even", "run_blocks", "settle"]

run_blocks = Native("burncast.engine.machine", "run_blocks")
settle = Native("burncast.engine.histogram", "settle")
add_block = Native("burncast.engine.batch_moments", "add_block")
add_pages = Native("burncast.engine.page_sums", "add_pages")
fill_even = Native("burncast.engine.sampling_kernels", "fill_even")
fill_drawn = Native("burncast.engine.sampling_kernels", "fill_drawn")
crank_nicolson = Native("burncast.engine.moves", "crank_nicolson")
