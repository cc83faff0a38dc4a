"""Backtests: freeze what was known at an origin, forecast, compare with what came, and with forecasts anybody can make.

At each origin the model sees the panel's rows that were known by then and gives a scenario for each company, which
opens at that company's last known row. The model and the baselines are asked the same: the distribution of one
variable some steps later, and the probability that it has fallen below a threshold by then. Companies without a later
row are kept, without scores: who disappears from a panel did so for a reason, and the number of them is part of the
result.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.backtest_result import MODEL, Backtest, Judged, LeftOut, judge, judged_forecasts
from burncast.calibration.baselines import BASELINES, Baseline, Errors
from burncast.calibration.panel import Day, Panel, shifted
from burncast.distributions.errors import InputError, Problem, nearest_name
from burncast.engine.scenario import Scenario, load

__all__ = ["Model", "backtest"]

Floats = NDArray[np.float64]
Model: TypeAlias = Callable[[Panel], Mapping[str, "Scenario | Mapping[str, Any]"]]

_MONTHS = {"month": 1, "quarter": 3}


def backtest(
    model: Model | Scenario | Mapping[str, Any] | str,
    panel: Panel,
    origins: Sequence[Day],
    horizons: Sequence[int],
    *,
    variable: str,
    threshold: str | float | None = None,
    flow: str | None = None,
    scale: str | None = None,
    baselines: Sequence[Baseline] = BASELINES,
    trajectories: int = 4096,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Backtest:
    """Forecast ``variable`` from each origin, 1 or more ``horizons`` of panel steps ahead, and score what came.

    Parameters
    ----------
    model
        A function of the panel that was known at an origin, which gives a scenario for each company it can forecast;
        the scenario opens at that company's last known row, tracks ``variable``, and calls ruin the event of the
        threshold. Where the panel has one company, a scenario may stand for it.
    panel
        All figures, those after the origins included.
    origins
        The days at which what was known is frozen.
    threshold
        The event is that the variable falls below this number, or below this variable of the panel as last known.
        Who was below at the opening cannot fall, and is not scored.
    flow
        The variable of the panel that is spent each step, for the baseline of constant burn.
    scale
        The variable that makes scores comparable between companies, as last known; by default the size of the
        forecast variable itself.

    Raises InputError for variables that are not there, horizons or origins that cannot be, or a scenario whose steps do
    not fit into the panel's.
    """
    _check(panel, origins, horizons, [name for name in (variable, threshold, flow, scale) if isinstance(name, str)])
    asked = sorted({int(steps) for steps in horizons})
    factory = model if callable(model) else _for_one(model, panel)
    names = (MODEL, *(baseline.name for baseline in baselines))
    judged: list[Judged] = []
    left_out: list[LeftOut] = []
    total = len(origins)
    for done, origin in enumerate(origins):
        known = panel.known_at(origin)
        day = str(np.datetime64(origin, "D"))
        scenarios = factory(known)
        errors = Errors(known, variable, flow)
        drawn = {baseline.name: errors.of(baseline.rule) for baseline in baselines}
        for entity in known.entities:
            row = int(np.flatnonzero(known.entity == entity)[-1])
            reason = _reason(known, row, variable, scale, origin)
            if reason is None and entity not in scenarios:
                reason = "the model gave no scenario"
            if reason is not None:
                left_out.append(LeftOut(day, entity, reason))
                continue
            key = (seed + zlib.crc32(f"{entity} {day}".encode())) % 2**64
            random = np.random.Generator(np.random.Philox(key))
            size = float(abs(errors.value[row]) if scale is None else known[scale][row])
            level = known[threshold][row] if isinstance(threshold, str) else threshold
            samples = {
                baseline.name: baseline.paths(errors, drawn[baseline.name], row, asked[-1], trajectories, random)
                for baseline in baselines
            }
            chances = {name: _below(paths, level) for name, paths in samples.items()}
            samples[MODEL], chances[MODEL] = _simulated(
                scenarios[entity], variable, panel.step_months, asked[-1], trajectories, key, level is not None
            )
            came, fell = _outcome(panel, entity, known.date[row], asked[-1], variable, threshold, level)
            if level is not None and errors.value[row] < level:
                fell[:] = math.nan
            for steps in asked:
                at = steps - 1
                scores = {
                    name: judge(samples[name][:, at], float(chances[name][at]), float(came[at]), float(fell[at]), size)
                    for name in names
                }
                opened, date = known.date[row], shifted(known.date[row], steps * panel.step_months)
                judged.append(Judged(entity, day, steps, opened, date, size, float(came[at]), float(fell[at]), scores))
        if progress is not None:
            progress(done + 1, total)
    if not judged:
        raise InputError("no company could be forecast at any origin; was anything known by then?")
    return Backtest(judged_forecasts(judged, names), tuple(left_out), panel.step_months)


def _simulated(
    given: Scenario | Mapping[str, Any], variable: str, step_months: int, steps: int, size: int, seed: int, event: bool
) -> tuple[Floats, Floats]:
    """Trajectories float64[size, steps] of the variable and the probability of ruin by each step, float64[steps]."""
    from burncast.engine.simulate import run

    scenario = given if isinstance(given, Scenario) else load(given)
    months = _MONTHS.get(scenario.step, 0)
    if not months or step_months % months:
        raise InputError(f"the scenario's step is a {scenario.step}, the panel's is {step_months} months")
    each = step_months // months
    if scenario.periods < steps * each:
        raise InputError(f"the scenario has {scenario.periods} periods; {steps * each} are needed for the last horizon")
    if event and scenario.ruin is None:
        raise InputError("there is a threshold, and the scenario has no [ruin] that says when it is crossed")
    if variable not in scenario.track:
        message = f"the scenario does not track {variable}"
        raise InputError(str(Problem(message, key="outputs.track", nearest=nearest_name(variable, scenario.track))))
    simulation = run(scenario, size, seed, threads=1, keep_paths=size)
    at = each * np.arange(1, steps + 1)
    first = 0
    for tracked in simulation.tracked:
        if tracked.name == variable:
            break
        first += tracked.elements
    assert simulation.paths is not None
    chance = np.cumsum(simulation.tally.first_passage[:-1])[at] / size if event else np.full(steps, math.nan)
    return simulation.paths[:, first, :][:, at], chance


def _below(paths: Floats, level: float | None) -> Floats:
    """The share of paths float64[size, steps] that were below a level by each step."""
    if level is None or not math.isfinite(level):
        return np.full(paths.shape[1], math.nan)
    return np.asarray((np.minimum.accumulate(paths, axis=1) < level).mean(axis=0))


def _outcome(
    panel: Panel,
    entity: str,
    opened: Any,
    steps: int,
    variable: str,
    threshold: str | float | None,
    level: float | None,
) -> tuple[Floats, Floats]:
    """What came at each step after the opening, and whether it had been below the threshold; nan where unknown.

    Beyond the end of the panel nothing is known, not even of who had fallen: among those alone who fell early it would
    always have happened.
    """
    truth, end = panel.of(entity), panel.date.max() + np.timedelta64(15 * panel.step_months, "D")
    came, fell = np.full(steps, math.nan), np.full(steps, math.nan)
    below: bool | None = False
    for step in range(steps):
        date = shifted(opened, (step + 1) * truth.step_months)
        if date > end:
            break
        row = truth.at(date)
        if row is not None:
            came[step] = truth[variable][row]
            if isinstance(threshold, str) and math.isfinite(truth[threshold][row]):
                level = float(truth[threshold][row])
        if level is None or not math.isfinite(level):
            continue
        if math.isfinite(came[step]) and came[step] < level:
            below = True
        elif not math.isfinite(came[step]) and below is False:
            below = None
        fell[step] = math.nan if below is None else float(below)
    return came, fell


def _reason(known: Panel, row: int, variable: str, scale: str | None, origin: Day) -> str | None:
    """Why a company cannot be forecast from its last known row; None where it can."""
    if not math.isfinite(known[variable][row]):
        return f"its last known row has no {variable}"
    size = abs(known[variable][row]) if scale is None else known[scale][row]
    if not (math.isfinite(size) and size > 0.0):
        return f"its last known {scale or variable} is not greater than 0"
    if shifted(known.date[row], 2 * known.step_months) < np.datetime64(origin, "D"):
        return "its last known row is two steps old"
    return None


def _for_one(model: Any, panel: Panel) -> Model:
    entities = panel.entities
    if len(entities) != 1:
        raise InputError(f"one scenario cannot stand for {len(entities)} companies; give a function of the known panel")
    scenario = load(model)
    return lambda _: {entities[0]: scenario}


def _check(panel: Panel, origins: Sequence[Day], horizons: Sequence[int], names: Sequence[str]) -> None:
    if not len(origins):
        raise InputError("there is no origin to forecast from")
    if not len(horizons) or min(horizons) < 1:
        raise InputError(f"horizons are whole steps of the panel from 1 on, not {list(horizons)}")
    for name in names:
        panel[name]
