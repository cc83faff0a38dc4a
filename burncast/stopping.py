"""Runs that go on until a figure is known precisely enough."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from burncast.engine.numerics.lanes import CHUNK
from burncast.engine.statistics.precision import Goal, Precision
from burncast.outputs.results.conditions import Condition, evaluate
from burncast.outputs.results.standard_errors import check_figure, parse_goal, standard_error

if TYPE_CHECKING:
    from burncast.engine.program import Program
    from burncast.engine.scenario import Scenario
    from burncast.engine.simulate import Simulation

__all__ = ["Until", "parse_until", "run_until"]


@dataclass(frozen=True, slots=True)
class Until:
    """A figure, as it was written, and how precisely it is wanted."""

    figure: str
    goal: Goal

    def check(self, scenario: Scenario, program: Program) -> Condition:
        """The figure of a result of the scenario; InputError where it has none such."""
        return check_figure(self.figure, scenario, program)


def parse_until(until_se: float | str | None, until_figure: str) -> Until | None:
    """What was asked for, None for no more than a number of trajectories; InputError for what is no standard error."""
    return None if until_se is None else Until(until_figure, parse_goal(until_se))


def run_until(
    until: Until | None, scenario: Scenario, program: Program, trajectories: int, seed: int, **options: Any
) -> Simulation:
    """The first of the runs of 65,536, 131,072, … ``trajectories`` trajectories that knows the figure precisely enough,
    or the last; ``precision`` says which. Without ``until``, the last.

    ``options`` are those of :func:`burncast.engine.simulate.run`. Sizes double, so that all together cost at most twice
    the last, and each run is the one of its size: the same trajectory is the last on any number of threads.
    """
    from burncast.engine.simulate import run

    if until is None:
        return run(scenario, trajectories, seed, program=program, **options)
    figure = until.check(scenario, program)
    count = min(CHUNK, trajectories)
    while True:
        simulation = run(scenario, count, seed, program=program, **options)
        estimate, error = evaluate(figure, simulation), standard_error(figure, simulation)
        reached = until.goal.is_met(estimate, error)
        if reached or count >= trajectories:
            return replace(simulation, precision=Precision(figure.text, until.goal.text, estimate, error, reached))
        count = min(2 * count, trajectories)
