"""The names of a result's variables, and the refusal of scenarios whose own names would collide with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from burncast.distributions.errors import Problem, ScenarioError

if TYPE_CHECKING:
    from burncast.engine.scenario import Scenario

__all__ = ["DIMENSIONS", "RESULTS", "check_names", "mean_name", "paths_name"]

DIMENSIONS = ("variant", "trajectory", "period", "quantile")
RESULTS = ("ruin_probability", "ruin_probability_se", "runway", "funding_need")


def mean_name(tracked: str) -> str:
    """The variable that holds a tracked quantity's mean."""
    return f"{tracked}_mean"


def paths_name(tracked: str) -> str:
    """The variable that holds a tracked quantity's kept paths."""
    return f"paths_{tracked}"


def check_names(scenario: Scenario) -> None:
    """Raise a ScenarioError where a dimension or a tracked quantity has the name of another variable of the result."""
    taken = dict.fromkeys((*DIMENSIONS, *RESULTS, "date"), "is a variable of every result")
    problems = [
        Problem(f"the name {name!r} {taken[name]}; choose another", file=scenario.file, key=f"dimensions.{name}")
        for name in scenario.dimensions
        if name in taken
    ]
    taken |= dict.fromkeys(scenario.dimensions, "is a dimension")
    for name in scenario.track:
        taken |= {made(name): f"is made from the tracked {name!r}" for made in (mean_name, paths_name)}
    for name in scenario.track:
        if name in taken:
            location = scenario.quantities[name].location
            message = f"the tracked name {name!r} {taken[name]} in the result; rename it or do not track it"
            problems.append(location.problem(message))
    if problems:
        raise ScenarioError(problems)
