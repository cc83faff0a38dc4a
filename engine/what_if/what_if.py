"""What if an input were otherwise: a scenario compiled once, and forecasts of it with some of its inputs changed.

A forecast is that of a full run of the changed scenario with the same seed and as many trajectories: to the last bit,
but for what :mod:`burncast.engine.what_if.movable_program` says of numbers that happen to be equal. All forecasts stand
on the same random numbers, so that their differences are those of the inputs.

While one input is under the hand, what it does not reach is computed once and kept
(:mod:`burncast.engine.what_if.partial_program`): :meth:`WhatIf.prepare`.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.families import FAMILIES
from burncast.distributions.law import Law
from burncast.engine.draws.design import REPLICATIONS
from burncast.engine.inputs.adjusting import Adjustable, adjustables
from burncast.engine.inputs.changed_inputs import Change, changed_scenario, read_changes, with_changes
from burncast.engine.instructions.workspace import aligned
from burncast.engine.language import constants
from burncast.engine.language.expressions import Binary, Call, Expression, Number, names
from burncast.engine.language.scenario_model import Scenario
from burncast.engine.numerics.lanes import LANES
from burncast.engine.program import Program
from burncast.engine.simulate import check_seed_and_threads, chunk_size_for, processors, run_program
from burncast.engine.trajectories.workbenches import Workbenches
from burncast.engine.what_if.forecast import Forecast, forecast_of, money_of
from burncast.engine.what_if.movable_program import MovableProgram
from burncast.engine.what_if.partial_program import PartialProgram, partial_program

__all__ = ["RECORDING", "WhatIf"]

Floats = NDArray[np.float64]

MOST_KNOWN = 16
"""Programs that are kept beside that of the base."""

MOST_KEPT = 384 << 20
"""Bytes that are kept of a run: ten times what most inputs of a large scenario take, and little beside what a browser
takes that shows a page."""

GREATEST_SHARE = 0.8
"""Of the cost of a whole run that a part may take, by estimate, to be worth the memory and a first run."""

RECORDING = 4 / 3
"""Times as long as a usual run, at most, takes the one before an input moves."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A program, and the values that its scenario has otherwise than the base, by key."""

    movable: MovableProgram
    changes: Mapping[str, Expression]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A run of ``trajectories`` trajectories before the input ``key`` moves: ``kept`` is what the parts of its program
    keep and recall, ``forecast`` what it said.
    """

    key: str
    trajectories: int
    parts: PartialProgram
    kept: Floats
    forecast: Forecast

    def covers(self, program: Program, trajectories: int) -> bool:
        """Whether so many trajectories of ``program`` follow from what is kept."""
        return trajectories <= self.trajectories and self.parts.covers(program)


class WhatIf:
    """Forecasts of ``scenario`` (its base) with inputs changed, from ``seed`` on ``threads`` threads (None: as many as
    there are processors).

    Attributes: ``scenario``; ``inputs``, what can be changed, by key; ``rate``, how many trajectories the last run of
    all instructions had in a second, 0 before the first. Several threads may ask at once.
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
        self._prepared: _Prepared | None = None
        self._preparations = 0
        self.rate = 0.0
        self._benches = Workbenches()

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
        scenario, program, _ = self._program(changes)
        return self._answer(scenario, program, trajectories, begun, stop)

    def is_prepared(self, changes: Mapping[str, str], key: str, trajectories: int) -> bool:
        """Whether :meth:`prepare` has kept what serves these ``changes`` while the input ``key`` moves."""
        return self._has_prepared(key, self._program(changes)[1], trajectories)

    def prepare(
        self,
        changes: Mapping[str, str],
        key: str,
        trajectories: int,
        *,
        stop: threading.Event | None = None,
        gives_way: bool = False,
    ) -> Forecast | None:
        """The forecast of these ``changes``, and what is kept of its run until something else is prepared: forecasts in
        which the input ``key`` alone has another value, of as many trajectories or fewer, take a part of the time then.
        Their figures are the same.

        None, without a run, where nothing is gained: an input that shapes the program or that most of it depends on, a
        scenario that begins with a posterior, or so many trajectories that memory would be short. What is stated by
        others is prepared once ``changes`` have it as a multiple, ``"1.1 * (…)"``. Takes up to :data:`RECORDING`
        times as long as :meth:`forecast` and raises what that does. One that ``gives_way`` has what processor time
        others leave.
        """
        begun = time.perf_counter()
        scenario, program, movable = self._program(changes)
        if self._has_prepared(key, program, trajectories):
            return self._answer(scenario, program, trajectories, begun, stop)
        parts = None if program.particles is not None else partial_program(movable, program, key)
        shape = (-(-trajectories // LANES), 0 if parts is None else parts.rows, LANES)
        if parts is None or parts.share > GREATEST_SHARE or 8 * math.prod(shape) > MOST_KEPT:
            return None
        with self._lock:
            self._preparations += 1
            number, self._prepared = self._preparations, None  # its memory is free before more is taken
        kept = aligned(shape, np.float64)
        forecast = self._forecast(scenario, parts.recording, trajectories, begun, stop, kept, gives_way)
        with self._lock:
            if number == self._preparations:
                self._prepared = _Prepared(key, trajectories, parts, kept, forecast)
        return forecast

    def refine(
        self, changes: Mapping[str, str], most: int = 1_000_000, stop: threading.Event | None = None
    ) -> Iterator[Forecast]:
        """Forecasts of more and more trajectories, first a chunk for each thread, then twice as many each time, up to
        ``most``; each run goes on where the last one ended.

        The last is that of a full run to the last bit; before, means may be rounded otherwise, for a full run of that
        length is cut into other chunks.
        """
        begun = time.perf_counter()
        scenario, program, _ = self._program(changes)
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
                benches=self._benches,
                gives_way=True,
            )
            if total is None:
                total = more
            else:
                total.merge(more)
            done, reach = reach, 2 * reach
            yield forecast_of(scenario, total, program.tracked, time.perf_counter() - begun, found)

    def _answer(
        self, scenario: Scenario, program: Program, trajectories: int, begun: float, stop: threading.Event | None
    ) -> Forecast:
        """What ``program`` says of ``scenario``: by the part of it that is not kept, or by a run of all of it."""
        prepared = self._prepared
        if prepared is not None and prepared.covers(program, trajectories):
            if trajectories == prepared.trajectories and not prepared.parts.is_reached:
                return replace(prepared.forecast, seconds=time.perf_counter() - begun)
            return self._forecast(scenario, prepared.parts.moved(program), trajectories, begun, stop, prepared.kept)
        ready = time.perf_counter()
        forecast = self._forecast(scenario, program, trajectories, begun, stop)
        self.rate = trajectories / (time.perf_counter() - ready)
        return forecast

    def _has_prepared(self, key: str, program: Program, trajectories: int) -> bool:
        prepared = self._prepared
        return prepared is not None and prepared.key == key and prepared.covers(program, trajectories)

    def _forecast(
        self,
        scenario: Scenario,
        program: Program,
        trajectories: int,
        begun: float,
        stop: threading.Event | None,
        kept: Floats | None = None,
        gives_way: bool = False,
    ) -> Forecast:
        """What a run of ``program``, or of a part with what it has ``kept``, says of ``scenario``."""
        found = _replications(scenario)
        tally = run_program(
            program,
            trajectories,
            self.seed,
            scenario=scenario,
            threads=self.threads,
            stop=stop,
            replications=found,
            kept=kept,
            benches=self._benches,
            gives_way=gives_way,
        )
        return forecast_of(scenario, tally, program.tracked, time.perf_counter() - begun, found)

    def _program(self, changes: Mapping[str, str]) -> tuple[Scenario, Program, MovableProgram]:
        """The changed scenario, its program, and the one that this is with other numbers in it, known or new."""
        read = read_changes(self.scenario, changes, self.inputs)
        scenario = _changed(self.scenario, read)
        wanted = {change.key: change.expression for change in read}
        for known in reversed(self._known):
            values = self._differences(known.changes, wanted)
            program = None if values is None else known.movable.moved(values)
            if program is not None:
                return scenario, program, known.movable
        made = _Known(MovableProgram(scenario, self._track), wanted)
        with self._lock:
            self._known = (self._known[0], *self._known[1:][-MOST_KNOWN:], made)
        return scenario, made.movable.program, made.movable

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
