"""How one document overrides another, key by key: ``extends`` and variants.

An entry that is a bare value is the same as a table with ``value``. Overriding ``value`` (or a stock's ``start`` or
``next``) drops the inherited ``source`` and ``note``, which spoke of the old value; ``unit`` and ``over`` stay. A new
``title`` drops the inherited ``description`` likewise.
Defining a name in another section turns the quantity into another kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from burncast.engine.documents.document import Document
from burncast.engine.documents.toml_lines import KeyPath
from burncast.engine.language.scenario_model import Kind, Location

__all__ = ["KIND_OF_SECTION", "merge", "normalised", "variant_document"]

KIND_OF_SECTION: dict[str, Kind] = {"inputs": "input", "processes": "process", "formulas": "formula", "stocks": "stock"}
_VALUES = frozenset({"value", "schedule", "start", "next"})
_ABOUT_VALUES = ("source", "note")
_KEPT_BY_NEW_KIND = ("unit", "over")


def normalised(document: Document) -> Document:
    """The same document with every quantity's entry written as a table, and no ``extends``."""
    data = dict(document.data)
    for section in KIND_OF_SECTION.keys() & data.keys():
        data[section] = {name: _entry(value) for name, value in data[section].items()}
    if "scenario" in data:
        data["scenario"] = {key: value for key, value in data["scenario"].items() if key != "extends"}
    if "variants" in data:
        data["variants"] = {name: normalised(variant_document(document, name)).data for name in data["variants"]}
    return Document(data, document.file, document.text, document.places)


def variant_document(document: Document, name: str) -> Document:
    """One variant as a document of its own, which overrides the document it stands in."""
    places = {path[2:]: place for path, place in document.places.items() if path[:2] == ("variants", name)}
    places.pop((), None)
    return Document(document.data["variants"][name], document.file, document.text, places)


def merge(base: Document, over: Document) -> Document:
    """``over`` laid over ``base``, both normalised; neither is changed."""
    merged = Document(dict(base.data), over.file or base.file, over.text, dict(base.places))
    places = _Places(merged, over)
    for section, content in over.data.items():
        if section == "variants":
            _merge_variants(merged, base, over)
        elif section == "correlations":
            _merge_correlations(merged, over)
        elif section in KIND_OF_SECTION:
            _merge_quantities(merged, section, content, over, places)
        else:
            kept = dict(base.data.get(section, {}))
            if section == "scenario" and "title" in content:
                kept.pop("description", None)
            merged.data[section] = {**kept, **content}
            for key in content:
                places.take(section, key)
    return merged


def _entry(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {"value": value}


class _Places:
    """Moves places from the overriding document to the merged one, entry by entry."""

    def __init__(self, merged: Document, over: Document) -> None:
        self.merged, self.over = merged, over
        self.old, self.new = _by_entry(merged.places), _by_entry(over.places)

    def take(self, *path: str | int) -> None:
        """Forget where ``path`` and what is below it stood, and remember where it stands now."""
        length = len(path)
        for known in self.old.get(path[:2], ()):
            if known[:length] == path:
                self.merged.places.pop(known, None)
        self.merged.places[path] = self.over.location(*path)
        for known in self.new.get(path[:2], ()):
            if known[:length] == path:
                self.merged.places[known] = self.over.places[known]


def _by_entry(places: Mapping[KeyPath, Location]) -> dict[KeyPath, list[KeyPath]]:
    """The known paths of each entry, which is named by the first two parts of a path."""
    entries: dict[KeyPath, list[KeyPath]] = {}
    for path in places:
        entries.setdefault(path[:2], []).append(path)
    return entries


def _merge_quantities(
    merged: Document, section: str, content: Mapping[str, Any], over: Document, places: _Places
) -> None:
    labels = {label for labels in merged.data.get("dimensions", {}).values() for label in labels}
    labels |= {label for labels in over.data.get("dimensions", {}).values() for label in labels}
    entries = merged.data[section] = dict(merged.data.get(section, {}))
    for name, new in content.items():
        old = entries.get(name)
        if old is None:
            old = _taken_from_other_kind(merged, section, name)
            places.take(section, name)
        kept = dict(old)
        if _VALUES & new.keys():
            for about in _ABOUT_VALUES:
                kept.pop(about, None)
        if "value" in new:
            kept.pop("schedule", None)
            kept.pop("between", None)
        elif "schedule" in new:
            kept.pop("value", None)
        for key, value in new.items():
            kept[key] = _merge_elements(kept.get(key), value, labels) if key in _VALUES - {"schedule"} else value
            places.take(section, name, key)
        entries[name] = kept
        if (_VALUES | {"unit", "decision"}) & new.keys():
            merged.places[section, name] = over.location(section, name)


def _taken_from_other_kind(merged: Document, section: str, name: str) -> dict[str, Any]:
    """Remove the quantity from the section in which it stood, and hand back what another kind may keep of it."""
    for other in KIND_OF_SECTION.keys() - {section}:
        if name in merged.data.get(other, {}):
            entries = merged.data[other] = dict(merged.data[other])
            old = entries.pop(name)
            return {key: old[key] for key in _KEPT_BY_NEW_KIND if key in old}
    return {}


def _merge_elements(old: Any, new: Any, labels: set[str]) -> Any:
    """Tables by element merge element by element; elements that no dimension has any more are left behind."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return new
    kept = {label: value for label, value in old.items() if label in labels}
    return {**kept, **{label: _merge_elements(kept.get(label), value, labels) for label, value in new.items()}}


def _merge_correlations(merged: Document, over: Document) -> None:
    """A correlation between the same quantities is replaced, as one of 0 takes it back; others are added."""
    known = list(merged.data.get("correlations", []))
    for number, new in enumerate(over.data["correlations"]):
        if new is None:
            continue
        same = [i for i, old in enumerate(known) if old and _members(old) == _members(new)]
        position = same[0] if same else len(known)
        known[position:position] = [] if same else [new]
        known[position] = new
        moved = {path: place for path, place in over.places.items() if path[:2] == ("correlations", number)}
        for path in [path for path in merged.places if path[:2] == ("correlations", position)]:
            del merged.places[path]
        merged.places["correlations", position] = over.location("correlations", number)
        merged.places.update({("correlations", position, *path[2:]): place for path, place in moved.items()})
    merged.data["correlations"] = known


def _members(correlation: Mapping[str, Any]) -> frozenset[str]:
    """Between what a correlation is, however the elements are quoted; a matrix file may say so itself."""
    between = correlation.get("between") or [str(correlation.get("matrix"))]
    return frozenset(member.replace("'", '"').replace(" ", "") for member in between)


def _merge_variants(merged: Document, base: Document, over: Document) -> None:
    variants = merged.data["variants"] = dict(base.data.get("variants", {}))
    for name, content in over.data["variants"].items():
        new = variant_document(over, name)
        both = merge(variant_document(base, name), new) if name in variants else new
        variants[name] = both.data if name in variants else content
        places: dict[KeyPath, Location] = {("variants", name, *path): place for path, place in both.places.items()}
        merged.places[("variants", name)] = over.location("variants", name)
        merged.places.update(places)
