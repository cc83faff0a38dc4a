"""Put entries into a scenario file, where they belong, and leave everything else as it was.

An entry that is there gets its new value, ``source`` and ``note``; its ``unit`` and ``over`` stay unless new ones are
given, and so do all comments. One that is not there goes to the end of its section. The file is replaced in one step,
and only if the result loads and compiles; otherwise it is left untouched.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import secrets
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from burncast.calibration.entry import CorrelationEntry, Entry
from burncast.distributions.errors import InputError, Problem, ScenarioError
from burncast.engine.documents.document import read_document
from burncast.engine.documents.merging import KIND_OF_SECTION
from burncast.engine.documents.toml_lines import KeyPath, Statement, statements
from burncast.engine.documents.toml_text import toml_key, toml_value

__all__ = ["insert_entries", "with_entries"]

_REPLACED = frozenset({"value", "schedule", "between", "decision", "states", "source", "note"})
"""Keys of an entry that speak of its old value."""
_OF_CORRELATIONS = frozenset({"between", "rho", "matrix", "measure", "copula", "df"})


def insert_entries(path: str | os.PathLike[str], entries: Sequence[Entry | CorrelationEntry]) -> None:
    """Put ``entries`` into the scenario file at ``path``.

    Raises :class:`ScenarioError` if the file cannot be read, if a name stands in another section, or if the result
    would be no valid scenario; then nothing has been changed.
    """
    file = Path(os.path.realpath(path))
    document = read_document(_existing(Path(path)))
    if document.is_sheet:
        raise InputError(f"{path} is a spreadsheet; expected a TOML file, which `burncast from-sheet` makes of it")
    text = file.read_bytes().decode("utf-8")
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    for entry in entries:
        if isinstance(entry, Entry):
            _refuse_other_section(entry, document.data, str(path))
    new = mark + with_entries(text.removeprefix(mark), entries)
    temporary = file.with_name(f".{file.stem}.{secrets.token_hex(4)}.toml")
    try:
        with temporary.open("xb") as stream:
            stream.write(new.encode())
            stream.flush()
            os.fsync(stream.fileno())
        _check(temporary, str(path))
        shutil.copymode(file, temporary)
        os.replace(temporary, file)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def with_entries(text: str, entries: Sequence[Entry | CorrelationEntry]) -> str:
    """The text of a scenario file with ``entries`` in it.

    >>> print(with_entries("[inputs]\\nprice = 3  # a guess\\n", [Entry("price", 4.5, source="list")]), end="")
    [inputs]
    price = { value = 4.5, source = "list" }  # a guess
    """
    newline = "\r\n" if "\r\n" in text.partition("\n")[0] + "\n" else "\n"
    for entry in entries:
        found = list(statements(text))
        path = _path(entry, text)
        own = [one for one in found if path is not None and one.path[: len(path)] == path]
        if path is not None and own:
            edits = _replacing(text, path, own, entry, newline)
        else:
            edits = [_adding(text, found, entry, newline)]
        for edit in sorted(edits, key=lambda one: (one.begin, one.end), reverse=True):
            text = text[: edit.begin] + edit.text + text[edit.end :]
    return text


@dataclass(frozen=True, slots=True)
class _Edit:
    begin: int
    end: int
    text: str


def _path(entry: Entry | CorrelationEntry, text: str) -> KeyPath | None:
    """Where the entry stands in the text if it does."""
    if isinstance(entry, Entry):
        return entry.path
    known = tomllib.loads(text).get("correlations", [])
    same = [number for number, one in enumerate(known) if set(one.get("between", [])) == set(entry.between)]
    return ("correlations", same[0]) if same else None


def _replacing(
    text: str, path: KeyPath, own: list[Statement], entry: Entry | CorrelationEntry, newline: str
) -> list[_Edit]:
    content = entry.content()
    if len(own) == 1 and own[0].kind == "key" and own[0].path == path:
        kept = _entry_in(text, path)
        merged = {**content, **{key: value for key, value in kept.items() if key not in content}}
        return [_Edit(own[0].value, own[0].end, _inline(merged))]
    edits: list[_Edit] = []
    speaking = _REPLACED if isinstance(entry, Entry) else _OF_CORRELATIONS
    written: set[str] = set()
    first = own[0]
    for one in own:
        key = str(one.path[len(path)]) if len(one.path) > len(path) else None
        if one.kind != "key":
            if key is not None and key in speaking | content.keys():
                edits.append(_removing(text, one))
        elif key in content and one.path == (*path, key) and key not in written:
            written.add(key)
            edits.append(_Edit(one.value, one.end, toml_value(content[key])))
        elif key in speaking | content.keys():
            edits.append(_removing(text, one))
    left = {key: value for key, value in content.items() if key not in written}
    if left:
        edits.append(_below(text, first, path, left, newline))
    return edits


def _below(text: str, first: Statement, path: KeyPath, content: Mapping[str, Any], newline: str) -> _Edit:
    """Keys that the entry has not had so far: below its header, or beside its first dotted key."""
    if first.kind == "key":
        prefix = "".join(f"{toml_key(str(part))}." for part in path[len(first.table) :])
        lines = "".join(f"{prefix}{toml_key(key)} = {toml_value(value)}{newline}" for key, value in content.items())
        return _Edit(first.begin, first.begin, lines)
    lines = "".join(f"{newline}{toml_key(key)} = {toml_value(value)}" for key, value in content.items())
    if first.path == path:
        after = _line_end(text, first.end)
        return _Edit(after, after, lines)
    header = f"[{'.'.join(toml_key(str(part)) for part in path)}]{lines}{newline}{newline}"
    return _Edit(first.begin, first.begin, header)


def _removing(text: str, one: Statement) -> _Edit:
    """The statement goes, and its line with it unless a comment stands there, which stays."""
    begin = text.rfind("\n", 0, one.begin) + 1
    end = _line_end(text, one.end)
    if text[one.end : end].strip() or text[begin : one.begin].strip():
        rest = len(text[one.end : end]) - len(text[one.end : end].lstrip())
        return _Edit(one.begin, one.end + rest, "")
    return _Edit(begin, min(end + 1, len(text)) if text[end : end + 1] == "\n" else end, "")


def _adding(text: str, found: list[Statement], entry: Entry | CorrelationEntry, newline: str) -> _Edit:
    if isinstance(entry, CorrelationEntry):
        return _at_end(text, entry.toml().replace("\n", newline), newline)
    line = f"{toml_key(entry.name)} = {_inline(entry.content())}"
    section = [one for one in found if one.path[:1] == (entry.kind,)]
    if any(one.kind == "key" and one.path == (entry.kind,) for one in section):
        problem = Problem(
            "is written on one line", line=section[0].line, key=entry.kind, expected=f"a table [{entry.kind}]"
        )
        raise ScenarioError([problem])
    dotted = [one for one in section if one.kind == "key" and one.table == ()]
    if dotted:
        return _after(text, dotted[-1], f"{newline}{entry.kind}.{line}")
    direct = [one for one in section if one.table == (entry.kind,)]
    if direct:
        return _after(text, direct[-1], newline + line)
    block = entry.toml().replace("\n", newline)
    if section:
        return _after(text, section[-1], newline * 2 + block.removesuffix(newline))
    return _at_end(text, f"[{entry.kind}]{newline}{line}{newline}", newline)


def _after(text: str, one: Statement, addition: str) -> _Edit:
    end = _line_end(text, one.end)
    return _Edit(end, end, addition)


def _at_end(text: str, block: str, newline: str) -> _Edit:
    gap = "" if not text.strip() else newline if text.endswith("\n") else newline * 2
    return _Edit(len(text), len(text), gap + block)


def _line_end(text: str, position: int) -> int:
    """Where the line's characters end, before its newline."""
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    return end - 1 if end > position and text[end - 1] == "\r" else end


