"""A scenario with some of its inputs written anew, from texts that anybody may have typed.

What a changed input says is read like the scenario itself, but reads no file: a call that names one has to be the one
that stands there already. Everything wrong is reported together, by key.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from burncast.distributions.errors import FormulaError, InputError, Problem, ScenarioError
from burncast.engine.documents.toml_text import write_toml
from burncast.engine.inputs.adjusting import Adjustable
from burncast.engine.inputs.moved_laws import law_of
from burncast.engine.inputs.multiples import multiple_of, scaled_schedule
from burncast.engine.inputs.pinning import named_input
from burncast.engine.language import constants
from burncast.engine.language.dependencies import find_dependencies
from burncast.engine.language.expressions import (
    Call,
    Expression,
    ExpressionError,
    Number,
    Text,
    children,
    names,
    parse,
    render,
    replace_children,
    walk,
)
from burncast.engine.language.scenario_model import ByElement, Quantity, Scenario
from burncast.engine.language.units import check_units

__all__ = ["Change", "changed_scenario", "read_changes", "with_changes"]

_LARGEST_WHOLE = 2.0**53
_ABOUT = ("source", "note")
_READING = frozenset({"series", "sip", "empirical", "smoothed"})


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """An input, the labels of its element (none: all of it), its new text and what that says; ``is_multiple``: a
    multiple of what it is.
    """

    quantity: Quantity
    labels: tuple[str, ...]
    text: str
    expression: Expression
    is_multiple: bool = False

    @property
    def key(self) -> str:
        """How it is named: ``price.plus``."""
        return ".".join((self.quantity.name, *self.labels))

    @property
    def stands_alone(self) -> bool:
        """Whether it uses no other input than before, so that nothing else has to be checked with it."""
        return self.is_multiple or not names(self.expression)


def read_changes(
    scenario: Scenario, changes: Mapping[str, str], present: Mapping[str, Adjustable]
) -> tuple[Change, ...]:
    """The changes, by key of an input or of an element of one; ``present`` are the inputs as they stand, by key.

    Raises ScenarioError with a problem for each text that cannot be, whose key is that of the change.
    """
    problems: list[Problem] = []
    read = [_read(scenario, key, text, present, problems) for key, text in changes.items()]
    if problems:
        raise ScenarioError(problems)
    found = [change for change in read if change is not None]
    return tuple(sorted(found, key=lambda change: len(change.labels)))


def with_changes(scenario: Scenario, changes: tuple[Change, ...]) -> Scenario:
    """The scenario with these values: whatever else it consists of, its text included, is as it was."""
    quantities = dict(scenario.quantities)
    for change in changes:
        quantity = quantities[change.quantity.name]
        value: Expression | ByElement = change.expression
        if change.labels:
            value = ByElement({**_by_element(scenario, quantity), change.labels: change.expression})
        quantities[quantity.name] = dataclasses.replace(quantity, value=value, source=None, note=None)
    return dataclasses.replace(scenario, quantities=quantities, variants={})


def changed_scenario(scenario: Scenario, changes: tuple[Change, ...]) -> Scenario:
    """The scenario with these values as if it had been loaded so, without its variants: text, digest and all.

    Raises ScenarioError where names or units do not fit.
    """
    if not changes:
        return dataclasses.replace(scenario, variants={})
    changed = with_changes(scenario, changes)
    if not all(change.stands_alone for change in changes):
        dependencies, problems = find_dependencies(changed)
        if not problems and any(quantity.unit is not None for quantity in changed.quantities.values()):
            problems = check_units(changed, dependencies)
        if problems:
            raise ScenarioError(problems)
    text = _text(scenario, changes)
    digest = hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()
    return dataclasses.replace(changed, text=text, sha256=digest)


def _read(
    scenario: Scenario, key: str, text: str, present: Mapping[str, Adjustable], problems: list[Problem]
) -> Change | None:
    def refuse(message: str, expected: str | None = None, nearest: str | None = None) -> None:
        problems.append(Problem(message, key=key, expected=expected, nearest=nearest))

    try:
        quantity, labels = named_input(scenario, key)
    except InputError as error:
        refuse(str(error))
        return None
    try:
        expression = _with_files(parse(text), present.get(key))
        if law_of(expression) is None and constants.is_constant(expression):
            constants.number(expression)
    except ExpressionError as error:
        refuse(str(error))
        return None
    except FormulaError as error:
        refuse(error.message, error.expected, error.nearest)
        return None
    if quantity.decision is not None:
        low, high = quantity.decision
        if not isinstance(expression, Number):
            refuse("a decision has one value", f"a number from {low:g} to {high:g}")
            return None
        if not low <= expression.value <= high:
            refuse(f"{expression.value:g} is not in the range of this decision", f"a number from {low:g} to {high:g}")
            return None
    known = present.get(key)
    is_multiple = known is not None and known.times(expression) is not None
    is_chosen = isinstance(expression, Number) and known is not None and known.kind == "number"
    if scenario.particles is not None and not (is_multiple or is_chosen):
        expected = "a number for an input that is one, or a multiple such as 1.2 * (...)"
        refuse("a law cannot be changed where trajectories begin with a posterior", expected)
        return None
    if quantity.name in names(expression):
        refuse("refers to itself", "other inputs")
        return None
    return Change(quantity, labels, text.strip(), expression, is_multiple)


def _with_files(expression: Expression, present: Adjustable | None) -> Expression:
    """``expression`` with what it reads from a file, which has to be what stands there already."""
    if present is not None:
        written = parse(present.text)
        if expression == written:
            return present.expression
        for old, new in _readings(written, present.expression):
            expression = _substituted(expression, old, new)
    for node in walk(expression):
        if isinstance(node, Call) and _reads(node) and _names_a_file(node):
            raise FormulaError(
                f"{render(node)} reads a file", expected="numbers, or the file that is read here already"
            )
    return expression


def _readings(written: Expression, read: Expression) -> Iterator[tuple[Expression, Expression]]:
    """The parts of an expression that came to be others when data were read: calls that name a file, a schedule."""
    below = children(written), children(read)
    if written == read:
        return
    if type(written) is not type(read) or len(below[0]) != len(below[1]) or not below[0] or _reads(written):
        yield written, read
        return
    for old, new in zip(*below, strict=True):
        yield from _readings(old, new)


def _reads(expression: Expression) -> bool:
    return isinstance(expression, Call) and expression.function in _READING


def _names_a_file(call: Call) -> bool:
    """Whether a call still has to be read; a SIP that was has its law before its names."""
    return isinstance(call.arguments[0], Text) if call.arguments else False


def _substituted(expression: Expression, old: Expression, new: Expression) -> Expression:
    if expression == old:
        return new
    parts = children(expression)
    return replace_children(expression, tuple(_substituted(part, old, new) for part in parts)) if parts else expression


def _by_element(scenario: Scenario, quantity: Quantity) -> dict[tuple[str, ...], Expression]:
    if isinstance(quantity.value, ByElement):
        return dict(quantity.value.values)
    labels = itertools.product(*(scenario.dimensions[dimension] for dimension in quantity.over or ()))
    return dict.fromkeys(labels, quantity.value)


def _text(scenario: Scenario, changes: tuple[Change, ...]) -> str:
    """The scenario's text with the new values; the digests of its files stay at its end."""
    data = tomllib.loads(scenario.text)
    data.pop("variants", None)
    for change in changes:
        inputs = data["inputs"]
        entry = inputs[change.quantity.name]
        entry = {"value": entry} if not isinstance(entry, Mapping) else dict(entry)
        if "schedule" in entry and change.is_multiple:
            entry["schedule"] = scaled_schedule(entry["schedule"], multiple_of(change.expression)[0])
            inputs[change.quantity.name] = {key: value for key, value in entry.items() if key not in _ABOUT}
            continue
        if "schedule" in entry:
            entry = {key: value for key, value in entry.items() if key not in ("schedule", "between")} | {"value": 0}
        if "value" not in entry:  # a table by element, written without `value`
            entry = {"value": entry}
        for about in _ABOUT:
            entry.pop(about, None)
        entry["value"] = _placed(scenario, change.quantity, entry["value"], change.labels, _toml_value(change))
        inputs[change.quantity.name] = entry
    digests = [line for line in scenario.text.splitlines() if line.startswith("# sha256 of ")]
    return "\n".join([write_toml(data), *(f"{line}\n" for line in digests)])


def _toml_value(change: Change) -> Any:
    """A number as a number, whole where it is."""
    if not isinstance(change.expression, Number):
        return change.text
    value = change.expression.value
    return int(value) if value.is_integer() and abs(value) < _LARGEST_WHOLE else value


def _placed(scenario: Scenario, quantity: Quantity, old: Any, labels: tuple[str, ...], new: Any) -> Any:
    """A table by element with the new value at these labels."""
    if not labels:
        return new
    dimension = (quantity.over or ())[len(quantity.over or ()) - len(labels)]
    known = scenario.dimensions[dimension]
    table = dict(old) if isinstance(old, Mapping) else dict.fromkeys(known, old)
    table[labels[0]] = _placed(scenario, quantity, table[labels[0]], labels[1:], new)
    return table
