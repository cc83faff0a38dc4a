"""The conditions of ``--fail-if``: a figure of the result compared with a number, checked before and after the run.

=================================  =================================================================
``ruin_probability[12] > 0.1``     ruined by the end of period 12; without an index, by the horizon
``runway[0.05] < 12``              quantile of the runway in periods (a censored one is infinite)
``funding_need[0.9] >= 3bn``       funding that is enough with that confidence
``cash_mean[36] < 0``              mean of a tracked quantity at a period; without an index, the last
``users_mean["plus", 36] < 1M``    of one element: its labels first
=================================  =================================================================
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from burncast.distributions.errors import InputError, nearest_name
from burncast.outputs.results import estimates
from burncast.outputs.results.variables import mean_name
from burncast.outputs.words.amounts import parse_amount

if TYPE_CHECKING:
    from burncast.engine.program import Tracked
    from burncast.engine.scenario import Scenario
    from burncast.engine.simulate import Simulation

__all__ = [
    "Condition",
    "check_condition",
    "evaluate",
    "locate_mean",
    "parse_condition",
    "parse_figure",
    "parse_index",
]

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_SHAPE = re.compile(r"\s*(?P<name>[^\W\d]\w*)\s*(?:\[(?P<index>[^\[\]]*)\])?\s*(?P<sign>[<>]=?|[=!]=)(?P<number>.+)")
_EXAMPLE = 'such as "ruin_probability[12] > 0.1"'


@dataclass(frozen=True, slots=True)
class Condition:
    """``name[labels, at] sign threshold``; ``at`` is a period or a probability, None where left out."""

    text: str
    name: str
    labels: tuple[str, ...]
    at: float | None
    sign: str
    threshold: float

    def holds(self, value: float) -> bool:
        """Whether the condition is true of a figure."""
        return _OPERATORS[self.sign](value, self.threshold)


def parse_condition(text: str) -> Condition:
    """Read a condition; InputError says what is wrong with it. Nothing is evaluated.

    >>> parse_condition("runway[5%] < 12").at
    0.05
    """
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise InputError(
            f"cannot read the condition {text!r}; expected a figure, a comparison and a number, {_EXAMPLE}"
        )
    try:
        threshold = parse_amount(match["number"])
    except ValueError:
        raise InputError(
            f"{match['number'].strip()!r} in {text!r} is not a number; expected a condition {_EXAMPLE}"
        ) from None
    labels, at = parse_index(match["index"])
    return Condition(text, match["name"], labels, at, match["sign"], threshold)


def parse_figure(text: str) -> Condition:
    """A figure alone, ``cash_mean[36]``, as a condition on it that is never asked; InputError where it cannot be read.

    >>> parse_figure("funding_need[0.9]").at
    0.9
    """
    match = re.fullmatch(r"\s*(?P<name>[^\W\d]\w*)\s*(?:\[(?P<index>[^\[\]]*)\])?\s*", text)
    if match is None:
        raise InputError(f'cannot read the figure {text!r}; expected one such as "cash_mean[36]"')
    labels, at = parse_index(match["index"])
    return Condition(text, match["name"], labels, at, ">", 0.0)


def parse_index(index: str | None) -> tuple[tuple[str, ...], float | None]:
    """The labels, and the period or probability after them, of what stands in a figure's brackets.

    >>> parse_index('"plus", 36')
    (('plus',), 36.0)
    """
    entries = [entry.strip() for entry in index.split(",")] if index is not None else []
    at = None
    if entries and not entries[-1].startswith(("'", '"')):
        at = _position(entries[-1])
        entries = entries if at is None else entries[:-1]
    return tuple(entry.strip("'\"") for entry in entries), at


def check_condition(condition: Condition, scenario: Scenario, tracked: Sequence[Tracked]) -> None:
    """Raise an InputError where a result with these tracked quantities lacks the figure that the condition asks for."""
    text = condition.text
    quantity = _quantity(condition, tracked)
    if quantity is not None:
        _check_labels(condition, quantity)
        _check_period(condition, quantity.first_period, scenario.periods)
    elif condition.name in ("ruin_probability", "runway", "funding_need"):
        if scenario.ruin is None or (condition.name == "funding_need" and scenario.ruin.need is None):
            raise InputError(f"{text!r} asks for {condition.name}, but the scenario says nothing of it under [ruin]")
        if condition.labels:
            raise InputError(f"{condition.name} in {text!r} has no elements, but is asked for {condition.labels[0]!r}")
        if condition.name == "ruin_probability":
            _check_period(condition, 0, scenario.periods)
        elif condition.at is None or not 0.0 < condition.at < 1.0:
            example = f"{condition.name}[0.9]"
            raise InputError(f"{condition.name} in {text!r} needs a probability between 0 and 1, as in {example}")
    else:
        known = ["ruin_probability", "runway", "funding_need", *(mean_name(one.name) for one in tracked)]
        complaint = f"{condition.name!r} in {text!r} is no figure of the result; expected one of {', '.join(known)}"
        raise InputError(_complaint(complaint, nearest_name(condition.name, known)))


def evaluate(condition: Condition, simulation: Simulation) -> float:
    """The figure that a checked condition compares."""
    at = simulation.scenario.periods if condition.at is None else condition.at
    if condition.name == "runway":
        return float(estimates.runway(simulation, [at])[0])
    if condition.name == "funding_need":
        return float(estimates.funding_need(simulation, [at])[0])
    quantity = _quantity(condition, simulation.tracked)
    if quantity is None:
        return float(estimates.ruin_probability(simulation)[int(at)])
    return float(estimates.tracked_mean(simulation, quantity, int(at))[_element(condition, quantity)])


def locate_mean(condition: Condition, simulation: Simulation) -> int:
    """The tally's row of the tracked element and period whose mean a checked condition is about."""
    quantity = next(one for one in simulation.tracked if mean_name(one.name) == condition.name)
    at = simulation.scenario.periods if condition.at is None else int(condition.at)
    return int(estimates.tracked_rows(simulation, quantity, at)[_element(condition, quantity)])


