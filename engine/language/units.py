"""Units are checked when a scenario is loaded: dollars do not add to dollars a month, nor euros to dollars.

A unit that is not given is inferred where the formula tells it; where nothing tells it there is no check, and never an
error. A bare number takes the other side's unit in a sum or a comparison; in a product it may be a conversion (3600),
so the dimension is checked there and the scale is not.
"""

from __future__ import annotations

from burncast.distributions.errors import Problem
from burncast.engine.language import expression_nodes as tree
from burncast.engine.language.dependencies import Dependencies
from burncast.engine.language.expression_nodes import Expression
from burncast.engine.language.process_units import argument_units
from burncast.engine.language.scenario_model import ByElement, Quantity, Scenario, Value
from burncast.engine.language.unit_algebra import Unit
from burncast.engine.language.unit_registry import UnitTextError, unit_registry
from burncast.engine.language.unit_rules import Found, UnitRules, shortened
from burncast.engine.language.unit_vocabulary import is_unit_name

__all__ = ["check_units"]


def check_units(scenario: Scenario, dependencies: Dependencies) -> list[Problem]:
    """Everything in a scenario whose units do not fit; empty where all is well, or nothing is known."""
    return _Checker(scenario).check(dependencies)


class _Checker:
    def __init__(self, scenario: Scenario) -> None:
        extra = [name for name in scenario.extra_units if is_unit_name(name)]
        if scenario.currency is not None and is_unit_name(scenario.currency):
            extra.append(scenario.currency)
        self.registry = unit_registry(tuple(sorted(set(extra))))
        self.scenario = scenario
        self.step = self.registry.read(scenario.step)
        self.registry.read("year")
        self.units: dict[str, Unit | None] = {}
        self.problems: list[Problem] = []

    def check(self, dependencies: Dependencies) -> list[Problem]:
        quantities = self.scenario.quantities
        for name, quantity in quantities.items():
            self.units[name] = self.declared(quantity)
        for name in dependencies.order:
            self.infer(quantities[name])
        for quantity in quantities.values():
            if quantity.next is not None:
                self.compare(quantity, quantity.next, "next", self.rules(in_next=True))
        self.check_ruin()
        return self.problems

    def declared(self, quantity: Quantity) -> Unit | None:
        if quantity.unit is None:
            return None
        try:
            return self.registry.read(quantity.unit)
        except UnitTextError as error:
            location = quantity.location
            expected = (
                None
                if error.nearest
                else 'a unit such as USD/user/month; `units = ["parcel"]` in [scenario] adds words'
            )
            self.problems.append(location.problem(f"unit: {error.message}", expected, error.nearest))
            return None

    def rules(self, in_next: bool = False) -> UnitRules:
        per_step = self.step.power(-1.0) if in_next else None
        return UnitRules(self.registry.system, self.units.get, per_step, self.step)

    def infer(self, quantity: Quantity) -> None:
        """Check a quantity's value against its unit, or learn the unit from it."""
        if quantity.kind == "process":
            self.check_process(quantity)
        elif quantity.kind == "stock":
            self.compare(quantity, quantity.value, "start", self.rules())
        else:
            self.compare(quantity, quantity.value, "", self.rules())

    def compare(self, quantity: Quantity, value: Value, part: str, rules: UnitRules) -> None:
        known = self.units[quantity.name]
        for label, expression in _elements(value):
            found = rules.unit(expression)
            key = ".".join(word for word in (part, *label) if word)
            self.report(quantity, key, rules)
            if not isinstance(found, Unit):
                continue
            if known is None:
                known = found if part != "next" else None
            elif not self.fits(found, known, rules):
                what = f"`{shortened(expression)}` is {found.phrase()}, but {quantity.name} is {known.phrase()}"
                rules.problems.append((what, rules.advice(found, known)))
                self.report(quantity, key, rules)
        self.units[quantity.name] = known

    def fits(self, found: Unit, known: Unit, rules: UnitRules) -> bool:
        system = rules.system
        if system.agree(found, known):
            return True
        return rules.per_step is not None and system.agree(found, known.times(rules.per_step))

    def report(self, quantity: Quantity, key: str, rules: UnitRules) -> None:
        prefix = f"{key}: " if key else ""
        for message, expected in rules.problems:
            self.problems.append(quantity.location.problem(f"units: {prefix}{message}", expected))
        rules.problems.clear()

    def check_process(self, quantity: Quantity) -> None:
        """The arguments of a process have the units that its law gives them."""
        for label, expression in _elements(quantity.value):
            if not isinstance(expression, tree.Call):
                continue
            rules = self.rules()
            for name, argument, power in argument_units(expression):
                found = rules.unit(argument)
                own = self.units[quantity.name]
                if isinstance(found, Unit) and own is None and power == (1.0, 0.0):
                    self.units[quantity.name] = found
                elif isinstance(found, Unit) and (own is not None or power[0] == 0.0):
                    expected = (own or Unit(())).power(power[0]).times(self.registry.read("year"), power[1])
                    self.expect(rules, name, argument, found, expected)
            self.report(quantity, ".".join(label), rules)

    def expect(self, rules: UnitRules, name: str, argument: Expression, found: Found, expected: Unit) -> None:
        if isinstance(found, Unit) and not rules.system.agree(found, expected):
            rules.problems.append((f"`{name} = {shortened(argument)}` is {found.phrase()}", f"{expected}"))

    def check_ruin(self) -> None:
        ruin = self.scenario.ruin
        if ruin is None:
            return
        for expression, location in ((ruin.when, ruin.when_location), (ruin.need, ruin.need_location)):
            if expression is not None and location is not None:
                rules = self.rules()
                rules.unit(expression)
                self.problems.extend(location.problem(f"units: {text}", expected) for text, expected in rules.problems)


def _elements(value: Value) -> list[tuple[tuple[str, ...], Expression]]:
    return list(value.values.items()) if isinstance(value, ByElement) else [((), value)]
