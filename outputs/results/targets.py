"""The output that a question of sensitivity is about, as it is written.

=============================  ===================================================================
``ruin_probability[24]``       ruined by the end of period 24; without an index, by the horizon
``runway``                     mean number of periods until ruin, the horizon where there is none
``funding_need``               mean of the greatest hole
``cash_mean[36]``, ``cash``    mean of any quantity at a period; without an index, at the horizon
``users["plus", 36]``          of one element: its labels first
=============================  ===================================================================
"""

from __future__ import annotations

import re

from burncast.distributions.errors import InputError, nearest_name
from burncast.engine.compiler import compile_scenario
from burncast.engine.questions.target import Target
from burncast.engine.scenario import Scenario
from burncast.outputs.results.conditions import Condition, check_condition, parse_index
from burncast.outputs.results.variables import mean_name

__all__ = ["parse_target"]

_SHAPE = re.compile(r"\s*(?P<name>[^\W\d]\w*)\s*(?:\[(?P<index>[^\[\]]*)\])?\s*")


def parse_target(text: str, scenario: Scenario) -> Target:
    """Read ``text``; InputError where the scenario has no such output."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise InputError(f'cannot read the output {text!r}; expected one such as "ruin_probability[24]"')
    name, (labels, at) = match["name"], parse_index(match["index"])
    horizon = scenario.periods
    if name in ("runway", "funding_need"):
        if scenario.ruin is None or (name == "funding_need" and scenario.ruin.need is None):
            raise InputError(f"the output is {text!r}, but the scenario says nothing of it under [ruin]")
        if match["index"] is not None:
            raise InputError(f"the output {name} takes no index, not {text!r}")
        return Target(text, "runway" if name == "runway" else "need", horizon)
    if name == "ruin_probability":
        check_condition(Condition(text, name, labels, at, ">", 0.0), scenario, ())
        return Target(text, "ruin", horizon if at is None else int(at))
    quantity = next((one for one in (name, name.removesuffix("_mean")) if one in scenario.quantities), None)
    if quantity is None:
        known = ("ruin_probability", "runway", "funding_need", *scenario.quantities)
        nearest = nearest_name(name, known) or nearest_name(name.removesuffix("_mean"), known)
        hint = f"did you mean {nearest!r}?" if nearest else f"expected one of {', '.join(known)}"
        raise InputError(f"{text!r} is no output of the scenario; {hint}")
    tracked = compile_scenario(scenario, (quantity,)).tracked
    check_condition(Condition(text, mean_name(quantity), labels, at, ">", 0.0), scenario, tracked)
    return Target(text, "value", horizon if at is None else int(at), quantity, labels)
