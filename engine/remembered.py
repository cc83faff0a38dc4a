"""What was worked out from the same files before: scenarios that were read, and their programs.

Reading, checking and compiling a large scenario takes as long as some hundred thousand of its trajectories. So the
command line keeps the results beside the compiled kernels, and takes them from there as long as all that they follow
from is the same: every file that was read, by its content, every name that was looked up, by what it meant, and the
sources of this package. Only what was found without a mistake is kept, and nothing that begins with the megabytes of a
posterior.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np

import burncast.distributions
from burncast.distributions.errors import ScenarioError
from burncast.engine.documents.document import Trace, find_scenario, traced
from burncast.engine.language.scenario_model import Scenario
from burncast.engine.numerics.kernel_cache import cache_directory, keep, kept
from burncast.engine.program import Program

__all__ = ["remembered_program", "remembered_scenario"]

_MOST_KEPT = 32


def remembered_scenario(source: str) -> Scenario:
    """What :func:`burncast.engine.scenario.load` makes of a file or the name of a packaged scenario."""
    path = _place("scenario", source, os.getcwd())
    found = _fetch(path)
    if found is not None and _still_true(found[0]):
        scenario: Scenario = found[1]
        return scenario
    from burncast.engine.scenario import load

    with traced() as trace:
        scenario = load(source)
    if scenario.particles is None:
        _keep(path, (trace, scenario))
    return scenario


def remembered_program(scenario: Scenario) -> Program:
    """What :func:`burncast.engine.compiler.compile_scenario` makes of a scenario: it follows from its text."""
    path = _place("program", scenario.sha256, str(scenario.file))
    program: Program | None = _fetch(path)
    if program is None:
        from burncast.engine.compiler import compile_scenario

        program = compile_scenario(scenario)
        if program.particles is None:
            _keep(path, program)
    return program


def _still_true(trace: Trace) -> bool:
    try:
        return all(find_scenario(*asked) == path for asked, path in trace.found.items()) and all(
            hashlib.sha256(path.read_bytes()).hexdigest() == digest for path, digest in trace.read.items()
        )
    except (OSError, ScenarioError):
        return False


def _place(kind: str, *words: str) -> Path:
    key = hashlib.blake2b(repr((_code(), words)).encode(errors="backslashreplace"), digest_size=12).hexdigest()
    return cache_directory() / f"{kind}-{key}.pickle"


def _fetch(path: Path) -> Any:
    """What was kept there; None where there is nothing, or it is damaged."""
    body = kept(path)
    return pickle.loads(body) if body is not None else None


def _keep(path: Path, value: Any) -> None:
    keep(path, pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    for old in sorted(path.parent.glob("*.pickle"), key=_written_at)[:-_MOST_KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()


def _written_at(file: Path) -> float:
    """When a file was written; a file that another process removed meanwhile counts as the oldest."""
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


@functools.cache
def _code() -> str:
    """What stands for the sources of this package and for what it computes with."""
    folders = [Path(__file__).parent, *map(Path, burncast.distributions.__path__)]
    files = sorted((file.relative_to(folder), file) for folder in folders for file in folder.rglob("*.py"))
    states = [(name.as_posix(), file.stat().st_size, file.stat().st_mtime_ns) for name, file in files]
    return repr((sys.version, np.__version__, _version_of_scipy(), states))


def _version_of_scipy() -> str:
    from importlib.metadata import version

    return version("scipy")
