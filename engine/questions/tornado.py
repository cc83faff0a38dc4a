"""One input after the other at its 10 % and at its 90 % quantile, everything else as drawn: the bars of a tornado.

Both ends and the base run on the same random numbers, so that their differences are those of the input. An input that
is correlated with others is moved alone: the others keep the draws that they had.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.families import FAMILIES
from burncast.distributions.law import Law
from burncast.distributions.normal import Normal
from burncast.engine.compiler import compile_scenario
from burncast.engine.inputs.pinning import fixed, pinned
from burncast.engine.language import constants
from burncast.engine.language.expressions import Call, Expression
from burncast.engine.language.scenario_model import ByElement, Quantity, Scenario
from burncast.engine.normal_space.outcomes import run_outcomes
from burncast.engine.program import Program
from burncast.engine.trajectories.redraw import drawn_by

__all__ = ["Bar", "tornado"]

ENDS = (0.1, 0.9)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bar:
    """An input's element at its quantiles ``values``, the mean output at each, and of the difference the standard
    error, by pairs of trajectories.
    """

    name: str
    labels: tuple[str, ...]
    values: tuple[float, float]
    outputs: tuple[float, float]
    swing_se: float

    @property
    def swing(self) -> float:
        """The output at the upper quantile less that at the lower."""
        return self.outputs[1] - self.outputs[0]


def tornado(
    scenario: Scenario, track: tuple[str, ...], evaluate: Callable[[Program], Floats], trajectories: int, seed: int
) -> Iterator[Bar]:
    """A bar for each element of an input that is drawn and on which the output depends, in the scenario's order.

    ``evaluate`` gives the output of each trajectory of a program that tracks ``track``.
    """
    base = compile_scenario(scenario, track)
    drawn = {name: _drawn_elements(base, name) for name, entry in scenario.quantities.items() if entry.kind == "input"}
    sampled = _sampled(scenario, [name for name, elements in drawn.items() if elements], trajectories, seed)
    for name, labels in ((name, labels) for name, elements in drawn.items() for labels in elements):
        quantity = scenario.quantities[name]
        law = _law(quantity, labels)
        ends = np.quantile(sampled[name][labels], ENDS) if law is None else law.quantile(ENDS)
        if not ends[0] < ends[1]:
            continue
        stream = f"{name}[{','.join(labels)}]" if labels else name
        if law is not None and stream in base.draw_names and not _is_correlated(scenario, name):
            programs = [pinned(base, stream, float(Normal(0.0, 1.0).quantile(end))) for end in ENDS]
        else:
            programs = [compile_scenario(fixed(scenario, quantity, labels, float(end)), track) for end in ends]
        below, above = (evaluate(program) for program in programs)
        difference = above - below
        error = float(difference.std(ddof=1) / np.sqrt(len(difference)))
        yield Bar(name, labels, (float(ends[0]), float(ends[1])), (float(below.mean()), float(above.mean())), error)


def _drawn_elements(program: Program, name: str) -> list[tuple[str, ...]]:
    """The labels of the elements of an input that are drawn by themselves; no labels where it is drawn as one."""
    streams = [stream for stream in program.draw_names if drawn_by(stream) == (name,)]
    found = (stream.removeprefix(name).partition("#")[0].strip("[]") for stream in streams)
    return list(dict.fromkeys(tuple(labels.split(",")) if labels else () for labels in found))


def _is_correlated(scenario: Scenario, name: str) -> bool:
    return any(name == member.name for correlation in scenario.correlations for member in correlation.between)


def _sampled(
    scenario: Scenario, names: list[str], trajectories: int, seed: int
) -> dict[str, dict[tuple[str, ...], Floats]]:
    """Inputs as drawn: name → labels of an element (none: of the first, or the only one) → f64[trajectories]."""
    if not names:
        return {}
    program = compile_scenario(scenario, tuple(names))
    count = sum(item.elements for item in program.tracked)
    values = run_outcomes(program, trajectories, seed, [(element, program.periods) for element in range(count)]).values
    return {
        item.name: {
            (): values[:, item.first_element],
            **{
                labels: values[:, item.first_element + element]
                for element, labels in enumerate(itertools.product(*item.labels))
            },
        }
        for item in program.tracked
    }


def _law(quantity: Quantity, labels: tuple[str, ...]) -> Law | None:
    """The law of an element that is one draw and nothing else."""
    value = quantity.value
    expression: Expression = value.values[labels] if isinstance(value, ByElement) else value
    if isinstance(expression, Call) and expression.function in FAMILIES:
        return constants.law(expression)
    return None
