"""The unit of an expression, from the units of the names in it, and what does not fit together on the way.

The result is a :class:`Unit`; :data:`LITERAL` for a bare number, which takes the unit of whatever it stands beside; or
None where the unit is not known, which is never an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from burncast.engine.language import expression_nodes as tree
from burncast.engine.language.expression_nodes import Expression
from burncast.engine.language.expression_text import render
from burncast.engine.language.unit_algebra import Unit, UnitSystem

__all__ = ["LITERAL", "PLAIN", "Found", "UnitRules", "shortened"]


class _Literal:
    """The unit of a bare number: any."""


LITERAL: Final = _Literal()
PLAIN: Final = Unit(())
YEAR: Final = Unit((("year", 1.0),))
Found: TypeAlias = Unit | _Literal | None

_SAME_AS_FIRST = frozenset(
    {"abs", "floor", "ceil", "round", "sum", "mean", "lag", "delay", "smooth", "trailing_mean", "step", "ramp"}
)
_ACCUMULATED = frozenset({"cumulative", "trailing_sum"})
_ALTERNATIVES = {"min": 0, "max": 0, "clip": 0, "where": 1, "choose": 1}
"""Functions whose arguments from this position on have one unit, which is that of the result."""
_OF_PLAIN_NUMBERS = frozenset({"exp", "logistic", "normal_cdf"})
_COUNTS = frozenset({"poisson", "binomial"})
_FACTORS = frozenset({"chance", "pulse", "after", "seasonal"})
_LIMITED: dict[str, tuple[str, ...]] = {
    "lognormal": (),
    "exponential": ("mean",),
    "pareto": ("alpha", "low"),
}
"""Laws with a closed limited mean, and their parameters in the order in which they may be given unnamed."""
_OF_THE_LAW_S_UNIT = frozenset({"mean", "sd", "low"})


@dataclass(slots=True)
class UnitRules:
    """One reading of one expression; ``problems`` gathers (message, expected) for what does not fit.

    ``unit_of`` gives the unit of a name. In a stock's ``next`` ``per_step`` is one over the period: there an amount per
    period counts as the amount, so that USD/month adds to USD.
    """

    system: UnitSystem
    unit_of: Callable[[str], Unit | None]
    per_step: Unit | None = None
    step: Unit = YEAR
    problems: list[tuple[str, str | None]] = field(default_factory=list)

    def unit(self, expression: Expression) -> Found:
        """The unit of an expression; what is wrong inside it goes to ``problems``."""
        match expression:
            case tree.Number():
                return LITERAL
            case tree.Name(name="dt" | "time"):
                return YEAR
            case tree.Name(name=name) | tree.Index(name=name):
                return self.unit_of(name)
            case tree.Unary(op="not", operand=operand):
                self.unit(operand)
                return PLAIN
            case tree.Unary(operand=operand):
                return self.unit(operand)
            case tree.Binary(op="+" | "-" | "%" as op, left=left, right=right):
                words = {"+": "cannot be added", "-": "cannot be subtracted", "%": "leave no remainder"}
                return self.same([left, right], words[op])
            case tree.Binary(op="*", left=left, right=right):
                return self.product(self.unit(left), self.unit(right), 1.0)
            case tree.Binary(op="/" | "//", left=left, right=right):
                return self.product(self.unit(left), self.unit(right), -1.0)
            case tree.Binary(op="**", left=left, right=right):
                return self.power(left, right)
            case tree.Compare(left=left, right=right):
                self.same([left, right], "cannot be compared")
                return PLAIN
            case tree.Logical(operands=operands):
                for operand in operands:
                    self.unit(operand)
                return PLAIN
            case tree.Conditional(condition=condition, then=then, otherwise=otherwise):
                self.unit(condition)
                return self.same([then, otherwise], "cannot be alternatives")
            case tree.Call():
                return self.call(expression)
            case _:
                return None

    def call(self, call: tree.Call) -> Found:
        """The unit of a function's result."""
        function, arguments = call.function, call.arguments
        if function in _ALTERNATIVES:
            first = _ALTERNATIVES[function]
            for argument in arguments[:first]:
                self.unit(argument)
            rest = [*arguments[first:], *(value for _, value in call.keywords)]
            return self.same(rest, f"cannot be alternatives of {function}") if rest else None
        if function == "limited_mean":
            return self.limited_mean(call)
        units = [self.unit(argument) for argument in arguments]
        for _, value in call.keywords:
            self.unit(value)
        if not units:
            return None
        if function in _SAME_AS_FIRST or function in _COUNTS:
            return units[0]
        if function in _ACCUMULATED:
            return self.accumulated(units[0])
        if function == "per_period":
            return units[0].times(self.step, -1.0) if isinstance(units[0], Unit) else units[0]
        if function in _FACTORS:
            return PLAIN
        if function == "sqrt":
            return units[0].power(0.5) if isinstance(units[0], Unit) else units[0]
        if function == "pow" and len(arguments) == 2:
            return self.power(arguments[0], arguments[1])
        if function in _OF_PLAIN_NUMBERS:
            self.expect_plain(arguments[0], units[0], f"{function} takes a plain number")
            return PLAIN
        return None

    def limited_mean(self, call: tree.Call) -> Found:
        """A cap and the law under it have one unit; where only numbers tell it, it is unknown."""
        given = {**dict(zip(("law", "cap"), call.arguments, strict=False)), **dict(call.keywords)}
        law = given.get("law")
        parts = [given["cap"]] if "cap" in given else []
        if isinstance(law, tree.Call) and law.function in _LIMITED:
            stated = [*zip(_LIMITED[law.function], law.arguments, strict=False), *law.keywords]
            parts += [value for name, value in stated if name in _OF_THE_LAW_S_UNIT]
        found = self.same(parts, "cannot be compared")
        return found if isinstance(found, Unit) else None

    def same(self, parts: list[Expression], what_fails: str) -> Found:
        """The common unit of several parts: literals take it, an unknown one leaves it unknown."""
        units = [self.unit(part) for part in parts]
        common: Found = LITERAL
        chosen = parts[0]
        for part, unit in zip(parts, units, strict=True):
            if unit is None or common is None:
                common = None
            elif isinstance(unit, _Literal):
                continue
            elif isinstance(common, _Literal):
                common, chosen = unit, part
            else:
                joined = self.joined(common, unit)
                if joined is None:
                    self.refuse(chosen, common, part, unit, what_fails)
                common = joined
        if self.per_step is not None and isinstance(common, Unit) and LITERAL in units:
            return PLAIN if self.system.agree(common, self.per_step) else common
        return common

    def joined(self, one: Unit, other: Unit) -> Unit | None:
        """The unit of a sum, or None where there is none."""
        if self.system.agree(one, other):
            return other if one.loose else one
        if self.per_step is not None:
            if self.system.agree(one.times(self.per_step), other):
                return one
            if self.system.agree(other.times(self.per_step), one):
                return other
        return None

    def refuse(self, left: Expression, one: Unit, right: Expression, other: Unit, what_fails: str) -> None:
        """Say that two parts do not fit, showing both sides."""
        message = f"`{shortened(left)}` is {one.phrase()} and `{shortened(right)}` {other.phrase()}: they {what_fails}"
        self.problems.append((message, self.advice(one, other)))

    def advice(self, one: Unit, other: Unit) -> str | None:
        """What would mend a mismatch, where that can be told."""
        system = self.system
        if system.same_dimensions(one, other):
            ratio = system.ratio(one, other)
            return f"the same scale: 1 {one} is {ratio:.6g} {other}" if one != other else None
        for flow, amount in ((one, other), (other, one)):
            per_period = amount.times(self.step, -1.0)
            if system.same_dimensions(flow, per_period):
                if self.per_step is not None:
                    return f"an amount per period, {per_period}, or `* dt` with a rate per year"
                return f"both of them amounts, or both per period: `per_period()` of a balance is in {per_period}"
        return None

    def product(self, left: Found, right: Found, exponent: float) -> Found:
        """The unit of a product (1) or a quotient (-1)."""
        if left is None or right is None:
            return None
        if isinstance(left, _Literal):
            return LITERAL if isinstance(right, _Literal) else right.power(exponent).loosened()
        return left.loosened() if isinstance(right, _Literal) else left.times(right, exponent)

    def power(self, base: Expression, exponent: Expression) -> Found:
        """The unit of a power: a unit can be raised to a constant only."""
        unit, above = self.unit(base), self.unit(exponent)
        self.expect_plain(exponent, above, "an exponent is a plain number")
        if not isinstance(unit, Unit):
            return unit if isinstance(above, _Literal) else None if unit is None else PLAIN
        if self.system.is_plain(unit):
            return PLAIN
        return unit.power(exponent.value) if isinstance(exponent, tree.Number) else None

    def expect_plain(self, part: Expression, unit: Found, message: str) -> None:
        """A dimension where none may be; a bare number that was multiplied in may have taken it away."""
        if isinstance(unit, Unit) and not unit.loose and not self.system.is_plain(unit):
            self.problems.append((f"{message}, but `{shortened(part)}` is {unit.phrase()}", None))

    def accumulated(self, unit: Found) -> Found:
        """Amounts per period added up over periods: USD/month become USD."""
        if isinstance(unit, Unit) and any(name == "year" and power < 0 for name, power in self.system.meaning(unit)[1]):
            return unit.times(self.step)
        return unit


def shortened(expression: Expression) -> str:
    """An expression for a message: its text, cut where it is long."""
    text = render(expression)
    return text if len(text) <= 60 else text[:59] + "…"
