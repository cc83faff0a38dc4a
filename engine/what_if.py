"""What if an input were otherwise: a scenario compiled once, and forecasts of it with some of its inputs changed.

A forecast is that of a full run of the changed scenario with the same seed and as many trajectories, to the last bit.
All forecasts stand on the same random numbers, so that their differences are those of the inputs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping

from burncast.engine.adjusting import Adjustable, adjustables
from burncast.engine.changed_inputs import changed_scenario, read_changes
from burncast.engine.compiler import compile_scenario
from burncast.engine.forecast import Forecast, forecast_of, money_of
from burncast.engine.lanes import CHUNK
from burncast.engine.program import Program
from burncast.engine.scenario_model import Scenario
from burncast.engine.simulate import check_seed_and_threads, processors, run_program

__all__ = ["WhatIf"]


class WhatIf:
    """Forecasts of ``scenario`` (its base) with inputs changed, from ``seed`` on ``threads`` threads (None: as many as
    there are processors).

    Attributes: ``scenario``; ``inputs``, what can be changed, by key. Several threads may ask at once.
    """

    def __init__(self, scenario: Scenario, seed: int = 0, threads: int | None = None) -> None:
        check_seed_and_threads(seed, threads)
        self.scenario, self.seed, self.threads = scenario, seed, threads or processors()
        self.inputs: dict[str, Adjustable] = {one.key: one for one in adjustables(scenario)}
        self._track = self._tracked()

    def changed(self, changes: Mapping[str, str]) -> Scenario:
        """The scenario with the inputs of these keys written anew, an element as ``"price.plus"``.

        Raises ScenarioError, whose problems bear the keys of the changes that cannot be.
        """
        read = read_changes(self.scenario, changes, self.inputs)
        return changed_scenario(self.scenario, read)

    def forecast(
        self, changes: Mapping[str, str], trajectories: int, *, stop: threading.Event | None = None
    ) -> Forecast:
        """The forecast of so many trajectories with these ``changes``; InterruptedRunError soon after ``stop`` is set.

        Raises ScenarioError as :meth:`changed` does, and SimulationError where something becomes NaN or infinite.
        """
        begun = time.perf_counter()
        scenario, program = self._program(changes)
        tally = run_program(program, trajectories, self.seed, scenario=scenario, threads=self.threads, stop=stop)
        return forecast_of(scenario, tally, program.tracked, time.perf_counter() - begun)

    def refine(
        self, changes: Mapping[str, str], most: int = 1_000_000, stop: threading.Event | None = None
    ) -> Iterator[Forecast]:
        """Forecasts of more and more trajectories, twice as many each time, up to ``most``; each run goes on where the
        last one ended.
        """
        begun = time.perf_counter()
        scenario, program = self._program(changes)
        total = None
        done, reach = 0, CHUNK
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
                chunk_size=CHUNK,
            )
            if total is None:
                total = more
            else:
                total.merge(more)
            done, reach = reach, 2 * reach
            yield forecast_of(scenario, total, program.tracked, time.perf_counter() - begun)

    def _program(self, changes: Mapping[str, str]) -> tuple[Scenario, Program]:
        scenario = self.changed(changes)
        return scenario, compile_scenario(scenario, self._track)

    def _tracked(self) -> tuple[str, ...]:
        """What has to be tracked: the money, where it has one element."""
        money = money_of(self.scenario)
        if money is None:
            return ()
        program = compile_scenario(self.scenario, (money,))
        return (money,) if program.tracked[0].elements == 1 else ()
