"""A slow what-if: every change loads and compiles the whole scenario; the same signatures as the engine's own."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import math
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.errors import InterruptedRunError, Problem, ScenarioError, nearest_name
from burncast.distributions.families import FAMILIES
from burncast.engine import constants
from burncast.engine.expressions import Call, Expression, Number, parse
from burncast.engine.scenario import ByElement, Quantity, Scenario
from burncast.engine.simulate import Simulation, run
from burncast.outputs import estimates
from burncast.outputs.report_reasons import expression_text
from burncast.outputs.result_files import main_quantity

__all__ = ["Adjustable", "Forecast", "Picture", "WhatIf", "adjustables", "moved", "with_argument"]


@dataclass(frozen=True)
class Picture:
    """A law drawn small."""

    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()
    quantiles: Mapping[float, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Adjustable:
    """An input, or an element of one, that may be changed."""

    key: str
    name: str
    labels: tuple[str, ...]
    kind: str
    text: str
    unit: str | None
    source: str | None
    note: str | None
    decision: tuple[float, float] | None
    centre: float
    low: float
    high: float
    logarithmic: bool
    arguments: tuple[tuple[str, float], ...]
    picture: Picture


@dataclass(frozen=True)
class Forecast:
    """What a page shows of a run."""

    trajectories: int
    seconds: float
    ruin: NDArray[np.float64]
    ruin_se: NDArray[np.float64]
    fan: Mapping[float, NDArray[np.float64]]
    mean: NDArray[np.float64]
    need: Mapping[float, tuple[float, float, float]]
    runway: Mapping[float, tuple[float, float, float]]
    censored: float
    censored_se: float
    dates: tuple[datetime.date, ...]


def adjustables(scenario: Scenario) -> tuple[Adjustable, ...]:
    """Every input of a scenario."""
    found = []
    for quantity in scenario.quantities.values():
        if quantity.kind != "input":
            continue
        parts = quantity.value.values.items() if isinstance(quantity.value, ByElement) else [((), quantity.value)]
        for labels, expression in parts:
            found.append(_adjustable(quantity, labels, expression))
    return tuple(found)


def _adjustable(quantity: Quantity, labels: tuple[str, ...], expression: Expression) -> Any:
    key = ".".join((quantity.name, *labels))
    made: Any = Adjustable
    text = expression_text(expression)
    base: Any = (key, quantity.name, labels)
    about: Any = (quantity.unit, quantity.source, quantity.note, quantity.decision)
    if isinstance(expression, Number):
        v = expression.value
        low, high = quantity.decision or sorted((v / 4, v * 4)) if v else (0.0, 1.0)
        if quantity.decision:
            low, high = quantity.decision
        said: Any = (*base, "number", f"{v:.12g}", *about)
        return made(*said, v, low, high, False, (), Picture())
    law = None
    if not isinstance(expression, Call):
        expression = Call("none", (), ())
    if expression.function in FAMILIES or expression.function == "interval":
        try:
            law = constants.law(expression)
        except Exception:
            law = None
    if law is None:
        said = (*base, "expression", text, *about)
        return made(*said, math.nan, math.nan, math.nan, False, (), Picture())
    q = {p: float(law.quantile(p)) for p in (0.05, 0.5, 0.95)}
    a, b = float(law.quantile(0.001)), float(law.quantile(0.999))
    x = np.linspace(a, b, 60)
    arguments = tuple((k, n.value) for k, n in expression.keywords if isinstance(n, Number))
    said = (*base, "law", text, *about)
    return made(
        *said,
        q[0.5],
        a,
        b,
        False,
        arguments,
        Picture(tuple(x.tolist()), tuple(law.density(x).tolist()), q),
    )


def moved(adjustable: Adjustable, centre: float) -> str:
    """The law as a whole moved."""
    if adjustable.kind == "number":
        return repr(float(centre))
    scale = centre / adjustable.centre
    low, high = adjustable.picture.quantiles[0.05] * scale, adjustable.picture.quantiles[0.95] * scale
    return f"normal(p5={min(low, high)!r}, p95={max(low, high)!r})"


def with_argument(adjustable: Adjustable, name: str, value: float) -> str:
    """The law with another number."""
    known = [one for one, _ in adjustable.arguments]
    if name not in known:
        raise ScenarioError(
            [Problem(f"has no argument {name!r}", key=adjustable.key, nearest=nearest_name(name, known))]
        )
    return re.sub(rf"\b{re.escape(name)}=[^,)]+", f"{name}={value!r}", adjustable.text)


class WhatIf:
    """A scenario to be changed."""

    def __init__(self, scenario: Scenario, seed: int = 0, threads: int | None = None) -> None:
        self.scenario = dataclasses.replace(scenario, variants={})
        self.seed, self.threads = seed, threads

    def changed(self, changes: Mapping[str, str]) -> Scenario:
        """The scenario with other inputs."""
        from burncast.engine.lowering import meaning_problems

        quantities = dict(self.scenario.quantities)
        inputs = [name for name, q in quantities.items() if q.kind == "input"]
        for key, text in changes.items():
            name, *labels = key.split(".")
            if name not in inputs:
                raise ScenarioError([Problem("is no input", key=key, nearest=nearest_name(name, inputs))])
            q = quantities[name]
            try:
                value: Any = Number(float(text)) if _is_number(text) else parse(text)
            except Exception as error:
                raise ScenarioError([Problem(str(error), key=key)]) from None
            if labels:
                values = (
                    dict(q.value.values)
                    if isinstance(q.value, ByElement)
                    else dict.fromkeys(itertools.product(*(self.scenario.dimensions[d] for d in q.over or ())), q.value)
                )
                if tuple(labels) not in values:
                    raise ScenarioError([Problem("no such element", key=key)])
                values[tuple(labels)] = value
                value = ByElement(values)
            quantities[name] = dataclasses.replace(q, value=value)
        scenario = dataclasses.replace(self.scenario, quantities=quantities)
        if problems := meaning_problems(scenario, frozenset()):
            raise ScenarioError(problems)
        return scenario

    def forecast(
        self, changes: Mapping[str, str], trajectories: int, *, stop: threading.Event | None = None
    ) -> Forecast:
        """A forecast of the changed scenario."""
        scenario = self.changed(changes)
        main = main_quantity(scenario)
        scenario = dataclasses.replace(scenario, track=(main,) if main else ())

        def progress(done: int, total: int) -> None:
            if stop is not None and stop.is_set():
                raise InterruptedRunError(done, total)

        return _forecast(run(scenario, trajectories, self.seed, threads=self.threads, progress=progress))

    def refine(self, changes: Mapping[str, str], most: int, stop: threading.Event | None = None) -> Iterator[Forecast]:
        """More and more trajectories."""
        count = 65536
        while True:
            yield self.forecast(changes, min(count, most), stop=stop)
            if count >= most:
                return
            count *= 2


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _forecast(simulation: Simulation) -> Forecast:
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    T = simulation.scenario.periods
    fan, mean = {}, np.full(T + 1, np.nan)
    if simulation.tracked:
        values = estimates.tracked_quantiles(simulation, simulation.tracked[0], levels)
        fan = {level: values[..., place] for place, level in enumerate(levels)}
        mean = estimates.tracked_mean(simulation, simulation.tracked[0])
    ruin, se = estimates.ruin_probability(simulation), estimates.ruin_probability_se(simulation)
    need = {}
    if simulation.scenario.ruin is not None and simulation.scenario.ruin.need is not None:
        at = estimates.funding_need(simulation, (0.5, 0.8, 0.9, 0.95, 0.99))
        need = {p: (float(v), float(v), float(v)) for p, v in zip((0.5, 0.8, 0.9, 0.95, 0.99), at, strict=True)}
    at = estimates.runway(simulation, (0.05, 0.25, 0.5, 0.75))
    runway = {p: (float(v), float(v), float(v)) for p, v in zip((0.05, 0.25, 0.5, 0.75), at, strict=True)}
    return Forecast(
        simulation.trajectories,
        simulation.seconds,
        ruin,
        se,
        fan,
        mean,
        need,
        runway,
        1 - float(ruin[-1]),
        float(se[-1]),
        tuple(simulation.scenario.dates()),
    )
