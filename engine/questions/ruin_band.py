"""How the probability of ruin by each period depends on the inputs: its quantiles over what we do not know.

See :mod:`burncast.engine.questions.conditional_band`; here the worlds are drawn once for all periods, since a
trajectory's first passage tells by which periods it is ruined.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from burncast.engine.compiler import compile_scenario
from burncast.engine.language.scenario_model import Scenario
from burncast.engine.normal_space.outcomes import run_outcomes
from burncast.engine.questions.conditional_band import INPUTS, WORLDS, conditional_quantiles
from burncast.engine.questions.sensitivity import BAND
from burncast.engine.trajectories.redraw import redrawn, sources

__all__ = ["ruin_band"]


def ruin_band(
    scenario: Scenario,
    seed: int = 0,
    *,
    inputs: int = INPUTS,
    worlds: int = WORLDS,
    probabilities: Sequence[float] = BAND,
    threads: int | None = None,
) -> NDArray[np.float64] | None:
    """Quantiles of P(ruined by the end of the period | inputs), f64[T+1, q], from so many ``inputs`` and ``worlds``.

    None where nothing or everything that ruin depends on is an input, or an input is correlated with a process: then
    there is no such band.

    Raises InputError for a scenario that begins with the particles of a posterior.
    """
    program = compile_scenario(scenario, ())
    members = sources(scenario, program)
    kinds = [{scenario.quantities[name].kind == "input" for name in source} for source in members]
    if any(len(kind) > 1 for kind in kinds) or len({True in kind for kind in kinds}) < 2:
        return None
    world = [name for source, kind in zip(members, kinds, strict=True) if False in kind for name in source]
    passages = [
        run_outcomes(redrawn(program, world, number), inputs, seed, threads=threads).passage
        for number in range(1, worlds + 1)
    ]
    by_period = []
    for period in range(scenario.periods + 1):
        ruined = [(passage <= period).astype(np.float64) for passage in passages]
        by_period.append(conditional_quantiles(partial(_world, ruined), probabilities, worlds))
    return np.stack(by_period)


def _world(ruined: Sequence[NDArray[np.float64]], number: int) -> NDArray[np.float64]:
    """What happened in the world ``number``, from 1."""
    return ruined[number - 1]
