"""The scenarios that come with burncast: examples on public figures, and models to extend.

A scenario file in one of the two folders is packaged, found by its name and listed; nothing else has to be told of it.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

__all__ = ["packaged_scenarios"]

_FOLDERS = ("burncast.examples", "burncast.engine.models")


def packaged_scenarios() -> dict[str, Path]:
    """Name → file of every packaged scenario; the name is the file's name without ``.toml``."""
    found = [
        Path(str(entry)) for folder in _FOLDERS for entry in files(folder).iterdir() if entry.name.endswith(".toml")
    ]
    return {path.stem: path for path in sorted(found, key=lambda path: path.stem)}
