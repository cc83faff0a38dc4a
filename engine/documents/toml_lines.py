"""Where each key of a TOML document stands, which ``tomllib`` does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["KeyPath", "Statement", "key_lines", "members", "show_key", "statements"]

KeyPath: TypeAlias = tuple[str | int, ...]

_SKIPPED = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|\#[^\n]*|[\[{]|[\]}]|\n|[^"\'#\[\]{}\n]+',
    re.DOTALL,
)
_KEY = re.compile(r'\s*("(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+)\s*(\.|=|\])')
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Statement:
    """A table header or a key with its value, and where it lies in the text.

    ``path`` is what it names and ``table`` the header that it stands under, ``()`` before the first (elements of arrays
    of tables are numbered from 0). ``begin`` is where it begins, ``value`` where its value does, ``end`` where that
    ends (of a header: both where the header ends), ``line`` the line (from 1).
    """

    path: KeyPath
    table: KeyPath
    kind: Literal["table", "element", "key"]
    line: int
    begin: int
    value: int
    end: int


def statements(text: str) -> Iterator[Statement]:
    """Every table header and key of a valid TOML text, in order; an inline table counts as its key's value."""
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
            begin, is_array = position, text.startswith("[[", position)
            path, position = _read_path(text, position + (2 if is_array else 1))
            table = _resolve(path, counts)
            if is_array:
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
                position += text.startswith("]", position)
            yield Statement(table, table, "element" if is_array else "table", line, begin, position, position)
            position = _line_end(text, position)
        else:
            begin = position
            path, position = _read_path(text, position)
            end, after = _value_end(text, position)
            value = position + len(text[position:end]) - len(text[position:end].lstrip())
            yield Statement(table + path, table, "key", line, begin, value, end)
            line += text.count("\n", position, after)
            position = after


def members(text: str, table: Statement) -> Iterator[Statement]:
    """Every key inside the inline table that is the value of ``table``, in order, those of tables inside it included;
    nothing where the value is something else.
    """
    position = table.value
    if text[position : position + 1] != "{":
        return
    while (position := _after(text, position + 1)) < table.end - 1:
        path, after = _read_path(text, position)
        value = _after(text, after)
        end = _member_end(text, value)
        own = Statement(table.path + path, table.path, "key", table.line, position, value, end)
        yield own
        yield from members(text, own)
        position = _after(text, end)


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of every table header and key of a valid TOML text; an inline table counts as its key.

    Elements of arrays of tables are numbered from 0: ``("correlations", 0, "rho")``.
    """
    lines: dict[KeyPath, int] = {}
    for statement in statements(text):
        first = len(statement.path) if statement.kind != "key" else len(statement.table) + 1
        for length in range(first, len(statement.path) + 1):
            lines.setdefault(statement.path[:length], statement.line)
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


def _value_end(text: str, position: int) -> tuple[int, int]:
    """Where the value that begins here ends, and where its line does: outside of brackets and strings."""
    depth = 0
    end = position
    while match := _SKIPPED.match(text, position):
        token = match.group()
        if token == "\n" and depth == 0:
            return end, position
        depth += (token in "[{") - (token in "]}")
        position = match.end()
        if not (token.isspace() or (token[0] == "#" and depth == 0)):
            end = match.start() + len(token.rstrip())
    return (end, position) if position >= len(text) else (len(text), len(text))


def _member_end(text: str, position: int) -> int:
    """Where the value that begins here ends, inside an inline table."""
    depth = 0
    end = position
    while match := _SKIPPED.match(text, position):
        token = match.group()
        if depth == 0 and (token == "}" or ("," in token and token[0] not in "\"'")):
            return end + len(token.partition(",")[0].rstrip()) if token != "}" else end
        depth += (token in "[{") - (token in "]}")
        position = match.end()
        end = match.start() + len(token.rstrip())
    return end


def _after(text: str, position: int) -> int:
    """The next place that is no white space."""
    while text[position : position + 1].isspace():
        position += 1
    return position


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end
