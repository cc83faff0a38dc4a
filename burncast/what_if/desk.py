"""Who computes what for the pages of ``burncast serve``: a what-if for each variant, one run at most for each tab.

A tab that asks anew stops what it asked before. Previews go one at a time and never wait for a refinement, of which
there is one at a time too, in turns between tabs; reasons and reports stand in a line of their own.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from burncast.distributions.errors import InputError, InterruptedRunError, ScenarioError, nearest_name
from burncast.engine.inputs.adjusting import Adjustable, adjustable, adjustables, moved, with_argument
from burncast.engine.inputs.changed_inputs import read_changes
from burncast.engine.scenario import Scenario
from burncast.engine.what_if.drawn_inputs import with_pictures
from burncast.engine.what_if.forecast import Forecast, money_of
from burncast.engine.what_if.what_if import RECORDING, WhatIf
from burncast.what_if.messages import (
    Asked,
    Change,
    RefusedError,
    describe_drawn,
    describe_forecast,
    describe_input,
    describe_scenario,
)
from burncast.what_if.saving import BASE, Original

__all__ = ["BASE", "Desk", "Run"]

FEWEST, MOST_PREVIEWED = 20_480, 327_680
PREVIEW_SECONDS = 0.1
MOST_REFINED = 1_000_000
MOST_RUNS = 32
_POLL = 0.02


class Run:
    """Something that is computed for a tab: it goes on until it is done or ``stop`` is set."""

    def __init__(self, tab: str) -> None:
        self.tab = tab
        self.stop = threading.Event()

    def check(self, *_: object) -> None:
        """Raise :class:`InterruptedRunError` once the run was stopped; a callback for progress."""
        if self.stop.is_set():
            raise InterruptedRunError(0, 0)


class Desk:
    """A scenario with its variants, and everything that is computed about it."""

    def __init__(self, original: Original, seed: int, threads: int | None) -> None:
        self.original, self.seed, self.threads = original, seed, threads
        scenario = original.scenario
        self.variants: Mapping[str, Scenario] = {BASE: scenario, **scenario.variants}
        self._what_ifs: dict[str, WhatIf] = {}
        self._inputs: dict[str, dict[str, Adjustable]] = {}
        self._runs: set[Run] = set()
        self._lock = threading.Lock()
        self._making = threading.RLock()
        self._lines = {name: threading.Lock() for name in ("preview", "refinement", "long")}

    def begin(self, tab: str = "") -> Run:
        """A run of a tab, in place of the one that it had; without a tab, beside all others. :meth:`end` ends it."""
        run = Run(tab)
        with self._lock:
            for other in self._runs:
                if tab and other.tab == tab:
                    other.stop.set()
            if len(self._runs) >= MOST_RUNS:
                raise RefusedError(503, "too many pages ask at once; close some")
            self._runs.add(run)
        return run

    def end(self, run: Run) -> None:
        """Forget a run."""
        with self._lock:
            self._runs.discard(run)

    @property
    def is_busy(self) -> bool:
        """Whether anything is still computed."""
        return bool(self._runs)

    def stop_all(self) -> None:
        """Stop whatever is computed."""
        with self._lock:
            for run in self._runs:
                run.stop.set()

    @contextlib.contextmanager
    def turn(self, line: str, run: Run) -> Iterator[None]:
        """Wait in a line, unless the run is stopped meanwhile."""
        lock = self._lines[line]
        while not lock.acquire(timeout=_POLL):
            run.check()
        try:
            run.check()
            yield
        finally:
            lock.release()

    def what_if(self, variant: str) -> WhatIf:
        """What answers questions about a variant, made when it is first asked."""
        scenario = self.variant(variant)
        with self._making:
            if variant not in self._what_ifs:
                self._what_ifs[variant] = WhatIf(scenario, seed=self.seed, threads=self.threads)
            return self._what_ifs[variant]

    def variant(self, name: str) -> Scenario:
        """A variant by its name, ``base`` for the scenario itself."""
        if name not in self.variants:
            nearest = nearest_name(name, self.variants)
            raise RefusedError(
                422, f"there is no variant {name[:60]!r}", expected=", ".join(self.variants), nearest=nearest
            )
        return self.variants[name]

    def inputs(self, variant: str) -> dict[str, Adjustable]:
        """The inputs of a variant by their keys; those of the base are looked at once for all."""
        scenario = self.variant(variant)
        with self._making:
            if variant not in self._inputs:
                base = {} if variant == BASE else self.inputs(BASE)
                known = {} if variant == BASE else self.original.scenario.quantities
                own = {name: one for name, one in scenario.quantities.items() if known.get(name) != one}
                found = adjustables(dataclasses.replace(scenario, quantities=own))
                shared = [one for one in base.values() if one.name in scenario.quantities and one.name not in own]
                order = {name: place for place, name in enumerate(scenario.quantities)}
                both = sorted([*shared, *found], key=lambda one: order[one.name])
                drawn = with_pictures(scenario, both, self.seed) if variant == BASE else both
                self._inputs[variant] = {one.key: one for one in drawn}
            return self._inputs[variant]

    def describe(self, lang: str) -> dict[str, Any]:
        """Everything that the page begins with."""
        inputs = {variant: self.inputs(variant) for variant in self.variants}
        scenario, source = self.original.scenario, self.original.source
        money = money_of(scenario)
        return describe_scenario(scenario, inputs, source=source, seed=self.seed, lang=lang, money=money)

    def texts(self, asked: Asked) -> dict[str, str]:
        """What the changes make of the inputs, as expressions of the language."""
        known = self.inputs(asked.variant)
        what_if = self.what_if(asked.variant)
        return {key: _text(what_if, known, _named(known, key), change) for key, change in asked.changes.items()}

    def forecasts(self, asked: Asked, run: Run) -> Iterator[dict[str, Any]]:
        """What a page is told, one line after the other, the first as soon as can be."""
        what_if = self.what_if(asked.variant)
        texts = self.texts(asked)
        drawn = asked.drawn if asked.refine else 0
        if drawn <= 0:
            first = self._preview(asked, texts, run)
            drawn = first.trajectories
            run.check()
            inputs = {one.key: describe_input(one) for one in _rewritten(what_if, self.inputs(asked.variant), texts)}
            yield self._line(asked, first, not asked.refine) | {"inputs": inputs}
        if not asked.refine:
            return
        steps = 0
        for forecast in self._turns(what_if.refine(texts, MOST_REFINED, run.stop), run):
            is_last = forecast.trajectories >= MOST_REFINED
            if is_last or forecast.trajectories > drawn:
                steps += 1
                # With the second step, for a hand that rests so long: it would delay the picture of one that does not.
                is_time = steps == 2 or (is_last and steps == 1)
                yield self._line(asked, forecast, is_last) | (self._following(asked, texts, run) if is_time else {})

    def prepare(self, asked: Asked, run: Run) -> None:
        """Get ready for the input under the hand to move: what it does not reach is computed in advance."""
        what_if, texts = self.what_if(asked.variant), self.texts(asked)
        if asked.moving is None:
            raise RefusedError(400, "the request does not say which input is moving", key="moving")
        _named(self.inputs(asked.variant), asked.moving)
        with self.turn("preview", run):
            count = _preview_count(what_if.rate)
            if not what_if.is_prepared(texts, asked.moving, count):
                what_if.prepare(texts, asked.moving, count, stop=run.stop, gives_way=True)

    def changed(self, asked: Asked) -> Scenario:
        """The scenario that a request is about."""
        return self.what_if(asked.variant).changed(self.texts(asked))

    def _following(self, asked: Asked, texts: Mapping[str, str], run: Run) -> dict[str, Any]:
        with self.turn("refinement", run):
            return {"following": {one.key: describe_drawn(one) for one in self._followers(asked.variant, texts)}}

    def _followers(self, variant: str, texts: Mapping[str, str]) -> list[Adjustable]:
        """What follows from inputs that are changed, or other in this variant than in the base, as it comes out now."""
        what_if, known = self.what_if(variant), self.inputs(variant)
        now = known | {one.key: one for one in _rewritten(what_if, known, texts)}
        base = self.original.scenario.quantities
        other = {name for name, one in what_if.scenario.quantities.items() if one != base.get(name)}
        touched = other | {known[key].name for key in texts}
        follow: set[str] = set()
        while more := {one.name for one in now.values() if not (touched | follow).isdisjoint(one.uses)} - follow:
            follow |= more
        undrawn = {
            one.name for one in now.values() if one.kind == "multiple" and one.path is None and one.picture is None
        }
        wanted = [one for one in now.values() if one.kind == "multiple" and one.name in follow | undrawn]
        return list(with_pictures(what_if.changed(texts), wanted, self.seed)) if wanted else []

    def _preview(self, asked: Asked, texts: Mapping[str, str], run: Run) -> Forecast:
        """A forecast of as many trajectories as a whole run has time for.

        What the moving input does not reach is kept for its next values, unless that would delay this picture.
        """
        what_if, moving = self.what_if(asked.variant), asked.moving
        if moving is not None:
            _named(self.inputs(asked.variant), moving)
        with self.turn("preview", run):
            count = _preview_count(what_if.rate)
            has_time = RECORDING * count <= what_if.rate * PREVIEW_SECONDS
            prepared = what_if.prepare(texts, moving, count, stop=run.stop) if moving and has_time else None
            return prepared or what_if.forecast(texts, count, stop=run.stop)

    def _turns(self, forecasts: Iterator[Forecast], run: Run) -> Iterator[Forecast]:
        while True:
            with self.turn("refinement", run):
                forecast = next(forecasts, None)
            if forecast is None:
                return
            run.check()
            yield forecast

    def _line(self, asked: Asked, forecast: Forecast, done: bool) -> dict[str, Any]:
        return {
            "run": asked.run,
            "trajectories": forecast.trajectories,
            "seconds": forecast.seconds,
            "done": done,
            "forecast": describe_forecast(forecast),
        }


def _preview_count(rate: float) -> int:
    """As many trajectories as are simulated in the time of a preview at a ``rate`` per second, of a few sizes."""
    count = FEWEST
    while 2 * count <= min(rate * PREVIEW_SECONDS, MOST_PREVIEWED):
        count *= 2
    return count


def _named(known: Mapping[str, Adjustable], key: str) -> Adjustable:
    if key not in known:
        raise RefusedError(422, "is no input that can be changed", key=key[:200], nearest=nearest_name(key, known))
    return known[key]


def _rewritten(what_if: WhatIf, known: Mapping[str, Adjustable], texts: Mapping[str, str]) -> list[Adjustable]:
    """Inputs as they stand with other texts."""
    return [
        adjustable(change.quantity, change.labels, change.expression, change.text, known.get(change.key))
        for change in read_changes(what_if.scenario, texts, what_if.inputs)
    ]


def _text(what_if: WhatIf, known: Mapping[str, Adjustable], one: Adjustable, change: Change) -> str:
    if change.text is not None:
        if change.centre is change.factor is None and not change.arguments:
            return change.text
        (one,) = _rewritten(what_if, known, {one.key: change.text})
    place = change.centre if change.factor is None else change.factor
    try:
        if place is None:
            return _with_arguments(what_if, known, one, change.arguments)
        if (one.kind == "multiple") != (change.factor is not None):
            expected = '{"factor": 1.2}' if one.kind == "multiple" else '{"centre": 0.04}'
            raise RefusedError(422, "is turned otherwise", key=one.key, expected=expected)
        return moved(one, place)
    except ScenarioError:
        raise
    except InputError as error:
        raise RefusedError(422, str(error).removeprefix(f"{one.key}: "), key=one.key) from None


def _with_arguments(
    what_if: WhatIf, known: Mapping[str, Adjustable], one: Adjustable, arguments: tuple[tuple[str, float], ...]
) -> str:
    """The text with all the numbers; two that cannot be changed in one order may be changed in the other."""
    try:
        return _with_each(what_if, known, one, arguments)
    except InputError:
        with contextlib.suppress(InputError):
            return _with_each(what_if, known, one, arguments[::-1])
        raise


def _with_each(
    what_if: WhatIf, known: Mapping[str, Adjustable], one: Adjustable, arguments: tuple[tuple[str, float], ...]
) -> str:
    now, text = one, one.text
    for name, value in arguments:
        text = with_argument(now, name, value)
        (now,) = _rewritten(what_if, known, {one.key: text})
    return text