def _entry_in(text: str, path: KeyPath) -> dict[str, Any]:
    """What stays of an entry that gets a new value."""
    old: Any = tomllib.loads(text)
    for part in path:
        old = old[part]
    if not isinstance(old, Mapping):
        return {}
    return {key: value for key, value in old.items() if key not in _REPLACED}


def _inline(content: Mapping[str, Any]) -> str:
    return toml_value(dict(content))


def _existing(path: Path) -> Path:
    if not path.exists():
        raise ScenarioError([Problem("there is no such file", str(path), expected="a scenario to put entries into")])
    return path


def _refuse_other_section(entry: Entry, data: Mapping[str, Any], file: str) -> None:
    for section, kind in KIND_OF_SECTION.items():
        if section != entry.kind and entry.name in data.get(section, {}):
            wanted = KIND_OF_SECTION[entry.kind]
            article = "an" if wanted == "input" else "a"
            message = f"is already there as {'an' if kind == 'input' else 'a'} {kind}, not as {article} {wanted}"
            expected = "another name, or a file without it"
            raise ScenarioError([Problem(message, file, key=f"{section}.{entry.name}", expected=expected)])


def _check(temporary: Path, file: str) -> None:
    """Load and compile; problems are told of the file itself."""
    from burncast.engine.lowering.lowering import meaning_problems
    from burncast.engine.scenario import load

    try:
        problems = meaning_problems(load(temporary), frozenset())
    except ScenarioError as error:
        problems = list(error.problems)
    if problems:
        own = {str(temporary), os.path.realpath(temporary)}
        raise ScenarioError(dataclasses.replace(one, file=file if one.file in own else one.file) for one in problems)