def _element(condition: Condition, quantity: Tracked) -> tuple[int, ...]:
    return tuple(labels.index(label) for label, labels in zip(condition.labels, quantity.labels, strict=True))


def _quantity(condition: Condition, tracked: Sequence[Tracked]) -> Tracked | None:
    return next((one for one in tracked if mean_name(one.name) == condition.name), None)


def _check_labels(condition: Condition, quantity: Tracked) -> None:
    given = len(condition.labels)
    if given != len(quantity.dims):
        wanted = ", ".join(quantity.dims) or "none"
        raise InputError(f"{condition.text!r} gives {given} labels; {quantity.name} has dimensions: {wanted}")
    for label, dimension, labels in zip(condition.labels, quantity.dims, quantity.labels, strict=True):
        if label not in labels:
            complaint = f"{label!r} in {condition.text!r} is no {dimension}"
            raise InputError(_complaint(complaint, nearest_name(label, labels)))


def _position(entry: str) -> float | None:
    """A period or a probability: ``12``, ``0.9``, ``90%``, ``p90``; None where ``entry`` is a bare label."""
    try:
        return parse_amount(entry[1:]) / 100.0 if re.fullmatch(r"p\d+(\.\d+)?", entry) else parse_amount(entry)
    except ValueError:
        return None


def _check_period(condition: Condition, first: int, last: int) -> None:
    at = condition.at
    if at is not None and not (math.isfinite(at) and at == int(at) and first <= at <= last):
        raise InputError(f"the period {at:g} in {condition.text!r} is not a whole number from {first} to {last}")


def _complaint(message: str, nearest: str | None) -> str:
    return f"{message}; did you mean {nearest!r}?" if nearest else message
