"""Scenarios written for a test, and what the reader says about them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from burncast.distributions.errors import Problem, ScenarioError
from burncast.engine.scenario import load

HEAD = '[scenario]\nstart = "2023-06"\nperiods = 12\n'


def write(folder: Path, text: str, name: str = "scenario.toml") -> Path:
    """A file in ``folder`` with this text."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(source: str | Path | Mapping[str, Any]) -> tuple[Problem, ...]:
    """Every problem with a scenario; none where it loads."""
    try:
        load(source)
    except ScenarioError as error:
        return error.problems
    return ()


def only_problem(source: str | Path | Mapping[str, Any]) -> Problem:
    """The one problem with a scenario."""
    problems = problems_of(source)
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]
