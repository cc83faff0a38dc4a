"""The file of particles that a scenario names in its table ``[posterior]``, and what cannot be asked of it."""

from __future__ import annotations

from pathlib import Path

from burncast.distributions.errors import InputError, Problem
from burncast.engine.documents.document import read_limited
from burncast.engine.draws.particles import Particles, decode_particles
from burncast.engine.language.scenario_model import Location
from burncast.engine.program import Program

__all__ = ["read_particles", "refuse_particles"]

_MOST_BYTES = 1 << 30


def read_particles(name: str, sha256: str, location: Location) -> Particles | Problem:
    """The particles in the file that a scenario names, beside it, or what is wrong with them."""
    path = Path(location.file).parent / name if location.file else Path(name)
    try:
        particles = decode_particles(read_limited(path, _MOST_BYTES))
    except OSError as error:
        return location.problem(
            f"{name!r} cannot be read: {error.strerror or error}", "the file saved with the scenario"
        )
    except ValueError as error:
        return location.problem(f"{name!r} {error}", "the file saved with the scenario")
    if particles.sha256 != sha256:
        return location.problem(
            f"{name!r} holds other particles than this scenario was saved with",
            f"those with sha256 {sha256[:12]}…, not {particles.sha256[:12]}…",
        )
    return particles


def refuse_particles(program: Program, why: str) -> None:
    """Raise the InputError of what cannot be done with a program that begins with particles."""
    if program.particles is not None:
        raise InputError(f"the scenario begins with a posterior: {why}; ask this of the scenario without [posterior]")
