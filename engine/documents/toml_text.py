"""A merged document written as TOML again, so that a scenario can always be handed on as one file."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

__all__ = ["Written", "toml_key", "toml_value", "write_toml"]

Written: TypeAlias = dict[int, tuple[object, str]]
"""Entries by identity, each with itself, so that its identity stays its own, and its text."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_toml(data: Mapping[str, Any], written: Written | None = None) -> str:
    """A TOML text that reads as ``data``: one table per section, one line per key; what is None is left out.

    ``written`` remembers entries for the next text that has the very same ones.

    >>> print(write_toml({"scenario": {"periods": 3}, "inputs": {"price": {"value": 2.5}}}))
    [scenario]
    periods = 3
    <BLANKLINE>
    [inputs]
    price = 2.5
    <BLANKLINE>
    """
    blocks: list[str] = []
    written = {} if written is None else written
    for section, content in data.items():
        if section == "variants":
            for name, variant in content.items():
                if not variant:
                    blocks.extend(_blocks(f"variants.{toml_key(name)}", variant, written))
                for inner, entries in variant.items():
                    blocks.extend(_blocks(f"variants.{toml_key(name)}.{toml_key(inner)}", entries, written))
        else:
            blocks.extend(_blocks(toml_key(section), content, written))
    return "\n".join(blocks)


def _blocks(header: str, content: Any, written: Written) -> list[str]:
    if isinstance(content, list):
        return [_table(f"[[{header}]]", item, written) for item in content if item is not None]
    return [_table(f"[{header}]", content, written)]


def _table(header: str, content: Mapping[str, Any], written: Written) -> str:
    lines = (f"{toml_key(key)} = {_entry(value, written)}" for key, value in content.items())
    return "\n".join([header, *lines]) + "\n"


def _entry(value: Any, written: Written) -> str:
    known = written.get(id(value))
    if known is None:
        known = written[id(value)] = value, toml_value(_short(value))
    return known[1]


def _short(value: Any) -> Any:
    """An entry with nothing but its value is written as that value, unless the value is itself a table."""
    if isinstance(value, Mapping) and value.keys() == {"value"} and not isinstance(value["value"], Mapping):
        return value["value"]
    return value


def toml_key(key: str) -> str:
    """A key as it is written: quoted where it has to be."""
    return key if _BARE.fullmatch(key) else _text(key)


def toml_value(value: Any) -> str:
    """A value on one line; a table is written inline."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(key)} = {toml_value(item)}" for key, item in value.items()) + " }"
    return repr(value)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
