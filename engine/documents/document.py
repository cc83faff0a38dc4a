"""Scenario documents as they lie on disk: read, decoded, and every key with its place.

A document is plain data (the tables of ``tomllib``) plus the place of each key, so that whatever is found wrong later
can be shown where it stands.
"""

from __future__ import annotations

import contextlib
import hashlib
import numbers
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from burncast.distributions.errors import LawError, Problem, ScenarioError, nearest_name
from burncast.engine.documents.packaged import find_packaged, packaged_scenarios
from burncast.engine.documents.toml_lines import KeyPath, key_lines, show_key
from burncast.engine.language.scenario_model import Location
from burncast.engine.language.scipy_laws import in_language, is_distribution

__all__ = [
    "Document",
    "Trace",
    "find_scenario",
    "is_sheet",
    "parse_document",
    "read_document",
    "read_limited",
    "traced",
]

_SHEETS = (".csv", ".tsv", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_MAX_BYTES = 8_000_000
_MAX_DEPTH = 20
_LINE_IN_MESSAGE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(slots=True)
class Document:
    """Tables as ``tomllib`` gives them, the place of each key, and the file they were read from.

    A document of a spreadsheet overrides another, its ``base`` where it carries that itself, and says again what it
    leaves as it is; ``problems`` are those of its cells.
    """

    data: dict[str, Any]
    file: str | None
    text: str
    places: dict[KeyPath, Location] = field(default_factory=dict)
    is_sheet: bool = False
    base: Document | None = None
    problems: tuple[Problem, ...] = ()

    def location(self, *path: str | int) -> Location:
        """The place of a key, or of the nearest table around it that has one."""
        for length in range(len(path), 0, -1):
            if place := self.places.get(path[:length]):
                rest = show_key(path[length:])
                separator = "" if not rest or rest.startswith("[") else "."
                return Location(place.file, place.line, place.key + separator + rest)
        return Location(self.file, None, show_key(path))


@dataclass(slots=True)
class Trace:
    """What a scenario was made from: the file that each name meant, and the digest of each file that was read."""

    found: dict[tuple[str, str | None], Path] = field(default_factory=dict)
    read: dict[Path, str] = field(default_factory=dict)


_trace: ContextVar[Trace | None] = ContextVar("trace", default=None)


@contextlib.contextmanager
def traced() -> Iterator[Trace]:
    """Note down what is looked up and read inside."""
    trace = Trace()
    token = _trace.set(trace)
    try:
        yield trace
    finally:
        _trace.reset(token)


def read_document(source: str | os.PathLike[str] | Mapping[str, Any]) -> Document:
    """Read a packaged scenario by name, a file by path, or take a mapping as it is.

    Raises :class:`ScenarioError` if it cannot be read.
    """
    if isinstance(source, Mapping):
        data: dict[str, Any] = _plain(source)
        return Document(data, None, "", {path: Location(None, None, show_key(path)) for path in _paths(data)})
    path = find_scenario(source)
    if is_sheet(path.name):
        from burncast.engine.documents.assumption_sheet import read_assumption_sheet

        return read_assumption_sheet(path)
    file = str(path)
    try:
        text = read_limited(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError([Problem(f"is not UTF-8 text (byte {error.start + 1:,})", file)]) from None
    except OSError as error:
        raise ScenarioError([Problem(f"cannot be read: {error.strerror or error}", file)]) from None
    return parse_document(text, file)


def parse_document(text: str, file: str | None) -> Document:
    """A document from its text; raises :class:`ScenarioError` where it is no TOML."""
    text = text.replace("\r\n", "\n")
    if not text.strip():
        raise ScenarioError(
            [Problem("is empty", file, expected="a scenario; `burncast init` prints one to begin with")]
        )
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([_toml_problem(error, text, file)]) from None
    except (RecursionError, ValueError):
        raise ScenarioError([Problem("is nested too deeply, or holds a number of thousands of digits", file)]) from None
    places = {path: Location(file, line, show_key(path)) for path, line in key_lines(text).items()}
    return Document(data, file, text, places)


def find_scenario(source: str | os.PathLike[str], relative_to: str | None = None) -> Path:
    """The file that a path or a packaged name means; a file that is there goes before a packaged name.

    ``relative_to`` is the file in which ``source`` is named.
    """
    path = _find(os.fspath(source), relative_to)
    if (trace := _trace.get()) is not None:
        trace.found[os.fspath(source), relative_to] = path
    return path


def _find(name: str, relative_to: str | None) -> Path:
    if not name or "\0" in name:
        raise ScenarioError([Problem(f"{name!r} is no file name", expected="a scenario file or a packaged name")])
    path = Path(relative_to).parent / name if relative_to else Path(name)
    if os.path.isdir(path) and name not in packaged_scenarios():
        raise ScenarioError([Problem("is a directory", name, expected="a scenario file")])
    if os.path.exists(path) and not os.path.isdir(path):
        return path
    is_file = name.endswith(".toml") or is_sheet(name) or "/" in name or "\\" in name
    if name not in packaged_scenarios() and is_file:
        nearest = nearest_name(path.name, _scenario_files_beside(path))
        raise ScenarioError([Problem("there is no such file", name, nearest=nearest)])
    return find_packaged(name, "a file, or a packaged scenario")


def is_sheet(name: str) -> bool:
    """Whether a file is a spreadsheet, by its name."""
    return name.lower().endswith(_SHEETS)


def read_limited(path: Path, limit: int = _MAX_BYTES) -> bytes:
    """The bytes of a file that is not unreasonably long; raises OSError otherwise."""
    with path.open("rb") as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise OSError(f"it is longer than {limit // 1_000_000} MB")
    if (trace := _trace.get()) is not None:
        trace.read[path] = hashlib.sha256(content).hexdigest()
    return content


def _scenario_files_beside(path: Path) -> list[str]:
    suffixes = _SHEETS if is_sheet(path.name) else (".toml",)
    try:
        return sorted(file.name for file in path.parent.iterdir() if file.suffix in suffixes)
    except OSError:
        return []


def _toml_problem(error: tomllib.TOMLDecodeError, text: str, file: str | None) -> Problem:
    message = str(error)
    place = _LINE_IN_MESSAGE.search(message)
    line = len(text.splitlines()) if place is None or place[1] is None else int(place[1])
    reason = message[: place.start()] if place else message
    column = f" (column {place[2]})" if place and place[2] else ""
    return Problem(f"is not valid TOML: {reason[:1].lower()}{reason[1:]}{column}", file, line)


def _paths(data: Any, above: KeyPath = ()) -> Iterator[KeyPath]:
    """The path of every key of a mapping, for which no text tells a line."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield (*above, key)
        yield from _paths(value, (*above, key))


def _plain(value: Any, path: KeyPath = ()) -> Any:
    """What a document given from Python holds, in the types that a file would give; ``path`` is where it stands."""
    if len(path) > _MAX_DEPTH:
        raise ScenarioError([Problem(f"the mapping is nested more than {_MAX_DEPTH} levels deep")])
    if isinstance(value, Mapping):
        return {str(key): _plain(item, (*path, str(key))) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(item, (*path, place)) for place, item in enumerate(value)]
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    if not is_distribution(value):
        return value
    try:
        return in_language(value)
    except LawError as error:
        problem = Problem(error.message, key=show_key(path), expected=error.expected, nearest=error.nearest)
        raise ScenarioError([problem]) from None
