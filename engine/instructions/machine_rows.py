"""Registers with a duty, the first of every program."""

from __future__ import annotations

__all__ = ["CHECK_ROW", "FIRST_ROW", "NEED_ROW", "PASSAGE_ROW"]

CHECK_ROW = 0
"""0 as long as everything checked was finite, NaN from then on."""

PASSAGE_ROW = 1
"""The period of ruin, T + 1 until then."""

NEED_ROW = 2
"""The greatest need so far, 0 at first."""

FIRST_ROW = 3
"""The first register without a duty."""
