"""How inputs come out that are stated by no law of their own: by a short run of the inputs alone.

What follows from other inputs, or from a posterior, has a law that nobody wrote; it is drawn here as it comes out in
period 0 of 2,048 trajectories. What is known by date or period has a path instead.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.errors import BurncastError
from burncast.engine.compiler import compile_scenario
from burncast.engine.inputs.adjusting import Adjustable
from burncast.engine.inputs.law_pictures import picture_of_sample
from burncast.engine.language.scenario_model import Scenario
from burncast.engine.program import Program, Tracked
from burncast.engine.simulate import run

__all__ = ["with_pictures"]

TRAJECTORIES = 2_048
_FEW = 16
"""Trajectories of a run that is there for what is the same in all of them."""

Floats = NDArray[np.float64]


def with_pictures(scenario: Scenario, inputs: Sequence[Adjustable], seed: int = 0) -> tuple[Adjustable, ...]:
    """The inputs, those that are multiples with a picture or a path of what they are multiples of.

    Several elements that share one value are drawn together. Where inputs become NaN or infinite there are no pictures.
    """
    lacking = [one for one in inputs if one.kind == "multiple" and one.path is None]
    if not lacking:
        return tuple(inputs)
    names = tuple(dict.fromkeys(one.name for one in lacking))
    try:
        alone = _inputs_of(scenario, names)
        program = compile_scenario(alone)
        drawn = _paths(alone, dataclasses.replace(program, periods=0), TRAJECTORIES, seed)
        in_time = _paths(alone, program, _FEW, seed) if any(one.basis == "dates" for one in lacking) else drawn
    except BurncastError:
        return tuple(inputs)
    tracked = {item.name: item for item in program.tracked}
    found = {one.key: _pictured(one, scenario, tracked[one.name], drawn, in_time) for one in lacking}
    return tuple(found.get(one.key, one) for one in inputs)


def _inputs_of(scenario: Scenario, track: tuple[str, ...]) -> Scenario:
    """The scenario without what follows from its inputs; processes stay, for inputs may be correlated with them."""
    kept = {name: one for name, one in scenario.quantities.items() if one.kind in ("input", "process")}
    return dataclasses.replace(scenario, quantities=kept, track=track, ruin=None, variants={})


def _paths(scenario: Scenario, program: Program, count: int, seed: int) -> Floats:
    paths = run(scenario, count, seed, threads=1, keep_paths=count, program=program).paths
    assert paths is not None
    return paths


def _pictured(one: Adjustable, scenario: Scenario, item: Tracked, drawn: Floats, in_time: Floats) -> Adjustable:
    rows = slice(item.first_element, item.first_element + item.elements)
    if one.labels:
        own = dict(zip(scenario.quantities[one.name].over or (), one.labels, strict=True))
        at = [labels.index(own[dim]) for dim, labels in zip(item.dims, item.labels, strict=True)]
        place = item.first_element + int(np.ravel_multi_index(at, [len(labels) for labels in item.labels]))
        rows = slice(place, place + 1)
    if one.basis == "dates" and np.ptp(in_time[0, rows.start]) > 0.0:
        return dataclasses.replace(one, path=tuple(in_time[0, rows.start].tolist()))
    sample = drawn[:, rows, 0].ravel()
    return dataclasses.replace(one, picture=picture_of_sample(sample)) if np.isfinite(sample).all() else one
