"""The scenarios that come with burncast: examples on public figures, and models to extend.

A scenario file in one of the two folders is packaged, found by its name and listed; nothing else has to be told of it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal, TypeAlias

from burncast.distributions.errors import Problem, ScenarioError, nearest_name

__all__ = ["PackagedScenario", "find_packaged", "list_packaged", "packaged_scenarios"]

Purpose: TypeAlias = Literal["example", "model"]

_FOLDERS: dict[Purpose, str] = {"example": "burncast.examples", "model": "burncast.engine.models"}


@dataclass(frozen=True, slots=True)
class PackagedScenario:
    """What a packaged scenario says of itself in its ``[scenario]``, read without validating anything."""

    name: str
    purpose: Purpose
    title: str
    description: str | None
    extends: str | None


def packaged_scenarios() -> dict[str, Path]:
    """Name → file of every packaged scenario; the name is the file's name without ``.toml``."""
    found = [path for purpose in _FOLDERS for path in _files(purpose)]
    return {path.stem: path for path in sorted(found, key=lambda path: path.stem)}


def list_packaged() -> list[PackagedScenario]:
    """Every packaged scenario: the examples by name, then the models."""
    return [_read(purpose, path) for purpose in _FOLDERS for path in sorted(_files(purpose))]


def find_packaged(name: str, what: str = "a packaged scenario") -> Path:
    """The file of a packaged scenario; raises :class:`ScenarioError` with the nearest name where there is none."""
    packaged = packaged_scenarios()
    if name in packaged:
        return packaged[name]
    expected = f"{what}: {', '.join(packaged) or 'there is none'}"
    raise ScenarioError(
        [Problem(f"there is no scenario {name!r}", expected=expected, nearest=nearest_name(name, packaged))]
    )


def _files(purpose: Purpose) -> list[Path]:
    entries = files(_FOLDERS[purpose]).iterdir()
    return [Path(str(entry)) for entry in entries if entry.name.endswith(".toml")]


def _read(purpose: Purpose, path: Path) -> PackagedScenario:
    about = tomllib.loads(path.read_text(encoding="utf-8")).get("scenario", {})
    title = about.get("title", path.stem)
    return PackagedScenario(path.stem, purpose, title, about.get("description"), about.get("extends"))
