"""What ``run`` and ``compare`` have in common: simulate, print, write, judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from burncast.distributions.errors import InputError, InterruptedRunError
from burncast.terminal import progress_bar, say, show, write_json, write_out

if TYPE_CHECKING:
    from burncast.engine.program import Program
    from burncast.engine.scenario import Scenario
    from burncast.engine.simulate import Simulation
    from burncast.outputs.results.conditions import Condition
    from burncast.stopping import Until

__all__ = ["Request", "load_columns", "report", "warm_up"]


@dataclass(frozen=True, slots=True)
class Request:
    """The options of a forecast as they were given."""

    trajectories: int
    seed: int
    threads: int | None
    out: Path | None
    as_json: bool
    fail_if: Sequence[str]
    side_by_side: bool
    method: str = "random"
    until_se: str | None = None
    until_figure: str = "ruin_probability"
    control_variates: str = ""

    @property
    def options(self) -> dict[str, Any]:
        """Those of :func:`burncast.engine.simulate.run`."""
        return {"threads": self.threads, "method": self.method, "control_variates": self.control_variates}


def load_columns(sources: Sequence[str], variants: bool) -> dict[str, Scenario]:
    """Name → scenario of everything to be run: each source, and with ``variants`` each one's variants after it.

    A single source is called ``base``; several are called as their files. InputError where there is nothing to vary, or
    where amounts or periods of the scenarios do not compare.
    """
    from burncast.engine.remembered import remembered_scenario

    columns: dict[str, Scenario] = {}
    for source in sources:
        scenario = remembered_scenario(source)
        if variants and not scenario.variants:
            raise InputError(f"{source} has no [variants] to run")
        name = "base" if len(sources) == 1 else _free(Path(source).stem, columns)
        columns[name] = scenario
        if variants:
            prefix = "" if len(sources) == 1 else f"{name}:"
            columns |= {f"{prefix}{variant}": entry for variant, entry in scenario.variants.items()}
    first, *others = columns.values()
    for other in others:
        if (first.currency, first.step) != (other.currency, other.step):
            shown = [
                f"{entry.title!r} in {entry.currency or 'no currency'} by {entry.step}" for entry in (first, other)
            ]
            raise InputError(f"cannot put side by side: {shown[0]}, {shown[1]}")
    return columns


def report(scenarios: Mapping[str, Scenario], request: Request) -> int:
    """Run the scenarios, print the figures, write the files; returns the exit code, 3 where a condition held."""
    from burncast.engine.remembered import remembered_program
    from burncast.outputs.files.result_files import FILES
    from burncast.outputs.files.store import CREATED_BY, check_folder
    from burncast.outputs.results.conditions import check_condition, evaluate, parse_condition
    from burncast.outputs.results.summary import as_plain, summarise
    from burncast.stopping import parse_until

    until = parse_until(request.until_se, request.until_figure)
    conditions = [parse_condition(text) for text in request.fail_if]
    programs = {name: remembered_program(scenario) for name, scenario in scenarios.items()}
    for name, scenario in scenarios.items():
        for condition in conditions:
            check_condition(condition, scenario, programs[name].tracked)
        if until is not None:
            until.check(scenario, programs[name])
    if request.out is not None:
        check_folder(request.out, FILES)

    runs = {name: _simulate(name, scenario, programs[name], until, request) for name, scenario in scenarios.items()}
    summaries = {name: summarise(simulation) for name, simulation in runs.items()}
    verdicts = [
        _verdict(condition, name, evaluate(condition, simulation))
        for condition in conditions
        for name, simulation in runs.items()
    ]
    figures = as_plain(summaries["base"]) if len(runs) == 1 else {"variants": as_plain(summaries)}
    plain = {"created_by": CREATED_BY, **figures, "conditions": verdicts}
    if request.out is not None:
        _write(request.out, runs, plain)
    if request.as_json:
        write_json(plain)
    else:
        _print(summaries, request.side_by_side)
    held = [verdict for verdict in verdicts if verdict["held"]]
    for verdict in held:
        variant = f" in {verdict['variant']}" if len(runs) > 1 else ""
        value = "beyond the horizon" if verdict["value"] is None else verdict["value"]
        say(f"condition held{variant}: {verdict['condition']} (it is {value})")
    return 3 if held else 0


def warm_up(scenario: Scenario, trajectories: int, seed: int) -> None:
    """Compile the simulator where this machine has not done so yet, and say that it takes a while."""
    from burncast.engine.numerics.kernels import run_blocks
    from burncast.engine.simulate import run

    if not run_blocks.is_on_disk():
        say("compiling the simulator for this machine, once; this takes about half a minute")
        try:
            run(replace(scenario, particles=None), 1, seed, threads=1)
        except InterruptedRunError:
            raise InterruptedRunError(0, trajectories) from None


def _simulate(name: str, scenario: Scenario, program: Program, until: Until | None, request: Request) -> Simulation:
    from burncast.stopping import run_until

    warm_up(scenario, request.trajectories, request.seed)
    with progress_bar(name if request.side_by_side else scenario.title, request.trajectories) as progress:
        return run_until(
            until, scenario, program, request.trajectories, request.seed, progress=progress, **request.options
        )


def _print(summaries: Mapping[str, Any], side_by_side: bool) -> None:
    from burncast.outputs.tables.forecast_tables import compare_summaries, present_summary

    if side_by_side:
        show(compare_summaries(summaries))
        return
    for name, summary in summaries.items():
        if len(summaries) > 1:
            write_out(f"── {name} ──\n")
        show(present_summary(summary))


def _write(folder: Path, runs: Mapping[str, Simulation], plain: dict[str, Any]) -> None:
    from burncast.outputs.files.result_files import FILES, main_quantity, result_files
    from burncast.outputs.files.store import write_files
    from burncast.outputs.results.dataset import stack, to_dataset

    datasets = {name: to_dataset(simulation) for name, simulation in runs.items()}
    dataset = stack(datasets) if len(datasets) > 1 else next(iter(datasets.values()))
    main = main_quantity(next(iter(runs.values())).scenario)
    write_files(folder, result_files(dataset, plain, main), FILES)
    say(f"results are in {folder}")


def _verdict(condition: Condition, variant: str, value: float) -> dict[str, Any]:
    finite = value if abs(value) != float("inf") else None
    return {"condition": condition.text, "variant": variant, "value": finite, "held": condition.holds(value)}


def _free(name: str, taken: Mapping[str, object]) -> str:
    candidates = (name if count == 1 else f"{name} ({count})" for count in range(1, len(taken) + 2))
    return next(candidate for candidate in candidates if candidate not in taken)
