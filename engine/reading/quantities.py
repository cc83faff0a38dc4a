"""From the entries of a merged document to quantities: values parsed, elements laid out, known paths resolved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from burncast.distributions.errors import Problem, nearest_name
from burncast.engine.documents.document import Document
from burncast.engine.documents.merging import KIND_OF_SECTION
from burncast.engine.language.expressions import TIME_NAMES, Expression, ExpressionError, Number, is_name, parse
from burncast.engine.language.functions import FUNCTIONS, PROCESSES
from burncast.engine.language.scenario_model import ByElement, Location, Quantity, Value
from burncast.engine.reading.schedules import Calendar, names_files, resolve_data, schedule_values

__all__ = ["Reading", "read_quantities"]


@dataclass(slots=True)
class Reading:
    """What reading one document has found so far.

    ``broken`` are names of which nothing can be said; ``misspelt`` the entries (``inputs.price``) that lost a key;
    ``known`` what was read before, by name, with the entry that it was read from.
    """

    document: Document
    calendar: Calendar
    dimensions: dict[str, tuple[str, ...]]
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    misspelt: set[str] = field(default_factory=set)
    known: dict[str, tuple[Any, Quantity]] = field(default_factory=dict)

    def report(self, location: Location, message: str, expected: str | None = None, nearest: str | None = None) -> None:
        """Remember a problem at a place."""
        self.problems.append(location.problem(message, expected, nearest))


def read_quantities(reading: Reading) -> dict[str, Quantity]:
    """Every quantity of the document by name, in the order in which they are written."""
    quantities: dict[str, Quantity] = {}
    for section in KIND_OF_SECTION:
        for name, entry in reading.document.data.get(section, {}).items():
            location = reading.document.location(section, name)
            if name in quantities:
                first = quantities[name].location
                where = f" (line {first.line})" if first.line else ""
                reading.report(location, f"{name!r} is defined twice: also as {first.key}{where}")
                continue
            remembered = reading.known.get(name)
            if remembered and remembered[0] is entry:
                quantities[name] = remembered[1]
                continue
            quantity = _read_quantity(reading, section, name, entry, location)
            if quantity is None:
                reading.broken.add(name)
            else:
                quantities[name] = quantity
                reading.known[name] = (entry, quantity)
    return quantities


def _read_quantity(
    reading: Reading, section: str, name: str, entry: dict[str, Any], location: Location
) -> Quantity | None:
    before = len(reading.problems)
    if not is_name(name):
        reading.report(
            location, f"{name!r} cannot be a name", "letters, digits and underscores, not a word of the language"
        )
    elif name in TIME_NAMES:
        reading.report(location, f"{name!r} already means something: {', '.join(sorted(TIME_NAMES))} are given")
    elif name in FUNCTIONS or name in PROCESSES:
        reading.report(location, f"{name!r} is already the name of a {'function' if name in FUNCTIONS else 'process'}")
    elif name in reading.dimensions:
        reading.report(location, f"{name!r} is already the name of a dimension")
    over = _read_over(reading, section, name, entry)
    inferred = over
    values: dict[str, Value | None] = {}
    keys: tuple[str, ...] = ("start", "next") if section == "stocks" else ("value",)
    for key in ("schedule",) if "schedule" in entry else keys:
        place = reading.document.location(section, name, key)
        place = location if key == "value" and place.line == location.line else place
        if key not in entry:
            expected = "`start` and `next`" if section == "stocks" else "`value` or `schedule`"
            if location.key not in reading.misspelt:
                reading.report(location, f"has no `{key}`", expected)
            values[key] = None
        elif key == "schedule":
            values[key] = schedule_values(
                entry["schedule"], entry.get("between", "hold"), reading.calendar, place, reading.problems
            )
        else:
            values[key], inferred = _read_value(reading, entry[key], inferred, place)
    if "schedule" in entry and "value" in entry:
        reading.report(location, "has both `value` and `schedule`", "one of them")
    if "between" in entry and "schedule" not in entry:
        reading.report(location, "has `between` without a `schedule`", 'series("file.csv", "column", between="hold")')
    value = next(iter(values.values()))
    decision = _read_decision(reading, entry, value, location) if "decision" in entry else None
    if len(reading.problems) > before or value is None:
        return None
    return Quantity(
        name=name,
        kind=KIND_OF_SECTION[section],
        value=value,
        next=values.get("next"),
        over=inferred,
        unit=entry.get("unit"),
        source=entry.get("source"),
        note=entry.get("note"),
        states=tuple(entry["states"]) if "states" in entry else None,
        location=location,
        decision=decision,
    )


def _read_decision(
    reading: Reading, entry: Mapping[str, Any], value: Value | None, location: Location
) -> tuple[float, float] | None:
    """The range of a number that is chosen: two numbers, with the value, a plain number, between them, or each of its
    elements.
    """
    ends = [float(end) for end in entry["decision"]]
    values = list(value.values.values()) if isinstance(value, ByElement) else [value]
    numbers = [each.value for each in values if isinstance(each, Number)]
    if len(ends) != 2 or not ends[0] < ends[1]:
        reading.report(location, "`decision` is no range", "two numbers, the lower one first: decision = [10, 40]")
    elif len(numbers) < len(values):
        reading.report(
            location,
            "a decision has one value, the present choice",
            "a plain number as `value`, or one for each element",
        )
    elif outside := [number for number in numbers if not ends[0] <= number <= ends[1]]:
        reading.report(location, f"{outside[0]:g} is not in the range of its decision, {ends[0]:g} to {ends[1]:g}")
    else:
        return ends[0], ends[1]
    return None


def _read_over(reading: Reading, section: str, name: str, entry: Mapping[str, Any]) -> tuple[str, ...] | None:
    declared = entry.get("over")
    if declared is None:
        return None
    over = (declared,) if isinstance(declared, str) else tuple(declared)
    location = reading.document.location(section, name, "over")
    for dimension in over:
        if dimension not in reading.dimensions:
            nearest = nearest_name(dimension, reading.dimensions)
            reading.report(location, f"there is no dimension {dimension!r}", nearest=nearest)
    if len(set(over)) < len(over):
        reading.report(location, "names a dimension twice")
    return over


def _read_value(
    reading: Reading, written: Any, over: tuple[str, ...] | None, location: Location
) -> tuple[Value | None, tuple[str, ...] | None]:
    """The value, and the dimensions it lies over (inferred from the labels of a table where they are not declared)."""
    if not isinstance(written, Mapping):
        return _read_expression(reading, written, location), over
    if over is None:
        over = _dimension_of_labels(reading, written, location)
        if over is None:
            return None, None
    if any(dimension not in reading.dimensions for dimension in over):
        return None, over
    values: dict[tuple[str, ...], Expression] = {}
    _read_elements(reading, written, over, (), location, values)
    return ByElement(values), over


def _dimension_of_labels(reading: Reading, written: Mapping[str, Any], location: Location) -> tuple[str, ...] | None:
    fitting = [name for name, labels in reading.dimensions.items() if set(labels) == set(written)]
    if len(fitting) == 1 and not any(isinstance(value, Mapping) for value in written.values()):
        return (fitting[0],)
    expected = "`over` with one of " + (", ".join(reading.dimensions) or "the [dimensions] (there are none)")
    reading.report(location, "a table by element does not say over which dimension", expected)
    return None


def _read_elements(
    reading: Reading,
    written: Any,
    over: tuple[str, ...],
    before: tuple[str, ...],
    location: Location,
    values: dict[tuple[str, ...], Expression],
) -> None:
    depth = len(before)
    place = Location(location.file, location.line, location.key + "".join(f".{label}" for label in before))
    if depth == len(over):
        if (expression := _read_expression(reading, written, place)) is not None:
            values[before] = expression
        return
    dimension = over[depth]
    labels = reading.dimensions[dimension]
    if not isinstance(written, Mapping):
        for label in labels:
            _read_elements(reading, written, over, (*before, label), location, values)
        return
    for label in written.keys() - set(labels):
        reading.report(place, f"{label!r} is no element of {dimension!r}", nearest=nearest_name(label, labels))
    for label in labels:
        if label in written:
            _read_elements(reading, written[label], over, (*before, label), location, values)
        else:
            reading.report(place, f"the element {label!r} of {dimension!r} is missing")


def _read_expression(reading: Reading, written: Any, location: Location) -> Expression | None:
    if isinstance(written, (int, float)) and not isinstance(written, bool):
        value = _as_float(written)
        if value is None:
            reading.report(location, f"{str(written)[:40]} is not a finite number")
        return None if value is None else Number(value)
    if isinstance(written, Mapping):
        reading.report(location, "is a table where a single value belongs", "`over` with a dimension for each level")
        return None
    if not isinstance(written, str):
        reading.report(location, f"{written!r} cannot be a value", "a number, or an expression in quotes")
        return None
    try:
        expression = parse(written)
    except ExpressionError as error:
        reading.report(location, str(error))
        return None
    if not names_files(written):
        return expression
    return resolve_data(expression, reading.calendar, location, reading.problems)


def _as_float(written: float) -> float | None:
    try:
        value = float(written)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None
