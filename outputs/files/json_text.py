"""JSON as burncast prints and writes it."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["json_text"]


def json_text(plain: Any) -> str:
    """Plain data as indented JSON with a line's end; NaN and infinity are refused, not written as invalid JSON."""
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
