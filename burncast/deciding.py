"""The verb ``decide``: the best values of what a company can choose, under a limit of risk."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from burncast.distributions.errors import InputError

if TYPE_CHECKING:
    from burncast.engine.program import Program
    from burncast.engine.questions.decision import Decision
    from burncast.engine.scenario import Scenario, ScenarioSource
    from burncast.engine.simulate import Simulation
    from burncast.outputs.results.conditions import Condition

__all__ = ["decide"]

MOST_DECISIONS = 8

Progress = Callable[[int, int], None]


def decide(
    scenario: ScenarioSource,
    figure: str,
    limit: str | None = None,
    *,
    minimise: bool = False,
    worst_case: bool = False,
    evaluations: int = 150,
    trajectories: int = 20_000,
    seed: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Decision:
    """Search the inputs marked ``decision = [low, high]`` for the greatest ``figure`` that keeps ``limit``.

    Each element of an input over dimensions is a decision of its own, ``price[plus]``.

    Parameters
    ----------
    figure
        What is made great: ``cash_mean[36]``, ``runway[0.5]``; with ``minimise`` small: ``funding_need[0.9]``.
    limit
        A condition with ``<=``, ``<``, ``>=`` or ``>``, such as ``ruin_probability[24] <= 0.05``.
    worst_case
        Take the worst over the scenario and its variants, of figure and limit alike, rather than the scenario alone.
    evaluations
        About how many choices are tried, all on the same random numbers.

    Raises InputError where nothing can be decided, or no choice tried keeps the limit.

    >>> import burncast
    >>> found = burncast.decide({
    ...     "scenario": {"periods": 12},
    ...     "inputs": {"price": {"value": 10, "decision": [5, 40]}, "demand": "uniform(0.8, 1.2)"},
    ...     "formulas": {"profit": "demand * (price - 5) * (40 - price)"},
    ...     "stocks": {"cash": {"start": 0, "next": "cash + profit"}},
    ... }, "cash_mean[12]", evaluations=60, trajectories=1000)
    >>> round(found.choice["price"], 1)
    22.5
    """
    from burncast.engine.questions.choosing import Tried, efficient, search
    from burncast.engine.questions.decision import Decision
    from burncast.engine.scenario import load
    from burncast.outputs.results.conditions import evaluate, parse_condition, parse_figure

    loaded = load(scenario)
    decisions = _decisions(loaded)
    ranges = {label: one.range for label, one in decisions.items()}
    if not ranges:
        raise InputError("the scenario has nothing to decide: mark inputs with decision = [low, high]")
    if len(ranges) > MOST_DECISIONS:
        raise InputError(f"{len(ranges)} decisions are more than {MOST_DECISIONS}; take the mark from some")
    if evaluations < 10 or trajectories < 100:
        raise InputError("a search takes 10 evaluations or more, of 100 trajectories or more each")
    if worst_case and not loaded.variants:
        raise InputError("the worst case is over the scenario's variants, and it has none")
    asked, limited = parse_figure(figure), parse_condition(limit) if limit is not None else None
    if limited is not None and limited.sign in ("==", "!="):
        raise InputError(f"{limit!r} compares by {limited.sign}; expected <=, <, >= or >")
    worlds = {"base": loaded, **(loaded.variants if worst_case else {})}
    figures = [asked] if limited is None else [asked, limited]
    programs = {
        name: _open_program(world, {one.name for one in decisions.values()}, figures) for name, world in worlds.items()
    }
    present = tuple(one.present for one in decisions.values())
    sign = 1.0 if minimise else -1.0
    downwards = -1.0 if limited is not None and limited.sign in (">", ">=") else 1.0

    def outcomes(choice: tuple[float, ...], count: int, start: int) -> tuple[float, float | None]:
        """The worst over the worlds of the figure, and of that of the limit."""
        losses, limits = [], []
        for name, program in programs.items():
            held = _held(program, tuple(ranges), choice)
            simulation = _simulation(worlds[name], held, count, start, threads)
            losses.append(sign * evaluate(asked, simulation))
            if limited is not None:
                limits.append(downwards * evaluate(limited, simulation))
        return sign * max(losses), downwards * max(limits) if limits else None

    known: dict[tuple[float, ...], tuple[float, float | None]] = {}

    def tried(choice: tuple[float, ...]) -> Tried:
        found = known[choice] = outcomes(choice, trajectories, seed)
        if progress is not None:
            progress(len(known), max(evaluations, len(known)))
        if limited is None or found[1] is None or limited.holds(found[1]):
            return Tried(choice, sign * found[0], 0.0)
        return Tried(choice, sign * found[0], max(downwards * (found[1] - limited.threshold), 0.0) + 1e-12)

    ranked = search(tried, list(ranges.values()), present, evaluations, seed % (1 << 32))
    best = ranked[0]
    if best.excess > 0.0:
        nearest = dict(zip(ranges, best.choice, strict=True))
        raise InputError(
            f"no choice tried keeps {limit!r}; the nearest, {_shown(nearest)}, gives {known[best.choice][1]:.4g}"
        )
    choices = [one.choice for one in ranked]
    places = efficient([(downwards * (known[one][1] or 0.0), sign * known[one][0]) for one in choices])
    again = (seed + 1) % (1 << 64)
    outcome, figure_of_limit = outcomes(best.choice, 4 * trajectories, again)
    present_outcome, present_limited = outcomes(present, 4 * trajectories, again)
    return Decision(
        choice=dict(zip(ranges, best.choice, strict=True)),
        figure=figure,
        outcome=outcome,
        limit=limit,
        limited=figure_of_limit,
        present=dict(zip(ranges, present, strict=True)),
        present_outcome=present_outcome,
        present_limited=present_limited,
        trade_off=tuple(
            (known[choices[place]][1] or 0.0, known[choices[place]][0], dict(zip(ranges, choices[place], strict=True)))
            for place in (places if limited is not None else [])
        ),
        worlds=tuple(worlds),
        evaluations=len(known),
        trajectories=trajectories,
        seed=seed,
    )


@dataclass(frozen=True, slots=True)
class _Chosen:
    """One number that is decided: an input, or an element of it, its range and what it is now."""

    name: str
    range: tuple[float, float]
    present: float


def _decisions(scenario: Scenario) -> dict[str, _Chosen]:
    """Every number that is decided, by its name, ``price`` or ``price[plus]``, which is that of its draw."""
    from burncast.engine.language.expressions import Number
    from burncast.engine.scenario import ByElement

    found = {}
    for name, entry in scenario.quantities.items():
        if entry.decision is None:
            continue
        for labels in _elements(scenario, name):
            value = entry.value.values[labels] if isinstance(entry.value, ByElement) else entry.value
            label = f"{name}[{','.join(labels)}]" if labels else name
            if not isinstance(value, Number):
                raise InputError(f"the decision {label!r} is no plain number")
            found[label] = _Chosen(name, entry.decision, value.value)
    return found


def _elements(scenario: Scenario, name: str) -> list[tuple[str, ...]]:
    return list(itertools.product(*(scenario.dimensions[dim] for dim in scenario.quantities[name].over or ())))


def _open_program(scenario: Scenario, names: set[str], figures: list[Condition]) -> Program:
    """The program with every decision left open, as a draw that is then held; what the figures ask for is tracked."""
    from burncast.engine.compiler import compile_scenario
    from burncast.engine.language.expressions import Call, Number
    from burncast.engine.scenario import ByElement
    from burncast.outputs.results.conditions import check_condition

    opened = Call("normal", (Number(0.0), Number(1.0)), ())
    quantities = dict(scenario.quantities)
    for name in names:
        if name not in quantities or quantities[name].kind != "input":
            raise InputError(f"the decision {name!r} is no input in the variant {scenario.title!r}")
        elements = _elements(scenario, name)
        value = ByElement(dict.fromkeys(elements, opened)) if elements != [()] else opened
        quantities[name] = dataclasses.replace(quantities[name], value=value)
    means = (figure.name.removesuffix("_mean") for figure in figures)
    track = tuple(dict.fromkeys(name for name in means if name in quantities))
    open_scenario = dataclasses.replace(scenario, quantities=quantities, variants={}, track=track)
    program = compile_scenario(open_scenario)
    for figure in figures:
        check_condition(figure, scenario, program.tracked or compile_scenario(scenario).tracked)
    return program


def _held(program: Program, names: tuple[str, ...], choice: tuple[float, ...]) -> Program:
    """``program`` with the decisions at ``choice``; those that nothing asked for depends on are not in it."""
    from burncast.engine.inputs.pinning import pinned

    for name, value in zip(names, choice, strict=True):
        if name in program.draw_names:
            program = pinned(program, name, value)
    return program


def _simulation(scenario: Scenario, program: Program, trajectories: int, seed: int, threads: int | None) -> Simulation:
    from burncast.engine.simulate import Simulation, run_program

    tally = run_program(program, trajectories, seed, scenario=scenario, threads=threads)
    return Simulation(scenario, trajectories, seed, "random", 0.0, tally, program.tracked, None, program.notes)


def _shown(choice: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {value:.4g}" for name, value in choice.items())
