"""The same trajectories with some of their randomness drawn anew: pick-freeze designs, and worlds over fixed inputs.

A draw is addressed by a stream, the hash of a name (:mod:`burncast.engine.draws.addresses`). Where the streams of a set
of quantities are replaced by those of ``name!number``, these quantities are drawn afresh, independently for each
number, and everything else stays what it was, bit for bit: the scheme of Sobol (1993, "Sensitivity estimates for
nonlinear mathematical models") without matrices of inputs, since a trajectory's number stands for all of them.

Correlated quantities are mixed from underlying normals that they share. Redrawing some of them would leave the others
half as they were, so they are redrawn together: :func:`sources` gives the sets of quantities that share no randomness.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from burncast.engine.draws.addresses import stream_id
from burncast.engine.language.scenario_model import Scenario
from burncast.engine.program import Program
from burncast.engine.reading.particle_files import refuse_particles

__all__ = ["drawn_by", "redrawn", "sources"]

_LABELS = re.compile(r"\[[^\]]*\]|#\w+")
_SHARED = re.compile(r"\w+\((?P<members>.*)\)")


def drawn_by(stream: str) -> tuple[str, ...]:
    """The quantities that a stream is drawn for, by its name: one, or those of a copula.

    >>> drawn_by("churn[plus]#2"), drawn_by("copula(churn[plus],conversion)")
    (('churn',), ('churn', 'conversion'))
    """
    plain = _LABELS.sub("", stream)
    shared = _SHARED.fullmatch(plain)
    return tuple(dict.fromkeys((shared["members"] if shared else plain).split(",")))


def sources(scenario: Scenario, program: Program) -> tuple[tuple[str, ...], ...]:
    """The sets of quantities whose draws ``program`` depends on, independent of each other, in the scenario's order.

    A quantity that is correlated with none stands alone; a quantity over a dimension is one, with all its elements.
    """
    drawn = dict.fromkeys(name for stream in (*program.draw_names, *program.shock_names) for name in drawn_by(stream))
    bound = [frozenset(drawn_by(stream)) for stream in (*program.draw_names, *program.shock_names)]
    bound += [
        frozenset(member.name for member in correlation.between if member.name in drawn)
        for correlation in scenario.correlations
        if not correlation.is_independence
    ]
    sets = [{name} for name in drawn]
    for together in bound:
        touched = [one for one in sets if one & together]
        sets = [one for one in sets if not one & together] + ([set().union(*touched)] if touched else [])
    order = {name: place for place, name in enumerate(scenario.quantities)}
    return tuple(
        tuple(sorted(one, key=lambda name: order[name]))
        for one in sorted(sets, key=lambda one: min(order[name] for name in one))
    )


def redrawn(program: Program, names: Collection[str], number: int) -> Program:
    """``program`` with the streams of the quantities ``names`` replaced by their ``number``-th renewal (from 1).

    A stream that belongs to several quantities, as that of a t copula's radius does, is redrawn with any of them.
    Raises InputError for a program with particles, which hold all that they stand for together.
    """
    refuse_particles(program, "its quantities cannot be drawn anew one by one")
    streams = (*program.draw_names, *program.shock_names)
    used = np.concatenate([program.draws, program.shocks])
    fresh = np.array(_fresh(streams, used, number), dtype=np.uint32)
    chosen = np.array([any(name in names for name in drawn_by(stream)) for stream in streams], dtype=np.bool_)
    ids = np.where(chosen, fresh, used).astype(np.uint32)
    first = len(program.draw_names)
    return dataclasses.replace(program, draws=ids[:first].copy(), shocks=ids[first:].copy())


def _fresh(streams: Sequence[str], used: NDArray[np.uint32], number: int) -> list[int]:
    """A new address for every stream, none of them in use; the same whichever of them are then redrawn."""
    taken = {int(one) for one in used}
    fresh: dict[str, int] = {}
    for stream in dict.fromkeys(streams):
        name = f"{stream}!{number}"
        while (address := stream_id(name)) in taken:
            name += "!"
        taken.add(address)
        fresh[stream] = address
    return [fresh[stream] for stream in streams]
