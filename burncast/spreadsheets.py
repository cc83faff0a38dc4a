"""``burncast to-sheet`` and ``from-sheet``: assumptions as a spreadsheet to fill in, and back."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from burncast.distributions.errors import InputError, ScenarioError, nearest_name
from burncast.terminal import say

if TYPE_CHECKING:
    from burncast.engine.scenario import Scenario, ScenarioSource

__all__ = ["convert_from_sheet", "convert_to_sheet", "from_sheet", "to_sheet"]

_SUFFIXES = (".xlsx", ".csv")


def to_sheet(
    scenario: ScenarioSource | None,
    path: str | os.PathLike[str],
    *,
    decimal_comma: bool = False,
    force: bool = False,
) -> None:
    """Write the assumptions of a scenario as a spreadsheet to fill in, which every command reads like the scenario.

    Parameters
    ----------
    scenario
        Anything that :func:`burncast.load` reads; None for the scenario that ``burncast init`` prints.
    path
        The file to write, whole or not at all: ``.xlsx``, which carries the scenario's text, or ``.csv``, which names
        the scenario's file.
    decimal_comma
        In a CSV file semicolons between cells and commas in numbers.
    force
        Replace a file that is there.

    Raises InputError for what the caller can mend; :class:`~burncast.ScenarioError` for mistakes of the scenario.
    """
    from burncast.engine.documents.template import TEMPLATE
    from burncast.engine.scenario import load, load_text
    from burncast.outputs.files.store import check_file, write_file

    place = Path(path)
    suffix = place.suffix.lower()
    if suffix not in _SUFFIXES:
        nearest = nearest_name(suffix, _SUFFIXES)
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        raise InputError(f"{place} ends in {suffix or 'nothing'!r}; expected {' or '.join(_SUFFIXES)}{hint}")
    if decimal_comma and suffix != ".csv":
        raise InputError("only a CSV file has decimal commas; a workbook shows numbers as its reader's settings say")
    check_file(place, force)
    source = os.fspath(scenario) if isinstance(scenario, (str, os.PathLike)) else None
    found = load_text(TEMPLATE, str(place)) if scenario is None else load(scenario)
    if suffix == ".csv":
        from burncast.outputs.assumptions.cells import assumption_csv

        named = found.file if scenario is not None and source is None else source
        if named is None:
            raise InputError("a CSV file names the file of its scenario; expected one, or a name that ends in .xlsx")
        content = assumption_csv(found, _called(named, place), decimal_comma=decimal_comma)
    else:
        from burncast.outputs.assumptions.workbook import assumption_workbook

        text = found.text if source is None else _carried(source, found, place)
        content = assumption_workbook(found, text, place.name)
    write_file(place, content, force)


def from_sheet(
    sheet: str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    update: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[str]:
    """Write what a spreadsheet fills in as a scenario file: the text of the scenario with the changed values in it.

    Comments and layout of the text stay. ``update`` is the scenario to change instead of the one that the sheet was
    made from; ``path`` may be the same file. Returns the keys that were changed.

    Raises InputError for what the caller can mend, :class:`~burncast.ScenarioError` for mistakes of the sheet or of
    what would be written; then nothing is.
    """
    from burncast.engine.compiler import compile_variants
    from burncast.engine.documents.document import is_sheet
    from burncast.engine.scenario import load
    from burncast.filling_in import filled_in
    from burncast.outputs.files.store import check_file, write_file

    place = Path(path)
    if not is_sheet(os.fspath(sheet)):
        raise InputError(f"{os.fspath(sheet)} is no spreadsheet by its name; expected one that ends in .xlsx or .csv")
    own = update is not None and place.exists() and os.path.samefile(place, update)
    check_file(place, force or own)
    compile_variants(load(sheet))
    text, keys = filled_in(Path(sheet), None if update is None else Path(update), place)
    write_file(place, text.encode(), force or own)
    return keys


def convert_to_sheet(source: str | None, out: Path, *, decimal_comma: bool, force: bool) -> None:
    """Everything that ``burncast to-sheet`` does."""
    to_sheet(source, out, decimal_comma=decimal_comma, force=force)
    name = shlex.quote(str(out))
    say(f"{name} is written; fill it in, then: burncast run {name}")


def convert_from_sheet(sheet: Path, out: Path | None, update: Path | None, *, force: bool) -> None:
    """Everything that ``burncast from-sheet`` does."""
    place = out or update
    if place is None:
        raise InputError("nowhere to write to: expected -o FILE, or --update FILE to change one in place")
    keys = from_sheet(sheet, place, update=update, force=force)
    said = f"changed: {', '.join(keys)}" if keys else "the sheet changes nothing"
    say(f"{shlex.quote(str(place))} is written; {said}")


def _carried(source: str, found: Scenario, place: Path) -> str:
    """The text that a workbook at ``place`` carries: that of the file, or all that it comes to, where the file extends
    another that is not found from there.
    """
    from burncast.engine.documents.document import read_document
    from burncast.engine.scenario import load_text

    document = read_document(source)
    if document.is_sheet:
        return found.text
    try:
        same = load_text(document.text, str(place)).sha256 == found.sha256
    except ScenarioError:
        same = False
    return document.text if same else found.text


def _called(source: str, place: Path) -> str:
    """What a scenario is called in a file at ``place``: a packaged name, or the way from there."""
    from burncast.engine.documents.document import find_scenario
    from burncast.engine.documents.packaged import packaged_scenarios

    path = find_scenario(source)
    if path == packaged_scenarios().get(source):
        return source
    return Path(os.path.relpath(path.resolve(), place.parent.resolve())).as_posix()
