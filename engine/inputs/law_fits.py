"""How well the laws of a scenario meet the percentiles by which they are stated."""

from __future__ import annotations

from collections.abc import Iterator

from burncast.distributions.errors import LawError
from burncast.distributions.families import FAMILIES
from burncast.distributions.misfit import Misfit, misfits
from burncast.engine.language import constants
from burncast.engine.language.expressions import Call, Expression, render, walk
from burncast.engine.language.scenario_model import ByElement, Scenario

__all__ = ["misfits_of", "notes_on_fits"]


def misfits_of(call: Call) -> tuple[Misfit, ...]:
    """One for every percentile in a call of a family with constant arguments; none where it is stated otherwise."""
    try:
        arguments = [constants.constant(argument) for argument in call.arguments]
        keywords = {name: constants.constant(value) for name, value in call.keywords}
        percentiles = FAMILIES[call.function].percentiles(arguments, keywords)
    except LawError:
        return ()
    return misfits(constants.law(call), percentiles) if percentiles else ()


def notes_on_fits(scenario: Scenario) -> list[str]:
    """A note on every law of the scenario and its variants that does not meet what was said of it."""
    notes = []
    for one in (scenario, *scenario.variants.values()):
        for name, quantity in one.quantities.items():
            value = quantity.value
            for expression in value.values.values() if isinstance(value, ByElement) else (value,):
                notes += [f"{name}: {note}" for note in _notes(expression)]
    return list(dict.fromkeys(notes))


def _notes(expression: Expression) -> Iterator[str]:
    for node in walk(expression):
        if isinstance(node, Call) and node.function in FAMILIES and constants.is_constant(node):
            worst = max(misfits_of(node), key=lambda one: one.size, default=None)
            if worst is not None and worst.size > 0:
                yield (
                    f"the nearest {render(node)} has {100 * worst.fitted:.3g} % below {worst.stated.value:g}, "
                    f"not {100 * worst.stated.probability:.3g} %"
                )
