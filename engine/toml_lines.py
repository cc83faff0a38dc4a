"""On which line each key of a TOML document stands, which ``tomllib`` does not tell."""

from __future__ import annotations

import re
import tomllib
from typing import TypeAlias

__all__ = ["KeyPath", "key_lines", "show_key"]

KeyPath: TypeAlias = tuple[str | int, ...]

_SKIPPED = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|\#[^\n]*|[\[{]|[\]}]|\n|[^"\'#\[\]{}\n]+',
    re.DOTALL,
)
_KEY = re.compile(r'\s*("(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+)\s*(\.|=|\])')
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of every table header and key of a valid TOML text; an inline table counts as its key.

    Elements of arrays of tables are numbered from 0: ``("correlations", 0, "rho")``.
    """
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    position, line = 0, 1
    while position < len(text):
        if text[position] in " \t\r":
            position += 1
        elif text[position] == "\n":
            position, line = position + 1, line + 1
        elif text[position] == "#":
            position = _line_end(text, position)
        elif text[position] == "[":
            is_array = text.startswith("[[", position)
            path, position = _read_path(text, position + (2 if is_array else 1))
            table = _resolve(path, counts)
            if is_array:
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            lines.setdefault(table, line)
            position = _line_end(text, position)
        else:
            path, position = _read_path(text, position)
            for length in range(1, len(path) + 1):
                lines.setdefault(table + path[:length], line)
            end = _value_end(text, position)
            line += text.count("\n", position, end)
            position = end
    return lines


def show_key(path: KeyPath) -> str:
    """A key path as it is written: ``inputs.price``, ``correlations[0].rho``.

    >>> show_key(("correlations", 0, "rho"))
    'correlations[0].rho'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _BARE.fullmatch(part) else f'"{part}"')
    return text


def _read_path(text: str, position: int) -> tuple[KeyPath, int]:
    """The dotted key that begins here, and where its ``=`` or ``]`` ends."""
    parts: list[str] = []
    while match := _KEY.match(text, position):
        parts.append(_unquoted(match[1]))
        position = match.end()
        if match[2] != ".":
            break
    else:
        position = _line_end(text, position)
    return tuple(parts), position


def _unquoted(key: str) -> str:
    if key[0] == "'":
        return key[1:-1]
    return str(tomllib.loads(f"key = {key}")["key"]) if key[0] == '"' else key


def _resolve(path: KeyPath, counts: dict[KeyPath, int]) -> KeyPath:
    """A header below an array of tables belongs to the array's latest element."""
    resolved: KeyPath = ()
    for part in path[:-1]:
        resolved = (*resolved, part)
        if resolved in counts:
            resolved = (*resolved, counts[resolved])
    return resolved + path[-1:]


def _value_end(text: str, position: int) -> int:
    """Where the value that begins here ends: at a line end outside of brackets and strings."""
    depth = 0
    while match := _SKIPPED.match(text, position):
        token = match.group()
        if token == "\n" and depth == 0:
            break
        depth += (token in "[{") - (token in "]}")
        position = match.end()
    return position if position < len(text) and match else len(text)


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end
