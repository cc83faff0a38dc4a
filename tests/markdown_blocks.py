"""The fenced code blocks of a Markdown page, with the line on which each one's code begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Block", "blocks"]

_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """``language`` as written after the fence, ``code``, the page and the line (from 1) of the first line of code."""

    language: str
    code: str
    page: Path
    line: int

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path, language: str) -> list[Block]:
    """The blocks of one language, in the order of the page."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(match[1], match[2], page, text.count("\n", 0, match.start(2)) + 1)
        for match in _FENCE.finditer(text)
        if match[1] == language
    ]
