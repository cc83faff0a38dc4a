"""A scenario file becomes a :class:`Scenario`, or an error that lists everything wrong with it.

Reading goes through plain steps, each of which reports what it finds and goes on: the documents and what they extend,
merging, the values, then who uses what. Nothing after :func:`load` validates again, except what the compiler alone can
know: functions, distributions and dimensions.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from typing import Any

from burncast.distributions.errors import Problem, ScenarioError
from burncast.engine.assembly import assemble, begin_reading
from burncast.engine.dependencies import find_dependencies
from burncast.engine.document import Document, find_scenario, read_document
from burncast.engine.merging import merge, normalised, variant_document
from burncast.engine.scenario_model import (
    ByElement,
    Correlation,
    Kind,
    Location,
    Quantity,
    Ruin,
    Scenario,
    Step,
    Value,
)
from burncast.engine.toml_text import write_toml

__all__ = ["ByElement", "Correlation", "Kind", "Location", "Quantity", "Ruin", "Scenario", "Step", "Value", "load"]


def load(source: str | os.PathLike[str] | Mapping[str, Any]) -> Scenario:
    """Read a scenario: a file, the name of a packaged one, or a mapping with the same content.

    Raises :class:`ScenarioError` with every problem found, in the order of files and lines.
    """
    problems: list[Problem] = []
    documents = _with_extended(read_document(source), problems)
    document = normalised(documents[-1])
    for over in reversed(documents[:-1]):
        document = merge(document, normalised(over))
    is_whole = len(documents) == 1 and document.file is not None
    scenario = _read(document, documents[0].text if is_whole else write_toml(document.data), problems)
    if problems:
        unique = dict.fromkeys(problems)
        raise ScenarioError(sorted(unique, key=lambda problem: (problem.file or "", problem.line or 0)))
    return scenario


def _with_extended(document: Document, problems: list[Problem]) -> list[Document]:
    """The document, what it extends, what that extends, and so on; a circle is an error."""
    documents = [document]
    while (extended := documents[-1].data.get("scenario", {}).get("extends")) is not None:
        location = documents[-1].location("scenario", "extends")
        try:
            path = find_scenario(extended, documents[-1].file)
            if any(known.file is not None and os.path.samefile(path, known.file) for known in documents):
                shown = " → ".join(str(known.file) for known in documents)
                raise ScenarioError([location.problem(f"extends itself: {shown} → {path}")])
            documents.append(read_document(path))
        except ScenarioError as error:
            if error.line is not None:
                raise
            found = error.problems[0]
            raise ScenarioError([*problems, location.problem(str(found))]) from None
    return documents


def _read(document: Document, text: str, problems: list[Problem]) -> Scenario:
    """The base and its variants, which share whatever they do not change."""
    reading = begin_reading(document, problems)
    base = assemble(reading, text)
    problems.extend(find_dependencies(base, reading.broken)[1])
    variants: dict[str, Scenario] = {}
    alone = Document(
        {key: value for key, value in document.data.items() if key != "variants"}, document.file, "", document.places
    )
    for name in document.data.get("variants", {}):
        merged = merge(alone, variant_document(document, name))
        merged_reading = dataclasses.replace(reading, document=merged)
        variants[name] = assemble(merged_reading, write_toml(merged.data))
        problems.extend(find_dependencies(variants[name], reading.broken)[1])
    return dataclasses.replace(base, variants=variants)
