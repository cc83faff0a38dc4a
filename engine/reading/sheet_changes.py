"""What a spreadsheet changes of the scenario that it fills in: a sheet says again all that it leaves as it is."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from burncast.engine.documents.document import Document
from burncast.engine.documents.merging import KIND_OF_SECTION
from burncast.engine.documents.sheet_cells import cell_text
from burncast.engine.documents.sheet_numbers import readings
from burncast.engine.language.expression_tokens import interval_ends
from burncast.engine.reading.schedules import read_date

__all__ = ["same_value", "sheet_changes"]

_VALUES = ("value", "schedule", "start", "next")
_ABOUT = ("source", "note")
_MISSING = object()


def sheet_changes(sheet: Document, base: Document) -> Document:
    """The document of a sheet without what ``base`` says as well; both normalised, neither is changed.

    A changed value keeps the ``source`` and ``note`` that stand beside it, which it would take away elsewhere.
    """
    data = _changes(sheet.data, base.data, base.data)
    return Document(data, sheet.file, sheet.text, sheet.places)


def _changes(sheet: Mapping[str, Any], base: Mapping[str, Any], plain: Mapping[str, Any]) -> dict[str, Any]:
    """``plain`` is the scenario without variants where ``base`` is a variant, which inherits from it."""
    changed: dict[str, Any] = {}
    for section, content in sheet.items():
        old = base.get(section, {})
        if section == "variants":
            found = {name: _changes(one, old.get(name, {}), plain) for name, one in content.items()}
            found = {name: one for name, one in found.items() if one or name not in old}
        elif section in KIND_OF_SECTION:
            whole = plain.get(section, {})
            entries = {name: _entry(new, old.get(name), whole.get(name, {})) for name, new in content.items()}
            found = {name: entry for name, entry in entries.items() if entry}
        else:
            found = {key: value for key, value in content.items() if not same_value(value, old.get(key, _MISSING))}
            if "title" in found and "description" in content:
                found["description"] = content["description"]
        if found:
            changed[section] = found
    return changed


def _entry(new: Mapping[str, Any], old: Mapping[str, Any] | None, plain: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry changes; all of one that is not there."""
    if old is None:
        return dict(new)
    changed: dict[str, Any] = {}
    for key in ("unit", "decision"):
        if key in new and not same_value(new[key], old.get(key, plain.get(key, _MISSING))):
            changed[key] = new[key]
    for key in _VALUES:
        if key in new and (leaves := _leaves(new[key], old.get(key, _MISSING), key == "schedule")) is not _MISSING:
            changed[key] = leaves
    if any(not same_value(new.get(key, ""), old.get(key, "")) for key in _ABOUT):
        if any(key in old and key not in new for key in _ABOUT):
            changed |= {key: new[key] for key in _VALUES if key in new}
        changed |= {key: new[key] for key in _ABOUT if key in new}
    elif changed.keys() & set(_VALUES):
        changed |= {key: new[key] for key in _ABOUT if key in new}
    return changed


def _leaves(new: Any, old: Any, whole: bool) -> Any:
    """The elements that are new, all of them where they stand ``whole`` or not at all."""
    if not isinstance(new, Mapping) or not isinstance(old, Mapping):
        return _MISSING if same_value(new, old) else new
    if whole:
        same = new.keys() == old.keys() and all(same_value(value, old[key]) for key, value in new.items())
        return _MISSING if same else new
    found = {label: _leaves(value, old.get(label, _MISSING), False) for label, value in new.items()}
    found = {label: value for label, value in found.items() if value is not _MISSING}
    return found or _MISSING


def same_value(new: Any, old: Any) -> bool:
    """Whether two values mean the same: a month and its first day, a number and its text, texts but for
    blanks.
    """
    if new == old:
        return True
    if isinstance(new, str) and isinstance(old, str):
        return cell_text(new) == cell_text(old) or (interval_ends(new) == interval_ends(old) is not None)
    if isinstance(new, datetime.date) or isinstance(old, datetime.date):
        return _day(new) == _day(old) is not None
    texts = [one for one in (new, old) if isinstance(one, str)]
    others = [one for one in (new, old) if isinstance(one, (int, float))]
    if len(others) == 2:
        return float(new) == float(old)
    return len(texts) == len(others) == 1 and readings(texts[0]).get(".") == others[0]


def _day(value: Any) -> datetime.date | None:
    if isinstance(value, datetime.date):
        return datetime.date(value.year, value.month, value.day)
    return read_date(value) if isinstance(value, str) else None
