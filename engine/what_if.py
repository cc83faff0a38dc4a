"""What if an input were otherwise: a scenario compiled once, and forecasts of it with some of its inputs changed.

A forecast is that of a full run of the changed scenario with the same seed and as many trajectories: to the last bit,
but for what :mod:`burncast.engine.movable_program` says of numbers that happen to be equal. All forecasts stand on the
same random numbers, so that their differences are those of the inputs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.families import FAMILIES
from burncast.distributions.law import Law
from burncast.engine import constants
from burncast.engine.adjusting import Adjustable, adjustables
from burncast.engine.changed_inputs import Change, changed_scenario, read_changes, with_changes
from burncast.engine.design import REPLICATIONS
from burncast.engine.expressions import Binary, Call, Expression, Number, names
from burncast.engine.forecast import Forecast, forecast_of, money_of
from burncast.engine.movable_program import MovableProgram
from burncast.engine.program import Program
from burncast.engine.scenario_model import Scenario
from burncast.engine.simulate import check_seed_and_threads, chunk_size_for, processors, run_program

__all__ = ["WhatIf"]

MOST_KNOWN = 16
"""Programs that are kept beside that of the base."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A program, and the values that its scenario has otherwise than the base, by key."""

    movable: MovableProgram
    changes: Mapping[str, Expression]


class WhatIf:
    """Forecasts of ``scenario`` (its base) with inputs changed, from ``seed`` on ``threads`` threads (None: as many as
    there are processors).

    Attributes: ``scenario``; ``inputs``, what can be changed, by key. Several threads may ask at once.
    """

    def __init__(self, scenario: Scenario, seed: int = 0, threads: int | None = None) -> None:
        check_seed_and_threads(seed, threads)
        self.scenario, self.seed, self.threads = scenario, seed, threads or processors()
        self.inputs: dict[str, Adjustable] = {one.key: one for one in adjustables(scenario)}
        self._lock = threading.Lock()
        money = money_of(scenario)
        base = MovableProgram(scenario, () if money is None else (money,))
        if any(item.elements > 1 for item in base.program.tracked):
            base = MovableProgram(scenario, ())
        self._track = tuple(item.name for item in base.program.tracked)
        self._known: tuple[_Known, ...] = (_Known(base, {}),)

    def changed(self, changes: Mapping[str, str]) -> Scenario:
        """The scenario with the inputs of these keys written anew, an element as ``"price.plus"``.

        Raises ScenarioError, whose problems bear the keys of the changes that cannot be.
        """
        return changed_scenario(self.scenario, read_changes(self.scenario, changes, self.inputs))

    def forecast(
        self, changes: Mapping[str, str], trajectories: int, *, stop: threading.Event | None = None
    ) -> Forecast:
        """The forecast of so many trajectories with these ``changes``; InterruptedRunError soon after ``stop`` is set.

        Raises ScenarioError as :meth:`changed` does, and SimulationError where something becomes NaN or infinite.
        """
        begun = time.perf_counter()
        scenario, program = self._program(changes)
        found = _replications(scenario)
        tally = run_program(
            program,
            trajectories,
            self.seed,
            scenario=scenario,
            threads=self.threads,
            stop=stop,
            replications=found,
        )
        return forecast_of(scenario, tally, program.tracked, time.perf_counter() - begun, found)

    def refine(
        self, changes: Mapping[str, str], most: int = 1_000_000, stop: threading.Event | None = None
    ) -> Iterator[Forecast]:
        """Forecasts of more and more trajectories, first a chunk for each thread, then twice as many each time, up to
        ``most``; each run goes on where the last one ended.

        The last is that of a full run to the last bit; before, means may be rounded otherwise, for a full run of that
        length is cut into other chunks.
        """
        begun = time.perf_counter()
        scenario, program = self._program(changes)
        total, found = None, _replications(scenario)
        size = chunk_size_for(most)
        done, reach = 0, self.threads * size
        while done < most:
            reach = min(reach, most)
            more = run_program(
                program,
                reach,
                self.seed,
                scenario=scenario,
                threads=self.threads,
                stop=stop,
                first=done,
                chunk_size=size,
                replications=found,
            )
            if total is None:
                total = more
            else:
                total.merge(more)
            done, reach = reach, 2 * reach
            yield forecast_of(scenario, total, program.tracked, time.perf_counter() - begun, found)

    def _program(self, changes: Mapping[str, str]) -> tuple[Scenario, Program]:
        """The changed scenario and its program: a known one with other numbers in it, or a new one."""
        read = read_changes(self.scenario, changes, self.inputs)
        scenario = _changed(self.scenario, read)
        wanted = {change.key: change.expression for change in read}
        for known in reversed(self._known):
            values = self._differences(known.changes, wanted)
            program = None if values is None else known.movable.moved(values)
            if program is not None:
                return scenario, program
        made = _Known(MovableProgram(scenario, self._track), wanted)
        with self._lock:
            self._known = (self._known[0], *self._known[1:][-MOST_KNOWN:], made)
        return scenario, made.movable.program

    def _differences(
        self, known: Mapping[str, Expression], wanted: Mapping[str, Expression]
    ) -> dict[str, float | Law] | None:
        """The inputs that have other values than in a known program; None where one is no number, law or multiple."""
        values: dict[str, float | Law] = {}
        for key in {**known, **wanted}:
            base = self.inputs[key].expression if key in self.inputs else None
            before, after = known.get(key, base), wanted.get(key, base)
            if before == after:
                continue
            old, new = (None if value is None else _movable(value) for value in (before, after))
            if old is None or new is None or old[1] != new[1]:
                return None
            values[key] = new[0]
        return values


def _changed(scenario: Scenario, changes: tuple[Change, ...]) -> Scenario:
    """The scenario to run, checked as far as these changes can be wrong."""
    if all(change.stands_alone for change in changes):
        return with_changes(scenario, changes)
    return changed_scenario(scenario, changes)


def _replications(scenario: Scenario) -> NDArray[np.int64] | None:
    """Where first passages by replication are counted, if trajectories are not independent of each other."""
    return None if scenario.particles is None else np.zeros((REPLICATIONS, scenario.periods + 2), np.int64)


def _movable(expression: Expression) -> tuple[float | Law, Expression | None] | None:
    """The number or the law that an expression is as a whole, or its factor and what that multiplies."""
    match expression:
        case Number(value=value):
            return value, None
        case Call(function=function) if function in FAMILIES and not names(expression):
            return constants.law(expression), None
        case Binary(op="*", left=Number(value=factor), right=whole):
            return factor, whole
    return None
