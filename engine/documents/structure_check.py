"""Whether a document has the shape of a scenario file, told in plain words, all at once."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from burncast.distributions.errors import Problem, nearest_name
from burncast.engine.documents.document import Document
from burncast.engine.documents.merging import KIND_OF_SECTION
from burncast.engine.documents.structure import MAX_PERIODS, ScenarioFile, VariantTables, tables_of_section
from burncast.engine.documents.toml_lines import KeyPath

__all__ = ["Structure", "check_structure"]

_EXPECTED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "list_type": "a list in square brackets",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "date_type": "a date",
    "greater_than_equal": f"1 to {MAX_PERIODS:,}",
    "less_than_equal": f"1 to {MAX_PERIODS:,}",
}
_EXPECTED_BY_KEY = {
    "start": 'a month such as "2023-06", or a day',
    "over": "the name of a dimension, or a list of them",
}


@dataclass(slots=True)
class Structure:
    """A document without what is wrong with its shape; ``broken`` are the quantities that lost something."""

    document: Document
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    hopeless: bool = False


def check_structure(document: Document) -> Structure:
    """Report unknown keys and wrong types, and cut them out, so that what is left can be read further.

    ``hopeless`` where so much is cut out that whatever else is found would only be a consequence.
    """
    structure = Structure(dataclasses.replace(document), list(document.problems))
    try:
        ScenarioFile.model_validate(document.data)
    except ValidationError as error:
        structure.document.data = _copied(document.data)
        for found in error.errors(include_url=False, include_context=True):
            path = tuple(part for part in found["loc"] if not (isinstance(part, str) and part.startswith("<")))
            structure.problems.append(_problem(document, path, found["type"], found["input"], found.get("ctx", {})))
            _cut_out(structure, path, found["type"])
    return structure


def _problem(document: Document, path: KeyPath, kind: str, value: Any, context: Mapping[str, Any]) -> Problem:
    location = document.location(*path)
    if kind == "extra_forbidden":
        allowed, inside = _allowed_keys(path)
        key = str(path[-1])
        if _is_element(document, path):
            return location.problem(f"{key!r} is an element, not a key", "the table by element in `value = { … }`")
        nearest = nearest_name(key, allowed)
        return location.problem(f"{key!r} is no key of {inside}", None if nearest else ", ".join(allowed), nearest)
    if kind == "literal_error":
        choices = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "").split(", ")
        return location.problem(f"is {_shown(value)}", " or ".join(choices), nearest_name(str(value), choices))
    if kind == "float_type" and isinstance(value, int) and not isinstance(value, bool):
        return location.problem("is too large a number", "a finite number")
    expected = _EXPECTED.get(kind)
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        expected = _EXPECTED_BY_KEY.get(str(path[-1]), "a number, an expression in quotes, or a table")
        if path[-1] == "start" and path[0] != "scenario":
            expected = "a number, an expression in quotes, or a table"
    return location.problem(f"is {_shown(value)}", expected or kind.replace("_", " "))


def _shown(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'the text "{value if len(value) <= 40 else value[:39] + "…"}"'
        case int() | float():
            return f"the number {value if isinstance(value, float) or abs(value) < 10**15 else '…'}"
        case list():
            return "a list"
        case Mapping():
            return "a table"
        case datetime.date() | datetime.time():
            return f"the date {value}"
        case _:
            return repr(value)[:40]


def _allowed_keys(path: KeyPath) -> tuple[list[str], str]:
    """The keys that may stand where the last part of ``path`` stands, and what that place is called."""
    in_variant = path[0] == "variants" and len(path) > 2
    inner = path[2:] if in_variant else path
    if len(inner) == 1:
        return list(
            (VariantTables if in_variant else ScenarioFile).model_fields
        ), "a variant" if in_variant else "the file"
    section = str(inner[0])
    tables = tables_of_section(section, in_variant)
    name = f"[[{section}]]" if section == "correlations" else f"[{section}]"
    inside = name if section not in KIND_OF_SECTION else f"an entry of {name}"
    return list(tables.model_fields) if tables else [], inside


def _is_element(document: Document, path: KeyPath) -> bool:
    dimensions = document.data.get("dimensions")
    inner = path[2:] if path[0] == "variants" else path
    if not isinstance(dimensions, Mapping) or len(inner) != 3 or inner[0] not in KIND_OF_SECTION:
        return False
    return any(isinstance(labels, list) and inner[-1] in labels for labels in dimensions.values())


def _cut_out(structure: Structure, path: KeyPath, kind: str) -> None:
    """Remove the smallest part that can be missing: a key, an entry, or an element of a list of tables."""
    inner = path[2:] if path[0] == "variants" and len(path) > 2 else path
    if kind != "extra_forbidden":
        if inner[0] in KIND_OF_SECTION and len(inner) > 1:
            structure.broken.add(str(inner[1]))
            path = path[: len(path) - len(inner) + 2]
        elif inner[0] == "correlations" and len(inner) > 1:
            path = path[: len(path) - len(inner) + 2]
        elif inner[0] in ("outputs", "posterior", "ruin", "scenario"):
            path = path[: len(path) - len(inner) + min(2, len(inner))]
            structure.hopeless |= inner[1:2] == ("extends",)
        else:
            structure.hopeless = True
        structure.hopeless |= len(inner) == 1
    holder: Any = structure.document.data
    for part in path[:-1]:
        holder = _inside(holder, part)
    if isinstance(holder, dict):
        holder.pop(path[-1], None)
    elif isinstance(holder, list):
        holder[int(path[-1])] = None


def _inside(holder: Any, part: str | int) -> Any:
    if isinstance(holder, dict):
        return holder.get(str(part))
    return holder[int(part)] if isinstance(holder, list) else None


def _copied(value: Any) -> Any:
    """A copy of the tables and lists, which can be cut without harm to the document that was read."""
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value
