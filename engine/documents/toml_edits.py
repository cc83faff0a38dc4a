"""Another value for a key of a TOML text: written where the key stands, or added where it belongs.

Everything else of the text stays as it was, to the last blank: comments, order, quotes, line ends.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from burncast.engine.documents.toml_lines import KeyPath, Statement, members, statements
from burncast.engine.documents.toml_text import toml_key

__all__ = ["text_at", "value_at", "with_value", "without_key"]

_COMMA_AFTER = re.compile(r"\s*,\s*")


def with_value(text: str, path: KeyPath, value: str) -> str:
    """The text with ``value``, as TOML writes it, at ``path``; tables that there are not yet are made.

    >>> print(with_value("[inputs]\\nprice = { value = { a = 3, b = 4 }, unit = 'USD' }  # a guess\\n",
    ...                  ("inputs", "price", "value", "b"), "5"), end="")
    [inputs]
    price = { value = { a = 3, b = 5 }, unit = 'USD' }  # a guess
    """
    found = list(_statements(text))
    for one in found:
        if one.kind == "key" and one.path == path:
            return text[: one.value] + value + text[one.end :]
    newline = "\r\n" if "\r\n" in text.partition("\n")[0] + "\n" else "\n"
    for length in range(len(path) - 1, 0, -1):
        line = f"{_dotted(path[length:])} = {value}"
        place = _place_in(text, found, path[:length], line, newline)
        if place is not None:
            position, added = place
            return text[:position] + added + text[position:]
    gap = "" if not text.strip() else newline if text.endswith("\n") else newline * 2
    header = f"[{_dotted(path[:-1])}]{newline}" if len(path) > 1 else ""
    return f"{text}{gap}{header}{_dotted(path[-1:])} = {value}{newline}"


def without_key(text: str, path: KeyPath) -> str:
    """The text without a key and its value, with the line that it has for itself; as it is where there is no such key.

    >>> print(without_key("price = { value = 3, note = 'a guess' }\\n", ("price", "note")), end="")
    price = { value = 3 }
    """
    found = list(_statements(text))
    for one in found:
        if one.kind != "key" or one.path != path:
            continue
        begin, end = one.begin, one.end
        if not _is_member(one, found):
            after = text.find("\n", end)
            return text[: text.rfind("\n", 0, begin) + 1] + (text[after + 1 :] if after >= 0 else "")
        if (comma := _COMMA_AFTER.match(text, end)) is not None:
            return text[:begin] + text[comma.end() :]
        before = text[:begin].rstrip()
        return before.removesuffix(",").rstrip() + text[end:]
    return text


def value_at(text: str, path: KeyPath) -> Any:
    """What the text says at ``path``; None where it says nothing."""
    value: Any = tomllib.loads(text)
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def text_at(text: str, path: KeyPath) -> str | None:
    """How the value at ``path`` is written; None where there is none, or a table that is spread over several keys.

    >>> text_at("[inputs]\\ncash = { value = 2_400e3 }", ("inputs", "cash", "value"))
    '2_400e3'
    """
    return next(
        (text[one.value : one.end] for one in _statements(text) if one.kind == "key" and one.path == path), None
    )


def _statements(text: str) -> Iterator[Statement]:
    for one in statements(text):
        yield one
        if one.kind == "key":
            yield from members(text, one)


def _place_in(text: str, found: list[Statement], table: KeyPath, line: str, newline: str) -> tuple[int, str] | None:
    """Where a key goes that belongs into ``table``, and with what around it; None where the table has no such place."""
    for one in found:
        if one.kind == "key" and one.path == table and text.startswith("{", one.value):
            inside = text[one.value + 1 : one.end - 1].rstrip()
            if not inside.strip():
                return one.value + 1, f" {line} " if not text[one.value + 1 : one.end - 1] else f" {line}"
            return one.value + 1 + len(inside), f", {line}"
    own = [one for one in found if one.kind == "table" and one.path == table]
    inside_table = [one for one in found if one.kind == "key" and one.table == table and not _is_member(one, found)]
    if own:
        return _line_end(text, (inside_table or own)[-1].end), newline + line
    dotted = [
        one
        for one in found
        if one.kind == "key" and len(one.path) > len(table) > len(one.table) and one.path[: len(table)] == table
    ]
    if dotted:
        last = dotted[-1]
        rest = table[len(last.table) :]
        written = f"{_dotted(rest)}.{line}"
        if _is_member(last, found):
            return last.end, f", {written}"
        return _line_end(text, last.end), newline + written
    return None


def _is_member(one: Statement, found: list[Statement]) -> bool:
    """Whether a key stands inside an inline table."""
    return any(other.kind == "key" and other.value < one.begin < other.end for other in found)


def _dotted(path: KeyPath) -> str:
    return ".".join(toml_key(str(part)) for part in path)


def _line_end(text: str, position: int) -> int:
    """Where the line's characters end, before its newline."""
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    return end - 1 if end > position and text[end - 1] == "\r" else end
