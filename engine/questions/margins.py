"""How near a trajectory is to ruin: the condition as a number that grows towards it.

``a < b`` becomes b − a, ``and`` the least and ``or`` the greatest of its parts, ``not`` the opposite; a formula that is
asked by name stands for what it says. A part that compares nothing, such as ``chance(0.1)``, is left out: the number
then leads to ruin less directly, and whether there is ruin is always asked of the condition itself.
"""

from __future__ import annotations

import dataclasses

from burncast.distributions.errors import InputError
from burncast.engine.language.expressions import Binary, Call, Compare, Expression, Logical, Name, Unary
from burncast.engine.language.scenario_model import Scenario

__all__ = ["margin", "towards_ruin"]


def towards_ruin(scenario: Scenario) -> Scenario:
    """The scenario with the margin of its ruin as its ``need``, and nothing tracked.

    Where the condition compares nothing its own ``need`` remains; an InputError where there is none.
    """
    if scenario.ruin is None:
        raise InputError("the probability of ruin is asked of a scenario that has no [ruin]")
    need = margin(scenario.ruin.when, scenario)
    if need is None:
        need = scenario.ruin.need
    if need is None:
        raise InputError('ruin.when compares no amounts; expected a condition such as "cash < 0", or a ruin.need')
    where = scenario.ruin.need_location or scenario.ruin.when_location
    ruin = dataclasses.replace(scenario.ruin, need=need, need_location=where)
    return dataclasses.replace(scenario, ruin=ruin, track=())


def margin(condition: Expression, scenario: Scenario) -> Expression | None:
    """By how much ``condition`` holds, as an expression; None where it compares nothing.

    ``cash < 0 and debt >= 5`` holds by ``min(0 - cash, debt - 5)``.
    """
    if isinstance(condition, Compare) and condition.op in ("<", "<=", ">", ">="):
        low, high = condition.left, condition.right
        if condition.op in (">", ">="):
            low, high = high, low
        return Binary("-", high, low)
    if isinstance(condition, Logical):
        parts = [part for operand in condition.operands if (part := margin(operand, scenario)) is not None]
        if len(parts) < 2:
            return parts[0] if parts else None
        return Call("min" if condition.op == "and" else "max", tuple(parts), ())
    if isinstance(condition, Unary) and condition.op == "not":
        inner = margin(condition.operand, scenario)
        return None if inner is None else Unary("-", inner)
    if isinstance(condition, Name) and condition.name in scenario.quantities:
        quantity = scenario.quantities[condition.name]
        if quantity.kind == "formula" and not quantity.over and isinstance(quantity.value, (Compare, Logical, Unary)):
            return margin(quantity.value, scenario)
    return None
