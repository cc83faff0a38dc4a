"""What was tried on the page of ``burncast serve``, as a scenario file.

A file of one's own comes back as it was, comments and all, with the changed values in their places; those of a variant
in the variant. What the file inherits is overridden in it, and a packaged scenario is extended. A changed value that
has a ``source`` no longer comes from there alone: the source says what it was.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from burncast.distributions.errors import InputError
from burncast.engine.documents.document import is_sheet, traced
from burncast.engine.documents.packaged import packaged_scenarios
from burncast.engine.documents.toml_edits import text_at, value_at, with_value, without_key
from burncast.engine.documents.toml_lines import KeyPath
from burncast.engine.documents.toml_text import toml_key, toml_value
from burncast.engine.inputs.multiples import SCHEDULE, multiple_of, scaled_schedule
from burncast.engine.inputs.pinning import named_input
from burncast.engine.language.expressions import Expression, Name, parse, walk
from burncast.engine.scenario import ByElement, Quantity, Scenario, load_text
from burncast.filling_in import filled_in

__all__ = ["Original", "Saved", "saved_scenario"]

BASE = "base"
TRIED = "what-if"
_NUMBER = re.compile(r"[+-]?(0|[1-9](_?\d)*)(\.\d(_?\d)*)?([eE][+-]?\d(_?\d)*)?")


@dataclass(frozen=True, slots=True)
class Original:
    """A scenario as it was when it was read: how it was called, and the ``text`` of its file.

    ``file`` is None for a packaged scenario, which is extended rather than copied.
    """

    source: str
    scenario: Scenario
    file: str | None
    text: str

    def file_name(self, kind: str) -> str:
        """What a file that is made from it may be called: letters, digits and a few signs only."""
        stem = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(self.source).stem).strip(".-") or "scenario"
        return f"{stem}-{TRIED}.{kind}"

    @classmethod
    def read(cls, source: str, scenario: Scenario) -> Original:
        """Of a scenario that was just loaded from ``source``."""
        own = Path(scenario.file) if scenario.file is not None else None
        if own is None or own in packaged_scenarios().values():
            name = own.stem if own is not None else source
            text = f"# {name} with other values, tried on the page of `burncast serve`.\n\n[scenario]\n"
            return cls(source, scenario, None, f"{text}extends = {toml_value(name)}\n")
        if is_sheet(own.name):
            return cls(source, scenario, str(own), filled_in(own, None, own.with_suffix(".toml"))[0])
        return cls(source, scenario, str(own), own.read_bytes().decode("utf-8"))


@dataclass(frozen=True, slots=True)
class Saved:
    """The text of a scenario file, and what it loads to beside the original."""

    text: str
    scenario: Scenario


def saved_scenario(original: Original, variant: str, changes: Mapping[str, str]) -> Saved:
    """The original with ``changes``, from the keys of inputs to expressions, made in ``variant``.

    Raises InputError (ScenarioError) where the result would be no scenario.
    """
    mark = "\ufeff" if original.text.startswith("\ufeff") else ""
    text = original.text.removeprefix(mark)
    section: KeyPath = ("inputs",) if variant == BASE else ("variants", variant, "inputs")
    base = original.scenario
    scenario = base if variant == BASE else base.variants[variant]
    for key, change in changes.items():
        quantity, labels = named_input(scenario, key)
        entry = (*section, quantity.name)
        dated = tomllib.loads(scenario.text)["inputs"][quantity.name]
        if isinstance(dated, Mapping) and SCHEDULE in dated:
            text = _rescheduled(text, entry, dated, parse(change), _toml(change))
        else:
            text = _changed(text, entry, labels, _toml(change), quantity)
    with traced() as trace:
        scenario = load_text(text, original.file)
    packaged = {path.parent for path in packaged_scenarios().values()}
    if original.file is not None and any(path.parent not in packaged for path in (*trace.read, *trace.found.values())):
        text = _with_remark(text, f"# It reads other files: keep it in the folder of {Path(original.file).name}.")
    return Saved(mark + text, scenario)


def _changed(text: str, entry: KeyPath, labels: tuple[str, ...], value: str, quantity: Quantity) -> str:
    """The text with ``value`` for one element of an input, or for an input without elements."""
    written = value_at(text, entry)
    if written is None:
        return with_value(text, entry, _nested(("value", *labels), value) if labels else value)
    if not isinstance(written, dict):
        return with_value(text, entry, value)
    path = (*entry, "value")
    old = written.get("value")
    for place, label in enumerate(labels):
        if old is not None and not isinstance(old, dict):
            value = _spread(quantity, labels, place, toml_value(old), value)
            break
        old = old.get(label) if old is not None else None
        path = (*path, label)
    was = old if isinstance(old, str) else text_at(text, path)
    text = with_value(text, path, value)
    return (
        text if was is None else _with_source(text, entry, written.get("source"), f"{' '.join((*labels, 'was'))} {was}")
    )


def _rescheduled(text: str, entry: KeyPath, dated: Mapping[str, Any], change: Expression, value: str) -> str:
    """The text with another value in the place of a table of dates: its numbers multiplied, or none of it left."""
    factor, whole = multiple_of(change)
    written = value_at(text, (*entry, SCHEDULE))
    source = value_at(text, (*entry, "source"))
    if whole == Name(SCHEDULE):
        scaled = {date: toml_value(number) for date, number in scaled_schedule(dated[SCHEDULE], factor).items()}
        if not isinstance(written, dict):
            table = ", ".join(f"{toml_key(date)} = {number}" for date, number in scaled.items())
            return with_value(text, (*entry, SCHEDULE), f"{{ {table} }}")
        for date, number in scaled.items():
            text = with_value(text, (*entry, SCHEDULE, date), number)
        return _with_source(text, entry, source, "the schedule was multiplied")
    if any(node == Name(SCHEDULE) for node in walk(change)):
        what = f"{entry[-1]}: what is computed from its schedule cannot be saved"
        raise InputError(f"{what}; expected a multiple, such as 1.2 * schedule")
    if not isinstance(value_at(text, entry), dict):
        return with_value(text, entry, value)
    for key in (SCHEDULE, "between"):
        text = without_key(text, (*entry, key))
    if value_at(text, (*entry, SCHEDULE)) is not None:
        raise InputError(f"{entry[-1]}: a schedule in a table of its own cannot be written over; change it in the file")
    return _with_source(with_value(text, (*entry, "value"), value), entry, source, "was a schedule")


def _with_source(text: str, entry: KeyPath, source: Any, was: str) -> str:
    """The text whose entry says what its value was when it came from its source alone."""
    if not isinstance(source, str) or source.startswith(f"{TRIED}; "):
        return text
    return with_value(text, (*entry, "source"), toml_value(f"{TRIED}; {was}: {source}"))


def _nested(keys: tuple[str, ...], value: str) -> str:
    """A value inside tables of one key each.

    >>> _nested(("value", "plus"), "25")
    '{ value = { plus = 25 } }'
    """
    for key in reversed(keys):
        value = f"{{ {toml_key(key)} = {value} }}"
    return value


def _spread(quantity: Quantity, labels: tuple[str, ...], place: int, old: str, value: str) -> str:
    """A table of all elements below ``labels[:place]``, which had one value so far; that of ``labels`` is another."""
    whole = quantity.value
    known = list(whole.values) if isinstance(whole, ByElement) else [labels]

    def below(before: tuple[str, ...]) -> str:
        if len(before) == len(labels):
            return value if before == labels else old
        following = dict.fromkeys(one[len(before)] for one in known if one[: len(before)] == before)
        return f"{{ {', '.join(f'{toml_key(label)} = {below((*before, label))}' for label in following)} }}"

    return below(labels[:place])


def _toml(text: str) -> str:
    """An expression as TOML has it: a number as a number, all else in quotes."""
    if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return text
    return toml_value(text)


def _with_remark(text: str, remark: str) -> str:
    first, newline, rest = text.partition("\n")
    return f"{first}{newline}{remark}\n{rest}" if first.startswith("#:") and newline else f"{remark}\n{text}"
