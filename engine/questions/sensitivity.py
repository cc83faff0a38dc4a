"""Where the uncertainty of an output comes from: sources of a scenario, redrawn, renamed into groups, asked one by one.

A source is an input, a process, a draw inside a formula, or a set of them that is correlated; see
:mod:`burncast.engine.trajectories.redraw`. Only sources on which the output depends have a part.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.errors import InputError, SimulationError, nearest_name
from burncast.engine.compiler import compile_scenario
from burncast.engine.language.scenario_model import Scenario
from burncast.engine.numerics.lanes import LANES
from burncast.engine.program import Program
from burncast.engine.questions.conditional_band import INPUTS, WORLDS, conditional_quantiles
from burncast.engine.questions.shapley import ShapleyEffects, runs_of_shapley, shapley_effects
from burncast.engine.questions.target import Target, figures
from burncast.engine.questions.tornado import Bar, tornado
from burncast.engine.questions.variance_shares import VarianceShares, variance_shares
from burncast.engine.trajectories.redraw import drawn_by, redrawn, sources
from burncast.engine.trajectories.replay import explain_failure

__all__ = ["BAND", "INPUT_PART", "PROCESS_PART", "Question", "Split"]

INPUT_PART, PROCESS_PART = "all inputs", "all processes"
BAND = (0.05, 0.5, 0.95)

Floats = NDArray[np.float64]
Groups = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Split:
    """Sobol indices of ``groups`` and then of all inputs and all processes, and the quantiles :data:`BAND` of the
    output's mean given the inputs (None where it was not asked for, nothing or everything is an input, or an input is
    correlated with a process).
    """

    groups: dict[str, tuple[str, ...]]
    shares: VarianceShares
    band: tuple[float, ...] | None


@dataclass(frozen=True)
class Question:
    """An output of a scenario, and the trajectories on which it is examined."""

    scenario: Scenario
    target: Target
    trajectories: int
    seed: int
    threads: int | None = None
    progress: Callable[[int, int], None] | None = None
    _runs: list[int] = field(default_factory=lambda: [0, 0])

    def variance_shares(self, groups: Groups, *, with_band: bool = True) -> Split:
        """Sobol indices of named groups, and of each source that is in none; the band only where it is asked for."""
        program = self._program()
        members = self._grouped(program, groups, split=False)
        everything = [name for together in members.values() for name in together]
        inputs = [name for name in everything if self.kind((name,)) == "input"]
        processes = [name for name in everything if name not in inputs]
        apart = inputs and processes and all(self.kind(source) != "both" for source in sources(self.scenario, program))
        parts = {INPUT_PART: tuple(inputs), PROCESS_PART: tuple(processes)} if apart else {}

        self._runs[1] = 2 + len(members) + (len(parts) + (WORLDS if with_band else 0) if parts else 0)
        as_is = self._spread_figures(program)

        def redrawing(names: Collection[str]) -> Floats:
            return self._figures(redrawn(program, names, 1), explained=False) if names else as_is

        shares = variance_shares(redrawing, {**members, **parts}, everything, self.seed)
        band = self._band(program, processes) if parts and with_band else None
        return Split(members, shares, band)

    def shapley_effects(self, groups: Groups) -> tuple[dict[str, tuple[str, ...]], ShapleyEffects]:
        """Shapley effects of named groups, and of each quantity that is in none.

        Quantities bound by a Gaussian, a Clayton or a Frank copula (of two) are told apart; those under another copula,
        and inputs with the processes that they are correlated with, count as one.
        """
        program = self._program()
        members = self._grouped(program, groups, split=True)
        self._runs[1] = 1 + runs_of_shapley(len(members), self.trajectories, LANES)
        self._spread_figures(program)

        def redrawing(order: Sequence[str], names: Collection[str], first: int, count: int) -> Floats:
            quantities = tuple(name for group in order for name in members[group])
            correlated = tuple(name for name in quantities if name in self._conditional())
            program = compile_scenario(self.scenario, self.target.track, correlated)
            chosen = {name for group in names for name in members[group]}
            return self._figures(redrawn(program, chosen, 1) if chosen else program, first, count, explained=False)

        return members, shapley_effects(redrawing, tuple(members), self.trajectories, self.seed, LANES)

    def tornado(self) -> tuple[float, float, list[Bar]]:
        """The mean output, its standard error, and the bars, the widest first."""
        program = self._program()
        self._runs[1] = 1 + 2 * sum(self.kind(drawn_by(stream)) == "input" for stream in program.draw_names)
        base = self._figures(program)
        bars = list(
            tornado(
                self.scenario,
                self.target.track,
                lambda program: self._figures(program, explained=False),
                self.trajectories,
                self.seed,
            )
        )
        error = float(base.std(ddof=1) / np.sqrt(len(base)))
        return float(base.mean()), error, sorted(bars, key=lambda bar: -abs(bar.swing))

    def kind(self, names: Collection[str]) -> str:
        """``input``, ``process`` or ``both``: what the quantities of a source are."""
        kinds = {"input" if self.scenario.quantities[name].kind == "input" else "process" for name in names}
        return kinds.pop() if len(kinds) == 1 else "both"

    def _spread_figures(self, program: Program) -> Floats:
        """The figures as they are; an InputError where they are all the same, before anything long is begun."""
        found = self._figures(program)
        if found.min() == found.max():
            raise InputError(
                f"{self.target.text} does not vary: it is {found[0]:.6g} in each of {self.trajectories:,} trajectories;"
                " ask for another output, or run more trajectories"
            )
        return found

    def _program(self) -> Program:
        program = compile_scenario(self.scenario, self.target.track)
        if not program.draw_names and not program.shock_names:
            raise InputError(f"{self.target.text} depends on nothing uncertain")
        return program

    def _figures(self, program: Program, first: int = 0, count: int | None = None, *, explained: bool = True) -> Floats:
        def explain(trajectory: int) -> SimulationError:
            return explain_failure(self.scenario, self.seed, trajectory)

        found = figures(
            self.target,
            program,
            self.trajectories if count is None else count,
            self.seed,
            first=first,
            threads=self.threads,
            explain=explain if explained else None,
        )
        self._runs[0] += 1
        if self.progress is not None:
            self.progress(self._runs[0], max(self._runs))
        return found

    def _band(self, program: Program, processes: Sequence[str]) -> tuple[float, ...]:
        count = min(INPUTS, self.trajectories)

        def world(number: int) -> Floats:
            return self._figures(redrawn(program, processes, number), count=count, explained=False)

        return tuple(float(value) for value in conditional_quantiles(world, BAND))

    def _conditional(self) -> frozenset[str]:
        """The correlated quantities that can be drawn given some of the others."""
        plain: set[str] = set()
        other: set[str] = set()
        for correlation in self.scenario.correlations:
            names = {member.name for member in correlation.between}
            (plain if correlation.is_conditional else other).update(names)
        return frozenset(plain - other)

    def _grouped(self, program: Program, groups: Groups, *, split: bool) -> dict[str, tuple[str, ...]]:
        """Name → quantities of each named group, and of everything else that is drawn by itself."""
        found: list[tuple[str, ...]] = []
        conditional = self._conditional()
        for source in sources(self.scenario, program):
            apart = split and self.kind(source) != "both" and all(name in conditional for name in source)
            found.extend([(name,) for name in source] if apart else [source])
        places = {name: place for place, name in enumerate(self.scenario.quantities)}
        found.sort(key=lambda source: places[source[0]])
        known = [name for source in found for name in source]
        members: dict[str, tuple[str, ...]] = {}
        taken: dict[str, str] = {}
        for group, names in groups.items():
            for name in names:
                if name not in known:
                    nearest = nearest_name(name, known)
                    hint = f"; did you mean {nearest!r}?" if nearest else f"; expected some of {', '.join(known)}"
                    what = f"nothing uncertain that {self.target.text} depends on"
                    raise InputError(f"{name!r} in the group {group!r} is {what}{hint}")
                if name in taken:
                    raise InputError(f"{name!r} is in two groups, {taken[name]!r} and {group!r}")
                taken[name] = group
            members[group] = tuple(names)
        for source in found:
            inside = [name for name in source if name in taken]
            if not inside:
                members[", ".join(source)] = source
            elif len(inside) < len(source) or len({taken[name] for name in inside}) > 1:
                raise InputError(f"{', '.join(source)} are correlated; put all of them into one group or none")
        return members
