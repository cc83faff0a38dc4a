"""What a spreadsheet changes, written into the text of a scenario: its comments and its layout stay."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from burncast.distributions.errors import BurncastError, InputError
from burncast.engine.documents.document import Document, find_scenario, parse_document, read_document, read_limited
from burncast.engine.documents.merging import normalised
from burncast.engine.documents.toml_edits import value_at, with_value, without_key
from burncast.engine.documents.toml_lines import KeyPath, show_key
from burncast.engine.documents.toml_text import toml_value
from burncast.engine.reading.sheet_changes import same_value, sheet_changes
from burncast.engine.scenario import load_text

__all__ = ["filled_in"]

_ABOUT = ("source", "note")
_SPOKEN_OF = frozenset({"value", "schedule", "start", "next", *_ABOUT})


def filled_in(sheet: Path, update: Path | None, out: Path) -> tuple[str, list[str]]:
    """The text of the scenario that a sheet fills in, or of ``update``, with what the sheet changes; and which keys.

    The text is to stand in ``out``. Raises ScenarioError where it would be no scenario there, InputError where there is
    no text to change.
    """
    document = normalised(read_document(sheet))
    text, file = _text_to_change(read_document(sheet), update)
    text, mark = text.removeprefix("\ufeff"), "\ufeff" if text.startswith("\ufeff") else ""
    changes = sheet_changes(document, _merged(text, file)).data
    keys: list[str] = []
    for path, new in _parts(changes):
        keys.append(show_key(path))
        text = _with_entry(text, path, new) if isinstance(new, Mapping) else with_value(text, path, toml_value(new))
    if not _says_so(text, document, out):
        raise BurncastError(f"{file} cannot be changed in place; change by hand: {', '.join(keys)}")
    return mark + text, keys


def _text_to_change(document: Document, update: Path | None) -> tuple[str, str | None]:
    """The text as it lies on the disk, or in the workbook, and the file that it is of."""
    if update is None and document.base is not None:
        return document.base.text, document.base.file
    path = update or find_scenario(document.data["scenario"]["extends"], document.file)
    base = read_document(path)
    if base.is_sheet:
        raise InputError(f"{path} is a spreadsheet too; expected a TOML file that takes the changes, with --update")
    return read_limited(Path(str(base.file))).decode(), base.file


def _merged(text: str, file: str | None) -> Document:
    """The scenario of a text with all that it extends."""
    return normalised(parse_document(load_text(text, file).text, None))


def _says_so(text: str, document: Document, out: Path) -> bool:
    """Whether a text reads as the sheet wants it: nothing is left to change."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return not sheet_changes(document, _merged(text, str(out))).data


def _parts(changes: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The entries and settings that change, by path."""
    for section, content in changes.items():
        if section == "variants":
            for name, overrides in content.items():
                yield from _parts(overrides, ("variants", name))
        else:
            yield from (((*above, section, name), new) for name, new in content.items())


def _with_entry(text: str, path: tuple[str, ...], new: Mapping[str, Any]) -> str:
    """The text with a quantity's entry changed, or added."""
    written = value_at(text, path)
    if not isinstance(written, Mapping):
        whole = {**({} if written is None else {"value": written}), **new}
        bare = whole.keys() == {"value"} and not isinstance(whole["value"], Mapping)
        return with_value(text, path, toml_value(whole["value"] if bare else whole))
    for key, value in new.items():
        text = _with_leaves(text, (*path, key), value, whole=key == "schedule")
    for key in _ABOUT:
        if key in written and key not in new and new.keys() & _SPOKEN_OF:
            text = without_key(text, (*path, key))
    return text


def _with_leaves(text: str, path: KeyPath, value: Any, whole: bool) -> str:
    """The text with a value, or a table of values; of a ``whole`` table nothing else stays."""
    written = value_at(text, path)
    if same_value(value, written):
        return text
    if not (isinstance(written, Mapping) and isinstance(value, Mapping)):
        return with_value(text, path, toml_value(value))
    for key, inner in value.items():
        text = _with_leaves(text, (*path, key), inner, whole)
    for key in written.keys() - value.keys() if whole else ():
        text = without_key(text, (*path, key))
    return text
