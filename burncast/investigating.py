"""What a report needs to know beyond the forecast: band, funding, reasons; each left out where it cannot be."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from burncast.distributions.errors import InputError

if TYPE_CHECKING:
    from burncast.engine.scenario import Scenario
    from burncast.outputs.report.findings import Difference, Findings, Request
    from burncast.outputs.report.runs import Run

__all__ = ["find_reasons", "investigate", "investigate_runs", "observed"]

WHY_TRAJECTORIES = 8_192
EXPLAINED_TRAJECTORIES = 65_536
WORLD_TRAJECTORIES = 4_096
QUICK_WHY_TRAJECTORIES = 4_096
PAIRS = 32_768
SHARES_TRAJECTORIES = 4_096

Tell = Callable[[str], None]


def investigate(scenario: Scenario, request: Request, threads: int | None = None, tell: Tell | None = None) -> Findings:
    """Simulate the scenario and its variants, and ask what a report tells; ``tell`` is given a word on each stage."""
    from burncast.engine.simulate import run
    from burncast.outputs.files.result_files import main_quantity
    from burncast.outputs.report.runs import fresh_run

    say = tell or (lambda _: None)
    say("simulating")
    main = main_quantity(scenario)
    told = {
        name: dataclasses.replace(variant, track=tuple(one for one in variant.track if one == main))
        for name, variant in scenario.variants.items()
    }
    runs = {
        name: fresh_run(run(one, request.trajectories, request.seed, threads=threads))
        for name, one in {"base": scenario, **told}.items()
    }
    return investigate_runs(runs, request, threads, say)


def investigate_runs(
    runs: Mapping[str, Run], request: Request, threads: int | None, say: Tell, missing: Sequence[str] = ()
) -> Findings:
    """What a report tells beyond ``runs``, the first of which is the scenario's own; ``missing`` are saved runs that
    cannot be told of.
    """
    from burncast.more_funding import FUNDING_TRAJECTORIES, more_funding
    from burncast.outputs.report.findings import Findings

    base = runs["base"]
    scenario, found = base.scenario, dict[str, Any]()
    if scenario.ruin is not None:
        say("looking at more funding")
        found |= more_funding(scenario, base, request, threads)
    if request.why:
        say("looking for the reasons")
        found |= _band(scenario, request, threads) if scenario.ruin is not None else {}
        found |= _tornado(scenario, base, request, threads, _why_trajectories(request))
        found |= _shares(scenario, found, request, threads)
        found |= _explanation(scenario, base, request, threads)
    if len(runs) > 1:
        say("looking at the variants")
        found["differences"] = _differences(runs, request, threads)
    say("looking at the assumptions")
    found["worlds"] = _worlds(scenario, request, threads)
    found["drawn"] = _drawn(scenario, request)
    found["observed"] = observed(scenario)
    behind = {
        "fundings": min(request.trajectories, FUNDING_TRAJECTORIES) if "frontier" in found else 0,
        "whys": _why_trajectories(request) if "tornado" in found else 0,
        "shares": int(found["shares"].attrs["trajectories"]) if "shares" in found else 0,
        "differences": min(request.trajectories, PAIRS) if found.get("differences") else 0,
    }
    return Findings(scenario, request, runs, behind=behind, missing=missing, **found)


def find_reasons(
    scenario: Scenario, request: Request, threads: int | None, progress: Callable[[int, int], None]
) -> dict[str, Any]:
    """The tornado and the explanation of ruin alone, those of them that there are, as :class:`Findings` has them, in
    seconds: from fewer trajectories, and without the typical path.

    ``progress`` is called now and then with (runs done, total expected); what it raises ends the search.
    """
    from burncast.engine.questions.explain_ruin import explain_ruin
    from burncast.outputs.files.result_files import main_quantity
    from burncast.outputs.report.runs import fresh_run
    from burncast.solving import simulate_tracking

    main = main_quantity(scenario)
    track = () if main is None else (main,)
    base = fresh_run(simulate_tracking(scenario, track, request.trajectories, request.seed, threads))
    progress(0, 1)
    found: dict[str, Any] = {}
    if _is_open(base):
        with contextlib.suppress(InputError):
            found["explanation"] = explain_ruin(
                scenario,
                trajectories=request.trajectories,
                seed=request.seed,
                threads=threads,
            )
    progress(0, 1)
    return found | _tornado(scenario, base, request, threads, QUICK_WHY_TRAJECTORIES, progress)


def _band(scenario: Scenario, request: Request, threads: int | None) -> dict[str, Any]:
    from burncast.engine.questions.ruin_band import ruin_band

    if scenario.particles is not None:
        return {"no_band": "ruin.band_given"}
    band = ruin_band(scenario, request.seed, threads=threads)
    return {"no_band": "ruin.band_inseparable"} if band is None else {"band": band}


def _why_trajectories(request: Request) -> int:
    return min(max(request.trajectories, 256), WHY_TRAJECTORIES)


def _tornado(
    scenario: Scenario,
    base: Run,
    request: Request,
    threads: int | None,
    trajectories: int,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    from burncast.outputs.files.result_files import main_quantity
    from burncast.sensitivity_analysis import sensitivity

    outputs: list[tuple[str, str | None]] = [("ruin_probability", None)] if _is_open(base) else []
    main = main_quantity(scenario)
    if main is not None and not base.tracked[main]:
        outputs.append((f"{main}_mean", main))
    for output, name in outputs:
        try:
            dataset = sensitivity(
                scenario,
                output,
                "tornado",
                trajectories=trajectories,
                seed=request.seed,
                threads=threads,
                progress=progress,
            )
        except InputError:
            continue
        if dataset.sizes["input"]:
            return {"tornado": dataset, "tornado_output": name}
    return {}


def _shares(scenario: Scenario, found: dict[str, Any], request: Request, threads: int | None) -> dict[str, Any]:
    """Sobol indices of what the tornado is about; Shapley effects where sources depend on each other."""
    from burncast.engine.compiler import compile_scenario
    from burncast.engine.questions.sensitivity import Question
    from burncast.engine.trajectories.redraw import sources
    from burncast.outputs.results.sensitivity_dataset import shapley_dataset, variance_dataset
    from burncast.outputs.results.targets import parse_target

    if scenario.particles is not None:
        return {"no_shares": "why.shares_given"}
    if "tornado" not in found:
        return {}
    target = parse_target(str(found["tornado"].attrs["output"]), scenario)
    count = min(_why_trajectories(request), SHARES_TRAJECTORIES)
    question = Question(scenario, target, count, request.seed, threads)
    members = sources(scenario, compile_scenario(scenario, target.track))
    if len(members) == len(members[0]) == 1:
        return {"no_shares": "why.shares_single"}
    try:
        if any(len(source) > 1 for source in members):
            shares = shapley_dataset(question, *question.shapley_effects({}))
        else:
            shares = variance_dataset(question, question.variance_shares({}, with_band=False))
    except InputError:
        return {}
    return {"shares": shares}


def _differences(runs: Mapping[str, Run], request: Request, threads: int | None) -> dict[str, Difference]:
    """What each variant differs by from the base, with the error of pairs of trajectories."""
    from burncast.engine.compiler import compile_scenario
    from burncast.engine.draws.design import REPLICATIONS
    from burncast.engine.questions.target import Target, figures
    from burncast.engine.statistics.paired_differences import paired_difference
    from burncast.outputs.files.result_files import main_quantity
    from burncast.outputs.report.findings import Difference
    from burncast.outputs.results.variables import mean_name

    base, count = runs["base"], min(request.trajectories, PAIRS)
    quantity = None if base.has_ruin else main_quantity(base.scenario)
    if base.method != "random" or (quantity is None and not base.has_ruin) or base.tracked.get(quantity or "", ()):
        return {}
    if count < 2:  # one pair tells nothing of its error
        return {}
    known: dict[int, Any] = {}

    def outcome(run: Run, period: int) -> Any:
        target = Target("", "ruin" if quantity is None else "value", period, quantity)
        return figures(target, compile_scenario(run.scenario, target.track), count, request.seed, threads=threads)

    found = {}
    for name, run in runs.items():
        comparable = run.has_ruin if quantity is None else run.tracked.get(quantity) == ()
        if run is base or not comparable or run.scenario.step != base.scenario.step:
            continue
        period = min(run.scenario.periods, base.scenario.periods)
        if period not in known:
            known[period] = outcome(base, period)
        groups = REPLICATIONS if base.scenario.particles is not None else 0
        _, error = paired_difference(known[period], outcome(run, period), groups)
        variable = "ruin_probability" if quantity is None else mean_name(quantity)
        ends = [float(one.dataset[variable].values[period]) for one in (base, run)]
        found[name] = Difference(ends[1] - ends[0], error * (count / run.trajectories) ** 0.5, quantity)
    return found


def _drawn(scenario: Scenario, request: Request) -> dict[str, dict[tuple[str, ...], Any]]:
    """Inputs that no law states, such as what follows from others, by name and labels, with how they come out."""
    from burncast.engine.inputs.adjusting import adjustables
    from burncast.engine.what_if.drawn_inputs import with_pictures

    found: dict[str, dict[tuple[str, ...], Any]] = {}
    for one in with_pictures(scenario, [one for one in adjustables(scenario) if one.kind == "multiple"], request.seed):
        found.setdefault(one.name, {})[one.labels] = one
    return found


def observed(scenario: Scenario) -> list[dict[str, Any]]:
    """What sources said of figures on which they disagree, where the scenario was saved with a posterior's report."""
    import json
    from collections import Counter
    from pathlib import Path

    if scenario.particles is None or scenario.file is None:
        return []
    try:
        told = json.loads((Path(scenario.file).parent / "posterior.json").read_text(encoding="utf-8"))
        rows = list(told["observations"]) if told["sha256"] == scenario.sha256 else []
        stated = Counter(row["figure"] for row in rows)
        return [row for row in rows if stated[row["figure"]] > 1 or row["strains"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _explanation(scenario: Scenario, base: Run, request: Request, threads: int | None) -> dict[str, Any]:
    from burncast.forecast import replay
    from burncast.rare_events import explain_ruin

    if not _is_open(base):
        return {}
    count = min(max(request.trajectories, 1_000), EXPLAINED_TRAJECTORIES)
    try:
        found = explain_ruin(scenario, seed=request.seed, trajectories=count, threads=threads)
    except InputError:
        return {}
    return {"explanation": found, "path": replay(scenario, found.typical, request.seed)}


def _is_open(base: Run) -> bool:
    """Whether some futures are ruined and some are not."""
    return base.has_ruin and 0.0 < float(base.probability[-1]) < 1.0


def _worlds(scenario: Scenario, request: Request, threads: int | None) -> dict[str, Any]:
    """Quantiles of every process over time, by name and labels."""
    import itertools

    from burncast.outputs.results import estimates
    from burncast.solving import simulate_tracking

    names = tuple(name for name, quantity in scenario.quantities.items() if quantity.kind == "process")
    if not names:
        return {}
    alone = dataclasses.replace(scenario, ruin=None)
    count = min(request.trajectories, WORLD_TRAJECTORIES)
    simulation = simulate_tracking(alone, names, count, request.seed, threads)
    worlds: dict[str, Any] = {}
    for tracked in simulation.tracked:
        values = estimates.tracked_quantiles(simulation, tracked, (0.05, 0.5, 0.95))
        flat = values.reshape(-1, *values.shape[-2:])
        labels = itertools.product(*tracked.labels)
        worlds[tracked.name] = {own: flat[place].T for place, own in enumerate(labels)}
    return worlds
