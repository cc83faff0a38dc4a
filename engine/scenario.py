"""A scenario file becomes a :class:`Scenario`, or an error that lists everything wrong with it.

Reading goes through plain steps, each of which reports what it finds and goes on: the documents and what they extend,
merging, the values, then who uses what. Nothing after :func:`load` validates again, except what the compiler alone can
know: functions, distributions and dimensions.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from typing import Any, TypeAlias

from burncast.distributions.errors import Problem, ScenarioError
from burncast.engine.documents.document import Document, find_scenario, parse_document, read_document
from burncast.engine.documents.merging import KIND_OF_SECTION, merge, normalised, variant_document
from burncast.engine.documents.structure_check import Structure, check_structure
from burncast.engine.documents.toml_text import Written, write_toml
from burncast.engine.language.dependencies import Mentions, find_dependencies, find_misnamed, used_names
from burncast.engine.language.scenario_model import (
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
from burncast.engine.language.units import check_units
from burncast.engine.reading.assembly import assemble, begin_reading
from burncast.engine.reading.sheet_changes import sheet_changes

__all__ = [
    "ByElement",
    "Correlation",
    "Kind",
    "Location",
    "Quantity",
    "Ruin",
    "Scenario",
    "ScenarioSource",
    "Step",
    "Value",
    "load",
    "load_text",
]


ScenarioSource: TypeAlias = Scenario | str | os.PathLike[str] | Mapping[str, Any]
"""What :func:`load` takes."""


def load(source: ScenarioSource) -> Scenario:
    """Read a scenario: a file, the name of a packaged one, or a mapping with the same content.

    The file may be a spreadsheet that fills in another scenario; where it changes nothing, it is that scenario.

    A scenario that was read before is returned as it is.

    Raises :class:`ScenarioError` with every problem found, in the order of files and lines.
    """
    return source if isinstance(source, Scenario) else _load(read_document(source))


def load_text(text: str, file: str | None) -> Scenario:
    """As :func:`load`, of a text that is to stand in ``file``: there its other files are looked for."""
    return _load(parse_document(text, file))


def _load(document: Document) -> Scenario:
    structures = _with_extended(check_structure(document))
    problems = [problem for structure in structures for problem in structure.problems]
    if any(structure.hopeless for structure in structures):
        raise ScenarioError(problems)
    documents = [structure.document for structure in structures]
    document = normalised(documents[-1])
    added: set[str] = set()
    stands_alone = document.file is not None
    for below in reversed(documents[:-1]):
        over = sheet_changes(normalised(below), document) if below.is_sheet else normalised(below)
        if below.is_sheet and not over.data:
            continue
        added |= _added(document, over)
        document = merge(document, over)
        stands_alone = False
    text = documents[-1].text if stands_alone else write_toml(document.data)
    broken = {name for structure in structures for name in structure.broken}
    scenario = _read(document, text, problems, broken, added)
    if problems:
        raise ScenarioError(problems + _meaning_problems(scenario, broken))
    return scenario


def _meaning_problems(scenario: Scenario, broken: set[str]) -> list[Problem]:
    """What the compiler would find next, so that one look shows everything."""
    from burncast.engine.lowering.lowering import meaning_problems

    return meaning_problems(scenario, frozenset(broken))


def _with_extended(structure: Structure) -> list[Structure]:
    """The document, what it extends, what that extends, and so on; a circle is an error."""
    structures = [structure]
    while True:
        document = structures[-1].document
        if document.base is not None:
            structures.append(check_structure(document.base))
            continue
        if (extended := _extended_name(document)) is None:
            return structures
        location = document.location("scenario", "extends")
        found: list[Problem] = []
        try:
            path = find_scenario(extended, document.file)
            known = [structure.document.file for structure in structures]
            if any(file is not None and os.path.exists(file) and os.path.samefile(path, file) for file in known):
                shown = " → ".join(str(file) for file in [*known, path])
                found.append(location.problem(f"extends itself: {shown}"))
            else:
                structures.append(check_structure(read_document(path)))
        except ScenarioError as error:
            first = error.problems[0]
            found.extend(error.problems if first.line else [location.problem(str(first))])
        if found:
            before = [problem for structure in structures for problem in structure.problems]
            raise ScenarioError(before + found)


def _extended_name(document: Document) -> str | None:
    about = document.data.get("scenario")
    extended = about.get("extends") if isinstance(about, Mapping) else None
    return extended if isinstance(extended, str) else None


def _added(base: Document, over: Document) -> set[str]:
    """The quantities of ``over`` that ``base`` does not have."""
    named = [
        {name for section in KIND_OF_SECTION for name in document.data.get(section, {})} for document in (over, base)
    ]
    return named[0] - named[1]


def _read(document: Document, text: str, problems: list[Problem], broken: set[str], added: set[str]) -> Scenario:
    """The base and its variants, which share whatever they do not change; ``added`` to what the base extends."""
    reading = begin_reading(document, problems)
    reading.broken |= broken
    reading.misspelt |= {(problem.key or "").rpartition(".")[0] for problem in problems}
    base = assemble(reading, text)
    mentions = Mentions()
    problems.extend(_examined(base, reading.broken, mentions))
    variants: dict[str, Scenario] = {}
    written: Written = {}
    used = used_names(base, mentions)
    alone = Document(
        {key: value for key, value in document.data.items() if key != "variants"}, document.file, "", document.places
    )
    for name in document.data.get("variants", {}):
        over = variant_document(document, name)
        merged = merge(alone, over)
        merged_reading = dataclasses.replace(reading, document=merged, known=dict(reading.known))
        variants[name] = assemble(merged_reading, write_toml(merged.data, written))
        problems.extend(_examined(variants[name], reading.broken, mentions))
        used_here = used_names(variants[name], mentions)
        problems.extend(find_misnamed(variants[name], _added(alone, over), used_here))
        used |= used_here
    problems.extend(find_misnamed(base, added, used))
    return dataclasses.replace(base, variants=variants)


def _examined(scenario: Scenario, broken: set[str], mentions: Mentions) -> list[Problem]:
    """Problems of dependencies and of units."""
    dependencies, problems = find_dependencies(scenario, broken, mentions)
    if any(quantity.unit is not None for quantity in scenario.quantities.values()):
        problems = problems + check_units(scenario, dependencies)
    return problems
